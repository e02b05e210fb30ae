"""Tells those who follow events how far a job is, a few times a second."""

from __future__ import annotations

from collections.abc import Collection
from functools import partial
from typing import Any

from faceforge_schema.context import Core
from faceforge_storage.database.gateway import AnyRow
from faceforge_storage.jobs import progress

KIND = "job.progress"


def tell_progress(core: Core, job: AnyRow, needs: Collection[str], reached: dict[str, Any]) -> None:
    """Announce a progress to whoever may see the job, a little later where one was told just now. From any thread."""
    announce = partial(
        core.events.announce,
        KIND,
        {"job_id": job.id, "job_type": job.job_type, **(progress.shown(reached) or {})},
        needs=core.events.types.needs["job"],
        also=frozenset(needs),
        record_type="job",
        record_id=job.id,
    )
    core.jobs.tell(job.id, announce)
