"""Writes a second, and memory, while nobody follows events, one does, and 200 do of whom one takes nothing.

The machine that follows is the one that is measured: what 200 clients cost in reading is part of what is lost.
"""

from __future__ import annotations

import argparse
import selectors
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import httpx

sys.path.insert(0, str(Path(__file__).parents[1]))

from core_process import CoreProcess

SMALL_BUFFER = 4096
"""What the client that takes nothing has room for, in bytes."""


def resident(core: CoreProcess) -> float:
    """The memory of Core, in MiB."""
    status = Path(f"/proc/{core.process.pid}/status").read_text()
    return int(status.partition("VmRSS:")[2].split()[0]) / 1024


def follow(url: str, token: str, readers: int, stalled: int) -> None:
    """Follow until the input ends, in one thread and without looking into what comes; print how much each was told."""
    address = urlsplit(url)
    head = (
        f"GET /v1/events HTTP/1.1\r\nHost: {address.netloc}\r\nAuthorization: Bearer {token}\r\n"
        "Accept: text/event-stream\r\n\r\n"
    )
    selector = selectors.DefaultSelector()
    selector.register(sys.stdin, selectors.EVENT_READ)
    told: dict[socket.socket, int] = {}
    idle = []
    for number in range(readers + stalled):
        connection = socket.socket()
        if number >= readers:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, SMALL_BUFFER)
        connection.connect((address.hostname, address.port))
        connection.sendall(head.encode())
        if number < readers:
            connection.recv(8192)
            told[connection] = 0
            selector.register(connection, selectors.EVENT_READ)
        else:
            idle.append(connection)
    print("ready", flush=True)
    while True:
        for key, _ in selector.select():
            if key.fileobj is sys.stdin:
                print(min(told.values()), "to", max(told.values()), flush=True)
                return
            assert isinstance(key.fileobj, socket.socket)
            told[key.fileobj] += key.fileobj.recv(1 << 20).count(b'"event_id"')


@contextmanager
def following(core: CoreProcess, readers: int, stalled: int) -> Iterator[Callable[[], str]]:
    """So many who follow, in a process of their own; what is answered ends them, and says how much each was told."""
    if not readers:
        yield lambda: ""
        return
    words = [sys.executable, __file__, "--follow", str(readers), str(stalled), core.url, core.token]
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        yield lambda: str(process.communicate()[0]).strip()


def writes_a_second(core: CoreProcess, seconds: float) -> tuple[float, int]:
    """What four clients write, and how much that was."""
    end = time.monotonic() + seconds
    written = [0] * 4

    def write(number: int) -> None:
        headers = {"Authorization": f"Bearer {core.token}"}
        with httpx.Client(base_url=core.url, headers=headers, trust_env=False) as client:
            while time.monotonic() < end:
                client.post("/v1/entities", json={"display_name": "x"}).raise_for_status()
                written[number] += 1

    threads = [threading.Thread(target=write, args=(number,)) for number in range(4)]
    start = time.monotonic()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(written) / (time.monotonic() - start), sum(written)


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--seconds", type=float, default=5)
    arguments.add_argument("--follow", nargs=4, help=argparse.SUPPRESS)
    given = arguments.parse_args()
    if given.follow:
        readers, stalled, url, token = given.follow
        follow(url, token, int(readers), int(stalled))
        return
    seconds = given.seconds
    with tempfile.TemporaryDirectory() as directory:
        core = CoreProcess(Path(directory) / "home")
        try:
            writes_a_second(core, 1)
            print("| who follows | writes/s | against nobody | MiB of Core | told to each |")
            print("|---|---|---|---|---|")
            alone = 0.0
            for name, readers, stalled in (("nobody", 0, 0), ("1", 1, 0), ("199 and one stalled", 199, 1)):
                with following(core, readers, stalled) as ended:
                    rate, written = writes_a_second(core, seconds)
                    alone = alone or rate
                    memory = resident(core)
                    time.sleep(2)
                    told = f"{ended()} of {written}" if readers else ""
                print(f"| {name} | {rate:.0f} | {rate / alone:.2f} | {memory:.0f} | {told} |")
        finally:
            core.kill()


if __name__ == "__main__":
    main()
