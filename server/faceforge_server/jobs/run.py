"""One attempt at a job in this process: what its function works with, and what is stored and told of it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable
from io import BufferedReader
from pathlib import Path
from typing import Any, BinaryIO, Concatenate, ParamSpec, TypeVar, cast

from sqlalchemy import Connection

from faceforge_schema import Actor, Context, Core
from faceforge_schema.declare.runs import Cancelled, Interrupted, Level, Paused, Stopped
from faceforge_schema.declared_jobs import JobType
from faceforge_schema.jobs.authority import acting_for
from faceforge_schema.jobs.telling import tell_progress
from faceforge_server.jobs.files import JobFiles
from faceforge_storage.database.clock import now
from faceforge_storage.database.gateway import AnyRow, Write
from faceforge_storage.database.json_columns import dumps
from faceforge_storage.errors import LeaseLost
from faceforge_storage.jobs import jobs, leases, log, progress

P = ParamSpec("P")
T = TypeVar("T")

CHECKPOINT_BYTES = 64 * 1024
"""How large a checkpoint may be, as JSON."""
MOST_WAITING = 10_000
"""How many entries of a log wait to be stored, at most."""
REASONS: dict[type[Interrupted], str] = {
    Cancelled: "The job is cancelled.",
    Paused: "The job is paused.",
    Stopped: "The job ends here.",
}


class JobRun:
    """The run of a job that Core has claimed. Its thread works with it; others interrupt it, and save what it says."""

    def __init__(
        self, core: Core, kind: JobType, claimed: leases.Claimed, lease: AnyRow, actor: Actor, files: JobFiles
    ) -> None:
        self.core, self.kind, self._job = core, kind, claimed.job
        self.context = Context(core, actor)
        self.job_id: str = claimed.job.id
        self.attempt: int = claimed.job.attempt
        self.checkpoint: dict[str, Any] | None = lease.checkpoint
        self.input_asset_id: str | None = claimed.job.input_asset_id
        self.lease_token = claimed.lease_token
        self.stored: list[str] = []
        """The ids of the assets that it has kept."""
        self._files = files
        self._reason: type[Interrupted] | None = None
        self._interrupted = threading.Event()
        self._lock = threading.Lock()
        self._entries: list[dict[str, Any]] = []
        self._logged = 0
        self._said: dict[str, Any] | None = None
        self._untold: dict[str, Any] | None = None
        self._progress: dict[str, Any] | None = None

    def interrupt(self, reason: type[Interrupted]) -> None:
        """Let the next `check` raise this. That Core stops, or the job is lost, wins over what somebody asked."""
        if self._reason is None or reason is Stopped:
            self._reason = reason
            self._interrupted.set()

    def check(self) -> None:
        if self._reason is not None:
            raise self._reason(REASONS[self._reason])

    def wait(self, seconds: float) -> None:
        self._interrupted.wait(seconds)
        self.check()

    def progress(
        self,
        fraction: float | None,
        message: str = "",
        step: int | None = None,
        total_steps: int | None = None,
        **counts: int,
    ) -> None:
        said = {
            "fraction": fraction,
            "message": message,
            "step": step,
            "total_steps": total_steps,
            "counts": counts,
        }
        with self._lock:
            self._said = self._untold = said

    def log(self, level: Level, message: str, **data: Any) -> None:
        entry = {"at": now(), "level": level, "message": message, "data": data or None}
        with self._lock:
            if len(self._entries) < MOST_WAITING:  # nothing can be stored now: the first are kept
                self._logged += (
                    1  # the thread and the event loop may store one at the same time: it counts once
                )
                self._entries.append({**entry, "runner_seq": self._logged})

    def read(self, function: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        return self.core.database.reading(function, *args, **kwargs)

    def write(self, work: Callable[[Write], T], checkpoint: dict[str, Any] | None = None) -> T:
        if checkpoint is not None and len(dumps(checkpoint).encode()) > CHECKPOINT_BYTES:
            raise ValueError(f"a checkpoint has at most {CHECKPOINT_BYTES} bytes")

        def whole(tx: Write) -> T:
            job = self.mine(tx)
            acting_for(tx.connection, self.core, job, self.kind.needs)
            result = work(tx)
            if checkpoint is not None:
                leases.save(tx, job, {"checkpoint": checkpoint, "losses": 0})
            return result

        result = self.saving(whole)
        if checkpoint is not None:
            self.checkpoint = checkpoint
        return result

    def store(self, content: Iterable[bytes] | Path, filename: str, kind: str = "job.output") -> str:
        asset_id = self._files.store(self, content, filename, kind)
        self.stored.append(asset_id)
        return asset_id

    def open(self, asset_id: str) -> BinaryIO:
        return cast("BinaryIO", BufferedReader(self._files.open(self, asset_id), 1024 * 1024))

    def mine(self, tx: Write) -> AnyRow:
        """The row of the job; raises Stopped when it is not this run's any more."""
        job = jobs.get(tx.connection, self.job_id)
        try:
            leases.held(tx, job, self.lease_token)
        except LeaseLost as error:
            raise Stopped(error.detail) from None
        return job

    def saving(self, work: Callable[[Write], T]) -> T:
        """Do `work` in a transaction of the job, together with what was said until now."""
        with self._lock:
            entries, said = list(self._entries), self._said

        def whole(tx: Write) -> T:
            self.save(tx, entries, said)
            return work(tx)

        result = self.core.database.writing(
            self.context.actor.name, self.kind.name, whole, job_id=self.job_id
        )
        self.saved(entries, said)
        return result

    @property
    def unsaved(self) -> tuple[list[dict[str, Any]], dict[str, Any] | None] | None:
        """What was said and is not stored yet."""
        with self._lock:
            return (list(self._entries), self._said) if self._entries or self._said else None

    def save(self, tx: Write, entries: list[dict[str, Any]], said: dict[str, Any] | None) -> None:
        """Store what was said; raises Stopped."""
        if not entries and said is None:
            return
        job = self.mine(tx)
        if entries:
            log.append(tx, job, entries, self.core.settings.limits.job_log_entries)
        if said is not None:
            leases.save(tx, job, {"progress": self.advance(said)})

    def saved(self, entries: list[dict[str, Any]], said: dict[str, Any] | None) -> None:
        """Forget what was stored."""
        with self._lock:
            stored = entries[-1]["runner_seq"] if entries else 0
            self._entries = [each for each in self._entries if each["runner_seq"] > stored]
            if self._said is said:
                self._said = None
        if entries:
            self.core.jobs.expect_log(self.job_id)

    def advance(self, said: dict[str, Any]) -> dict[str, Any]:
        """How far the job is, after what was said."""
        self._progress = progress.advanced(self._progress, said, time.monotonic())
        return self._progress

    def tell(self) -> None:
        """Tell those who follow how far it is, when there is something new."""
        with self._lock:
            said, self._untold = self._untold, None
        if said is not None:
            tell_progress(
                self.core,
                self._job,
                self.kind.needs,
                progress.advanced(self._progress, said, time.monotonic()),
            )
