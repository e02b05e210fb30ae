"""The copying of an import, in a process of its own, and the publishing: a batch ahead of the rows."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import suppress
from typing import Any

from faceforge_schema.context import Core
from faceforge_schema.declare.runs import Run
from faceforge_schema.imports.batches import Batch
from faceforge_schema.imports.incoming import Incoming
from faceforge_schema.imports.published import publish
from faceforge_storage import assets
from faceforge_storage.database.gateway import AnyRow
from faceforge_storage.errors import StorageFailed, Unavailable
from faceforge_storage.imports.copying import CHANGED, Copied, NotCopied, discard, is_same
from faceforge_storage.imports.copying_process import CopyingProcess
from faceforge_storage.imports.identity import identity_of
from faceforge_storage.imports.source_folder import SourceFolder
from faceforge_storage.objects.provider import StoredObject

TELL_S = 0.5
"""How often it is told how far a batch is."""


class _Ended(Exception):
    """Nobody wants what is being copied any more."""


class Bringer:
    """Copies and publishes the files of batches, each begun by `begin` and waited for by `wait`; one at a time."""

    def __init__(self, run: Run, folder: SourceFolder, *, publishes_ahead: bool) -> None:
        """`publishes_ahead`: a batch is published once it is copied, not when it is waited for."""
        self._run, self._core, self._publishes_ahead = run, run.core, publishes_ahead
        self._folder = folder.again()
        self._copier = CopyingProcess(self._folder)
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="import-bring")
        self._begun: tuple[Batch, Future[None]] | None = None
        self._ended = False

    def begin(self, batch: Batch) -> None:
        """Begin to bring a batch, while the one before is stored."""
        stored = {each.file.sha256 for each in batch.incoming if each.file.stored and each.file.sha256}
        places = self._run.read(assets.find_objects, stored) if stored else {}
        self._copier.bytes = 0  # not those of the batch before, while it is looked at what is stored already
        self._begun = batch, self._thread.submit(self._bring, batch, places)

    def wait(self, tell: Callable[[int], None]) -> None:
        """Return when the batch that was begun is published; raises what has ended that, NoSpace among it.

        Until then `tell` is called now and then, with the bytes of its large files that are copied.
        """
        assert self._begun is not None
        while wait([self._begun[1]], TELL_S).not_done:
            tell(self._copier.bytes)
        (batch, bringing), self._begun = self._begun, None
        bringing.result()
        if batch.published is None:
            batch.published = publish(self._run, batch.incoming)

    def abandon(self) -> None:
        """End what was begun, and remove what is copied and published of it."""
        if self._begun is not None:
            batch, bringing = self._begun
            self._begun, self._ended = None, True
            with suppress(Exception):
                bringing.result()
            self._ended = False
            drop(batch)

    def close(self) -> None:
        """Abandon what was begun, and release what is open."""
        self.abandon()
        self._thread.shutdown()
        self._copier.close()
        self._folder.close()

    def _check(self) -> None:
        if self._ended:
            raise _Ended
        self._run.check()

    def _bring(self, batch: Batch, places: Mapping[str, AnyRow]) -> None:
        self._copy(batch.incoming, places)
        self._check()
        if self._publishes_ahead:
            batch.published = publish(self._run, batch.incoming)

    def _copy(self, incoming: list[Incoming], places: Mapping[str, AnyRow]) -> None:
        most = self._core.settings.limits.upload_bytes
        to_copy = []
        for each in incoming:
            self._check()
            file = each.file
            if most is not None and file.size > most:
                message = f"It has {file.size} bytes; limits.upload_bytes allows {most}."
                each.refused = NotCopied("too_large", message)
            elif (
                file.sha256 is not None
                and file.sha256 in places
                and is_there(self._core, places[file.sha256])
            ):
                self._look(each)
            else:
                to_copy.append(each)
        arriving = self._core.store.arriving(sum(each.file.size for each in to_copy))
        outcomes = self._copier.copy([each.source for each in to_copy], arriving, self._check)
        for each, outcome in zip(to_copy, outcomes, strict=True):
            if isinstance(outcome, Copied):
                each.copied = outcome
            else:
                each.refused = outcome

    def _look(self, each: Incoming) -> None:
        """Whether a file whose bytes are stored is still the one that was planned."""
        source = each.source
        try:
            now = identity_of(self._folder.status(source.path, via_link=source.via_link))
        except OSError:
            each.refused = CHANGED
            return
        if is_same(now, source.identity):
            each.here = True
        else:
            each.refused = CHANGED


def drop(batch: Batch) -> None:
    """Remove what is copied and published of a batch that is not to be stored, so that it can be begun again."""
    if batch.published is not None:
        batch.published.release()
        batch.published = None
    discard([each.copied for each in batch.incoming if each.copied is not None])
    for each in batch.incoming:
        each.copied, each.refused, each.here = None, None, False


def object_of(row: Any) -> StoredObject:
    """Where bytes are, of a row of `objects`."""
    return StoredObject(row.sha256, row.size_bytes, row.provider, row.bucket, row.key)


def is_there(core: Core, row: AnyRow) -> bool:
    """Whether stored bytes are where they should be, in their size. Raises StoreAway."""
    try:
        core.store.open(object_of(row)).close()
    except StorageFailed:
        return False
    except Unavailable:
        core.store.check()
        return False
    return True
