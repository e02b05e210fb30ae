"""Whether whoever follows a stream still may do what they could when it began."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Awaitable, Callable

from faceforge_schema import Actor, Context
from faceforge_schema.events import PULSE_SECONDS
from faceforge_storage.errors import FaceForgeError


def still_allowed(context: Context, still: Callable[[], Awaitable[Actor]]) -> Callable[[], Awaitable[bool]]:
    """What a stream asks before each batch; `still` tells who its token or session is now.

    That is asked when a token has changed, and now and then.
    """
    hub = context.core.events
    asked_at, changes = -math.inf, hub.permission_changes  # what changed before the hub began was not counted

    async def may_stay() -> bool:
        nonlocal asked_at, changes
        now = asyncio.get_running_loop().time()
        if changes == hub.permission_changes and now - asked_at < PULSE_SECONDS:
            return True
        changes, asked_at = hub.permission_changes, now
        try:
            return bool(await still() == context.actor)
        except FaceForgeError:
            return False

    return may_stay
