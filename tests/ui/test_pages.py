"""The shells: what they say to the browser, and that they hold nothing but themselves."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest
from jinja2 import UndefinedError
from visitor import Visitor

from faceforge_ui.serving.rendering import templates

PAGES = ["/sign-in", "/docs", "/redoc", "/graphql"]
VIEWERS = {"/docs", "/redoc"}


class Tags(HTMLParser):
    """Every start tag of a page, with its attributes."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    def values(self, *names: str) -> list[str]:
        return [
            attributes[name] or "" for _, attributes in self.found for name in names if name in attributes
        ]


def rules(visitor: Visitor, path: str) -> dict[str, list[str]]:
    policy = visitor.get(path).headers["content-security-policy"]
    return {rule.split()[0]: rule.split()[1:] for rule in policy.split(";")}


@pytest.mark.parametrize("path", PAGES)
def test_a_page_answers_without_a_token_and_forbids_framing_and_referrers(
    visitor: Visitor, path: str
) -> None:
    answer = visitor.get(path)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert answer.headers["cache-control"] == "private, no-cache"
    assert "set-cookie" not in answer.headers


@pytest.mark.parametrize("path", PAGES)
def test_scripts_and_connections_are_our_own(visitor: Visitor, path: str) -> None:
    policy = rules(visitor, path)
    assert policy["default-src"] == ["'none'"]
    assert policy["script-src"] == ["'self'"]
    assert policy["img-src"] == ["'self'", "data:", "blob:"]
    blob = ["blob:"] if path == "/docs" else []  # the file that a download answers
    assert policy["media-src"] == ["'self'", *blob]
    assert policy["connect-src"] == ["'self'", "ws://127.0.0.1:43210", "wss://127.0.0.1:43210"]
    assert policy["base-uri"] == policy["form-action"] == policy["frame-ancestors"] == ["'none'"]


@pytest.mark.parametrize("path", PAGES)
def test_inline_styles_are_allowed_to_the_viewers_only(visitor: Visitor, path: str) -> None:
    assert ("'unsafe-inline'" in rules(visitor, path)["style-src"]) == (path in VIEWERS)
    assert ("worker-src" in rules(visitor, path)) == (path == "/redoc")


@pytest.mark.parametrize("host", ["evil; script-src *", "a b", "a,b", "x'y", ""])
def test_a_strange_host_cannot_write_into_the_policy(visitor: Visitor, host: str) -> None:
    policy = visitor.get("/sign-in", headers={"Host": host}).headers["content-security-policy"]
    assert "connect-src 'self'; base-uri" in policy


@pytest.mark.parametrize("path", PAGES)
def test_a_page_names_only_its_own_server_and_has_nothing_inline(visitor: Visitor, path: str) -> None:
    html = visitor.get(path).text
    tags = Tags(html)
    for address in tags.values("src", "href"):
        assert re.fullmatch(r"(/[\w./-]*(#[\w-]+)?|#\w+)", address), address
    assert not [name for _, attributes in tags.found for name in attributes if name.startswith("on")]
    assert not tags.values("style")
    assert "<style" not in html
    assert all("src" in attributes for tag, attributes in tags.found if tag == "script")


@pytest.mark.parametrize("path", PAGES)
def test_every_file_a_page_names_is_served_for_ever(visitor: Visitor, path: str) -> None:
    files = [
        address
        for address in Tags(visitor.get(path).text).values("src", "href")
        if address.startswith("/ui/")
    ]
    assert files
    for file in files:
        answer = visitor.get(file)
        assert answer.status_code == 200
        assert "immutable" in answer.headers["cache-control"]


@pytest.mark.parametrize("path", PAGES)
def test_a_page_has_a_language_a_title_a_main_part_and_one_first_heading(visitor: Visitor, path: str) -> None:
    html = visitor.get(path).text
    names = [tag for tag, _ in Tags(html).found]
    assert '<html lang="en">' in html
    assert re.search(r"<title>[\w ]+ · FaceForge</title>", html)
    assert [names.count(name) for name in ("main", "h1")] == [1, 1]
    ids = Tags(html).values("id")
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize("path", sorted({*PAGES} - {"/sign-in"}))
def test_a_page_in_the_shell_has_named_landmarks_and_begins_with_the_skip_link(
    visitor: Visitor, path: str
) -> None:
    found = Tags(visitor.get(path).text).found
    names = [tag for tag, _ in found]
    labels = [attributes["aria-label"] for tag, attributes in found if tag == "nav"]
    assert names.count("header") == 1
    assert labels == ["Main", "More", "Main, at the bottom"]
    assert names.index("a") < names.index("header"), "the skip link comes first"


def test_pages_take_no_other_method(visitor: Visitor) -> None:
    assert [visitor.ask("POST", path).status_code for path in ["/sign-in", "/docs", "/redoc"]] == [405] * 3
    assert visitor.ask("HEAD", "/sign-in").status_code == 200


def test_templates_escape_what_they_are_given_and_refuse_what_they_are_not() -> None:
    given = templates().from_string("{{ text }}").render(text="<script>'\"&")
    assert given == "&lt;script&gt;&#39;&#34;&amp;"
    with pytest.raises(UndefinedError):
        templates().from_string("{{ missing }}").render()
