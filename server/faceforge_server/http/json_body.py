"""Reads a JSON body strictly: one value, UTF-8, bounded, each key once, nothing that another reader cannot hold."""

from __future__ import annotations

from typing import Any

from starlette.requests import ClientDisconnect, Request

from faceforge_storage.database.read_budget import ReadBudget
from faceforge_storage.errors import (
    BadRequest,
    InvalidInput,
    InvalidJson,
    PayloadTooLarge,
    UnsupportedMediaType,
)
from faceforge_storage.strict_json import DuplicateKey, NestsTooDeeply, UnfitText, check_text, parse

SMALLER = "Send less, or raise `limits.json_bytes` in config/core.json."


async def read_body(request: Request, limit: int, budget: ReadBudget) -> bytes:
    """The whole body, which its answer's budget holds; raises PayloadTooLarge beyond `limit` bytes, Overloaded."""
    declared = request.headers.get("content-length", "")
    if declared.isdecimal() and int(declared) > limit:
        raise PayloadTooLarge(f"The body has {declared} bytes; {limit} are allowed.", hint=SMALLER)
    read = bytearray()
    try:
        async for chunk in request.stream():
            read += chunk
            budget.hold(len(read))
            if len(read) > limit:
                raise PayloadTooLarge(
                    f"The body has more than the {limit} bytes that are allowed.", hint=SMALLER
                )
    except ClientDisconnect:
        raise BadRequest("The body was cut.") from None
    return bytes(read)


def check_media_type(request: Request) -> None:
    """Raise UnsupportedMediaType unless the body is declared as JSON."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/json":
        raise UnsupportedMediaType(
            f"The body is declared as {kind[:80] or 'nothing'}.",
            hint="Send `Content-Type: application/json`.",
        )


def parse_json(body: bytes) -> Any:
    """The value of a JSON body; raises InvalidJson, InvalidInput."""
    try:
        return parse(body.decode("utf-8"))
    except NestsTooDeeply as error:
        raise InvalidInput(f"The JSON is refused: {error}.", hint="Nest it less deeply.") from None
    except UnfitText:
        raise _unfit() from None
    except DuplicateKey as error:
        raise InvalidJson(f"The body is refused: {error}.", hint="Name each key once.") from None
    except ValueError as error:
        raise InvalidJson(f"The body is not JSON: {str(error)[:200]}.") from None


def check_field(text: str) -> None:
    """Raise InvalidInput for a text outside of JSON that no database holds: NUL, or half a surrogate pair."""
    try:
        check_text(text)
    except UnfitText:
        raise _unfit() from None


def _unfit() -> InvalidInput:
    return InvalidInput("A text has U+0000 or half a surrogate pair in it.", hint="Leave that character out.")
