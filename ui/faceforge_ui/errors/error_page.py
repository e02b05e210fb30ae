"""The page for what went wrong."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from faceforge_storage.errors import FaceForgeError
from faceforge_ui.errors.error_words import words_for
from faceforge_ui.serving.rendering import PageResponse


def error_page(request: Request, error: FaceForgeError) -> Response:
    """What happened, and what to do next, for a person who opened an address."""
    words = words_for(error)
    shown = error.as_json()
    details = [
        ("What happened", shown["title"]),
        ("In detail", str(error)),
        ("What helps", shown["hint"] or None),
        ("Number", f"{error.status}, {error.code}"),
    ]
    address = request.url.path + ("" if words.plain or not request.url.query else f"?{request.url.query}")
    # What starts with two slashes leads to another site.
    again = "/" + address.lstrip("/") if words.again and request.method in ("GET", "HEAD") else ""
    values = {"words": words, "again": again, "details": details}
    return PageResponse(request, "errors/error.html", values, error.status, headers=error.headers)
