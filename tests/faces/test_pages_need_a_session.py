"""S5, S13: a page with data is shown to who is signed in, and its forms do nothing without the CSRF token."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from running_core import RunningCore, SignedIn, running_core

from faceforge_ui.serving.menus import found_pages

PAGES = sorted({page.path for pages in found_pages() for page in pages.shown if not page.public})
ACTIONS = sorted({action.path for pages in found_pages() for action in pages.actions})
UNKNOWN = "0" * 64
HTML = {"Accept": "text/html"}
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


def at(path: str) -> str:
    """An address of a path, about records that do not exist."""
    parts = [UNKNOWN if part.startswith("{") else part for part in path.split("/")]
    return "/".join(parts)


@pytest.fixture(scope="module")
def lone(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningCore]:
    with running_core(tmp_path_factory.mktemp("pages"), limits={"failed_sign_ins": 10_000}) as core:
        core.request("POST", "/v1/entities", json={"display_name": "Seen by nobody"})
        yield core


@pytest.fixture(scope="module")
def narrow(lone: RunningCore) -> SignedIn:
    """Who may do nothing but ask who they are."""
    return lone.sign_in(lone.limited_token("system:read"))


@pytest.mark.parametrize("path", PAGES)
def test_a_stranger_sees_the_door(lone: RunningCore, path: str) -> None:
    answer = lone.request("GET", at(path), token=None, headers=HTML)
    assert answer.status_code == 401
    assert "text/html" in answer.headers["content-type"]
    assert "Seen by nobody" not in answer.text


@pytest.mark.parametrize("path", ACTIONS)
def test_a_form_needs_the_csrf_token_and_our_own_page(lone: RunningCore, path: str) -> None:
    sent = lone.sign_in()
    before = lone.request("GET", "/v1/system/info").json()["last_changeset_id"]
    without = lone.request("POST", at(path), token=replace(sent, csrf=""), headers=FORM, content="a=b")
    assert (without.status_code, without.json()["code"]) == (403, "csrf_required")
    elsewhere = lone.request(
        "POST", at(path), token=sent, headers={**FORM, "Origin": "http://127.0.0.1:9"}, content="a=b"
    )
    assert elsewhere.status_code == 403
    assert lone.request("POST", at(path), token=None, headers=FORM, content="a=b").status_code == 401
    assert lone.request("GET", "/v1/system/info").json()["last_changeset_id"] == before


@pytest.mark.parametrize("path", [path for path in PAGES if path != "/" and not path.startswith("/settings")])
def test_who_may_not_see_it_is_told_so_and_sees_nothing(
    lone: RunningCore, narrow: SignedIn, path: str
) -> None:
    answer = lone.request("GET", at(path), token=narrow, headers=HTML)
    assert answer.status_code in (200, 403, 404)
    assert "Seen by nobody" not in answer.text


@pytest.mark.parametrize("path", [path for path in ACTIONS if "{" in path])
@pytest.mark.parametrize("part", ["%0d%0aSet-Cookie:a=b", "%F0%9F%98%80", "%ed%a0%80", "%00", "..%2f.."])
def test_no_part_of_an_address_ends_a_header_or_fails(lone: RunningCore, path: str, part: str) -> None:
    address = "/".join(part if each.startswith("{") else each for each in path.split("/"))
    answer = lone.request("POST", address, token=lone.sign_in(), headers={**FORM, **HTML}, content="a=b")
    assert answer.status_code < 500
    assert not any("\n" in value or "\r" in value for value in answer.headers.values())


@pytest.mark.parametrize("path", ACTIONS)
@pytest.mark.parametrize("body", ["", "a=b", "id=x&id=y", "%00=%ff", "version=-1", "=&=&="])
def test_a_form_that_says_nonsense_is_refused_with_words(lone: RunningCore, path: str, body: str) -> None:
    answer = lone.request("POST", at(path), token=lone.sign_in(), headers={**FORM, **HTML}, content=body)
    assert answer.status_code < 500, answer.text[:500]
