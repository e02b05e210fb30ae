"""The first page: health, what the installation says about itself, and where to go."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect
from small_core import INFO, PAYLOADS
from visit import Visit

pytestmark = pytest.mark.needs("chromium")


def test_a_stranger_sees_that_core_is_well_and_what_to_do_first(visit: Visit) -> None:
    page = visit.open("/")
    expect(page.locator("#health")).to_have_text("Core 0.1.0 is running well")
    expect(page.get_by_role("heading", name="First steps")).to_be_visible()
    expect(page.locator("pre").nth(1)).to_contain_text(f"curl {visit.core.address}/v1/entities")
    for name, path in {"GraphQL console": "/graphql", "Try the API": "/docs", "Reference": "/redoc"}.items():
        expect(page.locator(".cards").get_by_role("link", name=name)).to_have_attribute("href", path)


def test_health_that_is_not_ok_is_said(visit: Visit) -> None:
    visit.page.route("**/healthz", lambda route: route.fulfill(json={"status": "draining"}))
    expect(visit.open("/").locator("#health")).to_have_text("Core says: draining")


def test_signed_in_it_shows_whatever_the_installation_says(visit: Visit) -> None:
    page = visit.open_signed_in("/")
    page.locator("#info dl").first.wait_for()
    shown = {
        term.inner_text(): term.locator("xpath=following-sibling::dd").inner_text()
        for term in page.locator("#info dt").all()
    }
    assert shown["Entities"] == "1,204"
    assert shown["Assets"] == "348,112"
    assert shown["Version"] == "0.1.0"
    assert shown["Size"] == "7.3 MB"
    assert shown["Home"] == INFO["home"]
    assert page.locator("#info time").get_attribute("datetime") == INFO["started_at"]


def test_text_that_looks_like_a_script_stays_text(visit: Visit) -> None:
    page = visit.open_signed_in("/")
    page.locator("#info dl").first.wait_for()
    shown = page.locator("#info").text_content() or ""
    assert [payload for payload in PAYLOADS if payload not in shown] == []
    assert page.locator("#info").locator("script, img, svg").count() == 0
    assert page.title() == "Home · FaceForge"


def test_a_refusal_is_shown_with_what_to_do(visit: Visit) -> None:
    page = visit.open_signed_in("/")
    problem = {"status": 403, "detail": "This token may not read that.", "hint": "Use another one."}
    page.route("**/v1/system/info", lambda route: route.fulfill(status=403, json=problem))
    page.reload()
    expect(page.get_by_text("This token may not read that. Use another one.")).to_be_visible()
    visit.forgive("403")


def test_the_theme_follows_the_system_until_it_is_chosen(visit: Visit) -> None:
    page = visit.open("/")
    button = page.get_by_role("button", name="Dark theme")
    expect(button).to_have_attribute("aria-pressed", "false")
    page.emulate_media(color_scheme="dark")
    expect(button).to_have_attribute("aria-pressed", "true")
    button.click()
    expect(button).to_have_attribute("aria-pressed", "false")
    page.reload()
    expect(page.locator("html")).to_have_attribute("data-theme", "light")
