"""The files of a job: assets that it makes and that belong to it, and stored assets that it reads."""

from __future__ import annotations

import asyncio
import io
from collections.abc import Iterable, Iterator
from pathlib import Path

from faceforge_schema.declare.runs import Run
from faceforge_server.files.intake import uncancelled
from faceforge_storage import assets
from faceforge_storage.database.gateway import Write
from faceforge_storage.ingest.mime import sniff
from faceforge_storage.objects.object_file import ObjectFile
from faceforge_storage.objects.provider import StoredObject
from faceforge_storage.objects.staging import StagedFile, Staging
from faceforge_storage.readings import OF_JOBS

PIECE_BYTES = 1024 * 1024


class JobFiles:
    """Stores and opens files for the threads of jobs."""

    def __init__(self, staging: Staging) -> None:
        self._staging = staging
        self._loop: asyncio.AbstractEventLoop | None = None

    def begin(self) -> None:
        """Bind to the running event loop, on which bytes are published one hash at a time."""
        self._loop = asyncio.get_running_loop()

    def store(self, run: Run, content: Iterable[bytes] | Path, filename: str, kind: str) -> str:
        """Keep bytes as an asset of the job; answers its id. Raises NoSpace, StorageFailed, StoreAway, Stopped."""
        if not kind.startswith(OF_JOBS):
            raise ValueError(f"{kind}: what a job keeps for itself is of a kind {OF_JOBS}…")
        assert self._loop is not None
        run.core.store.check()
        staged = self._staged(run, _pieces(content) if isinstance(content, Path) else content)
        keeping = self._keep(run, staged, filename, kind)
        return asyncio.run_coroutine_threadsafe(keeping, self._loop).result()

    def open(self, run: Run, asset_id: str) -> io.RawIOBase:
        """The bytes of a live asset; raises NotFound, and what opening them raises."""
        row = run.read(lambda db: assets.get(db, asset_id))
        place = run.read(lambda db: assets.find_object(db, row.content_hash))
        assert place is not None
        stored = StoredObject(row.content_hash, row.size_bytes, place.provider, place.bucket, place.key)
        return ObjectFile(run.core.store.open(stored))

    def _staged(self, run: Run, pieces: Iterable[bytes]) -> StagedFile:
        file = self._staging.begin()
        try:
            for each in _joined(pieces):
                run.check()
                file.write(each)
            return file.finish()
        except BaseException:
            file.discard()
            raise

    async def _keep(self, run: Run, staged: StagedFile, filename: str, kind: str) -> str:
        core = run.core
        try:
            async with core.stored_bytes.lock(staged.sha256):
                (stored,) = await uncancelled(core.store.publish, [staged])
                mime_type = sniff(staged.head, filename)
                try:
                    return await uncancelled(
                        run.write,
                        lambda tx: _asset(tx, run.job_id, staged, stored, mime_type, filename, kind),
                    )
                except Exception:  # whatever it was, no row names the bytes
                    await core.stored_bytes.withdraw([stored], run.context.turn)
                    raise
        finally:
            await uncancelled(staged.discard)


def _asset(
    tx: Write,
    job_id: str,
    staged: StagedFile,
    stored: StoredObject,
    mime_type: str,
    filename: str,
    kind: str,
) -> str:
    content = {
        "sha256": stored.sha256,
        "size_bytes": stored.size_bytes,
        "provider": stored.provider,
        "bucket": stored.bucket,
        "key": stored.key,
    }
    assets.add_objects(tx, [(content, {"blake3": staged.blake3})])
    values = {
        **assets.DEFAULTS,
        "content_hash": stored.sha256,
        "size_bytes": stored.size_bytes,
        "mime_type": mime_type,
        "filename": filename,
        "kind": kind,
        "owner": {"type": "system", "id": job_id},
    }
    (row,) = assets.create(tx, [values])
    made: str = row.id
    return made


def _joined(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """The same bytes in pieces of a size that is worth a write."""
    waiting = bytearray()
    for each in pieces:
        waiting += each
        if len(waiting) >= PIECE_BYTES:
            yield bytes(waiting)
            waiting.clear()
    yield bytes(waiting)


def _pieces(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while piece := file.read(PIECE_BYTES):
            yield piece
