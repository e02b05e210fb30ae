"""The rules that the browser is told to hold pages to (S7)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType

from starlette.requests import Request

from faceforge_ui.serving.pages import NO_RULES

HOST = re.compile(r"[A-Za-z0-9.\-]+(:\d+)?|\[[0-9a-fA-F:.]+\](:\d+)?")
PART = "X-FaceForge-Part"
"""The header by which a script of ours asks for the main part alone."""

RULES: Mapping[str, str] = MappingProxyType(
    {
        "default-src": "'none'",
        "script-src": "'self'",
        "style-src": "'self'",
        "img-src": "'self' data: blob:",
        "media-src": "'self'",
        "frame-src": "'self'",
        "connect-src": "'self'",
        "base-uri": "'none'",
        "form-action": "'none'",
        "frame-ancestors": "'none'",
    }
)


def page_headers(request: Request, rules: Mapping[str, str] = NO_RULES) -> dict[str, str]:
    """The headers of a page; `rules` are the directives that it needs otherwise."""
    host = request.headers.get("host", "")
    # Not every browser counts a WebSocket to the same place as `'self'`.
    sockets = f" ws://{host} wss://{host}" if HOST.fullmatch(host) else ""
    kept = {**RULES, **rules}
    kept["connect-src"] += sockets
    return {
        "Cache-Control": "private, no-cache",
        "Content-Security-Policy": "; ".join(f"{name} {value}" for name, value in kept.items()),
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Referrer-Policy": "no-referrer",
        # A page and its main part have one address; so have the console and a POST.
        "Vary": f"Accept, Accept-Encoding, Cookie, Sec-Fetch-Mode, {PART}",
    }
