"""A6: a body that is no JSON object, of another media type, too large or not wanted is refused by every operation."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from refusals import JSON, WITH_BODY, assert_refused, send
from running_core import RunningCore
from world import World

DEEP = 10_000
NO_JSON = {
    "a bare word": b"NONSENSE",
    "half an object": b"{",
    "two objects": b'{"a": 1} {}',
    "not a number": b'{"a": NaN}',
    "infinity": b'{"a": Infinity}',
    "a number beyond every float": b'{"a": 1e999}',
    "a number of 10,000 digits": b'{"a": ' + b"9" * DEEP + b"}",
    "bytes that are no UTF-8": b'{"a": "\xff"}',
    "a byte order mark": b"\xef\xbb\xbf{}",
    "UTF-16": b"\xff\xfe{\x00}\x00",
    "a key twice": b'{"display_name": "a", "display_name": "b"}',
    "a key twice, once escaped": b'{"a": 1, "\\u0061": 1}',
    "a key twice, deep within": b'{"a": [{"b": {"c": 1, "d": 2, "c": 1}}]}',
    "10,000 nested lists": b"[" * DEEP + b"]" * DEEP,
    "10,000 nested objects": b'{"a":' * DEEP + b"1" + b"}" * DEEP,
}
NO_INPUT = {
    "a list": b"[]",
    "null": b"null",
    "a text": b'"text"',
    "a number": b"5",
    "a NUL in a text": b'{"a": "\\u0000"}',
    "half of a surrogate pair in a key": b'{"\\ud800": 1}',
}


@pytest.mark.parametrize("case", NO_JSON)
@pytest.mark.parametrize("operation", WITH_BODY)
def test_what_is_no_json(core: RunningCore, operation: str, case: str) -> None:
    assert_refused(send(core, operation, NO_JSON[case]), 400, "invalid_json")


@pytest.mark.parametrize("case", NO_INPUT)
@pytest.mark.parametrize("operation", WITH_BODY)
def test_json_that_is_no_input(core: RunningCore, operation: str, case: str) -> None:
    assert_refused(send(core, operation, NO_INPUT[case]), 422, "invalid_input")


@pytest.mark.parametrize("operation", WITH_BODY)
@pytest.mark.parametrize(
    "media_type", ["text/plain", "application/x-www-form-urlencoded", "application/merge-patch+json", ""]
)
def test_another_media_type(core: RunningCore, operation: str, media_type: str) -> None:
    assert_refused(send(core, operation, b"{}", media_type), 415, "unsupported_media_type")


LARGE = b'{"display_name": "' + b"x" * 1_100_000 + b'"}'


async def in_pieces() -> AsyncIterator[bytes]:
    """The large body, without a Content-Length."""
    for start in range(0, len(LARGE), 65536):
        yield LARGE[start : start + 65536]


def test_a_body_that_announces_that_it_is_too_large(core: RunningCore) -> None:
    assert_refused(send(core, "createEntity", LARGE), 413, "payload_too_large")


@pytest.mark.parametrize("path", ["/v1/entities", "/graphql"])
def test_a_body_that_turns_out_to_be_too_large(core: RunningCore, path: str) -> None:
    answer = core.request("POST", path, content=in_pieces(), headers={"content-type": JSON})
    assert answer.status_code == 413


@pytest.mark.parametrize(
    ("method", "path"),
    [("DELETE", "/v1/entities/{}"), ("POST", "/v1/entities/{}/restore"), ("GET", "/v1/entities/{}")],
)
def test_a_body_where_none_is_taken(core: RunningCore, world: World, method: str, path: str) -> None:
    headers = {"content-type": JSON}
    answer = core.request(method, path.format(world.bob), content=b'{"a": 1}', headers=headers)
    assert_refused(answer, 422, "invalid_input")
    assert core.request("GET", f"/v1/entities/{world.bob}").json()["deleted_at"] is None, "nothing was done"
