"""A command asks Core as any program does: the one that runs on the home, or else one inside the command.

So a command follows the rules of the operation it calls, and never writes beside a running Core.
"""

from __future__ import annotations

import asyncio
import json
import logging
import os
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from http.client import HTTPException
from typing import Any
from urllib.error import HTTPError
from urllib.request import ProxyHandler, Request, build_opener

from faceforge_storage.errors import CannotStart, FaceForgeError, Unauthorized
from faceforge_storage.home.home import Home
from faceforge_storage.home.lock import HomeLock
from faceforge_storage.home.settings import Settings

Ask = Callable[..., Any]
"""`ask(method, path, body=None)` answers the JSON of a REST call (None for 204); raises FaceForgeError."""

TOKEN = "FACEFORGE_TOKEN"  # noqa: S105  # the name of the variable
REMEDY = f"Set {TOKEN} to a token of this data directory, or unset it to use the install token."
SECONDS = 30
PATIENCE = 10
"""How long a home that another process holds is waited for, in seconds."""
HEALTH_BYTES = 10_000


@contextmanager
def core_of(home: Home, settings: Settings, *, running: bool = False) -> Iterator[Ask]:
    """A way to ask the Core of `home`, with the token in FACEFORGE_TOKEN, else with the install token.

    Where it has to be a `running` one, raises CannotStart when there is none.
    """
    token = os.environ.get(TOKEN, "") or settings.auth.install_token.get_secret_value()
    if not (token.isascii() and token.isprintable()):
        raise Unauthorized(f"{TOKEN} holds no token.", REMEDY)
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    lock = HomeLock(home)
    url = _running(home, lock)
    if url is not None:
        yield lambda method, path, body=None: _over_http(url, headers, method, path, body)
        return
    try:
        if running:
            raise CannotStart(
                f"No Core runs on {home.root}.",
                "Start it, by `python3 dev.py run` in a checkout, else by `faceforge serve`.",
            )
        from faceforge_server.app import create_app

        # What Core logs at its start is for its own log.
        logging.getLogger("faceforge_storage").setLevel(logging.ERROR)
        app = create_app(home, settings)
        with closing(app.state.core.database):
            yield lambda method, path, body=None: asyncio.run(_inside(app, headers, method, path, body))
    finally:
        lock.release()


def _running(home: Home, lock: HomeLock) -> str | None:
    """Where the Core of `home` answers; None when none runs, and then `lock` is held.

    Another command may hold the home, or a Core that has not started yet: both are waited for. Raises CannotStart.
    """
    end = time.monotonic() + PATIENCE
    while not lock.acquire():
        ports = home.read_ports()
        if _is_core(ports):
            return str(ports["url"])
        if time.monotonic() > end:
            raise CannotStart(
                f"A Core runs on {home.root}, but it does not answer at {ports.get('url', 'any known address')}.",
                "Wait until it has started, or stop it.",
            )
        time.sleep(0.1)
    return None


def _is_core(ports: dict[str, Any]) -> bool:
    """Whether the Core that wrote `ports` answers there.

    By now another program may listen on that port, so this is asked without a token.
    """
    try:
        with _open(Request(f"{ports['url']}/healthz"), PATIENCE) as answer:  # noqa: S310  # Core wrote the address
            health = json.loads(answer.read(HEALTH_BYTES))
        return bool(health["instance_id"] == ports["instance_id"])
    except (OSError, HTTPException, ValueError, LookupError, TypeError):
        return False


def _over_http(url: str, headers: dict[str, str], method: str, path: str, body: Any) -> Any:
    try:
        request = Request(url + path, _encoded(body), headers, method=method)  # noqa: S310  # Core wrote the address
        with _open(request, SECONDS) as answer:
            return _answer(answer.status, answer.read())
    except HTTPError as refused:
        return _answer(refused.code, refused.read())
    except (OSError, HTTPException, ValueError):
        raise CannotStart(f"Core does not answer at {url} any more.", "Look whether it still runs.") from None


def _open(request: Request, seconds: float) -> Any:
    # Core is on this machine, whatever proxy is set for others.
    return build_opener(ProxyHandler({})).open(request, timeout=seconds)


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
    body: Any = json.loads(content) if content else None
    if status == Unauthorized.status and os.environ.get(TOKEN):
        raise Unauthorized(f"{TOKEN}: {body['detail']}", REMEDY)
    if status >= 400:
        raise FaceForgeError(body["detail"], body["hint"])
    return body
