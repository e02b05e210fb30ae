"""A Core that all tests of a file share, where they do not stop or break it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from core_process import CoreProcess


@pytest.fixture(scope="module")
def standing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[CoreProcess]:
    core = CoreProcess(tmp_path_factory.mktemp("standing") / "home")
    core.client.timeout = 60
    yield core
    core.kill()
