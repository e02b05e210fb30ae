"""The page of settings: every field of `Settings` with its default."""

from __future__ import annotations

import json
from collections.abc import Iterator

from pydantic import SecretStr

from faceforge_codegen.reference.markdown import one_line
from faceforge_storage.home.settings import Section, Settings

INTRODUCTION = """# Settings

They stand in `config/core.json` of the data directory. Every one has a default, so the file need name
only what differs:

```json
{"network": {"core_port": 43300}}
```

A value of a wrong type stops the start with an error that names it; an unknown key is logged and has no effect.
Core reads the file when it starts.

`tools`, `storage`, `seaweed`, `network.seaweed_s3_port`, `paths.s3_dir` and `paths.plugins_dir` are for later
versions: they are checked, the directories are made, and nothing uses them yet. `database.url` must be null.

| setting | default | what it is |
|---|---|---|
"""


def page() -> str:
    return INTRODUCTION + "\n".join(_rows(Settings)) + "\n"


def _rows(section: type[Section], place: str = "") -> Iterator[str]:
    for own_name, field in section.model_fields.items():
        name = field.alias or own_name
        if isinstance(field.annotation, type) and issubclass(field.annotation, Section):
            yield from _rows(field.annotation, f"{place}{name}.")
        else:
            secret = isinstance(field.default, SecretStr)
            default = "made at the first start" if secret else f"`{json.dumps(field.default)}`"
            yield f"| `{place}{name}` | {default} | {one_line(field.description)} |"
