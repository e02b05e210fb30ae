"""A6, S6: an address, method or id that is not there is refused by a problem document; no answer may be kept, nor its
type guessed."""

from __future__ import annotations

from typing import Any

import pytest
from faces import Face, snake
from nouns import ROWS
from refusals import assert_refused
from running_core import ADDRESS, OPERATIONS, RunningCore
from world import World

from faceforge_server.middleware.authentication import Authenticator


@pytest.mark.parametrize(
    "path",
    [
        "/v1",
        "/v1/",
        "/v1/entities/",
        "/v1/nothing",
        "/v1/entities/a/b/c",
        "/v1/../config/core.json",
        "/v1/%2e%2e/%2e%2e/etc/passwd",
        "/V1/entities",
        "/v1//entities",
        "/ui/../../secrets",
    ],
)
def test_an_address_that_is_not_there_is_not_taken_for_a_record(core: RunningCore, path: str) -> None:
    answer = core.request("GET", path)
    assert_refused(answer, 404, "unknown_address")
    assert answer.json()["hint"]
    assert core.request("HEAD", path).status_code == 404


def test_a_slash_that_is_written_otherwise_is_one(core: RunningCore) -> None:
    assert_refused(core.request("GET", "/v1/entities%2Fx"), 404, "not_found")


@pytest.mark.parametrize(
    ("path", "near"),
    [
        ("/v1/entities/", "/v1/entities"),
        ("//v1//entities", "/v1/entities"),
        ("/v1/system//info/", "/v1/system/info"),
        ("/healthz/", "/healthz"),
        ("/docs//", "/docs"),
        ("/v1/nothing/", None),
        ("/ui/none/", None),
        ("/nope", None),
    ],
)
def test_a_slash_too_many_is_shown(core: RunningCore, path: str, near: str | None) -> None:
    problem = core.request("GET", f"{ADDRESS}{path}").json()
    assert (problem["code"], problem["detail"]) == ("unknown_address", f"There is nothing at {path}.")
    if near is None:
        assert "/docs" in problem["hint"]
        assert "/openapi.json" in problem["hint"]
    else:
        assert problem["hint"].endswith(f" {near}.")


@pytest.mark.parametrize("path", sorted({each.path for each in OPERATIONS.values()}))
def test_a_method_that_is_not_there_is_answered_by_those_that_are(core: RunningCore, path: str) -> None:
    methods = {each.method for each in OPERATIONS.values() if each.path == path}
    answer = core.request("TRACE", path.replace("{", "").replace("}", ""))
    assert_refused(answer, 405, "method_not_allowed")
    assert methods <= {each.strip() for each in answer.headers["allow"].split(",")}


NO_ID = ["x", "A" * 64, "0" * 63, "0" * 65, "%00", "é", "0" * 5000, " "]
OF_NO_IDS = {"algorithm", "hex", "changeset_id"}
BY_ID = [
    name
    for name, each in OPERATIONS.items()
    if any(name not in OF_NO_IDS for name in each.path_names) and each.method != "PUT"
]
"""Those that name a record that is there; a PUT gives it its name."""


@pytest.mark.parametrize("text", NO_ID, ids=lambda text: f"{len(text)} x {text[:1]}")
@pytest.mark.parametrize("operation", BY_ID)
def test_an_id_that_is_none_is_unknown(face: Face, world: World, operation: str, text: str) -> None:
    route = OPERATIONS[operation]
    arguments: dict[str, Any] = {name: text for name in route.path_names if name not in OF_NO_IDS}
    if route.body_required:
        arguments["input"] = ROWS[snake(operation)].good(world)["input"]
    answer = face.call(snake(operation), **arguments)
    assert (answer.status, answer.code) == (404, "not_found")


@pytest.mark.parametrize(
    "path",
    ["/", "/docs", "/redoc", "/graphql", "/ui/none", "/healthz", "/openapi.json", "/schema.graphql", "/none"],
)
def test_no_public_answer_lets_a_browser_guess_its_type(core: RunningCore, path: str) -> None:
    assert core.request("GET", path).headers["x-content-type-options"] == "nosniff"


def test_no_file_lets_a_browser_guess_its_type(core: RunningCore, world: World) -> None:
    answer = core.request("GET", f"/v1/assets/{world.photo}/download")
    assert (answer.status_code, answer.headers["x-content-type-options"]) == (200, "nosniff")


@pytest.mark.parametrize("path", ["/v1/entities/{}", "/v1/entities", "/v1/none", "/v1/entities?limit=0"])
def test_every_answer_forbids_guessing_its_type_and_keeping_it(
    core: RunningCore, world: World, path: str
) -> None:
    answer = core.request("GET", path.format(world.ada))
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["cache-control"] == "no-store"
    assert "access-control-allow-origin" not in answer.headers
    assert answer.headers["x-request-id"]


def test_an_error_outside_of_every_route_has_its_id_and_no_guess_of_its_type(
    core: RunningCore, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(*_: Any) -> None:
        raise RuntimeError("nobody expects this")

    monkeypatch.setattr(Authenticator, "actor", broken)
    answer = core.request("GET", "/v1/entities")
    assert (answer.status_code, answer.json()["code"]) == (500, "internal")
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.json()["request_id"] == answer.headers["x-request-id"]
    assert "nobody expects" not in answer.text
