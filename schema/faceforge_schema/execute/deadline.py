"""How long a query may take, whichever way it came; what has begun to change something is waited for."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from contextvars import ContextVar

from faceforge_storage.errors import QueryTimeout

_running: ContextVar[asyncio.Timeout | None] = ContextVar("running", default=None)


@asynccontextmanager
async def stopped_after(seconds: float) -> AsyncIterator[None]:
    """Raise QueryTimeout when what is inside takes longer than `seconds`."""
    try:
        async with asyncio.timeout(seconds) as limit:
            token = _running.set(limit)
            try:
                yield
            finally:
                _running.reset(token)
    except TimeoutError:
        raise QueryTimeout(f"The query took longer than {seconds:g} seconds.") from None


def wait_to_the_end() -> None:
    """Lift the limit: what begins now will be carried out, and the caller is to know how it went."""
    limit = _running.get()
    if limit is not None:
        limit.reschedule(None)
