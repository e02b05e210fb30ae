"""Names of files as the system has them, and as people read them; and names that are alike."""

from __future__ import annotations

import os
import re
import unicodedata

CONTROL = {"Cc", "Cs"}
PLAIN = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_ .-]*")
SEPARATES = re.compile(r"[\s_\-]+")


def is_text(name: str) -> bool:
    """Whether a name from the system is UTF-8, so that it can be shown and stored as it is."""
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True


def readable(name: str) -> str:
    """A name from the system as text: bytes that are no UTF-8 are read as those of Western Europe (Windows-1252)."""
    if is_text(name):
        return name
    raw = os.fsencode(name)
    text, begin = "", 0
    while begin < len(raw):
        try:
            return text + raw[begin:].decode()
        except UnicodeDecodeError as fault:
            text += raw[begin : begin + fault.start].decode()
            bad = raw[begin + fault.start : begin + fault.end]
            text += bad.decode("cp1252", errors="replace")
            begin += fault.end
    return text


def filename_of(name: str) -> tuple[str, bool]:
    """The file name that an asset gets, and whether it tells less than the name that the system has."""
    if PLAIN.fullmatch(name):
        return name, False
    text = unicodedata.normalize("NFC", readable(name))
    clean = "".join("�" if unicodedata.category(each) in CONTROL else each for each in text)
    clean = clean.replace("\\", "_")
    if clean.strip() in ("", ".", ".."):
        clean = f"_{clean}_"
    return clean, not is_text(name) or clean != text


def folded(name: str) -> str:
    """A name without what people vary when they write it: case, compatible forms, `_`, `-` and space."""
    return SEPARATES.sub(
        " ", unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold())
    ).strip()


def as_name(folder: str) -> str:
    """The name that an entity gets from a folder: `_` and runs of spaces become one space."""
    return re.sub(r"[\s_]+", " ", readable(folder)).strip()
