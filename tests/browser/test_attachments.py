"""The files of an entity: seen by type, and tagged, given a role, linked, unlinked and thrown away, several at once."""

from __future__ import annotations

import re
import time
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from core_process import CoreProcess
from drawn_files import ask, create, picture, put_sound
from playwright.sync_api import Locator, Page, expect
from small_core import HOSTILE
from visit import Visit

pytestmark = pytest.mark.needs("chromium")

STATE = """query($e: ID!) { entity(entityId: $e) { primaryThumbnail { filename } }
    assets(entityId: $e, sortBy: FILENAME, sortOrder: ASC) { nodes { filename tags links { entityId role } } } }"""
SOON = 20_000
"""Milliseconds in which a change is seen on a busy machine."""
SHAPES = [(80, 100), (160, 90), (90, 90), (60, 90), (120, 80)]


@pytest.fixture
def mira(real_core: CoreProcess, tmp_path: Path) -> str:
    """An entity with five pictures and a sound; the newest is `5.wav`."""
    entity = create(real_core, "Mira Okonkwo")
    for at, (width, height) in enumerate(SHAPES):
        upload(real_core, f"{at}.png", picture(width, height, seed=hash_of(entity, at)), entity)
    upload(real_core, "5.wav", put_sound(tmp_path, "5.wav", 1 + hash_of(entity, 0) % 5).read_bytes(), entity)
    return entity


def hash_of(entity: str, at: int) -> int:
    """A seed of its own for each file, since equal bytes are one file."""
    return int(entity[:6], 16) + at


def upload(core: CoreProcess, name: str, data: bytes, entity: str | None = None) -> None:
    query = {"filename": name, "on_duplicate": "new", **({"entity_id": entity} if entity else {})}
    core.client.put("/v1/assets/upload", params=query, content=data).raise_for_status()


def opened(visit: Visit, entity: str, query: str = "") -> Page:
    page = visit.open(f"/entities/{entity}/attachments{query}")
    page.wait_for_selector("ff-justified.placed")
    return page


def tiles(page: Page) -> Locator:
    return page.get_by_role("list", name="Files", exact=True).get_by_role("listitem")


def pick(page: Page, *names: str) -> None:
    for name in names:
        tiles(page).filter(has=page.get_by_role("link", name=re.compile(rf"^{name}"))).hover()
        page.get_by_role("checkbox", name=f"Select {name}").check()


def state(core: CoreProcess, entity: str) -> dict[str, Any]:
    """File name -> its role; with the entity's own picture under an empty name."""
    found = ask(core, STATE, e=entity)
    roles = {each["filename"]: each["links"][0]["role"] for each in found["assets"]["nodes"]}
    return {**roles, "": (found["entity"]["primaryThumbnail"] or {}).get("filename")}


def bar(page: Page) -> Locator:
    return page.get_by_role("region", name="With the selected files")


def test_files_are_seen_by_type_and_in_an_order(library: Visit, mira: str) -> None:
    page = opened(library, mira)
    expect(tiles(page)).to_have_count(6, timeout=SOON)
    expect(page.get_by_role("group", name="Show").get_by_role("link")).to_have_text(
        ["All 6", "Images 5", "Audio 1"]
    )
    page.get_by_role("link", name="Images 5").click()
    expect(tiles(page)).to_have_count(5, timeout=SOON)
    page.get_by_role("button", name="Newest first").click()
    page.get_by_role("link", name="By name").click()
    page.wait_for_url("**show=images**sort_by=filename")
    expect(tiles(page).first.get_by_role("link")).to_have_attribute("aria-label", "0.png")


def test_rows_fill_the_width_and_show_each_picture_whole(
    library: Visit, real_core: CoreProcess, mira: str
) -> None:
    page = opened(library, mira, "?show=images")
    while real_core.client.get("/v1/system/info").json()["counts"]["unread_files"]:
        page.wait_for_timeout(200)  # how large a picture is, is known once it is read
    page.reload()
    page.wait_for_selector("ff-justified.placed")
    boxes = [each.bounding_box() for each in tiles(page).all()]
    for each, (width, height) in zip(boxes, reversed(SHAPES), strict=True):
        assert each
        assert each["width"] / each["height"] == pytest.approx(width / height, rel=0.02)


def test_a_role_is_set_changed_and_taken_away(library: Visit, real_core: CoreProcess, mira: str) -> None:
    page = opened(library, mira)
    for role in ("portrait", "profile, left", ""):
        pick(page, "0.png", "1.png")
        expect(bar(page)).to_contain_text("2 selected")
        bar(page).get_by_role("button", name="Role").click()
        page.get_by_label("Role", exact=True).fill(role)
        page.get_by_role("button", name="Set the role").click()
        expect(bar(page)).to_be_hidden(timeout=SOON)
        shown = f"0.png, {role}" if role else "0.png"
        expect(page.get_by_role("link", name=shown, exact=True)).to_be_visible()
        assert (state(real_core, mira)["0.png"], state(real_core, mira)["1.png"]) == (
            role or None,
            role or None,
        )


