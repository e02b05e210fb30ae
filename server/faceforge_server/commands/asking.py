"""A command asks Core as any program does: the one that runs on the home, or else one inside the command.

So a command follows the rules of the operation it calls, and never writes beside a running Core.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.request import ProxyHandler, Request, build_opener

from faceforge_storage.errors import CannotStart, FaceForgeError
from faceforge_storage.home import Home
from faceforge_storage.lock import HomeLock
from faceforge_storage.settings import Settings

Ask = Callable[..., Any]
"""`ask(method, path, body=None)` answers the JSON of a REST call (None for 204); raises FaceForgeError."""

SECONDS = 30


@contextmanager
def core_of(home: Home, settings: Settings) -> Iterator[Ask]:
    """A way to ask the Core of `home`, with the install token."""
    headers = {
        "Authorization": f"Bearer {settings.auth.install_token.get_secret_value()}",
        "Content-Type": "application/json",
    }
    lock = HomeLock(home)
    try:
        lock.__enter__()
    except CannotStart:
        yield lambda method, path, body=None: _over_http(home, headers, method, path, body)
        return
    try:
        from faceforge_server.app import create_app

        # What Core says of itself at its start is for its own log.
        logging.getLogger("faceforge_storage").setLevel(logging.ERROR)
        app = create_app(home, settings)
        with closing(app.state.core.database):
            yield lambda method, path, body=None: asyncio.run(_inside(app, headers, method, path, body))
    finally:
        lock.__exit__(None, None, None)


def _over_http(home: Home, headers: dict[str, str], method: str, path: str, body: Any) -> Any:
    url = home.read_ports().get("url", "")
    opener = build_opener(ProxyHandler({}))  # Core is on this machine, whatever proxy is set for others
    try:
        request = Request(url + path, _encoded(body), headers, method=method)  # noqa: S310  # Core wrote the address
        with opener.open(request, timeout=SECONDS) as answer:
            return _answer(answer.status, answer.read())
    except HTTPError as refused:
        return _answer(refused.code, refused.read())
    except (URLError, TimeoutError, ValueError):
        raise CannotStart(
            f"A Core runs on {home.root}, but it does not answer at {url or 'any known address'}.",
            "Wait until it has started, or stop it.",
        ) from None


async def _inside(app: Any, headers: dict[str, str], method: str, path: str, body: Any) -> Any:
    path, _, query = path.partition("?")
    sent_headers = {**headers, "Host": "127.0.0.1"}
    scope = {
        "type": "http",
        "method": method,
        "path": path,
        "raw_path": path.encode(),
        "query_string": query.encode(),
        "root_path": "",
        "scheme": "http",
        "http_version": "1.1",
        "server": ("127.0.0.1", 80),
        "client": ("127.0.0.1", 0),
        "headers": [(name.lower().encode(), text.encode()) for name, text in sent_headers.items()],
    }
    sent: list[Any] = []

    async def receive() -> Any:
        return {"type": "http.request", "body": _encoded(body) or b"", "more_body": False}

    async def send(message: Any) -> None:
        sent.append(message)

    await app(scope, receive, send)
    return _answer(sent[0]["status"], b"".join(message.get("body", b"") for message in sent[1:]))


def _encoded(body: Any) -> bytes | None:
    return None if body is None else json.dumps(body).encode()


def _answer(status: int, content: bytes) -> Any:
    told: Any = json.loads(content) if content else None
    if status >= 400:
        raise FaceForgeError(told["detail"], told["hint"])
    return told
