"""What the tests of clients share: a Core in a process, and a file to put into it."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

import pytest
from core_process import CoreProcess


@pytest.fixture(scope="module")
def core(tmp_path_factory: pytest.TempPathFactory) -> Iterator[CoreProcess]:
    core = CoreProcess(tmp_path_factory.mktemp("core") / "home")
    core.client.timeout = 60
    yield core
    core.kill()


@pytest.fixture(scope="module")
def picture(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file that is no text in any encoding, and has line ends of every kind in it."""
    file = tmp_path_factory.mktemp("files") / "Ada by night.png"
    file.write_bytes(b"\x89PNG\r\n\x1a\n\r\n--\xff\xfe\0" + random.Random(1).randbytes(300_000))
    return file
