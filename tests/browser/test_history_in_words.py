"""History in a browser: what happened, in sentences that open."""

from __future__ import annotations

from typing import Any

import pytest
from core_process import CoreProcess
from playwright.sync_api import expect
from small_core import HOSTILE
from visit import Visit

EVERYBODY = ("Ada", "Mira", "Tarn Veld")


def send(core: CoreProcess, method: str, path: str, **values: Any) -> dict[str, Any]:
    answer = core.client.request(method, f"/v1{path}", json=values or None)
    assert answer.status_code < 300, answer.text
    return dict(answer.json()) if answer.content else {}


@pytest.fixture
def people(real_core: CoreProcess) -> list[str]:
    """Three entities that have the tag `arc-2` since a moment."""
    made = [str(send(real_core, "POST", "/entities", display_name=name)["entity_id"]) for name in EVERYBODY]
    for each in made:
        send(real_core, "PATCH", f"/entities/{each}", tags=["arc-2"])
    return made


def test_what_was_done_to_several_is_one_line_that_opens(library: Visit, people: list[str]) -> None:
    page = library.open("/history")
    line = page.locator(".history > li").first
    expect(line.locator("p").first).to_have_text("Tag arc-2 added to 3 entities")
    expect(line.get_by_role("link", name="Mira")).to_be_hidden()
    line.get_by_text("3 changes").focus()
    page.keyboard.press("Enter")
    expect(line.locator(".within > li")).to_have_count(3)
    line.get_by_role("link", name="Mira").click()
    page.wait_for_url(f"**/entities/{people[1]}")


def test_an_edit_is_told_with_what_stood_there_before(
    library: Visit, real_core: CoreProcess, people: list[str]
) -> None:
    mira = people[1]
    send(real_core, "PATCH", f"/entities/{mira}", display_name="Mira Okonkwo", fields={"note": HOSTILE})
    page = library.open(f"/entities/{mira}/history")
    line = page.locator(".history > li").first
    expect(line).to_contain_text("Name and note of Mira Okonkwo changed")
    expect(line.locator("del")).to_have_text("Mira")
    expect(line.locator("ins").first).to_have_text("Mira Okonkwo")
    expect(line.locator("ins").last).to_have_text(HOSTILE)
    expect(line).to_contain_text("just now · you")
    expect(page.locator(".history > li").last).to_contain_text("Mira Okonkwo created")


def test_the_history_of_an_entity_tells_of_what_belongs_to_it(library: Visit, real_core: CoreProcess) -> None:
    ada, grace = (
        str(send(real_core, "POST", "/entities", display_name=each)["entity_id"]) for each in ("Ada", "Grace")
    )
    fact = send(real_core, "POST", f"/entities/{ada}/descriptors", field_key="home", value="London")
    send(real_core, "PATCH", f"/descriptors/{fact['descriptor_id']}", value="Paris")
    send(
        real_core,
        "POST",
        "/relationships",
        src_entity_id=grace,
        dst_entity_id=ada,
        relationship_type="mentor",
    )
    sent = {"files": {"file": ("letter.txt", b"Dear Ada")}, "data": {"entity_id": ada, "role": "letter"}}
    assert real_core.client.post("/v1/assets/upload", **sent).status_code == 201
    lines = library.open(f"/entities/{ada}/history").locator(".history > li")
    expect(lines).to_have_count(5)
    expect(lines.nth(0)).to_contain_text("letter.txt added to Ada as letter")
    expect(lines.nth(1)).to_contain_text("Grace and Ada related: mentor")
    expect(lines.nth(2)).to_contain_text("Home of Ada corrected")
    expect(lines.nth(2).locator("del")).to_have_text("London")
    expect(lines.nth(2).locator("ins")).to_have_text("Paris")
    expect(lines.nth(4)).to_contain_text("Ada created")


def test_history_goes_back_page_by_page(library: Visit, real_core: CoreProcess) -> None:
    ada = send(real_core, "POST", "/entities", display_name="Ada")["entity_id"]
    for number in range(60):
        send(real_core, "PATCH", f"/entities/{ada}", fields={"number": number})
    page = library.open(f"/entities/{ada}/history")
    expect(page.locator(".history > li")).to_have_count(50)
    page.get_by_role("link", name="Show earlier").click()
    expect(page.locator(".history > li")).to_have_count(11)
    expect(page.locator(".history > li").last).to_contain_text("Ada created")
    page.get_by_role("link", name="Back to the first").click()
    expect(page.locator(".history > li")).to_have_count(50)


def test_one_large_operation_opens_on_a_page_of_its_own(library: Visit, real_core: CoreProcess) -> None:
    ada = send(real_core, "POST", "/entities", display_name="Ada")["entity_id"]
    for year in range(2000, 2010):
        send(
            real_core,
            "POST",
            f"/entities/{ada}/descriptors",
            field_key="home",
            value="x",
            valid_from=str(year),
        )
    send(real_core, "DELETE", f"/entities/{ada}")
    send(real_core, "POST", f"/entities/{ada}/purge")
    page = library.open("/history")
    line = page.locator(".history > li").first
    expect(line.locator("p").first).to_have_text("An entity erased for good")
    line.get_by_text("11 changes").first.click()
    line.get_by_role("link", name="All 11 changes").click()
    expect(page.locator(".history > li")).to_have_count(11)
    expect(page.get_by_role("heading", name="One operation")).to_be_visible()


def test_the_history_of_one_fact_is_one_click_away(
    library: Visit, real_core: CoreProcess, people: list[str]
) -> None:
    path = f"/entities/{people[1]}/descriptors"
    fact = send(real_core, "POST", path, field_key="eye_colour", value="amber")["descriptor_id"]
    send(real_core, "PATCH", f"/descriptors/{fact}", value="green")
    page = library.open(f"{path}?fact={fact}")
    page.locator("#fact").get_by_role("button", name="More actions").click()
    page.get_by_role("link", name="History of this fact").click()
    expect(page.locator(".history > li")).to_have_count(2)
    expect(page.locator(".history > li").first).to_contain_text("Eye colour of Mira corrected")
    expect(page.locator("del")).to_have_text("amber")


def test_an_address_that_history_does_not_know_says_so(library: Visit) -> None:
    for address in ("/history?operation=999999", "/history?operation=x"):
        page = library.open(address)
        expect(page.get_by_role("heading", name="This page is not here.")).to_be_visible()
        library.forgive("404")


@pytest.mark.parametrize("width", [360, 2560])
def test_history_fits_its_window(library_at, real_core: CoreProcess, people: list[str], width: int) -> None:
    send(real_core, "PATCH", f"/entities/{people[0]}", fields={"word": "x" * 500, "other": HOSTILE * 3})
    with library_at(width, "dark") as visit:
        for address in ("/history", f"/entities/{people[0]}/history"):
            page = visit.open(address)
            page.locator(".history").wait_for()
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), address
