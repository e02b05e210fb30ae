"""What a job may do: what who made it may do now, and never more. Asked when it begins, and with all that it writes."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from faceforge_schema.actors import LIMITED, Actor
from faceforge_schema.context import Core, Reader
from faceforge_storage import tokens
from faceforge_storage.database.gateway import AnyRow
from faceforge_storage.errors import FaceForgeError, Forbidden


def maker_of(db: Reader, core: Core, job: AnyRow) -> Actor:
    """Who made a job, with the permissions that they have now; raises Forbidden when their token is revoked."""
    if job.token_id is None:
        return Actor(tokens.INSTALL, core.permissions)
    token = db.execute(tokens.matching([job.token_id])).one_or_none()
    if token is None:
        raise Forbidden("The token that made the job is revoked.")
    return Actor(f"{LIMITED}{token.name}", frozenset(token.permissions), token.secret_hash)


def acting_for(db: Reader, core: Core, job: AnyRow, needs: Collection[str]) -> Actor:
    """The maker of a job of a type with these `needs`; raises Forbidden when they do not meet them any more."""
    actor = maker_of(db, core, job)
    actor.check(frozenset(needs))
    return actor


def refusal(db: Reader, core: Core, job: AnyRow, needs: Collection[str]) -> dict[str, Any] | None:
    """The error with which a job fails that may not be begun any more."""
    try:
        acting_for(db, core, job, needs)
    except Forbidden as error:
        return failure(error, retryable=False)
    return None


def failure(error: FaceForgeError, *, retryable: bool) -> dict[str, Any]:
    """An expected error as a job keeps it."""
    return {"code": error.code, "message": error.detail, "retryable": retryable}
