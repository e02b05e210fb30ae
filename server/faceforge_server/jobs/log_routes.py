"""The address of the log of a job: the generated route answers a page, and here it learns to wait."""

from __future__ import annotations

import asyncio
from typing import Any, cast

from fastapi.routing import APIRoute
from starlette.requests import Request
from starlette.responses import Response

from faceforge_schema import Context, Contract
from faceforge_schema.jobs.log import job_log
from faceforge_server.http.answers import HeldAnswer
from faceforge_server.http.request_context import context_of
from faceforge_server.http.waiting import wait_parameter, without_wait
from faceforge_server.middleware.authentication import STILL
from faceforge_server.rest.inputs import read_variables
from faceforge_server.rest.operations import RestOperation, operation_of
from faceforge_server.rest.routes import answer, result_of
from faceforge_server.rest.widened import widened_route
from faceforge_storage.database.read_budget import released_on_error

PARAMETERS = [wait_parameter("How many seconds to wait for an entry when there is none yet.")]


def log_routes(operations: list[RestOperation]) -> list[APIRoute]:
    """`GET /v1/jobs/{job_id}/log`; the application's state has the `LogAddress` that answers."""
    return [widened_route(answer_log, operation_of(operations, job_log), parameters=PARAMETERS)]


async def answer_log(request: Request) -> Response:
    """Answer a page of a log, at once or when there is an entry."""
    return await cast("LogAddress", request.app.state.log_address).log(request)


class LogAddress:
    """Answers a page of the log of a job."""

    def __init__(self, contract: Contract, operations: list[RestOperation]) -> None:
        self._contract, self._operation = contract, operation_of(operations, job_log)

    async def log(self, request: Request) -> Response:
        """A page, when there is one, or the time is over. Raises NotFound, InvalidInput, Busy, and Unauthorized for a
        token that is revoked while the page waits."""
        context = context_of(request)
        with released_on_error(context.budget):
            wait, request = without_wait(request)
            context.actor.check(self._operation.needs)
            variables = await read_variables(self._operation, request, context)
            found = await self._page(context, variables)
            if wait and not (found["items"] or found["has_more"] or found["finished"]):
                with context.core.jobs.waiting(context.turn.client):
                    found = await self._when_it_grows(request, context, variables, wait)
            return HeldAnswer(await answer(self._operation, found, context), context.budget)

    async def _page(self, context: Context, variables: dict[str, Any]) -> dict[str, Any]:
        return await result_of(self._contract, self._operation, variables, context)

    async def _when_it_grows(
        self, request: Request, context: Context, variables: dict[str, Any], seconds: int
    ) -> dict[str, Any]:
        """The page once there is an entry that is wanted, or the job has ended, or so many seconds have passed."""
        loop, notices = asyncio.get_running_loop(), context.core.jobs
        end = loop.time() + seconds
        while True:
            news = notices.news_of_log(variables["jobId"])  # taken before looking, so that nothing is missed
            context.actor = await request.scope[STILL]()  # a token may have been revoked or changed meanwhile
            found = await self._page(context, variables)
            left = end - loop.time()
            if found["items"] or found["has_more"] or found["finished"] or left <= 0 or notices.closed:
                return found
            variables["after"] = found["next_cursor"]
            await notices.wait(news, left)
