"""Reads a JSON body strictly: one value, UTF-8, bounded, each key once, nothing that another reader cannot hold."""

from __future__ import annotations

import json
import math
import re
from typing import Any, NoReturn

from starlette.requests import ClientDisconnect, Request

from faceforge_schema.values.json_limits import MAX_DEPTH, MAX_DIGITS, nests_deeper
from faceforge_storage.database.read_budget import ReadBudget
from faceforge_storage.errors import (
    BadRequest,
    InvalidInput,
    InvalidJson,
    PayloadTooLarge,
    UnsupportedMediaType,
)
from faceforge_storage.unique_keys import DuplicateKey, with_unique_keys

# Written as an escape in JSON, or once more escaped in a GraphQL document inside JSON: NUL, and half a surrogate pair.
_SUSPECT = re.compile(rb"u(0000|[dD][89a-fA-F][0-9a-fA-F]{2})|u\{", re.ASCII)

SMALLER = "Send less, or raise `limits.json_bytes` in config/core.json."

_UNFIT = re.compile("[\\x00\\ud800-\\udfff]")


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
        value = json.loads(
            body.decode("utf-8"),
            object_pairs_hook=with_unique_keys,
            parse_constant=_no_constant,
            parse_float=_finite,
            parse_int=_whole,
        )
    except DuplicateKey as error:
        raise InvalidJson(f"The body has {error}.", hint="Name each key once.") from None
    except (ValueError, RecursionError) as error:
        fault = "it nests too deeply" if isinstance(error, RecursionError) else str(error)
        raise InvalidJson(f"The body is not JSON: {fault[:200]}.") from None
    if body.count(b"[") + body.count(b"{") > MAX_DEPTH and nests_deeper(value):
        raise InvalidInput(f"The JSON nests deeper than {MAX_DEPTH} levels.", hint="Nest it less deeply.")
    if _SUSPECT.search(body):
        _check_texts(value)
    return value


def _finite(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise ValueError(f"the number {text[:40]} is too large")
    return value


def _whole(text: str) -> int:
    if len(text.removeprefix("-")) > MAX_DIGITS:  # by the length of the text: reading a long one takes time
        raise ValueError(f"the number {text[:MAX_DIGITS]}… has more than {MAX_DIGITS} digits")
    return int(text)


def _no_constant(text: str) -> NoReturn:
    raise ValueError(f"{text} is not JSON")


def _check_texts(value: Any) -> None:
    if isinstance(value, str):
        check_text(value)
    elif isinstance(value, list):
        for each in value:
            _check_texts(each)
    elif isinstance(value, dict):
        for key, each in value.items():
            check_text(key)
            _check_texts(each)


def check_text(text: str) -> None:
    """Raise InvalidInput for text that no database holds: NUL, or half a surrogate pair."""
    if _UNFIT.search(text):
        raise InvalidInput(
            "A text has U+0000 or half a surrogate pair in it.", hint="Leave that character out."
        )
