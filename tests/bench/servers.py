"""Servers for the benchmarks: the real Core as `faceforge serve` runs it, and whatever it is compared with."""

from __future__ import annotations

import itertools
import json
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from faceforge_storage.database.migrate import migrate
from faceforge_storage.home.home import Home, open_home

HOST = "127.0.0.1"
FACEFORGE = shutil.which("faceforge", path=str(Path(sys.executable).parent)) or "faceforge"
PATIENCE = 30
"""Seconds a server may take to answer."""
IDLE_SECONDS = 3
"""After these a connection is made anew: Uvicorn closes it after five."""


@dataclass
class Answer:
    """What a server answered."""

    status: int
    body: bytes

    def json(self) -> dict[str, object]:
        value: dict[str, object] = json.loads(self.body)
        return value


class Client:
    """One connection that is kept. It does as little as it can: its time is in every figure."""

    def __init__(self, port: int, token: str = "") -> None:
        self.head = f"Host: {HOST}:{port}\r\nAuthorization: Bearer {token}\r\n"
        self.port = port
        self.numbers = itertools.count(1)
        self.connect()

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *_: object) -> None:
        self.socket.close()

    def prepare(self, method: str, target: str, body: bytes = b"", kind: str = "application/json") -> bytes:
        """The bytes of a request."""
        about = f"Content-Type: {kind}\r\nContent-Length: {len(body)}\r\n" if body else ""
        return f"{method} {target} HTTP/1.1\r\n{self.head}{about}\r\n".encode() + body

    def connect(self) -> None:
        self.socket = socket.create_connection((HOST, self.port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.used = time.monotonic()

    def send(self, request: bytes) -> None:
        if time.monotonic() - self.used > IDLE_SECONDS:
            self.socket.close()
            self.connect()
        self.socket.sendall(request)
        self.used = time.monotonic()

    def receive(self) -> Answer:
        """The next answer, which must declare its length."""
        data = b""
        while (end := data.find(b"\r\n\r\n")) < 0:
            data += self._more()
        head = data[:end].lower()
        rest = head.partition(b"content-length:")[2]
        length, body = int(rest.split(b"\r\n", 1)[0] or 0), data[end + 4 :]
        while len(body) < length:
            body += self._more()
        return Answer(int(data[9:12]), body)

    def ask(self, request: bytes, status: int = 200) -> Answer:
        """Send a request and read its answer; anything but `status` ends the benchmark."""
        self.send(request)
        answer = self.receive()
        if answer.status != status:
            raise SystemExit(f"{request[:80]!r} was answered {answer.status}: {answer.body[:500]!r}")
        return answer

    def ask_anew(self, request: bytes) -> Answer:
        """Ask what no answer from memory is there for: each time with another `Accept`, which changes no answer."""
        accept = f"\r\nAccept: */*;q=0.{next(self.numbers)}\r\n\r\n".encode()
        return self.ask(accept.join(request.split(b"\r\n\r\n", 1)))

    def _more(self) -> bytes:
        more = self.socket.recv(1 << 20)
        if not more:
            raise SystemExit("The server closed the connection.")
        return more


def new_home(path: Path) -> tuple[Home, str]:
    """A home with its tables made, and its install token."""
    home, settings = open_home(path)
    migrate(home.database_file, home.backups_dir)
    return home, settings.auth.install_token.get_secret_value()


def core_command(home: Path, port: int) -> list[str]:
    """What starts Core as a person does."""
    return [FACEFORGE, "serve", "--home", str(home), "--port", str(port)]


@contextmanager
def running(command: list[str], ready: Callable[[], bool]) -> Iterator[subprocess.Popen[bytes]]:
    """A server process that is `ready`, ended afterwards."""
    # What is compared must not differ by options of whoever runs this.
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, env=environment)
    try:
        end = time.monotonic() + PATIENCE
        while not ready():
            if server.poll() is not None or time.monotonic() > end:
                raise SystemExit(f"{command} does not answer")
            time.sleep(0.005)
        yield server
    finally:
        server.terminate()
        server.wait()


@contextmanager
def running_core(home: Path, port: int) -> Iterator[subprocess.Popen[bytes]]:
    """Core on `home` in a process of its own."""
    with running(core_command(home, port), lambda: healthy(port)) as core:
        yield core


def healthy(port: int) -> bool:
    """Whether Core answers that it is well."""
    try:
        with Client(port) as client:
            return client.ask(client.prepare("GET", "/healthz")).json()["status"] == "ok"
    except OSError:
        return False


def listening(port: int) -> bool:
    """Whether anybody takes connections there."""
    with socket.socket() as probe:
        return probe.connect_ex((HOST, port)) == 0


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])
