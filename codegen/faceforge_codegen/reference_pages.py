"""Writes the pages of docs/reference that the code knows best: errors, settings, commands, operations.

`python dev.py contract` runs it; a policy test fails while a page differs from the code.
"""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pydantic import SecretStr
from rich.console import Console

from faceforge_codegen import operation_pages
from faceforge_server.cli import app, load_all
from faceforge_storage.errors import FaceForgeError
from faceforge_storage.home.settings import Section, Settings

FOLDER = Path(__file__).resolve().parents[2] / "docs" / "reference"

ERRORS = """# Errors

Each error has a stable **code**. REST answers it as `application/problem+json`, GraphQL in
`extensions.code`; the status is the one of HTTP. `detail` says what happened this time, `hint` what to do,
`errors` lists each fault of an input with its place, `request_id` finds the request in `logs/core.log`.

| code | status | what it means | what to do |
|---|---|---|---|
"""
SETTINGS = """# Settings

They stand in `config/core.json` of the data directory. Every one has a default, so the file need name
only what differs:

```json
{"network": {"core_port": 43300}}
```

A wrong type stops the start and says where; an unknown key is told in the log and has no effect. Core reads
the file when it starts.

`tools`, `storage`, `seaweed`, `network.seaweed_s3_port`, `paths.s3_dir` and `paths.plugins_dir` are for later
versions: they are checked, the directories are made, and nothing uses them yet. `database.url` must be null.

| setting | default | what it is |
|---|---|---|
"""
COMMANDS = """# Commands

`faceforge COMMAND --help` shows the same. Exit codes: 0 done, 1 not done (and why), 2 not understood.
"""


def pages() -> dict[str, str]:
    """What each page must hold, by its name in docs/reference."""
    load_all()
    return {
        "errors.md": ERRORS + "\n".join(_errors(FaceForgeError)) + "\n",
        "settings.md": SETTINGS + "\n".join(_settings(Settings)) + "\n",
        "commands.md": COMMANDS + "".join(_commands(app, ["faceforge"])),
        **operation_pages.pages(),
    }


def _errors(kind: type[FaceForgeError]) -> Iterator[str]:
    if "code" in vars(kind):
        yield f"| `{kind.code}` | {kind.status} | {kind.title} | {kind.default_hint} |"
    for below in kind.__subclasses__():
        yield from _errors(below)


def _settings(section: type[Section], place: str = "") -> Iterator[str]:
    for name, field in section.model_fields.items():
        if isinstance(field.annotation, type) and issubclass(field.annotation, Section):
            yield from _settings(field.annotation, f"{place}{name}.")
        else:
            secret = isinstance(field.default, SecretStr)
            shown = "made at the first start" if secret else f"`{json.dumps(field.default)}`"
            yield f"| `{place}{name}` | {shown} | {' '.join((field.description or '').split())} |"


def _commands(command: Any, words: list[str]) -> Iterator[str]:
    console = Console(file=io.StringIO(), width=100, force_terminal=False, color_system=None)
    app.help_print(words[1:], console=console)
    written = console.file.getvalue() if isinstance(console.file, io.StringIO) else ""
    text = "\n".join(line.rstrip() for line in written.strip().splitlines())
    yield f"\n{'#' * (len(words) + 1)} {' '.join(words)}\n\n```\n{text}\n```\n"
    for name in sorted(name for name in command if not name.startswith("-")):
        yield from _commands(command[name], [*words, name])


def main() -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, text in pages().items():
        (FOLDER / name).write_text(text, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
