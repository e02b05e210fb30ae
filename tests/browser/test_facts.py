"""The facts of an entity in a browser: noted, corrected and removed, seen on a time line and as of a date."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from core_process import CoreProcess
from playwright.sync_api import Locator, Page, expect
from small_core import PAYLOADS
from visit import Visit


class Facts:
    """An entity of the test's own, and the page of its facts."""

    def __init__(self, visit: Visit, core: CoreProcess, name: str) -> None:
        self.visit, self.page, self.core = visit, visit.page, core
        self.entity = self.send("/entities", display_name=name)["entity_id"]

    def send(self, path: str, **values: Any) -> dict[str, Any]:
        answer = self.core.client.post(f"/v1{path}", json=values)
        assert answer.status_code < 300, answer.text
        return dict(answer.json())

    def note(
        self, key: str, value: Any, since: str | None = None, until: str | None = None, **more: Any
    ) -> str:
        path = f"/entities/{self.entity}/descriptors"
        made = self.send(path, field_key=key, value=value, valid_from=since, valid_to=until, **more)
        return str(made["descriptor_id"])

    def stored(self) -> list[dict[str, Any]]:
        found = self.core.client.get(f"/v1/entities/{self.entity}/descriptors").json()["items"]
        return list(found)

    def open(self, query: str = "") -> Page:
        return self.visit.open(f"/entities/{self.entity}/descriptors{query}")

    def bar(self, text: str) -> Locator:
        return self.page.locator(".lane a", has_text=text)

    @property
    def card(self) -> Locator:
        return self.page.locator("#fact")


@pytest.fixture
def facts(library: Visit, real_core: CoreProcess) -> Iterator[Facts]:
    return Facts(library, real_core, "Mira Okonkwo")


@pytest.fixture(scope="module", autouse=True)
def fields(real_core: CoreProcess) -> None:
    for field in (
        {
            "field_key": "height",
            "scope": "both",
            "field_type": "number",
            "label": "Height",
            "unit": "cm",
            "max": 320,
        },
        {
            "field_key": "trade",
            "scope": "descriptor",
            "field_type": "string",
            "label": "Trade",
            "multiple": True,
        },
    ):
        assert real_core.client.post("/v1/admin/field-defs", json=field).status_code == 201


def test_the_first_fact_is_noted_with_the_mouse(facts):
    page = facts.open()
    page.get_by_role("link", name="Add the first fact").click()
    page.get_by_label("Something else").fill("Eye colour")
    page.get_by_role("button", name="Continue").click()
    facts.card.get_by_role("textbox", name="Eye colour").fill("amber")
    page.get_by_label("Since").fill("May 2015")
    page.get_by_label("Source").fill("Season 2 artbook, page 41")
    page.get_by_label("How sure").fill("80 %")
    page.get_by_role("button", name="Add the fact").click()
    expect(page.get_by_role("heading", name="Eye colour: amber")).to_be_visible()
    expect(facts.card).to_contain_text("since May 2015")
    expect(page.get_by_text("Eye colour noted")).to_be_visible()
    (stored,) = facts.stored()
    kept = {name: stored[name] for name in ("field_key", "value", "valid_from", "valid_to", "confidence")}
    assert kept == {
        "field_key": "eye_colour",
        "value": "amber",
        "valid_from": "2015-05",
        "valid_to": None,
        "confidence": 0.8,
    }


def test_a_fact_is_noted_corrected_and_removed_with_the_keyboard_only(facts):
    page = facts.open("?fact=new")
    keys = page.keyboard
    page.get_by_role("link", name="Height").focus()
    keys.press("Enter")
    expect(facts.card.get_by_label("Height")).to_be_focused()
    keys.type("171")
    keys.press("Tab")
    keys.type("2018-02")
    keys.press("Enter")
    expect(page.get_by_role("heading", name="Height: 171 cm")).to_be_visible()
    page.locator("#correct-fact").focus()
    keys.press("Enter")
    expect(facts.card.get_by_label("Height")).to_be_focused()
    keys.press("Control+A")
    keys.type("169 cm")
    keys.press("Enter")
    expect(page.get_by_role("heading", name="Height: 169 cm")).to_be_visible()
    page.get_by_role("button", name="More actions").last.focus()
    keys.press("Enter")
    page.get_by_role("button", name="Remove", exact=True).first.focus()
    keys.press("Enter")
    expect(page.get_by_role("button", name="Keep")).to_be_focused()
    keys.press("Shift+Tab")
    keys.press("Enter")
    expect(page.get_by_text("Nothing is noted about Mira Okonkwo yet.")).to_be_visible()
    assert facts.stored() == []


