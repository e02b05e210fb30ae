"""The headers of every answer that carries a file's bytes."""

from __future__ import annotations

import time
from datetime import datetime

from faceforge_server.files.conditions import Validators
from faceforge_server.files.disposition import Disposition, content_disposition, disposition


def validators_of(sha256: str, created_at: str) -> Validators:
    """What tells a file from another: its hash, so that the tag never lies, and when the asset was made of it.

    A moment that is yet to come, by a clock that was set back, is told as the present one (RFC 9110 section 8.8.2.1).
    """
    made = datetime.fromisoformat(created_at).timestamp()
    return Validators(f'"{sha256}"', int(min(made, time.time())))


def file_headers(
    validators: Validators,
    media_type: str,
    filename: str,
    wished: Disposition | None,
    *,
    for_any_site: bool = False,
) -> dict[str, str]:
    """What browser and client must know of a file, whichever part of it is sent.

    A file may be a page somebody else wrote. The sandbox without sources keeps it from running anything, and
    `same-origin` keeps other sites from embedding it, unless it is `for_any_site`.
    """
    return {
        "ETag": validators.etag,
        "Last-Modified": validators.last_modified,
        "Accept-Ranges": "bytes",
        "Cache-Control": "private, no-cache",
        "Content-Disposition": content_disposition(
            disposition(media_type, wished), filename, validators.etag.strip('"')
        ),
        "Content-Security-Policy": "sandbox; default-src 'none'",
        "Cross-Origin-Resource-Policy": "cross-origin" if for_any_site else "same-origin",
        "Referrer-Policy": "no-referrer",
    }


def content_type(media_type: str) -> str:
    """The media type as it is sent: plain text with its encoding, or a browser would guess one."""
    return "text/plain; charset=utf-8" if media_type == "text/plain" else media_type
