"""A real Core in a process of its own, as a person starts it."""

from __future__ import annotations

import os
import random
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import httpx

from faceforge_storage.home.home import Home, open_home

SECONDS = 60
COMMAND = [sys.executable, "-m", "faceforge_server"]


LAST_WORDS = "Ctrl-C stops it."
STARTED: set[CoreProcess] = set()
"""Those that were not killed."""


def free_port() -> int:
    """A port that nothing has, below those that the system gives to whoever asks for any."""
    while True:
        with (
            suppress(OSError),
            socket.create_server(("127.0.0.1", random.randrange(20_000, 32_000))) as found,
        ):
            return int(found.getsockname()[1])


class CoreProcess:
    """`faceforge serve` on a home and a free port; answers when the constructor returns."""

    command = COMMAND
    """What is started: the `faceforge` command, or a program that does the same and more."""

    def __init__(self, root: Path, *words: str) -> None:
        root.mkdir(parents=True, exist_ok=True)
        self.home = Home(root)
        self.output = (root.parent / f"{root.name}.output").open("w+")
        command = [*self.command, "serve", "--home", str(root), *(words or ("--port", "0"))]
        self.process = subprocess.Popen(command, stdout=self.output, stderr=subprocess.STDOUT)
        STARTED.add(self)
        try:
            self._wait()
        except BaseException:
            self.kill()
            raise
        token = open_home(root)[1].auth.install_token.get_secret_value()
        self.client = httpx.Client(
            base_url=self.url,
            headers={"Authorization": f"Bearer {token}"},
            trust_env=False,
            timeout=SECONDS,
        )
        self.token = token

    def _wait(self) -> None:
        end = time.monotonic() + SECONDS
        while time.monotonic() < end and self.process.poll() is None:
            ports = self.home.read_ports()
            self.url = ports.get("url", "")
            # Its last words of the start come after the file that tells where it is.
            if self.url and ports.get("pid") == self.process.pid and LAST_WORDS in self.terminal():
                return
            time.sleep(0.02)
        raise AssertionError(f"Core did not start:\n{self.terminal()}")

    def terminal(self) -> str:
        """What it has written to its terminal so far."""
        return Path(self.output.name).read_text()

    def log(self) -> str:
        """What it has written to its log so far."""
        return (self.home.root / "logs" / "core.log").read_text()

    def signal(self, number: int) -> None:
        os.kill(self.process.pid, number)

    def wait(self) -> int:
        """Its exit code, once it has ended."""
        return self.process.wait(SECONDS)

    def kill(self) -> None:
        """Ends it at once, as a power cut would, and lets go of what the test holds."""
        self.process.kill()
        self.process.wait()
        STARTED.discard(self)
        self.output.close()
        if hasattr(self, "client"):
            self.client.close()


@contextmanager
def none_left() -> Iterator[None]:
    """Ends every Core that was started meanwhile and not killed, such as those of a test that fails."""
    earlier = set(STARTED)
    try:
        yield
    finally:
        for each in STARTED - earlier:
            each.kill()


def run(*words: str, home: Path | None = None) -> subprocess.CompletedProcess[str]:
    """One `faceforge` command to its end."""
    further = ["--home", str(home)] if home else []
    command = [*COMMAND, *words, *further]
    return subprocess.run(command, capture_output=True, text=True, timeout=SECONDS, check=False)
