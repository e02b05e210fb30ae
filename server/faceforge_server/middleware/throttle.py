"""How fast one address may try wrong tokens."""

from __future__ import annotations

import math
import time
from collections import OrderedDict
from collections.abc import Callable
from ipaddress import IPv6Address, ip_address

from faceforge_storage.errors import FaceForgeError, RateLimited, Unauthorized

ADDRESSES = 10_000


class Throttle:
    """Counts wrong tokens for each client address: `allowed` at once, and as many again over `seconds`.

    Only failures are slowed. A valid token is answered whatever else its address sends: on one machine, a
    plugin with an old token and the person beside it share an address, and 256 bits cannot be guessed.
    """

    def __init__(
        self, allowed: int, seconds: float = 60.0, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.allowed, self.rate, self.clock = allowed, allowed / seconds, clock
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def failure(self, address: str | None, detail: str = "The token is not valid.") -> FaceForgeError:
        """Notes a wrong token from `address` and gives the error to answer: 401, or 429 with Retry-After."""
        key, now = _network(address or ""), self.clock()
        left, since = self._left.pop(key, (float(self.allowed), now))
        left = min(self.allowed, left + (now - since) * self.rate)
        refused = left < 1
        self._left[key] = (left if refused else left - 1, now)
        if len(self._left) > ADDRESSES:
            self._left.popitem(last=False)
        if not refused:
            return Unauthorized(detail, headers={"WWW-Authenticate": "Bearer"})
        wait = math.ceil((1 - left) / self.rate)
        return RateLimited(
            "Too many wrong tokens came from this address (limits.failed_sign_ins).",
            headers={"Retry-After": str(wait)},
        )


def _network(address: str) -> str:
    """An IPv6 client owns a whole /64; counting its single addresses would count nothing."""
    try:
        parsed = ip_address(address.partition("%")[0])
    except ValueError:
        return address
    return str(int(parsed) >> 64) if isinstance(parsed, IPv6Address) else str(parsed)
