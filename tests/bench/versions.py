"""This Core beside the Core of another checkout: what the same requests cost, by turns, in one run.

The time of the processor that the process of Core takes is steadier than the time a client waits, on a busy machine.
"""

from __future__ import annotations

import argparse
import itertools
import json
import os
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import psutil
from servers import FACEFORGE, Client, free_port, healthy, running

from faceforge_storage.home.home import open_home

ENTITIES = 60
NESTED = """{ entities(first: 20) { nodes { id displayName tags
    assets { nodes { id filename } } relationships { nodes { other { displayName } } } } } }"""
BOUNDARY = "bench"
LARGE = 8 * 1024 * 1024
SELDOM = {"download of 8 MiB": 5}
"""Requests that are made so many times more seldom."""
Requests = dict[str, Callable[[], object]]


@contextmanager
def core(program: str, root: Path) -> Iterator[tuple[psutil.Process, Client]]:
    """A Core of its own, started by `program`, and a connection to it."""
    port = free_port()
    _, settings = open_home(root)
    command = [program, "serve", "--home", str(root), "--port", str(port)]
    token = settings.auth.install_token.get_secret_value()
    with running(command, lambda: healthy(port)) as process, Client(port, token) as client:
        yield psutil.Process(process.pid), client


def cost(process: psutil.Process, act: Callable[[], object], times: int) -> tuple[float, float]:
    """(seconds of the processor that the process took, seconds that passed) while it was done so many times."""
    before, start = process.cpu_times(), time.perf_counter()
    for _ in range(times):
        act()
    after, passed = process.cpu_times(), time.perf_counter() - start
    return after.user + after.system - before.user - before.system, passed


def form(content: bytes, name: str, **fields: str) -> bytes:
    parts = [f'name="file"; filename="{name}"\r\n\r\n'.encode() + content]
    parts += [f'name="{key}"\r\n\r\n{value}'.encode() for key, value in fields.items()]
    lines = [f"--{BOUNDARY}\r\nContent-Disposition: form-data; ".encode() + part + b"\r\n" for part in parts]
    return b"".join(lines) + f"--{BOUNDARY}--\r\n".encode()


def requests(client: Client) -> Requests:
    """Name -> a request, once the records that it finds are made."""
    kind = f"multipart/form-data; boundary={BOUNDARY}"
    numbers = itertools.count()

    def post(path: str, body: object, status: int = 201) -> dict[str, object]:
        return client.ask(client.prepare("POST", path, json.dumps(body).encode()), status).json()

    def send_file(content: bytes, **fields: str) -> dict[str, object]:
        body = form(content, f"{next(numbers)}.txt", **fields)
        return client.ask(client.prepare("POST", "/v1/assets/upload", body, kind), 201).json()

    def upload() -> object:
        return send_file(f"bytes {next(numbers)}".encode(), entity_id=ids[0], tag="x")

    def patch() -> object:
        body = json.dumps({"display_name": f"N {next(numbers)}"}).encode()
        return client.ask(client.prepare("PATCH", f"/v1/entities/{ids[1]}", body))

    ids = [
        str(post("/v1/entities", {"display_name": f"E {n}", "tags": ["a", "b"]})["entity_id"])
        for n in range(ENTITIES)
    ]
    for src, dst in itertools.pairwise(ids):
        send_file(f"file {src}".encode(), entity_id=src)
        relation = {"src_entity_id": src, "dst_entity_id": dst, "relationship_type": "friend"}
        post("/v1/relationships", relation)
    small, large = (send_file(os.urandom(size))["asset_id"] for size in (2000, LARGE))
    plain = {
        "GET one": client.prepare("GET", f"/v1/entities/{ids[0]}"),
        "list of 50": client.prepare("GET", "/v1/entities?limit=50"),
        "list of 5": client.prepare("GET", "/v1/entities?limit=5&sort_by=display_name"),
        "nested GraphQL": client.prepare("POST", "/graphql", json.dumps({"query": NESTED}).encode()),
        "download of 2 kB": client.prepare("GET", f"/v1/assets/{small}/download"),
        "download of 8 MiB": client.prepare("GET", f"/v1/assets/{large}/download"),
        "healthz": client.prepare("GET", "/healthz"),
    }

    never_equal = {
        f"{name}, anew": lambda request=plain[name]: client.ask_anew(request)  # type: ignore[misc]  # a default binds it
        for name in ("GET one", "list of 50", "nested GraphQL")
    }
    return {
        **never_equal,
        **{name: lambda request=request: client.ask(request) for name, request in plain.items()},  # type: ignore[misc]  # a default binds it
        "create": lambda: post("/v1/entities", {"display_name": "New", "tags": ["a"]}),
        "PATCH": patch,
        "upload": upload,
    }


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--other", type=Path, help="the other checkout, with its .venv")
    options.add_argument("--rounds", type=int, default=15)
    options.add_argument("--times", type=int, default=100, help="requests in a round")
    options.add_argument("--only", default="", help="the requests that have this in their name")
    chosen = options.parse_args()
    if chosen.other is None:
        print("  nothing to compare with: name a checkout with --other")
        return
    other = str(chosen.other / ".venv" / "bin" / "faceforge")
    with tempfile.TemporaryDirectory() as directory, ExitStack() as stack:
        there, far = stack.enter_context(core(other, Path(directory) / "there"))
        here, near = stack.enter_context(core(FACEFORGE, Path(directory) / "here"))
        theirs, ours = requests(far), requests(near)
        for name in (each for each in ours if chosen.only in each):
            times = max(1, chosen.times // SELDOM.get(name, 1))

            def both(name: str = name, times: int = times) -> tuple[tuple[float, float], tuple[float, float]]:
                return cost(there, theirs[name], times), cost(here, ours[name], times)

            both()
            rounds = [both() for _ in range(chosen.rounds)]
            cpu, wall = ([(old[part], new[part]) for old, new in rounds] for part in (0, 1))
            print(f"  {name:20} processor {ratio(cpu)}   waiting {ratio(wall)}", flush=True)
    print("  as parts of what it takes there: below 1 is faster here")


def ratio(rounds: list[tuple[float, float]]) -> str:
    """New to old over all rounds, and the middle half of the rounds."""
    low, _, high = statistics.quantiles([new / old for old, new in rounds if old], n=4)
    total = sum(new for _, new in rounds) / sum(old for old, _ in rounds)
    return f"{total:.2f} ({low:.2f} to {high:.2f})"


if __name__ == "__main__":
    main()
