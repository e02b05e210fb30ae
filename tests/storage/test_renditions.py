"""Thumbnails are kept within a bound, survive whatever happens to their directory, and go with their bytes (D5)."""

from __future__ import annotations

import errno
import logging
import os
import shutil
import threading
import time
from pathlib import Path

import pytest

from faceforge_storage import renditions as module
from faceforge_storage.renditions import Renditions

MIB = 1024 * 1024
DAY = 86_400.0


def content_hash(number: int) -> str:
    return f"{number:064x}"[::-1]


def thumbnail(size_bytes: int = 1000, fill: bytes = b"\0") -> bytes:
    """Bytes that are a WebP file as far as its length goes."""
    return b"RIFF" + (size_bytes - 8).to_bytes(4, "little") + fill * (size_bytes - 8)


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    return tmp_path / "cache" / "thumbnails"


def files(directory: Path) -> list[Path]:
    return sorted(path for path in directory.rglob("*") if path.is_file())


def unused_for(directory: Path, number: int, seconds: float) -> None:
    for path in directory.rglob(f"{content_hash(number)}-*"):
        os.utime(path, (time.time() - seconds,) * 2)


def test_what_is_saved_is_found_by_hash_and_size(directory: Path) -> None:
    kept = Renditions(directory, MIB)
    kept.save(content_hash(1), {320: thumbnail(fill=b"a")})
    kept.save(content_hash(1), {640: thumbnail(fill=b"b")})
    assert kept.find(content_hash(1), 320) == thumbnail(fill=b"a")
    assert kept.find(content_hash(1), 640) == thumbnail(fill=b"b")
    assert kept.find(content_hash(2), 320) is None
    assert (kept.missing(content_hash(1)), kept.missing(content_hash(2))) == ((), (320, 640))
    kept.save(content_hash(1), {320: thumbnail(fill=b"c")})
    assert Renditions(directory, MIB).find(content_hash(1), 320) == thumbnail(fill=b"c"), (
        "after a restart too"
    )


