"""A folder is brought in through the pages: chosen, planned, decided on and run; stopped, gone on with, once more."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

import orjson
import pytest
from core_process import CoreProcess
from files_for_pages import picture
from held_imports import AT_ONCE, HeldImports
from playwright.sync_api import Page, expect
from visit import Visit

pytestmark = pytest.mark.needs("chromium")
HOSTILE = "<img src=x onerror=document.title='owned'>"


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The one place that may be read, with folders to bring in."""
    place = tmp_path_factory.mktemp("place").resolve()
    write(place / "renders" / "Mira" / "2015" / "rooftop.png", picture(1))
    write(place / "renders" / "Mira" / "harbour.png", picture(2))
    write(place / "renders" / "Juno" / "juno.png", picture(3))
    write(place / "renders" / "ليلى" / f"{HOSTILE.replace('/', '_')}.txt", b"a note")
    for number in range(3):
        (place / "other" / f"folder {number}").mkdir(parents=True)
    return place


@pytest.fixture(scope="module")
def real_core(tmp_path_factory: pytest.TempPathFactory, place: Path) -> Iterator[HeldImports]:
    """A Core that may read that place."""
    home = tmp_path_factory.mktemp("library") / "home"
    (home / "config").mkdir(parents=True)
    (home / "config" / "core.json").write_bytes(orjson.dumps({"import": {"roots": [str(place)]}}))
    core = HeldImports(home)
    try:
        for name in ("Mira", "Juno", "Juno"):
            assert core.client.post("/v1/entities", json={"display_name": name}).status_code == 201
        yield core
    finally:
        core.kill()


def write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


def planned(page: Page) -> None:
    page.get_by_role("button", name="Look into it").click()
    page.wait_for_url("**/import?plan=*")
    expect(page.get_by_role("heading", name=re.compile("renders|slow"))).to_be_visible()
    expect(page.locator(".confirm")).to_be_visible()


def number(page: Page, words: str) -> str:
    return page.locator(".tiles > div", has=page.get_by_text(words)).locator("dd").first.inner_text()


def whole(text: str) -> int:
    return int(text.replace(",", ""))


def test_a_folder_is_found_by_clicks_by_keys_and_by_writing(library: Visit, place: Path) -> None:
    page = library.open("/import")
    field = page.get_by_label("Folder on this machine")
    folders = page.get_by_role("list", name=re.compile("Places|Folders in it"))
    folders.get_by_role("link", name=str(place)).click()
    expect(field).to_have_value(str(place))
    expect(folders.get_by_role("link")).to_have_text(["other", "renders"])
    expect(folders.get_by_role("link", name="other")).to_be_focused()
    page.keyboard.press("ArrowDown")
    expect(folders.get_by_role("link", name="renders")).to_be_focused()
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")
    expect(field).to_have_value(f"{place}/other")
    expect(folders.get_by_role("link")).to_have_text(["folder 0", "folder 1", "folder 2"])
    field.fill(f"{place}/REN")
    expect(folders.get_by_role("link")).to_have_text(["renders"])
    expect(field).to_be_focused()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(field).to_have_value(f"{place}/renders")
    field.fill("/etc")
    page.get_by_role("button", name="Look into it").click()
    expect(page.locator("#folders .err")).to_contain_text("lies outside the places that imports may read")
    library.forgive("422")


def test_what_is_wrong_is_brought_into_view_and_focused(library: Visit) -> None:
    library.page.set_viewport_size({"width": 360, "height": 740})
    page = library.open("/import")
    field = page.get_by_label("Folder on this machine")
    field.fill("/etc")
    page.evaluate("scrollTo(0, document.body.scrollHeight)")
    expect(field).not_to_be_in_viewport()
    page.get_by_role("button", name="Look into it").press("Enter")
    expect(field).to_be_in_viewport(ratio=1)
    expect(field).to_be_focused()
    library.forgive("422")


