"""An Idempotency-Key on a create: the same request gives the first answer again, another one is refused."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor

import pytest
from database_state import everything
from faces import Face, GraphqlFace, RestFace, snake
from nouns import ROWS
from running_core import OPERATIONS, RunningCore
from world import World

CREATES = sorted(snake(name) for name, each in OPERATIONS.items() if each.status == 201)


@pytest.mark.parametrize("operation", CREATES)
def test_a_create_repeated_with_its_key_gives_the_first_answer(
    face: Face, world: World, operation: str
) -> None:
    arguments, key = ROWS[operation].good(world), f"{face.name} {operation}"
    first = face.call(operation, idempotency_key=key, **arguments)
    again = face.call(operation, idempotency_key=key, **arguments)
    secretless = {**first.ok(), **({"secret": None} if "secret" in first.ok() else {})}
    assert (again.status, again.ok()) == (first.status, secretless)


@pytest.mark.parametrize("operation", CREATES)
def test_a_key_used_for_another_request_is_refused(face: Face, world: World, operation: str) -> None:
    key = f"{face.name} {operation} mismatch"
    face.call(operation, idempotency_key=key, **ROWS[operation].good(world)).ok()
    other = ROWS[operation].good(World(world.core, world.number + 500_000))
    answer = face.call(operation, idempotency_key=key, **other)
    assert (answer.status, answer.code) == (409, "idempotency_mismatch")


def test_the_first_answer_is_given_even_when_the_record_has_changed_since(face: Face, world: World) -> None:
    key, asked = world.named(f"changed-{face.name}"), {"display_name": "First"}
    made = face.call("create_entity", idempotency_key=key, input=asked).ok()
    face.call("update_entity", entity_id=made["entity_id"], input={"display_name": "Second"}).ok()
    assert face.call("create_entity", idempotency_key=key, input=asked).ok() == made
    face.call("delete_entity", entity_id=made["entity_id"]).ok()
    assert face.call("create_entity", idempotency_key=key, input=asked).ok() == made


def test_a_key_of_a_failure_is_free_again(face: Face, world: World) -> None:
    key = world.named(f"failed-{face.name}")
    assert face.call("create_entity", idempotency_key=key, input={"display_name": ""}).code == "invalid_input"
    assert face.call("create_entity", idempotency_key=key, input={"display_name": "Now"}).code is None


def test_keys_are_each_tokens_own(core: RunningCore, face: Face, world: World) -> None:
    key, asked = world.named(f"own-{face.name}"), {"display_name": "Mine"}
    token = core.limited_token("entities:write")
    mine = face.call("create_entity", idempotency_key=key, input=asked).ok()
    theirs = face.call("create_entity", idempotency_key=key, token=token, input=asked).ok()
    assert mine["entity_id"] != theirs["entity_id"]
    weak = core.limited_token("entities:read")
    answer = face.call("create_entity", idempotency_key=key, token=weak, input=asked)
    assert answer.code == "forbidden"


def test_each_create_of_a_document_has_a_key_of_its_own(core: RunningCore, world: World) -> None:
    made = [f'{name}: createEntity(input: {{displayName: "{name}"}}) {{ id }}' for name in "ab"]
    query = f"mutation {{ {' '.join(made)} }}"
    headers = {"idempotency-key": world.named("document")}
    response = [
        core.request("POST", "/graphql", json={"query": query}, headers=headers).json() for _ in range(2)
    ]
    assert response[0] == response[1]
    assert response[0]["data"]["a"] != response[0]["data"]["b"]


def test_one_key_sent_many_times_at_once_makes_one_record(core: RunningCore, world: World) -> None:
    key, asked = world.named("crowd"), {"display_name": world.named("crowd")}
    faces: list[Face] = [RestFace(core)] * 10 + [GraphqlFace(core)] * 10
    with ThreadPoolExecutor(20) as pool:
        answers = list(
            pool.map(
                lambda face: face.call("create_entity", idempotency_key=f"{key} {face.name}", input=asked),
                faces,
            )
        )
    made = {answer.ok()["entity_id"] for answer in answers}
    assert len(made) == 2
    assert len(RestFace(core).call("entities", q=asked["display_name"]).ok()["items"]) == 2


def test_an_upload_repeated_with_its_key_gives_the_first_answer(core: RunningCore, world: World) -> None:
    headers = {"idempotency-key": world.named("upload")}
    for method, options in (
        ("PUT", {"content": world.content}),
        ("POST", {"files": {"file": ("a.txt", world.content + b"2")}}),
    ):
        headers["idempotency-key"] += method
        path = "/v1/assets/upload" + ("?filename=a.txt" if method == "PUT" else "")
        response = [core.request(method, path, headers=headers, **options) for _ in range(2)]
        assert [each.status_code for each in response] == [201, 201]
        assert response[0].json() == response[1].json()
        assert response[0].json()["duplicate"] is False


@pytest.mark.parametrize("key", ["", "x" * 256, "ä", "a\tb"])
def test_a_key_has_1_to_255_printable_characters(core: RunningCore, key: str) -> None:
    response = core.request(
        "POST", "/v1/entities", json={"display_name": "k"}, headers={"idempotency-key": key.encode("latin-1")}
    )
    assert (response.status_code, response.json()["code"]) == (422, "invalid_input")
    assert response.json()["errors"][0]["in"] == "header"


def test_what_keys_remember_holds_no_secret(core: RunningCore, face: Face, world: World) -> None:
    made = face.call(
        "create_token",
        idempotency_key=world.named(face.name),
        input={"name": world.named(face.name), "permissions": []},
    ).ok()
    assert made["secret"].removeprefix("ff_") not in json.dumps(everything(core))
