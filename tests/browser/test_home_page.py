"""The first page: health, what the installation says about itself, and where to go."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, Route, expect
from small_core import COMMAND, HOSTILE, INFO, PAYLOADS
from visit import Visit

pytestmark = pytest.mark.needs("chromium")


def test_a_stranger_sees_that_core_is_well_and_what_to_do_first(visit: Visit) -> None:
    page = visit.open("/")
    expect(page.locator("#health")).to_have_text("Core 0.1.0 is running well")
    expect(page.get_by_role("heading", name="First steps")).to_be_visible()
    expect(page.locator(".steps pre").nth(0)).to_have_text(f"TOKEN=$({COMMAND})")
    expect(page.locator(".steps pre").nth(1)).to_contain_text(f"{visit.core.address}/v1/entities")
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
    assert shown["Files (assets)"] == "348,112"
    assert shown["Version"] == "0.1.0"
    assert shown["Size"] == "7.3 MB"
    assert shown["Provider"] == "filesystem"
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


LIMITED = ["assets:read", "assets:write", "entities:read"]


def open_with(visit: Visit, permissions: list[str]) -> Page:
    """The first page, signed in with a token of these permissions."""
    own = {"name": HOSTILE, "limited": True, "permissions": permissions}
    visit.page.route("**/v1/tokens/current", lambda route: route.fulfill(json=own))
    return visit.open_signed_in("/")


def shown(page: Page, kind: str) -> dict[str, str]:
    return {
        row.locator("dt").inner_text(): row.locator("dd").inner_text()
        for row in page.locator(f"#info dl.{kind} > div").all()
    }


def test_a_limited_token_is_told_what_it_may_do_and_shown_what_it_may_see(visit: Visit) -> None:
    counted = {"data": {"entities": {"totalCount": 12}, "assets": {"totalCount": 3400}}}
    asked: list[str] = []

    def answer(route: Route) -> None:
        asked.append(route.request.post_data_json["query"])
        route.fulfill(json=counted)

    visit.page.route("**/graphql", answer)
    page = open_with(visit, LIMITED)
    expect(page.locator("#info strong")).to_have_text(re.compile("javascript:document"))
    assert shown(page, "facts") == {"Files (assets)": "read and change", "Entities": "read"}
    assert shown(page, "tiles") == {"Files (assets)": "3,400", "Entities": "12"}
    assert asked == ["{ entities { totalCount } assets { totalCount } }"]
    expect(page.locator("#info-notice")).to_be_hidden()
    assert not [address for address in visit.addresses if "/system/info" in address]


def test_a_limited_token_that_may_read_the_system_sees_it_too(visit: Visit) -> None:
    page = open_with(visit, ["system:read"])
    expect(page.get_by_text("This installation", exact=True).nth(1)).to_be_visible()
    assert shown(page, "tiles")["Entities"] == "1,204"


def test_a_token_without_permissions_is_told_so(visit: Visit) -> None:
    page = open_with(visit, [])
    expect(page.get_by_text("It may do nothing yet.")).to_be_visible()


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
