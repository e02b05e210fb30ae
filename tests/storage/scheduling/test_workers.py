"""Threads keep one free for what is quick and one for the next client, and answer whoever waits (B7)."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator

import pytest

from faceforge_storage.errors import Busy, Unavailable
from faceforge_storage.scheduling.fair_queue import Turn
from faceforge_storage.scheduling.workers import Workers

PATIENCE = 10
GREEDY, MODEST = Turn("greedy"), Turn("modest")


@pytest.fixture
def workers() -> Iterator[Workers]:
    opened = Workers("test", 4, waiting=8)
    yield opened
    opened.close()


@pytest.fixture
def gate() -> Iterator[threading.Event]:
    """What opens when the test says so, at the latest at its end, so that no thread is left."""
    event = threading.Event()
    yield event
    event.set()


async def begun(count: int, seen: list[str]) -> None:
    async with asyncio.timeout(PATIENCE):
        while len(seen) < count:
            await asyncio.sleep(0.001)
    await asyncio.sleep(0.02)


def until(gate: threading.Event, seen: list[str], name: str) -> Callable[[], str]:
    def work() -> str:
        seen.append(name)
        gate.wait(PATIENCE)
        return name

    return work


async def test_a_client_leaves_a_thread_to_others_and_one_for_what_is_quick(
    workers: Workers, gate: threading.Event
) -> None:
    seen: list[str] = []
    many = [
        asyncio.create_task(workers.run(GREEDY, until(gate, seen, f"greedy {number}"))) for number in range(6)
    ]
    await begun(2, seen)
    # Each in a thread of its own, of which either may be first.
    assert sorted(seen) == ["greedy 0", "greedy 1"]
    other = asyncio.create_task(workers.run(MODEST, until(gate, seen, "modest")))
    await begun(3, seen)
    third = asyncio.create_task(workers.run(Turn("third"), until(gate, seen, "third")))
    assert await workers.run(GREEDY._replace(light=True), lambda: "light") == "light"
    assert sorted(seen) == ["greedy 0", "greedy 1", "modest"]
    gate.set()
    assert await asyncio.gather(*many, other, third) == [
        *(f"greedy {n}" for n in range(6)),
        "modest",
        "third",
    ]


async def test_what_is_quick_leaves_a_thread_for_all_else(workers: Workers, gate: threading.Event) -> None:
    seen: list[str] = []
    light, done = GREEDY._replace(light=True), threading.Event()
    first = [asyncio.create_task(workers.run(light, until(gate, seen, "light"))) for _ in range(4)]
    await begun(4, seen)
    others = [asyncio.create_task(workers.run(light, lambda: done.wait(PATIENCE))) for _ in range(4)]
    heavy = asyncio.create_task(workers.run(MODEST, done.set))
    await asyncio.sleep(0)
    gate.set()
    await asyncio.gather(*first, heavy)
    assert all(await asyncio.gather(*others)), (
        "four that are light and wait for what is heavy leave it a thread"
    )


async def test_who_has_gone_does_not_have_it_done(workers: Workers, gate: threading.Event) -> None:
    seen: list[str] = []
    held = [asyncio.create_task(workers.run(GREEDY, until(gate, seen, "held"))) for _ in range(2)]
    await begun(2, seen)
    gone = asyncio.create_task(workers.run(GREEDY, until(gate, seen, "gone")))
    await asyncio.sleep(0)
    gone.cancel()
    with pytest.raises(asyncio.CancelledError):
        await gone
    gate.set()
    await asyncio.gather(*held)
    assert await workers.run(GREEDY, lambda: "after") == "after"
    assert seen == ["held", "held"]


async def test_what_waits_is_bounded(workers: Workers, gate: threading.Event) -> None:
    seen: list[str] = []
    held = [asyncio.create_task(workers.run(GREEDY, until(gate, seen, "held"))) for _ in range(10)]
    await begun(2, seen)
    with pytest.raises(Busy):
        await workers.run(GREEDY, lambda: None)
    await workers.run(MODEST, lambda: None)
    gate.set()
    await asyncio.gather(*held)


@pytest.mark.parametrize("error", [KeyError("any"), StopIteration(), SystemExit(3)])
async def test_an_error_reaches_who_waits(workers: Workers, error: BaseException) -> None:
    def fail() -> None:
        raise error

    expected = RuntimeError if isinstance(error, StopIteration) else type(error)
    with pytest.raises(expected):
        workers.wait(GREEDY, fail)
    assert await workers.run(GREEDY, lambda: "after") == "after"


async def test_closing_finishes_what_waits_and_takes_nothing_more() -> None:
    workers, done = Workers("test", 2), []
    many = [asyncio.create_task(workers.run(GREEDY, lambda: done.append(1))) for _ in range(50)]
    await asyncio.sleep(0)
    workers.close()
    await asyncio.gather(*many)
    assert len(done) == 50
    with pytest.raises(Unavailable):
        await workers.run(GREEDY, lambda: None)
