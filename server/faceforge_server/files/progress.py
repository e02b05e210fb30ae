"""How much of an upload has come, for whoever follows events: told now and then, and of no small one."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any

from faceforge_server.http.request_ids import current_request_id

KIND = "upload.progress"
EVERY_SECONDS = 0.5
Tell = Callable[[Mapping[str, Any]], None]


def untold(_data: Mapping[str, Any]) -> None:
    """Where nobody can follow."""


class Progress:
    """Counts the bytes of one upload. `expected` is how many it was declared to have, 0 when it was not.

    `upload_id` and `received` are for an upload that goes on: what it is called, and how many bytes had come before.
    """

    def __init__(self, tell: Tell, expected: int, upload_id: str | None = None, received: int = 0) -> None:
        self._tell, self._expected = tell, expected
        self._upload_id = upload_id or current_request_id()
        self._received = received
        self._told_at = time.monotonic()
        self._told = False

    def came(self, size: int) -> None:
        """More bytes of the file have come."""
        self._received += size
        if time.monotonic() - self._told_at >= EVERY_SECONDS:
            self._tell_on(done=False)

    def ended(self) -> None:
        """All bytes have come; what is made of them is another event."""
        if self._told:
            self._tell_on(done=True)

    def _tell_on(self, *, done: bool) -> None:
        self._told, self._told_at = True, time.monotonic()
        self._tell(
            {
                "upload_id": self._upload_id,
                "received_bytes": self._received,
                "expected_bytes": self._expected or None,
                "done": done,
            }
        )
