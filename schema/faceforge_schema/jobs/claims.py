"""How a runner gets jobs: it claims them, and waits for some when there are none."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import datetime
from functools import partial
from typing import Annotated, Any

import strawberry
from pydantic import Field
from sqlalchemy import select
from strawberry import ID

from faceforge_schema.actors import with_reads
from faceforge_schema.context import Context, Write
from faceforge_schema.declare.operation import Again, mutation
from faceforge_schema.declare.resources import attribute
from faceforge_schema.declared_jobs import OWN
from faceforge_schema.jobs.authority import refusal
from faceforge_schema.jobs.jobs import token_id_of
from faceforge_schema.values.inputs import Input, OrDefault, Word, invalid
from faceforge_schema.values.scalars import DateTime, JSONObject
from faceforge_storage import tokens
from faceforge_storage.database.clock import FORM, now
from faceforge_storage.database.gateway import AnyRow
from faceforge_storage.database.tables import job_types as table
from faceforge_storage.errors import Forbidden, InvalidInput, Unavailable
from faceforge_storage.jobs import leases, log

NEEDS = "jobs:run"
EXAMPLE = "Zk3v9x0lqUuY4c1rW8sT2nB7mJ5hGfDaPeQi6oKtLwM"
"""What the token of a lease looks like."""


@strawberry.type(description="A job that was claimed: all that its runner needs.")
class ClaimedJob:
    job_id: ID = attribute("Which job.")
    job_type: str = attribute("Of which kind it is.", example="comfyui.generate")
    attempt: int = attribute("Which attempt this is, from 1.")
    lease_token: str = attribute(
        "What to send with everything about this job; it is told only this once.",
        example=EXAMPLE,
    )
    lease_expires_at: DateTime = attribute("When the job is lost, unless a heartbeat comes before.")
    input: JSONObject | None = attribute("What to work on.", example={"prompt": "a lighthouse"})
    input_asset_id: ID | None = attribute("The stored file to work on.")
    checkpoint: JSONObject | None = attribute("What an earlier attempt saved last: go on from there.")
    timeout_s: int | None = attribute("How long this attempt may take, in seconds.")


@strawberry.type(description="The jobs that were claimed.")
class ClaimedJobs:
    jobs: list[ClaimedJob] = attribute("The jobs; none where nothing waits.")
    next_due: strawberry.Private[str | None] = None


@strawberry.pydantic.input(description="Which jobs a runner wants.")
class ClaimInput(Input):
    runner_id: Word = Field(
        description="The runner's name; the lease shows it.", examples=["comfyui on desk"]
    )
    types: Annotated[list[str], Field(min_length=1, max_length=100)] | None = Field(
        default=None, description="Of these kinds; by default of all that you may run."
    )
    max: OrDefault[Annotated[int, Field(ge=1, le=100)]] = Field(
        default=1, description="How many jobs at most."
    )
    lease_s: OrDefault[Annotated[int, Field(ge=10, le=300)]] = Field(
        default=60, description="A job is lost when nothing is heard of its runner for so many seconds."
    )
    wait_s: OrDefault[Annotated[int, Field(ge=0, le=25)]] = Field(
        default=0, description="How many seconds to wait for a job when none is there."
    )


@asynccontextmanager
async def _patience(context: Context, arguments: Mapping[str, Any]) -> AsyncIterator[Again]:
    """Waits for news of jobs, for the next that is due, for the end of the time, or until the runner has gone."""
    loop, notices = asyncio.get_running_loop(), context.core.jobs
    wait_s = arguments["input"].wait_s
    end, news = loop.time() + wait_s, notices.news()
    gone = asyncio.ensure_future(context.gone()) if context.gone is not None and wait_s else None

    async def again(found: ClaimedJobs) -> bool:
        nonlocal news
        left = end - loop.time()
        if found.jobs or left <= 0 or notices.closed:
            return False
        await _until(news, gone, min(left, _seconds_until(found.next_due)))
        if gone is not None and gone.done():  # nobody would hear of what was claimed
            raise Unavailable("The runner has gone.")
        news = notices.news()
        return bool(loop.time() < end)

    try:
        if wait_s:
            with notices.waiting(context.turn.client):
                yield again
        else:
            yield again
    finally:
        if gone is not None:
            gone.cancel()


@mutation("POST /jobs/claim", errors=(InvalidInput, Forbidden), needs=NEEDS, patience=_patience)
def claim_jobs(tx: Write, context: Context, input: ClaimInput) -> ClaimedJobs:
    """Claim jobs of the kinds that you run, or wait for some. Each comes with a lease: send heartbeats to keep it."""
    types = _types(tx, context, input.types)
    refuse = partial(_refusal, tx, context, types)
    limits = {row.name: row.concurrency for row in types.values()}
    holder = leases.Holder(input.runner_id, input.lease_s)
    found = leases.claim(tx, limits, input.max, holder, refuse)
    for each in found:
        context.core.jobs.expect_log(each.job.id)
    return ClaimedJobs(
        jobs=[_claimed(tx, each) for each in found],
        next_due=None if found else leases.next_due(tx, list(types)),
    )


async def _until(news: asyncio.Event, gone: asyncio.Future[object] | None, seconds: float) -> None:
    told = asyncio.ensure_future(news.wait())
    waiting: list[asyncio.Future[Any]] = [told] if gone is None else [told, gone]
    try:
        await asyncio.wait(waiting, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
    finally:
        told.cancel()


def _seconds_until(moment: str | None) -> float:
    if moment is None:
        return float("inf")
    left = datetime.strptime(moment, FORM) - datetime.strptime(now(), FORM)
    return max(0.01, left.total_seconds())


def _types(tx: Write, context: Context, names: list[str] | None) -> dict[str, AnyRow]:
    """The kinds that who asks runs, of those named. Raises InvalidInput, Forbidden."""
    mine = token_id_of(tx, context)
    if mine is not None:
        _check_still(tx, mine)
    own = {row.name: row for row in tx.rows(select(table)) if mine is None or row.token_id == mine}
    if names is None:
        return own
    for place, name in enumerate(names):
        if name.startswith(OWN):
            raise Forbidden(f"{name[:100]} is run by Core itself.")
        if name not in own:
            if tx.rows(select(table.c.name).where(table.c.name == name)):
                raise Forbidden(f"Another token has registered {name}.")
            hint = "Register it first: PUT /v1/job-types/{name}."
            raise invalid(f"/types/{place}", "is no job type", "unknown_job_type", hint=hint)
    return {name: own[name] for name in names}


def _check_still(tx: Write, token_id: str) -> None:
    """Who waited for long may have been given less meanwhile; raises Forbidden."""
    held = with_reads(tokens.get(tx.connection, token_id).permissions)
    if NEEDS not in held:
        raise Forbidden(f"This token lacks the permission {NEEDS}.")


def _refusal(tx: Write, context: Context, types: Mapping[str, AnyRow], job: AnyRow) -> dict[str, Any] | None:
    return refusal(tx.connection, context.core, job, types[job.job_type].needs)


def _claimed(tx: Write, claimed: leases.Claimed) -> ClaimedJob:
    job, lease = claimed.job, log.lease_of(tx, claimed.job)
    return ClaimedJob(
        job_id=ID(job.id),
        job_type=job.job_type,
        attempt=job.attempt,
        lease_token=claimed.lease_token,
        lease_expires_at=DateTime(lease.expires_at),
        input=None if job.input is None else JSONObject(job.input),
        input_asset_id=job.input_asset_id,
        checkpoint=lease.checkpoint,
        timeout_s=job.timeout_s,
    )
