"""The marker of a store: a small file in its directory, which tells it from the empty one that it leaves behind."""

from __future__ import annotations

import json
import logging
import os
import secrets
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

from faceforge_storage.errors import FaceForgeError, NoSpace, StoreAway
from faceforge_storage.home.atomic import FULL, write_json
from faceforge_storage.objects.disk import disk_errors
from faceforge_storage.objects.provider import StoredObject

log = logging.getLogger(__name__)

MARKER = "faceforge-store.json"
MARKER_BYTES = 4096
"""More than any marker has."""
ABOUT = "FaceForge knows this directory by this file. Keep it with the files, also in copies of them."
HOLDS_DIRECTORIES = hasattr(os, "O_DIRECTORY")
"""Whether the system opens directories. An open one is not unmounted."""

IsThere = Callable[[StoredObject], bool]


class StoreRegister(Protocol):
    """What is recorded of a store elsewhere, so that it is known again."""

    def identify(self, found: str | None, is_there: IsThere, *, seen: bool) -> str:
        """The id that the marker has or is to get, when it was `found`; None is a directory without a marker.

        `seen` is whether this run has seen the store with its marker. Raises StoreAway when this is not the store, or
        when nothing shows that it is.
        """
        ...


class Unregistered:
    """Nothing is recorded: every directory is the store. For programs without a database."""

    def identify(self, found: str | None, is_there: IsThere, *, seen: bool) -> str:
        return found or new_store_id()


def new_store_id() -> str:
    return secrets.token_hex(16)


class StoreMarker:
    """Looks whether a directory is the store, and marks it once. Every call blocks and may come from any thread."""

    def __init__(self, root: Path, register: StoreRegister, is_there: IsThere) -> None:
        self._root, self._register, self._is_there = root, register, is_there
        self._identifying = threading.Lock()
        self._store_id: str | None = None
        self.away = False
        """Whether the store was away when it was last looked for."""

    def present(self) -> bool:
        """Whether the store is there; also false while nobody has identified it yet."""
        try:
            return self._store_id is not None and self._found() == self._store_id
        except StoreAway:
            return False

    def check(self) -> None:
        """Return when the store is there; makes the marker where the register allows it.

        Raises StoreAway, and when the marker cannot be written NoSpace or StorageFailed.
        """
        try:
            if self._store_id is None or self._found() != self._store_id:
                with self._identifying:
                    self._identify()
        except StoreAway as error:
            if not self.away:
                log.warning("the store at %s is away: %s %s", self._root, error.detail, error.hint)
            self.away = True
            raise
        if self.away:
            log.info("the store at %s is there again", self._root)
        self.away = False

    @contextmanager
    def held(self) -> Iterator[None]:
        """Hold the store while something is written: it is not unmounted meanwhile.

        Raises what `check` raises. A disk that is torn out all the same, or mounted over it, is noticed at the end:
        StoreAway, whatever was done.
        """
        self.check()
        with disk_errors("to open the store"):
            handle = os.open(self._root, os.O_RDONLY | os.O_DIRECTORY) if HOLDS_DIRECTORIES else None
        try:
            self.check()  # again, for it may have gone before it was held
            place = self._place() if handle is None else _place(os.fstat(handle))
            try:
                yield
            except FaceForgeError:
                self._require(place)
                raise
            self._require(place)
        finally:
            if handle is not None:
                os.close(handle)

    def _require(self, place: tuple[int, int] | None) -> None:
        if place is None or place != self._place():
            raise StoreAway("The store went away meanwhile.")

    def _place(self) -> tuple[int, int] | None:
        try:
            return _place(self._root.stat())
        except OSError:
            return None

    def _identify(self) -> None:
        found = self._found()
        if found == "":
            raise StoreAway(f"The file {MARKER} of the store is damaged.")
        store_id = self._register.identify(found, self._is_there, seen=self._store_id is not None)
        if found is None:
            self._make_root()
            with disk_errors("to mark the store"):
                write_json(self._root / MARKER, {"store_id": store_id, "about": ABOUT})
        self._store_id = store_id

    def _make_root(self) -> None:
        try:
            self._root.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as refused:
            if refused.errno in FULL:
                raise NoSpace("The disk is full; it refused to make the directory of the store.") from refused
            log.error("the directory of the store cannot be made: %s", refused)
            raise StoreAway("The directory of the store cannot be made.") from refused

    def _found(self) -> str | None:
        """The id in the marker; None without a marker, empty when it holds none."""
        try:
            with (self._root / MARKER).open("rb") as file:
                store_id = json.loads(file.read(MARKER_BYTES))["store_id"]
        except (FileNotFoundError, NotADirectoryError):
            return None
        except OSError as refused:
            log.debug("the disk refused to read the marker: %s", refused)
            raise StoreAway("The directory of the store cannot be read.") from refused
        except (ValueError, KeyError, TypeError):
            return ""
        return store_id if isinstance(store_id, str) else ""


def _place(status: os.stat_result) -> tuple[int, int]:
    return status.st_dev, status.st_ino
