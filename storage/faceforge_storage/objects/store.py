"""All providers as one store: new bytes go to the first, old ones are read from where they were stored."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from contextlib import suppress

from faceforge_storage.errors import StorageFailed, StoreAway, Unavailable
from faceforge_storage.objects.arriving import Arriving
from faceforge_storage.objects.provider import ObjectReader, Provider, StoredObject
from faceforge_storage.objects.staging import StagedFile

READ_BYTES = 1024 * 1024


class ObjectStore:
    """The providers of one installation; the first stores what is new. Every call blocks."""

    def __init__(self, providers: Sequence[Provider]) -> None:
        self.providers = {provider.name: provider for provider in providers}
        self._first = providers[0]

    def away(self) -> bool:
        """Whether a provider was away when it was last looked for. Does not block."""
        return any(provider.away for provider in self.providers.values())

    def check(self) -> None:
        """Return when the provider that stores what is new is there. Raises what `Provider.check` raises."""
        self._first.check()

    def look_again(self) -> None:
        """Look for the providers that were away; none of the others is touched. Raises NoSpace, StorageFailed."""
        for provider in self.providers.values():
            if provider.away:
                with suppress(StoreAway):
                    provider.check()

    def arriving(self, needed: int) -> Arriving:
        """Where bytes may be staged that are to be published; see Provider.arriving."""
        return self._first.arriving(needed)

    def publish(self, staged: Sequence[StagedFile]) -> list[StoredObject]:
        """Store staged bytes; see Provider.publish for what that promises and raises."""
        return self._first.publish(staged)

    def open(self, stored: StoredObject) -> ObjectReader:
        """Open an object of the recorded size.

        Raises Unavailable when it or its provider is not there, StorageFailed when its size is wrong.
        """
        reader = self.provider(stored).open(stored)
        if reader.size_bytes != stored.size_bytes:
            reader.close()
            raise StorageFailed(
                f"{stored.size_bytes} bytes were stored, {reader.size_bytes} are there: it is damaged."
            )
        return reader

    def is_whole(self, stored: StoredObject) -> bool:
        """Whether an object has the bytes of its hash; all of them are read. Raises Unavailable, StorageFailed."""
        reader, digest = self.open(stored), hashlib.sha256()
        try:
            for offset in range(0, stored.size_bytes, READ_BYTES):
                digest.update(reader.read(offset, READ_BYTES))
        finally:
            reader.close()
        return digest.hexdigest() == stored.sha256

    def delete(self, objects: Sequence[StoredObject]) -> None:
        """Remove objects of one provider; see Provider.delete for what that promises and raises."""
        self.provider(objects[0]).delete(objects)

    def provider(self, stored: StoredObject) -> Provider:
        """The provider that holds an object. Raises Unavailable when it is not configured any more."""
        try:
            return self.providers[stored.provider]
        except KeyError:
            raise Unavailable(
                f"The bytes are with the provider {stored.provider!r}, which is not configured.",
                hint="Configure it again in config/core.json, or move the objects before removing it.",
            ) from None

    def sweep(self) -> int:
        """Remove what a crash left half-written in any provider, before the first upload."""
        return sum(provider.sweep() for provider in self.providers.values())
