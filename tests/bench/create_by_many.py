"""Entities made by 1, 4 and 16 clients at once: on this disk, on one whose syncs take 5 ms more, and by PocketBase."""

from __future__ import annotations

import argparse
import itertools
import json
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from pocketbase import CREATE, running_pocketbase
from samples import entity
from servers import Client, core_command, free_port, healthy, new_home, running

CLIENTS = (1, 4, 16)
SLOW_DISK = Path(__file__).parents[1] / "processes" / "slow_disk_core.py"


@dataclass
class Server:
    """Where entities are made, and the creates a second of each round, by the number of clients."""

    name: str
    port: int
    token: str
    path: str = "/v1/entities"
    status: int = 201
    rates: dict[int, list[float]] = field(default_factory=lambda: {count: [] for count in CLIENTS})

    def run(self, count: int, seconds: float, numbers: Iterator[int]) -> float:
        """Creates a second by so many clients, each of which has one request under way."""
        done = [0] * count
        clients = [Client(self.port, self.token) for _ in range(count)]
        start = time.perf_counter()

        def create(place: int) -> None:
            client = clients[place]
            while time.perf_counter() - start < seconds:
                body = json.dumps(entity(next(numbers))).encode()
                client.ask(client.prepare("POST", self.path, body), self.status)
                done[place] += 1

        threads = [threading.Thread(target=create, args=(place,)) for place in range(count)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        taken = time.perf_counter() - start
        for client in clients:
            client.socket.close()
        return sum(done) / taken


@contextmanager
def core(name: str, root: Path, *, slow: bool) -> Iterator[Server]:
    """A Core of its own."""
    home, token = new_home(root)
    port = free_port()
    program, *words = core_command(home.root, port)
    command = [sys.executable, str(SLOW_DISK), "0.005", *words] if slow else [program, *words]
    with running(command, lambda: healthy(port)):
        yield Server(name, port, token)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--rounds", type=int, default=6)
    options.add_argument("--seconds", type=float, default=1, help="of one number of clients in a round")
    options.add_argument("--pocketbase", type=Path, help="the program; without it PocketBase is left out")
    chosen = options.parse_args()
    numbers = itertools.count()
    with tempfile.TemporaryDirectory() as directory, ExitStack() as stack:
        root = Path(directory)
        fast = stack.enter_context(core("Core", root / "fast", slow=False))
        slow = stack.enter_context(core("Core, syncs take 5 ms more", root / "slow", slow=True))
        servers = [fast, slow]
        if chosen.pocketbase is not None:
            port, token = stack.enter_context(running_pocketbase(chosen.pocketbase, root / "pocketbase"))
            servers.append(Server("PocketBase, which syncs no commit", port, token, CREATE, 200))
        for server in servers:
            server.run(4, 0.5, numbers)  # the first requests compile what the others use
        for number in range(chosen.rounds):
            for count in CLIENTS:
                for server in servers if number % 2 else reversed(servers):
                    server.rates[count].append(server.run(count, chosen.seconds, numbers))
    for server in servers:
        shown = (f"{count:2} clients {statistics.median(server.rates[count]):6.0f} /s" for count in CLIENTS)
        print(f"  {server.name:34} {'   '.join(shown)}")
    print(f"  16 clients make {ratio(fast.rates[16], fast.rates[1])} times as much as one client")
    print(
        f"  on the slow disk 16 clients make {ratio(slow.rates[16], fast.rates[16])} of what they make on this one"
    )


def ratio(these: list[float], those: list[float]) -> str:
    """The median of the rounds, and the least and the most of them."""
    ratios = sorted(one / other for one, other in zip(these, those, strict=True))
    return f"{statistics.median(ratios):.2f} ({ratios[0]:.2f} to {ratios[-1]:.2f})"


if __name__ == "__main__":
    main()
