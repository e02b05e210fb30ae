"""What readers found in files, kept once for equal bytes and outside of records; and the queue of what is to be read.

A content is what assets with the same SHA-256 share. Its first row in `objects` puts it into the queue, in the same
transaction, so that nothing is forgotten in a crash.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, fields, replace
from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    Connection,
    LargeBinary,
    Row,
    Select,
    and_,
    case,
    cast,
    exists,
    func,
    literal,
    select,
)

from faceforge_storage.database.dialects import Listed, among
from faceforge_storage.database.gateway import AnyRow, Write
from faceforge_storage.database.json_cut_off import cut_off
from faceforge_storage.database.prepared_select import CHUNK_ROWS
from faceforge_storage.database.tables import assets, objects
from faceforge_storage.database.unrecorded_tables import contents, pending_contents, readers, readings
from faceforge_storage.ingest.reader import Found, Media

DONE, FAILED = "done", "failed"
HASHES = ("blake3", "md5", "crc32", "autov3")
MEDIA = tuple(field.name for field in fields(Media))
"""The derived columns of assets, and the values of `Media`."""
OF_JOBS = "job."
"""What the kinds of assets begin with that jobs keep for themselves."""
NOTHING = {**dict.fromkeys(MEDIA), "taken_at": ""}
QUEUED_AT_ONCE = 5000
"""How many contents are put into the queue in one transaction at the start: others write between them."""


class Pending(NamedTuple):
    """A content that waits to be read, and what is known of it. `again`: also by readers that have read it already."""

    sha256: str
    again: bool
    size_bytes: int
    provider: str
    bucket: str
    key: str
    mime_type: str
    filename: str
    kind: str
    blake3: str | None


@dataclass(frozen=True)
class Outcome:
    """What came of reading one content: for each reader its version, and what it found or why it could not."""

    sha256: str
    results: Mapping[str, tuple[int, Found | str]]
    asked_again: bool = False
    """What `Pending.again` was: a content that is to be read again since then stays in the queue."""
    again: bool = False
    """Whether all readers have read it, so that what none of them finds any more is forgotten."""
    complete: bool = True
    """Whether nothing is left to be read, so that it leaves the queue."""

    def failed(self, message: str) -> Outcome:
        """The same readers, all of which have failed."""
        return replace(
            self, results={each: (version, message) for each, (version, _) in self.results.items()}
        )


def kept_by_jobs(kind: ColumnElement[str]) -> ColumnElement[bool]:
    """Whether that is the kind of an asset that a job keeps for itself; a search in an index over the kinds."""
    return kind.between(OF_JOBS, OF_JOBS + "\U0010ffff")


def enqueue(tx: Write, sha256s: Iterable[str], *, again: bool = False) -> None:
    """Put contents at the end of the queue; those that wait already stay where they are."""
    hashes = list(dict.fromkeys(sha256s))
    tx.add_unrecorded(pending_contents, [{"sha256": each, "again": again} for each in hashes])
    if again:
        here = among(pending_contents.c.sha256, hashes)
        tx.update_unrecorded(pending_contents, here, {"again": True})


def enqueue_all(tx: Write, *, reader: str | None = None, failed: bool = False) -> int:
    """Put every content into the queue, or those that a reader has read, or those where one has failed; how many."""
    wanted: Select[Any] = select(objects.c.sha256)
    if reader is not None or failed:
        conditions = [readings.c.sha256 == objects.c.sha256]
        if reader is not None:
            conditions.append(readings.c.reader == reader)
        if failed:
            conditions.append(readings.c.state == FAILED)
        wanted = wanted.where(exists().where(*conditions).correlate(objects))
    rows: Select[Any] = wanted.add_columns(literal(True)).order_by(objects.c.row_id)
    queued = tx.copy_unrecorded(pending_contents, ["sha256", "again"], rows)
    tx.update_unrecorded(pending_contents, pending_contents.c.sha256.in_(wanted), {"again": True})
    return queued


def enqueue_for_new_readers(tx: Write, present: Mapping[str, int], after: int = 0) -> int | None:
    """Put contents into the queue when a reader is new here, or has risen; only such readers read them then.

    A part of them, which begins after a row: answers where the next one begins. None when there is none: only then it
    is noted which readers there are.
    """
    known = {row.name: row.version for row in tx.rows(select(readers))}
    changed = {name: version for name, version in present.items() if known.get(name) != version}
    place = objects.c.row_id
    part = select(place).where(place > after).order_by(place).limit(QUEUED_AT_ONCE).subquery()
    end: int | None = tx.rows(select(func.max(part.c.row_id)))[0][0] if changed else None
    if end is not None:
        hashes: Select[Any] = select(objects.c.sha256).where(place > after, place <= end).order_by(place)
        found = hashes.add_columns(literal(False))
        tx.copy_unrecorded(pending_contents, ["sha256", "again"], found)
        return end
    tx.delete_unrecorded(readers, among(readers.c.name, [*(known.keys() - present.keys()), *changed]))
    for name, version in changed.items():
        tx.save_unrecorded(readers, {"name": name, "version": version})
    return None


def waiting(limit: int, sha256s: Listed | None = None) -> Select[Any]:
    """The contents that wait, the first come first, with the oldest asset on each (one that a job keeps for itself only
    where there is no other); or those with the hashes, waiting or not."""
    number, keeps = assets.c.row_id, kept_by_jobs(assets.c.kind)
    oldest = (
        select(func.coalesce(func.min(case((~keeps, number))), func.min(number)))
        .where(assets.c.content_hash == objects.c.sha256)
        .correlate(objects)
    ).scalar_subquery()
    asked = func.coalesce(pending_contents.c.again, False)
    columns: list[ColumnElement[Any]] = [
        objects.c.sha256,
        asked.label("again"),
        *(objects.c[name] for name in ("size_bytes", "provider", "bucket", "key")),
        *(assets.c[name] for name in ("mime_type", "filename", "kind")),
        contents.c.blake3,
    ]
    known = contents.c.sha256 == objects.c.sha256
    on = pending_contents.c.sha256 == objects.c.sha256
    joined = (
        pending_contents.join(objects, on) if sha256s is None else objects.outerjoin(pending_contents, on)
    )
    joined = joined.join(assets, assets.c.row_id == oldest).outerjoin(contents, known)
    found = select(*columns).select_from(joined)
    if sha256s is None:
        return found.order_by(pending_contents.c.row_id).limit(limit)
    return found.where(among(objects.c.sha256, sha256s))


def next_pending(db: Connection, limit: int) -> list[Pending]:
    """The contents to be read next."""
    return [Pending(*row) for row in db.execute(waiting(limit))]


def find(db: Connection, sha256s: Sequence[str]) -> list[Pending]:
    """Contents by their hashes, whether they wait or not; those that are in no asset are left out."""
    return [Pending(*row) for row in db.execute(waiting(len(sha256s), sha256s))]


def versions(db: Connection, sha256s: Sequence[str]) -> dict[str, dict[str, int]]:
    """By which version of each reader contents were read: hash -> reader -> version."""
    found: dict[str, dict[str, int]] = {}
    chosen = select(readings.c.sha256, readings.c.reader, readings.c.version)
    for row in db.execute(chosen.where(among(readings.c.sha256, sha256s))):
        found.setdefault(row.sha256, {})[row.reader] = row.version
    return found


def unread(db: Connection) -> int:
    """How many contents wait to be read."""
    return int(db.execute(select(func.count()).select_from(pending_contents)).scalar_one())


def add_contents(tx: Write, new: Mapping[str, Mapping[str, str]]) -> None:
    """Note contents that are new here, each with the hashes that are known of it, and put them into the queue."""
    names = dict.fromkeys(name for hashes in new.values() for name in hashes)
    rows = [{"sha256": sha256, **dict.fromkeys(names), **hashes} for sha256, hashes in new.items()]
    tx.add_unrecorded(contents, rows)
    enqueue(tx, new)


def save(tx: Write, outcomes: Sequence[Outcome], most_bytes: int) -> None:
    """Store what came of reading contents; those whose last asset was purged meanwhile are left out.

    What a reader found at more than `most_bytes` of JSON is cut off, and kept whole beside that.
    """
    hashes = [each.sha256 for each in outcomes]
    there = {row.sha256 for row in tx.rows(select(objects.c.sha256).where(among(objects.c.sha256, hashes)))}
    _forget_pending(tx, [each for each in hashes if each not in there])
    stored = [each for each in outcomes if each.sha256 in there]
    _replace(tx, stored, most_bytes)
    tx.add_unrecorded(contents, [{"sha256": each.sha256} for each in stored])
    found = {
        each.sha256: [one for _, one in each.results.values() if isinstance(one, Found)] for each in stored
    }
    _set_hashes(tx, found)
    tx.set_derived_each(
        assets,
        assets.c.content_hash,
        {
            each.sha256: {
                **(NOTHING if each.again else {}),
                **_merged(one.media for one in found[each.sha256]),
            }
            for each in stored
        },
    )
    for asked_again in (True, False):
        read = [each.sha256 for each in stored if each.complete and each.asked_again == asked_again]
        _forget_pending(tx, read, asked_again=asked_again)


def forget(tx: Write, sha256: str) -> None:
    """Remove all that was read from bytes whose last asset goes."""
    tx.delete_unrecorded(readings, readings.c.sha256 == sha256)
    tx.delete_unrecorded(contents, contents.c.sha256 == sha256)
    _forget_pending(tx, [sha256])


def of_contents(db: Connection, sha256s: Listed) -> Iterator[Sequence[Row[Any]]]:
    """The readings of several contents, in parts: `sha256, reader, state, message`, and `shown` as it is stored."""
    columns: list[ColumnElement[Any]] = [
        readings.c[name] for name in ("sha256", "reader", "state", "message")
    ]
    chosen = select(*columns, cast(readings.c.shown, LargeBinary).label("shown"))
    ordered: Select[Any] = chosen.where(among(readings.c.sha256, sha256s)).order_by(
        readings.c.sha256, readings.c.reader
    )
    return db.execute(ordered).partitions(CHUNK_ROWS)


def pending_among(db: Connection, sha256s: Listed) -> set[str]:
    """Those of the contents that wait to be read."""
    chosen = select(pending_contents.c.sha256).where(among(pending_contents.c.sha256, sha256s))
    return set(db.execute(chosen).scalars())


def whole(db: Connection, sha256: str, reader: str) -> AnyRow | None:
    """All that one reader found in a content, in `found`."""
    found = func.coalesce(readings.c.whole, readings.c.shown, type_=readings.c.whole.type).label("found")
    here = and_(readings.c.sha256 == sha256, readings.c.reader == reader)
    return db.execute(select(readings, found).where(here)).one_or_none()


def _replace(tx: Write, outcomes: Sequence[Outcome], most_bytes: int) -> None:
    """Store what readers found in the place of what they found before."""
    alike: dict[tuple[str, ...] | None, list[str]] = {}
    for each in outcomes:
        # of what was read again that of a reader goes, too, which is not here any more
        alike.setdefault(None if each.again else tuple(each.results), []).append(each.sha256)
    for names, hashes in alike.items():
        gone = among(readings.c.sha256, hashes)
        if names is not None:
            gone = and_(gone, among(readings.c.reader, names))
        tx.delete_unrecorded(readings, gone)
    rows = [
        _row(outcome.sha256, name, version, found, most_bytes) | {"read_at": tx.at}
        for outcome in outcomes
        for name, (version, found) in outcome.results.items()
    ]
    tx.add_unrecorded(readings, rows)


def _row(sha256: str, name: str, version: int, found: Found | str, most_bytes: int) -> dict[str, Any]:
    shown = whole_value = None
    if isinstance(found, Found):
        shown, whole_value = cut_off(found.metadata, most_bytes)
    return {
        "sha256": sha256,
        "reader": name,
        "version": version,
        "state": DONE if isinstance(found, Found) else FAILED,
        "message": found if isinstance(found, str) else None,
        "shown": shown,
        "whole": whole_value,
    }


def _set_hashes(tx: Write, found: Mapping[str, Sequence[Found]]) -> None:
    """Note hashes of contents, by the names in `HASHES`; those noted earlier stay."""
    for sha256, each in found.items():
        known: dict[str, str] = {}
        for one in reversed(each):
            known |= {name: value for name, value in one.hashes.items() if name in HASHES}
        if known:
            tx.update_unrecorded(contents, contents.c.sha256 == sha256, known)


def _merged(found: Iterable[Media]) -> dict[str, Any]:
    """The values of lists that any reader gave; of several the first."""
    values: dict[str, Any] = {}
    for media in found:
        for name, value in asdict(media).items():
            if value is not None:
                values.setdefault(name, value)
    return values


def _forget_pending(tx: Write, sha256s: Sequence[str], *, asked_again: bool = True) -> None:
    if sha256s:
        here = among(pending_contents.c.sha256, sha256s)
        tx.delete_unrecorded(
            pending_contents, here if asked_again else and_(here, pending_contents.c.again.is_(False))
        )
