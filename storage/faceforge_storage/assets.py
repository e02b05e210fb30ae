"""Assets, the objects that hold their bytes, and their links to entities: queries, writes, purge."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, Text, and_, exists, func, literal, or_, select

from faceforge_storage import readings, uploads
from faceforge_storage.database import records
from faceforge_storage.database.dialects import Listed, among, contains, holds_for_each
from faceforge_storage.database.dotted import Merge, Under, fits, merged
from faceforge_storage.database.gateway import AnyRow, Write
from faceforge_storage.database.ids import new_ids
from faceforge_storage.database.json_columns import dumps
from faceforge_storage.database.keyset import leave_out
from faceforge_storage.database.prepared_select import CHUNK_ROWS
from faceforge_storage.database.read_budget import ReadBudget
from faceforge_storage.database.records import Deleted, Wanted, shown
from faceforge_storage.database.tables import (
    asset_links,
    asset_tags,
    assets,
    entities,
    objects,
)
from faceforge_storage.database.unrecorded import Values
from faceforge_storage.database.unrecorded_tables import contents, freed_bytes

DEFAULTS: Values = {
    "owner": {"type": "system", "id": None},
    "derived_from_asset_id": None,
    "user_metadata": {},
    "tags": [],
    "plugin_data": {},
}


def matching(
    *,
    q: Wanted | None = None,
    tag: Listed | None = None,
    ids: Listed | None = None,
    kind: Wanted | Under | None = None,
    mime_type: Wanted | Under | None = None,
    content_hash: Wanted | None = None,
    filename: Wanted | None = None,
    entity_id: Wanted | None = None,
    linked: bool | None = None,
    derived_from_asset_id: Wanted | None = None,
    updated_since: Wanted | None = None,
    taken_since: Wanted | None = None,
    taken_before: Wanted | None = None,
    deleted: Deleted = "exclude",
    of_jobs: bool = True,
) -> Select[Any]:
    """The assets that fit every filter given; every `tag` must be there; `linked`: whether any `entity_id` finds it.

    `of_jobs`: also those that jobs keep for themselves; without it only where a kind, or one thing, is asked for.
    """
    equal = {
        "content_hash": content_hash,
        "filename": filename,
        "derived_from_asset_id": derived_from_asset_id,
    }
    conditions = [assets.c[name] == value for name, value in equal.items() if value is not None]
    words = ((assets.c.kind, kind), (assets.c.mime_type, mime_type))
    conditions += [fits(column, wanted) for column, wanted in words if wanted is not None]
    if linked is not None:
        conditions.append(has_link() if linked else ~has_link())
    if tag is not None:
        conditions.append(holds_for_each(tag, has_tag))
    if q is not None:
        conditions.append(contains(assets.c.filename, q))
    if ids is not None:
        conditions.append(among(assets.c.id, ids))
    if entity_id is not None:
        theirs = (
            select(asset_links.c.asset_row)
            .join(entities, entities.c.row_id == asset_links.c.entity_row)
            .where(entities.c.id == entity_id, shown(entities))
        )
        conditions.append(assets.c.row_id.in_(theirs))
    if updated_since is not None:
        conditions.append(assets.c.updated_at >= updated_since)
    if taken_since is not None:
        conditions.append(assets.c.taken_at >= taken_since)
    if taken_before is not None:  # of what has no such date the column is empty
        conditions += [assets.c.taken_at < taken_before, assets.c.taken_at > ""]
    named = (content_hash, filename, derived_from_asset_id, entity_id, ids)
    names_nothing = all(each is None for each in named)
    found = select(assets).where(shown(assets, deleted), *conditions)
    if not of_jobs and kind is None and names_nothing:
        found = leave_out(found, readings.kept_by_jobs(assets.c.kind))
    for column, wanted in words:
        if isinstance(wanted, Under) and names_nothing:
            return merged(found, Merge(column, wanted, shown(assets, deleted)))
    return found


def get(db: Connection, asset_id: str, deleted: Deleted = "exclude") -> AnyRow:
    """The row of an asset, a live one unless `deleted` says otherwise; raises NotFound."""
    return records.find(db, matching(deleted=deleted), "id", asset_id)


def has_tag(tag: Wanted) -> ColumnElement[bool]:
    """Whether the asset has the tag."""
    has = exists().where(asset_tags.c.tag == tag, asset_tags.c.asset_row == assets.c.row_id)
    return has.correlate_except(asset_tags)


def has_link() -> ColumnElement[bool]:
    """Whether the asset is linked to a live entity."""
    has = (
        exists()
        .where(asset_links.c.asset_row == assets.c.row_id, entities.c.row_id == asset_links.c.entity_row)
        .where(shown(entities))
    )
    return has.correlate_except(asset_links, entities)


def oldest_with_contents(
    db: Connection, wanted: Sequence[tuple[str, str | None] | None], *, of_jobs: bool = True
) -> list[AnyRow | None]:
    """For each hash the oldest live asset on these bytes, of one kind or of any; None where nothing is wanted.

    `of_jobs`: also those that jobs keep for themselves.
    """
    asked = func.json_each(literal(dumps(wanted), Text)).table_valued("key", "value", name="asked")
    content_hash, kind = (func.json_extract(asked.c.value, f"$[{place}]") for place in (0, 1))
    of_kind = or_(kind.is_(None), assets.c.kind == kind)
    if not of_jobs:
        of_kind = and_(of_kind, ~readings.kept_by_jobs(assets.c.kind))
    oldest = (
        select(assets.c.row_id)
        .where(assets.c.content_hash == content_hash, of_kind, shown(assets))
        .order_by(assets.c.created_at, assets.c.row_id)
        .limit(1)
        .correlate(asked)
    )
    of_each = select(asked.c.key, oldest.scalar_subquery().label("row")).where(asked.c.value.is_not(None))
    picked = of_each.subquery("picked")
    chosen = select(assets, picked.c.key).join(picked, picked.c.row == assets.c.row_id)
    found = {row.key: row for row in db.execute(chosen)}
    return [found.get(place) for place in range(len(wanted))]


def contents_with_hash(db: Connection, algorithm: str, digits: str, limit: int) -> list[str]:
    """The SHA-256 of contents with live assets whose hash begins with `digits`, in lower case."""
    table, name = (objects, "sha256") if algorithm in ("sha256", "autov2") else (contents, algorithm)
    begins_so = table.c[name].between(digits, digits + "g")  # what comes after all hexadecimal digits
    used = exists().where(assets.c.content_hash == table.c.sha256, shown(assets)).correlate(table)
    found = select(table.c.sha256).where(begins_so, used).order_by(table.c[name]).limit(limit)
    return list(db.execute(found).scalars())


def create(tx: Write, rows: Sequence[Values]) -> Sequence[AnyRow]:
    """Store new assets. Their bytes must be known: `add_objects` first."""
    ids = new_ids(len(rows))
    new = [{"id": asset_id, **DEFAULTS, **values} for asset_id, values in zip(ids, rows, strict=True)]
    return tx.insert(assets, new)


def media(row: AnyRow) -> Values:
    """What was read from the bytes of an asset: another on the same bytes has it at once."""
    return {name: row._mapping[name] for name in readings.MEDIA}


def change(tx: Write, row: AnyRow, values: Values, expected: int | None) -> AnyRow:
    """Set columns of an asset; raises VersionConflict."""
    return tx.update(assets, row, values, expected=expected)


def any_with_contents(db: Connection, hashes: Iterable[str]) -> dict[str, AnyRow]:
    """By hash any asset, even a trashed one, on these bytes: for their size and media type."""
    asked = func.json_each(literal(dumps(list(dict.fromkeys(hashes))), Text)).table_valued(
        "value", name="asked"
    )
    first = select(assets.c.row_id).where(assets.c.content_hash == asked.c.value).limit(1).correlate(asked)
    picked = select(first.scalar_subquery().label("row")).select_from(asked).subquery("picked")
    found = db.execute(select(assets).join(picked, picked.c.row == assets.c.row_id))
    return {row.content_hash: row for row in found}


def linked_to(entity_row: ColumnElement[int]) -> ColumnElement[bool]:
    """Whether an asset is linked to an entity."""
    linked = select(asset_links.c.asset_row).where(asset_links.c.entity_row == entity_row)
    return assets.c.row_id.in_(linked.correlate_except(asset_links))


def linked_from(asset_row: ColumnElement[int]) -> ColumnElement[bool]:
    """Whether an entity is one that an asset is linked to."""
    linked = select(asset_links.c.entity_row).where(asset_links.c.asset_row == asset_row)
    return entities.c.row_id.in_(linked.correlate_except(asset_links))


def find_objects(db: Connection, hashes: Iterable[str]) -> dict[str, AnyRow]:
    """Where the bytes with these hashes are: hash -> its row of `objects`."""
    found = db.execute(select(objects).where(among(objects.c.sha256, dict.fromkeys(hashes))))
    return {row.sha256: row for row in found}


def add_objects(tx: Write, published: Sequence[tuple[Values, Values]]) -> int:
    """Record where published bytes are, and that they are to be read; for bytes that are known already nothing changes.

    With each come further hashes of the bytes, by the names of `readings.HASHES`. Answers how many were new.
    """
    known = find_objects(tx.connection, (place["sha256"] for place, _ in published))
    new = {place["sha256"]: (place, hashes) for place, hashes in published if place["sha256"] not in known}
    if known:
        readings.enqueue(tx, _kept_by_jobs_only(tx, known))
    tx.insert(objects, [{**place, "created_at": tx.at} for place, _ in new.values()])
    readings.add_contents(tx, {sha256: hashes for sha256, (_, hashes) in new.items()})
    return len(new)


def _kept_by_jobs_only(tx: Write, hashes: Iterable[str]) -> list[str]:
    """Those of the contents that only jobs keep, of which nothing was read: now they are somebody's file."""
    of_people = {
        row.content_hash
        for row in tx.rows(
            select(assets.c.content_hash).where(
                among(assets.c.content_hash, list(hashes)), ~readings.kept_by_jobs(assets.c.kind)
            )
        )
    }
    return [each for each in hashes if each not in of_people]


