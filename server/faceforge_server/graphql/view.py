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
from faceforge_schema.execute.masking import mask
from faceforge_schema.values.inputs import pointer
from faceforge_server.http.answers import HeldAnswer, JsonAnswer, encoded
from faceforge_server.http.json_body import check_media_type, parse_json, read_body
from faceforge_server.http.json_response import NOT_STORED, json_response
from faceforge_server.http.request_context import computed, context_of
from faceforge_storage.database.read_budget import released_on_error
from faceforge_storage.errors import (
    Busy,
    FaceForgeError,
    Fault,
    InvalidInput,
    MethodNotAllowed,
    NotAcceptable,
)
from faceforge_ui import PUBLIC, console

GRAPHQL = "application/graphql-response+json"
JSON = "application/json"
HEADERS = {**NOT_STORED, "Vary": "Accept"}
KEYS = {"query", "variables", "operationName", "extensions"}


class GraphqlView:
    """The address `/graphql` for HTTP: POST answers documents, GET is the console for a browser."""

    def __init__(self, contract: Contract) -> None:
        self.contract = contract

    def routes(self) -> list[Route]:
        """The routes of the address."""
        page = APIRoute(
            "/graphql",
            self.page,
            methods=["GET", "HEAD"],
            response_class=HTMLResponse,
            include_in_schema=False,
            openapi_extra=PUBLIC,
        )
        return [page, Route("/graphql", self.answer, methods=["POST"])]

    async def page(self, request: Request) -> Response:
        """The console, for whoever accepts a page."""
        accept = request.headers.get("accept", "*/*")
        if "text/html" in accept or "*/*" in accept:
            return console(request)
        raise MethodNotAllowed(
            "GraphQL is asked by POST.", headers={"Allow": "GET, POST"}, hint="POST a JSON body."
        )

    async def answer(self, request: Request) -> Response:
        """Answer one request."""
        media_type = _media_type(request.headers.get("accept", ""))
        context = context_of(request)
        with released_on_error(context.budget):
            try:
                return await self._answer(request, context, media_type)
            except FaceForgeError as error:
                context.budget.release()
                return _refused(error, media_type)

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
    status = int((errors[0].extensions or {}).get("status", 400))
    # Whatever the fault of a document or its variables is called, its status here is 400.
    return 400 if status == 422 else status


def _refused(error: FaceForgeError, media_type: str) -> Response:
    """A request that is no GraphQL request at all: the status is that of the error in either media type."""
    status = 400 if error.status == 422 else error.status
    translated = GraphQLError(str(error), original_error=error)
    mask([translated])
    headers = {**HEADERS, **error.headers}
    return json_response({"errors": [translated.formatted]}, status, headers, f"{media_type}; charset=utf-8")


def _media_type(accept: str) -> str:
    """The media type of the answer by `Accept` (RFC 9110, 12.5.1): without one, GraphQL's own; for whoever takes
    anything, plain JSON. Raises NotAcceptable."""
    if not accept.strip():
        return GRAPHQL
    listed: dict[str, tuple[float, int]] = {}
    for place, part in enumerate(accept.split(",")):
        kind, *parameters = [each.strip().lower() for each in part.split(";")]
        weight = next((each[2:] for each in parameters if each.startswith("q=")), "1")
        listed.setdefault(kind, (_number(weight), -place))
    wishes = [
        (next((listed[each] for each in (kind, "application/*", "*/*") if each in listed), (0.0, 0)), kind)
        for kind in (GRAPHQL, JSON)
    ]
    (liking, _), best = max(wishes)
    if liking <= 0:
        raise NotAcceptable(f"Answers are {GRAPHQL} or {JSON}.", hint=f"Send `Accept: {GRAPHQL}`.")
    return best


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return 0.0


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
