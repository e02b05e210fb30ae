"""S13: no operation, and no path through the graph, gives a token what it does not hold."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from faces import Face, snake
from graphql import GraphQLObjectType, get_named_type
from nouns import FOR_ANY_TOKEN, ROWS
from running_core import CONTRACT, OPERATIONS, RunningCore
from sqlalchemy import select
from world import UNKNOWN, World

from faceforge_schema import permissions_of
from faceforge_schema.directives import Resource, directive_of, is_list, item_type
from faceforge_storage.database import tables

ALL = permissions_of(CONTRACT.graphql)
NEEDS = {snake(name): each.needs for name, each in OPERATIONS.items()}
GUARDED = [name for name in ROWS if name not in FOR_ANY_TOKEN]


@pytest.fixture(scope="module")
def powerless(core: RunningCore) -> str:
    """The secret of a token that may do nothing."""
    return core.limited_token()


@pytest.fixture(scope="module")
def secrets_by_permissions(core: RunningCore) -> dict[frozenset[str], str]:
    """Secrets of tokens: for each need, one that holds just it, and one that holds all that does not include it."""
    every = {each for needs in NEEDS.values() for each in needs}
    return {held: core.limited_token(*held) for need in every for held in (frozenset((need,)), without(need))}


def without(need: str) -> frozenset[str]:
    """Every permission that does not give `need`."""
    return ALL - {need, need.replace(":read", ":write")}


@pytest.mark.parametrize("operation", GUARDED)
def test_a_token_without_permissions_is_refused_by_every_operation(
    face: Face, world: World, powerless: str, operation: str
) -> None:
    answer = face.call(operation, token=powerless, **ROWS[operation].good(world))
    assert (answer.status, answer.code) == (403, "forbidden")
    # What is wrong with its input is no business of one who may not ask at all.
    for bad in ROWS[operation].bad:
        answer = face.call(operation, token=powerless, **bad.arguments(world))
        assert (answer.status, answer.code) == (403, "forbidden"), bad


@pytest.mark.parametrize("operation", GUARDED)
def test_an_operation_asks_for_the_permission_it_declares_and_for_no_other(
    face: Face,
    world: World,
    secrets_by_permissions: dict[frozenset[str], str],
    operation: str,
) -> None:
    arguments = ROWS[operation].good(world)
    if operation == "claim_jobs":  # of a limited token only the kinds that it has registered
        del arguments["input"]["types"]
    if operation == "create_token":
        arguments["input"]["permissions"] = []
    if operation in {"update_token", "rotate_token", "revoke_token"}:
        world.make("update_token", token_id=arguments["token_id"], input={"permissions": []})
        arguments = {"token_id": arguments["token_id"]} | ({"input": {}} if "input" in arguments else {})
    needs = NEEDS[operation]
    if operation == "revoke_session":  # of a limited token only its own
        arguments = {"session_id": world.core.sign_in(secrets_by_permissions[needs]).session_id}
    refused = face.call(operation, token=secrets_by_permissions[without(*needs)], **arguments)
    assert (refused.status, refused.code) == (403, "forbidden")
    assert min(needs) in refused.problem["detail"] + refused.problem.get("hint", "")
    assert face.call(operation, token=secrets_by_permissions[needs], **arguments).code is None


def test_any_token_may_ask_what_it_is_and_learns_nothing_else(
    face: Face, core: RunningCore, world: World, powerless: str
) -> None:
    assert face.call("current_token", token=powerless).ok()["permissions"] == []
    asked = {"name": world.named("narrow"), "permissions": ["assets:write"]}
    narrow = face.call("create_token", input=asked).ok()
    assert face.call("current_token", token=narrow["secret"]).ok() == {
        "name": narrow["name"],
        "limited": True,
        "permissions": ["assets:read", "assets:write"],
    }
    renamed = world.named("install")
    face.call("update_token", token_id=narrow["token_id"], input={"name": renamed}).ok()
    assert face.call("current_token", token=narrow["secret"]).ok()["name"] == renamed
    assert face.call("current_token").ok()["permissions"] == sorted(ALL)


# ---- paths through the graph

RESOURCES = {
    name: kind
    for name, kind in CONTRACT.graphql.type_map.items()
    if isinstance(kind, GraphQLObjectType) and directive_of(kind, Resource) is not None
}
ROOTS = {
    get_named_type(get_named_type(each.root_field.type).fields["nodes"].type).name: (
        min(each.needs),
        name + "(first: 1) { nodes { %s } }",
    )
    for name, each in OPERATIONS.items()
    if each.is_list and not each.path_names
}
"""Resource -> the permission of its list, and a query of that list."""


def need_of(kind: Any) -> str | None:
    response = directive_of(kind, Resource)
    return response.needs if response is not None else None


def ways_out(
    kind: GraphQLObjectType, own: str, seen: frozenset[str] = frozenset()
) -> Iterator[tuple[str, str]]:
    """(selection below `kind`, permission it needs beyond `own`) for every field that leads to another resource.

    Value objects and lists are walked through.
    """
    for name, field in kind.fields.items():
        below = get_named_type(field.type)
        if not isinstance(below, GraphQLObjectType) or below.name in seen:
            continue
        if is_list(below):
            item = item_type(below)
            if (need := need_of(item)) and need != own:
                yield f"{name} {{ totalCount }}", need
                yield f"{name} {{ nodes {{ __typename }} }}", need
                yield f"{name} {{ edges {{ cursor }} }}", need
                yield f"{name} {{ edges {{ node {{ __typename }} }} }}", need
                yield f"{name} {{ pageInfo {{ hasNextPage }} }}", need
                yield f"{name} {{ __typename }}", need
        elif (need := need_of(below)) is not None:
            if need != own:
                yield f"{name} {{ __typename }}", need
        else:
            for deeper, need in ways_out(below, own, seen | {below.name}):
                yield f"{name} {{ {deeper} }}", need


WAYS = [
    (ROOTS[name][1] % selection, ROOTS[name][0], need)
    for name, kind in RESOURCES.items()
    if name in ROOTS
    for selection, need in ways_out(kind, ROOTS[name][0])
]
DISGUISES = {
    "plain": "{ %s }",
    "named": "query Named { %s }",
    "in a fragment": "query { ...F } fragment F on Query { %s }",
    "inline": "{ ... { ... on Query { %s } } }",
    "aliased": "{ x: %s }",
    "never run": "query ($no: Boolean = false) { ... @include(if: $no) { %s } }",
    "skipped": "{ ... @skip(if: true) { %s } }",
}


def test_every_resource_that_leads_to_another_is_walked() -> None:
    leading = {
        name
        for name, kind in RESOURCES.items()
        if any(ways_out(kind, need_of(kind) or "")) and not name.startswith(("Taken", "Issued"))
    }
    assert leading <= set(ROOTS)
    assert len(WAYS) > 30


@pytest.mark.parametrize(("selection", "held", "need"), WAYS, ids=[each[0] for each in WAYS])
def test_no_way_through_the_graph_goes_round_a_permission(
    core: RunningCore, secrets_of: dict[frozenset[str], str], selection: str, held: str, need: str
) -> None:
    weak, strong = secrets_of[frozenset((held,))], secrets_of[frozenset((held, need))]
    for disguise in DISGUISES.values():
        document = disguise % selection
        assert codes(core, document, weak) == ["forbidden"], document
    assert codes(core, DISGUISES["plain"] % selection, strong) == []


@pytest.fixture(scope="module")
def secrets_of(core: RunningCore) -> dict[frozenset[str], str]:
    held = {each for _, own, need in WAYS for each in (frozenset((own,)), frozenset((own, need)))}
    return {each: core.limited_token(*each) for each in held}


def codes(core: RunningCore, document: str, token: str, **more: Any) -> list[str]:
    """The codes of what a document is answered; nothing may come beside a refusal."""
    body = core.request("POST", "/graphql", token=token, json={"query": document, **more}).json()
    found = [each["extensions"]["code"] for each in body.get("errors", ())]
    assert not (found and body.get("data")), body
    return found


def test_one_forbidden_field_refuses_the_whole_document_before_anything_runs(core: RunningCore) -> None:
    token = core.limited_token("entities:read", "entities:write")
    before = core.request("GET", "/v1/changesets?limit=1&include_total=true").json()["total"]
    document = """mutation {
        a: createEntity(input: {displayName: "A"}) { id }
        b: createRelationType(input: {name: "made-by-nobody"}) { name } }"""
    assert codes(core, document, token) == ["forbidden"]
    assert core.request("GET", "/v1/changesets?limit=1&include_total=true").json()["total"] == before


@pytest.mark.parametrize(
    ("name", "expected"), [("Mine", []), ("Theirs", ["forbidden"])], ids=["allowed", "forbidden"]
)
def test_the_operation_that_is_named_is_the_one_that_is_checked(
    core: RunningCore, name: str, expected: list[str]
) -> None:
    token = core.limited_token("entities:read")
    mine, theirs = "query Mine { entities { totalCount } }", "query Theirs { tokens { nodes { name } } }"
    for document in (f"{mine} {theirs}", f"{theirs} {mine}"):
        assert codes(core, document, token, operationName=name) == expected


def test_bytes_ask_for_the_permissions_of_assets(core: RunningCore, world: World) -> None:
    path = f"/v1/assets/{world.photo}/download"
    reader, writer = core.limited_token("assets:read"), core.limited_token("assets:write")
    other = core.limited_token("entities:write")
    assert core.request("GET", path, token=reader).status_code == 200
    assert core.request("GET", path, token=writer).status_code == 200
    assert core.request("GET", path, token=other).json()["code"] == "forbidden"
    assert core.request("HEAD", path, token=other).status_code == 403
    assert core.request("GET", path, token=None).json()["code"] == "unauthorized"
    assert core.request("GET", f"/v1/assets/{UNKNOWN}/download", token=other).status_code == 403
    for method in ("POST", "PUT"):
        response = core.request(method, "/v1/assets/upload", token=reader, content=b"x")
        assert (response.status_code, response.json()["code"]) == (403, "forbidden")


def test_a_sidecar_makes_no_entity_for_a_token_that_could_not(core: RunningCore, world: World) -> None:
    token = core.limited_token("assets:write")
    meta = json.dumps({"entities": [{"display_name": "By the back door", "create": True}]})
    files = {"file": ("a.txt", world.content), "meta": (None, meta)}
    response = core.request("POST", "/v1/assets/upload", token=token, files=files)
    assert (response.status_code, response.json()["code"]) == (403, "forbidden")
    found = core.request("GET", "/v1/entities?q=back%20door").json()["items"]
    assert found == []
    assert core.request("GET", "/v1/assets?q=a.txt").json()["items"] == []


# ---- what a permission includes


WRITERS = {name: min(NEEDS[name]).replace(":read", ":write") for name in GUARDED}
READS = [name for name, writer in WRITERS.items() if writer in ALL and not NEEDS[name] & {writer}]


@pytest.mark.parametrize("operation", READS)
def test_writing_includes_reading_of_the_same_noun_and_of_no_other(
    face: Face, world: World, secrets_by_permissions: dict[frozenset[str], str], operation: str
) -> None:
    arguments = ROWS[operation].good(world)
    for writer in sorted(set(WRITERS.values()) & ALL):
        answer = face.call(operation, token=secrets_by_permissions[frozenset((writer,))], **arguments)
        assert answer.code == (None if writer == WRITERS[operation] else "forbidden"), writer


def test_what_is_included_is_listed(face: Face, core: RunningCore, world: World) -> None:
    asked = {"name": world.named("writer"), "permissions": ["entities:write"]}
    held = ["entities:read", "entities:write"]
    made = face.call("create_token", input=asked).ok()
    assert made["permissions"] == held
    assert face.call("token", token_id=made["token_id"]).ok()["permissions"] == held
    assert made["token_id"] in {
        each["token_id"]
        for each in face.call("tokens", first=500).ok()["items"]
        if each["permissions"] == held
    }
    narrow = core.limited_token("system:read", "journal:read", "descriptors:write")
    held = ["descriptors:read", "descriptors:write", "journal:read", "system:read"]
    assert face.call("system_info", token=narrow).ok()["permissions"] == held


def test_a_token_stored_without_what_it_includes_has_it(core: RunningCore) -> None:
    """Older versions stored just what was asked for; so does this one."""
    token = core.limited_token("assets:write")
    stored = core.app.state.core.database.reading(lambda db: db.execute(select(tables.tokens)).all())
    assert ["assets:write"] in [row.permissions for row in stored]
    assert core.request("GET", "/v1/assets", token=token).status_code == 200


# ---- tokens

KEEPER = ("tokens:read", "tokens:write", "assets:read")


def test_a_token_mints_no_more_than_it_holds(face: Face, core: RunningCore, world: World) -> None:
    keeper = core.limited_token(*KEEPER)
    for beyond in ("entities:read", "assets:write", "journal:read"):
        asked = {"name": world.named("mint"), "permissions": ["assets:read", beyond]}
        answer = face.call("create_token", token=keeper, input=asked)
        assert (answer.status, answer.code) == (403, "forbidden")
        assert beyond in answer.problem.get("detail", "") + str(answer.problem)
    made = face.call(
        "create_token", token=keeper, input={"name": world.named("mint"), "permissions": list(KEEPER)}
    ).ok()
    child = face.call(
        "create_token",
        token=made["secret"],
        input={"name": world.named("child"), "permissions": ["tokens:read"]},
    ).ok()
    answer = face.call("assets", token=child["secret"])
    assert answer.code == "forbidden"


def test_a_token_widens_neither_itself_nor_another(face: Face, core: RunningCore, world: World) -> None:
    itself = face.call("create_token", input={"name": world.named("self"), "permissions": list(KEEPER)}).ok()
    mightier = face.call(
        "create_token", input={"name": world.named("mighty"), "permissions": ["entities:write"]}
    ).ok()
    keeper = itself["secret"]
    for attempt in (
        (
            "update_token",
            {"token_id": itself["token_id"], "input": {"permissions": [*KEEPER, "system:read"]}},
        ),
        ("update_token", {"token_id": mightier["token_id"], "input": {"permissions": []}}),
        ("update_token", {"token_id": mightier["token_id"], "input": {"name": world.named("mine")}}),
        ("rotate_token", {"token_id": mightier["token_id"]}),
        ("revoke_token", {"token_id": mightier["token_id"]}),
    ):
        answer = face.call(attempt[0], token=keeper, **attempt[1])
        assert (answer.status, answer.code) == (403, "forbidden"), attempt
    assert face.call("create_entity", token=mightier["secret"], input={"display_name": "still"}).code is None


def test_a_rotated_or_revoked_token_is_void_at_once(face: Face, world: World) -> None:
    made = face.call("create_token", input={"name": world.named("old"), "permissions": ["assets:read"]}).ok()
    assert face.call("assets", token=made["secret"]).code is None
    rotated = face.call("rotate_token", token_id=made["token_id"]).ok()
    assert face.call("assets", token=made["secret"]).code in ("unauthorized", "rate_limited")
    assert face.call("assets", token=rotated["secret"]).code is None
    face.call("update_token", token_id=made["token_id"], input={"permissions": []}).ok()
    assert face.call("assets", token=rotated["secret"]).code == "forbidden"
    face.call("revoke_token", token_id=made["token_id"]).ok()
    assert face.call("assets", token=rotated["secret"]).code in ("unauthorized", "rate_limited")


def test_a_secret_is_told_once(face: Face, world: World) -> None:
    made = face.call("create_token", input={"name": world.named("once"), "permissions": []}).ok()
    response = json.dumps(
        [
            face.call("token", token_id=made["token_id"]).ok(),
            face.call("tokens", first=500).ok(),
            face.call("changes", record_id=made["token_id"]).ok(),
        ]
    )
    assert made["secret"] not in response
    assert "secret" not in response
