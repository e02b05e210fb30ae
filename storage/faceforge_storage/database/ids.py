"""Public ids: 64 lower-case hex digits, drawn at random and never derived from content."""

from __future__ import annotations

import hashlib
import secrets

ID_PATTERN = r"^[0-9a-f]{64}$"


def new_id() -> str:
    """A fresh id: the SHA-256 of 32 random bytes, as 64 lower-case hex digits."""
    return new_ids(1)[0]


def new_ids(count: int) -> list[str]:
    """Fresh ids, for which the system is asked for random bytes once."""
    drawn = secrets.token_bytes(32 * count)
    return [hashlib.sha256(drawn[place : place + 32]).hexdigest() for place in range(0, len(drawn), 32)]
