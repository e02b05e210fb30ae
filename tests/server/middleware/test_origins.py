"""A page of another site can neither change anything nor open a WebSocket (S2); programs are not bothered."""

from __future__ import annotations

import json

import pytest
from asgi import ask, reached, status

import faceforge_ui
from faceforge_schema import build_schema
from faceforge_server.graphql.view import GraphqlView
from faceforge_server.http.public_routes import Addresses, is_page
from faceforge_server.middleware.origins import OriginCheck

ROUTES = [*faceforge_ui.routes(), *GraphqlView(build_schema()).routes()]
GUARDED = OriginCheck(reached, Addresses(ROUTES, is_page))
HOST = "127.0.0.1:43210"
OWN = f"http://{HOST}"


@pytest.mark.parametrize(
    ("host", "origin", "ours"),
    [
        (HOST, OWN, True),
        (HOST, f"https://{HOST}", True),
        ("localhost:43210", "http://localhost:43210", True),
        ("nas.local", "https://nas.local", True),
        ("nas.local", "http://nas.local", True),
        ("nas.local:443", "https://nas.local", True),
        ("NAS.local", "http://nas.LOCAL", True),
        ("[::1]:43210", "http://[::1]:43210", True),
        (HOST, "null", False),
        (HOST, "", False),
        (HOST, "http://evil.test", False),
        (HOST, "http://evil.test:43210", False),
        (HOST, "http://127.0.0.1", False),
        (HOST, "http://127.0.0.1:8188", False),
        (HOST, "http://localhost:43210", False),
        (HOST, f"{OWN}.evil.test", False),
        (HOST, f"http://{HOST}@evil.test", False),
        (HOST, f"ftp://{HOST}", False),
        (HOST, f"file://{HOST}", False),
        (HOST, "http://[", False),
        (HOST, "http://127.0.0.1:port", False),
        (HOST, f"{OWN}, http://evil.test", False),
        ("nas.local:80", "https://nas.local", False),
    ],
)
@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "WEBSOCKET"])
async def test_what_changes_something_comes_from_our_own_pages(
    host: str, origin: str, ours: bool, method: str
) -> None:
    kind = "websocket" if method == "WEBSOCKET" else "http"
    answer = status(await ask(GUARDED, {"Host": host, "Origin": origin}, method=method, kind=kind))
    assert answer == ((101 if kind == "websocket" else 204) if ours else 403)


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS"])
async def test_reading_with_a_foreign_origin_is_harmless_and_gets_no_cors_header(method: str) -> None:
    messages = await ask(GUARDED, {"Host": HOST, "Origin": "http://evil.test"}, method=method)
    assert status(messages) == 204
    assert not [name for name, _ in messages[0]["headers"] if name.startswith(b"access-control")]


async def test_two_origins_are_foreign() -> None:
    headers = [("Host", HOST), ("Origin", OWN), ("Origin", OWN)]
    assert status(await ask(GUARDED, headers, method="POST")) == 403


@pytest.mark.parametrize("method", ["GET", "POST", "DELETE"])
async def test_a_program_sends_none_of_these_headers_and_passes(method: str) -> None:
    assert status(await ask(GUARDED, {"Host": HOST}, method=method)) == 204


NAVIGATION = {"Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"}
EMBEDDED = {"Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "iframe"}
FETCHED = {"Sec-Fetch-Mode": "cors", "Sec-Fetch-Dest": "empty"}
SHOWN = {"Sec-Fetch-Mode": "no-cors", "Sec-Fetch-Dest": "image"}


@pytest.mark.parametrize(
    ("site", "how", "path", "method", "expected"),
    [
        ("none", NAVIGATION, "/v1/assets", "GET", 204),
        ("same-origin", FETCHED, "/v1/assets", "GET", 204),
        ("same-origin", FETCHED, "/v1/assets", "POST", 204),
        ("cross-site", NAVIGATION, "/", "GET", 204),
        ("same-site", NAVIGATION, "/docs", "GET", 204),
        ("cross-site", NAVIGATION, "/redoc", "GET", 204),
        ("cross-site", NAVIGATION, "/graphql", "GET", 204),
        ("cross-site", NAVIGATION, "/", "POST", 403),
        ("cross-site", NAVIGATION, "/v1/entities", "GET", 403),
        ("cross-site", NAVIGATION, "/healthz", "GET", 403),
        ("cross-site", EMBEDDED, "/", "GET", 403),
        ("same-site", FETCHED, "/v1/entities", "GET", 403),
        ("cross-site", FETCHED, "/", "GET", 403),
        ("cross-site", SHOWN, "/v1/assets/1/download", "GET", 403),
        ("same-site", SHOWN, "/v1/assets/1/download", "GET", 403),
        ("cross-site", FETCHED, "/v1/entities", "OPTIONS", 403),
    ],
)
async def test_the_browser_tells_where_a_request_comes_from(
    site: str, how: dict[str, str], path: str, method: str, expected: int
) -> None:
    headers = {"Host": HOST, "Sec-Fetch-Site": site, **how}
    assert status(await ask(GUARDED, headers, path=path, method=method)) == expected


async def test_a_foreign_site_opens_no_websocket() -> None:
    headers = {"Host": HOST, "Origin": OWN, "Sec-Fetch-Site": "cross-site"}
    assert status(await ask(GUARDED, headers, kind="websocket", path="/graphql")) == 403


async def test_the_refusal_has_its_own_code() -> None:
    messages = await ask(GUARDED, {"Host": HOST, "Origin": "null"}, method="POST")
    assert json.loads(messages[1]["body"])["code"] == "foreign_origin"
