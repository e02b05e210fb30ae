"""A6: what cannot be, is refused with a code and its place, whoever says it and however; nothing ends in a 5xx."""

from __future__ import annotations

import json
from typing import Any

import pytest
from faces import Face, snake
from running_core import CONTRACT, OPERATIONS, RunningCore
from world import World

BODIES = sorted(name for name, each in OPERATIONS.items() if each.body_model is not None)
QUERIES = sorted(name for name, each in OPERATIONS.items() if each.method == "GET")


def filled_path(name: str) -> str:
    path = OPERATIONS[name].path.replace("{algorithm}", "sha256").replace("{changeset_id}", "1")
    return path.replace("{", "").replace("}", "")


def asked(core: RunningCore, name: str, content: bytes, kind: str = "application/json") -> Any:
    route = OPERATIONS[name]
    return core.request(route.method, filled_path(name), content=content, headers={"content-type": kind})


# ---- unknown names


@pytest.mark.parametrize("name", BODIES)
def test_an_unknown_key_of_a_body_is_refused_with_its_place(core: RunningCore, name: str) -> None:
    told = asked(core, name, b'{"no_such_key": 1, "another~/one": 2}').json()
    assert (told["status"], told["code"]) == (422, "invalid_input")
    places = {each["pointer"]: each["code"] for each in told["errors"]}
    assert places["/no_such_key"] == places["/another~0~1one"] == "extra_forbidden"
    route = OPERATIONS[name]
    assert route.body_type is not None
    camels = [key for key in route.body_type.fields if key != key.lower()]
    for key in camels[:1]:
        told = asked(core, name, json.dumps({key: None}).encode()).json()
        assert f"/{key}" in {each["pointer"] for each in told["errors"]}, "REST speaks snake_case only"


@pytest.mark.parametrize("name", QUERIES)
def test_an_unknown_parameter_is_refused_with_its_name(core: RunningCore, name: str) -> None:
    for unknown in ("no_such", "first", "sortBy", "entityId", "Limit"):
        told = core.request("GET", f"{filled_path(name)}?{unknown}=1").json()
        assert (told["status"], told["code"]) == (422, "invalid_input"), unknown
        (fault,) = told["errors"]
        assert fault == {
            "pointer": f"/{unknown}",
            "in": "query",
            "code": "unknown_parameter",
            "message": "is not a parameter of this address",
        }


@pytest.mark.parametrize(
    ("query", "place"),
    [
        ("limit=ten", "/limit"),
        ("limit=1.0", "/limit"),
        ("limit=1e1", "/limit"),
        ("limit=%201", "/limit"),
        ("limit=" + "9" * 5000, "/limit"),
        ("limit=\N{ARABIC-INDIC DIGIT FIVE}", "/limit"),
        ("limit=", "/limit"),
        ("limit=1&limit=2", "/limit"),
        ("q=a&q=b", "/q"),
        ("include_total=yes", "/include_total"),
        ("include_total=1", "/include_total"),
        ("include_total=true&include_total=true", "/include_total"),
        ("sort_by=DISPLAY_NAME", "/sort_by"),
        ("sort_by=row_id", "/sort_by"),
        ("sort_order=up", "/sort_order"),
        ("deleted=yes", "/deleted"),
        ("updated_since=yesterday", "/updated_since"),
        ("updated_since=2026-02-30T00:00:00Z", "/updated_since"),
        ("updated_since=2026-01-01", "/updated_since"),
        ("updated_since=0001-01-01T00:00:00%2B23:59", "/updated_since"),
        ("q=%00", "/q"),
        ("tag=%00", "/tag"),
    ],
    ids=lambda text: text[:40],
)
def test_a_parameter_that_does_not_parse_is_refused_with_its_place(
    core: RunningCore, query: str, place: str
) -> None:
    told = core.request("GET", f"/v1/entities?{query}").json()
    assert (told["status"], told["code"]) == (422, "invalid_input")
    assert [each["pointer"] for each in told["errors"]] == [place]
    assert {each["in"] for each in told["errors"]} == {"query"}


