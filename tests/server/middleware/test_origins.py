"""A page of another site can neither change anything nor open a WebSocket (S2); programs are not bothered."""

from __future__ import annotations

import json

import pytest
from asgi import ask, reached, status

import faceforge_ui
from faceforge_schema import build_schema
from faceforge_server.contract_routes import path_operations
from faceforge_server.graphql.view import GraphqlView
from faceforge_server.http.public_routes import Addresses, is_page, takes_signature
from faceforge_server.middleware.origins import OriginCheck
from faceforge_server.rest import rest_operations

CONTRACT = build_schema()
ROUTES = [
    *faceforge_ui.routes(),
    *GraphqlView(CONTRACT).routes(),
    *path_operations(rest_operations(CONTRACT)),
]
PAGES, SIGNED = Addresses(ROUTES, is_page), Addresses(ROUTES, takes_signature)
GUARDED = OriginCheck(reached, PAGES, SIGNED)
FRIEND = "http://127.0.0.1:8188"
FRIENDLY = OriginCheck(reached, PAGES, SIGNED, [FRIEND])
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
        ("cross-site", NAVIGATION, "/sign-in", "GET", 204),
        ("cross-site", NAVIGATION, "/", "GET", 403),
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


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "PATCH", "DELETE", "WEBSOCKET"])
@pytest.mark.parametrize(
    ("origin", "allowed"),
    [
        (FRIEND, True),
        ("http://localhost:8188", False),
        ("https://127.0.0.1:8188", False),
        (f"{FRIEND}.evil.test", False),
        (f"{FRIEND}, {FRIEND}", False),
        ("null", False),
    ],
)
async def test_pages_of_an_allowed_origin_may_send_what_ours_may(
    origin: str, allowed: bool, method: str
) -> None:
    kind = "websocket" if method == "WEBSOCKET" else "http"
    headers = {"Host": HOST, "Origin": origin, "Sec-Fetch-Site": "same-site", **FETCHED}
    answer = status(await ask(FRIENDLY, headers, method=method, kind=kind))
    assert answer == ((101 if kind == "websocket" else 204) if allowed else 403)


async def test_two_allowed_origins_at_once_are_none() -> None:
    headers = [("Host", HOST), ("Origin", FRIEND), ("Origin", FRIEND)]
    assert status(await ask(FRIENDLY, headers, method="POST")) == 403


DOWNLOAD = f"/v1/assets/{'0' * 64}/download"


@pytest.mark.parametrize(
    ("path", "query", "method", "expected"),
    [
        (DOWNLOAD, "signature=x&expires=1", "GET", 204),
        (DOWNLOAD, "signature=x&expires=1", "HEAD", 204),
        (DOWNLOAD, "signature=x&expires=1", "POST", 403),
        (DOWNLOAD, "disposition=inline", "GET", 403),
        (DOWNLOAD, "", "GET", 403),
        ("/v1/assets", "signature=x", "GET", 403),
    ],
)
@pytest.mark.parametrize("how", [SHOWN, FETCHED, NAVIGATION, EMBEDDED])
async def test_what_a_signed_address_opens_may_be_shown_by_any_page(
    how: dict[str, str], path: str, query: str, method: str, expected: int
) -> None:
    headers = {"Host": HOST, "Sec-Fetch-Site": "cross-site", **how}
    assert status(await ask(GUARDED, headers, path=path, query=query, method=method)) == expected
