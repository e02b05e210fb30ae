"""The database of one home: a single writer, a pool of readers, and the moment of commit.

All work is plain functions run in threads: one hop for an operation, however many statements it has (see
docs/decisions/0002). A reader sees one snapshot for the length of its function. A write is one transaction and one
changeset; nothing else commits.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Concatenate, ParamSpec, TypeVar

from sqlalchemy import Connection
from sqlalchemy.exc import DatabaseError

from faceforge_storage.database.database_errors import translate
from faceforge_storage.database.dialects import make_engine, stop_after
from faceforge_storage.database.dialects.sqlite_library import log_library, sqlite3
from faceforge_storage.database.gateway import Write, guard

P = ParamSpec("P")
T = TypeVar("T")

READERS = 4


class Database:
    """Rows of one home. `read` and `write` are for the event loop, `reading` and `writing` for plain threads.

    A read that takes longer than `seconds` is stopped, so that no query occupies a reader forever.
    """

    def __init__(self, path: Path, *, readers: int = READERS, seconds: float = 30) -> None:
        log_library()
        self.path, self._seconds = path, seconds
        self.writer = make_engine(str(path), writer=True, connections=1)
        self.readers = make_engine(str(path), writer=False, connections=readers)
        guard(self.writer)
        self._write_thread = ThreadPoolExecutor(1, thread_name_prefix="database-writer")
        self._read_threads = ThreadPoolExecutor(readers, thread_name_prefix="database-reader")
        self._loop: asyncio.AbstractEventLoop | None = None
        self._committed = asyncio.Event()

    async def read(
        self, work: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Run `work(connection, …)` on a snapshot and return its result."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._read_threads, lambda: self.reading(work, *args, **kwargs))

    async def write(self, actor: str, operation: str, work: Callable[[Write], T]) -> T:
        """Run `work(transaction)`, commit it with its changeset, and return its result.

        Once begun it runs to its end even when the caller is cancelled. Errors of `work` roll everything back.
        """
        self._loop = asyncio.get_running_loop()
        return await self._loop.run_in_executor(self._write_thread, self.writing, actor, operation, work)

    def reading(self, work: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """What `read` does, in the calling thread."""
        try:
            with self.readers.connect() as connection, stop_after(connection, self._seconds):
                return work(connection, *args, **kwargs)
        except (DatabaseError, sqlite3.DatabaseError) as error:
            raise translate(error) from error

    def writing(self, actor: str, operation: str, work: Callable[[Write], T]) -> T:
        """What `write` does, in the calling thread."""
        try:
            with self.writer.connect() as connection, connection.begin():
                transaction = Write(connection, actor, operation)
                result = work(transaction)
                changeset = transaction.finish()
        except (DatabaseError, sqlite3.DatabaseError) as error:
            raise translate(error) from error
        if changeset is not None and self._loop is not None:
            with suppress(RuntimeError):  # the loop has closed: nobody waits any more
                self._loop.call_soon_threadsafe(self._announce_commit)
        return result

    def next_commit(self) -> asyncio.Event:
        """The event set at the next commit of a changeset here. Take it before reading, so that no commit is missed."""
        return self._committed

    async def wait_for_commit(self, commit: asyncio.Event, seconds: float) -> None:
        """Return when `commit` is set, or after `seconds` (another process may write too)."""
        with suppress(TimeoutError):
            # Not `wait_for`: before Python 3.12 it loses a cancellation that comes together with the change.
            async with asyncio.timeout(seconds):
                await commit.wait()

    def close(self) -> None:
        """Finish what is running, then close every connection."""
        self._read_threads.shutdown()
        self._write_thread.shutdown()
        self.readers.dispose()
        self.writer.dispose()

    def _announce_commit(self) -> None:
        self._committed.set()
        self._committed = asyncio.Event()
