"""Runs coroutines without an event loop for as long as they need none, which for most of them is to the end.

The executor is written once, as coroutines, but a query of which nothing has to be awaited is answered by a plain
call. A coroutine runs by itself until something in it is awaited that is not there yet; the executor awaits
`NeedEventLoop` before the first such thing. So `run_until_event_loop` either gets the result, or stops the coroutine at
exactly that point, and answers the rest of it as an awaitable that an event loop can go on with.
"""

from __future__ import annotations

from collections.abc import Awaitable, Coroutine, Generator
from typing import Any, TypeVar, cast

T = TypeVar("T")


class NeedEventLoop:
    """Awaited once, before the first thing that only an event loop can wait for."""

    def __await__(self) -> Generator[NeedEventLoop, None, None]:
        yield self


class _Rest(Awaitable[T]):
    """A coroutine that was stopped at `NeedEventLoop`: awaiting this goes on from there."""

    def __init__(self, coroutine: Coroutine[Any, Any, T]) -> None:
        self._coroutine = coroutine

    def __await__(self) -> Generator[Any, Any, T]:
        return self._coroutine.__await__()


def run_until_event_loop(coroutine: Coroutine[Any, Any, T]) -> T | Awaitable[T]:
    """The result of a coroutine, or an awaitable of it if it needs an event loop to get there."""
    try:
        coroutine.send(None)
    except StopIteration as done:
        return cast("T", done.value)
    return _Rest(coroutine)


def run_sync(coroutine: Coroutine[Any, Any, T]) -> T:
    """The result of a coroutine that needs no event loop; raises RuntimeError if it needs one."""
    result = run_until_event_loop(coroutine)
    if isinstance(result, _Rest):
        coroutine.close()
        raise RuntimeError("something had to be awaited where there is no event loop")
    return cast("T", result)
