"""What stands around every page: navigation, theme, keys, palette, connection, by mouse and by keyboard."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from conftest import signed_in
from core_process import CoreProcess, free_port
from playwright.sync_api import Browser, Page, Route, expect
from small_core import PAYLOADS
from visit import Visit

pytestmark = pytest.mark.needs("chromium")
NAMES = ["Mira Okonkwo", "Tarn Veld", "Ta Mira", "ليلى بن يوسف", *PAYLOADS]


@pytest.fixture(scope="module")
def peopled(real_core: CoreProcess) -> CoreProcess:
    """A Core with a few entities, some of whose names look like scripts."""
    for name in NAMES:
        real_core.client.post(
            "/v1/entities", json={"display_name": name, "tags": ["guild"]}
        ).raise_for_status()
    files = {"file": ("Mira, at the window.txt", b"Hello")}
    real_core.client.post("/v1/assets/upload", files=files).raise_for_status()
    return real_core


def found(page: Page) -> list[str]:
    return page.get_by_role("option").all_inner_texts()


def palette(page: Page) -> None:
    page.keyboard.press("/")
    expect(page.get_by_role("combobox", name="Search or do")).to_be_focused()


def test_the_side_bar_counts_and_says_that_it_is_connected(library: Visit, peopled: CoreProcess) -> None:
    page = library.open("/entities")
    expect(page.get_by_text("Connected", exact=True)).to_be_visible()
    expect(page.locator("[data-count=entities]")).to_have_text(str(len(NAMES)))
    peopled.client.post("/v1/entities", json={"display_name": "One more"}).raise_for_status()
    expect(page.locator("[data-count=entities]")).to_have_text(str(len(NAMES) + 1))
    kept = page.evaluate("JSON.parse(sessionStorage.getItem('faceforge.counts')).entities")
    assert kept == len(NAMES) + 1


def test_the_palette_finds_names_first_that_begin_with_the_word(library: Visit, peopled: CoreProcess) -> None:
    page = library.open("/entities")
    palette(page)
    page.keyboard.type("mira")
    expect(page.get_by_role("option").nth(0)).to_contain_text("Mira Okonkwo")
    expect(page.get_by_role("option").nth(1)).to_contain_text("Ta Mira")
    expect(page.get_by_role("option", name="Mira, at the window.txt")).to_be_visible()
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("option").nth(1)).to_have_attribute("aria-selected", "true")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/entities/[0-9a-f]{64}"))
    expect(page.get_by_role("heading", name="Mira Okonkwo")).to_be_visible()


def test_names_are_only_ever_text(library: Visit, peopled: CoreProcess) -> None:
    page = library.open("/entities")
    for payload in PAYLOADS[:4]:
        palette(page)
        page.keyboard.insert_text(payload[:20])
        expect(page.get_by_role("option").first).to_contain_text(payload[:20])
        page.keyboard.press("Escape")
        expect(page.get_by_role("combobox", name="Search or do")).to_be_hidden()
    assert "owned" not in page.title()


def test_a_known_name_and_enter_lead_there_without_waiting_for_the_list(
    library: Visit, peopled: CoreProcess
) -> None:
    page = library.open("/entities")
    palette(page)
    page.keyboard.type("tarn")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/entities/[0-9a-f]{64}"))
    expect(page.get_by_role("heading", name="Tarn Veld")).to_be_visible()


def test_what_is_typed_before_the_palette_is_there_goes_into_it(library: Visit, peopled: CoreProcess) -> None:
    page = library.page
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    page.route("**/shell/palette.js", hold)
    library.open("/entities")
    before = page.evaluate("document.documentElement.dataset.theme")
    with page.expect_request("**/shell/palette.js"):
        page.keyboard.type("/tarn")  # its first letter would change the theme
    expect(page.get_by_role("combobox", name="Search or do")).to_have_count(0)
    for _ in range(500):
        if held:
            break
        page.wait_for_timeout(20)
    held[0].continue_()
    expect(page.get_by_role("combobox", name="Search or do")).to_have_value("tarn")
    expect(page.get_by_role("option", name="Tarn Veld")).to_be_visible()
    assert page.evaluate("document.documentElement.dataset.theme") == before


def test_what_cannot_be_had_now_is_said_and_had_later(library: Visit, peopled: CoreProcess) -> None:
    page = library.page
    page.route("**/shell/palette.js", lambda route: route.abort())
    library.open("/entities")
    page.keyboard.press("/")
    expect(page.get_by_text("FaceForge is not answering. Try this again when it does.")).to_be_visible()
    library.forgive("Failed to load resource")
    page.unroute_all()
    palette(page)


def test_what_nobody_is_called_is_said(library: Visit, peopled: CoreProcess) -> None:
    page = library.open("/entities")
    palette(page)
    page.keyboard.type("xyzzy")
    expect(page.get_by_text("Nothing is called “xyzzy”.")).to_be_visible()


def test_ctrl_enter_opens_in_a_new_tab(library: Visit, peopled: CoreProcess) -> None:
    page = library.open("/entities")
    page.keyboard.press("Control+k")
    page.keyboard.type("tarn")
    expect(page.get_by_role("option", name="Tarn Veld")).to_have_attribute("aria-selected", "true")
    with page.context.expect_page() as other:
        page.keyboard.press("Control+Enter")
    expect(other.value.get_by_role("heading", name="Tarn Veld")).to_be_visible()
    other.value.close()
    expect(page).to_have_url(re.compile(r"/entities$"))


def test_actions_alone_are_found_after_a_greater_than_sign(library: Visit, peopled: CoreProcess) -> None:
    page = library.open("/entities")
    palette(page)
    page.keyboard.type(">dark")
    expect(page.get_by_role("option")).to_have_count(1)
    page.keyboard.press("Enter")
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")


def test_each_action_has_a_name_also_where_a_page_has_a_navigation_of_its_own(
    library: Visit, peopled: CoreProcess
) -> None:
    page = library.open("/settings/keyboard")
    palette(page)
    page.keyboard.type(">go to")
    expect(page.get_by_role("option").first).to_be_visible()
    assert "Go to" not in [text.strip() for text in found(page)]


def test_what_is_called_otherwise_by_now_is_found_by_its_new_name(
    library: Visit, peopled: CoreProcess
) -> None:
    made = peopled.client.post("/v1/entities", json={"display_name": "Quill before"}).json()["entity_id"]
    page = library.open("/entities")
    expect(page.get_by_text("Connected", exact=True)).to_be_visible()
    palette(page)
    page.keyboard.type("quill")
    expect(page.get_by_role("option", name="Quill before")).to_be_visible()
    page.keyboard.press("Escape")
    peopled.client.patch(f"/v1/entities/{made}", json={"display_name": "Quill after"})
    expect(page.locator("#entities").get_by_text("Quill after")).to_be_visible()
    palette(page)
    page.keyboard.type("quill")
    expect(page.get_by_role("option", name="Quill after")).to_be_visible()


def test_the_palette_opens_by_the_mouse_and_gives_the_focus_back(
    library: Visit, peopled: CoreProcess
) -> None:
    page = library.open("/entities")
    button = page.get_by_role("button", name="Search or do")
    button.click()
    expect(page.get_by_role("option").first).to_be_visible()
    page.keyboard.press("Escape")
    expect(button).to_be_focused()


def test_on_paper_a_page_has_the_whole_width_to_itself(library: Visit, peopled: CoreProcess) -> None:
    page = library.open("/history")
    page.emulate_media(media="print")
    for width in (794, 1280):
        page.set_viewport_size({"width": width, "height": 1000})
        expect(page.get_by_role("navigation", name="Main", exact=True)).to_be_hidden()
        assert page.locator("#main").evaluate("main => main.clientWidth") == width


def test_the_theme_follows_the_system_until_it_is_chosen(library: Visit) -> None:
    page = library.open("/entities")
    button = page.get_by_role("button", name="Dark theme")
    expect(button).to_have_attribute("aria-pressed", "false")
    page.emulate_media(color_scheme="dark")
    expect(button).to_have_attribute("aria-pressed", "true")
    button.click()
    expect(button).to_have_attribute("aria-pressed", "false")
    page.reload()
    expect(page.locator("html")).to_have_attribute("data-theme", "light")
    page.locator("#main").focus()
    page.keyboard.press("t")
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")


def test_keys_lead_about_and_are_listed(library: Visit) -> None:
    page = library.open("/entities")
    page.keyboard.press("?")
    dialog = page.get_by_role("dialog", name="Keyboard")
    expect(dialog.get_by_text("light or dark")).to_be_visible()
    page.keyboard.press("t")  # a dialog has the keys
    expect(page.locator("html")).to_have_attribute("data-theme", "light")
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    page.keyboard.press("g")
    page.keyboard.press("a")
    page.wait_for_url("**/assets")
    page.keyboard.press("g")
    page.keyboard.press("e")
    page.wait_for_url("**/entities")


def test_single_keys_can_be_turned_off_and_are_off_in_fields(library: Visit) -> None:
    page = library.open("/entities")
    page.keyboard.press("/")
    page.keyboard.type("t?")
    expect(page.get_by_role("combobox", name="Search or do")).to_have_value("t?")
    page.keyboard.press("Escape")
    page.evaluate("localStorage.setItem('faceforge.keys', 'off')")
    page.keyboard.press("t")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(page.locator("html")).to_have_attribute("data-theme", "light")
    page.keyboard.press("Control+k")
    expect(page.get_by_role("combobox", name="Search or do")).to_be_focused()


@pytest.mark.parametrize(
    ("width", "side", "bottom"), [(360, False, True), (800, True, False), (1280, True, False)]
)
def test_there_is_one_navigation_at_each_width(library: Visit, width: int, side: bool, bottom: bool) -> None:
    library.page.set_viewport_size({"width": width, "height": 740})
    page = library.open("/entities")
    assert page.get_by_role("navigation", name="Main", exact=True).is_visible() == side
    assert page.get_by_role("navigation", name="Main, at the bottom").is_visible() == bottom
    expect(page.locator("[aria-current=page]:visible").first).to_have_accessible_name(re.compile("Entities"))
    if bottom:
        page.get_by_role("button", name="Search", exact=True).click()
        expect(page.get_by_role("combobox", name="Search or do")).to_be_focused()


def test_a_page_that_was_asked_for_by_another_site_is_shown_to_who_is_signed_in(
    library: Visit, real_core: CoreProcess
) -> None:
    """A browser sends a Strict cookie to no page that another site leads to."""
    page = library.open("/entities")
    library.page.route(
        "http://elsewhere.test/",
        lambda route: route.fulfill(
            body=f'<a href="{real_core.url}/history">go</a>', content_type="text/html"
        ),
    )
    page.goto("http://elsewhere.test/")
    page.get_by_role("link", name="go").click()
    expect(page.get_by_role("heading", name="History", level=1)).to_be_visible()
    expect(page).to_have_url(f"{real_core.url}/history")
    library.complaints.clear()  # the other site, and the answer that was refused at first


def test_a_core_that_is_killed_is_said_and_comes_back_by_itself(chromium: Browser, tmp_path: Path) -> None:
    first = CoreProcess(tmp_path / "home", "--port", str(free_port()))
    with signed_in(first, chromium, 1280, "light") as visit:
        page = visit.open("/entities")
        expect(page.get_by_text("Connected", exact=True)).to_be_visible()
        first.kill()
        expect(page.get_by_role("alert")).to_contain_text(
            "FaceForge is not answering. What you see may be old"
        )
        expect(page.get_by_text("Not connected", exact=True)).to_be_visible()
        second = CoreProcess(tmp_path / "home", "--port", first.url.rpartition(":")[2].strip("/"))
        try:
            expect(page.get_by_text("Connected", exact=True)).to_be_visible(timeout=20_000)
            expect(page.get_by_role("alert")).to_be_hidden()
            second.client.post("/v1/entities", json={"display_name": "Back"}).raise_for_status()
            expect(page.locator("[data-count=entities]")).to_have_text("1")
        finally:
            second.kill()
        visit.complaints.clear()  # each time that nobody answered


def test_a_way_to_a_page_that_the_browser_breaks_off_is_no_fault_and_any_other_is(library: Visit) -> None:
    """By its own words: it does so when a page is left, or shown, before it has drawn the way."""
    page = library.open("/entities")
    page.evaluate(
        """() => {
            const words = "Transition was aborted because of invalid state. Page already revealed";
            Promise.reject(new DOMException(words, "InvalidStateError"));
            Promise.reject(new DOMException("The operation was aborted.", "AbortError"));
            Promise.reject(new Error("transition of ours"));
        }"""
    )
    page.wait_for_timeout(300)
    library.forgive("The operation was aborted.")
    library.forgive("transition of ours")
    assert library.complaints == []
