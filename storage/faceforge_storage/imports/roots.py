"""Which folders may be read: the roots that a setting allows, and what this system has when none does."""

from __future__ import annotations

import os
import string
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

from faceforge_storage.errors import Fault, InvalidInput
from faceforge_storage.imports.closed import Closed, is_store
from faceforge_storage.imports.names import is_text
from faceforge_storage.imports.path_rules import fault_of_path

MOUNTS = ("/media", "/run/media", "/mnt", "/Volumes")
"""Where Linux and macOS mount the disks that people plug in."""
MOST_FOLDERS = 1000
"""How many folders of one are listed."""
HINT = "Choose a folder in one of them, or add another place to `import.roots`."


class Roots:
    """The folders that one actor may import from, and what is never entered below them."""

    def __init__(self, allowed: Iterable[Path], closed: Closed) -> None:
        self.allowed = tuple(dict.fromkeys(allowed))
        self.closed = closed

    @classmethod
    def of(cls, setting: Sequence[str] | None, closed: Closed, *, limited: bool) -> Roots:
        """What the setting `import.roots` allows; without one a limited token may read nothing."""
        if setting is not None:
            return cls([Path(each).expanduser() for each in setting], closed)
        return cls([] if limited else default_roots(), closed)

    def check(self, path: str, where: str = "/path") -> Path:
        """The real path of a folder that may be read. Raises InvalidInput, which says what to do.

        What lies outside of the roots is refused alike whether it is there or not.
        """
        fault = fault_of_path(path)
        if fault is not None:
            raise _refused(where, f"The path {fault}.", "invalid_path", "Give the whole path of a folder.")
        wanted = Path(os.path.normpath(path))
        root = next((real for each in self.allowed if (real := _below(wanted, each)) is not None), None)
        if root is None:
            raise self._outside(where)
        try:
            real = wanted.resolve(strict=True)
            if not _lies_in(real, root):
                raise self._outside(where)
            with os.scandir(real):
                pass
            if self.closed.holds(real):
                message = "The folder belongs to FaceForge, which keeps its own files in it."
                raise _refused(where, message, "closed", "Choose another folder.")
        except (OSError, RuntimeError) as refused:
            raise _unreadable(where, refused) from None
        return real

    def holds(self, path: Path) -> bool:
        """Whether a real path lies in a root, or is one."""
        return any(_lies_in(path, each) for each in self.allowed)

    def folders_in(self, real: Path) -> tuple[list[str], bool]:
        """The names of the folders in one that was checked, and whether there are more: no hidden ones, no links."""
        names = []
        try:
            with os.scandir(real) as entries:
                for entry in entries:
                    plain = not entry.name.startswith((".", "$")) and is_text(entry.name)
                    if plain and entry.is_dir(follow_symlinks=False) and not self._is_closed(entry):
                        names.append(entry.name)
        except OSError as refused:
            raise _unreadable("/path", refused) from None
        names.sort(key=lambda each: (each.casefold(), each))
        return names[:MOST_FOLDERS], len(names) > MOST_FOLDERS

    def _is_closed(self, entry: os.DirEntry[str]) -> bool:
        try:
            return self.closed.has(entry.stat()) or is_store(Path(entry.path))
        except OSError:
            return True

    def _outside(self, where: str) -> InvalidInput:
        roots = ", ".join(map(str, self.allowed)) or "none for this token"
        message = f"The folder lies outside the places that imports may read: {roots}."
        return _refused(where, message, "outside_roots", HINT)


def default_roots(platform: str = sys.platform) -> list[Path]:
    """The home of the user, and where further disks are: drives on Windows, else the usual mount points."""
    if platform == "win32":
        drives = [Path(f"{letter}:\\") for letter in string.ascii_uppercase]
        return [Path.home(), *(each for each in drives if each.is_dir())]
    return [each for each in (Path.home(), *map(Path, MOUNTS)) if each.is_dir()]


def _below(wanted: Path, root: Path) -> Path | None:
    """The real path of the root when `wanted` is written as something in it."""
    try:
        real = root.resolve(strict=True)
    except (OSError, RuntimeError):
        return None
    written = Path(os.path.normcase(wanted))
    found = any(written.is_relative_to(os.path.normcase(each)) for each in (root, real))
    return real if found else None


def _lies_in(path: Path, root: Path) -> bool:
    """Whether a real path is the root or lies in it, by what the disk says and not by how it is written."""
    try:
        return any(each.samefile(root) for each in (path, *path.parents))
    except OSError:
        return False


def _unreadable(where: str, refused: Exception) -> InvalidInput:
    if isinstance(refused, FileNotFoundError):
        hint = "Check how it is written, and whether its disk is connected."
        return _refused(where, "There is no such folder.", "not_found", hint)
    if isinstance(refused, NotADirectoryError):
        hint = "Give the folder that it lies in, with `include` for its name."
        return _refused(where, "This is a file, not a folder.", "not_a_folder", hint)
    reason = refused.strerror if isinstance(refused, OSError) else str(refused)
    hint = "Give Core the right to read it, or choose another folder."
    return _refused(where, f"The folder cannot be read: {reason}.", "unreadable", hint)


def _refused(where: str, message: str, code: str, hint: str) -> InvalidInput:
    return InvalidInput(message, hint, errors=(Fault(where, message, code),))
