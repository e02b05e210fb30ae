"""A Core in a process of its own, as somebody who reads the pages has it."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from faceforge_storage.home.home import Home, open_home

SECONDS = 60


@dataclass(frozen=True)
class Served:
    """A running Core: where it is, its token, and its data directory."""

    url: str
    token: str
    home: Path


@contextmanager
def serving(folder: Path) -> Iterator[Served]:
    """Core on a new home in `folder`, on any free port; stopped at the end."""
    root = folder / "served"
    command = [sys.executable, "-m", "faceforge_server", "serve", "--home", str(root), "--port", "0"]
    with (folder / "core.output").open("w") as output:
        # What the pages make lies in directories beside this one; folders are imported from the home of the user.
        environment = {**os.environ, "HOME": str(folder.parent)}
        process = subprocess.Popen(command, stdout=output, stderr=subprocess.STDOUT, env=environment)
    try:
        end = time.monotonic() + SECONDS
        while not (ports := Home(root).read_ports()):
            assert process.poll() is None, (folder / "core.output").read_text()
            assert time.monotonic() < end, "Core did not start"
            time.sleep(0.05)
        yield Served(ports["url"], open_home(root)[1].auth.install_token.get_secret_value(), root)
    finally:
        process.terminate()
        process.wait(SECONDS)
