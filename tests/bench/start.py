"""How long Core takes from the start of its process to a healthy answer, and what memory it holds when idle."""

from __future__ import annotations

import argparse
import itertools
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import psutil
from figures import Side, by_turns, times_slower
from servers import FACEFORGE, free_port, new_home, running_core

IDLE_SECONDS = 2
MIB = 1024 * 1024


def start(home: Path) -> float:
    """Seconds until Core on `home` answers; it is stopped again outside of them."""
    port, begun = free_port(), time.perf_counter()
    with running_core(home, port):
        return time.perf_counter() - begun


def idle_memory(home: Path) -> tuple[float, float]:
    """Resident and unshared MiB of a Core that has nothing to do."""
    with running_core(home, free_port()) as core:
        time.sleep(IDLE_SECONDS)
        held = psutil.Process(core.pid).memory_full_info()
        return held.rss / MIB, held.uss / MIB


def command(*words: str) -> Callable[[], object]:
    return lambda: subprocess.run(words, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--rounds", type=int, default=9)
    rounds = options.parse_args().rounds
    with tempfile.TemporaryDirectory() as directory:
        folder, numbers = Path(directory), itertools.count()
        home, _ = new_home(folder / "home")
        sides = [
            Side("serve, first start", lambda: start(folder / f"new-{next(numbers)}")),
            Side("serve", lambda: start(home.root)),
            Side("faceforge --help", command(FACEFORGE, "--help")),
            Side("faceforge token show", command(FACEFORGE, "token", "show", "--home", str(home.root))),
            Side("import of the schema", command(sys.executable, "-c", "import faceforge_schema")),
            Side("python -c pass", command(sys.executable, "-c", "pass")),
        ]
        by_turns(sides, rounds, times=1, warm_up=1)
        for side in sides:
            print(
                f"  {side.name:21} {statistics.median(side.seconds):6.3f} s (fastest {side.seconds[0]:.3f})"
                f"   {times_slower(side, sides[-1])} times `python -c pass`"
            )
        resident, own = idle_memory(home.root)
        print(f"  idle memory: {resident:.0f} MiB resident, {own:.0f} MiB of it unshared")
        print("  goals: healthy in 1.5 s, 130 MB resident")


if __name__ == "__main__":
    main()
