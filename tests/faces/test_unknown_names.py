"""A6: a key or parameter that nobody knows is refused by its name, and everything wrong with a request at once."""

from __future__ import annotations

import pytest
from refusals import READING, WITH_BODY, address, assert_refused, places, send
from running_core import OPERATIONS, RunningCore


@pytest.mark.parametrize("operation", WITH_BODY)
def test_an_unknown_key_of_a_body(core: RunningCore, operation: str) -> None:
    answer = send(core, operation, {"no_such_key": 1, "another~/one": 2})
    codes = {each["pointer"]: each["code"] for each in assert_refused(answer, 422, "invalid_input")}
    assert codes["/no_such_key"] == "extra_forbidden"
    assert codes["/another~0~1one"] == "extra_forbidden", "a place is a JSON Pointer"


CAMEL_CASE = [
    (operation, key)
    for operation in WITH_BODY
    for key in OPERATIONS[operation].body_type.fields  # type: ignore[union-attr]  # each has a body
    if key != key.lower()
]


@pytest.mark.parametrize(("operation", "key"), CAMEL_CASE)
def test_a_key_as_graphql_spells_it(core: RunningCore, operation: str, key: str) -> None:
    answer = send(core, operation, {key: None})
    assert f"/{key}" in places(assert_refused(answer, 422, "invalid_input"))


@pytest.mark.parametrize("name", ["no_such", "first", "sortBy", "entityId", "Limit"])
@pytest.mark.parametrize("operation", READING)
def test_an_unknown_parameter(core: RunningCore, operation: str, name: str) -> None:
    answer = core.request("GET", f"{address(operation)}?{name}=1")
    assert assert_refused(answer, 422, "invalid_input") == [
        {
            "pointer": f"/{name}",
            "in": "query",
            "code": "unknown_parameter",
            "message": "is not a parameter of this address",
        }
    ]


def test_every_error_of_an_address_is_reported_at_once(core: RunningCore) -> None:
    answer = core.request("GET", "/v1/entities?limit=x&sort_by=y&z=1")
    assert places(assert_refused(answer, 422, "invalid_input")) == ["/limit", "/sort_by", "/z"]


def test_every_error_of_a_body_is_reported_at_once(core: RunningCore) -> None:
    answer = send(core, "createEntity", {"display_name": "", "tags": ["", 5], "zzz": 1})
    errors = assert_refused(answer, 422, "invalid_input")
    assert set(places(errors)) == {"/display_name", "/tags/0", "/tags/1", "/zzz"}
    assert answer.json()["detail"]
