"""Signed addresses of thumbnails (S8): for pages of other sites and tools without a header, one by one and in lists."""

from __future__ import annotations

import io
import time
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from PIL import Image
from running_core import ADDRESS, RunningCore
from world import UNKNOWN, World

from faceforge_server.files.signing import sign_thumbnail
from faceforge_storage.ingest.thumbnails import RECIPE

LIST = """query q($ids: [ID!], $in: Int) { assets(ids: $ids, sortBy: FILENAME, sortOrder: ASC, deleted: INCLUDE) {
    nodes { %s } } }"""
URLS = "thumbnailUrl(expiresIn: $in) large: thumbnailUrl(size: LARGE, expiresIn: $in)"


def ask(core: RunningCore, query: str, token: str | None = "install", **variables: Any) -> dict[str, Any]:
    asked = {"query": query, "variables": variables}
    answer: dict[str, Any] = core.request("POST", "/graphql", token=token, json=asked).json()
    return answer


def picture(world: World, number: int) -> bytes:
    encoded = io.BytesIO()
    Image.new("RGB", (960, 720), (world.number % 256, world.number // 256, 64 + number)).save(encoded, "PNG")
    return encoded.getvalue()


@pytest.fixture
def made(core: RunningCore, world: World) -> list[dict[str, Any]]:
    """Three pictures, the last in the trash."""
    found = [world.upload(picture(world, n), f"{n}.png", entity_id=world.ada) for n in range(3)]
    core.request("DELETE", f"/v1/assets/{found[2]['asset_id']}").raise_for_status()
    return found


def ids(made: list[dict[str, Any]]) -> list[str]:
    return [each["asset_id"] for each in made]


def signed(core: RunningCore, asset: dict[str, Any], size: str = "small", **asked: Any) -> str:
    """The path and query of the address that the operation gives."""
    path = f"/v1/assets/{asset['asset_id']}/signed-url"
    answer = core.request("POST", path, json={"thumbnail": size, **asked})
    return str(answer.raise_for_status().json()["url"]).removeprefix(ADDRESS)


@pytest.mark.parametrize(("size", "width"), [("small", 320), ("large", 640)])
def test_it_opens_the_thumbnail_without_a_token_for_pages_of_any_site(
    core: RunningCore, made: list[dict[str, Any]], size: str, width: int
) -> None:
    address = signed(core, made[0], size)
    assert urlsplit(address).path == made[0]["thumbnail"][size]
    elsewhere = {"sec-fetch-site": "cross-site", "sec-fetch-mode": "no-cors", "sec-fetch-dest": "image"}
    for headers in ({}, elsewhere, {"authorization": "Bearer ff_stale"}):
        answer = core.request("GET", address, token=None, headers=headers)
        assert (answer.status_code, answer.headers["content-type"]) == (200, "image/webp")
        assert Image.open(io.BytesIO(answer.content)).size[0] == width
        assert answer.headers["cross-origin-resource-policy"] == "cross-origin"
    head = core.request("HEAD", address, token=None)
    assert (head.status_code, head.content, head.headers["etag"]) == (200, b"", answer.headers["etag"])
    plain = core.request("GET", made[0]["thumbnail"][size], token=None, headers=elsewhere)
    assert plain.status_code == 403
    assert core.request("GET", made[0]["thumbnail"][size], token=None).status_code == 401


def test_a_browser_keeps_it_no_longer_than_the_address_works(
    core: RunningCore, made: list[dict[str, Any]]
) -> None:
    kept = core.request("GET", signed(core, made[0], expires_in=30), token=None).headers["cache-control"]
    assert kept.startswith("private, max-age=")
    assert kept.endswith(", immutable")
    assert 0 < int(kept.split("=")[1].split(",")[0]) <= 30


def test_each_address_of_a_list_opens_its_own(core: RunningCore, made: list[dict[str, Any]]) -> None:
    answer = ask(core, LIST % f"thumbnail {{ small large }} {URLS}", ids=ids(made), **{"in": 60})
    nodes = answer["data"]["assets"]["nodes"]
    for node in nodes[:2]:
        for field, size in (("thumbnailUrl", "small"), ("large", "large")):
            assert node[field].startswith(f"{ADDRESS}{node['thumbnail'][size]}?expires=")
            address = node[field].removeprefix(ADDRESS)
            assert core.request("GET", address, token=None).status_code == 200
    assert (nodes[2]["thumbnailUrl"], nodes[2]["large"]) == (None, None)  # in the trash


def test_it_is_the_address_that_signed_url_gives_and_of_the_picture_that_stands_for_the_asset(
    core: RunningCore, world: World, made: list[dict[str, Any]]
) -> None:
    form = {"kind": "image.thumbnail", "derived_from_asset_id": made[0]["asset_id"]}
    cover = world.upload(picture(world, 9), "cover.png", **form)
    query = """query q($id: ID!) { asset(assetId: $id) { thumbnailUrl(size: LARGE, expiresIn: 60) }
        signedUrl(assetId: $id, input: {expiresIn: 60, thumbnail: LARGE}) { url } }"""
    for _ in range(3):  # a second may begin between the two
        data = ask(core, query, id=made[0]["asset_id"])["data"]
        if data["asset"]["thumbnailUrl"] == data["signedUrl"]["url"]:
            break
    else:
        pytest.fail(str(data))
    assert data["asset"]["thumbnailUrl"].startswith(ADDRESS + cover["thumbnail"]["large"])


def test_an_entity_has_one_where_it_has_a_thumbnail(
    core: RunningCore, world: World, made: list[dict[str, Any]]
) -> None:
    query = "query q($id: ID!) { entity(entityId: $id) { thumbnail { small } thumbnailUrl } }"
    assert made
    ada = ask(core, query, id=world.ada)["data"]["entity"]
    assert ada["thumbnailUrl"].startswith(f"{ADDRESS}{ada['thumbnail']['small']}?")
    assert core.request("GET", ada["thumbnailUrl"].removeprefix(ADDRESS), token=None).status_code == 200
    assert ask(core, query, id=world.bob)["data"]["entity"] == {"thumbnail": None, "thumbnailUrl": None}
    other = core.limited_token("entities:read")
    assert ask(core, query, other, id=world.ada)["data"]["entity"]["thumbnailUrl"] is None


def test_what_is_altered_is_refused(core: RunningCore, made: list[dict[str, Any]]) -> None:
    address = signed(core, made[0], expires_in=60)
    own, other = made[0]["content_hash"], made[1]["content_hash"]
    query = dict(parse_qsl(urlsplit(address).query))
    for changed in (
        address.replace(own, other),
        address.replace(own, UNKNOWN),
        address.replace(own, own.upper()),
        address.replace("/320-", "/640-"),
        address.replace("/320-", "/321-"),
        address.replace("signature=", "signature=0"),
        address.replace(query["expires"], str(int(query["expires"]) + 1)),
        address.replace(f"expires={query['expires']}&", ""),
    ):
        for method in ("GET", "HEAD"):
            answer = core.request(method, changed)  # a token adds nothing to it
            assert answer.status_code == 403, changed
        assert core.request("GET", changed, token=None).json()["code"] == "invalid_signature"


def test_it_opens_nothing_else(core: RunningCore, made: list[dict[str, Any]]) -> None:
    query = urlsplit(signed(core, made[0])).query
    asset = f"/v1/assets/{made[0]['asset_id']}"
    statuses = {
        path: core.request("GET", f"{asset}{path}?{query}", token=None).status_code
        for path in ("", "/thumbnail", "/download")
    }
    assert statuses == {"": 401, "/thumbnail": 401, "/download": 403}
    more = core.request("GET", f"{signed(core, made[0])}&disposition=inline", token=None)
    assert (more.status_code, more.json()["errors"][0]["code"]) == (422, "unknown_parameter")


def test_what_has_expired_is_refused(core: RunningCore, made: list[dict[str, Any]]) -> None:
    key, moment = core.app.state.signed_addresses.key(), time.time() - 60
    for seconds, status in ((58, 403), (600, 200)):
        query = sign_thumbnail(key, made[0]["content_hash"], 320, now=moment, seconds=seconds)
        answer = core.request("GET", made[0]["thumbnail"]["small"], params=query, token=None)
        assert answer.status_code == status
        assert status == 200 or "expired" in answer.json()["detail"]


def test_one_of_another_recipe_leads_to_the_present_one(
    core: RunningCore, made: list[dict[str, Any]]
) -> None:
    address = signed(core, made[0])
    answer = core.request("GET", address.replace(f"-{RECIPE}.", "-999."), token=None)
    assert (answer.status_code, answer.headers["location"]) == (307, address)
    assert answer.headers["cross-origin-resource-policy"] == "cross-origin"


@pytest.mark.parametrize("seconds", [0, -1, 901])
def test_how_long_it_lives_is_bounded(core: RunningCore, made: list[dict[str, Any]], seconds: int) -> None:
    answer = ask(core, LIST % URLS, ids=ids(made), **{"in": seconds})
    assert [node["thumbnailUrl"] for node in answer["data"]["assets"]["nodes"]] == [None] * 3
    assert answer["errors"][0]["extensions"]["errors"][0]["pointer"] == "/expires_in"
    path = f"/v1/assets/{made[0]['asset_id']}/signed-url"
    refused = core.request("POST", path, json={"thumbnail": "small", "expires_in": seconds})
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/expires_in")


def test_other_sizes_and_assets_in_the_trash_are_refused(
    core: RunningCore, made: list[dict[str, Any]]
) -> None:
    for asset, size, status in ((made[0], "320", 422), (made[0], "", 422), (made[2], "small", 404)):
        path = f"/v1/assets/{asset['asset_id']}/signed-url"
        assert core.request("POST", path, json={"thumbnail": size}).status_code == status


@pytest.mark.parametrize("listed", ["assets(deleted: INCLUDE)", "entities"])
def test_beside_the_thumbnail_it_costs_no_statement(
    core: RunningCore, made: list[dict[str, Any]], listed: str
) -> None:
    """However many of them, and in both sizes."""
    assert made
    counts = []
    for selected in (
        "thumbnail { small }",
        "thumbnailUrl large: thumbnailUrl(size: LARGE) thumbnail { small }",
    ):
        with core.statements() as ran:
            answer = ask(core, f"{{ {listed} {{ nodes {{ updatedAt deletedAt {selected} }} }} }}")
        assert "errors" not in answer
        counts.append(len(ran))
    assert counts[0] == counts[1]


def test_an_answer_with_it_is_never_from_memory(fresh: RunningCore) -> None:
    photo = World(fresh, 0).photo
    asked = "query q($id: ID!) { asset(assetId: $id) { %s } }"

    def reads(selected: str, times: int) -> int:
        with fresh.statements() as ran:
            for _ in range(times):
                ask(fresh, asked % selected, id=photo)
        return len([each for each in ran if each.startswith("SELECT")])

    assert reads("thumbnail { small }", 3) == reads("thumbnail { small }", 1)
    assert reads("thumbnailUrl", 3) == 3 * reads("thumbnailUrl", 1)
