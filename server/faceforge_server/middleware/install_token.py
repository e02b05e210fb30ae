"""The install token while Core runs: what it opens, and what is signed in its name, until it is rotated."""

from __future__ import annotations

import hashlib
from pathlib import Path

from faceforge_storage import tokens
from faceforge_storage.errors import CannotStart
from faceforge_storage.home.settings import install_token_in


class InstallToken:
    """The hash of the install token and the key made from it, anew when `faceforge token rotate` has written another.

    The token itself is kept nowhere.
    """

    def __init__(self, file: Path, token: str) -> None:
        self._file, self._seen = file, self._stamp(file)
        self._take(token)

    def hash(self) -> str:
        self._look()
        return self._hash

    def signing_key(self) -> bytes:
        """The key of signed addresses: a new token makes all of them void."""
        self._look()
        return self._key

    def _look(self) -> None:
        stamp = self._stamp(self._file)
        if stamp == self._seen:
            return
        try:
            token = install_token_in(self._file)
        except CannotStart:
            return
        if token:
            self._take(token)
            self._seen = stamp

    def _take(self, token: str) -> None:
        self._hash = tokens.hash_of(token)
        self._key = hashlib.sha256(b"signed-url:" + token.encode()).digest()

    @staticmethod
    def _stamp(file: Path) -> tuple[int, int]:
        try:
            found = file.stat()
        except OSError:
            return (0, 0)
        return (found.st_mtime_ns, found.st_ino)
