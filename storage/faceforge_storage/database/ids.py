"""Public ids: 64 lower-case hex digits, drawn at random and never derived from content."""

from __future__ import annotations

import hashlib
import secrets

ID_PATTERN = r"^[0-9a-f]{64}$"


def new_id() -> str:
    """A fresh id: the SHA-256 of 32 random bytes, as 64 lower-case hex digits."""
    return hashlib.sha256(secrets.token_bytes(32)).hexdigest()
