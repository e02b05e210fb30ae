"""GraphQL over HTTP: POST with JSON, answered by the specification of the GraphQL Foundation (draft of 2025).

Strawberry's own view answers 200 to a document that cannot run; here the status distinguishes GraphQL answers from
failed requests when the client accepts `application/graphql-response+json`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from fastapi.routing import APIRoute
from graphql import GraphQLError
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from faceforge_schema import Context, Contract
from faceforge_schema.values.inputs import pointer
from faceforge_server.http.answers import HeldAnswer, JsonAnswer, encoded
from faceforge_server.http.graphql_form import GRAPHQL, HEADERS, PATH, media_type_of, status_of
from faceforge_server.http.json_body import check_media_type, parse_json, read_body
from faceforge_server.http.request_context import computed, context_of
from faceforge_storage.database.read_budget import released_on_error
from faceforge_storage.errors import Busy, Fault, InvalidInput, MethodNotAllowed
from faceforge_ui import PUBLIC, console

KEYS = {"query", "variables", "operationName", "extensions"}


class GraphqlView:
    """The address `/graphql` for HTTP: POST answers documents, GET is the console for a browser."""

    def __init__(self, contract: Contract) -> None:
        self.contract = contract

    def routes(self) -> list[Route]:
        """The routes of the address."""
        page = APIRoute(
            PATH,
            self.page,
            methods=["GET", "HEAD"],
            response_class=HTMLResponse,
            include_in_schema=False,
            openapi_extra=PUBLIC,
        )
        return [page, Route(PATH, self.answer, methods=["POST"])]

    async def page(self, request: Request) -> Response:
        """The console, for whoever accepts a page."""
        accept = request.headers.get("accept", "*/*")
        if "text/html" in accept or "*/*" in accept:
            return console(request)
        raise MethodNotAllowed(
            "GraphQL is asked by POST.", headers={"Allow": "GET, POST"}, hint="POST a JSON body."
        )

    async def answer(self, request: Request) -> Response:
        """Answer one request; raises what `graphql_refusal` answers."""
        media_type = media_type_of(request.headers.get("accept", ""))
        context = context_of(request)
        with released_on_error(context.budget):
            return await self._answer(request, context, media_type)

    async def _answer(self, request: Request, context: Context, media_type: str) -> Response:
        check_media_type(request)
        sent = await read_body(request, context.core.settings.limits.json_bytes, context.budget)
        text, variables, name = _parameters(await computed(request, len(sent), lambda: parse_json(sent)))
        result = await self.contract.execute(text, variables, context, operation_name=name)
        errors = result.errors or []
        never_ran = bool(errors) and result.data is None and all(error.path is None for error in errors)
        refusal = errors[0].original_error if never_ran else None
        if isinstance(refusal, Busy):  # no fault of the document: who reads only the status is to wait, too
            raise refusal
        body: dict[str, Any] = {} if never_ran else {"data": result.data}
        if errors:
            body["errors"] = [error.formatted for error in errors]
        status = _status(errors) if never_ran and media_type == GRAPHQL else 200
        text_of_body = await encoded(body, context.budget)
        answer = JsonAnswer(status, HEADERS, f"{media_type}; charset=utf-8", text_of_body)
        return HeldAnswer(answer, context.budget, repeatable=context.repeatable and not errors)


def _status(errors: Sequence[GraphQLError]) -> int:
    """The status of a document that never ran."""
    return status_of(int((errors[0].extensions or {}).get("status", 400)))


def _parameters(body: Any) -> tuple[str, dict[str, Any] | None, str | None]:
    """(document, variables, operation name) of a request body; raises InvalidInput."""
    if not isinstance(body, dict):
        raise InvalidInput("The body is one JSON object, not a batch.", errors=(Fault("", "is an object"),))
    wrong = [
        Fault(pointer([key[:80]]), "is not part of a GraphQL request", "extra_forbidden")
        for key in body.keys() - KEYS
    ]
    text, name = body.get("query"), body.get("operationName")
    if not isinstance(text, str):
        wrong.append(Fault("/query", "is the text of a GraphQL document", "required"))
    for key in ("variables", "extensions"):
        if not isinstance(body.get(key), dict | None):
            wrong.append(Fault(f"/{key}", "is an object or null"))
    if not isinstance(name, str | None):
        wrong.append(Fault("/operationName", "is a text or null"))
    if wrong:
        raise InvalidInput(f"{wrong[0].pointer[1:]}: {wrong[0].message}.", errors=tuple(wrong))
    # Strawberry takes an empty document for no document at all.
    return text or " ", body.get("variables"), name or None
