"""The GraphQL console: run, stop, subscribe, browse, go back."""

from __future__ import annotations

import json
import re

import pytest
from playwright.sync_api import Page, expect
from small_core import PAYLOADS
from visit import Visit

pytestmark = pytest.mark.needs("chromium")

# How far the text reaches out of the editor, and how much the coloured text beneath differs from it in height.
WIDER = """() => {
  const area = document.getElementById("query"), under = area.previousElementSibling;
  return [area.scrollWidth - area.clientWidth, Math.max(0, Math.abs(area.scrollHeight - under.scrollHeight) - 30)];
}"""


@pytest.fixture
def console(visit: Visit) -> Page:
    page = visit.open_signed_in("/graphql")
    expect(page.get_by_role("heading", name="Queries")).to_be_visible()
    return page


def write(page: Page, query: str, variables: str = "") -> None:
    page.get_by_role("textbox", name="Query").fill(query)
    page.get_by_role("textbox", name="Variables").fill(variables)


def result(page: Page) -> object:
    expect(page.locator("#outcome")).to_have_text(re.compile(r"^\d+ in \d+ ms$"))
    return json.loads(page.locator("#result").text_content() or "")


def test_a_query_with_variables_is_run_by_the_keyboard(console: Page) -> None:
    write(console, "query One($id: ID!) { entity(id: $id) { displayName } }", '{"id": "1"}')
    console.keyboard.press("Control+Enter")
    assert result(console) == {"data": {"entity": {"displayName": "Ada Lovelace"}}}


def test_a_mutation_is_run_by_the_button(console: Page) -> None:
    write(console, 'mutation { createEntity(input: {displayName: "Grace"}) { displayName } }')
    console.get_by_role("button", name="Run", exact=True).click()
    assert result(console) == {"data": {"createEntity": {"displayName": "Grace"}}}


def test_of_several_operations_the_one_at_the_caret_or_the_chosen_one_runs(console: Page) -> None:
    write(
        console,
        "query A { a: hostile }\n# query Not { x }\nquery B { b: hostile }",
    )
    choice = console.get_by_label("Operation to run")
    assert choice.locator("option").all_text_contents() == ["query A", "query B"]
    console.get_by_role("textbox", name="Query").press("Control+End")
    expect(choice).to_have_value("query B")
    console.keyboard.press("Control+Enter")
    expect(console.locator("#result")).to_contain_text('"b"')
    choice.select_option("query A")
    console.get_by_role("button", name="Run", exact=True).click()
    expect(console.locator("#result")).to_contain_text('"a"')


def test_a_refused_document_is_shown_with_its_place(console: Page, visit: Visit) -> None:
    write(console, "{\n  nothing\n}")
    console.keyboard.press("Control+Enter")
    fault = console.locator("#faults li")
    expect(fault).to_contain_text("Cannot query field 'nothing' on type 'Query'.")
    expect(fault).to_contain_text("line 2, column 3")
    assert "data" not in str(result(console))
    visit.forgive("400")


def test_variables_that_are_not_json_are_said_to_be_so(console: Page) -> None:
    write(console, "{ systemInfo { version } }", "{id: 1}")
    console.keyboard.press("Control+Enter")
    expect(console.locator("#faults li")).to_contain_text("The variables are not JSON")


def test_a_slow_query_can_be_stopped(console: Page) -> None:
    console.route("**/graphql", lambda route: None)
    write(console, "{ systemInfo { version } }")
    console.keyboard.press("Control+Enter")
    expect(console.locator("#outcome")).to_have_text("Running…")
    console.get_by_role("button", name="Stop").click()
    expect(console.locator("#outcome")).to_have_text("Stopped")
    expect(console.get_by_role("button", name="Stop")).to_be_hidden()


def test_a_subscription_shows_each_event_until_it_is_stopped(console: Page) -> None:
    write(console, "subscription Watch { changesets { id operation } }")
    console.keyboard.press("Control+Enter")
    expect(console.locator("#outcome")).to_have_text(
        re.compile(r"Listening… ([3-9]|\d\d+) received, newest first")
    )
    console.get_by_role("button", name="Stop").click()
    expect(console.locator("#outcome")).to_have_text(re.compile(r"^Stopped, \d+ received$"))
    expect(console.locator("#result")).to_contain_text('"id": "1"')


def test_a_subscription_of_a_session_that_has_ended_asks_to_sign_in_again(console: Page) -> None:
    write(console, "subscription Watch { changesets { id } }")
    console.context.clear_cookies()
    console.keyboard.press("Control+Enter")
    expect(console.get_by_text("Your session has ended. Sign in again.")).to_be_visible()


