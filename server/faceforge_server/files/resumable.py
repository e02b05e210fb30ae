"""Uploads that may take several requests: begun, gone on with, and made an asset by their last byte."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import timedelta
from functools import partial

from sqlalchemy import Connection

from faceforge_schema import Actor, Context
from faceforge_server.files.form import UploadLimits
from faceforge_server.files.kept_parts import Incoming, KeptParts
from faceforge_server.files.progress import Progress
from faceforge_server.files.transfers import FileTransfers
from faceforge_server.files.upload import Upload
from faceforge_server.files.upload_metadata import Declared, in_header, read_metadata
from faceforge_storage import tokens, uploads
from faceforge_storage.database.clock import now
from faceforge_storage.database.database import Database
from faceforge_storage.database.gateway import Write
from faceforge_storage.database.ids import new_id
from faceforge_storage.errors import (
    FaceForgeError,
    HashMismatch,
    NotFound,
    OffsetMismatch,
    Overloaded,
    PayloadTooLarge,
    SizeMismatch,
    UnknownContent,
    UploadExpired,
    UploadLocked,
)
from faceforge_storage.home.settings import Limits
from faceforge_storage.objects.disk import boot_id
from faceforge_storage.objects.staging import Staging
from faceforge_storage.scheduling.fair_queue import OWN
from faceforge_storage.uploads import ResumableUpload

log = logging.getLogger(__name__)

SWEEP_SECONDS = 300.0
UNKNOWN = "0" * 64
"""What stands for a hash that is not known before the last byte."""


class ResumableUploads:
    """The uploads of one home. All on one event loop; one request at a time writes an upload.

    What is known of one is a row, and its bytes are a part of a file in staging: both survive a restart.
    """

    def __init__(self, database: Database, staging: Staging, files: FileTransfers, limits: Limits) -> None:
        self._database, self._staging, self._files, self._limits = database, staging, files, limits
        self._keep = timedelta(hours=limits.upload_keep_hours)
        self._form_limits = UploadLimits(limits.upload_bytes, limits.sidecar_bytes)
        self._parts = KeptParts(staging)
        self._writing: set[str] = set()
        self._boot = boot_id()

    async def begin(
        self, context: Context, size_bytes: int, metadata: str, incoming: Incoming | None
    ) -> ResumableUpload:
        """Begin an upload of so many bytes, perhaps with the first of them. Bytes that are known need not come.

        Raises what an upload raises for its fields, before a byte is taken; PayloadTooLarge, NoSpace, Overloaded.
        """
        most = self._limits.upload_bytes
        if most is not None and size_bytes > most:
            raise PayloadTooLarge(f"{size_bytes} bytes are announced; limits.upload_bytes allows {most}.")
        await self._files.check_store()
        owner = await self._database.read(context.turn, _owner, context.actor)
        upload = ResumableUpload(new_id(), owner, metadata, size_bytes, 0, self._boot, now(), now(self._keep))
        with _in_header():
            declared = read_metadata(metadata, self._form_limits, size_bytes)
            await self._files.check(declared.values, declared.sha256 or UNKNOWN, size_bytes, context)
            if (known := await self._of_known(context, upload, declared)) is not None:
                return known
        await asyncio.to_thread(self._staging.require_space, size_bytes)
        if incoming is not None or not size_bytes:
            return await self._begin_with_bytes(context, upload, incoming)
        await self._write(context, "begin an upload", partial(self._add, upload))
        return upload

    async def _begin_with_bytes(
        self, context: Context, upload: ResumableUpload, incoming: Incoming | None
    ) -> ResumableUpload:
        """Begin with the first bytes. Until they are here nobody can name the upload: what breaks leaves nothing."""
        await self._database.read(context.turn, self._check_bounds, upload)
        with self._alone(upload.id):
            try:
                if incoming is not None:
                    upload = await self._take(context, upload, 0, incoming, is_known=False)
                if upload.kept_bytes == upload.size_bytes:
                    return await self._finish(context, upload)
                await self._write(context, "begin an upload", partial(self._add, upload))
            except BaseException:
                await self._parts.forget(upload.id)
                raise
        return upload

    async def get(self, context: Context, upload_id: str) -> tuple[ResumableUpload, int]:
        """An upload of this token, and how many of its bytes are here. One whose bytes are all here is finished now.

        Raises NotFound, UploadExpired, UploadLocked while it is being finished, and what finishing it raises.
        """
        upload = await self._found(context, upload_id)
        offset = await self._offset(upload)
        if upload.asset_id is None and offset == upload.size_bytes:
            with self._alone(upload.id):
                upload = await self._finish(context, await self._found(context, upload_id))
        return upload, offset

    async def receive(
        self, context: Context, upload_id: str, offset: int, incoming: Incoming
    ) -> ResumableUpload:
        """Append bytes to an upload at `offset`, and make its asset when they are the last.

        Raises NotFound, UploadExpired, UploadLocked, OffsetMismatch, PayloadTooLarge, ChecksumMismatch, NoSpace, and
        what finishing raises: HashMismatch, which ends the upload, or what the create refuses, which does not.
        """
        await self._found(context, upload_id)
        with self._alone(upload_id):
            upload = await self._found(context, upload_id)
            present = await self._offset(upload)
            if offset != present:
                raise OffsetMismatch(f"The upload has {present} bytes; Upload-Offset was {offset}.")
            if offset + incoming.announced > upload.size_bytes:
                raise PayloadTooLarge(
                    f"{incoming.announced} bytes are announced; {upload.size_bytes - offset} are to come."
                )
            if offset < upload.size_bytes:
                upload = await self._take(context, upload, offset, incoming, is_known=True)
                if upload.kept_bytes < upload.size_bytes:
                    return upload
            return await self._finish(context, upload)

    async def end(self, context: Context, upload_id: str) -> None:
        """Forget an upload and its bytes; an asset that it has become stays. Raises NotFound, UploadLocked."""
        with suppress(UploadExpired):
            await self._found(context, upload_id)
        with self._alone(upload_id):
            await self._forget(context, upload_id)

    async def tend(self) -> None:
        """Until cancelled: remove the bytes of uploads that have expired, and what belongs to none."""
        while True:
            try:
                await self.sweep()
            except FaceForgeError as error:
                log.warning("expired uploads cannot be removed now: %s", error)
            except Exception:  # it goes on, whatever one sweep met
                log.exception("removing expired uploads failed")
            await asyncio.sleep(min(SWEEP_SECONDS, max(1.0, self._keep.total_seconds())))

    async def sweep(self) -> None:
        """Remove the bytes of uploads that have expired. That they have is known as long again as they were kept."""
        lying = await asyncio.to_thread(self._staging.names) - self._writing
        alive = await self._database.read(OWN, uploads.under_way, now())
        for upload_id in lying - alive - self._writing:
            with self._alone(upload_id):
                await self._parts.forget(upload_id)
        long_ago = now(-self._keep)
        if await self._database.read(OWN, uploads.any_expired, long_ago):
            await self._database.write(
                OWN, "core", "forget uploads", lambda tx: uploads.forget_expired(tx, long_ago)
            )

    async def _take(
        self, context: Context, upload: ResumableUpload, offset: int, incoming: Incoming, *, is_known: bool
    ) -> ResumableUpload:
        """Append the bytes of a request; `is_known` is whether the upload has a row already, in which this is noted."""
        noted = upload
        boot = None if incoming.checksum else self._boot

        async def note(kept_bytes: int) -> None:
            nonlocal noted
            unchanged = noted.kept_bytes == kept_bytes and noted.boot == boot
            noted = replace(noted, kept_bytes=kept_bytes, boot=boot, expires_at=now(self._keep))
            if is_known and not unchanged:
                await self._write(context, "go on with an upload", lambda tx: uploads.keep(tx, noted))

        progress = Progress(self._files.tell(context), upload.size_bytes, upload.id, offset)
        await self._parts.append(upload.id, offset, upload.size_bytes, incoming, progress, note)
        return noted

    async def _finish(self, context: Context, upload: ResumableUpload) -> ResumableUpload:
        """Make the asset of an upload whose bytes are all here.

        Where that is refused the bytes stay, so that the last request may be repeated; only what does not have the
        declared hash goes.
        """
        if upload.asset_id is not None:
            return upload
        with _in_header():
            declared = read_metadata(upload.metadata, self._form_limits, upload.size_bytes)
            try:
                staged = await self._parts.whole(upload.id, upload.size_bytes, declared.sha256)
            except HashMismatch:
                await self._forget(context, upload.id)
                raise
            finished = self._finished(context, upload)
            await self._files.make_asset(Upload(staged, declared.values), context)
        await self._parts.forget(upload.id)
        return finished[0]

    async def _of_known(
        self, context: Context, upload: ResumableUpload, declared: Declared
    ) -> ResumableUpload | None:
        """The finished upload, when the declared hash is one of stored bytes. Raises SizeMismatch."""
        stored = None if declared.sha256 is None else await self._files.known(declared.sha256, context)
        if stored is None:
            return None
        if stored.size_bytes != upload.size_bytes:
            raise SizeMismatch(
                f"The bytes with this sha256 are {stored.size_bytes}; Upload-Length is {upload.size_bytes}."
            )
        finished = self._finished(context, upload)
        try:
            await self._files.make_of_known(declared.values, stored, context)
        except UnknownContent:  # they were purged just now
            context.taken = None
            return None
        return finished[0]

    def _finished(self, context: Context, upload: ResumableUpload) -> list[ResumableUpload]:
        """Where the finished upload stands once the asset is made: it is stored in the same transaction."""
        made: list[ResumableUpload] = []

        def taken(tx: Write, asset_id: str, duplicate: bool) -> None:
            finished = replace(
                upload,
                kept_bytes=upload.size_bytes,
                expires_at=now(self._keep),
                asset_id=asset_id,
                duplicate=duplicate,
            )
            uploads.save(tx, finished)
            made[:] = [finished]

        context.taken = taken
        return made

    async def _found(self, context: Context, upload_id: str) -> ResumableUpload:
        upload = await self._database.read(context.turn, _get, upload_id, context.actor)
        if upload.expires_at <= now() and upload_id not in self._writing:
            raise UploadExpired(f"The upload expired at {upload.expires_at}.")
        return upload

    async def _offset(self, upload: ResumableUpload) -> int:
        """How many bytes of an upload are here: those noted, and behind them what this run of the machine wrote."""
        if upload.asset_id is not None:
            return upload.size_bytes
        lying = await self._parts.size(upload.id)
        all_count = upload.boot is not None and upload.boot == self._boot
        return min(lying, upload.size_bytes if all_count else upload.kept_bytes)

    def _add(self, upload: ResumableUpload, tx: Write) -> None:
        self._check_bounds(tx.connection, upload)
        uploads.save(tx, upload)

    def _check_bounds(self, db: Connection, upload: ResumableUpload) -> None:
        """Raise Overloaded when its owner has too much under way already."""
        count, size = uploads.unfinished(db, upload.owner, now())
        limits, wait = self._limits, {"Retry-After": "60"}
        hint = "Finish some or end them by DELETE, or raise the limit in config/core.json."
        if count >= limits.unfinished_uploads:
            said = f"{count} uploads of this token are under way; limits.unfinished_uploads allows"
            raise Overloaded(f"{said} {limits.unfinished_uploads}.", hint, headers=wait)
        if size + upload.size_bytes > limits.unfinished_upload_bytes:
            said = f"With this one {size + upload.size_bytes} bytes of this token would be under way"
            raise Overloaded(
                f"{said}; limits.unfinished_upload_bytes allows {limits.unfinished_upload_bytes}.",
                hint,
                headers=wait,
            )

    async def _forget(self, context: Context, upload_id: str) -> None:
        await self._parts.forget(upload_id)
        await self._write(context, "end an upload", lambda tx: uploads.forget(tx, upload_id))

    async def _write(self, context: Context, operation: str, work: Callable[[Write], None]) -> None:
        await self._database.write(context.turn, context.actor.name, operation, work)

    @contextmanager
    def _alone(self, upload_id: str) -> Iterator[None]:
        """Inside, nobody else writes this upload. Raises UploadLocked when somebody does."""
        if upload_id in self._writing:
            raise UploadLocked("Another request is sending bytes of this upload, or makes its asset.")
        self._writing.add(upload_id)
        try:
            yield
        finally:
            self._writing.remove(upload_id)


@contextmanager
def _in_header() -> Iterator[None]:
    """Inside, errors say of their faults that they are in the metadata."""
    try:
        yield
    except FaceForgeError as error:
        in_header(error)
        raise


def _get(db: Connection, upload_id: str, actor: Actor) -> ResumableUpload:
    return uploads.get(db, upload_id, _owner(db, actor))


def _owner(db: Connection, actor: Actor) -> str:
    """Whose the uploads of an actor are: the token's, rotated or not. Raises NotFound once it is revoked."""
    if not actor.limited:
        return tokens.INSTALL
    row = tokens.by_secret_hash(db, actor.token_hash)
    if row is None:
        raise NotFound("The token is revoked.")
    return str(row.id)
