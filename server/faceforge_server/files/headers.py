"""The headers of every answer that carries a file's bytes."""

from __future__ import annotations

from faceforge_server.files.disposition import Disposition, content_disposition, disposition


def etag(sha256: str) -> str:
    """The strong entity tag of bytes: their hash, so that it never lies."""
    return f'"{sha256}"'


def file_headers(sha256: str, media_type: str, filename: str, wished: Disposition | None) -> dict[str, str]:
    """What browser and client must know of a file, whichever part of it is sent.

    A file may be a page somebody else wrote. The sandbox without sources keeps it from running anything, and
    `same-origin` keeps other sites from embedding it.
    """
    return {
        "ETag": etag(sha256),
        "Accept-Ranges": "bytes",
        "Cache-Control": "private, no-cache",
        "Content-Disposition": content_disposition(disposition(media_type, wished), filename),
        "Content-Security-Policy": "sandbox; default-src 'none'",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Referrer-Policy": "no-referrer",
    }


def content_type(media_type: str) -> str:
    """The media type as it is sent: plain text with its encoding, or a browser would guess one."""
    return "text/plain; charset=utf-8" if media_type == "text/plain" else media_type
