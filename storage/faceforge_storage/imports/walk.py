"""Finding the files of a folder: in a fixed order, one directory at a time, links followed within the folder only."""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from faceforge_storage.imports.closed import Numbers, numbers_of
from faceforge_storage.imports.identity import Identity, identity_of
from faceforge_storage.imports.path_rules import fault_of_name
from faceforge_storage.imports.patterns import Patterns
from faceforge_storage.imports.source_folder import NotEntered, SourceFolder

SIDECAR = "_meta.json"
NOT_FOR_PEOPLE = frozenset(
    {"thumbs.db", "desktop.ini", "$recycle.bin", "system volume information", "lost+found"}
)
"""What systems put into folders, in lower case; left out like hidden files."""
CHECK_EVERY = 500
WINDOWS_HIDDEN = 0x2 | 0x4
MACOS_HIDDEN = 0x8000


@dataclass(frozen=True)
class Wanted:
    """Which files of a folder are meant."""

    recursive: bool = True
    include: Sequence[str] = ()
    exclude: Sequence[str] = ()
    hidden: bool = False


class Found(NamedTuple):
    """A file, or what cannot be read in place of one: then `reason` is a code, and the identity means nothing."""

    path: str
    """Below the folder, in the system's own text."""
    identity: Identity | None
    via_link: bool = False
    sidecars: tuple[str, ...] = ()
    """Its own ones, by name, the nearest last."""
    reason: str | None = None
    message: str | None = None


class Entered(NamedTuple):
    """A directory whose files come next."""

    path: str
    has_defaults: bool
    """Whether it has a `_meta.json`."""


PLAIN = {
    "not_allowed": "This machine does not let FaceForge read it.",
    "broken_link": "It is a link to something that is not there.",
}
"""What is said of a file by its reason, where the words of the system would tell less."""


@dataclass(slots=True)
class Listed:
    """The names in one directory, by what they are."""

    files: list[str] = field(default_factory=list)
    folders: list[str] = field(default_factory=list)
    links: list[str] = field(default_factory=list)
    sidecars: set[str] = field(default_factory=set)
    refused: list[tuple[str, str]] = field(default_factory=list)
    """Names that are not read, each with the reason."""


@dataclass(slots=True)
class Frame:
    """A directory to enter: its path as found, where it really is, and the directories it was reached through."""

    path: str
    place: str
    above: frozenset[Numbers]
    via_link: bool


