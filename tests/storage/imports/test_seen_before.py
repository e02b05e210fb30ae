"""What a walk has seen is known again, and files that were hashed need no second reading."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest
from trees import tree, walked

from faceforge_storage.assets import add_objects
from faceforge_storage.database import tables
from faceforge_storage.database.database import Database
from faceforge_storage.imports import known_files
from faceforge_storage.imports import spool as spool_module
from faceforge_storage.imports.closed import Closed
from faceforge_storage.imports.hashing import Changed, sha256_of
from faceforge_storage.imports.identity import Identity, identity_of
from faceforge_storage.imports.known_files import hashes_of, remember
from faceforge_storage.imports.seen import SeenHashes, SizeSketch
from faceforge_storage.imports.source_folder import SourceFolder
from faceforge_storage.imports.spool import Spool
from faceforge_storage.imports.walk import Entered, Walk, Wanted
from faceforge_storage.jobs import jobs


def test_hashes_are_known_again_however_many_they_are() -> None:
    seen = SeenHashes()
    hashes = [hashlib.sha256(str(number).encode()).hexdigest() for number in range(20_000)]
    assert not any(seen.add(each) for each in hashes)
    assert all(seen.add(each) for each in hashes)
    assert not seen.add("0" * 64)
    assert seen.add("0" * 64)


def test_a_size_that_came_twice_is_never_missed() -> None:
    sizes = SizeSketch()
    for size in (0, 1, 2**40, 5, 5, 7, 2**40):
        sizes.add(size)
    assert [size for size in (0, 1, 5, 7, 2**40) if sizes.repeated(size)] == [5, 2**40]


def test_a_file_is_known_by_its_numbers_as_long_as_it_is_as_it_was(database: Database) -> None:
    first = Identity(1, 2, 3, 4, 5)
    hashes = {first: "a" * 64, first._replace(inode=9): "b" * 64, first._replace(dev=7): "c" * 64}
    database.writing("test", "remember", lambda tx: remember(tx, hashes))
    assert database.reading(hashes_of, hashes) == hashes
    changed = [first._replace(**{name: 99}) for name in Identity._fields]
    assert database.reading(hashes_of, changed) == {}
    again = {first._replace(size=8): "d" * 64}
    database.writing("test", "remember", lambda tx: remember(tx, again))
    del hashes[first]
    assert database.reading(hashes_of, [first, *hashes, *again]) == {**hashes, **again}


async def test_files_whose_bytes_are_gone_are_forgotten(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In parts, each with a place to begin at, whichever of its files go."""
    monkeypatch.setattr(known_files, "BATCH", 2)
    monkeypatch.setattr(known_files, "PAUSE_SECONDS", 0)
    hashes = {Identity(dev, inode, 3, 4, 5): f"{inode}{dev}" * 32 for inode in (1, 2, 3) for dev in (0, 1, 2)}
    stored = {each: sha256 for each, sha256 in hashes.items() if sha256[:2] in ("11", "12", "30", "32")}
    place = {"size_bytes": 3, "provider": "filesystem", "bucket": "", "key": "k"}
    database.writing("test", "remember", lambda tx: remember(tx, hashes))
    database.writing(
        "test",
        "store",
        lambda tx: add_objects(tx, [({**place, "sha256": each}, {}) for each in stored.values()]),
    )
    made = {"job_type": "core.bulk_import", "max_attempts": 3, "made_by": "install"}
    waits, _ = database.writing("test", "wait", lambda tx: jobs.create(tx, made))
    await known_files.forget(database)
    assert database.reading(hashes_of, hashes) == hashes, "an import may go on with them"
    database.writing(
        "test",
        "end",
        lambda tx: tx.update(tables.jobs, waits, {"state": jobs.SUCCEEDED, "finished_at": tx.at}),
    )
    await known_files.forget(database)
    assert database.reading(hashes_of, hashes) == stored


def test_what_is_hashed_is_the_file_that_was_found(tmp_path: Path) -> None:
    root = tree(tmp_path / "r", **{"a": "one", "b": "two"})
    first, second = walked(root)
    with SourceFolder(root.resolve(), Closed([])) as folder:
        heard: list[int] = []
        assert sha256_of(folder, first, heard.append) == hashlib.sha256(b"one").hexdigest()
        assert heard == [3]
        (root / "b").write_text("other")
        with pytest.raises(Changed):
            sha256_of(folder, second, heard.append)
        os.utime(root / "a", ns=(1, 1))
        with pytest.raises(Changed):
            sha256_of(folder, first, heard.append)


def test_what_was_walked_is_read_again_from_the_spool(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Longer than any machine takes for 1,500 files.
    monkeypatch.setattr(spool_module, "SETTLED_NS", 600 * 10**9)
    names = {f"{number // 700}/{number}_ü": "x" * (number % 9) for number in range(1500)}
    root = tree(tmp_path / "r", **names, _meta="")
    (root / "old").write_text("")
    os.utime(root / "old", ns=(1, 1))
    spool, told = Spool(tmp_path), []
    with SourceFolder(root.resolve(), Closed([])) as folder:
        spool.fill(Walk(folder, Wanted(), lambda: None), told.append)
        again = list(Walk(folder, Wanted(), lambda: None))
    read = [each for block in spool.blocks() for each in block]
    assert read == again
    assert spool.folders == {"", "0", "1", "2"}
    assert told[-1] == spool.counted == (1502, sum(each % 9 for each in range(1500)))
    recent = [
        spool.may_grow(each.identity) for each in read if not isinstance(each, Entered) and each.identity
    ]
    assert recent.count(False) == 1
    assert 0 < spool.seconds_to_settle() <= 600
    spool.close()
    assert identity_of((root / "old").stat()).size == 0
