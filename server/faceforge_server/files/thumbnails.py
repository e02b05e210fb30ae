"""Thumbnails going out: from an asset to the address of its picture, and the picture itself, which browsers keep."""

from __future__ import annotations

import asyncio
import hashlib
import re
from collections.abc import Mapping
from typing import cast

from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from faceforge_schema.assets.thumbnails import READ, address
from faceforge_server.files.conditions import matches
from faceforge_server.files.signed_addresses import SignedAddresses
from faceforge_server.files.signing import THUMBNAIL_PARAMETERS
from faceforge_server.files.unknown_parameters import refuse_unknown
from faceforge_server.http.connections import let_in
from faceforge_server.http.request_context import context_of
from faceforge_storage import assets, thumbnails
from faceforge_storage.errors import Busy, Fault, InvalidInput, NotFound, VersionConflict
from faceforge_storage.ingest.thumbnails import MEDIA_TYPE, RECIPE, SIZES, is_tile

NEEDS = frozenset({READ})
HASH = re.compile("[0-9a-f]{64}")
WIDTHS = {str(size): size for size in SIZES}
"""Size as it is written in an address -> the same as a number."""
NUMBER = re.compile("[1-9][0-9]{0,8}")
WAIT_SECONDS = 30.0
"""How long an answer waits for a thumbnail that is being made."""
YEAR_SECONDS = 31_536_000
TILE_SECONDS = 60
"""A tile stands for a file that is not read, or could not be: one day there may be a picture of it."""


async def thumbnail_of_asset(request: Request) -> Response:
    """Lead to the picture that stands for a live asset; raises NotFound, and InvalidInput for another size."""
    context = context_of(request)
    context.actor.check(NEEDS)
    size = _wished(request)
    asset_id = request.path_params["asset_id"]
    content_hash = await context.core.database.read(context.turn, _stands_for, asset_id)
    return RedirectResponse(address(content_hash, size), headers={"Cache-Control": "private, no-cache"})


async def thumbnail(request: Request) -> Response:
    """Answer with a thumbnail, which is made now when it is asked for the first time.

    For a token, or for the signature that the address itself brings. Raises NotFound, InvalidSignature,
    VersionConflict, Busy, StoreAway.
    """
    context = context_of(request)
    content_hash, size, recipe = (request.path_params[name] for name in ("content_hash", "size", "recipe"))
    works = _signed_seconds(request, content_hash, size)
    if works is None:
        context.actor.check(NEEDS)
        refuse_unknown(request, ())
    if not (HASH.fullmatch(content_hash) and size in WIDTHS and NUMBER.fullmatch(recipe)):
        raise NotFound("There is no such thumbnail.", hint=f"Sizes are {' and '.join(WIDTHS)}.")
    if recipe != str(RECIPE):  # of a page that an earlier version has made
        present = address(content_hash, WIDTHS[size]) + ("" if works is None else f"?{request.url.query}")
        return RedirectResponse(present, headers={"Cache-Control": "private, no-cache", **_shown_by(works)})
    try:
        async with asyncio.timeout(WAIT_SECONDS):
            content = await context.core.examiner.thumbnail(content_hash, WIDTHS[size])
    except TimeoutError:
        again = {"Retry-After": "5"}
        raise Busy("The thumbnail is still being made.", headers=again) from None
    if content is None:
        raise NotFound(f"No asset is on bytes with the hash {content_hash}.")
    return await asyncio.to_thread(_answer, content, request.headers, works)


def _signed_seconds(request: Request, content_hash: str, size: str) -> int | None:
    """For how many seconds a signed address still works, None without a signature; raises InvalidSignature.

    It is the proof then, whatever token came with it.
    """
    if "signature" not in request.query_params:
        return None
    refuse_unknown(request, THUMBNAIL_PARAMETERS)
    addresses = cast("SignedAddresses", request.app.state.signed_addresses)
    works = addresses.check_thumbnail(request.method, content_hash, size, request.query_params)
    let_in(request.scope)
    return works


def _shown_by(works: int | None) -> dict[str, str]:
    """Whose pages may show what is answered: of a signed address all."""
    return {"Cross-Origin-Resource-Policy": "same-origin" if works is None else "cross-origin"}


def _kept(content: bytes, works: int | None) -> str:
    """How long a browser keeps a thumbnail: no longer than the signed address works."""
    tile = is_tile(content)
    seconds = min(TILE_SECONDS if tile else YEAR_SECONDS, YEAR_SECONDS if works is None else works)
    return f"private, max-age={seconds}{'' if tile else ', immutable'}"


def _answer(content: bytes, sent: Mapping[str, str], works: int | None) -> Response:
    """The answer with a thumbnail, or that the client has it already. Its tag is of these bytes and no others.

    `works`: for how many seconds the signed address does, by which it was asked for.
    """
    etag = f'"{hashlib.sha256(content).hexdigest()[:32]}"'
    if (wanted := sent.get("if-match")) is not None and not matches(wanted, etag, weak=False):
        raise VersionConflict("If-Match names another thumbnail.")
    headers = {
        "ETag": etag,
        "Cache-Control": _kept(content, works),
        **_shown_by(works),
        "Content-Security-Policy": "sandbox; default-src 'none'",
    }
    if matches(sent.get("if-none-match", ""), etag, weak=True):
        return Response(status_code=304, headers=headers)
    return Response(content, headers=headers, media_type=MEDIA_TYPE)


def _stands_for(db: Connection, asset_id: str) -> str:
    """The hash of the bytes of which an asset's thumbnail is made."""
    own: str = assets.get(db, asset_id).content_hash
    return thumbnails.of_assets(db, [asset_id]).get(asset_id, own)


def _wished(request: Request) -> int:
    refuse_unknown(request, ["size"])
    wish = request.query_params.get("size", next(iter(WIDTHS)))
    if wish not in WIDTHS:
        message = f"is {' or '.join(WIDTHS)}"
        raise InvalidInput(f"size {message}.", errors=(Fault("/size", message, "invalid", "query"),))
    return WIDTHS[wish]