def test_what_does_not_fit_is_said_where_it_is_and_nothing_is_lost(facts):
    page = facts.open("?fact=new&key=height")
    facts.card.get_by_label("Height").fill("tall")
    page.get_by_label("Since").fill("2018")
    page.get_by_label("Until").fill("2016")
    page.get_by_label("Source").fill("A letter")
    page.get_by_role("button", name="Add the fact").click()
    expect(facts.card).to_contain_text("Height is a number")
    expect(facts.card).to_contain_text("This is earlier than when it began.")
    expect(page.get_by_label("Source")).to_have_value("A letter")
    expect(facts.card.get_by_label("Height")).to_have_value("tall")
    facts.visit.forgive("422")
    assert facts.stored() == []


def test_the_time_line_places_facts_by_their_dates(facts):
    facts.note("home", "Lower harbour", "2000", "2010-06")
    facts.note("home", "The Ninth Lantern", "2010-07-01")
    page = facts.open("?as_of=2005-01")
    lane = page.locator(".lane ul").first.bounding_box()
    first, second = facts.bar("Lower harbour").bounding_box(), facts.bar("The Ninth Lantern").bounding_box()
    assert abs(first["x"] - lane["x"]) < 2
    assert abs(first["x"] + first["width"] - second["x"]) < 3
    assert abs(second["x"] + second["width"] - lane["x"] - lane["width"]) < 2
    assert first["y"] == second["y"]


def test_the_slider_shows_what_was_true_and_stays_in_the_address(facts):
    facts.note("home", "Lower harbour", "2000", "2010-06")
    facts.note("home", "The Ninth Lantern", "2010-07-01", "2015")
    page = facts.open("?as_of=2010-06")
    snapshot = page.locator("#snapshot")
    expect(snapshot).to_contain_text("Mira Okonkwo in June 2010")
    expect(facts.bar("Lower harbour")).to_have_attribute("data-at", "")
    page.get_by_role("slider", name="As of").press("ArrowRight")
    expect(snapshot).to_contain_text("Mira Okonkwo in July 2010")
    expect(facts.bar("Lower harbour")).not_to_have_attribute("data-at", "")
    expect(snapshot.locator(".was")).to_have_text("Lower harbour")
    assert "as_of=2010-07" in page.url
    page.reload()
    expect(page.get_by_role("slider")).to_have_attribute("aria-valuetext", "July 2010")
    facts.bar("The Ninth Lantern").click()
    expect(page.get_by_role("heading", name="Home: The Ninth Lantern")).to_be_visible()
    assert "as_of=2010-07" in page.url
    page.get_by_role("button", name="Today").click()
    expect(snapshot.get_by_text("not known")).to_be_visible()
    page.go_back()
    expect(page.get_by_text("Choose a fact to see")).to_be_visible()


def test_two_values_at_once_are_disputed_unless_there_may_be_several(facts):
    facts.note("hair_colour", "black", "2008", "2016")
    facts.note("hair_colour", "silver", "2015")
    facts.note("trade", "baker", "2008")
    facts.note("trade", "smuggler", "2008")
    page = facts.open()
    expect(page.get_by_role("link", name=re.compile(r"silver, since 2015, disputed"))).to_be_visible()
    expect(page.get_by_role("link", name="baker, since 2008", exact=True)).to_be_visible()
    facts.bar("silver").click()
    expect(facts.card).to_contain_text("Disputed")
    facts.card.get_by_role("link", name="black").click()
    expect(page.get_by_role("heading", name="Hair colour: black")).to_be_visible()
    expect(facts.bar("black")).to_have_attribute("aria-current", "true")


