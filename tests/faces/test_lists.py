"""Lists by both faces: every page once and in order, cursors that belong to their list, filters that mean the same."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from faces import Face, GraphqlFace, camel, snake
from graphql import GraphQLEnumType, get_named_type, get_nullable_type, is_list_type
from nouns import NOUNS, ROWS
from running_core import OPERATIONS, RunningCore
from world import UNKNOWN, World

LISTS = sorted(snake(name) for name, each in OPERATIONS.items() if each.is_list)


@pytest.fixture(scope="module")
def filled(core: RunningCore) -> World:
    """A Core with a dozen of everything, some of it equal in what it is sorted by."""
    world = World(core, 0)
    for number in range(12):
        each = World(core, 1_000_000 + number)  # beyond the numbers that the fixture `world` gives
        for noun in NOUNS.values():
            if noun.which is not None:
                noun.which(each)
            noun.beside(world, each)
    return world


def of(operation: str, world: World) -> dict[str, Any]:
    """The arguments that a list cannot do without: what its path names."""
    names = OPERATIONS[camel(operation)].path_names
    return {name: ROWS[operation].good(world)[name] for name in names}


def filters(operation: str, world: World) -> dict[str, Any]:
    """A value for each filter of a list, of a form that it takes: from some row, or any of the filter's type."""
    known = {name: value for rows in ROWS.values() for name, value in rows.good(world).items()}
    arguments = OPERATIONS[camel(operation)].root_field.args
    names = {snake(name) for name in arguments} - NO_FILTERS - of(operation, world).keys()
    return {name: value_of(arguments[camel(name)].type, known.get(name)) for name in names}


NO_FILTERS = {"first", "after", "sort_by", "sort_order"}


def value_of(kind: Any, known: Any) -> Any:
    named = get_named_type(kind)
    if isinstance(named, GraphQLEnumType):
        # The first is what a list takes when nothing is asked.
        value: Any = list(named.values)[-1].lower()
    else:
        value = SAMPLES.get(named.name, known or "x")
    return [value] if is_list_type(get_nullable_type(kind)) and not isinstance(value, list) else value


SAMPLES = {"DateTime": "2001-01-01T00:00:00Z", "ID": UNKNOWN, "Int": 1, "BigInt": 1, "Boolean": True}


def sorts(operation: str) -> list[str]:
    kind = get_named_type(OPERATIONS[camel(operation)].root_field.args["sortBy"].type)
    assert isinstance(kind, GraphQLEnumType)
    return [name.lower() for name in kind.values]


@pytest.mark.parametrize("operation", LISTS)
def test_pages_show_each_record_once_in_every_sort_and_both_ways(
    face: Face, filled: World, operation: str
) -> None:
    base = of(operation, filled)
    for sort in sorts(operation):
        orders = {}
        for order in ("asc", "desc"):
            asked = {**base, "sort_by": sort, "sort_order": order}
            whole = face.call(operation, **asked, first=500, include_total=True).ok()
            assert whole["next_cursor"] is None
            assert whole["total"] == len(whole["items"]) >= 12
            paged, cursor = [], None
            while True:
                more = {"after": cursor} if cursor else {}
                page = face.call(operation, **asked, first=7, **more).ok()
                assert page["total"] is None
                assert 0 < len(page["items"]) <= 7
                paged += page["items"]
                cursor = page["next_cursor"]
                if cursor is None:
                    break
            assert paged == whole["items"]
            orders[order] = whole["items"]
        assert orders["asc"] == orders["desc"][::-1]
        keys = [each[sort] for each in orders["asc"]] if sort in orders["asc"][0] else []
        assert keys == sorted(keys)


@pytest.mark.parametrize("operation", LISTS)
def test_a_cursor_is_good_for_its_own_list_filters_and_sort_only(
    face: Face, filled: World, operation: str
) -> None:
    base = of(operation, filled)
    cursor = face.call(operation, **base, first=2).ok()["next_cursor"]
    assert cursor
    assert face.call(operation, **base, first=3, after=cursor).code is None
    others: list[dict[str, Any]] = [{**base, "sort_order": order} for order in ("asc", "desc")]
    refused = [face.call(operation, **each, after=cursor).code for each in others]
    assert sorted(map(str, refused)) == ["None", "invalid_cursor"]
    if len(sorts(operation)) > 1:
        assert (
            face.call(operation, **base, sort_by=sorts(operation)[1], after=cursor).code == "invalid_cursor"
        )
    for name, value in filters(operation, filled).items():
        answer = face.call(operation, **{**base, name: value}, after=cursor)
        assert (answer.status, answer.code) == (400, "invalid_cursor"), (name, value)
    for other in LISTS:
        if other != operation:
            assert face.call(other, **of(other, filled), after=cursor).code == "invalid_cursor"


def forged(*parts: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(parts).encode()).decode().rstrip("=")


