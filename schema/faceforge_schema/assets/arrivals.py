"""Assets on stored bytes, many at once: what each means on the records of one moment, and how all are stored.

One that is created or uploaded alone is a batch of one. Of equal ones in a batch the later finds its twin in the first.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from faceforge_schema.assets.by_hash import first_readable
from faceforge_schema.assets.sidecar import within
from faceforge_schema.context import Context, Reader, Write
from faceforge_schema.entities import EntityCreate, ExternalIdInput, new_entity
from faceforge_schema.values.inputs import invalid
from faceforge_schema.values.reference_checks import live_record
from faceforge_schema.values.visible_jobs import hidden_owners
from faceforge_storage import assets as rows
from faceforge_storage import entities as entity_rows
from faceforge_storage import readings
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


class Stored(NamedTuple):
    """What became of an arrival."""

    row: AnyRow
    """The asset: a new one, or the twin."""
    duplicate: bool
    """Whether it is a twin."""
    changed: bool
    """Whether anything was stored for it."""


def store_arrivals(
    tx: Write, context: Context, arrivals: Sequence[Arrival], uploaded: Mapping[str, Uploaded]
) -> list[Stored]:
    """Store assets, or find their twins; answers what became of each.

    `uploaded` are by hash the bytes that came just now. Raises UnknownContent, UnknownReference, RecordTooLarge, and
    what making an entity raises, for the first that is wrong; then nothing may be kept of the transaction.
    """
    found = _resolve(tx.connection, context, arrivals, uploaded, lambda new: new_entity(tx, context, new))
    earlier = _earlier(arrivals, found.twins)
    fresh = [place for place, twin in enumerate(found.twins) if twin is None and place not in earlier]
    came = {each: uploaded[each] for place in fresh if (each := arrivals[place].content_hash) in uploaded}
    if rows.add_objects(tx, [(each.content, each.hashes) for each in came.values()]):
        context.core.examiner.expect()
    of_jobs = [each.content_hash for each in found.held.values() if each.kind.startswith(readings.OF_JOBS)]
    readings.enqueue(tx, of_jobs)  # of which nothing was read
    made = rows.create(tx, [_values(arrivals[place], found, uploaded) for place in fresh])
    at: dict[int, AnyRow] = dict(zip(fresh, made, strict=True))
    changed = set(fresh)
    """The places of those for which anything is stored."""
    latest: dict[str, AnyRow] = {}
    for place, arrival in enumerate(arrivals):
        if place not in at:
            twin = found.twins[place] or at[earlier[place]]
            twin = latest.get(twin.id, twin)
            merged = rows.change(tx, twin, _merged(arrival, twin), None)
            at[place] = latest[twin.id] = merged
            if merged is not twin:
                changed.add(place)
    wanted = _links(at, found.entities)
    linked = rows.link(tx, [link for _, link in wanted])
    changed.update(place for (place, _), made in zip(wanted, linked, strict=True) if made)
    new = set(fresh)
    return [
        Stored(latest.get(at[place].id, at[place]), place not in new, place in changed)
        for place in range(len(arrivals))
    ]


def _links(
    at: Mapping[int, AnyRow], entities: Sequence[Sequence[tuple[AnyRow, str | None]]]
) -> list[tuple[int, tuple[AnyRow, AnyRow, dict[str, Any]]]]:
    """The links to make, each with the place of its arrival; `at` are the assets by that place."""
    return [
        (place, (at[place], entity, {} if role is None else {"role": role}))
        for place, linked in enumerate(entities)
        for entity, role in linked
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
    held = rows.any_with_contents(db, (each.content_hash for each in arrivals))
    _check_contents(
        db, context, held, [each.content_hash for each in arrivals if each.content_hash not in uploaded]
    )
    _check_sources(db, arrivals)
    wanted = [(each.content_hash, each.kind) if each.reuse else None for each in arrivals]
    twins = first_readable(db, context, wanted, of_jobs=False) if held else [None] * len(arrivals)
    for arrival, twin in zip(arrivals, twins, strict=True):
        if twin is not None:
            check_not_itself(twin, arrival.derived_where, arrival.derived_from)
    entities = _Entities(db, context, [link for each in arrivals for link in each.links], make)
    linked = [[(entities.find(link), link.role) for link in each.links] for each in arrivals]
    return _Resolved(held, twins, linked)


def _check_contents(db: Reader, context: Context, held: Mapping[str, AnyRow], hashes: Sequence[str]) -> None:
    """Raise UnknownContent for bytes of which no asset is known that who asks may read."""
    hidden = hidden_owners(db, context, [held[each].owner for each in hashes if each in held])
    for sha256 in hashes:
        unknown = sha256 not in held
        if not unknown and held[sha256].owner["id"] in hidden:
            unknown = first_readable(db, context, [(sha256, None)]) == [None]
        if unknown:
            raise UnknownContent(f"No stored bytes have the hash {sha256}.")


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
