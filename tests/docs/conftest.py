"""What the tests of the pages share: a Core to try them on."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from served_core import Served, serving


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    with serving(tmp_path) as core:
        yield core