def test_every_fault_is_told_at_once(core: RunningCore) -> None:
    told = core.request("GET", "/v1/entities?limit=x&sort_by=y&z=1").json()
    assert [each["pointer"] for each in told["errors"]] == ["/limit", "/sort_by", "/z"]
    body = {"display_name": "", "tags": ["", 5], "zzz": 1}
    told = core.request("POST", "/v1/entities", json=body).json()
    assert {each["pointer"] for each in told["errors"]} == {"/display_name", "/tags/0", "/tags/1", "/zzz"}
    assert told["detail"]
    assert all(each["message"] and each["code"] for each in told["errors"])


# ---- bodies that are none


@pytest.mark.parametrize("name", BODIES)
@pytest.mark.parametrize(
    ("content", "status", "code"),
    [
        (b"NONSENSE", 400, "invalid_json"),
        (b"{", 400, "invalid_json"),
        (b'{"a": 1} {}', 400, "invalid_json"),
        (b'{"a": NaN}', 400, "invalid_json"),
        (b'{"a": Infinity}', 400, "invalid_json"),
        (b'{"a": 1e999}', 400, "invalid_json"),
        (b'{"a": "\xff"}', 400, "invalid_json"),
        (b"\xef\xbb\xbf{}", 400, "invalid_json"),
        (b"\xff\xfe{\x00}\x00", 400, "invalid_json"),
        (b"[" * 10_000 + b"]" * 10_000, 400, "invalid_json"),
        (b'{"a":' * 10_000 + b"1" + b"}" * 10_000, 400, "invalid_json"),
        (b"[]", 422, "invalid_input"),
        (b"null", 422, "invalid_input"),
        (b'"text"', 422, "invalid_input"),
        (b"5", 422, "invalid_input"),
        (b'{"a": "\\u0000"}', 422, "invalid_input"),
        (b'{"\\ud800": 1}', 422, "invalid_input"),
        (b'{"a": ' + b"9" * 10_000 + b"}", 400, "invalid_json"),
    ],
    ids=lambda value: str(value)[:24],
)
def test_a_body_that_is_no_json_object_is_refused(
    core: RunningCore, name: str, content: bytes, status: int, code: str
) -> None:
    told = asked(core, name, content)
    assert (told.status_code, told.json()["code"]) == (status, code), told.text[:300]


@pytest.mark.parametrize("name", BODIES)
@pytest.mark.parametrize(
    "kind", ["text/plain", "application/x-www-form-urlencoded", "application/merge-patch+json", ""]
)
def test_a_body_of_another_media_type_is_415(core: RunningCore, name: str, kind: str) -> None:
    told = asked(core, name, b"{}", kind)
    assert (told.status_code, told.json()["code"]) == (415, "unsupported_media_type")


def test_a_body_that_is_too_large_is_413_announced_or_not(core: RunningCore) -> None:
    large = b'{"display_name": "' + b"x" * 1_100_000 + b'"}'
    headers = {"content-type": "application/json"}
    told = core.request("POST", "/v1/entities", content=large, headers=headers)
    assert (told.status_code, told.json()["code"]) == (413, "payload_too_large")

    async def pieces() -> Any:
        for start in range(0, len(large), 65536):
            yield large[start : start + 65536]

    for path in ("/v1/entities", "/graphql"):
        told = core.request("POST", path, content=pieces(), headers=headers)
        assert told.status_code == 413


def test_a_body_where_none_is_taken_is_refused(core: RunningCore, world: World) -> None:
    for method, path in (
        ("DELETE", f"/v1/entities/{world.bob}"),
        ("POST", f"/v1/entities/{world.bob}/restore"),
        ("GET", f"/v1/entities/{world.bob}"),
    ):
        told = core.request(method, path, content=b'{"a": 1}', headers={"content-type": "application/json"})
        assert (told.status_code, told.json()["code"]) == (422, "invalid_input")
    assert core.request("GET", f"/v1/entities/{world.bob}").json()["deleted_at"] is None