def find_object(db: Connection, sha256: str) -> AnyRow | None:
    """Where the bytes with this hash are."""
    return db.execute(select(objects).where(objects.c.sha256 == sha256)).one_or_none()


def links(db: Connection, asset_rows: Sequence[int], budget: ReadBudget) -> Iterator[AnyRow]:
    """The links of several assets to live entities, oldest first: `asset_row, entity_id, role`.

    Raises what `ReadBudget.count_rows` does.
    """
    columns: list[ColumnElement[Any]] = [
        asset_links.c.asset_row,
        entities.c.id.label("entity_id"),
        asset_links.c.role,
    ]
    found = db.execute(
        select(*columns)
        .select_from(asset_links)
        .join(entities, entities.c.row_id == asset_links.c.entity_row)
        .where(among(asset_links.c.asset_row, asset_rows), shown(entities))
        .order_by(asset_links.c.row_id)
    )
    for chunk in found.partitions(CHUNK_ROWS):
        budget.count_rows(chunk)
        yield from chunk


def link(tx: Write, wanted: Sequence[tuple[AnyRow, AnyRow, Values]]) -> list[bool]:
    """Link assets to entities; of an existing link the role changes, when one is given.

    Answers for each whether it made or changed anything.
    """
    if not wanted:
        return []
    among_these = among(asset_links.c.asset_row, dict.fromkeys(asset.row_id for asset, _, _ in wanted))
    existing = {
        (row.asset_row, row.entity_row): row for row in tx.rows(select(asset_links).where(among_these))
    }
    new: dict[tuple[int, int], tuple[dict[str, Any], str]] = {}
    changed = []
    for asset, entity, values in wanted:
        key = (asset.row_id, entity.row_id)
        if key in existing:
            before = existing[key]
            existing[key] = tx.update(asset_links, before, values, record_id=_name(asset, entity))
            changed.append(existing[key] is not before)
        else:
            begun = new[key][0] if key in new else {"asset_row": key[0], "entity_row": key[1], "role": None}
            made = {**begun, **values}
            changed.append(key not in new or made != begun)
            new[key] = made, _name(asset, entity)
    tx.insert(asset_links, [row for row, _ in new.values()], [name for _, name in new.values()])
    return changed


