"""The one address of the log of a job: the generated route answers a page, and here it learns to wait and to stream."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from functools import partial
from typing import Any, NamedTuple

import orjson
from starlette.requests import Request
from starlette.responses import Response

from faceforge_schema import Context, Contract
from faceforge_schema.events import PULSE_SECONDS
from faceforge_schema.jobs.log import MAX_LIMIT, job_log
from faceforge_server.events.allowed import still_allowed
from faceforge_server.events.parameters import last_id, without_wait
from faceforge_server.events.stream import MEDIA_TYPE, EventStream
from faceforge_server.http.answers import HeldAnswer
from faceforge_server.http.json_response import NOT_STORED
from faceforge_server.http.request_context import context_of
from faceforge_server.middleware.authentication import STILL
from faceforge_server.rest.inputs import read_variables
from faceforge_server.rest.operations import RestOperation, operation_of
from faceforge_server.rest.routes import answer, result_of
from faceforge_storage.database.read_budget import released_on_error
from faceforge_storage.events.hub import Page
from faceforge_storage.events.ring import Batch


class Entry(NamedTuple):
    """An entry of a log on a stream."""

    position: int
    frame: bytes


class JobLogAddress:
    """Answers a page of a log, at once or when there is something on it, or the stream, as the client asks."""

    def __init__(self, contract: Contract, operations: list[RestOperation]) -> None:
        self._contract, self._operation = contract, operation_of(operations, job_log)

    async def log(self, request: Request) -> Response:
        """A page or the stream; raises NotFound, InvalidInput, Overloaded, and Unauthorized for a token that is revoked
        while the page waits."""
        context = context_of(request)
        with released_on_error(context.budget):
            context.actor.check(self._operation.needs)
            wait, request = without_wait(request)
            variables = await read_variables(self._operation, request, context)
            came_back = last_id(request, "an entry")
            if came_back is not None:
                variables["after"] = came_back
            found = await self._page(variables, context)
            if MEDIA_TYPE in request.headers.get("accept", ""):
                if came_back is not None and found["finished"] and not found["items"]:
                    context.budget.release()
                    return Response(status_code=204, headers=NOT_STORED)  # a browser comes back no more
                return await self._stream(request, context, variables)
            if wait and not found["items"] and not found["finished"]:
                await self._until_one(context, variables, wait)
                context.actor = await request.scope[
                    STILL
                ]()  # a token may have been revoked or changed meanwhile
                context.budget.renew()
                found = await self._page(variables, context)
            return HeldAnswer(await answer(self._operation, found, context), context.budget)

    async def _page(self, variables: dict[str, Any], context: Context) -> dict[str, Any]:
        return await result_of(self._contract, self._operation, variables, context)

    def _followed(
        self, context: Context, variables: dict[str, Any], pulse_seconds: float
    ) -> AsyncGenerator[Batch[Entry], None]:
        """The entries from where the variables begin, as they come; ends with the job."""

        async def look(after: int) -> Page[Entry]:
            context.budget.renew()
            try:
                page = await self._page({**variables, "after": after, "limit": MAX_LIMIT}, context)
            finally:
                context.budget.release()
            entries = [_entry(each) for each in page["items"]]
            ended = page["finished"] and not page["has_more"]
            return Page(entries, page["next_cursor"], page["has_more"], ended)

        news = partial(context.core.jobs.news_of_log, variables["jobId"])
        begin = variables.get("after") or 0
        return context.core.events.follow_other(look, news, begin, context.turn, pulse_seconds=pulse_seconds)

    async def _stream(self, request: Request, context: Context, variables: dict[str, Any]) -> EventStream:
        """The stream from where it begins. Raises Overloaded."""
        batches = self._followed(context, variables, PULSE_SECONDS)
        first = await anext(batches)
        context.budget.release()
        return EventStream(first, batches, still_allowed(context, request.scope[STILL]))

    async def _until_one(self, context: Context, variables: dict[str, Any], seconds: int) -> None:
        """Wait until there is an entry that is wanted or the job has ended, at most so long."""
        async with aclosing(self._followed(context, variables, seconds)) as batches:
            try:
                async with asyncio.timeout(seconds):
                    async for batch in batches:
                        if batch.events:
                            return
            except TimeoutError:
                return


def _entry(values: dict[str, Any]) -> Entry:
    """An entry as a block of an event stream (HTML, 9.2.6)."""
    return Entry(values["seq"], b"id: %d\ndata: %b\n\n" % (values["seq"], orjson.dumps(values)))
