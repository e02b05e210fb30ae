"""The cookie of a session: its name, how it is read, set and cleared."""

from __future__ import annotations

import hashlib
import platform
from collections.abc import Iterable
from pathlib import Path

CSRF_HEADER = "x-faceforge-csrf"
ID_DIGITS = 12


class SessionCookie:
    """The cookie of one home.

    Browsers send a cookie to every port of its host. So its name is made from the machine and the path of the home: two
    homes at once, or at the ends of two tunnels, do not overwrite each other's.
    """

    def __init__(self, home: Path) -> None:
        place = f"{platform.node()}\0{home.resolve()}".encode("utf-8", "surrogateescape")
        self.name = f"faceforge_{hashlib.sha256(place).hexdigest()[:ID_DIGITS]}"
        self._begins = f"{self.name}="

    def sent(self, headers: Iterable[tuple[bytes, bytes]]) -> str | None:
        """The secret among the raw headers of a request, if there is one."""
        for name, value in headers:
            if name == b"cookie":
                for each in value.decode("latin-1").split(";"):
                    pair = each.strip()
                    if pair.startswith(self._begins):
                        return pair[len(self._begins) :] or None
        return None

    def kept(self, secret: str, seconds: int, *, secure: bool) -> str:
        """The value of `Set-Cookie` that makes a browser keep a secret."""
        return self._line(secret, seconds, secure=secure)

    def cleared(self) -> str:
        """The value of `Set-Cookie` that makes a browser forget it."""
        return self._line("", 0, secure=False)

    def _line(self, secret: str, seconds: int, *, secure: bool) -> str:
        line = f"{self._begins}{secret}; Max-Age={seconds}; Path=/; HttpOnly; SameSite=Strict"
        return f"{line}; Secure" if secure else line
