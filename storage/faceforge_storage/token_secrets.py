"""Makes the secrets of tokens: the install token's, and those of tokens in the database."""

from __future__ import annotations

import re
import secrets

PREFIX = "ff_"
RANDOM_BYTES = 32
SHAPE = "`ff_` with 43 or more letters, digits, `-` and `_`, as FaceForge makes them"
_SECRET = re.compile(rf"{PREFIX}[A-Za-z0-9_-]{{43,}}")


def new_secret() -> str:
    """A fresh secret of 256 random bits, recognisable by its prefix."""
    return PREFIX + secrets.token_urlsafe(RANDOM_BYTES)


def is_secret(text: str) -> bool:
    """Whether `text` has the form of a secret, which has room for 256 bits."""
    return _SECRET.fullmatch(text) is not None
