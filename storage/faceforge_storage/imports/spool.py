"""What a walk has found, kept in a file until all of it is known: a million files need no memory."""

from __future__ import annotations

import marshal
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from faceforge_storage.imports.identity import Identity
from faceforge_storage.imports.names import folded, readable
from faceforge_storage.imports.seen import SizeSketch
from faceforge_storage.imports.walk import Entered, Found
from faceforge_storage.objects.disk import disk_errors, write_whole

AT_ONCE = 500
LENGTH_BYTES = 4
SETTLED_NS = 2_000_000_000
"""A file that was written less than this before it was found is looked at once more, this much later."""


class Counted(NamedTuple):
    """What a walk has found in all."""

    files: int
    bytes: int


class Spool:
    """The finds of one walk, in a file without a name in the directory `tmp`."""

    def __init__(self, tmp: Path) -> None:
        self._file = tempfile.TemporaryFile(buffering=0, dir=tmp)  # noqa: SIM115  # close() closes it
        self.counted = Counted(0, 0)
        self.sizes = SizeSketch()
        self.folders: set[str] = set()
        """The names of all folders, `folded`."""
        self._settled_at_ns = 0
        self._began_ns = time.time_ns()

    def close(self) -> None:
        self._file.close()

    def fill(self, walk: Iterable[Found | Entered], tell: Callable[[Counted], None]) -> None:
        """Take all that the walk finds; `tell` hears now and then how much that is."""
        block: list[tuple[Any, ...]] = []
        for each in walk:
            if isinstance(each, Entered):
                self.folders.add(folded(readable(each.path.rpartition("/")[2])))
                block.append(tuple(each))
            else:
                block.append(self._counted(each))
            if len(block) >= AT_ONCE:
                self._write(block)
                block = []
                tell(self.counted)
        self._write(block)
        tell(self.counted)

    def blocks(self) -> Iterator[list[Found | Entered]]:
        """The same again, some at a time, in the same order."""
        self._file.seek(0)
        with open(self._file.fileno(), "rb", closefd=False) as file:
            while head := file.read(LENGTH_BYTES):
                values = marshal.loads(file.read(int.from_bytes(head, "little")))  # noqa: S302  # our own file
                yield [
                    Entered(*each) if len(each) == len(Entered._fields) else _found(each) for each in values
                ]

    def seconds_to_settle(self) -> float:
        """How long to wait before those files are looked at again that may still be growing."""
        return max(0, self._settled_at_ns - time.time_ns()) / 1e9

    def may_grow(self, identity: Identity) -> bool:
        """Whether a file was written shortly before or since the walk began."""
        return identity.mtime_ns > self._began_ns - SETTLED_NS

    def _counted(self, found: Found) -> tuple[Any, ...]:
        identity = found.identity
        if identity is None:
            self.counted = self.counted._replace(files=self.counted.files + 1)
            return tuple(found)
        self.counted = Counted(self.counted.files + 1, self.counted.bytes + identity.size)
        self.sizes.add(identity.size)
        now = time.time_ns()
        if abs(now - identity.mtime_ns) < SETTLED_NS:
            self._settled_at_ns = now + SETTLED_NS
        return (found.path, tuple(identity), *found[2:])

    def _write(self, block: list[tuple[Any, ...]]) -> None:
        data = marshal.dumps(block)
        with disk_errors("to keep what was found"):
            write_whole(self._file.write, len(data).to_bytes(LENGTH_BYTES, "little") + data)


def _found(values: tuple[Any, ...]) -> Found:
    path, identity, *more = values
    return Found(path, None if identity is None else Identity(*identity), *more)
