"""Filters of assets on both faces: all kinds below one, the assets of nobody, and that null is no filter."""

from __future__ import annotations

from typing import Any

import pytest
from faces import Face, camel
from graphql import get_nullable_type, is_required_argument
from probe_jobs import Done, Probe, StepsInput, make, until
from running_core import CONTRACT, RunningCore
from test_lists import LISTS, of
from world import World

from faceforge_schema.declare.runs import Run

KINDS = ("pic", "pic.cover", "pic.cover.small", "pic.face", "pic_b.cover", "pi.x", "pic0")
BELOW = ["pic.cover", "pic.cover.small", "pic.face"]
SORTS = ("created_at", "updated_at", "filename", "size_bytes", "kind", "mime_type")


@pytest.fixture(scope="module")
def ids(core: RunningCore) -> list[str]:
    """Assets of each kind, three of each, made in turn, so that none is sorted by kind alone."""
    world = World(core, 77)
    return [
        world.upload(
            f"{number} {kind}".encode(), f"{number % 2} {kind}.txt", kind=kind, tag=["odd"] * (number % 2)
        )["asset_id"]
        for number in range(3)
        for kind in KINDS
    ]


def kinds(face: Face, made: list[str], /, **filters: Any) -> list[str]:
    found = face.call("assets", first=500, **filters).ok()["items"]
    return sorted(each["kind"] for each in found if each["asset_id"] in made)


def test_a_kind_with_a_star_is_all_that_begin_with_it(face: Face, ids: list[str]) -> None:
    assert kinds(face, ids, kind="pic.*") == sorted(BELOW * 3)
    assert kinds(face, ids, kind="pic.cover.*") == ["pic.cover.small"] * 3
    assert kinds(face, ids, kind="pic") == ["pic"] * 3
    assert kinds(face, ids, kind="pic.face.*") == []
    assert kinds(face, ids, kind="pic.*", tag=["odd"]) == BELOW
    assert kinds(face, ids, kind="pic.*", ids=ids) == sorted(BELOW * 3)
    assert kinds(face, ids, kind="pic.*", filename="1 pic.face.txt") == ["pic.face"]
    assert kinds(face, ids, kind="pic.*", deleted="only") == []


@pytest.mark.parametrize("sort", SORTS)
@pytest.mark.parametrize("deleted", ["exclude", "include", "only"])
def test_kinds_below_one_are_paged_in_every_sort(
    face: Face, ids: list[str], core: RunningCore, sort: str, deleted: str
) -> None:
    for trashed in (ids[1], ids[10]):  # a `pic.cover`, a `pic.face`
        core.request("DELETE", f"/v1/assets/{trashed}")
    for order in ("asc", "desc"):
        asked = {"sort_by": sort, "sort_order": order, "deleted": deleted}
        whole = face.call("assets", **asked, first=500).ok()["items"]
        expected = [each["asset_id"] for each in whole if each["kind"].startswith("pic.")]
        found, cursor = [], None
        while True:
            after = {} if cursor is None else {"after": cursor}
            page = face.call("assets", **asked, kind="pic.*", first=2, include_total=True, **after).ok()
            assert page["total"] == len(expected)
            found += [each["asset_id"] for each in page["items"]]
            cursor = page["next_cursor"]
            if cursor is None:
                break
        assert found == expected
    for trashed in (ids[1], ids[10]):
        core.request("POST", f"/v1/assets/{trashed}/restore")


def test_a_type_with_a_star_is_all_that_begin_with_it(face: Face, core: RunningCore) -> None:
    world = World(core, 78)
    heads = {
        "a.png": b"\x89PNG\r\n\x1a\n",
        "b.jpg": b"\xff\xd8\xff\xe0",
        "c.txt": b"words",
        "d.pdf": b"%PDF-1.7\n",
    }
    made = [world.upload(head + b"beside", name)["asset_id"] for name, head in heads.items()]

    def names(mime_type: str, **filters: Any) -> list[str]:
        found = face.call("assets", ids=made, mime_type=mime_type, **filters).ok()["items"]
        return sorted(each["filename"] for each in found)

    assert names("image/*") == ["a.png", "b.jpg"]
    assert names("image/jpeg") == ["b.jpg"]
    assert names("text/*") == ["c.txt"]
    assert names("audio/*") == names("image/*", kind="pic.*") == names("image/*", deleted="only") == []
    everywhere = face.call(
        "assets", mime_type="image/*", first=500, sort_by="filename", sort_order="asc"
    ).ok()["items"]
    assert {"a.png", "b.jpg"} <= {each["filename"] for each in everywhere}
    assert all(each["mime_type"].startswith("image/") for each in everywhere)
    for wrong in ("*", "image*", "image/p*", "*/*"):
        assert face.call("assets", mime_type=wrong).code == "invalid_input"


