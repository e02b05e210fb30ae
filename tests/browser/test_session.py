"""Signing in and out: where the secrets go, and where they never go."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect
from small_core import CODE, LINK_COMMAND, SECRET
from visit import FIELD, Visit

pytestmark = pytest.mark.needs("chromium")
PAGES = ["/entities", "/graphql", "/docs", "/redoc"]
FORGOTTEN = "localStorage.getItem('faceforge.csrf') === null"
"""Comes to be true once Core has ended the session."""
ASKING = ["/sign-in", "/graphql", "/docs"]


def test_the_reference_is_for_all(visit: Visit) -> None:
    page = visit.open("/redoc")
    expect(page.get_by_role("heading", name="One entity by its id")).to_be_visible()
    expect(page.get_by_role("heading", name="Sign in")).to_have_count(0)
    page = visit.open_signed_in("/redoc")
    page.get_by_role("button", name="Sign out", exact=True).click()
    page.wait_for_function(FORGOTTEN)


@pytest.mark.parametrize("path", ASKING)
def test_a_page_asks_to_sign_in_and_shows_nothing_before(visit: Visit, path: str) -> None:
    page = visit.open(path)
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    expect(page.get_by_role("button", name="Sign out", exact=True)).to_be_hidden()
    page.wait_for_load_state("networkidle")
    assert not [address for address in visit.addresses if "/v1/" in address]


def test_the_token_is_kept_nowhere_and_the_cookie_is_out_of_reach_of_scripts(visit: Visit) -> None:
    page = visit.open_signed_in("/entities")
    for path in PAGES:
        visit.open(path)
        expect(page.get_by_role("button", name="Sign out", exact=True)).to_be_visible()
        page.wait_for_load_state("networkidle")
    kept = page.evaluate("JSON.stringify(localStorage) + JSON.stringify(sessionStorage) + document.cookie")
    assert visit.core.token not in kept
    assert SECRET not in kept
    [cookie] = page.context.cookies()
    assert (cookie["httpOnly"], cookie["sameSite"]) == (True, "Strict")
    assert not [address for address in visit.addresses if visit.core.token in address]


def test_all_tabs_are_signed_in_and_out_together(visit: Visit) -> None:
    page = visit.open_signed_in("/docs")
    with page.context.new_page() as other:
        other.goto(f"{visit.core.address}/graphql")
        with other.expect_response("**/v1/sessions/current"):
            other.get_by_role("button", name="Sign out", exact=True).click()
        expect(other.get_by_role("heading", name="Sign in")).to_be_visible()
        expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    assert page.context.cookies() == []


def test_signing_out_of_a_page_with_data_shows_the_door(visit: Visit) -> None:
    page = visit.open_signed_in("/entities")
    with page.expect_response("**/v1/sessions/current"):
        page.get_by_role("button", name="Sign out", exact=True).click()
    expect(page.get_by_label(FIELD)).to_be_visible()
    expect(page).to_have_url(f"{visit.core.address}/entities")
    visit.sign_in(visit.core.token)
    expect(page.get_by_role("heading", name="Entities")).to_be_visible()
    visit.forgive("401")


@pytest.mark.parametrize(
    "given", [CODE, CODE.upper().replace("-", " "), f"http://127.0.0.1:1/sign-in/{CODE}"]
)
def test_a_code_or_a_whole_link_may_be_pasted_too(visit: Visit, given: str) -> None:
    page = visit.open("/sign-in")
    with page.expect_request("**/v1/sessions") as asked:
        visit.sign_in(given)
    assert asked.value.post_data_json == {"code": given.rpartition("/")[2]}
    if CODE in given:  # a real Core takes the other spelling, too
        expect(page.get_by_role("button", name="Sign out", exact=True)).to_be_visible()
    else:
        expect(page.get_by_text("This code has expired or was used.")).to_be_visible()
        visit.forgive("401")


def test_a_link_signs_in_and_leaves_its_code_in_no_history(visit: Visit) -> None:
    page = visit.open("/redoc")
    visit.open(f"/sign-in/{CODE}")
    expect(page.get_by_role("button", name="Sign out", exact=True)).to_be_visible()
    page.wait_for_url(f"{visit.core.address}/entities")
    page.go_back()
    expect(page).to_have_url(f"{visit.core.address}/redoc")


def test_a_link_that_was_used_says_so(visit: Visit) -> None:
    page = visit.open("/sign-in/void")
    expect(page.locator("#sign-in-notice")).to_contain_text("This")
    expect(page.get_by_label(FIELD)).to_be_visible()
    expect(page).to_have_url(f"{visit.core.address}/sign-in")
    visit.forgive("401")


def test_an_old_link_does_no_harm_to_who_is_signed_in(visit: Visit) -> None:
    page = visit.open_signed_in("/entities")
    visit.open(f"/sign-in/{CODE.replace('7', '8')}")
    expect(page.locator("#not-needed")).to_contain_text("This code has expired or was used.")
    page.get_by_role("link", name="Go to your library").click()
    expect(page.get_by_role("button", name="Sign out", exact=True)).to_be_visible()
    visit.forgive("401")


def test_signing_out_forgets_the_session_and_what_was_written(visit: Visit) -> None:
    page = visit.open_signed_in("/graphql")
    page.get_by_role("textbox", name="Query").fill("{ secret }")
    page.get_by_role("button", name="Sign out", exact=True).click()
    expect(page.get_by_label(FIELD)).to_be_focused()
    assert "secret" not in page.evaluate("JSON.stringify(sessionStorage)")
    assert page.evaluate("localStorage.getItem('faceforge.csrf')") is None


@pytest.mark.parametrize("path", ASKING)
def test_the_card_names_the_line_that_prints_a_link(visit: Visit, path: str) -> None:
    page = visit.open(path)
    expect(page.locator(".gate pre")).to_have_text(LINK_COMMAND)
    expect(page.get_by_label(FIELD)).to_have_accessible_description(re.compile(re.escape(LINK_COMMAND)))


@pytest.mark.parametrize(
    ("token", "alert"),
    [
        ("", "The field is empty. Paste a code or a token; how to get one is said below."),
        ("two words", "A token has no spaces or accents. Copy it once more."),
        ("tökén", "A token has no spaces or accents. Copy it once more."),
    ],
)
def test_what_cannot_be_a_token_is_not_even_sent(visit: Visit, token: str, alert: str) -> None:
    page = visit.open("/sign-in")
    visit.sign_in(token)
    expect(page.get_by_role("alert").filter(visible=True)).to_have_text(alert)
    expect(page.get_by_label(FIELD)).to_be_focused()
    assert not [address for address in visit.addresses if "/v1/" in address]


def test_a_wrong_token_is_said_to_be_wrong(visit: Visit) -> None:
    page = visit.open("/sign-in")
    visit.sign_in("wrong")
    expect(page.get_by_text("This token is not accepted.")).to_be_visible()
    assert page.evaluate("localStorage.getItem('faceforge.csrf')") is None
    visit.forgive("401")


def test_a_session_that_ends_meanwhile_brings_back_the_question_and_keeps_the_draft(visit: Visit) -> None:
    page = visit.open_signed_in("/graphql")
    page.get_by_role("textbox", name="Query").fill("{ systemInfo { version } }")
    page.context.clear_cookies()
    page.get_by_role("button", name="Run", exact=True).click()
    expect(page.locator("#sign-in-notice")).to_contain_text("Your session has ended. Sign in again.")
    visit.sign_in(visit.core.token)
    expect(page.get_by_role("textbox", name="Query")).to_have_value("{ systemInfo { version } }")
    visit.forgive("401")


def test_a_core_that_is_gone_is_said_to_be_gone(visit: Visit) -> None:
    page = visit.open("/sign-in")
    page.context.set_offline(True)
    visit.sign_in(visit.core.token)
    expect(page.get_by_text("FaceForge is not answering. Start it again if it was stopped")).to_be_visible()
    visit.forgive("ERR_INTERNET_DISCONNECTED")


def test_too_many_attempts_say_how_long_to_wait(visit: Visit) -> None:
    page = visit.open("/sign-in")
    page.route("**/v1/sessions", lambda route: route.fulfill(status=429, headers={"Retry-After": "7"}))
    visit.sign_in("guess")
    expect(page.get_by_text("Too many failed attempts. Try again in 7 seconds.")).to_be_visible()
    visit.forgive("429")
