"""The page of commands: what `--help` prints for each."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

from rich.console import Console

from faceforge_server.cli import app, load_all

INTRODUCTION = """# Commands

`faceforge COMMAND --help` shows the same. In a checkout the program is `.venv/bin/faceforge`, on Windows
`.venv\\Scripts\\faceforge`.

| exit code | meaning |
|---|---|
| 0 | done |
| 1 | not done; the reason is printed |
| 2 | the words were not understood |
| 3 | `import`, and `job --follow` of one: done, but some files were left out, and why is printed |
| 130 | ended by Ctrl-C; a job goes on |
"""


def page() -> str:
    load_all()
    return INTRODUCTION + "".join(_sections(app, ["faceforge"]))


def _sections(command: Any, words: list[str]) -> Iterator[str]:
    output = io.StringIO()
    console = Console(file=output, width=100, force_terminal=False, color_system=None)
    app.help_print(words[1:], console=console)
    text = "\n".join(line.rstrip() for line in output.getvalue().strip().splitlines())
    yield f"\n{'#' * (len(words) + 1)} {' '.join(words)}\n\n```\n{text}\n```\n"
    for name in sorted(name for name in command if not name.startswith("-")):
        yield from _sections(command[name], [*words, name])
