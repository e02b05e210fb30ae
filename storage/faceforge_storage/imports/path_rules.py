"""Which paths may name a folder to import from, and which names below it are read: pure rules, no disk is touched."""

from __future__ import annotations

import os
import re
from pathlib import PurePath, PurePosixPath, PureWindowsPath

NATIVE: type[PurePath] = PureWindowsPath if os.name == "nt" else PurePosixPath
MOST_CHARACTERS = 4096
DEVICES = re.compile(r"(con|prn|aux|nul|conin\$|conout\$|(com|lpt)[0-9¹²³])( *\..*)?", re.IGNORECASE)
"""Names that Windows keeps for devices, also with something after a dot."""
REFUSED = re.compile(r'[<>"|?*\x00-\x1f]')
"""Characters that no name on Windows has."""


def fault_of_path(text: str, flavour: type[PurePath] = NATIVE) -> str | None:
    """What is wrong with a path that somebody gave, as the rest of a sentence; None when nothing is."""
    if "\0" in text or len(text) > MOST_CHARACTERS:
        return f"is no path: it has a NUL character or more than {MOST_CHARACTERS} characters"
    path = flavour(text)
    if flavour is PurePosixPath:
        return None if path.is_absolute() else "is not absolute; begin with `/`"
    if text.replace("/", "\\").startswith("\\\\"):
        return r"is a network or device path (`\\…`); give the share a drive letter"
    if not path.is_absolute():
        return r"is not absolute; begin with a drive, such as `C:\`"
    return next((fault for part in path.parts[1:] if (fault := fault_of_name(part, flavour))), None)


def fault_of_name(name: str, flavour: type[PurePath] = NATIVE) -> str | None:
    """What is wrong with one name of a path; None when nothing is. Only Windows has names that are something else."""
    if flavour is PurePosixPath:
        return None
    if DEVICES.fullmatch(name):
        return f"has the name {name!r}, which Windows keeps for a device"
    if ":" in name:
        return f"has a `:` in {name!r}, which names a hidden stream of a file"
    if name != ".." and name[-1:] in (".", " "):
        return f"has a name that ends in a dot or a space: {name!r}"
    if REFUSED.search(name):
        return f"has a character in {name!r} that no name on Windows has"
    return None
