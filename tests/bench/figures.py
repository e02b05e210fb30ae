"""How the benchmarks measure and print: by turns, as ratios, never as a verdict."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field


@dataclass
class Side:
    """One of the things compared: what to do once, and the seconds of each time it was done, by round.

    What answers a float has measured itself, and left out what does not count.
    """

    name: str
    act: Callable[[], object]
    rounds: list[list[float]] = field(default_factory=list)

    def run(self, times: int) -> None:
        taken = []
        for _ in range(times):
            start = time.perf_counter()
            measured = self.act()
            taken.append(measured if isinstance(measured, float) else time.perf_counter() - start)
        self.rounds.append(taken)

    @property
    def seconds(self) -> list[float]:
        """Of every single time."""
        return sorted(second for taken in self.rounds for second in taken)

    @property
    def total(self) -> float:
        return sum(map(sum, self.rounds))

    @property
    def rate(self) -> float:
        """How often in a second."""
        return len(self.seconds) / self.total


def by_turns(sides: Sequence[Side], rounds: int, times: int, warm_up: int = 0) -> None:
    """Let each side act `times` times a round, by turns, so that what else the machine does falls on all."""
    for side in sides:
        for _ in range(warm_up):
            side.act()
    for number in range(rounds):
        for side in sides if number % 2 else reversed(sides):
            side.run(times)


def times_slower(side: Side, reference: Side) -> str:
    """How many times as long `side` takes: the median of the rounds, and the middle half of them."""
    ratios = [sum(a) / sum(b) for a, b in zip(side.rounds, reference.rounds, strict=True)]
    low, _, high = statistics.quantiles(ratios, n=4) if len(ratios) > 1 else ratios * 3
    return f"{statistics.median(ratios):.2f} ({low:.2f} to {high:.2f})"


def quantile(side: Side, part: float) -> float:
    """Milliseconds that `part` of all times took at most."""
    seconds = side.seconds
    return seconds[min(int(part * len(seconds)), len(seconds) - 1)] * 1000


def print_rates(sides: Sequence[Side], each: int = 1) -> None:
    """One line a side; the last one is the reference. `each` is how many requests one act makes."""
    width = max(len(side.name) for side in sides)
    for side in sides:
        line = f"  {side.name:{width}} {side.rate * each:8.0f} /s"
        if each == 1:
            line += f"   p50 {quantile(side, 0.5):7.2f} ms   p99 {quantile(side, 0.99):7.2f} ms"
        if side is not sides[-1]:
            line += f"   takes {times_slower(side, sides[-1])} times as long as {sides[-1].name}"
        print(line, flush=True)
