"""Small and large windows, dark and light: nothing overflows, is too faint, too small or without a name."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from itertools import pairwise
from pathlib import Path

import pytest
from layout import fits
from playwright.sync_api import Page, expect
from visit import FIELD, Visit

pytestmark = pytest.mark.needs("chromium")
READABLE = (Path(__file__).parent / "readable.js").read_text(encoding="utf-8")
CODE = Path(__file__).parents[2] / "ui" / "faceforge_ui" / "api" / "code.css"
NAMED = {"button", "link", "textbox", "combobox", "searchbox", "navigation", "region", "image"}
VisitAt = Callable[[int, str], AbstractContextManager[Visit]]

# What must be there before a page is looked at, and where its own text stands.
READY = {"/entities": "h1", "/graphql": "#schema h3", "/docs": ".opblock", "/redoc": "#viewer h5"}


def ready(visit: Visit, path: str) -> Page:
    page = visit.open_signed_in(path)
    page.locator(READY[path]).first.wait_for()
    return page


@pytest.mark.parametrize("path", READY)
def test_no_page_scrolls_sideways_in_any_window(visit: Visit, path: str) -> None:
    page = ready(visit, path)
    assert too_wide(page) == []


@pytest.mark.parametrize("path", ["/sign-in", "/graphql", "/docs", "/redoc"])
def test_no_page_of_who_is_signed_out_scrolls_sideways(visit: Visit, path: str) -> None:
    page = visit.open(path)
    page.wait_for_load_state("networkidle")
    assert too_wide(page) == []


def too_wide(page: Page) -> list[int]:
    """The widths of window, in CSS pixels, in which something reaches out of it."""
    found = []
    for width in (320, 360, 390, 768, 1280, 3840):
        page.set_viewport_size({"width": width, "height": 800})
        if not fits(page, width):
            found.append(width)
    return found


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("path", READY)
def test_every_text_stands_out(visit_at: VisitAt, path: str, scheme: str) -> None:
    with visit_at(1280, scheme) as visit:
        page = ready(visit, path)
        for folded in page.locator(".opblock-summary-control").all():
            folded.click()
        assert page.evaluate(READABLE, "body") == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("path", ["/sign-in", "/graphql", "/docs"])
def test_the_form_that_signs_in_stands_out_with_its_message(
    visit_at: VisitAt, path: str, scheme: str
) -> None:
    with visit_at(1280, scheme) as visit:
        page = visit.open(path)
        page.get_by_role("button", name="Sign in").click()
        page.get_by_text("The field is empty.").wait_for()
        assert page.evaluate(READABLE, "ff-sign-in") == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_colours_of_code_stand_out(visit_at: VisitAt, scheme: str) -> None:
    names = ["--muted", "--ink", *re.findall(r"(--code-\w+):", CODE.read_text(encoding="utf-8"))]
    assert len(names) == 6
    with visit_at(1280, scheme) as visit:
        page = visit.open("/graphql")
        page.evaluate(
            """(names) => {
              for (const ground of ["--surface", "--sunken", "--canvas"]) for (const name of names) {
                const sample = document.createElement("p");
                sample.textContent = `${name} on ${ground}`;
                sample.style.cssText = `color: var(${name}); background: var(${ground})`;
                document.getElementById("gate-title").after(sample);
              }
            }""",
            names,
        )
        assert page.evaluate(READABLE, ".gate-card") == []


@pytest.mark.parametrize("path", READY)
def test_everything_one_can_use_has_a_name(visit: Visit, path: str) -> None:
    page = ready(visit, path)
    tree = page.context.new_cdp_session(page).send("Accessibility.getFullAXTree")["nodes"]
    roles = [node["role"]["value"] for node in tree if not node["ignored"]]
    assert [roles.count(role) for role in ("banner", "main")] == [1, 1]
    if path in ("/entities", "/graphql"):
        nameless = [
            node["role"]["value"]
            for node in tree
            if not node["ignored"]
            and node["role"]["value"] in NAMED
            and not node.get("name", {}).get("value")
        ]
        assert nameless == []


@pytest.mark.parametrize("path", ["/entities", "/graphql"])
def test_headings_descend_one_level_at_a_time(visit: Visit, path: str) -> None:
    page = ready(visit, path)
    levels = [
        int(name[1])
        for name in page.evaluate(
            "[...document.querySelectorAll('h1, h2, h3, h4')].filter((one) => one.checkVisibility())"
            ".map((one) => one.tagName)"
        )
    ]
    assert levels[0] == 1
    assert all(after <= before + 1 for before, after in pairwise(levels)), levels


@pytest.mark.parametrize("path", ["/entities", "/graphql"])
def test_what_is_pressed_is_large_enough_for_a_finger(visit_at: VisitAt, path: str) -> None:
    with visit_at(360, "light") as visit:
        page = ready(visit, path)
        small = page.evaluate(
            """[...document.querySelectorAll("button:not(.link), select, input, nav a, .card")]
              .filter((one) => one.checkVisibility()).map((one) => one.getBoundingClientRect())
              .filter(({ width, height }) => width < 24 || height < 24).length"""
        )
        assert small == 0


def test_the_first_tab_leads_past_the_navigation(visit: Visit) -> None:
    page = visit.open("/docs")
    page.keyboard.press("Tab")
    skip = page.get_by_role("link", name="Skip to the content")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport()
    page.keyboard.press("Enter")
    expect(page.locator("#main")).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.get_by_label(FIELD)).to_be_focused()


def test_focus_is_always_seen(visit: Visit) -> None:
    page = visit.open("/graphql")
    for _ in range(12):
        page.keyboard.press("Tab")
        outline = page.evaluate("parseFloat(getComputedStyle(document.activeElement).outlineWidth)")
        assert outline >= 2, page.evaluate("document.activeElement.outerHTML")


def test_who_wants_less_motion_gets_none(visit: Visit) -> None:
    visit.page.emulate_media(reduced_motion="reduce")
    page = visit.open("/docs")
    durations = page.evaluate(
        "[...document.querySelectorAll('*')].map((one) => getComputedStyle(one).transitionDuration)"
    )
    assert set(durations) == {"0s"}
