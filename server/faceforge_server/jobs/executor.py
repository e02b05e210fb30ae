"""Runs the jobs of Core's own types: claims them as lanes have room, each in a thread, and tends all leases."""

from __future__ import annotations

import asyncio
import logging
import threading
from datetime import datetime
from functools import partial
from typing import Any

from faceforge_schema import Core
from faceforge_schema.declare.runs import Cancelled, Interrupted, Paused, Stopped
from faceforge_schema.declared_jobs import LANES
from faceforge_schema.jobs.authority import failure, maker_of, refusal
from faceforge_schema.values.inputs import read_json
from faceforge_server.jobs.files import JobFiles
from faceforge_server.jobs.run import JobRun
from faceforge_storage.database.clock import FORM, now
from faceforge_storage.database.gateway import AnyRow, Write
from faceforge_storage.errors import FaceForgeError, NoSpace, QueryTimeout, StorageFailed, Unavailable
from faceforge_storage.jobs import endings, leases, lines, log, reaper
from faceforge_storage.objects.staging import Staging
from faceforge_storage.scheduling.fair_queue import OWN

logger = logging.getLogger("faceforge.jobs")

OWNER = "core"
"""What the leases of this process are held by."""
RETRYABLE = (Unavailable, StorageFailed, NoSpace, QueryTimeout)
"""Errors that may be gone at the next attempt."""
MASKED = {
    "code": "internal_error",
    "message": "Something went wrong that nobody expected; the log of Core says what.",
    "retryable": True,
}
LONGEST_SLEEP_S = 30.0
AGAIN_S, LONGEST_AGAIN_S = 2.0, 60.0
"""How soon it is looked again after the database could not be written, later each time."""
TELL_S = 0.25
"""How often progress is told."""
SAVE_EVERY = 2
"""Every so many times it is stored, with what was logged."""


