"""What one token can do to Core: the peak memory of each attack, and the slowest answers of another token meanwhile.

Bounded, on loopback only. `--python` names the interpreter of another checkout, to see what it does there.
"""

from __future__ import annotations

import argparse
import http.client
import json
import multiprocessing
import resource
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from multiprocessing.synchronize import Event
from pathlib import Path
from typing import Any

import psutil
from servers import HOST, PATIENCE, free_port, new_home

MB = 1024 * 1024
LARGE = {f"k{number}": "x" * 1000 for number in range(960)}
"""The fields of an entity of about 1 MB."""
LARGE_ENTITIES = 300
HANDLES = 1024
"""How many handles Core may have: the usual bound of a shell."""


@dataclass
class Target:
    """The Core under attack, and the tokens of the attacker and of another client."""

    process: psutil.Process
    port: int
    token: str
    counts: Counter[int] = field(default_factory=Counter)

    def ask(self, method: str, path: str, body: Any = None, seconds: float = 60) -> tuple[int, bytes]:
        connection = http.client.HTTPConnection(HOST, self.port, timeout=seconds)
        head = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        try:
            connection.request(method, path, None if body is None else json.dumps(body), head)
            answer = connection.getresponse()
            read = answer.read()
        except (OSError, http.client.HTTPException):
            self.counts[0] += 1
            return 0, b""
        finally:
            connection.close()
        self.counts[answer.status] += 1
        return answer.status, read

    def graphql(self, query: str) -> tuple[int, bytes]:
        return self.ask("POST", "/graphql", {"query": query})

    def many(self, count: int, act: Callable[[int], object]) -> None:
        threads = [threading.Thread(target=act, args=(number,)) for number in range(count)]
        for each in threads:
            each.start()
        for each in threads:
            each.join()

    @contextmanager
    def silent(self, count: int, sent: bytes) -> Iterator[None]:
        """So many connections that send this, and read nothing."""
        with ExitStack() as opened:
            for _ in range(count):
                with suppress(OSError):
                    each = opened.enter_context(socket.create_connection((HOST, self.port), timeout=2))
                    each.sendall(sent)
            yield

    def head(self, path: str) -> bytes:
        return f"GET {path} HTTP/1.1\r\nHost: {HOST}:{self.port}\r\nAuthorization: Bearer {self.token}\r\n\r\n".encode()


def filters(core: Target) -> None:
    """500 lists with 450 to 949 tags."""
    for number in range(500):
        core.ask("GET", "/v1/entities?" + "&".join(f"tag=t{tag}" for tag in range(450 + number)))


def large_list(core: Target) -> None:
    """A list of 300 entities of 1 MB."""
    core.ask("GET", "/v1/entities?limit=500")


def aliases(core: Target) -> None:
    """The same list by three aliases."""
    core.graphql("{ " + " ".join(f"{a}: entities(first: 500) {{ nodes {{ fields }} }}" for a in "abc") + " }")


def silent_readers(core: Target) -> None:
    """Eight clients that ask for it and do not read."""
    with core.silent(8, core.head("/v1/entities?limit=500")):
        time.sleep(8)


def many_lists(core: Target) -> None:
    """16 clients that ask for it at once, three times."""
    core.many(16, lambda _: [core.ask("GET", "/v1/entities?limit=500") for _ in range(3)])


def invalid_documents(core: Target) -> None:
    """48 distinct invalid documents of 9,900 fields, four at once: each takes a second to validate."""
    core.many(4, lambda n: [core.graphql(f"{{ a{n}x{i} " + "y " * 9_900 + "}") for i in range(12)])


def comments(core: Target) -> None:
    """100 valid documents with a comment of 1 MB."""
    for number in range(100):
        core.graphql(f"# {number} {'x' * 1_000_000}\n{{ entities(first: 1) {{ nodes {{ id }} }} }}")


def growing_record(core: Target) -> None:
    """40 patches that add 960 KB each to one record; then 1,000 small patches, and all of its changes."""
    status, made = core.ask("POST", "/v1/entities", {"display_name": "grows", "fields": LARGE})
    path = f"/v1/entities/{json.loads(made)['entity_id']}" if status == 201 else "/v1/entities/none"
    for number in range(40):
        core.ask("PATCH", path, {"fields": {f"{number}{key}": value for key, value in LARGE.items()}})
    for number in range(1000):
        core.ask("PATCH", path, {"fields": {"k0": f"{number:01000}"}})
    core.ask("GET", f"/v1/changes?limit=500&record_type=entity&record_id={path.rpartition('/')[2]}")


def heavy_queries(core: Target) -> None:
    """60 heavy queries of one client at once."""
    below = "id displayName tags descriptors { nodes { id value } }"
    query = f"{{ entities(first: 400, sortBy: DISPLAY_NAME) {{ nodes {{ {below} }} }} }}"
    core.many(60, lambda n: core.graphql(query.replace("400", str(340 + n))))


