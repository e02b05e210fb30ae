"""One file in a browser, on a real Core: seen, heard and read, and all that can be done with it."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from urllib.request import urlopen

import pytest
from core_process import CoreProcess
from files_for_pages import HOSTILE, LAYLA, MIRA, Files, filled
from playwright.sync_api import Page, expect
from visit import Visit

pytestmark = pytest.mark.needs("chromium")
expect.set_options(timeout=30_000)  # as long as a visit waits: a busy machine is slow


@pytest.fixture(scope="module")
def files(real_core: CoreProcess) -> Files:
    made = filled(real_core)
    for name in ("rooftop.png", "interview.wav", "okonkwo_v2.safetensors", "notes.txt"):
        until(lambda name=name: all(each["state"] == "done" for each in made.asset(name)["readings"]))
    return made


def until(holds: Callable[[], object]) -> None:
    end = time.monotonic() + 30
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.05)


def heading(page: Page) -> str:
    return page.locator("h1").inner_text()


def test_what_is_folded_out_stays_so_when_something_changes_elsewhere(library: Visit, files: Files) -> None:
    page = library.open(files.address("rooftop.png"))
    page.get_by_text("Connected", exact=True).wait_for(state="attached")
    page.locator("#viewer-side summary", has_text="Details").click()
    expect(page.get_by_text("SHA-256")).to_be_visible()
    page.locator("#viewer-stage").focus()
    tags = {"tags": ["night", "from afar"]}
    files.core.client.patch(f"/v1/assets/{files.ids['rooftop.png']}", json=tags).raise_for_status()
    expect(page.locator("#viewer-side .chip", has_text="from afar")).to_be_visible()
    expect(page.get_by_text("SHA-256")).to_be_visible()
    files.core.client.patch(f"/v1/assets/{files.ids['rooftop.png']}", json={"tags": ["night"]})


def test_a_picture_is_looked_at_closely(library: Visit, files: Files) -> None:
    page = library.open(files.address("rooftop.png"))
    page.locator("ff-zoom[data-loaded]").wait_for()
    size, image = page.locator(".zoomer output"), page.locator("ff-zoom img")
    expect(size).to_have_text("Fit")
    page.keyboard.press("+")
    page.keyboard.press("+")
    expect(size).to_contain_text("%")
    before = image.bounding_box()
    assert before is not None
    page.mouse.move(450, 300)
    page.mouse.down()
    page.mouse.move(450, 360, steps=3)
    page.mouse.up()
    moved = image.bounding_box()
    assert moved is not None
    assert moved["y"] != before["y"]
    page.keyboard.press("ArrowUp")
    assert heading(page) == "rooftop.png"  # an arrow moves the picture while it is near
    page.keyboard.press("0")
    expect(size).to_have_text("Fit")
    page.mouse.wheel(0, -400)
    expect(size).to_contain_text("%")


def test_the_files_of_a_list_are_gone_through_by_arrows_and_the_strip(library: Visit, files: Files) -> None:
    of_mira = f"/entities/{files.ids[MIRA]}/attachments"
    page = library.open(files.address("sketch 05.png", of_mira))
    expect(page.locator("#viewer-place")).to_have_text(f"8 of 13 in {MIRA}")
    page.keyboard.press("ArrowRight")
    expect(page.locator("h1")).to_have_text("sketch 04.png")
    assert page.title().startswith("sketch 04.png")
    page.keyboard.press("ArrowLeft")
    expect(page.locator("h1")).to_have_text("sketch 05.png")
    page.locator(".film").get_by_role("link", name="sketch 11.png").click()
    expect(page.locator("h1")).to_have_text("sketch 11.png")
    expect(page.get_by_role("link", name=f"Back to {MIRA}")).to_have_attribute("href", of_mira)
    page.reload()
    expect(page.locator("#viewer-place")).to_have_text(f"2 of 13 in {MIRA}")


def test_a_file_over_its_list_leaves_the_list_as_it_was(library: Visit, files: Files) -> None:
    page = library.open("/assets?sort_by=filename")
    page.evaluate("window.kept = true")
    page.get_by_role("link", name="sketch 07.png").click()
    expect(page.locator("h1")).to_have_text("sketch 07.png")
    expect(page).to_have_url(
        re.compile(re.escape(f"{library.core.address}/assets/{files.ids['sketch 07.png']}"))
    )
    page.keyboard.press("ArrowRight")
    expect(page.locator("h1")).to_have_text("sketch 08.png")
    page.keyboard.press("Escape")
    expect(page.locator("h1")).to_have_text("Assets")
    expect(page).to_have_url(re.compile(r"/assets\?sort_by=filename$"))
    expect(page.get_by_role("link", name="sketch 08.png")).to_be_focused()
    page.go_forward()
    expect(page.locator("h1")).to_have_text("sketch 08.png")
    page.go_back()
    expect(page.locator("h1")).to_have_text("Assets")
    assert page.evaluate("window.kept") is True


def test_a_sound_is_played_and_moved_about_in_by_keys(library: Visit, files: Files) -> None:
    page = library.open(files.address("interview.wav"))
    slider = page.get_by_role("slider", name="Position in the sound")
    expect(slider).to_have_attribute("aria-valuetext", "0:00 of 0:03")
    assert page.locator("ff-wave").get_attribute("data-peaks")
    slider.focus()
    page.keyboard.press("End")
    expect(slider).to_have_attribute("aria-valuenow", "3")
    page.keyboard.press("Home")
    page.locator("#viewer-stage").focus()
    page.keyboard.press("Space")
    page.get_by_role("button", name="Pause (Space)").wait_for()
    page.keyboard.press("Space")
    page.get_by_role("button", name="Play (Space)").wait_for()


def test_a_text_is_read_piece_by_piece_and_stays_text(library: Visit, files: Files) -> None:
    page = library.open(files.address("notes.txt"))
    text = page.locator("ff-text pre")
    expect(text).to_contain_text(f"line 200: {HOSTILE} שלום")
    expect(page.get_by_text("% of the text is shown.")).to_be_visible()
    assert text.evaluate("text => text.textContent.length") < 300_000
    while page.get_by_role("button", name="Show more").is_visible():
        before = text.evaluate("text => text.textContent.length")
        page.get_by_role("button", name="Show more").click()
        page.wait_for_function(
            "before => document.querySelector('ff-text pre').textContent.length > before", arg=before
        )
    assert text.evaluate("text => text.textContent.split('\\n').filter(Boolean).length") == 12_000
    assert page.title() == "notes.txt · FaceForge"


def test_a_model_shows_what_it_is_and_the_picture_made_with_it_leads_to_it(
    library: Visit, files: Files
) -> None:
    page = library.open(files.address("rooftop.png"))
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.get_by_role("button", name="Copy as text").click()
    page.get_by_text("Copied").wait_for()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied.startswith("portrait of a lamplighter")
    assert "Seed: 2947710453" in copied
    page.get_by_role("link", name="okonkwo_v2", exact=True).click()
    card = page.get_by_role("region", name="The model")
    expect(card).to_contain_text("sdxl_base_v1-0")
    expect(card).to_contain_text("lamplighter")


def test_what_no_browser_shows_is_offered_to_download(library: Visit, files: Files) -> None:
    page = library.open(files.address(HOSTILE + ".bin"))
    assert heading(page) == HOSTILE + ".bin"
    with page.expect_download() as download:
        page.keyboard.press("d")
    assert download.value.path().read_bytes() == bytes(range(256))
    assert page.title() == HOSTILE + ".bin · FaceForge"


def test_a_file_is_tagged_linked_and_noted_by_keys_alone(library: Visit, files: Files) -> None:
    page = library.open(files.address("sketch 02.png"))
    side = page.locator("#viewer-side")
    side.get_by_label("Add a tag").focus()
    page.keyboard.type("harbour, ليل")
    page.keyboard.press("Enter")
    side.get_by_role("button", name="Remove harbour").wait_for()
    assert files.asset("sketch 02.png")["tags"] == ["harbour", "ليل"]
    side.get_by_role("button", name="Remove harbour").focus()
    page.keyboard.press("Enter")
    side.get_by_role("button", name="Remove harbour").wait_for(state="detached")

    side.get_by_text("Link to an entity").focus()
    page.keyboard.press("Enter")
    side.get_by_role("combobox", name="Entity").focus()
    page.keyboard.type("ليلى")
    side.get_by_role("option").first.wait_for()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    side.get_by_label("What it is to them").focus()
    page.keyboard.type("background")
    page.keyboard.press("Enter")
    side.get_by_role("link", name=LAYLA).wait_for()
    links = {each["entity_id"]: each["role"] for each in files.asset("sketch 02.png")["links"]}
    assert links[files.ids[LAYLA]] == "background"

    side.get_by_text("Add a note").focus()
    page.keyboard.press("Enter")
    side.get_by_label("Name of note 1").focus()
    page.keyboard.type("Photographer")
    page.keyboard.press("Tab")
    page.keyboard.type("Antoine")
    side.get_by_role("button", name="Save").last.focus()
    page.keyboard.press("Enter")
    side.get_by_role("definition").filter(has_text="Antoine").wait_for()
    assert files.asset("sketch 02.png")["user_metadata"] == {"Photographer": "Antoine"}


def test_two_who_note_at_once_are_told(library: Visit, files: Files) -> None:
    files.core.client.patch(
        f"/v1/assets/{files.ids['sketch 03.png']}", json={"user_metadata": {"height": "170"}}
    )
    page = library.open(files.address("sketch 03.png"))
    side = page.locator("#viewer-side")
    side.get_by_text("Edit", exact=True).click()
    side.get_by_label("Value of note 1").fill("171")
    files.core.client.patch(
        f"/v1/assets/{files.ids['sketch 03.png']}", json={"user_metadata": {"height": "169"}}
    )
    side.get_by_role("button", name="Save").last.click()
    expect(side.get_by_role("alert")).to_contain_text("Somebody changed this while you were editing.")
    expect(side.get_by_role("alert")).to_contain_text("Theirs: 169. Yours: 171.")
    library.forgive("412")
    side.get_by_role("button", name="Keep mine").click()
    side.get_by_role("definition").filter(has_text="171").wait_for()
    assert files.asset("sketch 03.png")["user_metadata"] == {"height": "171"}


def test_a_file_becomes_a_thumbnail_and_is_made_from_another(library: Visit, files: Files) -> None:
    page = library.open(files.address("sketch 04.png", f"/entities/{files.ids[MIRA]}/attachments"))
    page.keyboard.press("p")
    page.get_by_text("Used as thumbnail").wait_for()
    entity = files.core.client.get(f"/v1/entities/{files.ids[MIRA]}").json()
    assert entity["primary_thumbnail_asset_id"] == files.ids["sketch 04.png"]
    page.get_by_role("link", name="Say what it was made from").click()
    page.get_by_label("Find it by name").fill("rooftop")
    page.keyboard.press("Enter")
    expect(page.locator(".choose li")).to_have_count(1)
    page.get_by_role("button", name="rooftop.png").click()
    expect(page.locator("h1")).to_have_text("sketch 04.png")
    page.locator("#viewer-side").get_by_role("link", name="rooftop.png").click()
    expect(page.locator("#viewer-side").get_by_role("link", name="sketch 04.png")).to_be_visible()


def test_a_file_is_renamed_and_read_again(library: Visit, files: Files) -> None:
    page = library.open(files.address("sketch 06.png"))
    side = page.locator("#viewer-side")
    side.get_by_text("Rename").click()
    side.get_by_label("Kind").fill("Not A Kind")
    side.get_by_role("button", name="Save").first.click()
    expect(side.get_by_label("Kind")).to_have_attribute("aria-invalid", "true")
    library.forgive("422")
    side.get_by_label("Kind").fill("image.original")
    side.get_by_label("Name", exact=True).fill("quay at night.png")
    side.get_by_role("button", name="Save").first.click()
    expect(page.locator("h1")).to_have_text("quay at night.png")
    assert page.title() == "quay at night.png · FaceForge"
    side.get_by_role("button", name="Read again").click()
    page.get_by_text("The file is read again").wait_for()
    side.get_by_role("link", name="Picture").click()
    assert json.loads(page.locator("#found").inner_text())["format"] == "PNG"


def test_a_link_to_share_opens_the_file_for_who_is_not_signed_in(library: Visit, files: Files) -> None:
    page = library.open(files.address("sketch 08.png"))
    page.get_by_role("button", name="Share by a link").click()
    page.get_by_role("button", name="Make the link").click()
    link = page.get_by_label("Link", exact=True)
    expect(page.locator("#share-body")).to_contain_text("without signing in")
    expect(link).to_be_visible()
    with urlopen(link.input_value()) as answer:
        assert answer.headers["Content-Type"] == "image/png"
    page.keyboard.press("Escape")
    expect(link).to_be_hidden()
    assert heading(page) == "sketch 08.png"


def test_a_file_goes_to_the_trash_and_comes_back(library: Visit, files: Files) -> None:
    page = library.open(files.address("sketch 09.png"))
    page.keyboard.press("Delete")
    page.get_by_text("sketch 09.png moved to the trash").wait_for()
    expect(page.locator("#viewer-side")).to_contain_text("In the trash since")
    assert files.asset("sketch 09.png")["deleted_at"]
    page.keyboard.press("z")
    page.get_by_role("button", name="Move to the trash").wait_for()
    assert files.asset("sketch 09.png")["deleted_at"] is None


@pytest.mark.parametrize("width", [360, 1280, 2560])
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", ["rooftop.png", "interview.wav", "okonkwo_v2.safetensors", "notes.txt"])
def test_a_file_fits_every_window(
    library_at: Callable[[int, str], AbstractContextManager[Visit]],
    files: Files,
    width: int,
    scheme: str,
    name: str,
) -> None:
    with library_at(width, scheme) as visit:
        page = visit.open(files.address(name))
        page.locator("#viewer-side h2").first.wait_for()
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        for place in ("#viewer-top", "#viewer-stage", "#viewer-film", "#viewer-side"):
            box = page.locator(place).bounding_box()
            assert box is not None
            assert box["x"] >= 0, place
            assert box["x"] + box["width"] <= width, place
