"""`python3 dev.py run --sample`: Core on a throw-away data directory, with the sample library in it."""

from __future__ import annotations

import argparse
import signal
import subprocess
import sys
import tempfile
import time
import webbrowser
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from faceforge_storage.home.home import Home, open_home
from sample.client import Client, Refused
from sample.filling import Filling, is_empty, shown
from sample.library import planned

SECONDS = 120
"""How long the start of Core is waited for."""


def main() -> int:
    parser = argparse.ArgumentParser(prog="dev.py run --sample", description=__doc__)
    parser.add_argument(
        "--home", type=Path, help="a data directory that is kept; it is filled when it is empty"
    )
    parser.add_argument(
        "--open", action="store_true", help="open the browser, signed in, when the library is there"
    )
    arguments, further = parser.parse_known_args()
    with _home(arguments.home) as home:
        core = started(home, _with_a_free_port(further))
        # Ctrl-C reaches Core, too: this program waits until Core has finished.
        signal.signal(signal.SIGINT, lambda *_: None)
        signal.signal(signal.SIGTERM, lambda *_: core.terminate())
        try:
            url = answering(core, Home(home))
            if url is not None:
                _prepare(url, home, open_it=arguments.open)
        except (Refused, OSError) as failed:
            if core.poll() is None:
                print(f"The sample library could not be made: {failed}", file=sys.stderr)
        return core.wait()


def started(home: Path, words: list[str]) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-m", "faceforge_server", "serve", "--home", str(home), *words])


def _with_a_free_port(words: list[str]) -> list[str]:
    """Somebody's own library may run on the usual port."""
    named = any(word.split("=")[0] in ("--port", "--auto-port") for word in words)
    return words if named else [*words, "--auto-port"]


@contextmanager
def _home(kept: Path | None) -> Iterator[Path]:
    if kept is not None:
        yield kept.expanduser().absolute()
        return
    with tempfile.TemporaryDirectory(prefix="faceforge-sample-", ignore_cleanup_errors=True) as folder:
        yield Path(folder) / "home"


def answering(core: subprocess.Popen[bytes], home: Home) -> str | None:
    """Where Core answers; None when it has ended."""
    end = time.monotonic() + SECONDS
    while core.poll() is None and time.monotonic() < end:
        ports = home.read_ports()
        if ports.get("pid") == core.pid:
            return str(ports["url"])
        time.sleep(0.05)
    return None


def _prepare(url: str, home: Path, *, open_it: bool) -> None:
    token = open_home(home)[1].auth.install_token.get_secret_value()
    asking = Client(url, token)
    if is_empty(asking):
        began = time.monotonic()
        print(
            "\nDrawing the sample library: invented people with pictures, voices, models and papers ...",
            flush=True,
        )
        Filling(url, token).fill(shown, planned())
        print(f"The sample library is ready after {time.monotonic() - began:.0f} seconds.", flush=True)
    link = asking.call("POST", "/v1/sign-in-codes")["url"]
    if not (open_it and webbrowser.open(link)):
        print(f"Open this link within a minute, or the one above within 15:\n  {link}", flush=True)
