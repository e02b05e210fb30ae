"""Files coming in and going out: from staging to an asset, and from an asset to its bytes."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from typing import Any, get_args

from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import Response

from faceforge_schema import Actor, Context, Contract
from faceforge_schema.assets.assets import asset, check_create, create_asset
from faceforge_schema.assets.intake import UPLOAD_FORM, AssetCreate
from faceforge_schema.values.visible_jobs import check_bytes
from faceforge_server.files.delivery import Download
from faceforge_server.files.disposition import Disposition
from faceforge_server.files.form import UploadLimits
from faceforge_server.files.intake import uncancelled
from faceforge_server.files.progress import KIND, Tell
from faceforge_server.files.signed_addresses import SignedAddresses
from faceforge_server.files.signing import ALTERED, PARAMETERS
from faceforge_server.files.unknown_parameters import refuse_unknown
from faceforge_server.files.upload import Upload
from faceforge_server.http.answers import HeldAnswer
from faceforge_server.http.connections import let_in
from faceforge_server.http.request_context import context_of
from faceforge_server.rest.inputs import validated
from faceforge_server.rest.operations import RestOperation, operation_of
from faceforge_server.rest.routes import answer
from faceforge_storage.assets import any_with_contents, find_object
from faceforge_storage.database.read_budget import released_on_error
from faceforge_storage.errors import FaceForgeError, Fault, InvalidInput, InvalidSignature, NotFound
from faceforge_storage.ingest.mime import sniff
from faceforge_storage.objects.provider import StoredObject
from faceforge_storage.objects.staging import Staging
from faceforge_storage.objects.store import ObjectStore

ASSET = """query asset($assetId: ID!) { asset(assetId: $assetId) {
    filename mimeType sizeBytes contentHash createdAt owner { type id } storage { provider bucket key } } }"""
FORM_NAMES = {field.input: field.name for field in UPLOAD_FORM.values()}
"""Field of the input -> what an upload calls it."""
DISPOSITIONS: dict[str | None, Disposition | None] = {
    None: None,
    **{each: each for each in get_args(Disposition)},
}
UNNAMED = "unnamed"
ReceiveUpload = Callable[[Request, Staging, UploadLimits, Tell], Awaitable[Upload]]


class FileTransfers:
    """Upload and download, on the object store of one home."""

    def __init__(
        self,
        contract: Contract,
        operations: list[RestOperation],
        store: ObjectStore,
        staging: Staging,
        signed: SignedAddresses,
    ) -> None:
        self._contract, self._create = contract, operation_of(operations, create_asset)
        self._store, self._staging, self._signed = store, staging, signed
        self._read = operation_of(operations, asset).needs
        contract.documents.keep(ASSET)

    @property
    def needs(self) -> frozenset[str]:
        """The permissions that an upload needs."""
        return self._create.needs

    async def upload(self, request: Request, receive: ReceiveUpload, place: str) -> Response:
        """Take a file in, and make an asset of it; `place` is where `receive` finds the fields: body or query."""
        context = context_of(request)
        context.actor.check(self.needs)
        bounds = context.core.settings.limits
        limits = UploadLimits(bounds.upload_bytes, bounds.sidecar_bytes)
        await self.check_store()  # before a byte is accepted
        with released_on_error(context.budget):
            try:
                async with await receive(request, self._staging, limits, self.tell(context)) as upload:
                    result = await self.make_asset(upload, context)
            except FaceForgeError as error:
                error.errors = tuple(_placed(fault, place) for fault in error.errors)
                raise
            return HeldAnswer(await answer(self._create, result, context), context.budget)

    async def check_store(self) -> None:
        """Return when what is new can be stored. Raises StoreAway and what else `Provider.check` raises."""
        await asyncio.to_thread(self._store.check)

    @staticmethod
    def tell(context: Context) -> Tell:
        """What tells those who follow events how far an upload is."""
        events = context.core.events
        return partial(events.announce, KIND, needs=events.types.needs["asset"])

    async def make_asset(self, upload: Upload, context: Context) -> Any:
        """Make the asset of what came in. When it is refused, no bytes stay in the store."""
        staged = upload.staged
        found = {
            "mime_type": sniff(staged.head, upload.values.get("filename", UNNAMED)),
            "hashes": {"blake3": staged.blake3},
        }
        stored = StoredObject(staged.sha256, staged.size_bytes, provider="", bucket="", key="")
        with _named_as_in_a_form():
            create = await self._checked(upload.values, {**stored.as_row(), **found}, context)
            async with context.core.stored_bytes.lock(staged.sha256):
                # The bytes are durable under their hash before any row names them.
                (stored,) = await uncancelled(self._store.publish, [staged])
                context.uploaded = {**stored.as_row(), **found}
                try:
                    return await self._contract.answer(self._create.document, {"input": create}, context)
                except FaceForgeError:
                    await context.core.stored_bytes.withdraw([stored], context.turn)
                    raise

    async def check(self, values: dict[str, Any], sha256: str, size_bytes: int, context: Context) -> None:
        """Raise what `make_asset` would raise now for bytes with this hash, which are yet to come."""
        stored = StoredObject(sha256, size_bytes, provider="", bucket="", key="")
        with _named_as_in_a_form():
            await self._checked(values, {**stored.as_row(), "mime_type": "", "hashes": {}}, context)

    async def make_of_known(self, values: dict[str, Any], stored: StoredObject, context: Context) -> Any:
        """Make the asset on bytes that are stored. Raises UnknownContent when they are gone by now."""
        context.uploaded = None
        with _named_as_in_a_form():
            return await self._contract.answer(
                self._create.document, {"input": _input(values, stored.sha256)}, context
            )

    async def known(self, sha256: str, context: Context) -> StoredObject | None:
        """The stored bytes with a hash that an asset is on, unless they are missing or damaged."""
        stored = await context.core.database.read(context.turn, _stored, sha256)
        if stored is None:
            return None
        try:
            (await asyncio.to_thread(self._store.open, stored)).close()
        except FaceForgeError:
            return None
        return stored

    async def _checked(
        self, values: dict[str, Any], uploaded: dict[str, Any], context: Context
    ) -> AssetCreate:
        """The create of bytes that were uploaded, as far as it can be looked at before."""
        create = _input(values, uploaded["sha256"])
        context.uploaded = uploaded
        await context.core.database.read(context.turn, check_create, context, create)
        return create

    async def download(self, request: Request) -> Download:
        """The bytes of an asset: for a token, or for the signature that the address itself brings."""
        asset_id = request.path_params["asset_id"]
        context = context_of(request)
        signed = "signature" in request.query_params
        if signed:  # it is the proof then, whatever token came with it
            refuse_unknown(request, PARAMETERS)
            found = await self._signed_asset(
                asset_id, Context(context.core, Actor("signed address", self._read))
            )
            wished: Disposition | None = self._signed.check_download(
                request.method, asset_id, found["contentHash"], request.query_params
            )
            let_in(request.scope)
        else:
            context.actor.check(self._read)
            found = await self._contract.answer(ASSET, {"assetId": asset_id}, context)
            await _check_bytes(context, found["owner"])
            wished = _wished(request)
        stored = StoredObject(sha256=found["contentHash"], size_bytes=found["sizeBytes"], **found["storage"])
        return Download(
            self._store,
            stored,
            found["mimeType"],
            found["filename"],
            found["createdAt"],
            wished,
            for_any_site=signed,
        )

    async def _signed_asset(self, asset_id: str, context: Context) -> Any:
        """The asset a signed address is for; from outside an unknown one is the same as an altered address."""
        try:
            return await self._contract.answer(ASSET, {"assetId": asset_id}, context)
        except (NotFound, InvalidInput):
            raise InvalidSignature(ALTERED) from None


async def _check_bytes(context: Context, owner: dict[str, Any]) -> None:
    """Raise Forbidden for what belongs to a job that who asks may not see."""
    if owner["id"] is not None:
        whose = {"type": owner["type"].lower(), "id": owner["id"]}
        await context.core.database.read(context.turn, check_bytes, context, whose)


def _wished(request: Request) -> Disposition | None:
    refuse_unknown(request, ["disposition"])
    wish = request.query_params.get("disposition")
    if wish not in DISPOSITIONS:
        message = f"is {' or '.join(get_args(Disposition))}"
        wrong = Fault("/disposition", message, "invalid", "query")
        raise InvalidInput(f"disposition {message}.", errors=(wrong,))
    return DISPOSITIONS[wish]


def _input(values: dict[str, Any], sha256: str) -> AssetCreate:
    given = {"filename": UNNAMED, **values, "content_hash": sha256}
    # A form has texts only, so what is no text is read from one.
    return validated(partial(AssetCreate.model_validate, strict=False), given)


def _stored(db: Connection, sha256: str) -> StoredObject | None:
    if not any_with_contents(db, [sha256]) or (row := find_object(db, sha256)) is None:
        return None
    return StoredObject(sha256, row.size_bytes, row.provider, row.bucket, row.key)


def _placed(fault: Fault, place: str) -> Fault:
    """The same fault, in the part of the request that has the fields."""
    return fault if fault.place == "header" else replace(fault, place=place)


@contextmanager
def _named_as_in_a_form() -> Iterator[None]:
    """Inside, errors name the fields of an upload as a form does."""
    try:
        yield
    except FaceForgeError as error:
        error.errors = tuple(replace(each, pointer=_form_pointer(each.pointer)) for each in error.errors)
        raise


def _form_pointer(pointer: str) -> str:
    first, *rest = pointer[1:].split("/")
    return "/" + "/".join([FORM_NAMES.get(first, first), *rest])