class Walk:
    """One walk through a folder. `check` is called now and then, to stop it by an error."""

    def __init__(self, folder: SourceFolder, wanted: Wanted, check: Callable[[], None]) -> None:
        self._folder, self._wanted, self._check = folder, wanted, check
        self._include, self._exclude = Patterns(wanted.include), Patterns(wanted.exclude)
        self._linked: set[Numbers] = set()

    def __iter__(self) -> Iterator[Found | Entered]:
        """Each directory before its files, its own files before those of its folders, both sorted by name."""
        waiting = [Frame("", "", frozenset(), via_link=False)]
        while waiting:
            frame = waiting.pop()
            try:
                listed = self._list(frame)
                numbers = numbers_of(self._folder.status(frame.place))
            except OSError as refused:
                yield _refused(frame.path, refused)
                continue
            if numbers in frame.above:
                continue  # a link led back up
            yield Entered(frame.path, SIDECAR in listed.sidecars)
            above = frame.above | {numbers}
            linked = yield from self._links(frame, listed, above)
            yield from self._files(frame, listed)
            if self._wanted.recursive:
                below = [
                    Frame(_join(frame.path, name), _join(frame.place, name), above, frame.via_link)
                    for name in listed.folders
                ]
                waiting += sorted([*below, *linked], key=lambda each: each.path, reverse=True)

    def _list(self, frame: Frame) -> Listed:
        listed = Listed()
        with self._folder.entries(frame.place) as entries:
            for number, entry in enumerate(entries):
                if number % CHECK_EVERY == 0:
                    self._check()
                self._sort_in(frame, listed, entry)
        return listed

    def _sort_in(self, frame: Frame, listed: Listed, entry: os.DirEntry[str]) -> None:
        name = entry.name
        if name.endswith(SIDECAR):
            listed.sidecars.add(name)
        if not self._wanted.hidden and _is_hidden(entry):
            return
        if self._exclude and self._exclude.fits(_join(frame.path, name), name):
            return
        if fault := fault_of_name(name):
            listed.refused.append((name, f"The name {fault}."))
        elif _is_link(entry):
            listed.links.append(name)
        elif entry.is_dir(follow_symlinks=False):
            listed.folders.append(name)
        else:  # what is no regular file is told when it is looked at
            listed.files.append(name)

    def _links(
        self, frame: Frame, listed: Listed, above: frozenset[Numbers]
    ) -> Generator[Found, None, list[Frame]]:
        """Sort links in among the files, answer the folders that links lead to, and tell those that lead nowhere."""
        folders = []
        for name in sorted(listed.links):
            path = _join(frame.path, name)
            try:
                place = self._folder.target(_join(frame.place, name))
                status = self._folder.status(place)
            except OSError as refused:
                yield _refused(path, refused, "broken_link")
                continue
            if not stat.S_ISDIR(status.st_mode):
                listed.files.append(name)
            elif (numbers := numbers_of(status)) not in above and numbers not in self._linked:
                self._linked.add(numbers)
                folders.append(Frame(path, place, above, via_link=True))
        return folders

    def _files(self, frame: Frame, listed: Listed) -> Iterator[Found]:
        for name, message in sorted(listed.refused):
            yield Found(_join(frame.path, name), None, reason="invalid_name", message=message)
        own = _own_sidecars(listed)
        links = set(listed.links)
        for number, name in enumerate(sorted(listed.files)):
            if number % CHECK_EVERY == 0:
                self._check()
            path = _join(frame.path, name)
            if name in own.all or (self._include and not self._include.fits(path, name)):
                continue
            yield self._file(path, frame.via_link or name in links, own.of(name))

    def _file(self, path: str, via_link: bool, sidecars: tuple[str, ...]) -> Found:
        try:
            status = self._folder.status(path, via_link=via_link)
            if not stat.S_ISREG(status.st_mode):
                raise NotEntered("special", "It is no regular file.")
            if not self._folder.may_read(path, via_link=via_link):
                return Found(path, None, reason="not_allowed", message=PLAIN["not_allowed"])
        except OSError as refused:
            return _refused(path, refused)
        return Found(path, identity_of(status), via_link, sidecars)


@dataclass
class _Own:
    """The sidecars of single files in a directory."""

    by_name: dict[str, tuple[str, ...]]
    all: frozenset[str]

    def of(self, name: str) -> tuple[str, ...]:
        return self.by_name.get(name, ())


def _own_sidecars(listed: Listed) -> _Own:
    """Which file of a directory has which sidecars; what belongs to no file is a file like any other."""
    if not listed.sidecars:
        return _Own({}, frozenset())
    by_name = {}
    for name in listed.files:
        stem, dot, _ = name.rpartition(".")
        candidates = (stem + SIDECAR, name + SIDECAR) if dot and stem else (name + SIDECAR,)
        if found := tuple(each for each in candidates if each in listed.sidecars and each != name):
            by_name[name] = found
    used = {each for found in by_name.values() for each in found}
    return _Own(by_name, frozenset({SIDECAR, *used}))


def _join(folder: str, name: str) -> str:
    return f"{folder}/{name}" if folder else name


def _is_hidden(entry: os.DirEntry[str]) -> bool:
    if entry.name.startswith(".") or entry.name.casefold() in NOT_FOR_PEOPLE:
        return True
    if sys.platform == "linux":
        return False
    status = entry.stat(follow_symlinks=False)
    attributes = getattr(status, "st_file_attributes", 0) & WINDOWS_HIDDEN
    return bool(attributes or getattr(status, "st_flags", 0) & MACOS_HIDDEN)


def _is_link(entry: os.DirEntry[str]) -> bool:
    """Whether it is a symbolic link, or what Windows has beside them: a junction."""
    if entry.is_symlink():
        return True
    if sys.platform != "win32":
        return False
    return entry.stat(follow_symlinks=False).st_reparse_tag == stat.IO_REPARSE_TAG_MOUNT_POINT


def _refused(path: str, refused: OSError, otherwise: str = "not_readable") -> Found:
    if isinstance(refused, NotEntered):
        return Found(path, None, reason=refused.reason, message=str(refused))
    reason = "not_allowed" if isinstance(refused, PermissionError) else otherwise
    message = PLAIN.get(reason) or f"It cannot be read: {refused.strerror or refused}."
    return Found(path, None, reason=reason, message=message)
