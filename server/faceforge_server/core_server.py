"""The server of one Core: how it is made of Uvicorn's, how it starts, and how it stops in time."""

from __future__ import annotations

import asyncio
import errno
import gc
import logging
import os
import socket
import time
from collections.abc import Callable
from functools import partial
from threading import Thread
from types import FrameType
from typing import Any, cast

import uvicorn

from faceforge_schema import Core
from faceforge_schema.execute.documents import Documents
from faceforge_schema.sessions import sign_in_url
from faceforge_server.http.connections import OpenConnections
from faceforge_server.http.protocol import ZeroCopyProtocol
from faceforge_server.http.sockets import BACKLOG, web_address
from faceforge_server.http.websocket_protocol import WebSocketProtocol
from faceforge_server.stopping import Stop, leave
from faceforge_server.token_command import token_command
from faceforge_storage.errors import FaceForgeError
from faceforge_storage.home.home import Home
from faceforge_storage.home.settings import Limits
from faceforge_storage.scheduling.fair_queue import OWN
from faceforge_storage.sessions import CODE_SECONDS, CODE_SECONDS_AT_START, create_code
from faceforge_storage.tokens import hash_of

log = logging.getLogger("faceforge.connections")

ACCEPTED_AT_ONCE = 16
"""How many connections are taken before the first of them is counted."""
NO_HANDLES = (errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM)
ARRIVE_SECONDS = 0.1
"""Who sent a request just before a stop is still answered: after this it has been taken from the queue of the system,
which is lost with the listening socket."""
CODE_PATIENCE = 5
"""How long the start waits for a disk that is to take a sign-in code, in seconds."""
LOOK_SECONDS = 0.005


def server_config(app: Any, limits: Limits, held: OpenConnections) -> uvicorn.Config:
    """How Uvicorn is to serve: its part of the limits, and our protocols with theirs."""
    return uvicorn.Config(
        app,
        http=cast("Any", partial(ZeroCopyProtocol, held=held)),
        ws=cast("Any", partial(WebSocketProtocol, held=held)),
        # Deflating would hold the event loop, and inflating would give strangers memory.
        ws_per_message_deflate=False,
        ws_max_size=limits.json_bytes,
        loop="asyncio",
        lifespan="on",
        backlog=ACCEPTED_AT_ONCE,
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
    )


class CoreServer(uvicorn.Server):
    """The server, which prints its address as soon as it answers, and stops within `limits.shutdown_seconds`."""

    def __init__(
        self, app: Any, core: Core, documents: Documents, home: Home, bound: socket.socket, open_browser: bool
    ) -> None:
        limits = core.settings.limits
        self.open = OpenConnections(limits)
        super().__init__(server_config(app, limits, self.open))
        self._documents = documents
        self.core, self.home, self.bound, self.opens_browser = core, home, bound, open_browser
        self.address, self.name = web_address(bound), bound.getsockname()
        self._stop = Stop(limits.shutdown_seconds)

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        self._stop.watch()
        asyncio.get_running_loop().set_exception_handler(_log_fault)
        await super().startup(sockets)
        # To asyncio the length of the queue is also how many connections it takes at once.
        self.bound.listen(BACKLOG)
        self._compiling = asyncio.create_task(asyncio.to_thread(self._compile))
        self.home.write_ports(
            {
                "core_host": self.name[0],
                "core_port": self.name[1],
                "url": self.address,
                "pid": os.getpid(),
                "instance_id": self.core.instance_id,
            }
        )
        print(f"FaceForge Core is at {self.address}/", f"Data directory: {self.home.root}", sep="\n")
        print(*await self._ways_to_sign_in(), "Ctrl-C stops it.", sep="\n", flush=True)
        if self.opens_browser:
            await self._open_browser()

    def _compile(self) -> None:
        """Compile Core's own documents, beside the first requests: it takes a tenth of the start.

        What the start makes will stay: without this the collector of cycles looks through all of it again and again.
        """
        gc.freeze()
        try:
            self._documents.compile()
        except Exception:  # what is requested is compiled then
            log.exception("Core's own documents cannot be compiled ahead")
        gc.collect()  # what is no more needed would stay, too
        gc.freeze()

    async def _ways_to_sign_in(self) -> list[str]:
        """A link for the person at this terminal, and the commands that print another one and the token."""
        commands = [token_command(self.home.root, "link"), token_command(self.home.root)]
        further = ["Another link, and the token for programs:", *(f"  {each}" for each in commands)]
        link = await self._sign_in_link(CODE_SECONDS_AT_START)
        if link is None:  # what is there can be read with the token all the same
            return further
        minutes = CODE_SECONDS_AT_START // 60
        return [
            f"To sign in, open this link within {minutes} minutes; it works once:",
            f"  {link}",
            *further,
        ]

    async def _sign_in_link(self, seconds: int) -> str | None:
        """A link that signs a browser in, once and within so many seconds; None where none can be made."""
        token = self.core.settings.auth.install_token.get_secret_value()
        make = partial(create_code, token_hash=hash_of(token), seconds=seconds)
        try:
            async with asyncio.timeout(CODE_PATIENCE):
                code, _ = await self.core.database.write(OWN, "core", "create a sign-in code", make)
        except (FaceForgeError, TimeoutError) as fault:
            log.warning("no sign-in link can be made now: %s", fault)
            return None
        return sign_in_url(self.address, code)

    async def _open_browser(self) -> None:
        """By a link of its own: the printed one stays good. A browser may take long, or run in this terminal."""
        import webbrowser

        link = await self._sign_in_link(CODE_SECONDS)
        if link is not None:
            Thread(target=webbrowser.open, args=(link,), name="browser", daemon=True).start()

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """A signal asks for a stop; a second one, for an end at once."""
        if self.should_exit:
            leave()
        super().handle_exit(sig, frame)
        self._stop.begin()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Take nothing new, let finish what runs as long as there is time, then end it."""
        await asyncio.sleep(ARRIVE_SECONDS)
        for server in self.servers:
            server.close()
        for listening in sockets or []:
            listening.close()
        await asyncio.sleep(LOOK_SECONDS)
        self.core.events.close()
        self.core.jobs.close()
        for connection in list(self.server_state.connections):
            connection.shutdown()
        if not await self._all_ended(self._stop.grace_ends):
            log.warning("limits.shutdown_seconds: %d requests are ended", len(self.server_state.tasks))
            self.open.end()
        if not await self._all_ended(self._stop.patience_ends, self.core.database.stop):
            self.open.cut()
            for task in self.server_state.tasks:
                task.cancel()
        await self.lifespan.shutdown()

    async def _all_ended(self, moment: float, urge: Callable[[], None] | None = None) -> bool:
        """Wait for all connections and requests, and call `urge` meanwhile; whether they have ended before `moment`."""
        state = self.server_state
        while (state.connections or state.tasks) and time.monotonic() < moment:
            if urge is not None:
                urge()
            await asyncio.sleep(LOOK_SECONDS)
        return not (state.connections or state.tasks)


def _log_fault(_loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """What asyncio reports, in words that are the same each time, so that the log can leave out repetitions."""
    fault = context.get("exception")
    if isinstance(fault, OSError) and fault.errno in NO_HANDLES and "socket" in context:
        log.warning("no connection can be taken: %s", fault.strerror)
    else:
        log.error(context["message"], exc_info=fault)
