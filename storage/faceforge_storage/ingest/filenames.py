"""File names from users: cleaned, stored as metadata for people, never used as a path."""

from __future__ import annotations

import re
import unicodedata

from faceforge_storage.errors import Fault, InvalidInput

MAX_CHARACTERS = 1024
SEPARATORS = re.compile(r"[/\\]")


def clean_filename(name: str, place: str = "body") -> str:
    """The last component of `name`, without a path, composed (NFC); everything else stays as it was written.

    Raises InvalidInput for a name without characters, of dots only as in a path, longer than MAX_CHARACTERS
    characters, or with control characters.
    """
    last = unicodedata.normalize("NFC", SEPARATORS.split(name)[-1])
    if len(name) > MAX_CHARACTERS:
        raise _refused(f"A file name has at most {MAX_CHARACTERS} characters.", "too_long", place)
    if any(unicodedata.category(character) in {"Cc", "Cs"} for character in name):
        raise _refused("A file name holds no control characters.", "invalid", place)
    if last.strip() in {"", ".", ".."}:
        raise _refused("A file name needs more than a path.", "invalid", place)
    return last


def _refused(detail: str, code: str, place: str) -> InvalidInput:
    return InvalidInput(detail, errors=(Fault("/filename", detail, code, place),))
