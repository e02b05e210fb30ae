"""The database of one home: a single writer, a pool of readers, and the moment of commit.

All work is plain functions run in threads: one hop for an operation, however many statements it has (see
docs/decisions/0002). A reader sees one snapshot for the length of its function. A write is one changeset; writes that
wait at the same moment share a transaction (see docs/decisions/0015). Nothing else commits.
"""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Callable
from contextlib import suppress
from math import inf
from pathlib import Path
from typing import Concatenate, ParamSpec, TypeVar

from sqlalchemy import Connection
from sqlalchemy.exc import DatabaseError

from faceforge_storage.database.database_errors import translate
from faceforge_storage.database.dialects import interrupt, make_engine, stop_after, takes_no_log
from faceforge_storage.database.dialects.sqlite_library import log_library, sqlite3
from faceforge_storage.database.gateway import Write
from faceforge_storage.database.group_commit import GroupCommit
from faceforge_storage.database.headroom import keep_room
from faceforge_storage.database.log_truncation import LogTruncation
from faceforge_storage.database.write_guard import guard
from faceforge_storage.errors import ReadOnly, Unavailable
from faceforge_storage.scheduling.fair_queue import OWN, Turn
from faceforge_storage.scheduling.workers import STOPPING, WAITING, Workers

log = logging.getLogger(__name__)

P = ParamSpec("P")
T = TypeVar("T")

READERS = 4


class Database:
    """Rows of one home. `read` and `write` are for the event loop, `reading` and `writing` for plain threads.

    Clients are served in turn; of each no more than `waiting` reads and as many writes wait. A read that takes longer
    than `seconds` is stopped, so that no query occupies a reader forever. A write that would make a record larger than
    `record_bytes` of JSON is refused. One whose disk takes no log when it is opened can only be read (`read_only`).
    """

    def __init__(
        self,
        path: Path,
        *,
        readers: int = READERS,
        seconds: float = 30,
        waiting: int = WAITING,
        record_bytes: float = inf,
    ) -> None:
        log_library()
        self.path, self._seconds, self._record_bytes = path, seconds, record_bytes
        self.writer = make_engine(str(path), writer=True, connections=1)
        self.read_only = takes_no_log(path)
        if self.read_only:
            log.warning("%s can only be read: its disk is full or read-only.", path)
        self.readers = make_engine(str(path), writer=False, connections=readers, immutable=self.read_only)
        guard(self.writer)
        self._truncation = LogTruncation()
        group = GroupCommit(self.writer, self._note_commit, self._truncation)
        self._write_thread = Workers("database-writer", 1, waiting=waiting, perform=group.perform)
        self._read_threads = Workers("database-reader", readers, waiting=waiting)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._committed = asyncio.Event()
        self._followed = False
        self._generation = 0
        self._stopped = threading.Event()
        self._reading: set[Connection] = set()

    @property
    def generation(self) -> int:
        """Rises with each commit of this process that changed anything, before the writes that it ends are answered.

        What was read at one generation is what is stored for as long as the number is the same.
        """
        return self._generation

    async def read(
        self, turn: Turn, work: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Run `work(connection, …)` on a snapshot when its turn comes, and return its result; raises Busy."""
        return await self._read_threads.run(turn, lambda: self.reading(work, *args, **kwargs))

    async def write(self, turn: Turn, actor: str, operation: str, work: Callable[[Write], T]) -> T:
        """Run `work(transaction)` when its turn comes, commit it with its changeset, and return its result.

        Once begun it runs to its end even when the caller is cancelled. Errors of `work` undo all that it did; raises
        Busy.
        """
        return await self._write_thread.run(turn, self._journalled(actor, operation, work))

    def reading(self, work: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """What `read` does, in the calling thread."""
        try:
            with self.readers.connect() as connection, stop_after(connection, self._seconds, self._stopped):
                self._reading.add(connection)
                try:
                    return work(connection, *args, **kwargs)
                finally:
                    self._reading.discard(connection)
        except (DatabaseError, sqlite3.DatabaseError) as error:
            if self._stopped.is_set():
                raise Unavailable(STOPPING) from None
            raise translate(error) from error
        finally:
            if self._truncation.wants_commit():
                self._write_thread.post(OWN, lambda _connection: None)

    def writing(
        self, actor: str, operation: str, work: Callable[[Write], T], *, job_id: str | None = None
    ) -> T:
        """What `write` does, for a plain thread; `job_id` is the job that writes, if one does."""
        return self._write_thread.wait(OWN, self._journalled(actor, operation, work, job_id))

    def next_commit(self) -> asyncio.Event:
        """The event set at the next commit of a change here. Take it before reading, so that no commit is missed."""
        self._followed, self._loop = True, asyncio.get_running_loop()
        return self._committed

    async def wait_for_commit(self, commit: asyncio.Event, seconds: float) -> None:
        """Return when `commit` is set, or after `seconds`."""
        with suppress(TimeoutError):
            # Not `wait_for`: before Python 3.12 it loses a cancellation that comes together with the change.
            async with asyncio.timeout(seconds):
                await commit.wait()

    def stop(self) -> None:
        """Interrupt the statements that read, and refuse what waits: both end with Unavailable. What is being written
        goes on to its commit. A read may go on to its next statement: call this again until all have ended."""
        self._stopped.set()
        self._read_threads.refuse()
        self._write_thread.refuse()
        for connection in list(self._reading):
            interrupt(connection)

    def close(self) -> None:
        """Finish what is running, then close every connection."""
        self._read_threads.close()
        self._write_thread.close()
        self.readers.dispose()
        self.writer.dispose()
        keep_room(self.path.parent)

    def _note_commit(self) -> None:
        self._generation += 1
        if self._followed and self._loop is not None:
            with suppress(RuntimeError):  # the loop has closed: nobody waits any more
                self._loop.call_soon_threadsafe(self._announce_commit)

    def _announce_commit(self) -> None:
        self._followed = False
        self._committed.set()
        self._committed = asyncio.Event()

    def _journalled(
        self, actor: str, operation: str, work: Callable[[Write], T], job_id: str | None = None
    ) -> Callable[[Connection], T]:
        """`work` as a part of a transaction, with its changeset. Raises ReadOnly."""
        if self.read_only:
            raise ReadOnly("The database could only be opened to read: its disk was full or read-only.")

        def write(connection: Connection) -> T:
            transaction = Write(connection, actor, operation, self._record_bytes, job_id)
            result = work(transaction)
            transaction.finish()
            if transaction.erased:
                self._truncation.request()
            return result

        return write
