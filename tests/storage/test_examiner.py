"""The queue of files to be read: one that goes wrong holds up none of the others, and nothing asked for is lost."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from faceforge_storage import assets, examinations, examiner, readings
from faceforge_storage.database import tables
from faceforge_storage.database.database import Database
from faceforge_storage.database.gateway import Write
from faceforge_storage.database.unrecorded_tables import readings as table
from faceforge_storage.errors import Overloaded
from faceforge_storage.examinations import Examinations
from faceforge_storage.examiner import Examiner
from faceforge_storage.ingest.isolation.processes import Examine, Examined
from faceforge_storage.ingest.reader import Found, Media, Reader
from faceforge_storage.objects.providers.filesystem import FilesystemProvider
from faceforge_storage.objects.staging import Staging
from faceforge_storage.objects.store import ObjectStore
from faceforge_storage.renditions import Renditions
from faceforge_storage.stored_bytes import StoredBytes
from faceforge_storage.stores import RecordedStore

SECONDS = 20
WEBP = b"RIFF\x04\0\0\0WEBP"
Answer = Callable[[Examine], Any]


def seen(_request: Examine) -> Found:
    return Found({"seen": True})


@dataclass
class Answers:
    """In place of processes: answers by the content of a file, at once unless it waits for `go_on`."""

    by_content: dict[bytes, Answer] = field(default_factory=dict)
    begun: list[bytes] = field(default_factory=list)
    go_on: asyncio.Event = field(default_factory=asyncio.Event)
    slow: set[bytes] = field(default_factory=set)
    hastened: list[str] = field(default_factory=list)

    async def examine(self, request: Examine, *, urgent: bool = False) -> Examined:
        content = request.file.path.read_bytes()
        self.begun.append(content)
        if content in self.slow:
            await self.go_on.wait()
        answer = self.by_content.get(content, seen)
        return Examined(
            {each: answer(request) for each in request.readers}, dict.fromkeys(request.sizes, WEBP)
        )

    def hasten(self, sha256: str) -> None:
        self.hastened.append(sha256)

    def close(self) -> None:
        """Nothing runs that would have to be ended."""


@dataclass
class Lane:
    """An examiner with its queue, and what came of it."""

    database: Database
    examiner: Examiner
    answers: Answers
    staging: Staging
    provider: FilesystemProvider

    def put(self, content: bytes) -> str:
        """An asset on these bytes; its hash."""
        file = self.staging.begin()
        file.write(content)
        stored = self.provider.publish([file.finish()])[0]
        place = {
            each: getattr(stored, each) for each in ("sha256", "size_bytes", "provider", "bucket", "key")
        }
        made = {"content_hash": stored.sha256, "size_bytes": stored.size_bytes, "filename": "a.bin"}

        def work(tx: Write) -> None:
            assets.add_objects(tx, [(place, {})])
            assets.create(tx, [{**made, "kind": "file", "mime_type": "image/png"}])
            self.examiner.expect()

        self.database.writing("test", "put", work)
        return stored.sha256

    def state(self, sha256: str) -> tuple[str, str | None] | None:
        found = self.database.reading(
            lambda db: db.execute(
                select(table.c.state, table.c.message).where(table.c.sha256 == sha256)
            ).all()
        )
        return (found[0].state, found[0].message) if found else None

    @property
    def left(self) -> int:
        return self.database.reading(readings.unread)

    async def until(self, holds: Callable[[], Any]) -> None:
        async with asyncio.timeout(SECONDS):
            while not holds():
                await asyncio.sleep(0.01)


@pytest.fixture
def lane(database: Database, tmp_path: Path) -> Lane:
    provider = FilesystemProvider(tmp_path / "assets", register=RecordedStore(database, "filesystem"))
    store, renditions = ObjectStore([provider]), Renditions(tmp_path / "thumbnails", 10**6)
    staging, answers = Staging(tmp_path / "tmp"), Answers()
    staging.sweep()
    under_way = Examinations(
        database=database,
        store=store,
        stored_bytes=StoredBytes(database, store, renditions.remove),
        processes=answers,
        renditions=renditions,
        readers=(Reader("image", 1, lambda _file: True, lambda _file, _bounds: Found({})),),
        tools=(),
        at_once=2,
    )
    made = Examiner(
        database=database,
        examinations=under_way,
        renditions=renditions,
        most_bytes=1000,
        announce=lambda _kind, _data: None,
    )
    return Lane(database, made, answers, staging, provider)


@asynccontextmanager
async def at_work(lane: Lane) -> AsyncIterator[None]:
    task = asyncio.create_task(lane.examiner.work())
    try:
        yield
    finally:
        task.cancel()
        await lane.examiner.examinations.stop()
        await asyncio.gather(task, return_exceptions=True)


def _breaks(_request: Examine) -> Found:
    raise LookupError("a fault of ours")


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        pytest.param(_breaks, examinations.BROKEN, id="an examination that raises"),
        pytest.param(lambda _: Found({"a": "\ud800"}), examiner.NOT_KEPT, id="half a surrogate pair"),
        pytest.param(
            lambda _: Found({}, Media(width=2**80)), examiner.NOT_KEPT, id="a width that no column holds"
        ),
    ],
)
async def test_a_file_that_goes_wrong_fails_and_holds_up_no_other(
    lane: Lane, answer: Answer, message: str
) -> None:
    bad = lane.put(b"bad")
    good = [lane.put(b"good %d" % n) for n in range(3)]
    lane.answers.by_content[b"bad"] = answer
    async with at_work(lane):
        await lane.until(lambda: not lane.left)
        assert lane.state(bad) == ("failed", message)
        assert [lane.state(each) for each in good] == [("done", None)] * 3
        assert lane.answers.begun.count(b"bad") == 1


async def test_what_was_found_is_stored_while_a_large_file_is_still_read(lane: Lane) -> None:
    lane.answers.slow = {b"large"}
    large, small = lane.put(b"large"), lane.put(b"small")
    async with at_work(lane):
        await lane.until(lambda: lane.state(small))
        assert lane.state(large) is None
        lane.answers.go_on.set()
        await lane.until(lambda: not lane.left)


async def test_a_file_that_is_to_be_read_again_while_it_is_read_is_read_again(lane: Lane) -> None:
    lane.answers.slow = {b"here"}
    here = lane.put(b"here")
    async with at_work(lane):
        await lane.until(lambda: lane.answers.begun)
        lane.database.writing("test", "again", lambda tx: readings.enqueue(tx, [here], again=True))
        lane.answers.go_on.set()
        await lane.until(lambda: not lane.left)
        assert lane.answers.begun == [b"here", b"here"]


async def test_of_files_read_in_one_go_only_the_purged_one_leaves_nothing(lane: Lane) -> None:
    """It is purged while all of them are read: what was made of it comes too late to be kept (D5)."""
    contents = [b"gone", b"one", b"other"]
    gone, *others = (lane.put(each) for each in contents)
    lane.answers.slow = set(contents)
    async with at_work(lane):
        await lane.until(lambda: len(lane.answers.begun) == 3)
        lane.database.writing("test", "purge", partial(_purged, gone))
        lane.answers.go_on.set()
        await lane.until(lambda: not lane.left)
    made = {each: lane.examiner.renditions.find(each, 320) for each in (gone, *others)}
    assert made == {gone: None, **dict.fromkeys(others, WEBP)}
    assert lane.state(gone) is None
    assert [lane.state(each) for each in others] == [("done", None)] * 2


def _purged(sha256: str, tx: Write) -> None:
    (asset,) = tx.rows(select(tables.assets).where(tables.assets.c.content_hash == sha256))
    assets.purge(tx, asset)


async def test_a_file_of_the_queue_is_hastened_when_somebody_waits_for_its_thumbnail(lane: Lane) -> None:
    lane.answers.slow.add(b"slow")
    sha256 = lane.put(b"slow")
    async with at_work(lane):
        await lane.until(lambda: lane.answers.begun == [b"slow"])
        waiting = asyncio.ensure_future(lane.examiner.thumbnail(sha256, 320))
        await lane.until(lambda: lane.answers.hastened == [sha256])
        lane.answers.go_on.set()
        assert await waiting == WEBP


async def test_who_gave_up_waiting_for_thumbnails_still_counts(
    lane: Lane, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(examiner, "WAITING", 5)
    contents = [b"%d" % n for n in range(6)]
    lane.answers.slow = set(contents)
    hashes = [lane.put(each) for each in contents]
    for each in hashes[:5]:
        waiting = asyncio.ensure_future(lane.examiner.thumbnail(each, 320))
        await lane.until(partial(lane.examiner.examinations.is_running, each))
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
    await lane.until(lambda: len(lane.answers.begun) >= 3)
    assert len(lane.answers.begun) == 3  # the others hold no file meanwhile
    with pytest.raises(Overloaded):
        async with asyncio.timeout(SECONDS):
            await lane.examiner.thumbnail(hashes[5], 320)
    lane.answers.go_on.set()
    assert [await lane.examiner.thumbnail(each, 320) for each in hashes] == [WEBP] * 6
    await lane.examiner.examinations.stop()


async def test_a_new_reader_reads_all_that_is_stored_queued_in_parts(
    lane: Lane, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(readings, "QUEUED_AT_ONCE", 2)
    hashes = [lane.put(b"%d" % n) for n in range(5)]
    lane.database.writing("test", "empty", lambda tx: [readings._forget_pending(tx, hashes)])
    async with at_work(lane):
        await lane.until(lambda: all(lane.state(each) == ("done", None) for each in hashes))
        await lane.until(lambda: not lane.left)
    assert lane.database.writing("test", "look", partial(_queued_for, lane)) is None
    assert not lane.left


def _queued_for(lane: Lane, tx: Write) -> int | None:
    return readings.enqueue_for_new_readers(tx, lane.examiner.examinations.present)
