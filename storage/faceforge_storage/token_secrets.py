"""Makes the secrets of tokens: the install token's, and those of tokens in the database."""

from __future__ import annotations

import secrets

PREFIX = "ff_"


def new_secret() -> str:
    """A fresh secret of 256 random bits, recognisable by its prefix."""
    return PREFIX + secrets.token_urlsafe(32)
