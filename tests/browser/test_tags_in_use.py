"""Tags that are in use are offered while one is written, by mouse and by keys; and an Undo holds for many files."""

from __future__ import annotations

import re
from urllib.parse import urlencode

import pytest
from core_process import CoreProcess
from entity_library import Library
from playwright.sync_api import Page, expect
from visit import Visit

pytestmark = pytest.mark.needs("chromium")

MANY = 120


@pytest.fixture(scope="module")
def tagged(real_core: CoreProcess) -> Library:
    found = Library(real_core)
    for name, tags in {"Ada": ["protagonist", "arc-1"], "Grace": ["protagonist", "<b>prop</b>"]}.items():
        found.entity(name, tags=tags)
    return found


def options(page: Page) -> list[str]:
    page.get_by_role("listbox", name="Tags in use").wait_for()
    return page.get_by_role("listbox", name="Tags in use").get_by_role("option").all_inner_texts()


def test_a_tag_in_use_is_taken_by_keys(library: Visit, tagged: Library) -> None:
    entity = tagged.entity("Hedy")
    page = library.open(f"/entities/{entity}?edit=tags")
    field = page.get_by_role("combobox", name="Tags")
    expect(field).to_be_focused()
    field.press_sequentially("pro")
    assert options(page) == ["protagonist", "<b>prop</b>"]
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("option", name="protagonist")).to_have_attribute("aria-selected", "true")
    page.keyboard.press("Enter")
    expect(page.locator(".tokens .chip")).to_have_text("protagonist")
    page.keyboard.type("arc")
    assert options(page) == ["arc-1"]
    page.keyboard.press("Escape")
    expect(page.get_by_role("listbox")).to_be_hidden()
    expect(field).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Tags saved")).to_be_visible()
    assert tagged.read(entity)["tags"] == ["protagonist", "arc"]


def test_a_tag_in_use_narrows_files_with_one_press(
    library: Visit, tagged: Library, real_core: CoreProcess
) -> None:
    for name, tags in {"a.txt": ["night"], "b.txt": ["day"]}.items():
        made = real_core.client.post("/v1/assets/upload", files={"file": (name, name.encode())}).json()
        real_core.client.patch(f"/v1/assets/{made['asset_id']}", json={"tags": tags}).raise_for_status()
    page = library.open("/assets")
    page.get_by_role("button", name="Filter").click()
    page.get_by_role("combobox", name="Tag", exact=True).press_sequentially("ni")
    page.get_by_role("option", name="night").click()
    page.wait_for_url(re.compile("tag=night"))
    expect(page.locator("#assets-files .tile")).to_have_count(1)


def test_many_files_come_back_by_one_undo(library: Visit, real_core: CoreProcess, tagged: Library) -> None:
    entity = tagged.entity("Wren")
    ids = []
    for number in range(MANY):
        sent = {"files": {"file": (f"many {number}.txt", b"%d" % number)}}
        sent["data"] = {"entity_id": entity, "role": "voice" if number % 2 else "note"}
        answer = real_core.client.post("/v1/assets/upload", **sent)
        ids.append(answer.raise_for_status().json()["asset_id"])
    page = library.open("/assets?q=many")
    csrf = page.evaluate("localStorage.getItem('faceforge.csrf')")
    headers = {"X-FaceForge-CSRF": csrf, "Content-Type": "application/x-www-form-urlencoded"}
    headers |= {"X-FaceForge-Part": "main", "Accept": "text/html"}

    def send(address: str) -> str:
        body = urlencode([("id", each) for each in ids])
        answer = page.context.request.post(real_core.url + address, data=body, headers=headers)
        assert answer.ok, answer.text()
        undo = re.search(r'data-undo="([^"]+)"', answer.text())
        assert undo is not None
        return undo[1].replace("&amp;", "&")

    def files(**query: str) -> int:
        found = real_core.client.get("/v1/assets", params={"limit": "500", **query}).json()
        return len(found["items"])

    def undone(address: str, words: str) -> None:
        answer = page.context.request.post(real_core.url + address, headers=headers)
        said = re.search(r'id="said".*?<li[^>]*>(.*?)</li>', answer.text(), re.DOTALL)
        assert said is not None
        assert said[1] == words

    undo = send("/assets/tags?word=many")
    assert files(tag="many") == MANY
    undone(undo, f"{MANY} files lost the tag many")
    assert files(tag="many") == 0
    undo = send("/assets/trash")
    assert files(q="many") == 0
    undone(undo, f"{MANY} files put back")
    assert files(q="many") == MANY
    undo = send(f"/entities/{entity}/attachments/unlink")
    assert files(entity_id=entity) == 0
    undone(undo, f"{MANY} files linked again")
    assert files(entity_id=entity) == MANY
    roles = real_core.client.get(f"/v1/assets/{ids[0]}").json()["links"]
    assert [each["role"] for each in roles] == ["note"]
