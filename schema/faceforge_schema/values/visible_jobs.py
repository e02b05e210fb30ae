"""Which jobs somebody may see, and which files of jobs they may read: what tells paths of the disk needs what the job
needed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from sqlalchemy import Connection, literal

from faceforge_schema.context import Context
from faceforge_storage.database import records
from faceforge_storage.database.dialects import among
from faceforge_storage.database.gateway import AnyRow
from faceforge_storage.database.json_columns import dumps
from faceforge_storage.errors import Forbidden
from faceforge_storage.jobs import jobs


def _visible_types(context: Context) -> str:
    held = context.actor.permissions
    return dumps([each.name for each in context.core.job_types.values() if each.needs <= held])


SUPPLIED: dict[str, Callable[[Context], Any]] = {
    "every": lambda context: context.actor.permissions >= context.core.permissions,
    "own_types": _visible_types,
    "permissions": lambda context: dumps(sorted(context.actor.permissions)),
}
"""What `jobs.matching` takes, so that nobody sees a job whose type needs what they lack."""


def visible_job(db: Connection, context: Context, job_id: str) -> AnyRow:
    """The row of a job that who asks may see, with what its lease says; raises NotFound."""
    return records.find(db, jobs.matching(**visible_to(context)), "id", job_id)


def hidden_owners(db: Connection, context: Context, owners: Iterable[Mapping[str, Any]]) -> set[str]:
    """The ids of the jobs among the owners of assets that who asks may not see."""
    ids = {str(each["id"]) for each in owners if each["type"] == "system" and each["id"] is not None}
    if not ids or SUPPLIED["every"](context):
        return set()
    there = db.execute(jobs.ids_among(ids)).scalars().all()
    if not there:
        return set()
    seen = jobs.matching(**visible_to(context))
    shown = db.execute(seen.where(among(seen.selected_columns["id"], there))).all()
    return set(there) - {row.id for row in shown}


def check_bytes(db: Connection, context: Context, owner: Mapping[str, Any]) -> None:
    """Raise Forbidden for the bytes of an asset that belongs to a job which who asks may not see."""
    if hidden_owners(db, context, [owner]):
        raise Forbidden("The file belongs to a job that needs what this token lacks.")


def visible_to(context: Context) -> dict[str, Any]:
    """What a `matching` of jobs or schedules takes, outside of a list, so that it shows what who asks may see."""
    given = {name: give(context) for name, give in SUPPLIED.items()}
    return {name: literal(each) if isinstance(each, str) else each for name, each in given.items()}
