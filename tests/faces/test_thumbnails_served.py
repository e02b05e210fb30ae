"""Thumbnails over HTTP: addresses that browsers may keep for good, and what each kind of file shows."""

from __future__ import annotations

import io
import re
import shutil
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from pathlib import Path
from typing import Any

import httpx
import pytest
from PIL import Image
from running_core import RunningCore
from world import UNKNOWN, World

from faceforge_storage.ingest.thumbnails import RECIPE, is_tile

COLORS = count(0x204060, 0x010305)


def picture(size: tuple[int, int] = (960, 720), mode: str = "RGB", kind: str = "PNG") -> bytes:
    """A picture of a colour that no other has."""
    color = next(COLORS)
    parts = (color >> 16 & 255, color >> 8 & 255, color & 255, 0)[: len(mode)]
    encoded = io.BytesIO()
    Image.new(mode, size, parts).save(encoded, kind)
    return encoded.getvalue()


@pytest.fixture
def photo(world: World) -> dict[str, Any]:
    return world.upload(picture(), "photo.png")


def opened(answer: httpx.Response) -> Image.Image:
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "image/webp"
    return Image.open(io.BytesIO(answer.content))


def entity(core: RunningCore, entity_id: str, token: str | None = "install") -> dict[str, Any]:
    found: dict[str, Any] = core.request("GET", f"/v1/entities/{entity_id}", token=token).json()
    return found


def test_an_asset_has_two_addresses_that_open_its_picture(core: RunningCore, photo: dict[str, Any]) -> None:
    assert photo["thumbnail"] == {
        "small": f"/v1/thumbnails/{photo['content_hash']}/320-{RECIPE}.webp",
        "large": f"/v1/thumbnails/{photo['content_hash']}/640-{RECIPE}.webp",
    }
    assert opened(core.request("GET", photo["thumbnail"]["small"])).size == (320, 240)
    assert opened(core.request("GET", photo["thumbnail"]["large"])).size == (640, 480)


def test_both_faces_say_the_same(core: RunningCore, photo: dict[str, Any]) -> None:
    query = "query q($id: ID!) { asset(assetId: $id) { thumbnail { small large } } }"
    asked = {"query": query, "variables": {"id": photo["asset_id"]}}
    answer = core.request("POST", "/graphql", json=asked).json()
    assert answer["data"]["asset"]["thumbnail"] == photo["thumbnail"]


def test_a_picture_may_be_kept_for_good(core: RunningCore, photo: dict[str, Any]) -> None:
    answer = core.request("GET", photo["thumbnail"]["small"])
    assert answer.headers["cache-control"] == "private, max-age=31536000, immutable"
    etag = answer.headers["etag"]
    assert re.fullmatch(r'"[0-9a-f]{32}"', etag)
    assert answer.headers["cross-origin-resource-policy"] == "same-origin"
    known = core.request("GET", photo["thumbnail"]["small"], headers={"If-None-Match": etag})
    assert (known.status_code, known.content, known.headers["etag"]) == (304, b"", etag)
    other = core.request("GET", photo["thumbnail"]["small"], headers={"If-Match": '"other"'})
    assert (other.status_code, other.json()["code"]) == (412, "version_conflict")
    assert core.request("GET", photo["thumbnail"]["large"]).headers["etag"] != etag


def test_head_has_the_same_headers(core: RunningCore, photo: dict[str, Any]) -> None:
    for path in (photo["thumbnail"]["small"], f"/v1/assets/{photo['asset_id']}/thumbnail"):
        get, head = (core.request(method, path) for method in ("GET", "HEAD"))
        kept = [
            {name: value for name, value in each.headers.items() if name != "x-request-id"}
            for each in (get, head)
        ]
        assert kept[0] == kept[1]


@pytest.mark.parametrize(("query", "size"), [("", 320), ("?size=320", 320), ("?size=640", 640)])
def test_an_asset_leads_to_its_thumbnail(
    core: RunningCore, photo: dict[str, Any], query: str, size: int
) -> None:
    answer = core.request("GET", f"/v1/assets/{photo['asset_id']}/thumbnail{query}")
    assert answer.status_code == 307
    assert answer.headers["location"] == f"/v1/thumbnails/{photo['content_hash']}/{size}-{RECIPE}.webp"
    assert answer.headers["cache-control"] == "private, no-cache"


@pytest.mark.parametrize("size", ["", "0", "321", "0320", "large", "320&size=640&other=1"])
def test_other_sizes_are_refused(core: RunningCore, photo: dict[str, Any], size: str) -> None:
    answer = core.request("GET", f"/v1/assets/{photo['asset_id']}/thumbnail?size={size}")
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_input")


def test_what_is_not_there_is_404(core: RunningCore, world: World, photo: dict[str, Any]) -> None:
    own = photo["content_hash"]
    for path in (
        f"/v1/assets/{UNKNOWN}/thumbnail",
        f"/v1/assets/{world.trashed_photo}/thumbnail",
        f"/v1/thumbnails/{UNKNOWN}/320-{RECIPE}.webp",
        f"/v1/thumbnails/{own}/321-{RECIPE}.webp",
        f"/v1/thumbnails/{own.upper()}/320-{RECIPE}.webp",
        f"/v1/thumbnails/{own}/320-{RECIPE}.png",
        f"/v1/thumbnails/..%2f..%2fconfig/320-{RECIPE}.webp",
    ):
        answer = core.request("GET", path)
        assert (answer.status_code, answer.json()["status"]) == (404, 404), path


