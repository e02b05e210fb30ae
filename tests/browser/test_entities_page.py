"""The pages of all entities and of the trash on a real Core: by mouse, and by keys alone."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest
from core_process import CoreProcess
from playwright.sync_api import Page, expect
from visit import Visit

pytestmark = pytest.mark.needs("chromium")

NAMES = ("Mira Okonkwo", "ليلى بن يوسف", "Анна Велесова", "Juno 🌙", "<img src=x onerror=alert(1)>")
FILLERS = 270
"""Enough that most of them are out of view, and come by further requests."""


@pytest.fixture(scope="module")
def people(real_core: CoreProcess) -> dict[str, str]:
    """Name -> id: fillers first, then those with names, so that these are the newest."""
    made = {}
    for name in (*(f"Filler {n:03}" for n in range(FILLERS)), *NAMES):
        tags = ["extra"] if name.startswith("Filler") else ["lead"]
        answer = real_core.client.post("/v1/entities", json={"display_name": name, "tags": tags})
        made[name] = answer.json()["entity_id"]
    return made


def named(page: Page, name: str) -> str:
    """The cell or line of somebody."""
    return f"#entities [data-id]:has(bdi:text-is({name!r}))"


def count(page: Page, words: str) -> None:
    expect(page.locator("#entities-count")).to_have_text(words)


def on_the_page(page: Page) -> int:
    return page.locator("#entities [data-id], #entities .waiting").count()


def test_all_of_a_long_gallery_can_be_reached_and_little_of_it_is_in_the_page(
    library: Visit, people: dict[str, str]
) -> None:
    page = library.open("/entities")
    count(page, str(len(people)))
    assert on_the_page(page) <= 50
    height = page.evaluate("document.documentElement.scrollHeight")
    page.evaluate("scrollTo(0, document.documentElement.scrollHeight)")
    expect(page.locator(named(page, "Filler 000"))).to_be_in_viewport()
    expect(page.locator("#entities .waiting")).to_have_count(0)
    assert on_the_page(page) <= 120
    assert page.evaluate("document.documentElement.scrollHeight") == height
    assert page.locator(named(page, "Filler 000")).get_attribute("aria-posinset") == str(len(people))


def test_the_first_cells_do_not_move_when_the_list_becomes_a_window(
    library: Visit, people: dict[str, str]
) -> None:
    page = library.page
    page.add_init_script(
        """window.shifted = 0; new PerformanceObserver((list) => {
        for (const entry of list.getEntries()) window.shifted += entry.value;
        }).observe({ type: "layout-shift", buffered: true });"""
    )
    library.open("/entities")
    count(page, str(len(people)))
    page.wait_for_timeout(500)
    assert page.evaluate("window.shifted") < 0.01


@pytest.mark.parametrize("view", ["gallery", "list"])
def test_keys_alone_move_select_tag_and_undo(library: Visit, people: dict[str, str], view: str) -> None:
    page = library.open(f"/entities?view={view}&tag=lead&sort_by=display_name&sort_order=asc")
    count(page, f"{len(NAMES)} of {len(people)}")
    page.keyboard.press("f")
    expect(page.locator("#entities-q")).to_be_focused()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("x")
    page.keyboard.press("Shift+ArrowDown" if view == "list" else "Shift+ArrowRight")
    expect(page.locator("ff-bulk .bulk")).to_contain_text("2 selected")
    page.keyboard.press("#")
    page.keyboard.type(f"by-keys-{view}")
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")
    expect(page.locator("#toasts")).to_contain_text(f"2 entities got the tag by-keys-{view}")
    expect(page.locator("ff-bulk .bulk")).to_be_hidden()
    expect(page.locator("#entities :focus")).to_have_count(1)
    page.keyboard.press("z")
    expect(page.locator("#toasts")).to_contain_text("2 entities lost the tag")
    library.open(f"/entities?tag=by-keys-{view}")
    expect(page.get_by_text("No entity has the tag")).to_be_visible()


def test_what_was_written_for_one_selection_is_not_there_for_the_next(
    library: Visit, people: dict[str, str]
) -> None:
    page = library.open("/entities?view=list&tag=lead")
    every = page.get_by_role("checkbox", name="Select all that are loaded")
    every.check()
    expect(page.locator("ff-bulk .bulk")).to_contain_text(f"{len(NAMES)} selected")
    expect(every).to_have_js_property("indeterminate", False)
    page.get_by_role("checkbox", name="Select Juno 🌙").uncheck()
    expect(every).to_have_js_property("indeterminate", True)
    page.get_by_role("button", name="Tag", exact=True).click()
    page.keyboard.type("once,")
    expect(page.locator("#bulk-tag .chip")).to_have_count(1)
    page.get_by_role("dialog").get_by_role("button", name="Add").click()
    expect(page.locator("#toasts")).to_contain_text(f"{len(NAMES) - 1} entities got the tag once")
    expect(page.locator("ff-bulk .bulk")).to_be_hidden()
    page.get_by_role("checkbox", name="Select Juno 🌙").check()
    page.get_by_role("button", name="Tag", exact=True).click()
    expect(page.locator("#bulk-tag .chip")).to_have_count(0)


def test_what_is_put_into_the_trash_comes_back_by_undo(library: Visit, people: dict[str, str]) -> None:
    page = library.open("/entities?tag=lead")
    page.locator(named(page, "Juno 🌙")).hover()
    page.locator(named(page, "Juno 🌙")).locator("input").check()
    page.get_by_role("button", name="Trash").click()
    undo = page.get_by_role("button", name="Undo")
    undo.hover()  # it stays while somebody is about to press it
    expect(page.locator(named(page, "Juno 🌙"))).to_have_count(0)
    count(page, f"{len(NAMES) - 1} of {len(people) - 1}")
    undo.click()
    expect(page.locator(named(page, "Juno 🌙"))).to_be_visible()


def test_the_trash_gives_back_and_erases_only_who_is_named(
    library: Visit, people: dict[str, str], real_core: CoreProcess
) -> None:
    for name in ("Filler 001", "Filler 002"):
        real_core.client.delete(f"/v1/entities/{people[name]}")
    page = library.open("/trash")
    lines = page.locator("#trashed tr[data-id]")
    expect(lines).to_have_count(2)
    lines.filter(has_text="Filler 001").get_by_role("button", name="Put back").click()
    expect(lines).to_have_count(1)
    page.get_by_role("button", name="Erase Filler 002 for good").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_role("button", name="Keep")).to_be_focused()
    dialog.get_by_label("To go on").fill("Filler 003")
    dialog.get_by_role("button", name="Erase for good").click()
    expect(dialog).to_contain_text("Nothing was erased")
    library.forgive("422")
    dialog.get_by_label("To go on").fill("Filler 002")
    dialog.get_by_role("button", name="Erase for good").click()
    expect(page.get_by_text("The trash is empty.")).to_be_visible()
    gone = real_core.client.get(f"/v1/entities/{people['Filler 002']}?deleted=include")
    assert gone.status_code == 404
    del people["Filler 002"]


def test_somebody_is_created_by_keys_and_a_name_that_is_missing_is_said(
    library: Visit, people: dict[str, str]
) -> None:
    page = library.open("/entities")
    page.keyboard.press("c")
    name = page.get_by_role("dialog").get_by_label("Name", exact=True)
    expect(name).to_be_focused()
    page.keyboard.type("   ")
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog").locator(".err")).to_be_visible()
    library.forgive("422")
    name.fill("Created by keys")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("/entities/[0-9a-f]{64}$"))
    people["Created by keys"] = page.url.rsplit("/", 1)[-1]


def test_finding_while_one_types_narrows_the_list_and_the_way_back_widens_it(
    library: Visit, people: dict[str, str]
) -> None:
    page = library.open("/entities")
    page.get_by_role("searchbox", name="Find by name").press_sequentially("mira")
    count(page, f"1 of {len(people)}")
    expect(page.get_by_role("searchbox", name="Find by name")).to_be_focused()
    expect(page).to_have_url(re.compile("q=mira"))
    expect(page.locator("#narrow-q")).to_have_value("mira")
    page.reload()
    count(page, f"1 of {len(people)}")
    page.get_by_role("link", name="Remove mira").click()
    count(page, str(len(people)))
    page.get_by_role("link", name="List").click()
    expect(page.locator("ff-table")).to_be_visible()
    page.go_back()
    expect(page.locator("ff-gallery")).to_be_visible()


def test_what_was_typed_stays_when_the_list_is_shown_or_sorted_otherwise(
    library: Visit, people: dict[str, str]
) -> None:
    page = library.open("/entities")
    found = f"{sum(name.startswith('Filler 00') for name in people)} of {len(people)}"
    page.get_by_role("searchbox", name="Find by name").press_sequentially("Filler 00")
    count(page, found)
    page.get_by_role("link", name="List", exact=True).click()
    expect(page.locator("ff-table")).to_be_visible()
    count(page, found)


def test_who_comes_next_follows_what_the_filter_sorts_by(library: Visit, people: dict[str, str]) -> None:
    page = library.open("/entities?q=Filler")
    page.get_by_role("button", name="Filter").click()
    page.get_by_label("Sorted by").select_option("Name, A to Z")
    page.get_by_role("button", name="Show", exact=True).click()
    page.get_by_role("link", name="Filler 010").click()
    expect(page.get_by_role("link", name="Next: Filler 011 (J)")).to_be_visible()


def test_a_change_elsewhere_shows_by_itself(
    library: Visit, people: dict[str, str], real_core: CoreProcess
) -> None:
    page = library.open("/entities?sort_by=created_at&sort_order=desc")
    expect(page.locator("#live-state")).to_have_text("Connected")
    answer = real_core.client.post("/v1/entities", json={"display_name": "From afar"})
    people["From afar"] = answer.json()["entity_id"]
    expect(page.locator("#entities [data-id]").first).to_contain_text("From afar")
    count(page, str(len(people)))


def test_a_short_list_that_grows_long_shows_each_once(
    library: Visit, people: dict[str, str], real_core: CoreProcess
) -> None:
    def add(numbers: range) -> None:
        for number in numbers:
            name = f"Growing {number:03}"
            made = real_core.client.post("/v1/entities", json={"display_name": name, "tags": ["growing"]})
            people[name] = made.json()["entity_id"]

    add(range(20))
    page = library.open("/entities?view=list&tag=growing&sort_by=display_name&sort_order=asc")
    expect(page.locator("#live-state")).to_have_text("Connected")
    count(page, f"20 of {len(people)}")
    add(range(20, 60))
    count(page, f"60 of {len(people)}")
    page.evaluate("scrollTo(0, document.documentElement.scrollHeight)")
    expect(page.locator(named(page, "Growing 059"))).to_be_in_viewport()
    expect(page.locator("#entities .waiting")).to_have_count(0)
    lines = page.locator("#entities tr[data-id]").evaluate_all(
        "lines => lines.map((line) => [line.querySelector('bdi').textContent, line.ariaRowIndex - 2])"
    )
    assert lines == [[f"Growing {at:03}", at] for _, at in lines]


@pytest.mark.parametrize("width", [360, 1280, 2560])
@pytest.mark.parametrize("address", ["/entities", "/entities?view=list", "/trash"])
def test_no_page_scrolls_sideways(
    library_at: Callable[[int, str], AbstractContextManager[Visit]],
    people: dict[str, str],
    width: int,
    address: str,
) -> None:
    with library_at(width, "dark") as visit:
        page = visit.open(address)
        page.wait_for_load_state("networkidle")
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
