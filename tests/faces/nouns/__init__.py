"""The nouns as the tests of the faces know them: a module for each, found by itself."""

from __future__ import annotations

from importlib import import_module
from pkgutil import iter_modules

from noun import Noun, Rows

NOUNS: dict[str, Noun] = {
    each.name: import_module(f"{__name__}.{each.name}").NOUN for each in iter_modules(__path__)
}
"""Module -> what stands in it."""

ROWS: dict[str, Rows] = {name: rows for noun in NOUNS.values() for name, rows in noun.operations.items()}
"""The rows of every operation."""

FOR_ANY_TOKEN = {"current_token", "current_session", "events", "sign_out"}
"""Operations that ask for no permission: each shows only what the token or the session itself is or may read, or ends
it."""
