"""Staging: what is declared is checked, a failure leaves nothing, a refusal has a name (D2, D3)."""

from __future__ import annotations

import errno
import hashlib
import os
import shutil
from collections import namedtuple
from pathlib import Path
from typing import Any

import pytest
from blake3 import blake3

from faceforge_storage.errors import (
    FaceForgeError,
    HashMismatch,
    NoSpace,
    PayloadTooLarge,
    SizeMismatch,
    StorageFailed,
)
from faceforge_storage.objects.providers.filesystem import FilesystemProvider
from faceforge_storage.objects.staging import Staging, StagingFile

Usage = namedtuple("Usage", "total used free")
BYTES = b"some bytes"
DIGEST = hashlib.sha256(BYTES).hexdigest()


@pytest.fixture
def staging(tmp_path: Path) -> Staging:
    staging = Staging(tmp_path / "tmp")
    staging.sweep()
    return staging


def files(root: Path) -> list[Path]:
    return [path for path in root.rglob("*") if path.is_file()]


def test_a_staged_file_knows_its_hash_size_and_beginning(staging: Staging) -> None:
    file = staging.begin(expected=20_000)
    for part in (b"a" * 5000, bytearray(b"b" * 5000), memoryview(b"c" * 10_000)):
        file.write(part)
    staged = file.finish()
    whole = b"a" * 5000 + b"b" * 5000 + b"c" * 10_000
    assert (staged.sha256, staged.size_bytes) == (hashlib.sha256(whole).hexdigest(), 20_000)
    assert staged.blake3 == blake3(whole).hexdigest()
    assert staged.head == whole[:8192]
    assert staged.path.read_bytes() == whole
    staged.discard()
    staged.discard()
    assert files(staging.directory) == []


@pytest.mark.parametrize(
    ("sha256", "size", "error"),
    [
        (DIGEST, len(BYTES), None),
        (DIGEST.upper(), None, None),
        ("0" * 64, len(BYTES), HashMismatch),
        (None, len(BYTES) + 1, SizeMismatch),
        (DIGEST, 0, SizeMismatch),
    ],
)
def test_what_is_declared_must_be_true_or_nothing_is_kept(
    staging: Staging, sha256: str | None, size: int | None, error: type[FaceForgeError] | None
) -> None:
    file = staging.begin()
    file.write(BYTES)
    if error is None:
        assert file.finish(sha256, size).sha256 == DIGEST
    else:
        with pytest.raises(error) as refused:
            file.finish(sha256, size)
        assert refused.value.status == 422
        assert files(staging.directory) == []


def test_too_much_is_refused_when_announced_and_when_it_comes(staging: Staging) -> None:
    with pytest.raises(PayloadTooLarge):
        staging.begin(limit=10, expected=11)
    file = staging.begin(limit=10)
    file.write(b"0123456789")
    with pytest.raises(PayloadTooLarge):
        file.write(b"x")
    file.discard()
    assert files(staging.directory) == []


def test_the_reserve_of_the_disk_refuses_early_and_recovers(
    staging: Staging, monkeypatch: pytest.MonkeyPatch
) -> None:
    staging.reserve_bytes = 1000
    with monkeypatch.context() as full:
        full.setattr(shutil, "disk_usage", lambda _path: Usage(5000, 3000, 2000))
        with pytest.raises(NoSpace):
            staging.begin(expected=1001)
        staging.begin(expected=1000).discard()
    staging.begin(expected=1001).discard()
    assert files(staging.directory) == []


def test_a_disk_that_fills_while_bytes_arrive_refuses_before_it_is_full(
    staging: Staging, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("faceforge_storage.objects.staging.CHECK_SPACE_EVERY", 100)
    file = staging.begin()
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: Usage(0, 0, 0))
    file.write(b"x" * 99)
    with pytest.raises(NoSpace):
        file.write(b"x")
    file.discard()


def test_a_sweep_removes_only_what_staging_left(staging: Staging) -> None:
    staging.begin()._file.close()
    (staging.directory / "staged-readonly.part").write_bytes(b"")
    (staging.directory / "staged-readonly.part").chmod(0o400)
    other = staging.directory / "backup.sqlite3"
    other.write_bytes(b"")
    assert staging.sweep() == 2
    assert files(staging.directory) == [other]


class FailingFile:
    """A file on a disk that takes its first bytes, half of the next write, and then refuses."""

    def __init__(self, real: Any, code: int) -> None:
        self.real, self.code, self.writes = real, code, 0

    def write(self, data: memoryview) -> int:
        self.writes += 1
        if self.writes > 2:
            raise OSError(self.code, os.strerror(self.code))
        return int(self.real.write(data[: max(1, len(data) // 2)]))

    def __getattr__(self, name: str) -> Any:
        return getattr(self.real, name)


FAULTS = [(errno.EIO, StorageFailed, 500), (errno.ENOSPC, NoSpace, 507), (errno.EDQUOT, NoSpace, 507)]


@pytest.mark.parametrize(("code", "error", "status"), FAULTS)
@pytest.mark.parametrize("place", ["write", "fsync", "open", "rename", "directory"])
def test_a_disk_that_refuses_anywhere_keeps_nothing_and_recovers(
    tmp_path: Path,
    staging: Staging,
    monkeypatch: pytest.MonkeyPatch,
    place: str,
    code: int,
    error: type[FaceForgeError],
    status: int,
) -> None:
    provider = FilesystemProvider(tmp_path / "assets")

    def refuse(*_: object, **__: object) -> None:
        raise OSError(code, os.strerror(code))

    def upload() -> None:
        file: StagingFile | None = None
        try:
            file = staging.begin()
            if broken and place == "write":
                file._file = FailingFile(file._file, code)
            for _ in range(4):
                file.write(BYTES)
            if broken and place == "fsync":
                broken.setattr(os, "fsync", refuse)
            staged = file.finish()
            if broken and place == "rename":
                broken.setattr(Path, "replace", refuse)
            if broken and place == "directory":
                broken.setattr(Path, "mkdir", refuse)
            provider.publish([staged])
        finally:
            if file is not None:
                file.discard()

    with monkeypatch.context() as context:
        broken: pytest.MonkeyPatch | None = context
        if place == "open":
            context.setattr(Path, "open", refuse)
        with pytest.raises(error) as refused:
            upload()
        assert refused.value.status == status
        assert str(tmp_path) not in refused.value.detail
    assert files(tmp_path) == []
    broken = None
    upload()
    assert len(list(provider.list())) == 1