def silent_connections(core: Target) -> None:
    """1,100 connections that send nothing, with 1,024 handles."""
    with core.silent(1100, b""):
        time.sleep(4)


ATTACKS = (
    filters,
    large_list,
    aliases,
    silent_readers,
    many_lists,
    invalid_documents,
    comments,
    growing_record,
    heavy_queries,
    silent_connections,
)


def be_another(port: int, token: str, one: str, stop: Event, worst: Any) -> None:
    """Another client's small requests: the slowest so far of each kind, in seconds."""
    head = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    asks = (
        ("GET", "/healthz", None),
        ("GET", f"/v1/entities/{one}", None),
        ("PATCH", f"/v1/entities/{one}", b'{"tags": ["%d"]}'),
    )
    connection = http.client.HTTPConnection(HOST, port, timeout=60)
    turn = 0
    while not stop.is_set():
        for place, (method, path, body) in enumerate(asks):
            turn += 1
            start = time.monotonic()
            try:
                connection.request(method, path, body % turn if body else None, head)
                connection.getresponse().read()
            except (OSError, http.client.HTTPException):
                connection.close()
            worst[place] = max(worst[place], time.monotonic() - start)
        time.sleep(0.01)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--python", default=sys.executable)
    options.add_argument("--only", nargs="*", default=[], help="the names of some attacks")
    chosen = options.parse_args()
    with tempfile.TemporaryDirectory() as directory:
        home, token = new_home(Path(directory) / "home")
        port = free_port()
        command = [
            chosen.python,
            "-m",
            "faceforge_server",
            "serve",
            "--home",
            str(home.root),
            "--port",
            str(port),
        ]
        # The attacker needs more handles than its target has.
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        with (Path(directory) / "output").open("w") as output:
            started = subprocess.Popen(
                command,
                stdout=output,
                stderr=output,
                preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (HANDLES, HANDLES)),  # noqa: PLW1509  # no thread runs yet
            )
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
        try:
            attack(Target(psutil.Process(started.pid), port, token), chosen.only)
        finally:
            started.kill()
            started.wait()
            resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def attack(core: Target, only: list[str]) -> None:
    """Run the attacks one after the other."""
    end = time.monotonic() + PATIENCE
    while core.ask("GET", "/healthz")[0] != 200 and time.monotonic() < end:
        time.sleep(0.1)
    other = json.loads(
        core.ask("POST", "/v1/tokens", {"name": "other", "permissions": ["entities:read", "entities:write"]})[
            1
        ]
    )["secret"]
    one = json.loads(core.ask("POST", "/v1/entities", {"display_name": "small"})[1])["entity_id"]
    for number in range(500):
        name = {"display_name": f"{number:04}", "tags": [f"tag {each}" for each in range(20)]}
        made = json.loads(core.ask("POST", "/v1/entities", name)[1])["entity_id"]
        for fact in range(6):
            core.ask(
                "POST", f"/v1/entities/{made}/descriptors", {"field_key": "note", "value": f"{fact} " * 40}
            )
    for number in range(LARGE_ENTITIES):
        core.ask("POST", "/v1/entities", {"display_name": f"large {number}", "fields": LARGE})
    print(
        f"at rest {core.process.memory_info().rss // MB} MB; then, with the slowest of another client's answers:"
    )
    print(
        f"  {'attack':20} {'takes':>8} {'peak':>8} {'after':>8} {'healthz':>9} {'one':>9} {'PATCH':>9}  statuses"
    )
    for act in ATTACKS:
        if not only or act.__name__ in only:
            run(core, act, other, one)


def run(core: Target, act: Callable[[Target], None], other: str, one: str) -> None:
    """Run one attack, watched from outside."""
    stop, worst = multiprocessing.Event(), multiprocessing.Array("d", 3)
    client = multiprocessing.Process(target=be_another, args=(core.port, other, one, stop, worst))
    client.start()
    peak, running = 0, threading.Event()

    def watch() -> None:
        nonlocal peak
        while not running.is_set():
            peak = max(peak, core.process.memory_info().rss)
            time.sleep(0.005)

    watcher = threading.Thread(target=watch)
    watcher.start()
    core.counts.clear()
    start = time.monotonic()
    act(core)
    took = time.monotonic() - start
    running.set()
    watcher.join()
    stop.set()
    client.join()
    slowest = " ".join(f"{1000 * each:6.0f} ms" for each in worst)
    after = core.process.memory_info().rss // MB
    print(
        f"  {act.__name__:20} {took:6.1f} s {peak // MB:5} MB {after:5} MB {slowest}  {dict(core.counts)}",
        flush=True,
    )


if __name__ == "__main__":
    main()
