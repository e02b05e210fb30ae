"""Hashing files in place, where a plan must know what they hold."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable

from faceforge_storage.imports.identity import identity_of
from faceforge_storage.imports.source_folder import SourceFolder
from faceforge_storage.imports.walk import Found

BLOCK_BYTES = 1024 * 1024


class Changed(Exception):
    """The file is not as it was found, or did not stay so while it was read."""


def sha256_of(folder: SourceFolder, found: Found, check: Callable[[int], None]) -> str:
    """The SHA-256 of a file as it was found; `check` hears of each block and may end it.

    Raises Changed, OSError.
    """
    digest = hashlib.sha256()
    handle = folder.open(found.path, via_link=found.via_link)
    with os.fdopen(handle, "rb", buffering=0) as file:
        _require(found, handle)
        while block := file.read(BLOCK_BYTES):
            digest.update(block)
            check(len(block))
        _require(found, handle)
    return digest.hexdigest()


def _require(found: Found, handle: int) -> None:
    if identity_of(os.fstat(handle)) != found.identity:
        raise Changed(found.path)
