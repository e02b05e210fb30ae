"""The page of commands: what `--help` prints for each."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

from rich.console import Console

from faceforge_server.cli import app, load_all

INTRODUCTION = """# Commands

`faceforge COMMAND --help` shows the same. Exit codes: 0 success, 1 failure (with its reason), 2 wrong usage.
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
