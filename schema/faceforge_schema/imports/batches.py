"""The files of a plan in batches: what one checkpoint takes, so many that it takes less than a second or so."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from faceforge_schema.imports.incoming import Incoming
from faceforge_schema.imports.published import Published
from faceforge_storage.imports.plan_format import Option, PlannedFile, PlanReader, decide

TARGET_S = 0.7
FIRST_FILES, LEAST_FILES, MOST_FILES = 400, 200, 2000
FIRST_BYTES, LEAST_BYTES, MOST_BYTES = 64 << 20, 16 << 20, 512 << 20
MOST_LEFT_OUT = 5000
"""How many files that do not come in one batch passes over at most."""


@dataclass(slots=True)
class Batch:
    """Some files of a plan, up to the place `end`."""

    end: int
    incoming: list[Incoming] = field(default_factory=list)
    left_out: list[PlannedFile] = field(default_factory=list)
    """Those that do not come in: undecided, unreadable, growing."""
    bytes: int = 0
    published: Published | None = None
    """Once its files are brought."""


class Batches:
    """Cuts a plan, from a place on, into batches whose size follows how long they take."""

    def __init__(self, plan: PlanReader, chosen: Mapping[str, Option], begin: int) -> None:
        self._files, self._chosen = plan.files(begin or None), chosen
        self._most_files, self._most_bytes = float(FIRST_FILES), float(FIRST_BYTES)

    def __iter__(self) -> Iterator[Batch]:
        batch: Batch | None = None
        for after, file in self._files:
            batch = batch or Batch(after)
            batch.end = after
            decided = decide(file, self._chosen)
            if decided is None:
                batch.left_out.append(file)
            else:
                batch.incoming.append(Incoming(decided))
                batch.bytes += 0 if file.stored else file.size
            if self._is_full(batch):
                yield batch
                batch = None
        if batch is not None:
            yield batch

    def took(self, seconds: float) -> None:
        """Learn from how long a batch took."""
        factor = min(1.5, max(0.5, TARGET_S / max(seconds, 0.001)))
        self._most_files = min(MOST_FILES, max(LEAST_FILES, self._most_files * factor))
        self._most_bytes = min(MOST_BYTES, max(LEAST_BYTES, self._most_bytes * factor))

    def _is_full(self, batch: Batch) -> bool:
        return (
            len(batch.incoming) >= self._most_files
            or batch.bytes >= self._most_bytes
            or len(batch.left_out) >= MOST_LEFT_OUT
        )
