"""What Core and a process that copies files send each other: values of `marshal`, each after its length.

Both ends are the same code, and no decoder of files runs in that process: what comes out of it is as trusted as Core.
"""

from __future__ import annotations

import marshal
from pathlib import Path
from typing import Any, BinaryIO

from faceforge_storage.imports.copying import Copied, NotCopied, Source
from faceforge_storage.imports.identity import Identity
from faceforge_storage.objects.arriving import Arriving
from faceforge_storage.objects.staging import StagedFile

LENGTH_BYTES = 4


def send(stream: BinaryIO, message: Any) -> None:
    """Raises OSError when nobody reads."""
    data = marshal.dumps(message)
    stream.write(len(data).to_bytes(LENGTH_BYTES, "little") + data)
    stream.flush()


def receive(stream: BinaryIO) -> Any:
    """The next message. Raises EOFError when the other end is gone."""
    length = int.from_bytes(_exactly(stream, LENGTH_BYTES), "little")
    return marshal.loads(_exactly(stream, length))  # noqa: S302  # our own process


def _exactly(stream: BinaryIO, count: int) -> bytes:
    received = stream.read(count)
    if len(received) < count:
        raise EOFError
    return received


def of_source(source: Source) -> tuple[Any, ...]:
    return (source.path, tuple(source.identity), source.via_link, source.filename, source.sha256)


def source_of(values: tuple[Any, ...]) -> Source:
    path, identity, via_link, filename, sha256 = values
    return Source(path, Identity(*identity), via_link, filename, sha256)


def of_outcome(outcome: Copied | NotCopied) -> tuple[Any, ...]:
    if isinstance(outcome, NotCopied):
        return outcome.code, outcome.message
    staged = outcome.staged
    return str(staged.path), staged.sha256, staged.blake3, staged.size_bytes, outcome.mime_type


def outcome_of(values: tuple[Any, ...]) -> Copied | NotCopied:
    if len(values) == 2:
        return NotCopied(*values)
    path, sha256, blake3, size, mime_type = values
    return Copied(StagedFile(Path(path), sha256, blake3, size, b""), mime_type)


def of_arriving(arriving: Arriving) -> tuple[str, str | None]:
    return str(arriving.directory), None if arriving.root is None else str(arriving.root)


def arriving_of(values: tuple[str, str | None]) -> Arriving:
    directory, root = values
    return Arriving(Path(directory), None if root is None else Path(root))