def test_a_purge_takes_both_sizes_and_those_of_earlier_recipes(
    directory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = Renditions(directory, MIB)
    for size in (320, 640):
        old.save(content_hash(1), {size: thumbnail()})
    monkeypatch.setattr(module, "RECIPE", 2)
    new = Renditions(directory, MIB)
    assert new.find(content_hash(1), 320) is None, "it is made again by the new recipe"
    for number in (1, 2):
        new.save(content_hash(number), {320: thumbnail()})
    new.remove(content_hash(1))
    new.remove(content_hash(3))
    assert [path.name for path in files(directory)] == [f"{content_hash(2)}-320-2.webp"]


def test_what_was_used_least_goes_first(directory: Path) -> None:
    kept = Renditions(directory, 10_000)
    for number in range(9):
        kept.save(content_hash(number), {320: thumbnail()})
        unused_for(directory, number, DAY - number)
    assert kept.find(content_hash(0), 320), "the oldest is looked at"
    for number in (10, 11):
        kept.save(content_hash(number), {320: thumbnail()})
    left = {number for number in range(12) if kept.find(content_hash(number), 320)}
    assert left == {0, 3, 4, 5, 6, 7, 8, 10, 11}


def test_the_bound_holds_whatever_is_saved(directory: Path) -> None:
    kept = Renditions(directory, 50_000)
    for number in range(300):
        kept.save(content_hash(number), {320: thumbnail(700 + number)})
        assert sum(path.stat().st_size for path in files(directory)) <= 50_000
    assert len(files(directory)) > 40, "it is used, too"


def test_a_lower_bound_holds_from_the_next_start(directory: Path) -> None:
    before = Renditions(directory, MIB)
    for number in range(20):
        before.save(content_hash(number), {320: thumbnail()})
    Renditions(directory, 5_000).sweep()
    assert len(files(directory)) == 4


def test_a_start_counts_what_is_there(directory: Path) -> None:
    before = Renditions(directory, MIB)
    for number in range(10):
        before.save(content_hash(number), {320: thumbnail()})
    after = Renditions(directory, 10_000)
    assert after.sweep() == 0
    after.save(content_hash(10), {320: thumbnail()})
    assert len(files(directory)) == 9


@pytest.mark.parametrize("limit", [0, 999])
def test_nothing_is_kept_that_is_larger_than_the_bound(directory: Path, limit: int) -> None:
    kept = Renditions(directory, limit)
    kept.save(content_hash(1), {320: thumbnail()})
    assert kept.find(content_hash(1), 320) is None


def test_a_lost_directory_is_made_again(directory: Path) -> None:
    kept = Renditions(directory, MIB)
    kept.save(content_hash(1), {320: thumbnail()})
    shutil.rmtree(directory.parent)
    assert kept.find(content_hash(1), 320) is None
    kept.remove(content_hash(1))
    assert kept.sweep() == 0
    kept.save(content_hash(1), {320: thumbnail()})
    assert kept.find(content_hash(1), 320) == thumbnail()


def test_where_nothing_can_be_written_nothing_is_kept_and_the_log_says_so_once(
    directory: Path, caplog: pytest.LogCaptureFixture
) -> None:
    directory.parent.mkdir()
    directory.write_text("a file in the place of the directory")
    kept = Renditions(directory, MIB)
    with caplog.at_level(logging.WARNING):
        assert kept.sweep() == 0
        for number in range(3):
            kept.save(content_hash(number), {320: thumbnail()})
            assert kept.find(content_hash(number), 320) is None
            kept.remove(content_hash(number))
    assert len(caplog.records) == 1
    directory.unlink()
    kept.save(content_hash(1), {320: thumbnail()})
    assert kept.find(content_hash(1), 320) == thumbnail()


def test_a_read_only_cache_still_answers_what_it_has(
    directory: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """As the system refuses it where the disk is mounted for reading only, which a test cannot do to all users."""
    kept = Renditions(directory, MIB)
    kept.save(content_hash(1), {320: thumbnail()})
    unused_for(directory, 1, DAY)

    really_open = os.open

    def refused(*_: object, **__: object) -> None:
        raise OSError(errno.EROFS, "Read-only file system")

    def opened(path: str, flags: int, mode: int = 0o777) -> int:
        if flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT):
            refused()
        return really_open(path, flags, mode)

    monkeypatch.setattr(os, "open", opened)
    monkeypatch.setattr(os, "utime", refused)
    kept.save(content_hash(1), {320: thumbnail(fill=b"new")})
    assert kept.find(content_hash(1), 320) == thumbnail()
    assert "Read-only file system" in caplog.text


def test_a_full_disk_keeps_its_reserve(directory: Path, caplog: pytest.LogCaptureFixture) -> None:
    kept = Renditions(directory, MIB, reserve=shutil.disk_usage(directory.anchor).total + 1)
    kept.save(content_hash(1), {320: thumbnail()})
    assert kept.find(content_hash(1), 320) is None
    assert "disk_reserve_bytes" in caplog.text


def test_a_write_that_fails_leaves_nothing(
    directory: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def full(self: Path, target: Path) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    Renditions(directory, MIB).save(content_hash(1), {320: thumbnail()})
    assert files(directory) == []
    assert "No space left" in caplog.text


@pytest.mark.parametrize("damaged", [b"", b"RIFF", thumbnail()[:-1], b"\0" * 1000])
def test_a_damaged_file_is_made_again(directory: Path, damaged: bytes) -> None:
    kept = Renditions(directory, MIB)
    kept.save(content_hash(1), {320: thumbnail()})
    files(directory)[0].write_bytes(damaged)
    assert kept.find(content_hash(1), 320) is None


@pytest.mark.parametrize("kind", ["pipe", "link", "directory"])
def test_what_is_no_file_is_not_read_and_gives_way(directory: Path, kind: str) -> None:
    kept = Renditions(directory, MIB)
    kept.save(content_hash(1), {320: thumbnail(), 640: thumbnail(fill=b"b")})
    first, second = files(directory)
    first.unlink()
    if kind == "pipe":
        os.mkfifo(first)
    elif kind == "link":
        first.symlink_to(second)
    else:
        first.mkdir()
    assert kept.find(content_hash(1), 320) is None
    kept.save(content_hash(1), {320: thumbnail()})
    assert kept.find(content_hash(1), 320) == (None if kind == "directory" else thumbnail())


def test_a_start_removes_what_is_half_written_and_nothing_that_is_not_ours(directory: Path) -> None:
    kept = Renditions(directory, MIB)
    kept.save(content_hash(1), {320: thumbnail()})
    shard = files(directory)[0].parent
    half = shard / f".{content_hash(1)}-320-1.webp.{'a' * 12}"
    fresh = shard / f".{content_hash(1)}-320-1.webp.{'b' * 12}"
    older = shard / f"{content_hash(1)}-200-1.webp"
    stranger = shard / "notes.txt"
    for path in (half, fresh, older, stranger):
        path.write_bytes(b"x")
    os.utime(half, (time.time() - DAY,) * 2)
    assert Renditions(directory, MIB).sweep() == 2
    assert not half.exists()
    assert not older.exists()
    assert all(path.exists() for path in (fresh, stranger))


def test_many_threads_share_it(directory: Path) -> None:
    kept = Renditions(directory, 100_000)
    wrong: list[bytes] = []

    def work(first: int) -> None:
        for number in range(first, first + 60):
            kept.save(content_hash(number % 40), {320: thumbnail(2000 + number % 40)})
            found = kept.find(content_hash(number % 40), 320)
            if found is not None and found != thumbnail(2000 + number % 40):
                wrong.append(found)

    threads = [threading.Thread(target=work, args=(first,)) for first in range(0, 80, 10)]
    for each in threads:
        each.start()
    for each in threads:
        each.join(30)
    assert wrong == []
    assert sum(path.stat().st_size for path in files(directory)) <= 100_000