# ---- texts and numbers, on both faces


@pytest.mark.parametrize("text", ["\x00", "a\x00b", "\ud800", "\ude00\ud83d"], ids=ascii)
def test_text_that_no_database_holds_is_refused_wherever_it_stands(
    face: Face, world: World, text: str
) -> None:
    for operation, arguments in (
        ("create_entity", {"input": {"display_name": text}}),
        ("create_entity", {"input": {"display_name": "x", "fields": {"a": [{"b": text}]}}}),
        ("create_entity", {"input": {"display_name": "x", "plugin_data": {text: 1}}}),
        ("create_descriptor", {"entity_id": world.ada, "input": {"field_key": "k", "value": text}}),
        ("update_entity", {"entity_id": world.ada, "input": {"tags": [text]}}),
        ("create_token", {"input": {"name": text, "permissions": []}}),
    ):
        answer = face.call(operation, **arguments)
        # Of GraphQL it is the request that is bad, whatever is asked in it.
        assert (answer.status, answer.code) in ((422, "invalid_input"),), (operation, answer)
    if face.name == "graphql":
        for wrong in ("q", "externalId"):
            answer = face.call("entities", **{"q" if wrong == "q" else "external_id": text})
            assert answer.code == "invalid_input"


def test_a_graphql_text_may_hide_nothing_in_an_escape(core: RunningCore) -> None:
    for escape in ("\\u0000", "\\uD800", "\\u{0}", "\\u{D800}", "\\u{110000}"):
        query = f'mutation {{ createEntity(input: {{displayName: "x{escape}"}}) {{ id }} }}'
        told = core.request("POST", "/graphql", json={"query": query}).json()
        assert told["errors"][0]["extensions"]["code"] in (
            "graphql_parse_failed",
            "invalid_input",
            "graphql_validation_failed",
        ), escape


@pytest.mark.parametrize(
    "value",
    [
        "\N{SNOWMAN} Zoë 日本語 \N{FAMILY}",
        "\u202egnp.exe",
        "'; DROP TABLE entities; --",
        "<script>alert(1)</script>",
        "a\nb\tc\r",
        "\\u0000 written out",
        "\ufffe\uffff",
        "x" * 100_000,
        "",
        {"camelCase": {"snake_case": {"Kebab-Case": {"": {"__proto__": 1, "$ref": "x"}}}}},
        [[], {}, None, True, False, 0, -0.0, 1e300, 2**62, 0.1, "true"],
        9007199254740993,
        {"é": 1, "e\u0301": 2},
    ],
    ids=lambda value: repr(value)[:30],
)
def test_a_value_of_the_users_comes_back_as_it_was(face: Face, world: World, value: Any) -> None:
    made = face.call(
        "create_entity", input={"display_name": "keeps", "fields": {"k": value}, "plugin_data": {"p": value}}
    ).ok()
    found = face.call("entity", entity_id=made["entity_id"]).ok()
    assert json.dumps(found["fields"]) == json.dumps({"k": value})
    assert json.dumps(found["plugin_data"]) == json.dumps({"p": value})
    fact = {"field_key": "k", "value": value}
    assert face.call("create_descriptor", entity_id=world.ada, input=fact).ok()["value"] == value
    found = face.call("entity_descriptors", entity_id=world.ada, first=1).ok()["items"][0]
    assert json.dumps(found["value"]) == json.dumps(value)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("display_name", 5),
        ("display_name", None),
        ("display_name", ["x"]),
        ("display_name", "x" * 501),
        ("aliases", {"0": "x"}),
        ("aliases", ["x" * 201]),
        ("tags", [str(each) for each in range(1001)]),
        ("tags", [None]),
        ("tags", [["x"]]),
        ("fields", []),
        ("fields", "x"),
        ("external_ids", [{"namespace": "a"}]),
        ("external_ids", [{"namespace": "a", "value": "1", "more": 1}]),
        ("external_ids", [5]),
        ("plugin_data", 1),
        ("primary_thumbnail_asset_id", 5),
    ],
    ids=lambda value: str(value)[:20],
)
def test_a_value_of_another_type_is_refused(face: Face, key: str, value: Any) -> None:
    answer = face.call("create_entity", input={"display_name": "x", key: value})
    if key == "primary_thumbnail_asset_id" and face.name == "graphql":
        # GraphQL's own rule: a number may stand for an id.
        assert answer.code == "unknown_reference"
    elif answer.status == 400:
        assert (face.name, answer.code) == ("graphql", "graphql_validation_failed")
    else:
        assert (answer.status, answer.code) == (422, "invalid_input")
        assert answer.places[0].startswith(f"/{key}")