def test_the_files_of_entities_are_counted_by_type(core: RunningCore) -> None:
    world = World(core, 79)
    for name, data in {"a.png": b"\x89PNG\r\n\x1a\n", "b.txt": b"words", "c.txt": b"more words"}.items():
        world.upload(data + b"counted", name, entity_id=world.ada)
    document = """query ($ids: [ID!]!) { entities(ids: $ids) { nodes {
        id
        pictures: assets(mimeType: "image/*", first: 0) { totalCount }
        texts: assets(mimeType: "text/plain") { totalCount }
    } } }"""
    asked = {"query": document, "variables": {"ids": [world.ada, world.bob]}}
    found = core.request("POST", "/graphql", json=asked).json()["data"]["entities"]["nodes"]
    counts = {each["id"]: (each["pictures"]["totalCount"], each["texts"]["totalCount"]) for each in found}
    assert counts == {world.ada: (1, 2), world.bob: (0, 0)}


def test_a_cursor_of_kinds_below_one_belongs_to_them(face: Face, ids: list[str]) -> None:
    cursor = face.call("assets", kind="pic.*", first=1).ok()["next_cursor"]
    for other in ("pic", "pic.cover.*"):
        assert face.call("assets", kind=other, after=cursor).code == "invalid_cursor"


def test_collections_and_the_assets_of_an_entity_take_a_star(
    face: Face, core: RunningCore, world: World
) -> None:
    world.upload(b"a", "a.txt", kind="pic.face", entity_id=world.ada)
    world.upload(b"b", "b.txt", kind="pic", entity_id=world.ada)
    found = face.call("entity_assets", entity_id=world.ada, kind="pic.*").ok()["items"]
    assert [each["kind"] for each in found] == ["pic.face"]
    document = "query q($id: ID!, $kind: String) { entity(entityId: $id) { assets(kind: $kind) { nodes { kind } } } }"
    asked = {"query": document, "variables": {"id": world.ada, "kind": "pic.*"}}
    answer = core.request("POST", "/graphql", json=asked).json()
    assert answer["data"]["entity"]["assets"]["nodes"] == [{"kind": "pic.face"}]
    asked["variables"] = {"id": world.ada, "kind": "p*"}
    wrong = core.request("POST", "/graphql", json=asked).json()["errors"][0]
    assert (wrong["extensions"]["code"], wrong["extensions"]["errors"][0]["pointer"]) == (
        "invalid_input",
        "/kind",
    )


def test_assets_of_nobody(face: Face, world: World) -> None:
    """Those that no `entity_id` finds: without a link, or with links to what is in the trash."""
    alone = world.upload(world.content + b"alone", "alone.txt")["asset_id"]
    hers, lost = (face.call("create_entity", input={"display_name": name}).ok()["entity_id"] for name in "ab")
    linked = world.upload(world.content + b"linked", "linked.txt", entity_id=hers)["asset_id"]
    hidden = world.upload(world.content + b"hidden", "hidden.txt", entity_id=lost)["asset_id"]
    both = world.upload(world.content + b"both", "both.txt", entity_id=[hers, lost])["asset_id"]
    face.call("delete_entity", entity_id=lost).ok()
    every = [alone, linked, hidden, both]

    def found(**filters: Any) -> set[str]:
        return {each["asset_id"] for each in face.call("assets", ids=every, **filters).ok()["items"]}

    assert found() == set(every)
    assert found(linked="none") == {alone, hidden}
    assert found(linked="some") == {linked, both}
    assert found(linked="none", entity_id=hers) == set()
    for asset in every:
        shown = face.call("asset", asset_id=asset).ok()["linked_entity_ids"]
        assert (shown == []) == (asset in found(linked="none"))
    face.call("restore_entity", entity_id=lost).ok()
    assert found(linked="none") == {alone}
    wrong = face.call("assets", linked="nobody") if face.name == "rest" else None
    assert wrong is None or (wrong.status, wrong.places) == (422, ("/linked",))


