"""A database of its own for each test of rows, brought to the present schema as a start of Core does."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from rows_for_tests import new_database

from faceforge_storage.database.database import Database


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    opened = new_database(tmp_path / "db" / "core.sqlite3")
    yield opened
    opened.close()