def test_an_address_of_another_recipe_leads_to_the_present_one(
    core: RunningCore, photo: dict[str, Any]
) -> None:
    answer = core.request("GET", photo["thumbnail"]["small"].replace(f"-{RECIPE}.", "-999."))
    assert (answer.status_code, answer.headers["location"]) == (307, photo["thumbnail"]["small"])
    unknown = core.request("GET", photo["thumbnail"]["small"].replace(f"-{RECIPE}.", "-x."))
    assert unknown.status_code == 404


def test_it_needs_the_permission_to_read_assets(
    core: RunningCore, world: World, photo: dict[str, Any]
) -> None:
    core.request("POST", f"/v1/entities/{world.bob}/assets/{photo['asset_id']}/link").raise_for_status()
    reader, other = core.limited_token("assets:read", "entities:read"), core.limited_token("entities:read")
    for path in (photo["thumbnail"]["small"], f"/v1/assets/{photo['asset_id']}/thumbnail"):
        statuses = [core.request("GET", path, token=each).status_code for each in (None, other, reader)]
        assert statuses in ([401, 403, 200], [401, 403, 307])
    assert entity(core, world.bob, reader)["thumbnail"] == photo["thumbnail"]
    assert entity(core, world.bob, other)["thumbnail"] is None


def test_a_file_without_a_picture_shows_a_tile_that_is_asked_for_again(
    core: RunningCore, world: World
) -> None:
    file = world.upload(b"\0\1\2" + str(world.number).encode(), "weights.bin", kind="model.lora")
    answer = core.request("GET", file["thumbnail"]["small"])
    assert opened(answer).size == (320, 320)
    assert is_tile(answer.content)
    assert answer.headers["cache-control"] == "private, max-age=60"


def test_a_broken_picture_shows_a_tile(core: RunningCore, world: World) -> None:
    broken = world.upload(picture(kind="PNG")[:60] + str(world.number).encode(), "broken.png")
    assert broken["mime_type"] == "image/png"
    answer = core.request("GET", broken["thumbnail"]["large"])
    assert opened(answer).size == (640, 640)
    assert answer.headers["cache-control"] == "private, max-age=60"


def test_transparency_is_kept(core: RunningCore, world: World) -> None:
    sticker = world.upload(picture(mode="RGBA"), "sticker.png")
    assert opened(core.request("GET", sticker["thumbnail"]["small"])).mode == "RGBA"


def test_a_derived_thumbnail_wins(core: RunningCore, world: World, photo: dict[str, Any]) -> None:
    form = {"kind": "image.thumbnail", "derived_from_asset_id": photo["asset_id"]}
    cover = world.upload(picture(), "cover.png", **form)
    shown = core.request("GET", f"/v1/assets/{photo['asset_id']}").json()["thumbnail"]
    assert shown == cover["thumbnail"]
    location = core.request("GET", f"/v1/assets/{photo['asset_id']}/thumbnail").headers["location"]
    assert location == cover["thumbnail"]["small"]


def test_an_entity_shows_its_chosen_picture_else_its_newest(core: RunningCore, world: World) -> None:
    assert entity(core, world.bob)["thumbnail"] is None
    first, second = (
        world.upload(picture(), f"{each}.png", entity_id=world.bob) for each in ("first", "second")
    )
    assert entity(core, world.bob)["thumbnail"] == second["thumbnail"]
    chosen = {"primary_thumbnail_asset_id": first["asset_id"]}
    answer = core.request("PATCH", f"/v1/entities/{world.bob}", json=chosen)
    assert answer.json()["thumbnail"] == first["thumbnail"]


def test_one_asked_for_by_many_is_made_once(core: RunningCore, world: World) -> None:
    address = world.upload(picture((2000, 1500)), "large.png")["thumbnail"]["small"]
    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(lambda _: core.request("GET", address), range(8)))
    assert {(each.status_code, each.headers["etag"]) for each in answers} == {
        (200, answers[0].headers["etag"])
    }


def cached(fresh: RunningCore) -> list[Path]:
    return sorted(path for path in (fresh.core.home / "cache").rglob("*") if path.is_file())


def test_a_lost_cache_is_made_again(fresh: RunningCore) -> None:
    photo = World(fresh).upload(picture())
    before = fresh.request("GET", photo["thumbnail"]["small"])
    shutil.rmtree(fresh.core.home / "cache")
    after = fresh.request("GET", photo["thumbnail"]["small"])
    assert (after.status_code, after.content) == (200, before.content)
    assert cached(fresh)


def test_thumbnails_are_answered_also_where_none_can_be_kept(fresh: RunningCore) -> None:
    cache = fresh.core.home / "cache"
    shutil.rmtree(cache, ignore_errors=True)
    cache.write_text("no directory")
    photo = World(fresh).upload(picture())
    assert opened(fresh.request("GET", photo["thumbnail"]["large"])).size == (640, 480)


def test_a_purge_takes_the_thumbnails_along(fresh: RunningCore) -> None:
    """D5: with the last asset on the bytes, and not before."""
    world = World(fresh)
    data = picture()
    first = world.upload(data)
    second = world.upload(data, on_duplicate="new")
    address = first["thumbnail"]["small"]
    opened(fresh.request("GET", address))
    for asset, status in ((first, 200), (second, 404)):
        fresh.request("DELETE", f"/v1/assets/{asset['asset_id']}").raise_for_status()
        fresh.request("POST", f"/v1/assets/{asset['asset_id']}/purge").raise_for_status()
        assert fresh.request("GET", address).status_code == status
    assert [path for path in cached(fresh) if first["content_hash"] in path.name] == []
