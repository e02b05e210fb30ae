"""A fault of a sidecar says where in the sidecar it is, in words of JSON, on each way a sidecar takes."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from faces import Face
from running_core import OPERATIONS, RunningCore
from world import UNKNOWN, World

from faceforge_server.files.description import UPLOAD_ERRORS

Wrong = tuple[Callable[[World], dict[str, Any]], int, str, str]
PYTHON = ("validation error", "EntityCreate", "ExternalIdInput", "iterable", "dict[", "must be an", "/str")
KNOWN = ["external_id_taken", "field_value_taken", "invalid_sidecar", "unknown_reference"]


def made(**more: Any) -> dict[str, Any]:
    return {"display_name": "New", "create": True, **more}


def entry(value: Any) -> Callable[[World], dict[str, Any]]:
    """A sidecar whose second entity is `value`, after one that is in order."""
    return lambda world: {"entities": [made(), value(world) if callable(value) else value]}


def height(world: World) -> dict[str, Any]:
    return made(fields={world.field_key: "tall"})


def taken(world: World) -> dict[str, Any]:
    """An entity with a value of a unique field that another has."""
    key = world.named("code")
    definition = {"field_key": key, "field_type": "string", "unique": True}
    world.make("create_field_definition", input=definition)
    world.make("create_entity", input={"display_name": "First", "fields": {key: "x"}})
    return made(fields={key: "x"})


WRONG: dict[str, Wrong] = {
    "a role of blanks": (lambda _: {"role": "  "}, 422, "invalid_sidecar", "/role"),
    "tags that are no list": (lambda _: {"tags": "x"}, 422, "invalid_sidecar", "/tags"),
    "an unknown asset": (lambda _: {"derived_from": UNKNOWN}, 422, "unknown_reference", "/derived_from"),
    "too many entities": (lambda _: {"entities": [UNKNOWN] * 501}, 422, "invalid_sidecar", "/entities"),
    "a number": (entry(5), 422, "invalid_sidecar", "/entities/1"),
    "an empty entry": (entry({}), 422, "invalid_sidecar", "/entities/1"),
    "an entry that does not say create": (
        entry({"display_name": "X"}),
        422,
        "invalid_sidecar",
        "/entities/1",
    ),
    "an unknown id": (entry(UNKNOWN), 422, "unknown_reference", "/entities/1"),
    "an unknown id by name": (
        entry({"entity_id": UNKNOWN}),
        422,
        "unknown_reference",
        "/entities/1/entity_id",
    ),
    "an id that is a number": (
        entry({"entity_id": 5}),
        422,
        "invalid_sidecar",
        "/entities/1/entity_id",
    ),
    "a key too many": (
        entry({"entity_id": UNKNOWN, "create": True}),
        422,
        "invalid_sidecar",
        "/entities/1/create",
    ),
    "a role of blanks of an entry": (
        entry(lambda w: {"entity_id": w.ada, "role": "  "}),
        422,
        "invalid_sidecar",
        "/entities/1/role",
    ),
    "an external id of nobody": (
        entry({"external_id": {"namespace": "test", "value": "nobody"}}),
        422,
        "unknown_reference",
        "/entities/1/external_id",
    ),
    "an external id without a value": (
        entry({"external_id": {"namespace": "test"}}),
        422,
        "invalid_sidecar",
        "/entities/1/external_id/value",
    ),
    "no name": (entry({"create": True}), 422, "invalid_sidecar", "/entities/1/display_name"),
    "a wish that is no boolean": (
        entry(made(create="yes")),
        422,
        "invalid_sidecar",
        "/entities/1/create",
    ),
    "an unknown key": (entry(made(colour="red")), 422, "invalid_sidecar", "/entities/1/colour"),
    "external ids that are a number": (
        entry(made(external_ids=5)),
        422,
        "invalid_sidecar",
        "/entities/1/external_ids",
    ),
    "an external id that is a text": (
        entry(made(external_ids=["a:b"])),
        422,
        "invalid_sidecar",
        "/entities/1/external_ids/0",
    ),
    "one external id that is a number": (
        entry(made(external_id=5)),
        422,
        "invalid_sidecar",
        "/entities/1/external_id",
    ),
    "fields that are a list": (entry(made(fields=[])), 422, "invalid_sidecar", "/entities/1/fields"),
    "a thumbnail that is not there": (
        entry(made(primary_thumbnail_asset_id=UNKNOWN)),
        422,
        "unknown_reference",
        "/entities/1/primary_thumbnail_asset_id",
    ),
    "a field that does not fit": (entry(height), 422, "invalid_input", "/entities/1/fields/{field_key}"),
    "a taken value": (entry(taken), 409, "field_value_taken", "/entities/1/fields/code_{number}"),
}
"""What a sidecar says, the status, the code, and where in the sidecar the fault is."""


@pytest.mark.parametrize("name", WRONG)
def test_a_fault_points_into_the_sidecar(core: RunningCore, world: World, face: Face, name: str) -> None:
    say, status, code, where = WRONG[name]
    sidecar = say(world)
    if "{" in where:
        where = where.format(field_key=world.field_key, number=world.number)
    sent = {"content_hash": world.photo_hash, "filename": "a", "on_duplicate": "new", "sidecar": sidecar}
    before = everything(core)
    answer = face.call("create_asset", input=sent)
    assert (answer.status, answer.code) == (status, code), answer.problem
    assert answer.places == (f"/sidecar{where}",)
    assert not [word for word in PYTHON if word in str(answer.problem)], answer.problem
    files = {"file": ("a.txt", b"new bytes"), "meta": (None, json.dumps(sidecar))}
    response = core.request("POST", "/v1/assets/upload", files=files).json()
    assert (response["status"], response["code"]) == (status, code)
    assert [fault["pointer"] for fault in response["errors"]] == [f"/meta{where}"]
    assert "/sidecar" not in response["detail"]
    assert "/meta" not in response["detail"]
    assert everything(core) == before


@pytest.mark.parametrize(
    "text", ['{"x": 1e999}', '{"x": "\\u0000"}', '{"\\ud800": 1}', "[" * 4000, "x", '{"x": {"a": 1, "a": 2}}']
)
def test_a_sidecar_that_no_reader_takes_is_no_sidecar(core: RunningCore, text: str) -> None:
    refused(core, text)


@pytest.mark.parametrize("levels", [101, 500, 900, 4000])
def test_a_sidecar_that_nests_too_deeply_is_no_sidecar(core: RunningCore, levels: int) -> None:
    refused(core, '{"x": ' + "[" * levels + "]" * levels + "}")
    refused(core, '{"x":' * levels + '"\\u0000"' + "}" * levels)


def refused(core: RunningCore, text: str) -> None:
    before = everything(core)
    form = {"file": ("a.txt", b"new bytes"), "meta": (None, text)}
    by_form = core.request("POST", "/v1/assets/upload", files=form).json()
    raw = core.request("PUT", "/v1/assets/upload", params={"meta": text}, content=b"new bytes").json()
    for problem in (by_form, raw):
        assert (problem["status"], problem["code"]) == (422, "invalid_sidecar"), problem
        assert [fault["pointer"] for fault in problem["errors"]] == ["/meta"]
        assert "body" not in problem["detail"]
    assert everything(core) == before


def test_a_deep_sidecar_is_refused_without_a_form(face: Face, world: World) -> None:
    deep: Any = 1
    for _ in range(150):
        deep = [deep]
    sent = {"content_hash": world.photo_hash, "filename": "a", "sidecar": {"x": deep}}
    answer = face.call("create_asset", input=sent)
    # Any body that deep is refused, whatever its parts are.
    assert (answer.status, answer.code) == (422, "invalid_input")


def test_what_a_sidecar_says_is_done(world: World) -> None:
    mine = {"namespace": "test", "value": world.named("mine")}
    asset = world.upload(
        world.content + b"?",
        meta={
            "kind": "image.original",
            "role": "portrait",
            "copy": [1.0, 10**30, {"a": "é🎈"}],
            "entities": [
                world.bob,
                {"external_id": {"namespace": "test", "value": world.named("ada")}} if world.ada else {},
                {"entity_id": world.bob, "role": "friend"},
                made(external_id=mine, external_ids=[mine], role="copy", fields={"a": 1}),
                {"external_id": mine, "create": False, "role": None},
            ],
        },
    )
    new = world.make("entities", external_id=f"test:{mine['value']}")["items"][0]
    assert new["external_ids"] == [mine]
    assert new["fields"] == {"a": 1}
    assert asset["user_metadata"] == {"copy": [1.0, 10**30, {"a": "é🎈"}]}
    roles = {link["entity_id"]: link["role"] for link in asset["links"]}
    assert roles == {world.bob: "friend", world.ada: "portrait", new["entity_id"]: "portrait"}


def test_the_contract_tells_what_a_sidecar_can_meet() -> None:
    assert set(KNOWN) <= set(OPERATIONS["createAsset"].errors)
    assert {*KNOWN, "forbidden"} <= {*UPLOAD_ERRORS, *OPERATIONS["createAsset"].errors}


def everything(core: RunningCore) -> list[int]:
    """How many entities and assets there are."""
    lists = (f"/v1/{noun}?limit=1&include_total=true" for noun in ("entities", "assets"))
    return [core.request("GET", each).json()["total"] for each in lists]
