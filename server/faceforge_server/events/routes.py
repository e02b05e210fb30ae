"""The addresses that can be followed, and that of events: of a page, it learns here to wait and to stream."""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from typing import Any, cast

from fastapi.routing import APIRoute
from starlette.requests import Request
from starlette.responses import Response

from faceforge_schema import Context, Contract
from faceforge_schema.events import PULSE_SECONDS, events, wanted
from faceforge_schema.jobs.log import job_log
from faceforge_server.events.allowed import still_allowed
from faceforge_server.events.description import EVENTS, JOB_LOG, followed_route
from faceforge_server.events.job_log import JobLogAddress
from faceforge_server.events.parameters import last_id, without_wait
from faceforge_server.events.stream import MEDIA_TYPE, EventStream
from faceforge_server.http.answers import HeldAnswer
from faceforge_server.http.request_context import context_of
from faceforge_server.middleware.authentication import STILL
from faceforge_server.rest.inputs import read_variables
from faceforge_server.rest.operations import RestOperation, operation_of
from faceforge_server.rest.routes import answer, result_of
from faceforge_storage.database.read_budget import released_on_error
from faceforge_storage.events.event import Wanted


def event_routes(operations: list[RestOperation]) -> list[APIRoute]:
    """What can be followed, before the generated routes; the application's state has what answers."""
    return [
        followed_route(answer_events, operation_of(operations, events), EVENTS),
        followed_route(answer_job_log, operation_of(operations, job_log), JOB_LOG),
    ]


async def answer_events(request: Request) -> Response:
    """List events, wait for one, or follow them."""
    return await cast("EventAddress", request.app.state.event_address).events(request)


async def answer_job_log(request: Request) -> Response:
    """Read the log of a job, wait for an entry, or follow it."""
    return await cast("JobLogAddress", request.app.state.job_log_address).log(request)


class EventAddress:
    """Answers a page of events, at once or when there is one, or the stream, as the client asks."""

    def __init__(self, contract: Contract, operations: list[RestOperation]) -> None:
        self._contract, self._operation = contract, operation_of(operations, events)

    async def events(self, request: Request) -> Response:
        """A page or the stream; raises CursorExpired, InvalidInput, and Unauthorized for a token that is revoked while
        the page waits."""
        context = context_of(request)
        with released_on_error(context.budget):
            wait, request = without_wait(request)
            variables = await read_variables(self._operation, request, context)
            if (last := last_id(request, "an event")) is not None:
                variables["after"] = last
            if MEDIA_TYPE in request.headers.get("accept", ""):
                return await _stream(request, context, variables)
            found = await result_of(self._contract, self._operation, variables, context)
            if wait and not found["items"] and not found["has_more"]:
                variables["after"] = found["next_cursor"]
                await _until_one(context, variables, wait)
                context.actor = await request.scope[
                    STILL
                ]()  # a token may have been revoked or changed meanwhile
                found = await result_of(self._contract, self._operation, variables, context)
            return HeldAnswer(await answer(self._operation, found, context), context.budget)


async def _stream(request: Request, context: Context, variables: dict[str, Any]) -> EventStream:
    """The stream from where it begins. Raises CursorExpired, InvalidInput."""
    hub, still = context.core.events, request.scope[STILL]
    batches = hub.follow(
        _wanted(context, variables), variables.get("after"), context.turn, pulse_seconds=PULSE_SECONDS
    )
    first = await anext(batches)
    context.budget.release()  # a stream holds one batch, which all who follow alike share
    return EventStream(first, batches, still_allowed(context, still))


async def _until_one(context: Context, variables: dict[str, Any], seconds: int) -> None:
    """Wait until there is an event that is wanted, at most so long."""
    following = context.core.events.follow(
        _wanted(context, variables), variables["after"], context.turn, pulse_seconds=seconds
    )
    async with aclosing(following) as batches:
        try:
            async with asyncio.timeout(seconds):
                async for batch in batches:
                    if any(each.fields.event_id is not None for each in batch.events):
                        return
        except TimeoutError:
            return


def _wanted(context: Context, variables: dict[str, Any]) -> Wanted:
    return wanted(context, variables.get("types"), variables.get("record_id"))
