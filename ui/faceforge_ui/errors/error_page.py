"""The page for what went wrong."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from faceforge_storage.errors import FaceForgeError
from faceforge_ui.serving.rendering import PageResponse


def error_page(request: Request, error: FaceForgeError) -> Response:
    """What happened, and what to do next, for a person who opened an address."""
    shown = error.as_json()
    problem = {name: shown[name] for name in ("title", "hint", "code", "status")}
    values = {"problem": {**problem, "message": str(error)}}
    return PageResponse(request, "errors/error.html", values, error.status, headers=error.headers)