@pytest.mark.parametrize(
    "cursor",
    [
        "",
        "=",
        "====",
        "a",
        "null",
        "\N{SNOWMAN}",
        "x" * 5000,
        forged(),
        forged("a", 1),
        forged("a", 1, 1, 1),
        forged(1, 1, 1),
        base64.urlsafe_b64encode(b"[" * 5000).decode(),
        base64.urlsafe_b64encode(b"\xff\xfe").decode(),
        base64.urlsafe_b64encode(b"{}").decode(),
        base64.urlsafe_b64encode(b"1e999").decode(),
    ],
    ids=lambda cursor: cursor[:20],
)
def test_a_damaged_cursor_is_refused(face: Face, filled: World, cursor: str) -> None:
    answer = face.call("entities", after=cursor)
    assert (answer.status, answer.code) == (400, "invalid_cursor")


def test_a_forged_cursor_with_the_right_mark_does_no_harm(face: Face, filled: World) -> None:
    good = face.call("entities", first=1).ok()["next_cursor"]
    mark, value, row = json.loads(base64.urlsafe_b64decode(good + "=="))
    for forgery in (
        [mark, value, 2**70],
        [mark, None, row],
        [mark, [1], row],
        [mark, {}, row],
        [mark, 1.5, row],
        [mark, True, row],
        [mark, value, True],
        [mark, value, "1"],
        [mark, 2**70, row],
        [mark, "\ud800", row],
        [mark, "\x00", -1],
        [mark, 5, row],
    ):
        answer = face.call("entities", after=forged(*forgery))
        assert answer.status in (200, 400), forgery
        assert answer.code in (None, "invalid_cursor"), forgery


@pytest.mark.parametrize("operation", LISTS)
@pytest.mark.parametrize("first", [-1, 501, 2**31 - 1])
def test_a_page_has_at_most_500_items(face: Face, filled: World, operation: str, first: int) -> None:
    answer = face.call(operation, **of(operation, filled), first=first)
    assert (answer.status, answer.code, answer.places) == (422, "invalid_input", ("/limit",))


def test_a_record_made_between_two_pages_shifts_nothing(face: Face, world: World) -> None:
    tag = [world.named("shift")]
    made = [
        face.call("create_entity", input={"display_name": str(each), "tags": tag}).ok()["entity_id"]
        for each in range(4)
    ]
    first = face.call("entities", tag=tag, first=2).ok()
    face.call("create_entity", input={"display_name": "new", "tags": tag}).ok()
    face.call("delete_entity", entity_id=made[3]).ok()
    second = face.call("entities", tag=tag, first=2, after=first["next_cursor"]).ok()
    assert [each["entity_id"] for each in first["items"] + second["items"]] == made[::-1]


# ---- filters


def names(face: Face, operation: str = "entities", key: str = "display_name", **filters: Any) -> list[str]:
    found = face.call(operation, **filters, sort_by=key, sort_order="asc", first=500).ok()["items"]
    return [each[key] for each in found]


def test_entities_are_filtered(face: Face, fresh_words: str) -> None:
    word = fresh_words

    def make(name: str, **more: Any) -> dict[str, Any]:
        made: dict[str, Any] = face.call(
            "create_entity", input={"display_name": f"{word} {name}", **more}
        ).ok()
        return made

    a = make("Ümit", tags=["x", "y"], aliases=[f"{word}-alias Straße"])
    b = make("B", tags=["x"], external_ids=[{"namespace": "s", "value": f"{word}:1"}])
    c = make("C", tags=["x,y"])
    face.call("delete_entity", entity_id=c["entity_id"]).ok()
    every = f"{word} "
    assert names(face, q=every) == [f"{word} B", f"{word} Ümit"]
    assert names(face, q=f"{word} ÜMIT") == [f"{word} Ümit"]
    assert names(face, q=f"{word}-alias strasse") == [f"{word} Ümit"]
    assert names(face, q=f"{word} %") == []
    assert names(face, q=every, tag=["x"]) == [f"{word} B", f"{word} Ümit"]
    assert names(face, q=every, tag=["x", "y"]) == [f"{word} Ümit"]
    assert names(face, q=every, tag=["X"]) == []
    assert names(face, q=every, deleted="only", tag=["x,y"]) == [f"{word} C"]
    assert names(face, q=every, deleted="include") == [f"{word} B", f"{word} C", f"{word} Ümit"]
    assert names(face, external_id=f"s:{word}:1") == [f"{word} B"]
    assert names(face, ids=[a["entity_id"], b["entity_id"], UNKNOWN, "no id"]) == [
        f"{word} B",
        f"{word} Ümit",
    ]
    assert names(face, ids=[]) == [] if isinstance(face, GraphqlFace) else True
    assert names(face, q=every, updated_since=b["updated_at"]) == [f"{word} B"]
    assert names(face, q=every, updated_since="2999-01-01T00:00:00Z") == []
    local = b["updated_at"].replace("Z", "+00:00")
    assert names(face, q=every, updated_since=local) == [f"{word} B"]


