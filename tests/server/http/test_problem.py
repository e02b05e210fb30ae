"""An error is answered as a problem document (RFC 9457), whatever it is."""

from __future__ import annotations

import json

import pytest
from asgi import ask, reached
from starlette.types import Receive, Scope, Send

from faceforge_server.http.problem import refusal, refuse
from faceforge_server.http.request_ids import RequestIds, current_request_id
from faceforge_storage.errors import AmbiguousHash, FaceForgeError, Fault, InvalidInput, NotFound

SCOPE = {"path": "/v1/entities", "headers": []}


def every_error(kind: type[FaceForgeError] = FaceForgeError) -> list[type[FaceForgeError]]:
    return [kind, *(found for below in kind.__subclasses__() for found in every_error(below))]


@pytest.mark.parametrize("kind", every_error(), ids=lambda kind: kind.code)
def test_each_error_has_every_member(kind: type[FaceForgeError]) -> None:
    response = refusal(kind("It happened.", headers={"X-Its": "own"}), SCOPE)
    problem = json.loads(bytes(response.body))
    assert response.media_type == "application/problem+json"
    assert response.status_code == problem["status"] == kind.status
    assert response.headers["x-its"] == "own"
    assert problem == {
        **({"candidates": []} if kind is AmbiguousHash else {}),
        "type": f"urn:faceforge:error:{kind.code}",
        "title": kind.title,
        "status": kind.status,
        "code": kind.code,
        "detail": "It happened.",
        "hint": kind.default_hint,
    }


def test_no_two_errors_share_a_code() -> None:
    concrete = [kind for kind in every_error() if kind is not FaceForgeError and "code" in vars(kind)]
    assert len({kind.code for kind in concrete}) == len(concrete)


def test_faults_tell_their_place() -> None:
    error = InvalidInput("Not valid.", errors=(Fault("/tags/0", "must be text", "wrong_type"),))
    assert json.loads(bytes(refusal(error, SCOPE).body))["errors"] == [
        {"pointer": "/tags/0", "in": "body", "code": "wrong_type", "message": "must be text"}
    ]


async def test_the_id_of_a_request_stands_in_header_and_body_and_ends_with_it() -> None:
    async def refusing(scope: Scope, receive: Receive, send: Send) -> None:
        await refuse(NotFound("Nothing here."), scope, receive, send)

    messages = await ask(RequestIds(refusing), {})
    named = dict(messages[0]["headers"])[b"x-request-id"].decode()
    assert json.loads(messages[1]["body"])["request_id"] == named
    assert current_request_id() is None


async def test_each_request_has_another_id() -> None:
    app = RequestIds(reached)
    assert len({dict((await ask(app, {}))[0]["headers"])[b"x-request-id"] for _ in range(50)}) == 50
