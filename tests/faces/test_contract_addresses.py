"""The contract is there for whoever asks: without a token, and once more only when it has changed."""

from __future__ import annotations

import pytest
from graphql import build_schema
from running_core import CONTRACT, RunningCore

ADDRESSES = {"/openapi.json": "application/json", "/schema.graphql": "application/graphql; charset=utf-8"}
EVERY = pytest.mark.parametrize("address", ADDRESSES)


@EVERY
@pytest.mark.parametrize("token", [None, "no token"])
def test_it_is_public(core: RunningCore, address: str, token: str | None) -> None:
    answer = core.request("GET", address, token=token)
    assert (answer.status_code, answer.headers["content-type"]) == (200, ADDRESSES[address])
    head = core.request("HEAD", address, token=token)
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["content-length"] == str(len(answer.content))


@EVERY
def test_who_has_it_is_sent_nothing_again(core: RunningCore, address: str) -> None:
    tag = core.request("GET", address, token=None).headers["etag"]
    for seen in (tag, f"W/{tag}", f'"other", {tag}', "*"):
        answer = core.request("GET", address, token=None, headers={"if-none-match": seen})
        assert (answer.status_code, answer.content, answer.headers["etag"]) == (304, b"", tag), seen
    for other in ('"other"', "", "other"):
        answer = core.request("GET", address, token=None, headers={"if-none-match": other})
        assert answer.status_code == 200, other


def test_they_name_each_other_and_can_be_read(core: RunningCore) -> None:
    document = core.request("GET", "/openapi.json", token=None).json()
    assert all(f"`{address}`" in document["info"]["description"] for address in ADDRESSES)
    schema = build_schema(core.request("GET", "/schema.graphql", token=None).text)
    assert schema.type_map.keys() >= {"Entity", "EntityCreate"}
    assert CONTRACT.as_str().encode() == core.request("GET", "/schema.graphql", token=None).content
