"""Enter held down, two tabs on one field, a session that ends under a page: nothing is done twice, nothing is lost."""

from __future__ import annotations

import pytest
from core_process import CoreProcess
from entity_library import Library
from playwright.sync_api import Page, expect
from visit import Visit

pytestmark = pytest.mark.needs("chromium")


@pytest.fixture(scope="module")
def people(real_core: CoreProcess) -> Library:
    return Library(real_core)


def edit(page: Page, label: str) -> None:
    page.get_by_role("link", name=f"Edit {label}").click()
    page.get_by_role("textbox", name=label).wait_for()


def named(people: Library, name: str) -> int:
    found = people.core.client.get("/v1/entities", params={"q": name}).json()["items"]
    return len(found)


def test_enter_held_down_creates_one(library: Visit, people: Library) -> None:
    page = library.open("/entities/new")
    page.locator("#create-name").fill("Held down")
    for _ in range(12):
        page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Held down")
    assert named(people, "Held down") == 1


def test_a_button_that_led_on_works_again_after_going_back(library: Visit, people: Library) -> None:
    page = library.open("/entities/new")
    for name in ("First of two", "Second of two"):
        page.locator("#create-name").fill(name)
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", level=1)).to_have_text(name)
        page.go_back()
        page.locator("#create-name").wait_for()
    assert (named(people, "First of two"), named(people, "Second of two")) == (1, 1)


def test_a_change_of_another_tab_shows_though_the_focus_stays_on_a_button(
    library: Visit, people: Library
) -> None:
    mira = people.mira()
    page = library.open(f"/entities/{mira}")
    edit(page, "Height")
    page.get_by_role("textbox", name="Height").fill("169")
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name="Edit Height")).to_be_focused()
    people.change(mira, fields={"height": 180})
    expect(page.locator("#fields")).to_contain_text("180 cm")
    expect(page.get_by_role("link", name="Edit Height")).to_be_focused()


def test_two_tabs_rename_and_each_is_told_what_the_other_wrote(library: Visit, people: Library) -> None:
    mira = people.mira()
    page = library.open(f"/entities/{mira}?edit=name")
    people.change(mira, display_name="Theirs Okonkwo")
    page.get_by_role("textbox", name="Name", exact=True).fill("Mine Okonkwo")
    page.keyboard.press("Enter")
    expect(page.locator("#who .conflict")).to_have_text(
        "Somebody changed this while you were editing. Theirs: Theirs Okonkwo. Yours: Mine Okonkwo."
    )
    page.get_by_role("button", name="Keep mine").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Mine Okonkwo")
    assert people.read(mira)["display_name"] == "Mine Okonkwo"
    library.forgive("412")


def test_two_tabs_write_external_ids_and_theirs_can_be_taken(library: Visit, people: Library) -> None:
    mira = people.mira()
    page = library.open(f"/entities/{mira}?edit=external-ids")
    people.change(mira, external_ids=[{"namespace": "imdb", "value": "nm1"}])
    page.get_by_role("textbox", name="System 1").fill("wikidata")
    page.get_by_role("textbox", name="Id 1").fill("q5")
    page.keyboard.press("Enter")
    expect(page.locator("#external-ids .conflict")).to_contain_text("Theirs: imdb nm1. Yours: wikidata q5.")
    page.get_by_role("link", name="Take theirs").click()
    expect(page.locator("#external-ids dl")).to_contain_text("nm1")
    library.forgive("412")


def test_a_session_that_ends_under_a_form_keeps_what_was_typed(library: Visit, people: Library) -> None:
    mira, core = people.mira(), people.core
    page = library.open(f"/entities/{mira}")
    edit(page, "Height")
    field = page.get_by_role("textbox", name="Height")
    field.fill("188")
    newest = core.client.get("/v1/sessions").json()["items"]
    for session in newest:
        assert core.client.delete(f"/v1/sessions/{session['session_id']}").status_code == 204
    page.keyboard.press("Enter")
    expect(page.locator("#connection")).to_contain_text("Your session has ended")
    expect(field).to_have_value("188")
    answer = page.context.request.post(f"{core.url}/v1/sessions", data={"token": core.token})
    other = page.context.new_page()
    other.goto(f"{core.url}/settings/appearance")
    other.evaluate("(token) => localStorage.setItem('faceforge.csrf', token)", answer.json()["csrf_token"])
    other.close()
    expect(page.locator("#connection")).to_be_hidden()
    field.press("Enter")
    expect(page.locator("#fields")).to_contain_text("188 cm")
    assert people.fields(mira)["height"] == 188
    library.complaints[:] = [each for each in library.complaints if "401" not in each]
