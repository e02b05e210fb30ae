"""The list of all files in a browser, on a real Core: found, narrowed down, and several changed at once."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest
from core_process import CoreProcess
from files_for_pages import HOSTILE, LAYLA, Files, filled
from playwright.sync_api import Page, expect
from visit import Visit

pytestmark = pytest.mark.needs("chromium")
expect.set_options(timeout=30_000)  # as long as a visit waits: a busy machine is slow


@pytest.fixture(scope="module")
def files(real_core: CoreProcess) -> Files:
    return filled(real_core)


def names(page: Page) -> list[str]:
    """Of the files that are shown, as their links say them."""
    labels = page.locator("#assets-files .tile a").evaluate_all("links => links.map(link => link.ariaLabel)")
    return [label.split(",")[0] for label in labels]


def shows(page: Page, count: int) -> None:
    expect(page.locator("#assets-count")).to_have_text(str(count))


def test_all_files_are_there_and_names_stay_text(library: Visit, files: Files) -> None:
    page = library.open("/assets")
    shows(page, 17)
    assert HOSTILE + ".bin" in names(page)
    assert page.title() == "Assets · FaceForge"


def test_files_are_found_by_name_and_type_and_the_address_says_so(library: Visit, files: Files) -> None:
    page = library.open("/assets")
    page.get_by_label("Find files by name").fill("sketch 1")
    shows(page, 2)
    assert "q=sketch+1" in page.url
    page.get_by_role("link", name="Audio").click()
    expect(page.get_by_role("heading", name="No file matches.")).to_be_visible()
    page.reload()
    expect(page.get_by_role("heading", name="No file matches.")).to_be_visible()
    page.get_by_role("link", name="Clear all").click()
    page.get_by_role("link", name="Audio").click()
    shows(page, 1)
    page.go_back()
    shows(page, 17)


def test_conditions_are_set_and_taken_away_by_keys_alone(library: Visit, files: Files) -> None:
    page = library.open("/assets")
    page.get_by_role("button", name="Filter").focus()
    page.keyboard.press("Enter")
    page.get_by_label("Tag", exact=True).focus()
    page.keyboard.type("night")
    page.keyboard.press("Enter")
    shows(page, 1)
    assert names(page) == ["rooftop.png"]
    page.keyboard.press("Escape")
    page.get_by_role("link", name="Remove Tag night").focus()
    page.keyboard.press("Enter")
    shows(page, 17)


def test_files_of_nobody_are_linked_together_by_keys_alone(library: Visit, files: Files) -> None:
    page = library.open("/assets?linked=none&sort_by=filename")
    shows(page, 4)
    page.locator("#assets-files .tile a").first.focus()
    page.keyboard.press("x")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("x")
    expect(page.get_by_role("region", name="With the selected files")).to_contain_text("2 selected")
    page.keyboard.press("l")
    page.get_by_role("combobox", name="Entities").focus()
    page.keyboard.type("ليلى")
    page.get_by_role("dialog").get_by_role("option").first.wait_for()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.get_by_role("dialog").get_by_role("button", name="Link", exact=True).focus()
    page.keyboard.press("Enter")
    page.get_by_text("2 files linked").wait_for()
    linked = files.core.client.get("/v1/assets", params={"entity_id": files.ids[LAYLA]}).json()["items"]
    assert len(linked) == 2


def test_files_are_tagged_and_go_to_the_trash_and_come_back_by_keys_alone(
    library: Visit, files: Files
) -> None:
    page = library.open("/assets?q=sketch&sort_by=filename")
    shows(page, 12)
    page.locator("#assets-files .tile a").first.focus()
    page.keyboard.press("x")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Shift+x")
    page.keyboard.press("#")
    page.get_by_label("Tags", exact=True).wait_for()
    page.keyboard.type("set, night")
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Remove night")).to_be_visible()
    page.keyboard.press("Enter")
    page.get_by_text("2 files got the tags set, night").wait_for()
    assert files.asset("sketch 00.png")["tags"] == files.asset("sketch 01.png")["tags"] == ["set", "night"]
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.locator("#assets-files .tile a").first.focus()
    page.keyboard.press("x")
    page.keyboard.press("Delete")
    page.get_by_text("1 file moved to the trash").wait_for()
    shows(page, 11)
    assert files.asset("sketch 00.png")["deleted_at"]
    page.get_by_role("button", name="Undo").last.focus()
    page.keyboard.press("Enter")
    page.get_by_text("1 file put back").wait_for()
    shows(page, 12)
    assert files.asset("sketch 00.png")["deleted_at"] is None


def test_what_is_in_the_trash_is_put_back_from_the_list(library: Visit, files: Files) -> None:
    files.core.client.delete(f"/v1/assets/{files.ids['sketch 05.png']}")
    page = library.open("/assets?deleted=only")
    shows(page, 1)
    page.get_by_label("Select sketch 05.png").check()
    page.get_by_role("button", name="Put back").click()
    page.get_by_text("1 file put back").wait_for()
    assert files.asset("sketch 05.png")["deleted_at"] is None


def test_what_cannot_be_done_for_one_file_is_done_for_the_others(files: Files) -> None:
    ids = [files.ids["sketch 02.png"], "0" * 64]
    answer = files.core.client.post("/assets/trash", data={"id": ids})
    assert "1 file moved to the trash; 1 stayed as before" in answer.text
    assert files.asset("sketch 02.png")["deleted_at"]
    (undo,) = re.findall(r'data-undo="([^"]+)"', answer.text)
    assert "1 file put back" in files.core.client.post(html.unescape(undo), data={}).text
    assert files.asset("sketch 02.png")["deleted_at"] is None


def test_from_the_trash_one_file_leads_to_the_next_in_its_order(library: Visit, files: Files) -> None:
    for name in ("sketch 08.png", "sketch 06.png", "sketch 07.png"):
        files.core.client.delete(f"/v1/assets/{files.ids[name]}")
    page = library.open("/trash?of=files")
    page.get_by_role("link", name="sketch 06.png").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("sketch 06.png")
    expect(page.locator("#viewer-place")).to_have_text("2 of 3")
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("heading", level=1)).to_have_text("sketch 08.png")
    page.keyboard.press("Escape")
    expect(page.get_by_role("heading", level=1)).to_have_text("Trash")
    for name in ("sketch 08.png", "sketch 06.png", "sketch 07.png"):
        files.core.client.post(f"/v1/assets/{files.ids[name]}/restore")


def test_a_file_that_arrives_is_seen_at_once(library: Visit, files: Files) -> None:
    page = library.open("/assets?q=arrives")
    page.get_by_role("heading", name="No file matches.").wait_for()
    page.goto(f"{library.core.address}/assets?q=.txt")
    shows(page, 1)
    page.get_by_text("Connected", exact=True).wait_for(state="attached")
    files.add("arrives.txt", b"just now")
    shows(page, 2)
    files.core.client.delete(f"/v1/assets/{files.ids['arrives.txt']}")
    shows(page, 1)


@pytest.mark.parametrize("width", [360, 1280, 2560])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_list_fits_every_window(
    library_at: Callable[[int, str], AbstractContextManager[Visit]], files: Files, width: int, scheme: str
) -> None:
    with library_at(width, scheme) as visit:
        page = visit.open("/assets")
        page.locator("#assets-files.placed").wait_for()
        assert page.evaluate("document.documentElement.scrollWidth") <= width
