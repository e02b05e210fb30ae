"""The end of a move: a source is removed once its stored bytes are verified, and it is still the file that was read."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Sequence

from faceforge_schema.declare.runs import Run
from faceforge_schema.imports.bringing import object_of
from faceforge_schema.imports.incoming import Incoming, identity_of_plan
from faceforge_schema.imports.results import Step, line_of
from faceforge_storage import assets
from faceforge_storage.errors import StorageFailed, Unavailable
from faceforge_storage.imports.copying import is_same
from faceforge_storage.imports.identity import identity_of
from faceforge_storage.imports.plan_format import PlannedFile
from faceforge_storage.imports.source_folder import SourceFolder

READ_BYTES = 1024 * 1024


def remove_sources(run: Run, folder: SourceFolder, incoming: Sequence[Incoming], step: Step) -> None:
    """Remove the sources of files that are in; the lines of those that stay, and the counts, are put into `step`.

    Raises NoSpace before anything is removed.
    """
    hashes = list(dict.fromkeys(each.sha256 for each in incoming))
    places = run.read(assets.find_objects, hashes)
    live = run.read(assets.oldest_with_contents, [(each, None) for each in hashes], of_jobs=False)
    whole: dict[str, bool] = {}
    for sha256, asset in zip(hashes, live, strict=True):
        run.check()
        if sha256 in places and asset is not None:
            try:
                whole[sha256] = run.core.store.is_whole(object_of(places[sha256]))
            except (Unavailable, StorageFailed):
                whole[sha256] = False
    for each in incoming:
        run.check()
        if not whole.get(each.sha256, False):
            message = "Its stored bytes could not be verified, so the file stays where it is."
            step.lines.append(line_of(each.file, "not_removed", "not_verified", message))
        elif (reason := _remove(folder, each.file)) is not None:
            step.lines.append(line_of(each.file, "not_removed", *reason))
        else:
            step.counts["removed"] += 1


def left_to_remove(
    folder: SourceFolder, files: Sequence[PlannedFile], check: Callable[[], None]
) -> list[Incoming]:
    """Of files that an attempt has brought in before it was killed, those whose sources are still what was read."""
    left = []
    for file in files:
        sha256 = _hash(folder, file, check)
        if sha256 is not None and file.sha256 in (None, sha256):
            file.sha256 = sha256
            left.append(Incoming(file, here=True))
    return left


def _hash(folder: SourceFolder, file: PlannedFile, check: Callable[[], None]) -> str | None:
    """The hash of a source that is still as it was planned."""
    digest = hashlib.sha256()
    try:
        handle = folder.open(os.fsdecode(file.path), via_link=file.via_link)
        with os.fdopen(handle, "rb", buffering=0) as source:
            if not is_same(identity_of(os.fstat(handle)), identity_of_plan(file)):
                return None
            while block := source.read(READ_BYTES):
                check()
                digest.update(block)
    except OSError:
        return None
    return digest.hexdigest()


def _remove(folder: SourceFolder, file: PlannedFile) -> tuple[str, str] | None:
    """Remove a source; why it stays, as a code and in words, where it does."""
    if file.via_link:
        return "via_link", "A link led to it, so the file stays where it is."
    path = os.fsdecode(file.path)
    try:
        if not is_same(identity_of(folder.status(path)), identity_of_plan(file)):
            return "changed", "It has changed since it was read, so it stays where it is."
        folder.remove(path)
    except FileNotFoundError:
        return None
    except OSError as refused:
        return "not_allowed", f"It could not be removed: {refused.strerror or refused}."
    return None
