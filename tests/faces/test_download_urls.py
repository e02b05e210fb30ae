"""`Asset.downloadUrl`: signed addresses in a list, which open each asset without a token and are never from memory."""

from __future__ import annotations

from typing import Any

import pytest
from running_core import ADDRESS, RunningCore
from world import World

LIST = """query q($in: Int) { assets(ids: %s, sortBy: FILENAME, sortOrder: ASC, deleted: INCLUDE) {
    nodes { filename downloadUrl(expiresIn: $in) } } }"""


def ask(core: RunningCore, query: str, token: str | None = "install", **variables: Any) -> dict[str, Any]:
    asked = {"query": query, "variables": variables}
    answer: dict[str, Any] = core.request("POST", "/graphql", token=token, json=asked).json()
    return answer


@pytest.fixture
def made(core: RunningCore, world: World) -> list[str]:
    """The ids of three assets, the last in the trash."""
    ids = [
        world.upload(f"{world.number} {each}".encode(), f"{each}.txt", entity_id=world.ada)["asset_id"]
        for each in "abc"
    ]
    core.request("DELETE", f"/v1/assets/{ids[2]}").raise_for_status()
    return ids


def listed(ids: list[str]) -> str:
    return LIST % str(ids).replace("'", '"')


def test_each_address_of_a_list_opens_its_asset_without_a_token(
    core: RunningCore, world: World, made: list[str]
) -> None:
    nodes = ask(core, listed(made), **{"in": 60})["data"]["assets"]["nodes"]
    for node, asset_id in zip(nodes[:2], made, strict=False):
        assert node["downloadUrl"].startswith(f"{ADDRESS}/v1/assets/{asset_id}/download?")
        answer = core.request("GET", node["downloadUrl"].removeprefix(ADDRESS), token=None)
        assert (answer.status_code, answer.text) == (200, f"{world.number} {node['filename'][0]}")
        assert answer.headers["content-disposition"].startswith("attachment")
    assert nodes[2]["downloadUrl"] is None  # in the trash: `signedUrl` knows no such record


def test_it_is_the_address_that_signed_url_gives(core: RunningCore, made: list[str]) -> None:
    query = """query q($id: ID!) { asset(assetId: $id) { downloadUrl(expiresIn: 60, disposition: INLINE) }
        signedUrl(assetId: $id, input: {expiresIn: 60, disposition: INLINE}) { url } }"""
    for _ in range(3):  # a second may begin between the two
        data = ask(core, query, id=made[0])["data"]
        if data["asset"]["downloadUrl"] == data["signedUrl"]["url"]:
            return
    pytest.fail(str(data))


@pytest.mark.parametrize("seconds", [0, -1, 901])
def test_how_long_it_lives_is_bounded_as_for_signed_url(
    core: RunningCore, made: list[str], seconds: int
) -> None:
    answer = ask(core, listed(made), **{"in": seconds})
    assert [node["downloadUrl"] for node in answer["data"]["assets"]["nodes"]] == [None] * 3
    wrong = answer["errors"][0]
    assert wrong["path"] == ["assets", "nodes", 0, "downloadUrl"]
    assert wrong["extensions"]["code"] == "invalid_input"
    assert wrong["extensions"]["errors"][0] | {"message": ""} == {
        "pointer": "/expires_in",
        "in": "body",
        "code": "out_of_range",
        "message": "",
    }


def test_it_needs_what_reading_an_asset_needs(core: RunningCore, world: World, made: list[str]) -> None:
    query = "query q($id: ID!) { entity(entityId: $id) { assets { nodes { downloadUrl } } } }"
    assert made
    may = core.limited_token("entities:read", "assets:read")
    nodes = ask(core, query, may, id=world.ada)["data"]["entity"]["assets"]["nodes"]
    assert len([node for node in nodes if node["downloadUrl"]]) >= 2
    refused = ask(core, query, core.limited_token("entities:read"), id=world.ada)
    assert refused["errors"][0]["extensions"]["code"] == "forbidden"


def test_an_answer_with_it_is_never_from_memory(fresh: RunningCore) -> None:
    """However deep it stands, and under whatever name."""
    world = World(fresh, 0)
    shown = "query q($id: ID!) { entity(entityId: $id) { assets { edges { node { %s } } } } }"

    def reads(selected: str, times: int) -> int:
        with fresh.statements() as ran:
            for _ in range(times):
                ask(fresh, shown % selected, id=world.ada)
        return len([each for each in ran if each.startswith("SELECT")])

    assert world.photo
    assert reads("filename", 3) == reads("filename", 1)
    for selected in ("downloadUrl", "one: downloadUrl(expiresIn: 5)", "... on Asset { downloadUrl }"):
        assert reads(f"filename {selected}", 3) == 3 * reads(f"filename {selected}", 1)


def test_it_costs_no_statement(core: RunningCore, made: list[str]) -> None:
    counts = []
    for selected in ("filename", "filename contentHash deletedAt downloadUrl"):
        query = listed(made).replace("filename downloadUrl(expiresIn: $in)", selected)
        with core.statements() as ran:
            ask(core, query.replace("query q($in: Int)", "query q"))
        counts.append(len(ran))
    assert counts[0] == counts[1]
