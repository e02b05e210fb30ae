"""On every page: going on and back, loading anew and a second tab show the same page, in the same place, unasked."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import pytest
from core_process import CoreProcess
from files_for_pages import picture
from playwright.sync_api import Page, expect
from runner_for_pages import KIND, Runner
from visit import Visit

pytestmark = pytest.mark.needs("chromium")

MANY = 60
PAGES: Mapping[str, str] = MappingProxyType(
    {
        "all entities": "/entities",
        "a list of some": "/entities?view=list&q=person&sort_by=display_name&sort_order=asc",
        "a new entity": "/entities/new",
        "an entity": "/entities/{entity}",
        "its facts": "/entities/{entity}/descriptors?fact={fact}",
        "a table of its facts": "/entities/{entity}/descriptors?view=table&as_of=2015-01",
        "its files": "/entities/{entity}/attachments?sort_by=filename",
        "its relationships": "/entities/{entity}/relationships?add=1",
        "its history": "/entities/{entity}/history",
        "its pictures": "/entities/{entity}/picture",
        "all files": "/assets",
        "some files": "/assets?kind=image.*&sort_by=filename",
        "a file": "/assets/{asset}?in=%2Fassets",
        "where it comes from": "/assets/{asset}/sources",
        "the trash": "/trash",
        "files in the trash": "/trash?of=files",
        "all history": "/history",
        "jobs": "/jobs",
        "failed jobs": "/jobs?state=failed",
        "a job": "/jobs/{job}",
        "schedules": "/jobs/schedules",
        "a new schedule": "/jobs/schedules/new?by=watch",
        "a schedule": "/jobs/schedules/{schedule}/edit",
        "a folder to import": "/import?mode=move&whom=folder",
        "importing": "/settings/importing",
        "fields": "/settings/fields",
        "a field": "/settings/fields/height/edit",
        "a new field": "/settings/fields/new",
        "relation types": "/settings/relation-types",
        "storage": "/settings/storage",
        "programs": "/settings/access",
        "browsers": "/settings/sessions",
        "network": "/settings/network",
        "the API": "/settings/api",
        "appearance": "/settings/appearance",
        "keyboard": "/settings/keyboard",
        "about": "/settings/about",
    }
)
STATE = """() => ({
    address: location.pathname + location.search,
    heading: [...document.querySelectorAll("h1")].map((one) => one.textContent.trim()),
    current: [...document.querySelectorAll("main [aria-current]")].map((one) => one.textContent.trim()),
    fields: [...document.querySelectorAll("main input:not([type=hidden]), main select, main textarea")]
        .filter((one) => one.name && one.checkVisibility()).map((one) => [one.name, one.type, one.value, one.checked]),
    open: [...document.querySelectorAll("dialog[open]")].map((one) => one.id),
})"""
"""What of a page must be the same, however one comes to it."""


@pytest.fixture(scope="module")
def there(real_core: CoreProcess) -> dict[str, str]:
    """Something for each page to show, long enough for the lists to be scrolled."""
    client = real_core.client
    client.post("/v1/admin/field-defs", json={"field_key": "height", "field_type": "number", "scope": "both"})
    ids = [
        client.post("/v1/entities", json={"display_name": f"Person {number:02}"}).json()["entity_id"]
        for number in range(MANY)
    ]
    first = ids[0]
    sent = client.post(
        "/v1/assets/upload", files={"file": ("one.png", picture(1))}, data={"entity_id": first}
    )
    fact = client.post(f"/v1/entities/{first}/descriptors", json={"field_key": "height", "value": 170})
    ends = {"src_entity_id": first, "dst_entity_id": ids[1], "relationship_type": "friend"}
    assert client.post("/v1/relationships", json=ends).status_code == 201
    assert client.delete(f"/v1/entities/{ids[-1]}").status_code == 204
    runner = Runner(real_core)
    for _ in range(20):
        runner.claimed(runner.made(priority=0)).fail("The shop is closed.")
    job = runner.made()
    times = {"name": "Every night", "cron": "0 3 * * *", "job_type": KIND}
    schedule = client.post("/v1/schedules", json=times).json()["schedule_id"]
    ids_of_jobs = {"job": job, "schedule": schedule}
    return {
        **ids_of_jobs,
        "entity": first,
        "asset": sent.json()["asset_id"],
        "fact": fact.json()["descriptor_id"],
    }


def settled(page: Page) -> None:
    page.wait_for_load_state("load")
    page.locator("#live-state", has_text="Connected").wait_for(state="attached")
    expect(page.locator("main [aria-busy=true]")).to_have_count(0)


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_the_same_after_going_back_loading_anew_and_in_a_second_tab(
    library: Visit, there: dict[str, str], name: str
) -> None:
    address = PAGES[name].format_map(there)
    page = library.open(address)
    settled(page)
    before = page.evaluate(STATE)
    page.evaluate("scrollTo({ top: 400, behavior: 'instant' })")
    place = page.evaluate("scrollY")
    elsewhere = "/settings/appearance" if address != "/settings/appearance" else "/settings/keyboard"
    page.evaluate("(address) => location.assign(address)", elsewhere)
    page.wait_for_url(f"**{elsewhere}")
    settled(page)
    page.go_back()
    settled(page)
    assert page.evaluate(STATE) == before
    page.wait_for_function("(place) => Math.abs(scrollY - place) < 3", arg=place)
    page.reload()
    settled(page)
    assert page.evaluate(STATE) == before
    second = Visit(page.context.new_page(), library.core)
    second.open(address)
    settled(second.page)
    assert second.page.evaluate(STATE) == before
    second.page.close()
    assert second.complaints == []


FOLLOWING = {
    "all entities": "#main",
    "an entity": "#who",
    "its facts": "#who",
    "its files": "#who",
    "its relationships": "#who",
    "its history": "#who",
    "all history": "#main",
}


@pytest.mark.parametrize("name", FOLLOWING)
def test_what_is_changed_elsewhere_shows_by_itself(
    library: Visit, there: dict[str, str], real_core: CoreProcess, name: str
) -> None:
    page = library.open(PAGES[name].format_map(there))
    settled(page)
    called = f"Renamed {name}"
    answer = real_core.client.patch(f"/v1/entities/{there['entity']}", json={"display_name": called})
    assert answer.status_code == 200
    if name == "all entities":
        page.evaluate("scrollTo({ top: 0 })")
    expect(page.locator(FOLLOWING[name]).get_by_text(called).first).to_be_visible()
