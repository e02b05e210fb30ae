"""How `/graphql` refuses: as errors of GraphQL, in the media type that the client takes, whichever layer refuses."""

from __future__ import annotations

from graphql import GraphQLError
from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import Scope

from faceforge_schema.execute.masking import mask
from faceforge_server.http.json_response import NOT_STORED, json_response
from faceforge_server.http.request_ids import current_request_id
from faceforge_storage.errors import FaceForgeError, NotAcceptable

PATH = "/graphql"
GRAPHQL = "application/graphql-response+json"
JSON = "application/json"
HEADERS = {**NOT_STORED, "Vary": "Accept"}


def is_graphql(scope: Scope) -> bool:
    """Whether a request, or a handshake, is for the address of GraphQL, perhaps with a slash too many."""
    path: str = scope["path"]
    return path.startswith(PATH) and path.strip("/") == PATH[1:]


def graphql_refusal(error: FaceForgeError, scope: Scope) -> Response:
    """The answer to what is no GraphQL request at all: in either media type it has the status of the error."""
    translated = GraphQLError(str(error), original_error=error)
    mask([translated])
    if known := current_request_id():
        translated.extensions = {**(translated.extensions or {}), "request_id": known}
    try:
        media_type = media_type_of(Headers(scope=scope).get("accept", ""))
    except NotAcceptable:  # then any will do (RFC 9110, 15.5.7)
        media_type = JSON
    headers, status = {**HEADERS, **error.headers}, status_of(error.status)
    return json_response({"errors": [translated.formatted]}, status, headers, f"{media_type}; charset=utf-8")


def status_of(status: int) -> int:
    """The HTTP status of an error that is the whole answer: whatever is wrong with what was sent is 400 here."""
    return 400 if status == 422 else status


def media_type_of(accept: str) -> str:
    """The media type of an answer by `Accept` (RFC 9110, 12.5.1): without one, GraphQL's own; for whoever takes
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
