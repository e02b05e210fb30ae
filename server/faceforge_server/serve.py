"""Running Core: from the data directory to a listening server, and back to nothing running."""

from __future__ import annotations

import signal
import socket
import sys
from ipaddress import ip_address
from pathlib import Path
from types import FrameType
from typing import Any, NoReturn

from faceforge_server.http.file_handles import raise_limit
from faceforge_server.http.sockets import listen
from faceforge_server.logs import Logs
from faceforge_server.memory import return_memory
from faceforge_storage.errors import FaceForgeError
from faceforge_storage.home.home import Home, open_home
from faceforge_storage.home.lock import HomeLock
from faceforge_storage.home.settings import Network, Settings

SWITCH_SECONDS = 0.001


def serve(
    path: Path | None, host: str | None, port: int | None, auto_port: bool, *, open_browser: bool = False
) -> None:
    """Serves the home at `path` until SIGINT or SIGTERM; then finishes what is running and returns.

    `host` and `port` win over the settings. With `open_browser` the browser of this machine is opened, signed in.
    Raises CannotStart when it cannot be served.
    """
    return_memory()
    raise_limit()
    # A thread with much to compute lets others go on after this long. Python's own 5 ms, taken by several such threads
    # in turn, are as many waits at each step of a request; a shorter time costs no throughput that can be measured.
    sys.setswitchinterval(SWITCH_SECONDS)
    # Also while nothing is served yet a stop is a good end. Uvicorn takes these over and gives them back.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _leave)
    logs = Logs()
    home, settings = open_home(path)
    with HomeLock(home):
        logs.write_to(home.logs_dir, [settings.auth.install_token.get_secret_value()])
        home.check_ports_file()
        network = settings.network
        host, port = host or network.bind_host, network.core_port if port is None else port
        with listen(host, port, any_free_port=auto_port) as bound:
            settings = settings.model_copy(update={"network": _bound_network(network, host, bound)})
            _run(home, settings, bound, open_browser)


def _leave(number: int, frame: FrameType | None) -> NoReturn:
    raise SystemExit(0)


def _bound_network(network: Network, host: str, bound: socket.socket) -> Network:
    """The network settings as they are in this run: the real port, and the host name listened on."""
    names = list(network.allowed_hosts)
    try:
        ip_address(host)
    except ValueError:
        names.append(host)
    port = bound.getsockname()[1]
    return network.model_copy(update={"bind_host": host, "core_port": port, "allowed_hosts": names})


def _run(home: Home, settings: Settings, bound: socket.socket, open_browser: bool) -> None:
    from faceforge_server.app import create_app
    from faceforge_server.core_server import CoreServer

    app = create_app(home, settings)
    startup = Startup(app)
    try:
        server = CoreServer(startup, app.state.core, app.state.documents, home, bound, open_browser)
        server.run(sockets=[bound])
    except SystemExit:
        if startup.fault is None:
            raise
        raise startup.fault from None


class Startup:
    """Keeps why the application could not start, so that a person reads the reason and not a traceback."""

    def __init__(self, app: Any) -> None:
        self.app = app
        self.fault: FaceForgeError | None = None

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "lifespan":
            await self.app(scope, receive, send)
            return
        held: list[Any] = []

        async def hold_failure(message: Any) -> None:
            # The traceback that this message brings is shown only when nobody expected the fault.
            if message["type"] == "lifespan.startup.failed":
                held.append(message)
            else:
                await send(message)

        try:
            await self.app(scope, receive, hold_failure)
        except FaceForgeError as fault:
            self.fault = fault
            await send({"type": "lifespan.startup.failed", "message": ""})
        except BaseException:
            for message in held:
                await send(message)
            raise
