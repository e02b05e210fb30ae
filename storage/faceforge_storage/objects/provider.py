"""The interface of an object provider; its comments are the contract, and one test suite checks every provider."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, BinaryIO, Protocol

from faceforge_storage.objects.arriving import Arriving
from faceforge_storage.objects.staging import StagedFile


@dataclass(frozen=True, slots=True)
class StoredObject:
    """Where bytes are stored: exactly what the database records of them.

    `sha256` is 64 lower-case hex; `bucket` is empty where a provider has none; `key` means something to its
    provider only and is never made from anything a user typed.
    """

    sha256: str
    size_bytes: int
    provider: str
    bucket: str
    key: str

    def as_row(self) -> dict[str, Any]:
        """What its row of `objects` has."""
        return {name: getattr(self, name) for name in self.__slots__}


class ObjectReader(Protocol):
    """An open object. It stays readable when the object is deleted meanwhile.

    One caller at a time; every call may block, so call it in a thread.
    """

    @property
    def size_bytes(self) -> int:
        """How many bytes there really are, which need not be what the database believes."""
        ...

    @property
    def file(self) -> BinaryIO | None:
        """The open local file, for handing to the operating system, or None where there is none."""
        ...

    def read(self, offset: int, length: int) -> bytes:
        """Exactly `length` bytes from `offset`; fewer only at the end of the object.

        Raises StorageFailed when the bytes cannot be read.
        """
        ...

    def close(self) -> None:
        """Release everything; calling it again does nothing."""
        ...


class Provider(Protocol):
    """A place that stores bytes under their hash. Every call blocks and may come from any thread.

    Errors: NoSpace when there is no room; Unavailable when the object cannot be reached now; StoreAway when the whole
    place is not there (a disk that is not mounted, another one in its place, an empty directory); StorageFailed for
    anything else. Nothing else leaves a provider. In a place that is away nothing is made, written or removed, and
    nothing counts as deleted: whatever does not find what it looks for first makes sure that the place is there.
    """

    @property
    def name(self) -> str:
        """The name that the database records in `StoredObject.provider`."""
        ...

    @property
    def has_local_files(self) -> bool:
        """Whether readers have a `file`. Ask this, never which class a provider is."""
        ...

    @property
    def away(self) -> bool:
        """Whether the place was away when it was last looked for. Does not block."""
        ...

    def present(self) -> bool:
        """Whether the place is there now, without asking the database."""
        ...

    def check(self) -> None:
        """Return when the place is there, and is the one that the register knows.

        Raises StoreAway; NoSpace and StorageFailed when it cannot be marked.
        """
        ...

    def arriving(self, needed: int) -> Arriving:
        """Where `needed` bytes may be staged, from where `publish` stores them with the least effort.

        Names of files there are hexadecimal digits; `sweep` removes what is left of them. Raises StoreAway, NoSpace.
        """
        ...

    def publish(self, staged: Sequence[StagedFile]) -> list[StoredObject]:
        """Store staged bytes under their hashes, and return only when all of them would survive a power cut.

        Of each all or nothing: a reader never sees a part, a failure leaves nothing under the key of the one that
        failed; those before it may be stored. Publishing bytes that are stored already, also twice in one call, is
        no error and leaves one object, whoever comes first; it sets the time of the object to now, so that garbage
        collection waits its whole grace period again. The stored bytes are read first: a damaged object is replaced,
        and moved to where `list` does not show it. Afterwards the staged files may be gone, so nobody may use them
        again.
        """
        ...

    def open(self, stored: StoredObject) -> ObjectReader:
        """Open for reading. Raises Unavailable when the object is not there, before anything is sent."""
        ...

    def stat(self, stored: StoredObject) -> float | None:
        """When the object was last published, in seconds since 1970; None when it is not there."""
        ...

    def delete(self, objects: Sequence[StoredObject]) -> None:
        """Remove objects; no error where one is not there. Open readers stay readable.

        One that cannot be removed keeps none of the others; then the error of the first is raised.
        """
        ...

    def list(self) -> Iterator[StoredObject]:
        """Every object that is complete, in any order; what is half-written is never among them."""
        ...

    def sweep(self) -> int:
        """Remove what a crash left half-written; returns how many files. Called once, before the first publish."""
        ...
