"""Uploads and what comes with them: form fields, the sidecar, duplicates; one wrong word and nothing is kept."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from database_state import everything
from running_core import RunningCore
from world import UNKNOWN, World

Sidecar = dict[str, Any]


def upload(core: RunningCore, data: bytes, meta: Any = None, **form: Any) -> httpx.Response:
    files: dict[str, Any] = {"file": (form.pop("name", "a.bin"), data)}
    if meta is not None:
        files["meta"] = (None, meta if isinstance(meta, bytes) else json.dumps(meta).encode())
    return core.request("POST", "/v1/assets/upload", files=files, data=form)


def test_a_sidecar_says_everything_an_asset_may_have(core: RunningCore, world: World) -> None:
    meta = {
        "kind": "image.original",
        "tags": ["a", "b", "a"],
        "user_metadata": {"aB": {"cD": 1}},
        "role": "portrait",
        "derived_from": world.photo,
        "entities": [
            world.ada,
            {"entity_id": world.bob, "role": "friend"},
            {"external_id": {"namespace": "test", "value": world.named("ada")}, "role": "again"},
            {"display_name": "New", "create": True, "tags": ["t"], "fields": {"k": 1}},
        ],
        "camera": {"Model": "X"},
        "rating": 5,
    }
    answer = upload(core, world.content + b"full", meta)
    assert answer.status_code == 201, answer.text
    asset = answer.json()
    assert (asset["kind"], asset["tags"]) == ("image.original", ["a", "b"])
    assert asset["user_metadata"] == {"aB": {"cD": 1}, "camera": {"Model": "X"}, "rating": 5}
    assert asset["derived_from_asset_id"] == world.photo
    roles = {each["entity_id"]: each["role"] for each in asset["links"]}
    made = next(each for each in roles if each not in (world.ada, world.bob))
    assert roles == {world.ada: "again", world.bob: "friend", made: "portrait"}
    entity = world.make("entity", entity_id=made)
    assert (entity["display_name"], entity["tags"], entity["fields"]) == ("New", ["t"], {"k": 1})


def test_form_fields_win_over_the_sidecar(core: RunningCore, world: World) -> None:
    meta = {
        "kind": "doc.pdf",
        "role": "theirs",
        "derived_from": UNKNOWN,
        "tags": ["s"],
        "entities": [world.ada],
    }
    form = {"kind": "image.cover", "role": "mine", "tag": ["f"], "derived_from_asset_id": world.photo}
    asset = upload(core, world.content + b"win", meta, entity_id=[world.bob], **form).json()
    assert (asset["kind"], asset["derived_from_asset_id"]) == ("image.cover", world.photo)
    assert asset["tags"] == ["s", "f"]
    assert {each["entity_id"]: each["role"] for each in asset["links"]} == {
        world.bob: "mine",
        world.ada: "mine",
    }


def test_create_looks_for_the_external_ids_first(core: RunningCore, world: World) -> None:
    held = {"namespace": "test", "value": world.named("ada")}
    assert world.ada
    for number, entry in enumerate(
        (
            {"display_name": "Not made", "create": True, "external_id": held},
            {"display_name": "Not made", "create": True, "external_ids": [held]},
        )
    ):
        asset = upload(core, world.content + str(number).encode(), {"entities": [entry]}).json()
        assert asset["linked_entity_ids"] == [world.ada]
    new = {"namespace": "test", "value": world.named("new")}
    meta = {"entities": [{"display_name": "Made once", "create": True, "external_id": new}] * 2}
    asset = upload(core, world.content + b"once", meta).json()
    assert len(asset["linked_entity_ids"]) == 1
    assert core.request("GET", "/v1/entities?q=Not%20made").json()["items"] == []


WRONG: list[tuple[str, Callable[[World], Any], str, str | None]] = [
    ("no JSON", lambda w: b"{", "invalid_sidecar", "/meta"),
    ("nothing", lambda w: b"", "invalid_sidecar", "/meta"),
    ("no UTF-8", lambda w: b'{"tags": ["\xff"]}', "invalid_sidecar", "/meta"),
    ("UTF-16", lambda w: '{"tags": []}'.encode("utf-16"), "invalid_sidecar", "/meta"),
    ("a list", lambda w: [], "invalid_sidecar", "/meta"),
    ("a text", lambda w: "x", "invalid_sidecar", "/meta"),
    ("not a number", lambda w: b'{"a": NaN}', "invalid_sidecar", "/meta"),
    ("deep", lambda w: b'{"a":' * 5000 + b"1" + b"}" * 5000, "invalid_sidecar", None),
    ("too deep", lambda w: b"[" * 100_000, "invalid_sidecar", "/meta"),
    ("NUL", lambda w: {"note": "a\x00b"}, "invalid_sidecar", None),
    ("half a pair", lambda w: b'{"note": "\\ud800"}', "invalid_sidecar", None),
    ("too large a number", lambda w: b'{"note": 1e999}', "invalid_sidecar", None),
    ("a wrong kind", lambda w: {"kind": "No Kind"}, "invalid_sidecar", "/meta/kind"),
    ("tags a text", lambda w: {"tags": "a,b"}, "invalid_sidecar", "/meta/tags"),
    ("a tag a number", lambda w: {"tags": ["a", 5]}, "invalid_sidecar", "/meta/tags/1"),
    ("metadata a list", lambda w: {"user_metadata": []}, "invalid_sidecar", "/meta/user_metadata"),
    ("entities an object", lambda w: {"entities": {}}, "invalid_sidecar", "/meta/entities"),
    ("an unknown entity", lambda w: {"entities": [w.bob, UNKNOWN]}, "unknown_reference", "/meta/entities/1"),
    ("a trashed entity", lambda w: {"entities": [w.trashed]}, "unknown_reference", "/meta/entities/0"),
    (
        "an unknown entity by id",
        lambda w: {"entities": [{"entity_id": UNKNOWN}]},
        "unknown_reference",
        "/meta/entities/0/entity_id",
    ),
    (
        "an unknown external id",
        lambda w: {"entities": [{"external_id": {"namespace": "x", "value": "y"}}]},
        "unknown_reference",
        "/meta/entities/0/external_id",
    ),
    (
        "an external id of another shape",
        lambda w: {"entities": [{"external_id": "x:y"}]},
        "invalid_sidecar",
        "/meta/entities/0/external_id",
    ),
    ("an empty entry", lambda w: {"entities": [{}]}, "invalid_sidecar", "/meta/entities/0"),
    (
        "a name without create",
        lambda w: {"entities": [{"display_name": "x"}]},
        "invalid_sidecar",
        "/meta/entities/0",
    ),
    (
        "create without a name",
        lambda w: {"entities": [w.bob, {"create": True}]},
        "invalid_sidecar",
        "/meta/entities/1/display_name",
    ),
    (
        "create with a wrong list",
        lambda w: {"entities": [{"create": True, "display_name": "x", "external_ids": 5}]},
        "invalid_sidecar",
        "/meta/entities/0/external_ids",
    ),
    (
        "an entity that is good and then one that is not",
        lambda w: {"entities": [{"create": True, "display_name": "Half-made"}, UNKNOWN]},
        "unknown_reference",
        "/meta/entities/1",
    ),
    (
        "a role that is none",
        lambda w: {"entities": [{"entity_id": w.bob, "role": 5}]},
        "invalid_sidecar",
        "/meta/entities/0/role",
    ),
    ("an unknown source", lambda w: {"derived_from": UNKNOWN}, "unknown_reference", "/meta/derived_from"),
]


@pytest.mark.parametrize(("case", "meta", "code", "place"), WRONG, ids=[each[0] for each in WRONG])
def test_a_sidecar_that_is_wrong_keeps_nothing(
    core: RunningCore, world: World, case: str, meta: Callable[[World], Any], code: str, place: str | None
) -> None:
    sent_meta = meta(world)
    before, files = everything(core), stored(core)
    answer = upload(core, world.content + case.encode(), sent_meta)
    assert (answer.status_code, answer.json()["code"]) == (422, code), answer.text[:300]
    if place is not None:
        assert [each["pointer"] for each in answer.json()["errors"]] == [place]
    assert everything(core) == before
    assert waiting(core) == []
    # Bytes without a row are harmless, and are collected later.
    assert len(stored(core)) - len(files) in (0, 1)


def stored(core: RunningCore) -> list[str]:
    return [str(each) for each in (core.core.home / "assets").rglob("*") if each.is_file()]


def waiting(core: RunningCore) -> list[str]:
    return [str(each) for each in (core.core.home / "tmp").rglob("*") if each.is_file()]


@pytest.mark.parametrize(
    ("form", "place"),
    [
        ({"kind": "No Kind"}, "/kind"),
        ({"entity_id": [UNKNOWN]}, "/entity_id/0"),
        ({"tag": ["ok", ""]}, "/tag/1"),
        ({"role": ""}, "/role"),
        ({"sha256": "x"}, "/sha256"),
        ({"size_bytes": "-1"}, "/size_bytes"),
        ({"on_duplicate": "maybe"}, "/on_duplicate"),
        ({"derived_from_asset_id": UNKNOWN}, "/derived_from_asset_id"),
        ({"filename": ".."}, "/filename"),
        ({"no_such": "1"}, "/no_such"),
    ],
    ids=str,
)
@pytest.mark.parametrize("method", ["POST", "PUT"])
def test_a_field_that_is_wrong_is_named_as_the_form_calls_it(
    core: RunningCore, world: World, method: str, form: dict[str, Any], place: str
) -> None:
    before = everything(core)
    data = world.content + place.encode()
    if method == "POST":
        answer = upload(core, data, **form)
    else:
        answer = core.request("PUT", "/v1/assets/upload", content=data, params=form)
    assert answer.status_code == 422, answer.text
    assert [each["pointer"] for each in answer.json()["errors"]] == [place]
    assert everything(core) == before
    assert waiting(core) == []


@pytest.mark.parametrize("field", [{"sha256": "0" * 64}, {"size_bytes": "3"}])
def test_bytes_that_are_not_the_declared_ones_are_not_kept(
    core: RunningCore, world: World, field: dict[str, str]
) -> None:
    before, files = everything(core), stored(core)
    answer = upload(core, world.content + b"declared", **field)
    assert (answer.status_code, answer.json()["code"]) in ((422, "hash_mismatch"), (422, "size_mismatch"))
    assert (everything(core), stored(core), waiting(core)) == (before, files, [])


# ---- duplicates


def test_the_same_bytes_again_answer_the_asset_that_has_them(core: RunningCore, world: World) -> None:
    data = world.content + b"twice"
    first = upload(
        core, data, {"tags": ["a"], "user_metadata": {"k": 1}}, name="first.txt", entity_id=world.ada
    )
    again = upload(
        core, data, {"tags": ["b"], "user_metadata": {"k": 2, "l": 3}}, name="second.txt", entity_id=world.bob
    )
    assert (first.status_code, again.status_code) == (201, 200)
    one, two = first.json(), again.json()
    assert (one["duplicate"], two["duplicate"]) == (False, True)
    assert one["asset_id"] == two["asset_id"]
    assert (two["filename"], two["tags"], two["user_metadata"]) == ("first.txt", ["a", "b"], {"k": 1, "l": 3})
    assert two["linked_entity_ids"] == [world.ada, world.bob]
    assert two["version"] == one["version"] + 1
    assert upload(core, data).json()["version"] == two["version"], "nothing new was sent"


def test_a_duplicate_is_one_of_the_same_kind_and_never_a_trashed_one(core: RunningCore, world: World) -> None:
    data = world.content + b"kinds"
    picture = upload(core, data, kind="image.original").json()["asset_id"]
    assert upload(core, data).json()["asset_id"] == picture, "of any kind, when none is asked for"
    assert upload(core, data, kind="image.original").json()["asset_id"] == picture
    other = upload(core, data, kind="image.cover")
    assert (other.status_code, other.json()["duplicate"]) == (201, False)
    core.request("DELETE", f"/v1/assets/{picture}")
    assert upload(core, data).json()["asset_id"] == other.json()["asset_id"]
    core.request("DELETE", f"/v1/assets/{other.json()['asset_id']}")
    assert upload(core, data).status_code == 201


def test_a_second_asset_on_the_same_bytes_is_made_when_asked_for(core: RunningCore, world: World) -> None:
    data = world.content + b"new"
    first = upload(core, data).json()
    second = upload(core, data, on_duplicate="new").json()
    assert (second["duplicate"], second["content_hash"]) == (False, first["content_hash"])
    assert second["asset_id"] != first["asset_id"]
    assert second["storage"] == first["storage"]
    assert upload(core, data).json()["asset_id"] == first["asset_id"], "the oldest answers"
    by_hash = core.request("GET", f"/v1/assets/by-hash/sha256:{first['content_hash']}").json()
    assert by_hash["asset_id"] == first["asset_id"]
    head = core.request("HEAD", f"/v1/assets/by-hash/sha256:{first['content_hash']}")
    assert (head.status_code, head.content) == (200, b"")