def test_assets_are_filtered(face: Face, world: World) -> None:
    kept, entity = world.photo, world.ada
    other = world.upload(world.content + face.name.encode(), "Other.TXT", tag=["a", "b"], kind="doc.text")
    made = {"kind": "image.thumbnail", "on_duplicate": "new", "derived_from_asset_id": kept}
    content = {"content_hash": world.photo_hash, "filename": "small.png"}
    small = face.call("create_asset", input={**content, **made}).ok()
    ids = [kept, other["asset_id"], small["asset_id"]]

    def named(**filters: Any) -> list[str]:
        return names(face, "assets", "filename", ids=ids, **filters)

    assert named() == ["Other.TXT", "photo.png", "small.png"]
    assert named(q="OTHER.t") == ["Other.TXT"]
    assert named(kind="doc.text") == ["Other.TXT"]
    assert named(kind="doc") == []
    assert named(tag=["a", "b"]) == ["Other.TXT"]
    assert named(mime_type=other["mime_type"], kind="doc.text") == ["Other.TXT"]
    assert named(content_hash=world.photo_hash) == ["photo.png", "small.png"]
    assert named(content_hash=world.photo_hash.upper()) == ["photo.png", "small.png"]
    assert named(filename="small.png") == ["small.png"]
    assert named(filename="SMALL.png") == []
    assert named(entity_id=entity) == ["photo.png"]
    assert named(entity_id=UNKNOWN) == []
    assert named(derived_from_asset_id=kept) == ["small.png"]
    assert names(face, "entity_assets", "filename", entity_id=entity) == ["photo.png"]
    assert names(face, "entity_assets", "filename", entity_id=entity, kind="doc.text") == []
    oldest = face.call("asset_by_hash", algorithm="sha256", hex=world.photo_hash).ok()
    # As Windows prints it.
    assert face.call("asset_by_hash", algorithm="sha256", hex=world.photo_hash.upper()).ok() == oldest
    assert oldest["asset_id"] == kept


@pytest.mark.parametrize(
    ("as_of", "expected"),
    [
        (None, ["always", "day", "from", "month", "to", "year"]),
        ("2015", ["always", "day", "from", "month", "to", "year"]),
        ("2015-05", ["always", "day", "from", "month", "year"]),
        ("2015-05-31", ["always", "day", "from", "month", "year"]),
        ("2015-05-30", ["always", "from", "month", "year"]),
        ("2015-03", ["always", "to", "year"]),
        ("2014", ["always", "to"]),
        ("2016", ["always", "from"]),
        ("0001", ["always", "to"]),
        ("9999-12-31", ["always", "from"]),
    ],
)
def test_facts_are_asked_as_of_a_date(
    face: Face, world: World, as_of: str | None, expected: list[str]
) -> None:
    for key, first, last in (
        ("always", None, None),
        ("year", "2015", "2015"),
        ("month", "2015-05", "2015-05"),
        ("day", "2015-05-31", "2015-05-31"),
        ("from", "2015-05", None),
        ("to", None, "2015-03"),
    ):
        fact = {"field_key": key, "value": 1, "valid_from": first, "valid_to": last}
        face.call("create_descriptor", entity_id=world.ada, input=fact).ok()
    asked = {} if as_of is None else {"as_of": as_of}
    found = names(face, "entity_descriptors", "field_key", entity_id=world.ada, **asked)
    assert found == expected


def test_relation_types_are_completed_as_a_person_types(face: Face, world: World) -> None:
    found = face.call("relation_types", query="SP").ok()["items"]
    assert [each["name"] for each in found] == ["spouse"]
    face.call(
        "create_relation_type", input={"name": world.named("zz"), "label": "Çelik-" + world.named("a")}
    ).ok()
    assert len(face.call("relation_types", query="çELIK-" + world.named("a")).ok()["items"]) == 1
    seeded = {each["name"] for each in face.call("relation_types", first=500).ok()["items"]}
    assert seeded >= {
        *("friend", "family", "parent", "child", "sibling", "spouse", "partner", "coworker", "manager"),
        *("subordinate", "mentor", "student"),
    }


def test_the_journal_is_filtered(face: Face, world: World) -> None:
    assert world.ada
    face.call("update_entity", entity_id=world.ada, input={"display_name": "B"}).ok()
    history = face.call("changes", record_type="entity", record_id=world.ada).ok()["items"]
    assert [each["verb"] for each in history] == ["update", "insert"]
    assert history[0]["before"] | {"version": 0, "updated_at": ""} == {
        "display_name": "Ada Lovelace",
        "version": 0,
        "updated_at": "",
    }
    of_one = face.call("changes", changeset_id=history[0]["changeset_id"]).ok()["items"]
    assert of_one == history[:1]
    assert (
        face.call("changesets", operation="updateEntity", first=1).ok()["items"][0]["changeset_id"]
        == (history[0]["changeset_id"])
    )
    assert face.call("changesets", actor="nobody").ok()["items"] == []


@pytest.fixture
def fresh_words(world: World) -> str:
    """A word that stands in no other record."""
    return f"word{world.number}"
