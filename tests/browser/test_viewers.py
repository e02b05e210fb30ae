"""The two API viewers, offline: fed with the description that anybody may read."""

from __future__ import annotations

import copy
import json

import pytest
from playwright.sync_api import Page, expect
from small_core import ADA, COOKIE, HOSTILE, OPENAPI, SECRET
from visit import Visit

pytestmark = pytest.mark.needs("chromium")


def test_docs_lists_the_calls_and_sends_one_with_the_session(visit: Visit) -> None:
    page = visit.open_signed_in("/docs")
    page.get_by_role("button", name="GET /v1/entities/{entity_id}").first.click()
    page.get_by_placeholder("entity_id").fill(ADA["id"])
    with page.expect_response(f"**/v1/entities/{ADA['id']}") as answered:
        page.get_by_role("button", name="Execute").click()
    assert answered.value.request.all_headers()["cookie"] == f"{COOKIE}={SECRET}"
    assert answered.value.status == 200
    expect(page.locator(".live-responses-table")).to_contain_text("display_name")


def test_redoc_shows_and_finds_the_calls(visit: Visit) -> None:
    page = visit.open("/redoc")
    expect(page.get_by_role("heading", name="One entity by its id")).to_be_visible()
    page.get_by_placeholder("Search").press_sequentially("Create")
    expect(page.get_by_role("search").get_by_text("Create an entity")).to_be_visible()


@pytest.mark.parametrize("path", ["/docs", "/redoc"])
def test_signing_out_leaves_what_anybody_may_read(visit: Visit, path: str) -> None:
    page = visit.open_signed_in(path)
    expect(page.locator("#viewer").get_by_text("Create an entity").last).to_be_visible()
    page.get_by_role("button", name="Sign out", exact=True).click()
    expect(page.locator("#viewer").get_by_text("Create an entity").last).to_be_visible()


@pytest.mark.parametrize("path", ["/docs", "/redoc"])
def test_a_description_that_cannot_be_had_is_said(visit: Visit, path: str) -> None:
    visit.page.route(
        "**/openapi.json", lambda route: route.fulfill(status=503, json={"detail": "Core cannot."})
    )
    page = visit.open(path)
    expect(page.locator("#notice")).to_have_text("Core cannot.")
    visit.forgive("503")


@pytest.mark.parametrize("path", ["/docs", "/redoc"])
def test_scripts_in_a_description_do_not_run(visit: Visit, path: str) -> None:
    """The viewers show Markdown, so markup becomes elements; their filters and our policy tame it."""
    spec = copy.deepcopy(OPENAPI)
    spec["info"]["description"] = HOSTILE
    spec["paths"]["/v1/entities"]["post"] |= {"summary": HOSTILE, "description": HOSTILE}
    visit.page.route("**/openapi.json", lambda route: route.fulfill(body=json.dumps(spec)))
    page = visit.open(path)
    expect(page.locator("#viewer").get_by_text("One entity by its id").last).to_be_visible()
    assert "owned" not in page.title()
    assert handlers(page) == []
    assert page.locator("#viewer script").count() == 0
    assert page.locator("#viewer a[href^='javascript:']").count() == 0
    visit.complaints.clear()  # what the policy stopped, and a picture that is not there


def handlers(page: Page) -> list[str]:
    """Attributes in the viewer that would run a script."""
    found: list[str] = page.evaluate(
        "[...document.querySelectorAll('#viewer *')].flatMap((one) => one.getAttributeNames())"
        ".filter((name) => name.startsWith('on'))"
    )
    return found
