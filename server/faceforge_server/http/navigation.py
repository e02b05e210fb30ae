"""Whether it is a person who opened an address, and is answered with a page."""

from __future__ import annotations

from starlette.requests import Request

PART = "x-faceforge-part"
"""The header by which a page of ours asks for the main part of another."""


def is_opened_in_a_browser(request: Request) -> bool:
    """Whether a person opened the address itself: a page is preferred, and no script or element asks for it.

    Browsers leave `Sec-Fetch-Mode` out where the address is neither of this machine nor HTTPS.
    """
    accept = request.headers.get("accept", "")
    opened = request.headers.get("sec-fetch-mode", "navigate") == "navigate"
    return opened and "text/html" in accept and "json" not in accept


def wants_page(request: Request) -> bool:
    """Whether an error is told as a page: to a person who opened the address, or to the page that asked for them."""
    reads = request.method in ("GET", "HEAD")
    return PART in request.headers or (reads and is_opened_in_a_browser(request))
