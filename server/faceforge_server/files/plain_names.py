"""A file's name as other systems take it: not too long, and in ASCII for programs that know no other (`curl -fOJ`)."""

from __future__ import annotations

import re
import unicodedata

LONGEST, LONGEST_UTF8 = 200, 240
"""Bytes of a plain name and of one in UTF-8; file systems take 255, and programs append to it while they write."""
HASH_DIGITS = 8
LETTERS = str.maketrans(
    {
        **{"ß": "ss", "ẞ": "SS", "æ": "ae", "Æ": "AE", "œ": "oe", "Œ": "OE", "þ": "th", "Þ": "Th"},
        **{
            "ø": "o",
            "Ø": "O",
            "ł": "l",
            "Ł": "L",
            "đ": "d",
            "Đ": "D",
            "ð": "d",
            "Ð": "D",
            "ħ": "h",
            "Ħ": "H",
        },
        **{"ı": "i", "ŋ": "n", "Ŋ": "N", "ŧ": "t", "Ŧ": "T", "ə": "e", "Ə": "E"},
        **{"‘": "'", "’": "'", "“": "'", "”": "'", "«": "'", "»": "'", "–": "-", "—": "-", "×": "x"},
    }
)
"""Latin letters and signs that Unicode does not take apart into an ASCII one and a mark."""
UNSAFE = re.compile(r"[^A-Za-z0-9 !#$&+.^_`{}~()@,;=\[\]'\0-]")
LOST = "\0"
"""Stands, while a name is made, for what ASCII cannot write."""
EXTENSION = re.compile(r"(\.tar)?\.[A-Za-z0-9]{1,16}$")
RESERVED = re.compile(r"(con|prn|aux|nul|com[0-9]|lpt[0-9]|conin\$|conout\$) *(\..*)?$", re.IGNORECASE)
"""Names that Windows keeps for devices."""


def plain_name(name: str, sha256: str) -> str:
    """`name`, which has no control characters, as ASCII that every file system takes; never empty.

    Accents go, and what quotes, paths and Windows need becomes `_`. Where more is lost, as from any other script, the
    name ends with the beginning of the hash, so that two such files do not overwrite each other.
    """
    composed = unicodedata.normalize("NFKD", name.translate(LETTERS))
    letters = [each for each in composed if not unicodedata.combining(each)]
    text = UNSAFE.sub("_", "".join(each if each.isascii() else LOST for each in letters)).strip(" .")
    stem, extension = parted(text)
    lost = LOST in stem or not stem or len(text) > LONGEST
    if lost:
        stem = re.sub(f" *{LOST}[{LOST} ]*", LOST, stem).strip(f"{LOST} .").replace(LOST, "_")
        stem = stem if re.search("[A-Za-z0-9]", stem) else "file"
        extension = f"-{sha256[:HASH_DIGITS]}{extension}"
    plain = stem[: LONGEST - len(extension)] + extension
    return f"_{plain}" if RESERVED.match(plain) else plain


def shortened(name: str) -> str:
    """`name` as long as file systems take it, as UTF-8; one that is too long keeps its extension."""
    stem, extension = parted(name)
    kept = stem.encode(errors="replace")[: LONGEST_UTF8 - len(extension)]
    return (
        name
        if len(name.encode(errors="replace")) <= LONGEST_UTF8
        else kept.decode(errors="ignore") + extension
    )


def parted(name: str) -> tuple[str, str]:
    """A name without its extension, and the extension with its dot; empty where there is none."""
    found = EXTENSION.search(name)
    return (name[: found.start()], found[0]) if found else (name, "")
