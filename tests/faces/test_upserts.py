"""Bulk upserts: what becomes of an item, by what it matches and what is asked for, on both faces."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from faces import Face
from running_core import RunningCore
from sqlalchemy import func, select
from world import UNKNOWN, World

from faceforge_storage.database.tables import changesets

Item = dict[str, Any]
BATCH = "faceforge_schema.upserts.batch"


def upsert(face: Face, *items: Item, **options: Any) -> dict[str, Any]:
    answer: dict[str, Any] = face.call("bulk_upsert_entities", input={"items": list(items), **options}).ok()
    counts: dict[str, int] = {}
    for each in answer["items"]:
        counts[each["status"]] = counts.get(each["status"], 0) + 1
    assert {key: value for key, value in answer.items() if key in counts} == counts
    return answer


def one(face: Face, item: Item, **options: Any) -> dict[str, Any]:
    """What became of a single item: (status, code of the error, pointer)."""
    (found,) = upsert(face, item, **options)["items"]
    return dict(found)


def stash(w: World, value: str) -> Item:
    return {"namespace": "stash", "value": w.named(value)}


def made(face: Face, **values: Any) -> str:
    return str(face.call("create_entity", input={"display_name": "Ada", **values}).ok()["entity_id"])


def read(face: Face, entity_id: str) -> dict[str, Any]:
    return dict(face.call("entity", entity_id=entity_id).ok())


def changesets_of(core: RunningCore) -> int:
    return int(
        core.core.database.reading(
            lambda db: db.execute(select(func.count(changesets.c.row_id))).scalar_one()
        )
    )


MATCHES = {
    "its id": lambda w, ada: {"entity_id": ada},
    "an external id": lambda w, ada: {"external_ids": [stash(w, "ada")]},
    "one of its external ids": lambda w, ada: {"external_ids": [stash(w, "other"), stash(w, "ada")]},
    "both": lambda w, ada: {"entity_id": ada, "external_ids": [stash(w, "ada")]},
}


@pytest.mark.parametrize("on_conflict", ["merge", "replace", "skip", "fail"])
@pytest.mark.parametrize("match", list(MATCHES))
def test_what_becomes_of_an_entity_that_is_there(
    face: Face, world: World, on_conflict: str, match: str
) -> None:
    ada = made(
        face,
        aliases=["Countess"],
        tags=["old"],
        fields={"born": "1815", "city": "London"},
        external_ids=[stash(world, "ada")],
        plugin_data={"p": {"x": 1}},
    )
    before = read(face, ada)
    brought = {"tags": ["new", "old"], "fields": {"born": None, "height": 165}, "aliases": None}
    item = {**MATCHES[match](world, ada), **brought}
    found = one(face, item, on_conflict=on_conflict)
    after = read(face, ada)
    assert found["entity_id"] == ada
    if on_conflict == "skip":
        assert (found["status"], after) == ("skipped", before)
    elif on_conflict == "fail":
        assert (found["status"], found["error"]["code"], after) == ("failed", "already_exists", before)
    else:
        merges = on_conflict == "merge"
        assert found["status"] == "updated"
        assert after["tags"] == (["old", "new"] if merges else ["new", "old"])
        assert after["fields"] == ({"city": "London", "height": 165} if merges else {"height": 165})
        assert after["aliases"] == []
        assert (after["display_name"], after["plugin_data"]) == ("Ada", {"p": {"x": 1}})
        assert one(face, item, on_conflict=on_conflict)["status"] == "unchanged"


@pytest.mark.parametrize("on_conflict", ["merge", "replace", "skip", "fail"])
def test_what_matches_nothing_is_made(face: Face, world: World, on_conflict: str) -> None:
    item = {
        "display_name": "Grace",
        "aliases": ["Amazing Grace"],
        "tags": ["navy"],
        "fields": {"born": "1906", "died": None, "json": {"a": None, "b": [None]}},
        "external_ids": [stash(world, "grace")],
        "plugin_data": {"p": {"x": 1, "y": None}},
    }
    found = one(face, item, on_conflict=on_conflict)
    assert (found["status"], found["error"]) == ("created", None)
    grace = read(face, found["entity_id"])
    assert grace["fields"] == {"born": "1906", "json": {"b": [None]}}
    assert (grace["plugin_data"], grace["version"]) == ({"p": {"x": 1}}, 1)
    again = {"merge": "unchanged", "replace": "unchanged", "skip": "skipped", "fail": "failed"}
    assert one(face, item, on_conflict=on_conflict)["status"] == again[on_conflict]


def test_the_same_request_again_writes_nothing(face: Face, world: World, core: RunningCore) -> None:
    items = [
        {
            "external_ids": [stash(world, f"p{number}")],
            "display_name": f"P {number}",
            "tags": ["a"],
            "fields": {"n": number},
        }
        for number in range(50)
    ]
    items.append({"external_ids": [stash(world, "p7")], "display_name": "Another name"})
    before = changesets_of(core)
    first = upsert(face, *items)
    assert (first["created"], first["updated"], changesets_of(core)) == (50, 1, before + 1)
    second = upsert(face, *items)
    assert (second["unchanged"], changesets_of(core)) == (51, before + 1)
    assert [each["entity_id"] for each in first["items"]] == [each["entity_id"] for each in second["items"]]
    assert read(face, first["items"][7]["entity_id"])["version"] == 1


def test_items_of_one_call_meet_each_other(face: Face, world: World) -> None:
    first, second = stash(world, "first"), stash(world, "second")
    answer = upsert(
        face,
        {"external_ids": [first], "display_name": "A", "tags": ["x"]},
        {"external_ids": [first, second], "tags": ["y"]},
        {"external_ids": [second], "fields": {"n": 1}},
        {"external_ids": [second], "display_name": "A"},
    )
    assert [each["status"] for each in answer["items"]] == ["created", "updated", "updated", "unchanged"]
    ids = {each["entity_id"] for each in answer["items"]}
    entity = read(face, ids.pop())
    assert not ids
    assert (entity["tags"], entity["fields"], entity["external_ids"]) == (
        ["x", "y"],
        {"n": 1},
        [first, second],
    )


def test_an_external_id_that_one_item_gives_away_another_takes(face: Face, world: World) -> None:
    first, second = stash(world, "first"), stash(world, "second")
    ada, bob = made(face, external_ids=[first]), made(face, external_ids=[second])
    answer = upsert(
        face,
        {"entity_id": ada, "external_ids": []},
        {"entity_id": bob, "external_ids": [first]},
        {"entity_id": ada, "external_ids": [second]},
        on_conflict="replace",
    )
    assert [each["status"] for each in answer["items"]] == ["updated"] * 3, answer
    assert (read(face, ada)["external_ids"], read(face, bob)["external_ids"]) == ([second], [first])


def test_ids_of_two_entities_are_no_match(face: Face, world: World) -> None:
    first, second = stash(world, "first"), stash(world, "second")
    ada, bob = made(face, external_ids=[first]), made(face, external_ids=[second])
    for item in ({"external_ids": [first, second]}, {"entity_id": ada, "external_ids": [second]}):
        found = one(face, {**item, "tags": ["x"]})
        assert (found["status"], found["error"]["code"]) == ("failed", "ambiguous_match")
        assert found["error"]["pointer"] == "/items/0/external_ids"
        assert ada in found["error"]["message"]
        assert bob in found["error"]["message"]
    assert read(face, ada)["version"] == read(face, bob)["version"] == 1


def test_what_is_in_the_trash_is_not_there(face: Face, world: World) -> None:
    gone = made(face, external_ids=[stash(world, "gone")])
    face.call("delete_entity", entity_id=gone).ok()
    assert one(face, {"entity_id": gone, "tags": ["x"]})["error"]["code"] == "not_found"
    anew = one(face, {"external_ids": [stash(world, "gone")], "display_name": "New"})
    assert anew["status"] == "created"
    assert anew["entity_id"] != gone


def test_a_bad_item_stands_in_no_others_way(face: Face, world: World) -> None:
    key, code = world.named("height"), world.named("code")
    face.call("create_field_definition", input={"field_key": key, "field_type": "integer", "min": 0}).ok()
    face.call(
        "create_field_definition", input={"field_key": code, "field_type": "string", "unique": True}
    ).ok()
    holder = made(face, fields={code: "A1"})
    failing = {
        "not_found": ({"entity_id": UNKNOWN, "tags": ["x"]}, ""),
        "required name": ({"external_ids": [stash(world, "nameless")]}, "/display_name"),
        "empty name": ({"display_name": ""}, "/display_name"),
        "bad tag": ({"display_name": "x", "tags": ["ok", " no"]}, "/tags/1"),
        "bad namespace": (
            {"display_name": "x", "external_ids": [{"namespace": "A B", "value": "1"}]},
            "/external_ids/0/namespace",
        ),
        "bad field": ({"display_name": "x", "fields": {key: -1}}, f"/fields/{key}"),
        "taken value": ({"display_name": "x", "fields": {code: "A1"}}, f"/fields/{code}"),
        "no such picture": (
            {"display_name": "x", "primary_thumbnail_asset_id": UNKNOWN},
            "/primary_thumbnail_asset_id",
        ),
        "null name": ({"entity_id": holder, "display_name": None}, "/display_name"),
        "taken by an earlier item": ({"display_name": "x", "fields": {code: "B1"}}, f"/fields/{code}"),
    }
    good = {"display_name": "Good", "fields": {code: "B1", key: 3}, "external_ids": [stash(world, "good")]}
    answer = upsert(face, good, *(item for item, _ in failing.values()), {**good, "tags": ["late"]})
    assert answer["items"][0]["status"] == "created"
    assert answer["items"][-1]["status"] == "updated"
    for place, (name, (_, pointer)) in enumerate(failing.items(), 1):
        found = answer["items"][place]
        assert (found["status"], found["error"]["pointer"]) == ("failed", f"/items/{place}{pointer}"), name
        assert found["error"]["message"]
    assert answer["failed"] == len(failing)
    assert read(face, answer["items"][0]["entity_id"])["tags"] == ["late"]


def test_a_unique_value_can_move_within_a_call(face: Face, world: World) -> None:
    code = world.named("code")
    face.call(
        "create_field_definition", input={"field_key": code, "field_type": "string", "unique": True}
    ).ok()
    ada = made(face, fields={code: "A1"})
    answer = upsert(
        face,
        {"entity_id": ada, "fields": {code: "A2"}},
        {"display_name": "B", "fields": {code: "A1"}},
        {"display_name": "C", "fields": {code: "A2"}},
    )
    assert [each["status"] for each in answer["items"]] == ["updated", "created", "failed"]
    assert answer["items"][2]["error"]["code"] == "field_value_taken"


@pytest.mark.parametrize("on_conflict", ["merge", "replace"])
def test_defaults_and_references_hold_as_in_a_create(face: Face, world: World, on_conflict: str) -> None:
    city, friend = world.named("city"), world.named("friend")
    face.call(
        "create_field_definition", input={"field_key": city, "field_type": "string", "default": "London"}
    ).ok()
    face.call("create_field_definition", input={"field_key": friend, "field_type": "entity_ref"}).ok()
    item = {
        "display_name": "x",
        "fields": {friend: world.ada},
        "external_ids": [stash(world, f"x{on_conflict}{face.name}")],
    }
    found = one(face, item, on_conflict=on_conflict)
    assert read(face, found["entity_id"])["fields"] == {city: "London", friend: world.ada}
    assert one(face, item, on_conflict=on_conflict)["status"] == "unchanged"
    bad = {**item, "fields": {friend: UNKNOWN}}
    assert one(face, bad, on_conflict=on_conflict)["error"]["code"] == "unknown_reference"
    without = {**item, "fields": {city: None, friend: world.ada}}
    assert one(face, without, on_conflict=on_conflict)["status"] == "updated"
    assert one(face, without, on_conflict=on_conflict)["status"] == "unchanged"
    face.call("delete_field_definition", field_key=city).ok()


def test_a_dry_run_answers_the_same_and_writes_nothing(face: Face, world: World, core: RunningCore) -> None:
    ada = made(face, tags=["old"], external_ids=[stash(world, "ada")])
    items = (
        {"external_ids": [stash(world, "new")], "display_name": "New"},
        {"external_ids": [stash(world, "new")], "tags": ["x"]},
        {"entity_id": ada, "tags": ["new"]},
        {"entity_id": ada, "tags": ["old"]},
        {"entity_id": UNKNOWN},
    )
    before, count = read(face, ada), changesets_of(core)
    dry = upsert(face, *items, dry_run=True)
    assert dry["dry_run"]
    assert (read(face, ada), changesets_of(core)) == (before, count)
    wet = upsert(face, *items)
    assert [each["status"] for each in dry["items"]] == [each["status"] for each in wet["items"]]
    assert [each["entity_id"] for each in dry["items"]] == [None, None, ada, ada, None]
    assert [each["error"] for each in dry["items"]] == [each["error"] for each in wet["items"]]


def test_lists_have_their_bounds_when_they_are_united(face: Face, world: World) -> None:
    ada = made(face, tags=[f"t{number}" for number in range(999)])
    found = one(face, {"entity_id": ada, "tags": ["one", "two"]})
    assert (found["status"], found["error"]["pointer"]) == ("failed", "/items/0/tags")
    assert one(face, {"entity_id": ada, "tags": ["one"]})["status"] == "updated"


def test_a_record_that_would_be_too_large_fails_alone(face: Face, world: World) -> None:
    """B3"""
    large = made(face, fields={"text": "x" * 900_000})
    answer = upsert(
        face,
        {"display_name": "before", "external_ids": [stash(world, "before")]},
        {"entity_id": large, "fields": {"more": "y" * 200_000}},
        {"display_name": "after", "external_ids": [stash(world, "after")]},
    )
    assert [each["status"] for each in answer["items"]] == ["created", "failed", "created"]
    error = answer["items"][1]
    assert (error["entity_id"], error["error"]["code"]) == (large, "record_too_large")


def test_large_entities_are_held_a_few_at_a_time(
    face: Face, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(f"{BATCH}.MOST_BYTES", 1000)
    ids = [
        made(face, fields={"text": "x" * 600}, external_ids=[stash(world, f"large{number}")])
        for number in range(4)
    ]
    answer = upsert(face, *({"external_ids": [stash(world, f"large{n}")], "tags": ["x"]} for n in range(4)))
    assert [each["entity_id"] for each in answer["items"]] == ids
    assert answer["updated"] == 4
    found = one(face, {"external_ids": [stash(world, "large0"), stash(world, "large1")], "tags": ["y"]})
    assert found["error"]["code"] == "ambiguous_match"


def test_the_questions_of_a_call_do_not_grow_with_its_items(
    world: World, core: RunningCore, face: Face
) -> None:
    """A4"""
    counts = []
    for size in (5, 50):
        items = [
            {"external_ids": [stash(world, f"{size}-{n}")], "display_name": f"P {n}", "tags": ["a"]}
            for n in range(size)
        ]
        for brought in (items, items, [{**each, "tags": ["b"]} for each in items]):
            with core.statements() as seen:
                upsert(face, *brought)
            # New rows go many in a statement: each table counts once, and the last of them go by fewer.
            inserts = Counter(each.split(" (")[0] for each in seen if each.startswith("INSERT"))
            assert max(inserts.values(), default=0) <= sum(divmod(size, 4))
            counts.append(len(inserts) + len(seen) - inserts.total())
    assert counts[:3] == counts[3:]


def test_what_is_no_list_of_items_is_refused_whole(core: RunningCore) -> None:
    wrong: tuple[Any, ...] = (None, "x", {"a": 1}, [{"display_name": "x"}] * 1001)
    for items in wrong:
        answer = core.request("POST", "/v1/entities/bulk-upsert", json={"items": items})
        assert answer.status_code == 422
        assert answer.json()["errors"][0]["pointer"] == "/items"
    for body in ({"items": [], "on_conflict": "no"}, {"items": [], "unknown": 1}):
        assert core.request("POST", "/v1/entities/bulk-upsert", json=body).status_code == 422


def test_an_item_that_is_no_object_fails_alone_in_rest(core: RunningCore, world: World) -> None:
    """GraphQL refuses a document whose variables do not fit its types as a whole."""
    items: list[Any] = [1, None, {"display_name": 5}, {"unknown": 1}, {"display_name": "Good"}]
    answer = core.request("POST", "/v1/entities/bulk-upsert", json={"items": items}).json()
    assert [each["status"] for each in answer["items"]] == ["failed"] * 4 + ["created"]
    pointers = [each["error"]["pointer"] for each in answer["items"][:4]]
    assert pointers == ["/items/0", "/items/1", "/items/2/display_name", "/items/3/unknown"]


def test_undeclared_fields_can_be_refused(
    face: Face, core: RunningCore, monkeypatch: pytest.MonkeyPatch
) -> None:
    metadata = core.core.settings.metadata.model_copy(update={"undeclared_fields": "reject"})
    settings = core.core.settings.model_copy(update={"metadata": metadata})
    monkeypatch.setitem(core.core.__dict__, "settings", settings)
    found = one(face, {"display_name": "x", "fields": {"nobody_said_so": 1}})
    assert found["error"]["pointer"] == "/items/0/fields/nobody_said_so"
