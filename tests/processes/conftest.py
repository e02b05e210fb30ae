"""What several files of these tests use: a Core that is not stopped or broken, and a disk that is soon full."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from core_process import CoreProcess, none_left
from stored import until


@pytest.fixture(autouse=True)
def no_core_outlives_its_test() -> Iterator[None]:
    with none_left():
        yield


@pytest.fixture(scope="module")
def standing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[CoreProcess]:
    core = CoreProcess(tmp_path_factory.mktemp("standing") / "home")
    core.client.timeout = 60
    yield core
    core.kill()


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 24 MiB."""
    disk = tmp_path / "small"
    disk.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=24m", "tmpfs", str(disk)], check=True)
    with none_left():
        yield disk
    # What a Core started that was killed ends a moment after it, and may have a file open until then.
    until(
        lambda: subprocess.run(["umount", str(disk)], check=False, stderr=subprocess.DEVNULL).returncode == 0
    )