def test_evidence_is_found_among_the_files_of_the_entity(facts):
    sent = {"files": {"file": ("rooftop 0412 🌙.txt", b"a roof")}, "data": {"entity_id": facts.entity}}
    assert facts.core.client.post("/v1/assets/upload", **sent).status_code == 201
    other = {"files": {"file": ("rooftop of others.txt", b"another")}}
    assert facts.core.client.post("/v1/assets/upload", **other).status_code == 201
    facts.note("home", "a roof")
    page = facts.open()
    facts.bar("a roof").click()
    page.locator("#correct-fact").click()
    page.get_by_role("combobox", name="Evidence").press_sequentially("roof")
    expect(page.get_by_role("option")).to_have_count(1)
    page.get_by_role("option").click()
    page.get_by_label("Since").fill("some day")
    page.get_by_role("button", name="Save").click()
    expect(facts.card).to_contain_text("Since is a year, a month or a day")
    facts.visit.forgive("422")
    expect(facts.card).not_to_have_attribute("aria-busy", "true")
    page.get_by_label("Since").fill("")
    page.get_by_role("button", name="Save").click()
    expect(facts.card.get_by_role("link", name="rooftop 0412 🌙.txt", exact=True)).to_be_visible()


def test_an_edit_that_was_overtaken_asks_which_one_to_keep(facts):
    fact = facts.note("home", "a roof")
    page = facts.open(f"?fact={fact}&edit=1")
    theirs = facts.core.client.patch(f"/v1/descriptors/{fact}", json={"value": "a cellar"})
    assert theirs.status_code == 200
    facts.card.get_by_role("textbox", name="Home").fill("a tower")
    page.get_by_role("button", name="Save").click()
    expect(facts.card).to_contain_text(
        "Somebody changed this while you were editing. Theirs: a cellar, always"
    )
    expect(facts.card.get_by_role("textbox", name="Home")).to_have_value("a tower")
    page.get_by_role("button", name="Keep mine").click()
    expect(page.get_by_role("heading", name="Home: a tower")).to_be_visible()
    facts.visit.forgive("412")


def test_a_correction_that_the_address_asks_for_outlives_that_of_the_tags(facts):
    page = facts.open(f"?fact={facts.note('home', 'a roof')}&edit=1")
    page.get_by_role("link", name="Tag", exact=True).click()
    tags = page.locator("#who ff-edit form")
    tags.get_by_role("link", name="Cancel").click()
    expect(tags).to_have_count(0)
    page.reload()
    expect(facts.card.get_by_role("textbox", name="Home")).to_have_value("a roof")


def test_what_was_refused_outlives_what_others_change(facts):
    fact = facts.note("home", "a roof")
    page = facts.open(f"?fact={fact}&edit=1")
    since = page.get_by_label("Since")
    since.fill("some day")
    since.press("Enter")
    expect(facts.card).to_contain_text("Since is a year, a month or a day")
    facts.visit.forgive("422")
    since.blur()
    facts.note("home", "a cellar")
    facts.core.client.patch(f"/v1/entities/{facts.entity}", json={"aliases": ["Seen Live"]})
    expect(page.locator("#who")).to_contain_text("Seen Live")
    expect(since).to_have_value("some day")


def test_the_table_has_every_fact_and_sorts(facts):
    for place in ("roof", "cellar"):
        facts.note("home", place, source=f"Letter about the {place}", confidence=0.5)
    page = facts.open()
    page.get_by_role("link", name="Table").click()
    expect(page.get_by_role("row")).to_have_count(3)
    page.get_by_role("link", name="Noted").click()
    page.wait_for_url("**sort_by=recorded_at**")
    expect(page.get_by_role("row").nth(1)).to_contain_text("roof")
    page.get_by_role("link", name="Noted").click()
    expect(page.get_by_role("row").nth(1)).to_contain_text("cellar")
    page.get_by_role("row").nth(1).get_by_role("link", name="Home").click()
    expect(facts.card).to_contain_text("Letter about the cellar")


def test_words_that_look_like_markup_stay_words(facts):
    for at, words in enumerate(PAYLOADS):
        facts.note(f"note_{at}", words, source=words, note=words)
    page = facts.open()
    for words in PAYLOADS:
        facts.bar(words.split("\u202e")[-1][:12]).first.click()
        expect(facts.card).to_contain_text("always")
    assert "owned" not in page.title()
    page.get_by_role("link", name="Table").click()
    expect(page.get_by_role("row")).to_have_count(len(PAYLOADS) + 1)


@pytest.mark.parametrize("width", [360, 1280, 2560])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_is_wider_than_the_window(library_at, real_core, width, scheme):
    with library_at(width, scheme) as visit:
        facts = Facts(visit, real_core, "ميرا " + "Okonkwo-Vantreight" * 6)
        facts.note("hair_colour", "a very long word " + "x" * 200, "2015")
        for query in ("", "?view=table", "?fact=new", "?fact=new&key=height"):
            page = facts.open(query)
            page.locator("ff-timeline").wait_for()
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), (width, query)
