"""Addresses that open one file for some minutes without a token, for tools that cannot set a header."""

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
    shown, expires = query.get("disposition", ""), query.get("expires", "")
    expected = _signature(key, asset_id, content_hash, shown, expires)
    # compare_digest takes no text beyond ASCII, so compare bytes
    equal = hmac.compare_digest(expected.encode(), query.get("signature", "").encode("utf-8", "replace"))
    if not equal or method not in {"GET", "HEAD"} or not NUMBER.fullmatch(expires):
        raise InvalidSignature(ALTERED)
    if now >= int(expires) + 1:
        raise InvalidSignature("The address has expired.")
    return cast("Disposition", shown)


def _signature(key: bytes, asset_id: str, content_hash: str, shown: str, expires: str) -> str:
    """HMAC-SHA256 over a JSON list, whose quoting keeps one field from reaching into the next."""
    signed = json.dumps(["GET", asset_id, content_hash, shown, expires])
    return hmac.new(key, signed.encode(), hashlib.sha256).hexdigest()
