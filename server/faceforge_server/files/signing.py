"""Addresses that open one file or thumbnail for some minutes without a token, for whoever cannot set a header."""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from collections.abc import Mapping
from typing import cast

from faceforge_server.files.disposition import Disposition
from faceforge_storage.errors import InvalidSignature

PARAMETERS = ("expires", "disposition", "signature")
THUMBNAIL_PARAMETERS = ("expires", "signature")
NUMBER = re.compile(r"[0-9]{1,12}")
ALTERED = "The address was altered, or is signed for something else."


def sign(
    key: bytes,
    asset_id: str,
    content_hash: str,
    shown: Disposition,
    *,
    now: float,
    seconds: int,
) -> dict[str, str]:
    """The query parameters that open one asset's bytes for GET and HEAD.

    `now` is in seconds since 1970; the address works up to and including the second `expires`. How many
    `seconds` are allowed is for the caller to decide.
    `content_hash` is signed but not sent: when the asset gets other bytes, the address opens nothing.
    """
    expires = str(int(now) + seconds)
    return {
        "expires": expires,
        "disposition": shown,
        "signature": _signature(key, asset_id, content_hash, shown, expires),
    }


def verify(
    key: bytes,
    method: str,
    asset_id: str,
    content_hash: str,
    query: Mapping[str, str],
    *,
    now: float,
) -> Disposition:
    """Check a signed address; answers how the file is to be shown. Raises InvalidSignature (403).

    `content_hash` is the asset's present one. A signature for GET covers HEAD and nothing else.
    """
    shown = query.get("disposition", "")
    _check(key, method, (asset_id, content_hash, shown), query, now)
    return cast("Disposition", shown)


def sign_thumbnail(key: bytes, content_hash: str, size: int, *, now: float, seconds: int) -> dict[str, str]:
    """The query parameters that open one thumbnail of the bytes with a hash; `now` and `seconds` as for `sign`."""
    expires = str(int(now) + seconds)
    return {"expires": expires, "signature": _signature(key, content_hash, str(size), expires)}


def verify_thumbnail(
    key: bytes, method: str, content_hash: str, size: str, query: Mapping[str, str], *, now: float
) -> int:
    """Check the signed address of a thumbnail; answers until when it works, in seconds since 1970.

    Raises InvalidSignature (403). A signature for GET covers HEAD and nothing else.
    """
    return _check(key, method, (content_hash, size), query, now)


def _check(key: bytes, method: str, opened: tuple[str, ...], query: Mapping[str, str], now: float) -> int:
    expires = query.get("expires", "")
    expected = _signature(key, *opened, expires)
    # compare_digest takes no text beyond ASCII, so compare bytes
    equal = hmac.compare_digest(expected.encode(), query.get("signature", "").encode("utf-8", "replace"))
    if not equal or method not in {"GET", "HEAD"} or not NUMBER.fullmatch(expires):
        raise InvalidSignature(ALTERED)
    if now >= int(expires) + 1:
        raise InvalidSignature("The address has expired.")
    return int(expires)


def _signature(key: bytes, *claims: str) -> str:
    """HMAC-SHA256 over a JSON list, whose quoting keeps one field from reaching into the next.

    The lists of files and of thumbnails differ in length, so that neither is ever taken for the other.
    """
    signed = json.dumps(["GET", *claims])
    return hmac.new(key, signed.encode(), hashlib.sha256).hexdigest()