def unlink(tx: Write, asset: AnyRow, entity: AnyRow) -> None:
    """Remove the link between an asset and an entity, when there is one."""
    existing = _link(tx, asset, entity)
    if existing is not None:
        tx.delete(asset_links, [existing], [_name(asset, entity)])


def purge(tx: Write, asset: AnyRow) -> bool:
    """Remove an asset with its links, and their values from the journal. What pointed at it points nowhere.

    Answers whether no other asset has its bytes. Then they are no object any more, and freed: `StoredBytes` removes
    them once this is committed.
    """
    records.purge(tx, assets, asset)
    uploads.forget_asset(tx, asset.id)
    if any_with_contents(tx.connection, [asset.content_hash]):
        return False
    place = tx.rows(select(objects).where(objects.c.sha256 == asset.content_hash))
    tx.erase(objects, place)
    readings.forget(tx, asset.content_hash)
    for row in place:
        values = {column.name: row._mapping[column.name] for column in freed_bytes.c}
        tx.delete_unrecorded(freed_bytes, freed_bytes.c.sha256 == row.sha256)  # of an earlier purge
        tx.save_unrecorded(freed_bytes, values)
    return True


def _link(tx: Write, asset: AnyRow, entity: AnyRow) -> AnyRow | None:
    here = (asset_links.c.asset_row == asset.row_id, asset_links.c.entity_row == entity.row_id)
    found = tx.rows(select(asset_links).where(*here))
    return found[0] if found else None


def _name(asset: AnyRow, entity: AnyRow) -> str:
    return f"{asset.id}/{entity.id}"
