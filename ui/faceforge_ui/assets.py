"""The files that pages load: ours, and two API viewers that a Python package ships, so no CDN is needed."""

from __future__ import annotations

import hashlib
import importlib.util
from collections.abc import Awaitable, Callable
from pathlib import Path

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, Response

OWN = Path(__file__).parent / "static"
VIEWERS = ("redoc.standalone.js", "swagger-ui-bundle.js", "swagger-ui.css")

# A table of our own: Windows keeps media types in its registry, where a program may make `.js` plain text.
MEDIA_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}

# ReDoc draws its maker's logo from a CDN. An empty picture takes its place; its words and link stay.
# allow address: it is removed from what is served, never asked for.
REDOC_LOGO = b"https://cdn.redoc.ly/redoc/logo-mini.svg"
EMPTY_PICTURE = b"data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg'/%3E"


def asset_files() -> dict[str, Path]:
    """Every file that can be served, by its name. Other names do not exist, so no path leads out."""
    files = {path.name: path for path in OWN.iterdir() if path.suffix in MEDIA_TYPES}
    return files | {name: viewer_folder() / name for name in VIEWERS}


def viewer_folder() -> Path:
    """Where `fastapi-offline` keeps Swagger UI and ReDoc, found without running it: only the files are wanted."""
    spec = importlib.util.find_spec("fastapi_offline")
    if spec is None or not spec.submodule_search_locations:
        raise RuntimeError("The package fastapi-offline is missing; install FaceForge again.")
    return Path(spec.submodule_search_locations[0]) / "static"


def fingerprint(files: dict[str, Path]) -> str:
    """One short hash over all files: it stands in their addresses, so browsers may keep them for ever.

    One for all, not one for each: modules and styles then name each other by plain relative addresses.
    """
    digest = hashlib.sha256()
    for name, path in sorted(files.items()):
        digest.update(name.encode() + b"\0" + hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()[:16]


def serve_from(files: dict[str, Path], fingerprint: str) -> Callable[[Request], Awaitable[Response]]:
    """GET and HEAD of `/ui/{fingerprint}/{name}`; a page of an older installation gets the present file."""

    async def asset(request: Request) -> Response:
        known, _, name = request.path_params["path"].partition("/")
        path = files.get(name)
        if path is None:
            raise HTTPException(404)
        current = known == fingerprint
        headers = {
            "Cache-Control": "public, max-age=31536000, immutable" if current else "no-cache",
            "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'; sandbox",
            "Cross-Origin-Resource-Policy": "same-origin",
        }
        media_type = MEDIA_TYPES[path.suffix]
        if path.name == "redoc.standalone.js":
            body = path.read_bytes().replace(REDOC_LOGO, EMPTY_PICTURE)
            return Response(body, headers=headers, media_type=media_type)
        return FileResponse(path, headers=headers, media_type=media_type)

    return asset