def test_unlinked_files_come_back_with_their_roles(library: Visit, real_core: CoreProcess, mira: str) -> None:
    asset = ask(
        real_core, 'query($e: ID!) { assets(entityId: $e, filename: "0.png") { nodes { id } } }', e=mira
    )
    real_core.client.post(
        f"/v1/entities/{mira}/assets/{asset['assets']['nodes'][0]['id']}/link", json={"role": "portrait"}
    ).raise_for_status()
    page = opened(library, mira)
    pick(page, "0.png", "2.png")
    bar(page).get_by_role("button", name="Unlink").click()
    undo = page.get_by_role("button", name="Undo")
    undo.hover(timeout=SOON)  # it stays while somebody is about to press it
    expect(tiles(page)).to_have_count(4, timeout=SOON)
    expect(page.locator("#attachments-types")).to_contain_text("All 4")
    undo.click()
    expect(tiles(page)).to_have_count(6, timeout=SOON)
    assert state(real_core, mira)["0.png"] == "portrait"


def test_files_are_tagged_and_what_they_had_stays(library: Visit, real_core: CoreProcess, mira: str) -> None:
    page = opened(library, mira)
    for tag in ("arc-1", "lantern-guild"):
        pick(page, "1.png", "3.png")
        page.keyboard.press("#")
        page.get_by_label("Tags to add").fill(tag)
        page.get_by_role("button", name="Add tags").click()
        expect(bar(page)).to_be_hidden(timeout=SOON)
    tags = {each["filename"]: each["tags"] for each in ask(real_core, STATE, e=mira)["assets"]["nodes"]}
    assert tags["1.png"] == tags["3.png"] == ["arc-1", "lantern-guild"]
    assert tags["0.png"] == []


def test_by_keyboard_alone_files_are_chosen_thrown_away_and_brought_back(
    library: Visit, real_core: CoreProcess, mira: str
) -> None:
    page = opened(library, mira)
    tiles(page).first.get_by_role("link").focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("x")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Shift+X")
    expect(bar(page)).to_contain_text("2 selected")
    page.keyboard.press("Delete")
    undo = page.get_by_role("button", name="Undo")
    undo.focus(timeout=SOON)
    expect(tiles(page)).to_have_count(4, timeout=SOON)
    assert set(state(real_core, mira)) == {"0.png", "1.png", "2.png", "5.wav", ""}
    page.keyboard.press("Enter")
    expect(tiles(page)).to_have_count(6, timeout=SOON)


def test_the_key_p_lets_a_picture_stand_for_the_entity(
    library: Visit, real_core: CoreProcess, mira: str
) -> None:
    page = opened(library, mira)
    page.get_by_role("link", name="2.png").focus()
    page.keyboard.press("p")
    expect(page.get_by_text("This picture stands for them now")).to_be_visible()
    assert state(real_core, mira)[""] == "2.png"


def test_a_file_that_is_here_is_found_and_linked(library: Visit, real_core: CoreProcess, mira: str) -> None:
    name = f"lost {mira[:8]}.png"
    upload(real_core, name, picture(seed=hash_of(mira, 77)))
    page = opened(library, mira)
    page.get_by_role("button", name="More ways to add files").click()
    page.get_by_role("link", name="Link files that are here").click()
    page.get_by_label("Part of a file name").fill("nothing has this")
    page.keyboard.press("Enter")
    expect(page.get_by_text("No file has")).to_be_visible()
    page.get_by_label("Part of a file name").fill(name[:13])
    page.keyboard.press("Enter")
    page.get_by_role("checkbox", name=f"Select {name}").check()
    linking = page.get_by_role("region", name="Files to link")
    linking.get_by_label("Role").fill("reference")
    linking.get_by_role("button", name="Link", exact=True).click()
    page.wait_for_url("**/attachments")
    expect(tiles(page)).to_have_count(7, timeout=SOON)
    assert state(real_core, mira)[name] == "reference"


@pytest.mark.parametrize(("width", "scheme"), [(360, "dark"), (1280, "light"), (2560, "dark")])
def test_hostile_names_stay_text_and_nothing_is_out_of_place(
    library_at: Any, real_core: CoreProcess, mira: str, width: int, scheme: str
) -> None:
    upload(real_core, HOSTILE.replace("/", "∕")[:200] + ".png", picture(seed=hash_of(mira, 90)), mira)
    upload(real_core, "ميرا أوكونكوو 🙂 ليل.png", picture(seed=hash_of(mira, 91)), mira)
    with library_at(width, scheme) as visit:
        page = opened(visit, mira)
        expect(tiles(page)).to_have_count(8, timeout=SOON)
        pick(page, "ميرا")
        assert page.title() == "Mira Okonkwo · FaceForge"
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        found = Axe().run(page).response["violations"]
        assert [(each["id"], [node["html"] for node in each["nodes"]]) for each in found] == []


def test_the_page_after_the_first_fifty_comes_by_itself(library: Visit, real_core: CoreProcess) -> None:
    entity = create(real_core, "Somebody with many files")
    for at in range(120):
        upload(real_core, f"{at:03}.txt", f"{entity} {at}".encode(), entity)
    page = opened(library, entity, "?sort_by=filename")
    last, end = page.get_by_role("link", name="119.txt"), time.monotonic() + SOON / 1000
    while not last.count() and time.monotonic() < end:
        page.mouse.move(600, 500)
        page.mouse.wheel(0, 3000)
        page.wait_for_timeout(200)
    expect(last).to_be_attached()
    assert page.evaluate("document.querySelector('#files').tiles.length") == 120
