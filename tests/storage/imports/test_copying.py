"""Files on their way into the store: copied and hashed in one pass, and only as they were planned."""

from __future__ import annotations

import errno
import hashlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from blake3 import blake3

from faceforge_storage.errors import NoSpace
from faceforge_storage.imports import copying
from faceforge_storage.imports.closed import Closed
from faceforge_storage.imports.copying import CHANGED, Copied, Copier, NotCopied, Source
from faceforge_storage.imports.identity import identity_of
from faceforge_storage.imports.source_folder import SourceFolder
from faceforge_storage.objects.providers.filesystem import FilesystemProvider

LARGE = os.urandom(copying.BLOCK_BYTES * 5 + 17)


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
def copier(folder: Path) -> Iterator[Copier]:
    opened = Copier(SourceFolder(folder, Closed([])))
    yield opened
    opened.close()


def source(folder: Path, name: str, data: bytes, **more: Any) -> Source:
    (folder / name).write_bytes(data)
    return Source(name, identity_of((folder / name).stat()), filename=name, **more)


def nothing() -> None:
    """What a run checks that nobody ends."""


@pytest.mark.parametrize("data", [b"", b"a small text", LARGE], ids=["empty", "small", "large"])
@pytest.mark.parametrize("clones", [True, False], ids=["with reflinks where there are any", "without"])
def test_a_copy_has_the_bytes_and_their_hashes(
    folder: Path, provider: FilesystemProvider, copier: Copier, data: bytes, clones: bool
) -> None:
    copier._clones = clones
    (copied,) = copier.copy([source(folder, "a.txt", data)], provider.arriving(0), nothing)
    assert isinstance(copied, Copied)
    staged = copied.staged
    assert (staged.sha256, staged.blake3) == (hashlib.sha256(data).hexdigest(), blake3(data).hexdigest())
    assert (staged.path.read_bytes(), staged.path.stat().st_mode & 0o222) == (data, 0)
    (stored,) = provider.publish([staged])
    assert provider.path(stored).read_bytes() == data
    assert (folder / "a.txt").stat().st_nlink == provider.path(stored).stat().st_nlink == 1


def test_many_become_durable_in_one_call_and_equal_ones_are_one_object(
    folder: Path, provider: FilesystemProvider, copier: Copier
) -> None:
    sources = [source(folder, f"{number}.txt", b"%d" % (number % 7)) for number in range(20)]
    copied = copier.copy(sources, provider.arriving(0), nothing)
    stored = provider.publish([each.staged for each in copied if isinstance(each, Copied)])
    assert [each.sha256 for each in stored] == [
        hashlib.sha256(b"%d" % (n % 7)).hexdigest() for n in range(20)
    ]
    assert {each.sha256 for each in provider.list()} == {each.sha256 for each in stored}
    assert list(provider.arriving(0).directory.iterdir()) == []


def test_a_file_that_is_not_as_it_was_planned_is_not_copied(
    folder: Path, provider: FilesystemProvider, copier: Copier
) -> None:
    grown, other = source(folder, "grown", b"before"), source(folder, "other", b"text", sha256="0" * 64)
    (folder / "grown").write_bytes(b"before and after")
    gone = source(folder, "gone", b"soon")
    (folder / "gone").unlink()
    outcomes = copier.copy([grown, other, gone], provider.arriving(0), nothing)
    assert outcomes[:2] == [CHANGED, CHANGED]
    assert isinstance(outcomes[2], NotCopied)
    assert outcomes[2].code == "gone"
    assert list(provider.arriving(0).directory.iterdir()) == []


def test_a_file_that_changes_while_it_is_copied_is_not_kept(
    folder: Path, provider: FilesystemProvider, copier: Copier
) -> None:
    wanted = source(folder, "busy", LARGE)

    def write() -> None:
        with (folder / "busy").open("ab") as file:
            file.write(b"more")

    assert copier.copy([wanted], provider.arriving(0), write) == [CHANGED]
    assert list(provider.arriving(0).directory.iterdir()) == []


def test_a_full_disk_leaves_nothing_of_the_batch(
    folder: Path, provider: FilesystemProvider, copier: Copier, monkeypatch: pytest.MonkeyPatch
) -> None:
    """D2: what was copied before the disk was full is removed too."""
    sources = [source(folder, f"{number}", b"some text") for number in range(3)]
    write, calls = os.write, 0

    def full(handle: int, data: Any) -> int:
        nonlocal calls
        calls += 1
        if calls == 3:
            raise OSError(errno.ENOSPC, "no space")
        return write(handle, data)

    monkeypatch.setattr(os, "write", full)
    copier._clones = False
    with pytest.raises(NoSpace):
        copier.copy(sources, provider.arriving(0), nothing)
    assert list(provider.arriving(0).directory.iterdir()) == []


def test_a_call_that_is_ended_leaves_nothing(
    folder: Path, provider: FilesystemProvider, copier: Copier
) -> None:
    sources = [source(folder, f"{number}", b"some text") for number in range(3)]
    left = iter([None, None])

    def end() -> None:
        if next(left, "ended") == "ended":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        copier.copy(sources, provider.arriving(0), end)
    assert list(provider.arriving(0).directory.iterdir()) == []


def test_there_must_be_room_for_a_batch_before_it_is_copied(provider: FilesystemProvider) -> None:
    with pytest.raises(NoSpace):
        provider.arriving(1 << 62)
