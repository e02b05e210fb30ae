"""A page that cannot be shown says so in words of people, whatever the error."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape

import pytest
from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from visitor import Visitor

import faceforge_ui
from faceforge_storage.errors import CursorExpired, FaceForgeError, NotFound, Unavailable
from faceforge_ui.errors.error_words import words_for

NEVER = re.compile(
    r"!|\b(?:endpoint|payload|null|hash|sync|please|success\w*|invalid|error)\b|[0-9a-f]{8}-", re.I
)
"""What no sentence of a page has (docs/design/words.md)."""
SCRIPT = "<script>alert(1)</script>"


def subclasses(of: type[FaceForgeError]) -> Iterator[type[FaceForgeError]]:
    for each in of.__subclasses__():
        yield each
        yield from subclasses(each)


def seen(error: FaceForgeError, path: str = "/entities/x?cursor=abc") -> tuple[int, str]:
    """Status and text of the page that an error is shown as."""

    async def endpoint(request: Request) -> Response:
        return faceforge_ui.error_page(request, error)

    app = FastAPI(openapi_url=None)
    app.router.routes.append(Route("/{path:path}", endpoint))
    answer = Visitor(app).get(path)
    return answer.status_code, answer.text


@pytest.mark.parametrize(
    "kind",
    [kind for kind in subclasses(FaceForgeError) if kind.status in range(400, 600)],
    ids=lambda kind: kind.code,
)
def test_every_error_that_a_page_may_show_has_words_without_jargon(kind: type[FaceForgeError]) -> None:
    words = words_for(kind("What it says itself."))
    assert words.title.endswith(".")
    assert not NEVER.search(f"{words.title} {words.text}")


def test_the_page_keeps_ids_and_codes_for_its_details() -> None:
    status, html = seen(NotFound("There is no entity 0190a7f2-1111-7000-8000-000000000000."))
    before, _, details = html.partition("<details>")
    assert status == 404
    assert "This page is not here." in before
    assert "0190a7f2" not in before.partition("<main")[2]
    assert "0190a7f2" in details
    assert "not_found" in details


def test_what_an_error_repeats_of_the_address_is_text() -> None:
    _, html = seen(NotFound(f"There is nothing at {SCRIPT}."))
    assert SCRIPT not in html
    assert SCRIPT in unescape(html)


def test_a_list_that_has_moved_on_can_be_read_from_its_top_and_what_was_busy_asked_again() -> None:
    assert 'href="/entities/x"' in seen(CursorExpired("The cursor is too old."))[1]
    assert 'href="/entities/x?cursor=abc"' in seen(Unavailable("Too much at once."))[1]


def test_the_way_back_never_leads_to_another_site() -> None:
    html = seen(Unavailable("Too much at once."), "//evil.example/x")[1]
    assert 'href="//' not in html
