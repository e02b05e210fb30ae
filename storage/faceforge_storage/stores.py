"""What the database records of the stores: the id by which each is known again, and what must be in it."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Select, Table, select

from faceforge_storage.database.database import Database
from faceforge_storage.database.gateway import Write
from faceforge_storage.database.tables import objects
from faceforge_storage.database.unrecorded_tables import freed_bytes, stores
from faceforge_storage.errors import StoreAway
from faceforge_storage.objects.marker import MARKER, IsThere, new_store_id
from faceforge_storage.objects.provider import StoredObject

SAMPLE = 64
"""How many recorded objects are looked for in a directory without a marker."""
OTHER_HINT = (
    "Set `paths.assets_dir` to a directory of its own. "
    f"If no other data directory uses this one, remove {MARKER} in it."
)


class RecordedStore:
    """The register of one provider's store, in the database of the home."""

    def __init__(self, database: Database, provider: str) -> None:
        self._database, self._provider = database, provider

    def identify(self, found: str | None, is_there: IsThere, *, seen: bool) -> str:
        """See `StoreRegister.identify`.

        A directory without a marker is the store when nothing was stored yet (unless it had one in this run), or when
        at least half of what is looked for is in it: what an older version wrote into the directory of a disk that was
        not mounted does not pass for the store.
        """
        expected, sample = self._database.reading(_recorded, self._provider)
        if found is not None and found == expected:
            return found
        if found is not None and expected is not None:
            raise StoreAway("Another store is where the files should be.")
        if found is not None and not sample:
            raise StoreAway("The directory is the store of another data directory.", hint=OTHER_HINT)
        if found is None and seen and not sample:
            raise StoreAway("The directory of the store has lost its marker.")
        if 2 * sum(map(is_there, sample)) < len(sample):
            raise StoreAway("The stored files are not in the directory where they should be.")
        # An empty directory gets a new id: the one that had the old id is noticed then, should it come back.
        store_id = found or (expected if sample else None) or new_store_id()
        if store_id != expected:
            self._database.writing("core", "record a store", lambda tx: _record(tx, self._provider, store_id))
        return store_id


def _recorded(db: Connection, provider: str) -> tuple[str | None, Sequence[StoredObject]]:
    """The id of a provider's store, and some of the objects in it: all of them when there are few."""
    expected = db.execute(select(stores.c.store_id).where(stores.c.provider == provider)).scalar()
    ordered = places(objects).where(objects.c.provider == provider).order_by(objects.c.sha256)
    found = db.execute(ordered.limit(SAMPLE)).all()
    if len(found) == SAMPLE:  # hashes are spread evenly, so those after random ones are a fair sample
        after = (ordered.where(objects.c.sha256 >= secrets.token_hex(32)).limit(1) for _ in range(SAMPLE))
        found = [row for each in after if (row := db.execute(each).one_or_none()) is not None]
    if not found:  # what a purge has freed is there too until it is removed
        found = db.execute(places(freed_bytes).where(freed_bytes.c.provider == provider).limit(SAMPLE)).all()
    return expected, [StoredObject(*row) for row in found]


def places(table: Table) -> Select[Any]:
    """Where bytes are: the columns of `objects` or `freed_bytes` that make a `StoredObject`."""
    return select(*(table.c[name] for name in ("sha256", "size_bytes", "provider", "bucket", "key")))


def _record(tx: Write, provider: str, store_id: str) -> None:
    tx.delete_unrecorded(stores, stores.c.provider == provider)
    tx.save_unrecorded(stores, {"provider": provider, "store_id": store_id})
