"""The lines in which a job says what became of each of its items, in a file of `tmp/` until the job ends.

A checkpoint says how many bytes of them count: what an attempt that was killed has written beyond that is cut off.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import orjson
from sqlalchemy import Connection, select

from faceforge_storage.database.dialects import among
from faceforge_storage.database.tables import jobs
from faceforge_storage.objects.disk import disk_errors, write_whole

NAME = re.compile(r"job-([0-9a-f]{64})\.ndjson")


class JobLines:
    """The lines of one job, of which the first `size` bytes count. Raises NoSpace, StorageFailed."""

    def __init__(self, tmp: Path, job_id: str, size: int) -> None:
        self.path = tmp / f"job-{job_id}.ndjson"
        with disk_errors("to keep what a job says of its items"):
            self._file = self.path.open("r+b" if self.path.exists() else "w+b", buffering=0)
            self.lost = self._file.seek(0, os.SEEK_END) < size
            """Whether lines that count are gone; then none is left."""
            self.size = 0 if self.lost else size
            self._file.truncate(self.size)

    def __iter__(self) -> Iterator[dict[str, Any]]:
        """Every line that was there when it was opened."""
        with self.path.open("rb") as file:
            yield from map(orjson.loads, file)

    def write(self, lines: Iterable[dict[str, Any]]) -> int:
        """Write lines behind those that count, to the disk; answers how many bytes count once they are committed.

        Raises NoSpace, StorageFailed.
        """
        text = b"".join(orjson.dumps(each, option=orjson.OPT_APPEND_NEWLINE) for each in lines)
        with disk_errors("to keep what a job says of its items"):
            # What an earlier try that was refused has left behind the lines that count does not stay.
            self._file.truncate(self.size)
            if text:
                self._file.seek(self.size)
                write_whole(self._file.write, text)
                os.fsync(self._file.fileno())
        return self.size + len(text)

    def close(self) -> None:
        """Keep the file for another attempt."""
        self._file.close()

    def remove(self) -> None:
        """Remove the file: no attempt goes on with it."""
        self._file.close()
        self.path.unlink(missing_ok=True)


def left_behind(tmp: Path) -> dict[str, Path]:
    """Job -> the file of its lines, of all that are there."""
    return {named[1]: path for path in tmp.iterdir() if (named := NAME.fullmatch(path.name))}


def sweep(db: Connection, found: dict[str, Path]) -> None:
    """Remove those of the files with which no attempt goes on; what cannot be removed stays until the next time."""
    wanted = select(jobs.c.id).where(among(jobs.c.id, list(found)), jobs.c.finished_at.is_(None))
    for job_id in found.keys() - set(db.execute(wanted).scalars()):
        with suppress(OSError):
            found[job_id].unlink(missing_ok=True)