@pytest.mark.parametrize("number", [1.5, -0.1, 1e308, True, "0.5"])
def test_a_confidence_lies_between_0_and_1(face: Face, world: World, number: Any) -> None:
    fact = {"field_key": "k", "value": 1, "confidence": number}
    answer = face.call("create_descriptor", entity_id=world.ada, input=fact)
    assert answer.status in (400, 422)
    assert answer.code in ("invalid_input", "graphql_validation_failed")


# ---- addresses


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
        "//v1/entities",
        "/v1/entities%2Fx",
        "/ui/../../secrets",
        "/graphql/",
    ],
)
def test_an_address_that_is_not_there_is_a_problem_document(core: RunningCore, path: str) -> None:
    told = core.request("GET", path)
    assert (told.status_code, told.json()["code"]) == (404, "not_found")


@pytest.mark.parametrize("path", [each.path for each in OPERATIONS.values()])
def test_a_method_that_is_not_there_says_which_are(core: RunningCore, path: str) -> None:
    methods = {each.method for each in OPERATIONS.values() if each.path == path}
    told = core.request("TRACE", path.replace("{", "").replace("}", ""))
    assert (told.status_code, told.json()["code"]) == (405, "method_not_allowed")
    assert methods <= {each.strip() for each in told.headers["allow"].split(",")}


@pytest.mark.parametrize("text", ["x", "A" * 64, "0" * 63, "0" * 65, "%00", "é", "0" * 5000, " "])
def test_an_id_that_is_none_is_unknown_on_every_path(face: Face, text: str) -> None:
    for name, route in OPERATIONS.items():
        ids = [each for each in route.path_names if each not in ("algorithm", "hex", "changeset_id")]
        arguments: dict[str, Any] = dict.fromkeys(ids, text)
        if route.body_required:
            arguments["input"] = {"field_key": "k", "value": 1} if name == "createDescriptor" else {}
        if ids:
            answer = face.call(snake(name), **arguments)
            assert (answer.status, answer.code) == (404, "not_found"), name


def test_every_answer_forbids_sniffing_and_keeping(core: RunningCore, world: World) -> None:
    for path in (f"/v1/entities/{world.ada}", "/v1/entities", "/v1/none", "/v1/entities?limit=0"):
        told = core.request("GET", path)
        assert told.headers["x-content-type-options"] == "nosniff"
        assert told.headers["cache-control"] == "no-store"
        assert "access-control-allow-origin" not in told.headers
        assert told.headers["x-request-id"]


def test_the_contract_has_a_description_for_everything() -> None:
    silent = [
        f"{kind.name}.{name}"
        for kind in CONTRACT.graphql.type_map.values()
        if hasattr(kind, "fields") and not kind.name.startswith("__")
        for name, field in kind.fields.items()
        if not field.description
    ]
    assert [each for each in silent if not each.startswith(("ExternalIdInput", "Subscription"))] == []