class JobExecutor:
    """The jobs that run in this process. All but the threads of the jobs is on the event loop."""

    def __init__(self, core: Core, staging: Staging) -> None:
        self._core, self._files = core, JobFiles(staging)
        self._runs: dict[str, JobRun] = {}
        self._threads: dict[str, threading.Thread] = {}
        self._stopping = threading.Event()

    async def work(self) -> None:
        """Until cancelled: claim and run jobs, and end what nobody holds any more."""
        self._core.jobs.begin()
        self._files.begin()
        telling = asyncio.create_task(self._tell())
        await self._sweep()
        try:
            begun, again = False, AGAIN_S
            while not self._stopping.is_set():
                news, sleep = self._core.jobs.news(), again
                again = min(2 * again, LONGEST_AGAIN_S)
                try:
                    if not begun:
                        begun = await self._requeue()
                    sleep, again = await self._look(), AGAIN_S
                except FaceForgeError as error:
                    logger.warning("jobs cannot be looked after now: %s", error)
                except Exception:  # it goes on, whatever one look met
                    logger.exception("looking after jobs failed")
                await self._core.jobs.wait(news, sleep)
        finally:
            telling.cancel()

    async def stop(self, seconds: float) -> None:
        """Claim nothing more, and let what runs hand its job back, for as long as this may take."""
        self._stopping.set()
        for run in list(self._runs.values()):
            run.interrupt(Stopped)
        threads = list(self._threads.values())
        ended = [asyncio.to_thread(each.join, seconds) for each in threads]
        await asyncio.gather(*ended)

    async def _sweep(self) -> None:
        """At the start: remove what jobs that have ended since have left of their lines."""
        try:
            found = await asyncio.to_thread(lines.left_behind, self._core.home / "tmp")
            if found:
                await self._core.database.read(OWN, lines.sweep, found)
        except (FaceForgeError, OSError) as error:
            logger.warning("what ended jobs have left cannot be removed now: %s", error)

    async def _requeue(self) -> bool:
        """At the start: what an earlier process ran waits again."""
        count = await self._core.database.write(OWN, "core", "run jobs", partial(reaper.requeue, owner=OWNER))
        if count:
            logger.info("%d jobs that ran when Core was ended go on from their checkpoints", count)
        return count < reaper.BATCH

    async def _look(self) -> float:
        """End what is over, interrupt what is to be, begin what may; answers for how long there is nothing to do."""
        running = dict(self._runs)
        found = await self._core.database.write(
            OWN, "core", "run jobs", lambda tx: self._look_in(tx, running)
        )
        for job_id, reason in found["reasons"].items():
            running[job_id].interrupt(reason)
        for job_id in found["ended"]:
            self._core.jobs.expect_log(job_id)
        for claimed, lease, actor in found["claimed"]:
            self._begin(claimed, lease, actor)
        moments = [_seconds_until(each) for each in found["moments"] if each is not None]
        return min([LONGEST_SLEEP_S, *moments])

    def _look_in(self, tx: Write, running: dict[str, JobRun]) -> dict[str, Any]:
        types, ended = self._core.job_types, reaper.reap(tx)
        reasons = {each: reason for each, run in running.items() if (reason := _reason(tx, run)) is not None}
        claimed = []
        for lane in LANES:
            busy = sum(run.kind.lane == lane for run in running.values())
            room = getattr(self._core.settings.jobs.lanes, lane) - busy
            of_lane = {each.name: each.concurrency for each in types.values() if each.lane == lane}
            if of_lane and room > 0:
                claimed += leases.claim(
                    tx, of_lane, room, leases.Holder(OWNER, None), partial(self._refusal, tx)
                )
        return {
            "ended": ended,
            "reasons": reasons,
            "claimed": [
                (each, log.lease_of(tx, each.job), maker_of(tx.connection, self._core, each.job))
                for each in claimed
            ],
            "moments": [reaper.next_end(tx), leases.next_due(tx, list(types))],
        }

    def _refusal(self, tx: Write, job: AnyRow) -> dict[str, Any] | None:
        return refusal(tx.connection, self._core, job, self._core.job_types[job.job_type].needs)

    def _begin(self, claimed: leases.Claimed, lease: AnyRow, actor: Any) -> None:
        kind = self._core.job_types[claimed.job.job_type]
        run = JobRun(self._core, kind, claimed, lease, actor, self._files)
        self._runs[run.job_id] = run
        thread = threading.Thread(
            target=self._run, args=(run, claimed.job), name=f"job-{kind.name}", daemon=True
        )
        self._threads[run.job_id] = thread
        thread.start()
        self._core.jobs.expect_log(run.job_id)

    def _run(self, run: JobRun, job: AnyRow) -> None:
        """In its thread: do the job, and store how it ended."""
        try:
            self._end(run, self._outcome(run, job))
        except Stopped:
            logger.info("the job %s went on without this run of it", run.job_id)
        except Exception:  # its lease stays, and the next start finds it
            logger.exception("how the job %s ended cannot be stored", run.job_id)
        finally:
            self._runs.pop(run.job_id, None)
            self._threads.pop(run.job_id, None)
            run.context.budget.release()
            self._core.jobs.expect()
            self._core.jobs.expect_log(run.job_id)

    @staticmethod
    def _outcome(run: JobRun, job: AnyRow) -> Any:
        """What comes of the function: how the job ends, as a function of the transaction and its row."""
        try:
            run.check()
            output = run.kind.function(run, read_json(run.kind.input, job.input or {}))
            value = run.kind.output.model_validate(output).model_dump(mode="json")
        except Interrupted:
            return endings.release
        except FaceForgeError as error:
            failed = failure(error, retryable=isinstance(error, RETRYABLE))
            return partial(endings.fail, error=failed)
        except Exception:  # what nobody expected ends the job, not the executor
            logger.exception("the job %s (%s) failed", run.job_id, run.kind.name)
            return partial(endings.fail, error=MASKED)
        return partial(endings.succeed, output=value, output_asset_ids=run.stored)

    def _end(self, run: JobRun, outcome: Any) -> None:
        """Store how the job ended, once the database takes it: until then the job seems to run."""
        refused = False
        while True:
            is_last = self._stopping.is_set()
            try:
                run.saving(lambda tx: outcome(tx, run.mine(tx)))
            except RETRYABLE as error:
                if is_last:
                    raise
                if not refused:
                    logger.warning("how the job %s ended cannot be stored now: %s", run.job_id, error)
                refused = True
                self._stopping.wait(AGAIN_S)
            else:
                return

    async def _tell(self) -> None:
        """Until cancelled: tell progress as it is made, and store it with what was logged."""
        turn = 0
        while True:
            await asyncio.sleep(TELL_S)
            turn += 1
            for run in list(self._runs.values()):
                run.tell()
            if turn % SAVE_EVERY == 0:
                await self._save()

    async def _save(self) -> None:
        for run in list(self._runs.values()):
            said = run.unsaved
            if said is None:
                continue
            try:
                await self._core.database.write(
                    OWN, "core", "run jobs", partial(_save_run, run=run, said=said)
                )
                run.saved(*said)
            except Stopped:
                run.interrupt(Stopped)
            except FaceForgeError as error:
                logger.warning("what a job says cannot be stored now: %s", error)


def _save_run(tx: Write, run: JobRun, said: tuple[list[dict[str, Any]], dict[str, Any] | None]) -> None:
    run.save(tx, *said)


def _reason(tx: Write, run: JobRun) -> type[Interrupted] | None:
    """Why a run is to end, if it is."""
    try:
        job = run.mine(tx)
    except Stopped:
        return Stopped
    if job.cancel_requested_at is not None:
        return Cancelled
    return Paused if job.pause_requested_at is not None else None


def _seconds_until(moment: str) -> float:
    left = datetime.strptime(moment, FORM) - datetime.strptime(now(), FORM)
    return max(0.01, left.total_seconds())
