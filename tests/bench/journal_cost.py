"""What the journal costs: creates one by one and in bulk, by Core and by one without the journal's statements."""

from __future__ import annotations

import argparse
import itertools
import json
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from figures import Side, by_turns, times_slower
from samples import entity
from servers import Client, core_command, free_port, healthy, new_home, running
from upserts import ADDRESS, ITEMS, cpu_seconds, item

WITHOUT = Path(__file__).with_name("core_without_journal.py")
TIMES = 250
"""Single creates a round."""
CALLS = 5
"""Calls of a bulk a round."""


class Server:
    """A Core, and what it has used of the processors for each of the two."""

    def __init__(self, pid: int, port: int, token: str) -> None:
        self.pid, self.client = pid, Client(port, token)
        self.numbers = itertools.count()
        self.cpu = {"creates": 0.0, "bulk": 0.0}

    def create(self) -> None:
        self._send("creates", "/v1/entities", entity(next(self.numbers)), 201)

    def upsert(self) -> None:
        items = [item(next(self.numbers)) for _ in range(ITEMS)]
        self._send("bulk", ADDRESS, {"items": items}, 200)

    def _send(self, kind: str, address: str, body: object, status: int) -> None:
        before = cpu_seconds(self.pid)
        self.client.ask(self.client.prepare("POST", address, json.dumps(body).encode()), status)
        self.cpu[kind] += cpu_seconds(self.pid) - before


@contextmanager
def core(root: Path, *, journal: bool) -> Iterator[Server]:
    """A Core of its own."""
    home, token = new_home(root)
    port = free_port()
    program, *words = core_command(home.root, port)
    command = [program, *words] if journal else [sys.executable, str(WITHOUT), *words]
    with running(command, lambda: healthy(port)) as process:
        yield Server(process.pid, port, token)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--creates", type=int, default=10_000)
    options.add_argument("--bulk", type=int, default=100_000, help="entities, in calls of a thousand")
    chosen = options.parse_args()
    with tempfile.TemporaryDirectory() as directory, ExitStack() as stack:
        with_it = stack.enter_context(core(Path(directory) / "with", journal=True))
        without = stack.enter_context(core(Path(directory) / "without", journal=False))
        for name, kind, rounds, times in (
            (f"{chosen.creates} creates", "creates", chosen.creates // TIMES, TIMES),
            (f"a bulk of {chosen.bulk}", "bulk", chosen.bulk // ITEMS // CALLS, CALLS),
        ):
            act = "create" if kind == "creates" else "upsert"
            sides = [Side("with", getattr(with_it, act)), Side("without", getattr(without, act))]
            by_turns(sides, rounds=max(rounds, 1), times=times, warm_up=3)
            cpu = with_it.cpu[kind] / without.cpu[kind] if without.cpu[kind] else 0.0
            print(
                f"  {name:20} takes {times_slower(*sides)} times as long with the journal as without it, and {cpu:.2f} "
                f"times as much of the processors   ({sides[0].total:.1f} s and {sides[1].total:.1f} s)",
                flush=True,
            )


if __name__ == "__main__":
    main()