def test_a_plan_is_looked_at_decided_on_and_run(library: Visit, place: Path, real_core: CoreProcess) -> None:
    page = library.open(f"/import?path={place}/renders")
    page.get_by_label("Whoever the folders right in it are named after").check()
    page.get_by_label("Create who is missing").check()
    planned(page)
    assert number(page, "found") == "4"
    assert number(page, "new, to be copied") == "3"
    assert number(page, "need your decision") == "1"
    owners = page.get_by_role("region", name="Who the files will belong to")
    expect(owners.get_by_role("row", name="Mira")).to_contain_text("exists")
    expect(owners.get_by_role("row", name="ليلى")).to_contain_text("will be created")
    expect(page.locator(".confirm")).to_contain_text("Copy 3 files")
    expect(page.locator(".confirm")).to_contain_text("create 1 entity")
    assert real_core.client.get("/v1/assets?filename=harbour.png").json()["items"] == []
    page.get_by_label("2 entities are called").select_option("Link to nobody")
    page.get_by_role("button", name="Start the import").click()
    page.wait_for_url("**/jobs/*")
    expect(page.locator("#job")).to_contain_text("What came of it")
    assert number(page, "copied") == "4"
    expect(page.get_by_role("list", name="Files that arrived").get_by_role("listitem")).to_have_count(4)
    assert page.title() != "owned"
    page.get_by_role("link", name="What it changed").click()
    expect(page.get_by_role("heading", name="What a job changed")).to_be_visible()
    found = real_core.client.get("/v1/assets?filename=rooftop.png").json()["items"]
    assert len(found) == 1
    library.open("/entities")
    expect(page.get_by_text("ليلى")).to_be_visible()


def test_the_same_folder_once_more_copies_nothing_with_the_keyboard_alone(
    library: Visit, place: Path
) -> None:
    page = library.open(f"/import?path={place}/renders&whom=first_folder")
    page.get_by_role("button", name="Look into it").press("Enter")
    page.wait_for_url("**/import?plan=*")
    expect(page.locator(".confirm")).to_be_visible()
    assert number(page, "new, to be copied") == "0"
    start = page.get_by_role("button", name="Start the import")
    if start.count():
        start.press("Enter")
        page.wait_for_url("**/jobs/*")
        expect(page.locator("#job")).to_contain_text("What came of it")
        assert number(page, "copied") == "0"


def test_what_could_not_be_read_is_listed_and_tried_again(library: Visit, place: Path) -> None:
    folder = place / "renders" / "late"
    write(folder / "first.txt", b"first")
    write(folder / "second.txt", b"second")
    page = library.open(f"/import?path={folder.parent}&include=late/*")
    planned(page)
    (folder / "second.txt").write_bytes(b"second, written since")
    page.get_by_role("button", name="Start the import").click()
    page.wait_for_url("**/jobs/*")
    expect(page.get_by_role("list", name="What did not come in")).to_contain_text("late/second.txt")
    page.get_by_role("button", name="Retry what failed").click()
    page.wait_for_url("**/import?plan=*")
    expect(page.locator(".confirm")).to_contain_text("Copy 1 file")
    page.get_by_role("button", name="Start the import").click()
    page.wait_for_url("**/jobs/*")
    expect(page.locator("#job")).to_contain_text("What came of it")
    assert number(page, "copied") == "1"


def test_an_import_is_stopped_and_gone_on_with(library: Visit, place: Path, real_core: HeldImports) -> None:
    count = 3 * AT_ONCE
    for each in range(count):
        write(place / "slow" / f"{each % 30}" / f"{each}.bin", os.urandom(3000))
    real_core.hold(after=1)
    page = library.open(f"/import?path={place}/slow")
    planned(page)
    page.get_by_role("button", name="Start the import").click()
    page.wait_for_url("**/jobs/*")
    job = page.url.rpartition("/")[2]
    expect(page.locator("[data-part=tally]")).to_contain_text(f"{AT_ONCE} copied")
    page.get_by_role("button", name="Stop…").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("Stop the import?")
    expect(dialog).to_contain_text(re.compile("[1-9][0-9,]* files are in and stay. You can go on later."))
    dialog.get_by_role("button", name="Stop", exact=True).click()
    expect(page.locator("#job")).to_contain_text(re.compile("Stopped after [0-9,]+ files. They stay."))
    copied, to_come = (whole(number(page, words)) for words in ("copied", "still to come"))
    assert (copied, to_come) == (AT_ONCE, count - AT_ONCE)
    assert real_core.client.get(f"/v1/jobs/{job}").json()["state"] == "cancelled"
    real_core.release()
    page.get_by_role("button", name="Try again").click()
    page.wait_for_url(re.compile(f"/jobs/(?!{job})"))
    expect(page.locator("#job")).to_contain_text("What came of it")
    assert (whole(number(page, "copied")), whole(number(page, "were here already"))) == (to_come, copied)
    assert real_core.client.get(f"/v1/assets?filename={count - 1}.bin").json()["items"] != []


def test_settings_tell_from_where_folders_come(library: Visit, place: Path) -> None:
    page = library.open("/settings/importing")
    expect(page.get_by_text(str(place))).to_be_visible()
    page.get_by_role("link", name="Import from").click()
    expect(page.get_by_label("Folder on this machine")).to_have_value(str(place))