def test_what_jobs_keep_stands_in_a_list_only_when_it_is_asked_for(face: Face, fresh: RunningCore) -> None:
    """The list, its total and the counts of the system agree, in the trash, too."""
    face = type(face)(fresh)
    World(fresh, 1).upload(b"theirs", "theirs.txt", tag=["kept"])

    def keeps(run: Run, _input: StepsInput) -> Done:
        run.store([b"of a job"], "lines.ndjson")
        return Done(done=1)

    Probe(keeps).on(fresh)
    (own,) = until(fresh, make(fresh), "succeeded")["output_asset_ids"]
    content_hash = face.call("asset", asset_id=own).ok()["content_hash"]

    def listed(**filters: Any) -> list[str]:
        page = face.call("assets", include_total=True, **filters).ok()
        assert page["total"] == len(page["items"])
        return [each["filename"] for each in page["items"]]

    def counted() -> int:
        answer = fresh.request("POST", "/graphql", json={"query": "{ systemInfo { counts { assets } } }"})
        return int(answer.json()["data"]["systemInfo"]["counts"]["assets"])

    plain: tuple[dict[str, Any], ...] = ({}, {"sort_by": "kind"}, {"deleted": "include"}, {"linked": "none"})
    for filters in (*plain, {"mime_type": "text/*"}, {"q": "i"}, {"tag": ["kept"]}):
        assert listed(**filters) == ["theirs.txt"], filters
    for filters in (
        {"kind": "job.output"},
        {"kind": "job.*"},
        {"ids": [own]},
        {"content_hash": content_hash},
        {"filename": "lines.ndjson"},
    ):
        assert listed(**filters) == ["lines.ndjson"], filters
    assert fresh.request("GET", "/v1/system/info").json()["counts"]["assets"] == counted() == 1
    face.call("delete_asset", asset_id=own).ok()
    assert listed(deleted="only") == []
    assert listed(deleted="only", kind="job.*") == ["lines.ndjson"]
    assert counted() == 1


@pytest.mark.parametrize("operation", LISTS)
def test_a_filter_that_is_null_is_refused(core: RunningCore, world: World, operation: str) -> None:
    """It comes from a program whose variable has no value, and would be answered everything."""
    query = CONTRACT.graphql.query_type
    assert query is not None
    field, base = query.fields[camel(operation)], of(operation, world)
    needed = "".join(f'{camel(name)}: "{value}", ' for name, value in base.items())
    for name, argument in field.args.items():
        if is_required_argument(argument) or argument.type is not get_nullable_type(argument.type):
            continue
        for document, variables in (
            (f"{{ {camel(operation)}({needed}{name}: null) {{ totalCount }} }}", {}),
            (
                f"query q($v: {argument.type}) {{ {camel(operation)}({needed}{name}: $v) {{ totalCount }} }}",
                {"v": None},
            ),
        ):
            asked = {"query": document, "variables": variables}
            answer = core.request("POST", "/graphql", json=asked).json()
            if name == "after":  # the first page
                assert "errors" not in answer
                continue
            wrong = answer["errors"][0]["extensions"]
            fault = wrong["errors"][0]
            pointer = "/" + "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name)
            assert (wrong["code"], wrong["status"]) == ("invalid_input", 422)
            assert (fault["pointer"], fault["code"]) == (pointer, "null"), name
        # A variable that is not given is as if the filter were not there.
        left_out = {
            "query": f"query q($v: {argument.type}) {{ {camel(operation)}({needed}{name}: $v) {{ totalCount }} }}"
        }
        assert "errors" not in core.request("POST", "/graphql", json=left_out).json()
