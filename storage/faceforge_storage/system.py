"""Counts of what a database holds, its schema revision, and the library that runs it."""

from __future__ import annotations

from sqlalchemy import Connection, func, select, text

from faceforge_storage.database import dialects
from faceforge_storage.database.keyset import count_of, leave_out
from faceforge_storage.database.records import shown
from faceforge_storage.database.tables import (
    assets,
    descriptors,
    entities,
    field_defs,
    objects,
    relationships,
)
from faceforge_storage.database.unrecorded_tables import pending_contents
from faceforge_storage.readings import kept_by_jobs


def counts(db: Connection) -> dict[str, int]:
    """How many live records of each kind there are, and the bytes of all stored files.

    The assets that jobs keep for themselves are none of them.
    """
    tables = (entities, assets, descriptors, relationships, field_defs)
    live = {
        each.name: select(each).where(shown(each)) if "deleted_at" in each.c else select(each)
        for each in tables
    }
    live["assets"] = leave_out(live["assets"], kept_by_jobs(assets.c.kind))
    counted = [count_of(each).scalar_subquery().label(name) for name, each in live.items()]
    stored = select(func.coalesce(func.sum(objects.c.size_bytes), 0)).scalar_subquery().label("stored_bytes")
    unread = select(func.count()).select_from(pending_contents).scalar_subquery().label("unread_files")
    return dict(db.execute(select(*counted, stored, unread)).one()._mapping)


def schema_revision(db: Connection) -> str:
    """The step of the schema that the database is at."""
    return str(db.execute(text("SELECT version_num FROM alembic_version")).scalar_one())


def library() -> tuple[str, str | None]:
    """Which database library runs, and what is to be known of it when it is too old to be safe."""
    return dialects.description(), dialects.warning()
