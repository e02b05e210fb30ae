"""Uploads that may take several requests: what is known of them beside their bytes, which staging keeps."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from typing import Any

from sqlalchemy import Connection, Select, func, select

from faceforge_storage.database.gateway import Write
from faceforge_storage.database.unrecorded_tables import uploads
from faceforge_storage.errors import NotFound


@dataclass(frozen=True, slots=True)
class ResumableUpload:
    """One of them, under way or, once it has an asset, finished."""

    id: str
    owner: str
    """Who may see it: the id of the limited token that began it, or `install`."""
    metadata: str
    """What was declared of the file, as it was sent."""
    size_bytes: int
    kept_bytes: int
    """How many bytes are on the disk itself, so that a power cut leaves them."""
    boot: str | None
    """The run of the machine in which what lies behind those counts too; None when it does not."""
    created_at: str
    expires_at: str
    asset_id: str | None = None
    duplicate: bool | None = None


def get(db: Connection, upload_id: str, owner: str) -> ResumableUpload:
    """The upload with an id, of an owner; raises NotFound."""
    row = db.execute(_all().where(uploads.c.id == upload_id, uploads.c.owner == owner)).one_or_none()
    if row is None:
        raise NotFound(f"There is no upload {upload_id[:80]!r}.", hint="Begin a new one: POST /v1/uploads.")
    return ResumableUpload(*row)


def unfinished(db: Connection, owner: str, at: str) -> tuple[int, int]:
    """How many uploads of an owner are under way, and how many bytes they are to have together."""
    count, total = db.execute(
        select(func.count(), func.coalesce(func.sum(uploads.c.size_bytes), 0)).where(
            uploads.c.owner == owner, uploads.c.asset_id.is_(None), uploads.c.expires_at > at
        )
    ).one()
    return int(count), int(total)


def save(tx: Write, upload: ResumableUpload) -> None:
    """Store an upload, new or in place of what was known of it."""
    forget(tx, upload.id)
    tx.save_unrecorded(uploads, asdict(upload))


def keep(tx: Write, upload: ResumableUpload) -> None:
    """Write down how far an upload is and how long it is kept; without effect for one that is gone."""
    values = {"kept_bytes": upload.kept_bytes, "boot": upload.boot, "expires_at": upload.expires_at}
    tx.update_unrecorded(uploads, uploads.c.id == upload.id, values)


def forget(tx: Write, upload_id: str) -> None:
    """Remove what is known of an upload; without effect for one that is gone."""
    tx.delete_unrecorded(uploads, uploads.c.id == upload_id)


def forget_asset(tx: Write, asset_id: str) -> None:
    """Remove what is known of the uploads that have become an asset."""
    tx.delete_unrecorded(uploads, uploads.c.asset_id == asset_id)


def forget_expired(tx: Write, before: str) -> None:
    """Remove what is known of the uploads that expired before a moment."""
    tx.delete_unrecorded(uploads, uploads.c.expires_at < before)


def any_expired(db: Connection, before: str) -> bool:
    """Whether any upload expired before a moment."""
    return db.execute(select(uploads.c.id).where(uploads.c.expires_at < before).limit(1)).first() is not None


def under_way(db: Connection, at: str) -> set[str]:
    """The ids of all uploads that are not finished and have not expired."""
    found = select(uploads.c.id).where(uploads.c.asset_id.is_(None), uploads.c.expires_at > at)
    return set(db.execute(found).scalars())


def _all() -> Select[Any]:
    return select(*(uploads.c[each.name] for each in fields(ResumableUpload)))
