"""Reads `config/core.json`: one JSON object that can be written again as it was read, or a plain refusal."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from faceforge_storage.errors import CannotStart
from faceforge_storage.strict_json import parse


def read_document(file: Path) -> Any:
    """The JSON of a settings file; an empty object when there is no file. Raises CannotStart."""
    try:
        # Windows editors begin UTF-8 files with a byte order mark.
        return parse(file.read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as fault:
        raise CannotStart(
            f"{file} cannot be read: {fault}", "Mend the file; it must be JSON in UTF-8, each key once."
        ) from None
