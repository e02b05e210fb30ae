"""Running Core: from the data directory to a listening server, and back to nothing running."""

from __future__ import annotations

import gc
import os
import shlex
import signal
import socket
import sys
from ipaddress import ip_address
from pathlib import Path
from types import FrameType
from typing import Any, NoReturn

import uvicorn
from pydantic import SecretStr

from faceforge_server.http.protocol import ZeroCopyProtocol
from faceforge_server.http.sockets import listen, web_address
from faceforge_server.logs import Logs
from faceforge_server.memory import return_memory
from faceforge_storage.errors import FaceForgeError
from faceforge_storage.home.home import Home, open_home
from faceforge_storage.home.lock import HomeLock
from faceforge_storage.home.settings import Network, Settings

SWITCH_SECONDS = 0.001


def serve(path: Path | None, host: str | None, port: int | None, auto_port: bool) -> None:
    """Serves the home at `path` until SIGINT or SIGTERM; then finishes what is running and returns.

    `host` and `port` win over the settings. Raises CannotStart when it cannot be served.
    """
    return_memory()
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
        first = not home.ports_file.exists()
        network = settings.network
        host, port = host or network.bind_host, network.core_port if port is None else port
        with listen(host, port, any_free_port=auto_port) as bound:
            settings = settings.model_copy(update={"network": _bound_network(network, host, bound)})
            _run(home, settings, bound, first)


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


def _run(home: Home, settings: Settings, bound: socket.socket, first: bool) -> None:
    from faceforge_server.app import create_app

    core = create_app(home, settings)
    app = Startup(core)
    config = uvicorn.Config(
        app,
        http=ZeroCopyProtocol,
        ws="websockets-sansio",
        loop="asyncio",
        lifespan="on",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        ws_max_size=settings.limits.json_bytes,
        timeout_graceful_shutdown=int(settings.limits.shutdown_seconds),
    )
    try:
        instance_id = core.state.core.instance_id
        CoreServer(config, home, bound, settings.auth.install_token, first, instance_id).run(sockets=[bound])
    except SystemExit:
        if app.fault is None:
            raise
        raise app.fault from None


class CoreServer(uvicorn.Server):
    """The server, which prints its address as soon as it answers."""

    def __init__(
        self,
        config: uvicorn.Config,
        home: Home,
        bound: socket.socket,
        token: SecretStr,
        first: bool,
        instance_id: str,
    ) -> None:
        super().__init__(config)
        self.home, self.token, self.first, self.instance_id = home, token, first, instance_id
        self.address, self.name = web_address(bound), bound.getsockname()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        # What the start has made will stay: without this the collector looks through all of it again and again.
        gc.freeze()
        self.home.write_ports(
            {
                "core_host": self.name[0],
                "core_port": self.name[1],
                "url": self.address,
                "pid": os.getpid(),
                "instance_id": self.instance_id,
            }
        )
        print(f"FaceForge Core is at {self.address}/", f"Data directory: {self.home.root}", sep="\n")
        if self.first:
            self._print_how_to_sign_in()
        print("Ctrl-C stops it.", flush=True)

    def _print_how_to_sign_in(self) -> None:
        if sys.stdout.isatty():
            print(f"To sign in, use this token: {self.token.get_secret_value()}")
            print("To see it again:")
        else:  # what is no terminal may well be a log, and no log may hold a token
            print("To sign in, use the install token. To see it:")
        # Started as a module, the command's own file is no program.
        program = [sys.executable, "-m", "faceforge_server"] if sys.argv[0].endswith(".py") else [sys.argv[0]]
        print("  " + shlex.join([*program, "token", "show", "--home", str(self.home.root)]))


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
