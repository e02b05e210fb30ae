"""The page of all components: as every page is made of them, what fails here would fail everywhere."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect
from visit import Visit

pytestmark = pytest.mark.needs("chromium")
ADDRESS = "/settings/about/components"
LibraryAt = Callable[[int, str], AbstractContextManager[Visit]]


def sideways(page: Page) -> list[str]:
    """What reaches out of the window, by tag and class; parts that scroll by themselves may hold more."""
    found: list[str] = page.evaluate(
        """() => document.documentElement.scrollWidth <= innerWidth ? [] : [...document.body.querySelectorAll("*")]
            .filter((each) => each.getBoundingClientRect().right > innerWidth + 1)
            .map((each) => each.tagName + "." + each.className)"""
    )
    return found


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1280, 2560])
def test_no_component_keeps_anybody_out(library_at: LibraryAt, width: int, scheme: str) -> None:
    with library_at(width, scheme) as visit:
        page = visit.open(ADDRESS)
        page.get_by_role("heading", name="Components", exact=True).wait_for()
        assert sideways(page) == []
        found = Axe().run(page)
        assert [(each["id"], each["nodes"][0]["html"][:200]) for each in found.response["violations"]] == []


def test_text_of_twice_the_size_still_fits(library: Visit) -> None:
    page = library.open(ADDRESS)
    page.evaluate("document.documentElement.style.fontSize = '200%'")
    assert sideways(page) == []
    cut = page.evaluate(
        """() => [...document.querySelectorAll(".btn, .badge, .label, .seg > *, .tabs > a")]
            .filter((each) => each.checkVisibility() && each.scrollHeight > each.clientHeight + 2)
            .map((each) => each.textContent.trim())"""
    )
    assert cut == []


def test_with_forced_colours_every_control_still_has_an_outline(library: Visit) -> None:
    library.page.emulate_media(forced_colors="active")
    page = library.open(ADDRESS)
    bare = page.evaluate(
        """() => [...document.querySelectorAll(".btn, .field, .switch, .chip, .badge, .card")]
            .filter((each) => getComputedStyle(each).borderTopStyle === "none"
                || getComputedStyle(each).borderTopColor === "rgba(0, 0, 0, 0)")
            .map((each) => each.className)"""
    )
    assert bare == []


def test_who_wants_less_motion_sees_none(library: Visit) -> None:
    library.page.emulate_media(reduced_motion="reduce")
    page = library.open(ADDRESS)
    moving = page.evaluate(
        "document.getAnimations().map((each) => each.animationName ?? each.transitionProperty)"
    )
    assert moving == []


def test_every_target_is_large_enough(library: Visit) -> None:
    page = library.open(ADDRESS)
    small = page.evaluate(
        """() => [...document.querySelectorAll("main :is(button, a.btn, a.chip, summary)")]
            .filter((each) => each.checkVisibility())
            .map((each) => [each, each.getBoundingClientRect()])
            .filter(([, { width, height }]) => width && (width < 24 || height < 24))
            .map(([each, { width, height }]) => `${each.className} ${width} ${height}`)"""
    )
    assert small == []


def test_every_icon_is_drawn(library: Visit) -> None:
    page = library.open(ADDRESS)
    page.wait_for_load_state("networkidle")
    empty = page.evaluate(
        """() => [...document.querySelectorAll("#icons .icon")]
            .filter((each) => !each.firstElementChild.getBBox().height && !each.firstElementChild.getBBox().width)
            .map((each) => each.parentElement.textContent)"""
    )
    assert empty == []


def test_a_dialog_takes_the_focus_keeps_it_and_gives_it_back(library: Visit) -> None:
    page = library.open(ADDRESS)
    opener = page.get_by_role("button", name="Open a dialog")
    opener.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog", name="New entity").get_by_label("Name")).to_be_focused()
    page.keyboard.press("Escape")
    expect(opener).to_be_focused()


def test_a_question_has_its_safe_answer_in_hand(library: Visit) -> None:
    page = library.open(ADDRESS)
    page.get_by_role("button", name="Ask a question").click()
    question = page.get_by_role("dialog", name="Erase Mira Okonkwo for good?")
    expect(question.get_by_role("button", name="Keep")).to_be_focused()
    page.keyboard.press("Enter")
    expect(question).to_be_hidden()


def test_a_menu_is_walked_through_with_arrows_and_closes_after_a_choice(library: Visit) -> None:
    page = library.open(ADDRESS)
    button = page.locator("#floating").get_by_role("button", name="More actions")
    button.focus()
    page.keyboard.press("Enter")
    menu = page.locator("#example-menu")
    expect(menu).to_be_visible()
    page.keyboard.press("ArrowDown")
    expect(menu.get_by_role("link", name="Download")).to_be_focused()
    page.keyboard.press("ArrowUp")
    expect(menu.get_by_role("button", name="Erase for good")).to_be_focused()
    page.keyboard.press("Escape")
    expect(menu).to_be_hidden()
    expect(button).to_be_focused()
    button.click()
    menu.get_by_role("button", name="Chosen").click()
    expect(menu).to_be_hidden()
