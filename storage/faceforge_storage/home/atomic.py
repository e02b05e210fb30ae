"""Atomic writes of small files: a reader or a crash sees the old file or the new one, never half of it."""

from __future__ import annotations

import contextlib
import errno
import json
import os
import secrets
from pathlib import Path
from typing import Any

FULL = frozenset({errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC)})
"""The errors of a disk without room."""


def write_atomically(path: Path, content: bytes, *, durable: bool = True) -> None:
    """Replaces `path` by `content`: readable by its owner only, on the disk when this returns unless not `durable`.

    Raises OSError; then `path` is as it was and nothing is left beside it.
    """
    staged = path.with_name(f".{path.name}.{secrets.token_hex(6)}")
    try:
        descriptor = os.open(staged, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            if durable:
                os.fsync(file.fileno())
        staged.replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            staged.unlink()
        raise
    if durable:
        sync_directory(path.parent)


def write_json(path: Path, value: Any) -> None:
    """Replaces `path` by a JSON document made for reading by people."""
    write_atomically(path, _as_json(value))


def overwrite_json(path: Path, value: Any) -> None:
    """Puts a small JSON document in the place of what a file holds, which takes no room on a full disk.

    It is not atomic: a reader, or a crash, may see half of it. Raises OSError.
    """
    with path.open("r+b", buffering=0) as file:
        file.truncate(file.write(_as_json(value)))


def _as_json(value: Any) -> bytes:
    return (json.dumps(value, indent=2, ensure_ascii=False) + "\n").encode()


def sync_directory(directory: Path) -> None:
    """Returns once the names in a directory are on the disk, so that a rename survives a power cut.

    Windows has no such call: NTFS journals names by itself.
    """
    if os.name == "nt":
        return
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