def test_text_that_looks_like_a_script_stays_text(console: Page) -> None:
    write(console, "{ hostile }")
    console.keyboard.press("Control+Enter")
    answer = result(console)
    assert isinstance(answer, dict)
    assert answer["data"]["hostile"] == " ".join(PAYLOADS)
    write(console, PAYLOADS[0])
    expect(console.locator("#query")).to_have_value(PAYLOADS[0])
    assert console.locator("#main").locator("script, img").count() == 0
    assert console.title() == "GraphQL console · FaceForge"


def test_the_schema_is_browsed_by_links_and_by_search(console: Page) -> None:
    schema = console.locator("#schema")
    schema.get_by_role("button", name="Entity", exact=True).first.click()
    expect(schema.get_by_role("heading", name="Entity", exact=True)).to_be_focused()
    expect(schema).to_contain_text("A person, a character or anything else that has files.")
    expect(schema).to_contain_text("Deprecated: Use aliases.")
    schema.get_by_role("button", name="Kind", exact=True).click()
    expect(schema).to_contain_text("A human being.")
    schema.get_by_role("button", name="Schema", exact=True).click()
    expect(schema.get_by_role("heading", name="Mutations")).to_be_visible()
    console.get_by_label("Find a type or field").fill("displayname")
    expect(schema.locator("h3")).to_have_text("2 found")
    console.get_by_label("Find a type or field").fill("zzz")
    expect(schema).to_have_text("Nothing has this in its name.")


@pytest.mark.parametrize("name", ["entity", "entities", "createEntity", "hostile"])
def test_a_draft_of_every_operation_is_one_that_core_understands(console: Page, name: str) -> None:
    console.locator("#schema").get_by_role("button", name=f"Use {name}", exact=True).click()
    console.keyboard.press("Control+Enter")
    answer = result(console)
    assert isinstance(answer, dict)
    assert answer["data"][name]


def test_a_draft_names_each_field_once(console: Page) -> None:
    """A page of a list has its items under `nodes` and again under `edges`."""
    use = console.locator("#schema").get_by_role("button", name="Use entities", exact=True)
    use.click()
    once = console.get_by_role("textbox", name="Query").input_value()
    assert once.count("displayName") == 1
    assert "entities(first: 10)" in once
    assert "hasNextPage" in once
    use.click()
    expect(console.get_by_role("textbox", name="Query")).to_have_value(once)


def test_the_first_screen_has_no_empty_box_and_cuts_nothing_off(console: Page) -> None:
    expect(console.get_by_text("The answer appears here.")).to_be_visible()
    console.get_by_role("textbox", name="Query").fill("# " + "a long comment " * 30 + "\n{ hostile }")
    for width in (390, 1280):
        console.set_viewport_size({"width": width, "height": 844})
        console.wait_for_function(f"String(({WIDER})()) === '0,0'")
    console.keyboard.press("Control+Enter")
    expect(console.get_by_text("The answer appears here.")).to_be_hidden()


def test_the_card_to_sign_in_is_as_tall_as_what_it_holds(visit: Visit) -> None:
    page = visit.open("/graphql")
    height = page.locator(".gate").bounding_box()
    words = page.locator(".gate form").bounding_box()
    assert height
    assert words
    assert height["y"] + height["height"] - (words["y"] + words["height"]) < 40


def test_history_and_draft_last_as_long_as_the_tab(console: Page) -> None:
    write(console, "query First { hostile }", '{"a": 1}')
    console.keyboard.press("Control+Enter")
    result(console)
    write(console, "query Second { hostile }")
    console.keyboard.press("Control+Enter")
    result(console)
    console.reload()
    expect(console.get_by_role("textbox", name="Query")).to_have_value("query Second { hostile }")
    history = console.get_by_label("Earlier queries of this tab")
    assert history.locator("option").all_text_contents() == ["History", "Second", "First"]
    history.select_option("First")
    expect(console.get_by_role("textbox", name="Query")).to_have_value("query First { hostile }")
    expect(console.get_by_role("textbox", name="Variables")).to_have_value('{"a": 1}')


def test_tab_and_enter_indent_and_escape_lets_tab_leave(console: Page) -> None:
    editor = console.get_by_role("textbox", name="Query")
    editor.fill("")
    editor.press_sequentially("{")
    editor.press("Enter")
    editor.press_sequentially("a")
    editor.press("Enter")
    editor.press("Tab")
    editor.press_sequentially("b")
    expect(editor).to_have_value("{\n  a\n    b")
    editor.press("Control+z")
    expect(editor).not_to_have_value("{\n  a\n    b")
    editor.press("Escape")
    editor.press("Tab")
    expect(console.get_by_role("textbox", name="Variables")).to_be_focused()
