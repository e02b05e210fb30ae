"""A whole Core in this process: the real application on a home of its own, asked without a socket."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar
from unittest.mock import patch

import httpx
import uvicorn
from fastapi import FastAPI
from sqlalchemy import event

from faceforge_schema import Contract, Core, build_schema
from faceforge_server.app import create_app
from faceforge_server.core_server import server_config
from faceforge_server.http.connections import OpenConnections
from faceforge_server.http.sockets import listen
from faceforge_server.jobs.executor import JobExecutor
from faceforge_server.rest import RestOperation, rest_operations
from faceforge_storage.home.home import open_home

T = TypeVar("T")

ADDRESS = "http://127.0.0.1:8099"
CONTRACT: Contract = build_schema()
OPERATIONS: dict[str, RestOperation] = {each.name: each for each in rest_operations(CONTRACT)}
"""Every operation that has a route, by its name in GraphQL."""


async def not_now(_executor: JobExecutor) -> float:
    """In the place of `JobExecutor._look`: no job begins or ends meanwhile; soon it is looked again."""
    return 0.05


@dataclass(frozen=True)
class SignedIn:
    """The session of a browser: what it sends along, and the id under which it is listed."""

    cookie: str
    csrf: str
    session_id: str


Sender = str | SignedIn | None
"""Who asks: `install`, the secret of another token, a session, or nobody."""


class RunningCore:
    """The application and an event loop for it in a thread, so that tests read from top to bottom."""

    def __init__(self, app: FastAPI, loop: asyncio.AbstractEventLoop, token: str) -> None:
        self.app, self.token, self._loop = app, token, loop
        self.core: Core = app.state.core
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        self._client = httpx.AsyncClient(transport=transport, base_url=ADDRESS)

    def wait(self, work: Coroutine[Any, Any, T]) -> T:
        """Run `work` on the loop of the application."""
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(60)

    def request(self, method: str, path: str, *, token: Sender = "install", **options: Any) -> httpx.Response:
        """One request, with the install token unless another one, a session, or None, is given."""
        headers = dict(options.pop("headers", None) or {})
        if isinstance(token, SignedIn):
            headers |= {"cookie": token.cookie, "x-faceforge-csrf": token.csrf}
        elif token is not None:
            headers["authorization"] = f"Bearer {self.token if token == 'install' else token}"
        answer = self.wait(self._client.request(method, path, headers=headers, **options))
        self._client.cookies.clear()
        return answer

    def sign_in(self, token: str = "install") -> SignedIn:
        """A new session that stands on a token."""
        secret = self.token if token == "install" else token
        answer = self.request("POST", "/v1/sessions", token=None, json={"token": secret})
        assert answer.status_code == 201, answer.text
        body = answer.json()
        cookie = answer.headers["set-cookie"].partition(";")[0]
        return SignedIn(cookie, body["csrf_token"], body["session_id"])

    def limited_token(self, *permissions: str) -> str:
        """The secret of a new token that may do just this."""
        count = len(self.request("GET", "/v1/tokens?limit=500").json()["items"])
        made = self.request(
            "POST", "/v1/tokens", json={"name": f"limited-{count}", "permissions": sorted(permissions)}
        )
        assert made.status_code == 201, made.text
        return str(made.json()["secret"])

    def let_jobs_end(self) -> None:
        """Wait until all of Core's own jobs have ended: then nothing changes by itself any more."""
        self.core.jobs.expect()
        end = time.monotonic() + 60
        while True:
            active = self.request("GET", "/v1/jobs?active=true&limit=500").json()["items"]
            own = [each for each in active if each["job_type"] in self.core.job_types]
            if not own:
                return
            assert time.monotonic() < end, own
            time.sleep(0.02)

    @contextmanager
    def statements(self) -> Iterator[list[str]]:
        """Every SQL statement that runs meanwhile, without Core's own looks after jobs that are due, which come by
        the clock; what was answered before is answered anew."""
        self.app.state.answers.clear()
        seen: list[str] = []

        def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
            seen.append(statement)

        engines = (self.core.database.readers, self.core.database.writer)
        for engine in engines:
            event.listen(engine, "before_cursor_execute", note)
        try:
            with patch.object(JobExecutor, "_look", not_now):
                yield seen
        finally:
            for engine in engines:
                event.remove(engine, "before_cursor_execute", note)


@contextmanager
def running_core(path: Path, **settings: dict[str, Any]) -> Iterator[RunningCore]:
    """A Core on a new home at `path`; `settings` are sections of `core.json`, such as `limits={…}`.

    It reads no files unless `reading` says so: what is read meanwhile would make answers differ. Any token may import
    from the directory that holds the home.
    """
    home, found = open_home(path)
    settings.setdefault("reading", {"workers": 0})
    settings.setdefault("imports", {"roots": [str(path.parent)]})
    for section, values in settings.items():
        changed = getattr(found, section).model_copy(update=values)
        found = found.model_copy(update={section: changed})
    app = create_app(home, found)
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    lifespan = app.router.lifespan_context(app)
    made = RunningCore(app, loop, found.auth.install_token.get_secret_value())
    try:
        made.wait(lifespan.__aenter__())
        yield made
        made.wait(lifespan.__aexit__(None, None, None))
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.run_until_complete(loop.shutdown_default_executor())
        loop.close()


@contextmanager
def on_a_socket(core: RunningCore) -> Iterator[str]:
    """The address of a real server on loopback that answers for `core`, as `faceforge serve` does."""
    bound = listen("127.0.0.1", 0)
    limits = core.core.settings.limits
    config = server_config(core.app, limits, OpenConnections(limits))
    config.lifespan = "off"
    server = uvicorn.Server(config)

    async def begin() -> asyncio.Task[None]:
        serving = asyncio.create_task(server.serve([bound]))
        while not server.started:
            await asyncio.sleep(0.005)
        return serving

    async def end(serving: asyncio.Task[None]) -> None:
        server.should_exit = True
        await serving

    serving = core.wait(begin())
    try:
        yield f"http://127.0.0.1:{bound.getsockname()[1]}"
    finally:
        core.wait(end(serving))
        bound.close()
