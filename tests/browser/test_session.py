"""Signing in and out: where the token goes, and where it never goes."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect
from small_core import COMMAND
from visit import Visit

pytestmark = pytest.mark.needs("chromium")
PAGES = ["/", "/graphql", "/docs", "/redoc"]
ASKING = ["/", "/graphql", "/docs"]


def test_the_reference_is_for_all(visit: Visit) -> None:
    page = visit.open("/redoc")
    expect(page.get_by_role("heading", name="One entity by its id")).to_be_visible()
    expect(page.get_by_role("heading", name="Sign in")).to_have_count(0)
    page = visit.open_signed_in("/")
    visit.open("/redoc")
    page.get_by_role("button", name="Sign out").click()
    assert page.evaluate("sessionStorage.getItem('faceforge.token')") is None


@pytest.mark.parametrize("path", ASKING)
def test_a_page_asks_for_the_token_and_shows_nothing_before(visit: Visit, path: str) -> None:
    page = visit.open(path)
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    expect(page.get_by_role("button", name="Sign out")).to_be_hidden()
    page.wait_for_load_state("networkidle")
    assert not [address for address in visit.addresses if "/v1/" in address]


def test_the_token_is_kept_in_the_tab_only_and_never_in_an_address(visit: Visit) -> None:
    page = visit.open_signed_in("/")
    for path in PAGES:
        visit.open(path)
        expect(page.get_by_role("button", name="Sign out")).to_be_visible()
        page.wait_for_load_state("networkidle")
    assert page.evaluate("sessionStorage.getItem('faceforge.token')") == visit.core.token
    assert visit.core.token not in page.evaluate("JSON.stringify(localStorage)")
    assert page.context.cookies() == []
    assert not [address for address in visit.addresses if visit.core.token in address]
    with page.context.new_page() as other:
        other.goto(visit.core.address)
        expect(other.get_by_role("heading", name="Sign in")).to_be_visible()


def test_signing_out_forgets_the_token_and_what_was_written(visit: Visit) -> None:
    page = visit.open_signed_in("/graphql")
    page.get_by_role("textbox", name="Query").fill("{ secret }")
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_label("Access token")).to_be_focused()
    assert "secret" not in page.evaluate("JSON.stringify(sessionStorage)")
    assert page.evaluate("sessionStorage.getItem('faceforge.token')") is None


@pytest.mark.parametrize("path", PAGES)
def test_the_card_names_the_line_that_prints_the_token(visit: Visit, path: str) -> None:
    page = visit.open(path)
    expect(page.locator(".gate pre")).to_have_text(COMMAND)
    expect(page.get_by_label("Access token")).to_have_accessible_description(re.compile(re.escape(COMMAND)))


@pytest.mark.parametrize(
    ("token", "alert"),
    [
        ("", "The field is empty. Paste the token; how to see it is said below."),
        ("two words", "A token has no spaces or accents. Copy it once more."),
        ("tökén", "A token has no spaces or accents. Copy it once more."),
    ],
)
def test_what_cannot_be_a_token_is_not_even_sent(visit: Visit, token: str, alert: str) -> None:
    page = visit.open("/")
    visit.sign_in(token)
    expect(page.get_by_role("alert").filter(visible=True)).to_have_text(alert)
    expect(page.get_by_label("Access token")).to_be_focused()
    assert not [address for address in visit.addresses if "/v1/" in address]


def test_a_wrong_token_is_said_to_be_wrong(visit: Visit) -> None:
    page = visit.open("/")
    visit.sign_in("wrong")
    expect(page.get_by_text("This token is not accepted.")).to_be_visible()
    assert page.evaluate("sessionStorage.getItem('faceforge.token')") is None
    visit.forgive("401")


def test_a_token_that_is_revoked_meanwhile_brings_back_the_question_and_keeps_the_draft(visit: Visit) -> None:
    page = visit.open_signed_in("/graphql")
    page.get_by_role("textbox", name="Query").fill("{ systemInfo { version } }")
    page.evaluate("sessionStorage.setItem('faceforge.token', 'revoked')")
    page.get_by_role("button", name="Run").click()
    expect(page.locator("#sign-in-notice")).to_contain_text("This token is not accepted.")
    visit.sign_in(visit.core.token)
    expect(page.get_by_role("textbox", name="Query")).to_have_value("{ systemInfo { version } }")
    visit.forgive("401")


def test_a_core_that_is_gone_is_said_to_be_gone(visit: Visit) -> None:
    page = visit.open("/")
    page.context.set_offline(True)
    visit.sign_in(visit.core.token)
    expect(
        page.get_by_text("Core does not answer. It may have stopped: start it again, then")
    ).to_be_visible()
    visit.forgive("ERR_INTERNET_DISCONNECTED")


def test_too_many_attempts_say_how_long_to_wait(visit: Visit) -> None:
    page = visit.open("/")
    page.route("**/v1/tokens/current", lambda route: route.fulfill(status=429, headers={"Retry-After": "7"}))
    visit.sign_in("guess")
    expect(page.get_by_text("Too many failed attempts. Try again in 7 seconds.")).to_be_visible()
    visit.forgive("429")
