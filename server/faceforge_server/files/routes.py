"""The routes that carry bytes: the only ones written by hand. What they know of assets they ask the schema."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable, Iterable
from dataclasses import asdict, replace
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from faceforge_schema import Actor, Context, Contract
from faceforge_server.files.delivery import Download
from faceforge_server.files.disposition import Disposition
from faceforge_server.files.form import UploadLimits
from faceforge_server.files.signing import ALTERED, PARAMETERS, sign, verify
from faceforge_server.files.upload import Upload, receive_multipart, receive_raw
from faceforge_server.http.dispatch import call, context_of
from faceforge_server.rest.inputs import checked_body
from faceforge_server.rest.operations import RestOperation
from faceforge_server.rest.routes import answer
from faceforge_storage.errors import FaceForgeError, Fault, InvalidInput, InvalidSignature, NotFound
from faceforge_storage.ingest.mime import sniff
from faceforge_storage.objects.provider import StoredObject
from faceforge_storage.objects.staging import StagedFile, Staging
from faceforge_storage.objects.store import ObjectStore

ASSET = """query asset($assetId: ID!) { asset(assetId: $assetId) {
    filename mimeType sizeBytes contentHash storage { provider bucket key } } }"""
TRY = "mutation createAsset($input: AssetCreate!) { createAsset(input: $input) { duplicate } }"
READ = frozenset({"assets:read"})
SIGNED = Actor("signed address", READ)
DISPOSITIONS: dict[str | None, Disposition | None] = {
    None: None,
    "inline": "inline",
    "attachment": "attachment",
}
FORM_NAMES = {"entity_ids": "entity_id", "tags": "tag", "sidecar": "meta", "content_hash": "sha256"}
"""Input of the operation -> what an upload form calls it."""
FORM_NAMES_BACK = {form: name for name, form in FORM_NAMES.items()}
CHECKED = frozenset({"sha256", "size_bytes"})
"""Fields that were held against the bytes already."""
UNNAMED = "unnamed"


class ByteRoutes:
    """Upload and download, on the object store of one home."""

    def __init__(
        self,
        contract: Contract,
        create: RestOperation,
        store: ObjectStore,
        staging: Staging,
        signing_key: Callable[[], bytes],
    ) -> None:
        self._contract, self._create = contract, create
        self._store, self._staging, self._key = store, staging, signing_key
        for document in (ASSET, TRY):
            contract.documents.keep(document)

    def routes(self) -> list[Route]:
        return [
            Route("/v1/assets/upload", self.upload, methods=["POST", "PUT"]),
            Route("/v1/assets/{asset_id}/download", self.download, methods=["GET"]),
        ]

    async def upload(self, request: Request) -> Response:
        """Take a file in, as multipart/form-data (POST) or as the raw body (PUT)."""
        context = context_of(request)
        context.actor.check(self._create.needs)
        bounds = context.core.settings.limits
        limits = UploadLimits(bounds.upload_bytes, bounds.sidecar_bytes)
        form = request.method == "POST"
        receive = receive_multipart if form else receive_raw
        try:
            async with await receive(request, self._staging, limits) as upload:
                variables = {"input": _as_input(self._create, upload)}
                media_type = sniff(upload.staged.head, str(upload.fields.get("filename", "")))
                await self._rehearse(variables, context, _nowhere(upload.staged, media_type))
                # The bytes are durable under their hash before any row tells of them.
                stored = await asyncio.to_thread(self._store.publish, upload.staged)
                context.uploaded = {**asdict(stored), "mime_type": media_type}
                result = await call(self._contract, self._create.document, variables, context)
        except FaceForgeError as error:
            raise as_sent(error, "body" if form else "query") from None
        return answer(self._create, result)

    async def download(self, request: Request) -> Any:
        """Answer GET or HEAD with the bytes of an asset."""
        query, asset_id = request.query_params, request.path_params["asset_id"]
        context = context_of(request)
        if "signature" in query:  # it is the proof then, whatever token came with it
            _refuse_unknown(request, PARAMETERS)
            found = await self._signed_asset(asset_id, Context(context.core, SIGNED))
            wished: Disposition | None = verify(
                self._key(), request.method, asset_id, found["contentHash"], query, now=time.time()
            )
        else:
            context.actor.check(READ)
            found = await call(self._contract, ASSET, {"assetId": asset_id}, context)
            wished = _wished(request)
        stored = StoredObject(sha256=found["contentHash"], size_bytes=found["sizeBytes"], **found["storage"])
        return Download(self._store, stored, found["mimeType"], found["filename"], wished)

    async def _rehearse(self, variables: Any, context: Context, uploaded: dict[str, Any]) -> None:
        """Raise what the create would raise now, before bytes are kept for it; what it does is rolled back."""
        tried = replace(context.core, database=context.core.database.rehearsal())
        await call(self._contract, TRY, variables, replace(context, core=tried, uploaded=uploaded))

    async def _signed_asset(self, asset_id: str, context: Context) -> Any:
        """The asset a signed address is for; to a stranger an unknown one is the same as an altered address."""
        try:
            return await call(self._contract, ASSET, {"assetId": asset_id}, context)
        except (NotFound, InvalidInput):
            raise InvalidSignature(ALTERED) from None

    def sign(
        self, asset_id: str, content_hash: str, disposition: Disposition, seconds: int
    ) -> tuple[str, str]:
        """(signed path, the moment it expires at): see `SignDownload` in the schema."""
        now = time.time()
        query = sign(self._key(), asset_id, content_hash, disposition, now=now, seconds=seconds)
        expires = datetime.fromtimestamp(int(query["expires"]), UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
        return f"/v1/assets/{asset_id}/download?{urlencode(query)}", expires


def _as_input(create: RestOperation, upload: Upload) -> Any:
    """What an upload says, as the input of the operation that makes an asset."""
    said: dict[str, Any] = {
        FORM_NAMES_BACK.get(name, name): value for name, value in upload.fields.items() if name not in CHECKED
    }
    said.setdefault("filename", UNNAMED)
    said["content_hash"] = upload.staged.sha256
    if upload.sidecar is not None:
        said["sidecar"] = upload.sidecar
    return checked_body(create, json.dumps(said).encode())


def _nowhere(staged: StagedFile, media_type: str) -> dict[str, Any]:
    """What will be told of bytes when they are published; they have no place yet."""
    stored = StoredObject(staged.sha256, staged.size_bytes, provider="", bucket="", key="")
    return {**asdict(stored), "mime_type": media_type}


def as_sent(error: FaceForgeError, place: str) -> FaceForgeError:
    """The same error with its faults as the form calls them, and where they were sent: the body, or the query."""
    error.errors = tuple(
        fault
        if fault.place == "header"
        else replace(fault, pointer=_form_pointer(fault.pointer), place=place)
        for fault in error.errors
    )
    return error


def _form_pointer(pointer: str) -> str:
    first, *rest = pointer[1:].split("/")
    return "/" + "/".join([FORM_NAMES.get(first, first), *rest])


def _refuse_unknown(request: Request, known: Iterable[str]) -> None:
    if unknown := request.query_params.keys() - set(known):
        name = min(unknown)
        raise InvalidInput(
            f"Query parameter {name[:80]}: is not a parameter of this address.",
            errors=(
                Fault(f"/{name[:80]}", "is not a parameter of this address", "unknown_parameter", "query"),
            ),
        )


def _wished(request: Request) -> Disposition | None:
    _refuse_unknown(request, ["disposition"])
    wish = request.query_params.get("disposition")
    if wish not in DISPOSITIONS:
        raise InvalidInput(
            "disposition is inline or attachment.",
            errors=(Fault("/disposition", "is inline or attachment", "invalid", "query"),),
        )
    return DISPOSITIONS[wish]
