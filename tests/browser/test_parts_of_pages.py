"""How an open page changes in parts: forms, links, messages, the way back, and what comes too late."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from playwright.sync_api import Browser, Page, Route, expect
from small_core import RunningCore, app, running
from small_pages import SmallPages
from visit import FIELD, Visit

pytestmark = pytest.mark.needs("chromium")


@dataclass
class Opened:
    """A visit to the small pages, signed in."""

    page: Page
    visit: Visit
    pages: SmallPages
    told: list[str]

    def items(self) -> list[str]:
        return self.page.locator("#list li").all_inner_texts()

    def happens(self, **event: object) -> None:
        self.told.append(json.dumps({"event_id": 1, "type": "entity.updated", "record_id": "x", **event}))


@pytest.fixture
def opened(chromium: Browser) -> Iterator[Opened]:
    pages, made = SmallPages(), app()
    pages.put_on(made)
    with running(made) as core, chromium.new_context(viewport={"width": 1280, "height": 500}) as context:
        visit = Visit(context.new_page(), core)
        page = begin(visit, core)
        yield Opened(page, visit, pages, made.state.told)
        context.close()
        assert visit.complaints == []


def begin(visit: Visit, core: RunningCore) -> Page:
    page = visit.open("/sign-in")
    page.get_by_label(FIELD).fill(core.token)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/entities")
    visit.open("/small")
    expect(page.get_by_text("Connected", exact=True)).to_be_visible()
    return page


def test_a_form_changes_what_it_names_and_nothing_else(opened: Opened) -> None:
    page = opened.page
    page.evaluate("document.getElementById('tall').textContent = 'mine'")
    page.get_by_label("Name").fill("hedy")
    page.get_by_role("button", name="Add").click()
    expect(page.locator("#list li")).to_have_text(["ada", "grace", "hedy"])
    expect(page.locator("#tall")).to_have_text("mine")
    expect(page.get_by_label("Name")).to_have_value("")
    expect(page.get_by_role("button", name="Add")).to_be_focused()


def test_enter_in_a_field_sends_and_leaves_the_focus_there(opened: Opened) -> None:
    page = opened.page
    page.get_by_label("Name").fill("hedy")
    page.keyboard.press("Enter")
    expect(page.locator("#list li")).to_have_count(3)
    expect(page.get_by_label("Name")).to_be_focused()


def test_a_refusal_keeps_what_was_typed_and_leads_to_the_field(opened: Opened) -> None:
    page = opened.page
    page.get_by_label("Name").fill("ada")
    page.get_by_role("button", name="Add").click()
    expect(page.get_by_text("A name of its own is needed.")).to_be_visible()
    expect(page.get_by_label("Name")).to_have_value("ada")
    expect(page.get_by_label("Name")).to_be_focused()
    opened.visit.forgive("422")


def test_what_was_done_is_said_and_undone(opened: Opened) -> None:
    page = opened.page
    page.get_by_label("Name").fill("hedy")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status").filter(has_text="hedy is here")).to_be_visible()
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_text("hedy is gone")).to_be_visible()
    expect(page.locator("#list li")).to_have_count(2)
    expect(page).to_have_url(re.compile(r"/small$"))


def test_z_undoes_what_was_said_last(opened: Opened) -> None:
    page = opened.page
    page.get_by_label("Name").fill("hedy")
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Undo")).to_be_visible()
    page.locator("#main").focus()
    page.keyboard.press("z")
    expect(page.get_by_text("hedy is gone")).to_be_visible()


def test_a_link_puts_its_address_in_the_history_and_back_shows_what_was(opened: Opened) -> None:
    page = opened.page
    page.locator("#narrow").click()
    expect(page.locator("#list li")).to_have_text(["ada", "grace"])
    expect(page).to_have_url(re.compile(r"/small\?q=a$"))
    page.get_by_label("Find").fill("gr")
    expect(page.locator("#list li")).to_have_text(["grace"])
    expect(page).to_have_url(re.compile(r"/small\?q=gr$"))
    page.go_back()
    expect(page.locator("#list li")).to_have_text(["ada", "grace"])
    page.go_back()
    expect(page).to_have_url(f"{opened.visit.core.address}/small")
    page.reload()
    expect(page.locator("#list li")).to_have_count(2)


def test_an_answer_that_comes_late_is_dropped(opened: Opened) -> None:
    page = opened.page
    with page.expect_request("**/small?q=slow"):
        page.get_by_label("Find").fill("slow")
    page.get_by_label("Find").fill("gr")
    expect(page.locator("#list li")).to_have_text(["grace"])
    page.wait_for_timeout(900)
    assert opened.items() == ["grace"]
    assert opened.pages.asked[-2:] == ["q=slow", "q=gr"]


def test_a_new_record_is_gone_to_and_what_was_said_goes_along(opened: Opened) -> None:
    page = opened.page
    page.get_by_role("button", name="Go elsewhere").click()
    expect(page.get_by_role("heading", name="Other")).to_be_visible()
    expect(page.get_by_text("Moved")).to_be_visible()


def test_what_breaks_is_said_and_nothing_is_lost(opened: Opened) -> None:
    page = opened.page
    page.get_by_label("Name").fill("half a na")
    page.get_by_role("button", name="Break").click()
    expect(page.get_by_role("heading", name="It broke")).to_be_visible()
    opened.visit.forgive("503")


def test_a_core_that_does_not_answer_is_said_and_what_was_typed_stays(opened: Opened) -> None:
    page = opened.page
    page.get_by_label("Name").fill("hedy")
    page.route("**/small/add", lambda route: route.abort())
    page.get_by_role("button", name="Add").click()
    expect(page.get_by_role("alert").filter(has_text="FaceForge is not answering.")).to_be_visible()
    expect(page.get_by_label("Name")).to_have_value("hedy")
    opened.visit.forgive("ERR_FAILED")


def test_the_scroll_place_stays(opened: Opened) -> None:
    page = opened.page
    page.evaluate("document.getElementById('tall').style.height = '2000px'")
    page.get_by_label("Name").fill("hedy")
    page.evaluate("scrollTo(0, 1500)")
    page.keyboard.press("Enter")
    expect(page.locator("#list li")).to_have_count(3)
    assert page.evaluate("scrollY") > 1400


def test_while_the_page_must_live_on_links_replace_the_main_part(opened: Opened) -> None:
    page = opened.page
    page.evaluate("document.documentElement.dataset.stay = ''; window.alive = true")
    page.locator("#away").click()
    expect(page.get_by_role("heading", name="Other")).to_be_visible()
    expect(page.locator("#main")).to_be_focused()
    assert page.title() == "Other · FaceForge"
    page.go_back()
    expect(page.get_by_role("heading", name="Small")).to_be_visible()
    assert page.evaluate("window.alive")


def test_a_link_with_a_key_held_is_left_to_the_browser(opened: Opened) -> None:
    with opened.page.context.expect_page() as other:
        opened.page.locator("#narrow").click(modifiers=["Control"])
    assert other.value.url.endswith("/small?q=a")
    assert opened.page.url.endswith("/small")


def test_a_change_elsewhere_is_shown_by_itself(opened: Opened) -> None:
    opened.pages.items.append("hedy")
    opened.happens(type="asset.created")
    opened.happens(type="entity.created")
    expect(opened.page.locator("#list li")).to_have_count(3)


@pytest.mark.parametrize("record", ["abc", "abc/def", "def/abc"])
def test_a_change_of_a_record_is_shown_where_it_is_named(opened: Opened, record: str) -> None:
    opened.pages.items.append("hedy")
    opened.happens(type="asset.linked", record_id=record)
    expect(opened.page.locator("#list li")).to_have_count(3)


def test_who_works_in_a_place_is_left_alone(opened: Opened) -> None:
    page = opened.page
    page.evaluate("document.querySelector('#list').innerHTML += '<li><input id=mine></li>'")
    page.locator("#mine").fill("half")
    opened.pages.items.append("hedy")
    opened.happens()
    page.wait_for_timeout(1200)
    expect(page.locator("#mine")).to_have_value("half")
    page.locator("#mine").fill("")
    page.locator("#main").focus()
    expect(page.locator("#list li")).to_have_text(["ada", "grace", "hedy"])


def test_one_tab_listens_for_all_and_the_next_takes_over(opened: Opened) -> None:
    page, streams = opened.page, []
    page.context.on("request", lambda asked: "/v1/events" in asked.url and streams.append(asked.url))
    with page.context.new_page() as other:
        other.goto(page.url)
        expect(other.get_by_text("Connected", exact=True)).to_be_visible()
        assert streams == []
        opened.pages.items.append("hedy")
        opened.happens()
        expect(other.locator("#list li")).to_have_count(3)
        expect(page.locator("#list li")).to_have_count(3)
        with page.context.expect_event("response", lambda answer: "/v1/events" in answer.url):
            page.goto("about:blank")
        expect(other.get_by_text("Connected", exact=True)).to_be_visible()
        assert len(streams) == 1
        opened.pages.items.append("joan")
        opened.happens()
        expect(other.locator("#list li")).to_have_count(4)
        assert len(streams) == 1


def test_a_session_that_ended_is_said_and_what_was_typed_stays(opened: Opened) -> None:
    page = opened.page
    page.get_by_label("Name").fill("hedy")
    page.context.clear_cookies()
    page.get_by_role("button", name="Add").click()
    expect(page.locator("#connection")).to_contain_text("Your session has ended.")
    expect(page.get_by_label("Name")).to_have_value("hedy")
    expect(page.get_by_role("link", name="Sign in again")).to_be_visible()
    opened.visit.complaints.clear()  # each call that was refused


def test_scripts_in_an_answer_do_not_run(opened: Opened) -> None:
    page = opened.page

    def hostile(route: Route) -> None:
        owned = "document.title='owned'"
        item = f'<li><img src=x onerror="{owned}"><script>{owned}</script></li>'
        body = f"<main id=main><ul id=list>{item}</ul></main>"
        route.fulfill(body=body, content_type="text/html")

    page.route("**/small?q=a", hostile)
    page.locator("#narrow").click()
    expect(page.locator("#list li img")).to_have_count(1)
    page.wait_for_timeout(300)
    assert page.title() == "Small · FaceForge"
    opened.visit.complaints.clear()  # what the policy stopped


def test_who_is_meant_is_chosen_by_the_keyboard(opened: Opened) -> None:
    page = opened.page
    field = page.get_by_role("combobox", name="With whom")
    field.focus()
    page.keyboard.type("a")
    expect(page.get_by_role("option")).to_have_text(["Ada", "Grace"])
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("option", name="Grace")).to_have_attribute("aria-selected", "true")
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Remove Grace")).to_be_visible()
    page.keyboard.type("gra")
    expect(page.get_by_text("Nothing is called “gra”.")).to_be_visible()
    page.keyboard.press("Escape")
    expect(field).to_have_attribute("aria-expanded", "false")
    field.fill("bold")
    expect(page.get_by_role("option")).to_have_text(["<b>Bold</b>"])
    page.keyboard.press("Enter")
    page.keyboard.press("Backspace")
    expect(page.get_by_role("button", name="Remove <b>Bold</b>")).to_have_count(0)
    field.fill("ada")
    expect(page.get_by_role("option")).to_have_count(1)
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Link").click()
    expect(page.locator("#linked")).to_have_text("id-grace id-ada")


def test_who_is_meant_is_chosen_by_the_mouse_and_taken_back(opened: Opened) -> None:
    page = opened.page
    page.get_by_role("button", name="Link").click()
    assert page.locator("#link").evaluate("form => form.checkValidity()") is False
    page.get_by_role("combobox", name="With whom").click()
    page.keyboard.press("ArrowDown")
    page.get_by_role("option", name="Hedy").click()
    page.get_by_role("button", name="Remove Hedy").click()
    expect(page.get_by_role("combobox", name="With whom")).to_be_focused()
    page.keyboard.type("hed")
    page.get_by_role("option", name="Hedy").click()
    page.get_by_role("button", name="Link").click()
    expect(page.locator("#linked")).to_have_text("id-hedy")
