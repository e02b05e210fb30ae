"""Assets on stored bytes, many at once: what each means on the records of one moment, and how all are stored.

One that is created or uploaded alone is a batch of one. Of equal ones in a batch the later finds its twin in the first.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from faceforge_schema.assets.sidecar import within
from faceforge_schema.context import Context, Reader, Write
from faceforge_schema.entities import EntityCreate, ExternalIdInput, new_entity
from faceforge_schema.values.inputs import invalid
from faceforge_schema.values.reference_checks import live_record
from faceforge_schema.values.visible_jobs import first_readable, hidden_owners
from faceforge_storage import assets as rows
from faceforge_storage import entities as entity_rows
from faceforge_storage.database import records, tables
from faceforge_storage.database.gateway import AnyRow
from faceforge_storage.errors import Fault, UnknownContent, UnknownReference

DEFAULT_KIND = "file"
Key = tuple[str, str]
"""An external id: namespace and value."""
Make = Callable[[EntityCreate], Any]
"""Stores an entity that an arrival brings, or only checks it."""


@dataclass(frozen=True, slots=True)
class WantedLink:
    """An entity to link an asset to."""

    where: str
    """The pointer of the part of the input that names it."""
    entity: str | ExternalIdInput | EntityCreate
    """Its id, its external id, or what to make unless one of the external ids is held."""
    role: str | None = None


@dataclass(frozen=True, slots=True)
class Uploaded:
    """Bytes that came just now: a row of `objects`, and further hashes by the names of `readings.HASHES`."""

    content: Mapping[str, Any]
    hashes: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Arrival:
    """An asset to store, or what its twin is to have."""

    content_hash: str
    filename: str
    kind: str | None = None
    mime_type: str | None = None
    """None: that of another asset on the bytes."""
    tags: Sequence[str] = ()
    user_metadata: Mapping[str, Any] = field(default_factory=dict)
    derived_from: str | None = None
    derived_where: str = "/derived_from_asset_id"
    owner: Mapping[str, Any] | None = None
    reuse: bool = True
    """Whether the oldest live asset on the bytes, of the same kind if one is given, is answered and none is made."""
    links: Sequence[WantedLink] = ()


@dataclass(frozen=True)
class _Resolved:
    """What arrivals mean on the records of one moment, in their order."""

    held: Mapping[str, AnyRow]
    """By hash an asset that is on the bytes already."""
    twins: Sequence[AnyRow | None]
    entities: Sequence[Sequence[tuple[AnyRow, str | None]]]


def store_arrivals(
    tx: Write, context: Context, arrivals: Sequence[Arrival], uploaded: Mapping[str, Uploaded]
) -> list[tuple[AnyRow, bool]]:
    """Store assets, or find their twins; answers the row of each, and whether it is a duplicate.

    `uploaded` are by hash the bytes that came just now. Raises UnknownContent, UnknownReference, RecordTooLarge, and
    what making an entity raises, for the first that is wrong; then nothing may be kept of the transaction.
    """
    found = _resolve(tx.connection, context, arrivals, uploaded, lambda new: new_entity(tx, context, new))
    earlier = _earlier(arrivals, found.twins)
    fresh = [place for place, twin in enumerate(found.twins) if twin is None and place not in earlier]
    used = {arrivals[place].content_hash for place in fresh}
    new_bytes = rows.add_objects(tx, [(each.content, each.hashes) for each in _of(uploaded, used)])
    if new_bytes:
        context.core.examiner.expect()
    stored: dict[int, AnyRow] = dict(
        zip(
            fresh,
            rows.create(tx, [_values(arrivals[place], found, uploaded) for place in fresh]),
            strict=True,
        )
    )
    latest: dict[str, AnyRow] = {}
    for place, arrival in enumerate(arrivals):
        if place not in stored:
            twin = found.twins[place] or stored[earlier[place]]
            twin = latest.get(twin.id, twin)
            stored[place] = latest[twin.id] = rows.change(tx, twin, _merged(arrival, twin), None)
    rows.link(
        tx,
        [
            (stored[place], entity, {} if role is None else {"role": role})
            for place, linked in enumerate(found.entities)
            for entity, role in linked
        ],
    )
    made = set(fresh)
    return [
        (latest.get(stored[place].id, stored[place]), place not in made) for place in range(len(arrivals))
    ]


def check_arrival(
    db: Reader, context: Context, arrival: Arrival, uploaded: Mapping[str, Uploaded], check: Make
) -> None:
    """Raise what `store_arrivals` would raise on this snapshot; `check` does so for an entity that it would make."""
    _resolve(db, context, [arrival], uploaded, check)


def check_not_itself(row: AnyRow, where: str, derived_from: str | None) -> None:
    """Raise InvalidInput when an asset would be made from itself, as the input at the pointer `where` has it."""
    if derived_from == row.id != row.derived_from_asset_id:
        raise invalid(where, "is the asset itself")


def _of(uploaded: Mapping[str, Uploaded], hashes: Iterable[str]) -> list[Uploaded]:
    return [uploaded[each] for each in hashes if each in uploaded]


def _earlier(arrivals: Sequence[Arrival], twins: Sequence[AnyRow | None]) -> dict[int, int]:
    """Of arrivals without a twin in the database, those with one before them in the batch: place -> its place."""
    first: dict[tuple[str, str | None], int] = {}
    found: dict[int, int] = {}
    for place, (arrival, twin) in enumerate(zip(arrivals, twins, strict=True)):
        if twin is not None:
            continue
        if arrival.reuse and (arrival.content_hash, arrival.kind) in first:
            found[place] = first[arrival.content_hash, arrival.kind]
        else:
            first.setdefault((arrival.content_hash, arrival.kind or DEFAULT_KIND), place)
            first.setdefault((arrival.content_hash, None), place)
    return found


def _values(arrival: Arrival, found: _Resolved, uploaded: Mapping[str, Uploaded]) -> dict[str, Any]:
    """The columns of a new asset. What was read from its bytes it has at once."""
    came, held = uploaded.get(arrival.content_hash), found.held.get(arrival.content_hash)
    values = {} if held is None else rows.media(held)
    if came is None:
        assert held is not None  # else `_resolve` has raised
        size, mime_type = held.size_bytes, held.mime_type
    else:
        size, mime_type = came.content["size_bytes"], arrival.mime_type
    return {
        **values,
        "content_hash": arrival.content_hash,
        "size_bytes": size,
        "mime_type": mime_type,
        "filename": arrival.filename,
        "kind": arrival.kind or DEFAULT_KIND,
        "tags": list(dict.fromkeys(arrival.tags)),
        "user_metadata": dict(arrival.user_metadata),
        "derived_from_asset_id": arrival.derived_from,
        "owner": rows.DEFAULTS["owner"] if arrival.owner is None else dict(arrival.owner),
    }


def _merged(arrival: Arrival, twin: AnyRow) -> dict[str, Any]:
    """What a twin has once it has been answered: its own values win."""
    return {
        "tags": list(dict.fromkeys([*twin.tags, *arrival.tags])),
        "user_metadata": {**arrival.user_metadata, **twin.user_metadata},
        "derived_from_asset_id": twin.derived_from_asset_id or arrival.derived_from,
    }


def _resolve(
    db: Reader,
    context: Context,
    arrivals: Sequence[Arrival],
    uploaded: Mapping[str, Uploaded],
    make: Make,
) -> _Resolved:
    held = _readable(db, context, rows.any_with_contents(db, (each.content_hash for each in arrivals)))
    for arrival in arrivals:
        if arrival.content_hash not in uploaded and arrival.content_hash not in held:
            raise UnknownContent(f"No stored bytes have the hash {arrival.content_hash}.")
    _check_sources(db, arrivals)
    wanted = [(each.content_hash, each.kind) if each.reuse and held else None for each in arrivals]
    twins = _twins(db, context, wanted) if held else [None] * len(arrivals)
    for arrival, twin in zip(arrivals, twins, strict=True):
        if twin is not None:
            check_not_itself(twin, arrival.derived_where, arrival.derived_from)
    entities = _Entities(db, context, [link for each in arrivals for link in each.links], make)
    linked = [[(entities.find(link), link.role) for link in each.links] for each in arrivals]
    return _Resolved(held, twins, linked)


def _readable(db: Reader, context: Context, held: Mapping[str, AnyRow]) -> dict[str, AnyRow]:
    """By hash an asset on the bytes, of those that do not belong to a job which who asks may not see."""
    hidden = hidden_owners(db, context, [each.owner for each in held.values()])
    found = {
        content_hash: first_readable(db, context, content_hash) if row.owner["id"] in hidden else row
        for content_hash, row in held.items()
    }
    return {content_hash: row for content_hash, row in found.items() if row is not None}


def _twins(
    db: Reader, context: Context, wanted: Sequence[tuple[str, str | None] | None]
) -> list[AnyRow | None]:
    """The oldest live asset on each content, of those that do not belong to a job which who asks may not see."""
    oldest = rows.oldest_with_contents(db, wanted)
    hidden = hidden_owners(db, context, [each.owner for each in oldest if each is not None])
    return [
        first_readable(db, context, *asked)
        if asked is not None and each is not None and each.owner["id"] in hidden
        else each
        for each, asked in zip(oldest, wanted, strict=True)
    ]


def _check_sources(db: Reader, arrivals: Sequence[Arrival]) -> None:
    sources = {each.derived_from for each in arrivals if each.derived_from is not None}
    found = records.live(db, tables.assets, sources) if sources else {}
    for arrival in arrivals:
        if arrival.derived_from is not None:
            live_record(found, tables.assets, arrival.derived_where, arrival.derived_from)


class _Entities:
    """The entities that links name, read at once; those that are to be made are, each once."""

    def __init__(self, db: Reader, context: Context, links: Sequence[WantedLink], make: Make) -> None:
        self._context, self._make = context, make
        named = [each.entity for each in links]
        ids = {each for each in named if isinstance(each, str)}
        self._by_id = records.live(db, tables.entities, ids) if ids else {}
        keys = dict.fromkeys(key for each in named for key in _keys(each))
        self._by_key: dict[Key, AnyRow] = entity_rows.holders(db, keys) if keys else {}

    def find(self, link: WantedLink) -> AnyRow:
        """The entity of a link. Raises UnknownReference, and what making one raises."""
        match link.entity:
            case str() as entity_id:
                return live_record(self._by_id, tables.entities, link.where, entity_id)
            case ExternalIdInput() as wanted:
                found = self._held(_keys(wanted))
                if found is None:
                    message = f"No live entity has the external id {wanted.namespace}:{wanted.value}."
                    wrong = Fault(f"{link.where}/external_id", "names no live entity", "unknown_reference")
                    raise UnknownReference(message, errors=(wrong,))
                return found
            case EntityCreate() as new:
                return self._held(_keys(new)) or self._made(link.where, new)

    def _held(self, keys: Sequence[Key]) -> AnyRow | None:
        return next((self._by_key[key] for key in keys if key in self._by_key), None)

    def _made(self, where: str, new: EntityCreate) -> AnyRow:
        self._context.actor.check(frozenset({"entities:write"}))
        with within(where):
            entity: AnyRow = self._make(new)
        self._by_key.update(dict.fromkeys(_keys(new), entity))
        return entity


def _keys(named: str | ExternalIdInput | EntityCreate) -> list[Key]:
    match named:
        case str():
            return []
        case ExternalIdInput():
            return [(named.namespace, named.value)]
        case EntityCreate():
            return [(each.namespace, each.value) for each in named.external_ids]
