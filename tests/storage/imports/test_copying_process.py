"""The process that copies files for Core: what it answers, how it is ended, and what is left when it dies."""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from blake3 import blake3

from faceforge_storage.errors import StorageFailed, Unavailable
from faceforge_storage.imports import copying
from faceforge_storage.imports.closed import Closed
from faceforge_storage.imports.copying import CHANGED, Copied, NotCopied, Source
from faceforge_storage.imports.copying_process import CopyingProcess
from faceforge_storage.imports.identity import identity_of
from faceforge_storage.imports.source_folder import SourceFolder
from faceforge_storage.objects.arriving import Arriving
from faceforge_storage.objects.providers.filesystem import FilesystemProvider

LARGE = os.urandom(copying.BLOCK_BYTES * 5 + 17)
MUCH = 64 << 30
"""Bytes of a file without content, which takes far longer to read than a test waits to end it."""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "from").mkdir()
    return tmp_path / "from"


@pytest.fixture
def provider(tmp_path: Path) -> FilesystemProvider:
    made = FilesystemProvider(tmp_path / "assets")
    made.sweep()
    return made


@pytest.fixture
def process(folder: Path) -> Iterator[CopyingProcess]:
    with SourceFolder(folder, Closed([])) as opened:
        process = CopyingProcess(opened)
        yield process
        process.close()


def source(folder: Path, name: str, data: bytes) -> Source:
    (folder / name).write_bytes(data)
    return Source(name, identity_of((folder / name).stat()), filename=name)


def endless_in(folder: Path) -> Source:
    (folder / "endless").touch()
    os.truncate(folder / "endless", MUCH)
    return Source("endless", identity_of((folder / "endless").stat()), filename="endless")


def nothing() -> None:
    """What a run checks that nobody ends."""


def test_copies_are_on_the_disk_with_their_hashes_in_order(
    folder: Path, provider: FilesystemProvider, process: CopyingProcess
) -> None:
    given = {"a note.txt": b"text", "empty.bin": b"", "ليلى 🎬.png": b"\x89PNG", "large.bin": LARGE}
    if sys.platform == "linux":
        given[os.fsdecode(b"na\xefve")] = b"a name that is no text"
    sources = [source(folder, name, data) for name, data in given.items()]
    changed = source(folder, "changed", b"before")
    (folder / "changed").write_bytes(b"before and after")
    gone = source(folder, "gone", b"soon")
    (folder / "gone").unlink()
    *copied, of_changed, of_gone = process.copy([*sources, changed, gone], provider.arriving(0), nothing)
    assert of_changed == CHANGED
    assert isinstance(of_gone, NotCopied)
    assert of_gone.code == "gone"
    for each, data in zip(copied, given.values(), strict=True):
        assert isinstance(each, Copied)
        assert (each.staged.sha256, each.staged.blake3, each.staged.size_bytes, each.staged.durable) == (
            hashlib.sha256(data).hexdigest(),
            blake3(data).hexdigest(),
            len(data),
            True,
        )
    stored = provider.publish([each.staged for each in copied if isinstance(each, Copied)])
    assert [provider.path(each).read_bytes() for each in stored] == list(given.values())
    assert list(provider.arriving(0).directory.iterdir()) == []


def test_one_that_is_ended_leaves_nothing_and_goes_on_with_the_next(
    folder: Path, provider: FilesystemProvider, process: CopyingProcess
) -> None:
    small = source(folder, "small", b"text")
    endless = endless_in(folder)

    def end() -> None:
        if process.bytes:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        process.copy([small, endless], provider.arriving(0), end)
    assert list(provider.arriving(0).directory.iterdir()) == []
    (copied,) = process.copy([small], provider.arriving(0), nothing)
    assert isinstance(copied, Copied)


def test_one_that_dies_is_said_and_the_next_files_have_a_new_one(
    folder: Path, provider: FilesystemProvider, process: CopyingProcess
) -> None:
    small = source(folder, "small", b"text")
    endless = endless_in(folder)

    def kill() -> None:
        assert process._process is not None
        process._process.kill()

    with pytest.raises(Unavailable):
        process.copy([small, endless], provider.arriving(0), kill)
    assert list(provider.arriving(0).directory.iterdir()) == []
    (copied,) = process.copy([small], provider.arriving(0), nothing)
    assert isinstance(copied, Copied)


def test_it_steps_back_behind_requests(
    folder: Path, provider: FilesystemProvider, process: CopyingProcess
) -> None:
    process.copy([source(folder, "small", b"text")], provider.arriving(0), nothing)
    assert process._process is not None
    own = os.getpriority(os.PRIO_PROCESS, 0)
    assert os.getpriority(os.PRIO_PROCESS, process._process.pid) > own


def test_a_folder_that_is_gone_when_the_process_begins_is_said(
    folder: Path, provider: FilesystemProvider, process: CopyingProcess
) -> None:
    small = source(folder, "small", b"text")
    folder.rename(folder.with_name("elsewhere"))
    with pytest.raises(Unavailable, match="cannot be copied now"):
        process.copy([small], provider.arriving(0), nothing)


def test_what_the_disk_refuses_is_the_error_that_core_would_raise(
    folder: Path, process: CopyingProcess, tmp_path: Path
) -> None:
    with pytest.raises(StorageFailed, match="to copy a file into the store"):
        process.copy([source(folder, "small", b"text")], Arriving(tmp_path / "nowhere"), nothing)
