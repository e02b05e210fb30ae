"""The files that pages load: ours, and two API viewers that a Python package ships, so no CDN is needed."""

from __future__ import annotations

import gzip
import hashlib
import importlib.util
import posixpath
import re
from functools import cache
from pathlib import Path

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from faceforge_ui.serving.pages import ROOT

VIEWERS = ("redoc.standalone.js", "swagger-ui-bundle.js", "swagger-ui.css")

# A table of our own: Windows keeps media types in its registry, where a program may make `.js` plain text.
MEDIA_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}
IMPORT = re.compile(r"""^\s*(?:import|export)\b[^"'`;]*?["'](\.{1,2}/[^"']+)["']""", re.MULTILINE)

# ReDoc draws its maker's logo from a CDN. An empty picture takes its place; its words and link stay.
# allow address: it is removed from what is served, never asked for.
REDOC_LOGO = b"https://cdn.redoc.ly/redoc/logo-mini.svg"
EMPTY_PICTURE = b"data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg'/%3E"


@cache
def asset_files() -> dict[str, Path]:
    """Every file that can be served, by its path below the UI's folder. Others do not exist, so no path leads out."""
    own = {path.relative_to(ROOT).as_posix(): path for path in ROOT.rglob("*") if path.suffix in MEDIA_TYPES}
    return own | {name: viewer_folder() / name for name in VIEWERS}


def viewer_folder() -> Path:
    """Where `fastapi-offline` keeps Swagger UI and ReDoc, found without running it: only the files are wanted."""
    spec = importlib.util.find_spec("fastapi_offline")
    if spec is None or not spec.submodule_search_locations:
        raise RuntimeError("The package fastapi-offline is missing; install FaceForge again.")
    return Path(spec.submodule_search_locations[0]) / "static"


@cache
def asset_fingerprint() -> str:
    """The fingerprint of the files as they were when it was first asked for."""
    return fingerprint(asset_files())


def fingerprint(files: dict[str, Path]) -> str:
    """One short hash over all files: it stands in their addresses, so browsers may keep them for ever.

    One for all, not one for each: modules and styles then name each other by plain relative addresses.
    """
    digest = hashlib.sha256()
    for name, path in sorted(files.items()):
        digest.update(name.encode() + b"\0" + hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()[:16]


@cache
def imports_of(name: str) -> tuple[str, ...]:
    """The modules that one of ours imports, and those that they do, without itself."""
    found: dict[str, None] = {}
    waiting = [name]
    while waiting:
        at = waiting.pop()
        for address in IMPORT.findall(asset_files()[at].read_text("utf-8")):
            there = posixpath.normpath(posixpath.join(posixpath.dirname(at), address))
            if there not in found and there != name:
                found[there] = None
                waiting.append(there)
    return tuple(found)


@cache
def content(name: str) -> tuple[bytes, bytes]:
    """The bytes of a file as they are, and compressed."""
    body = asset_files()[name].read_bytes()
    if name == "redoc.standalone.js":
        body = body.replace(REDOC_LOGO, EMPTY_PICTURE)
    return body, gzip.compress(body, mtime=0)


async def asset(request: Request) -> Response:
    """GET and HEAD of `/ui/{fingerprint}/{name}`; a page of an older installation gets the present file."""
    known, _, name = request.path_params["path"].partition("/")
    path = asset_files().get(name)
    if path is None:
        raise HTTPException(404)
    current = known == asset_fingerprint()
    headers = {
        "Cache-Control": "public, max-age=31536000, immutable" if current else "no-cache",
        "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'; sandbox",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Vary": "Accept-Encoding",
    }
    body, compressed = content(name)
    etag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    if request.headers.get("if-none-match") == etag:
        return Response(status_code=304, headers={**headers, "ETag": etag})
    headers["ETag"] = etag
    if "gzip" in request.headers.get("accept-encoding", ""):
        body, headers["Content-Encoding"] = compressed, "gzip"
    return Response(body, headers=headers, media_type=MEDIA_TYPES[path.suffix])
