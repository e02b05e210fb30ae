"""CORS for the pages of `network.allowed_origins`: what their scripts may send, and what they may read of an answer."""

from __future__ import annotations

from collections.abc import Collection

from starlette.datastructures import Headers
from starlette.middleware.cors import CORSMiddleware
from starlette.types import ASGIApp, Receive, Scope, Send

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")
READABLE = (
    "Accept-Ranges",
    "Allow",
    "Content-Disposition",
    "Content-Range",
    "ETag",
    "Location",
    "Retry-After",
    "Tus-Checksum-Algorithm",
    "Tus-Extension",
    "Tus-Max-Size",
    "Tus-Resumable",
    "Tus-Version",
    "Upload-Expires",
    "Upload-Length",
    "Upload-Metadata",
    "Upload-Offset",
    "WWW-Authenticate",
    "X-FaceForge-Asset-Id",
    "X-FaceForge-Duplicate",
    "X-Request-Id",
)
"""The headers of answers that a script may read beside those that it always may."""
REMEMBERED_SECONDS = 600


class CrossOrigin(CORSMiddleware):
    """Starlette's CORS, of which others than the allowed origins get nothing, not even a refusal of its own.

    Stands outermost, so that a page reads the reason of each refusal too. It answers no preflight: `OriginCheck` does,
    with `preflight_response`, after the host has been looked at. No credentials are allowed: a token is a header.
    """

    def __init__(self, app: ASGIApp, origins: Collection[str]) -> None:
        super().__init__(
            app,
            allow_origins=origins,
            allow_methods=METHODS,
            allow_headers=("*",),  # who may send a token may send any header with it
            expose_headers=READABLE,
            allow_private_network=True,
            max_age=REMEMBERED_SECONDS,
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            headers = Headers(scope=scope)
            origins = headers.getlist("origin")
            if not origins or self.allows(origins):  # without one it says that answers differ by it
                await self.simple_response(scope, receive, send, request_headers=headers)
                return
        await self.app(scope, receive, send)

    def allows(self, origins: list[str]) -> bool:
        """Whether the `Origin` headers of a request are one, and an allowed one."""
        return len(origins) == 1 and self.is_allowed_origin(origins[0])


def is_preflight(scope: Scope, headers: Headers) -> bool:
    """Whether a browser asks beforehand what a page may send."""
    return scope.get("method") == "OPTIONS" and "access-control-request-method" in headers
