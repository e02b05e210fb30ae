"""What a plan asks the database about many files at once: each question is one statement."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from typing import NamedTuple

from sqlalchemy import Connection, and_, func, select

from faceforge_storage.database.dialects import among
from faceforge_storage.database.records import shown
from faceforge_storage.database.tables import asset_links, assets, entities, objects
from faceforge_storage.database.tables import entity_external_ids as external_ids
from faceforge_storage.imports.names import folded
from faceforge_storage.readings import kept_by_jobs

NAMES_AT_ONCE = 5000
MOST_ALIKE = 10
"""How many entities of one name a person is asked about."""


class Known(NamedTuple):
    """A live entity, as a person knows it."""

    id: str
    name: str


def stored_sizes(db: Connection, sizes: Iterable[int]) -> set[int]:
    """Those of the sizes that stored bytes have."""
    found = select(objects.c.size_bytes).where(among(objects.c.size_bytes, list(set(sizes)))).distinct()
    return set(db.execute(found).scalars())


def assets_on(db: Connection, hashes: Iterable[str], kind: str | None) -> dict[str, str | None]:
    """Of the hashes of stored bytes, each with the oldest live asset on them, of one kind or of any; None without.

    What a job keeps (`job.…`) is no asset that a file could be.
    """
    fits = and_(assets.c.content_hash == objects.c.sha256, shown(assets), ~kept_by_jobs(assets.c.kind))
    if kind is not None:
        fits = and_(fits, assets.c.kind == kind)
    found = (
        select(objects.c.sha256, assets.c.id)
        .select_from(objects.outerjoin(assets, fits))
        .where(among(objects.c.sha256, list(set(hashes))))
        .order_by(assets.c.created_at.desc(), assets.c.row_id.desc())
    )
    return {sha256: asset_id for sha256, asset_id in db.execute(found)}  # noqa: C416  # the oldest comes last


def live_assets(db: Connection, ids: Iterable[str]) -> set[str]:
    """Those of the ids that live assets have."""
    return set(
        db.execute(select(assets.c.id).where(shown(assets), among(assets.c.id, list(set(ids))))).scalars()
    )


def live_entities(db: Connection, ids: Iterable[str]) -> dict[str, Known]:
    """The live entities of these ids."""
    wanted = among(entities.c.id, list(set(ids)))
    found = select(entities.c.id, entities.c.display_name).where(shown(entities), wanted)
    return {row.id: Known(*row) for row in db.execute(found)}


def holders(db: Connection, wanted: Iterable[tuple[str, str]]) -> dict[tuple[str, str], Known]:
    """The live entities that hold external ids, by (namespace, value)."""
    values = defaultdict(set)
    for namespace, value in wanted:
        values[namespace].add(value)
    found = {}
    for namespace, of_it in values.items():
        held = (
            select(external_ids.c.value, entities.c.id, entities.c.display_name)
            .join(entities, entities.c.row_id == external_ids.c.entity_row)
            .where(
                external_ids.c.namespace == namespace,
                among(external_ids.c.value, list(of_it)),
                shown(entities),
            )
        )
        found.update({(namespace, value): Known(*known) for value, *known in db.execute(held)})
    return found


def named(db: Connection, names: Iterable[str]) -> dict[str, list[Known]]:
    """The live entities that are called exactly so, by name, oldest first; at most one more than `MOST_ALIKE` each."""
    wanted = among(entities.c.display_name, list(set(names)))
    found = select(entities.c.id, entities.c.display_name).where(shown(entities), wanted)
    called: dict[str, list[Known]] = defaultdict(list)
    for row in db.execute(found.order_by(entities.c.row_id)):
        if len(called[row.display_name]) <= MOST_ALIKE:
            called[row.display_name].append(Known(*row))
    return dict(called)


def alike(db: Connection, wanted: Collection[str], after: int) -> tuple[list[tuple[str, Known]], int | None]:
    """The live entities of which a name or an alias is `folded` to one of `wanted`, among some rows after `after`.

    Each comes with that folded name; beside them the row to go on after, None at the end.
    """
    columns = (entities.c.row_id, entities.c.id, entities.c.display_name, entities.c.aliases)
    some = select(*columns).where(entities.c.row_id > after, shown(entities)).order_by(entities.c.row_id)
    rows = db.execute(some.limit(NAMES_AT_ONCE)).all()
    found = []
    for row in rows:
        names = {folded(each) for each in (row.display_name, *row.aliases)}
        found += [(each, Known(row.id, row.display_name)) for each in sorted(names) if each in wanted]
    return found, rows[-1].row_id if len(rows) == NAMES_AT_ONCE else None


def described(db: Connection, ids: Iterable[str]) -> dict[str, tuple[int, list[str]]]:
    """How many files entities have, and their tags: what tells two of one name apart."""
    counted = (
        select(entities.c.id, entities.c.tags, func.count(asset_links.c.row_id))
        .outerjoin(asset_links, asset_links.c.entity_row == entities.c.row_id)
        .where(among(entities.c.id, list(ids)))
        .group_by(entities.c.row_id)
    )
    return {entity_id: (files, tags) for entity_id, tags, files in db.execute(counted)}
