"""What an address that can be followed takes beside its page: how long to wait, and where a browser stands."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlencode

from starlette.requests import Request

from faceforge_server.events.description import AFTER, MOST_WAIT, WAIT
from faceforge_storage.errors import Fault, InvalidInput


def without_wait(request: Request) -> tuple[int, Request]:
    """The seconds to wait, and the request as the generated route knows it; raises InvalidInput."""
    pairs = parse_qsl(request.scope["query_string"].decode("latin-1"), keep_blank_values=True)
    waits = [value for name, value in pairs if name == WAIT]
    if not waits:
        return 0, request
    seconds = int(waits[0]) if waits[0].isdecimal() and waits[0].isascii() and len(waits[0]) < 3 else -1
    if len(waits) > 1 or not 0 <= seconds <= MOST_WAIT:
        message = f"is a number of seconds, 0 to {MOST_WAIT}"
        raise InvalidInput(
            f"Query parameter {WAIT} {message}.", errors=(Fault(f"/{WAIT}", message, "invalid", "query"),)
        )
    rest = urlencode([pair for pair in pairs if pair[0] != WAIT]).encode()
    return seconds, Request({**request.scope, "query_string": rest}, request.receive)


def last_id(request: Request, what: str) -> int | None:
    """The id in `Last-Event-ID`, which is that of `what`; None without one. Raises InvalidInput."""
    text = request.headers.get(AFTER)
    if text is None:
        return None
    if not (text.isdecimal() and text.isascii() and len(text) < 19):
        message = f"is the id of {what}"
        raise InvalidInput(
            f"{AFTER} {message}.", errors=(Fault(f"/{AFTER.lower()}", message, "invalid", "header"),)
        )
    return int(text)
