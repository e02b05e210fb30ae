"""One module chooses the SQLite library: two in one process drop each other's file locks, and committed rows vanish."""

from __future__ import annotations

import re

import pytest
from sources import PACKAGES, faults, modules

CHOOSES = PACKAGES["storage"] / "database" / "dialects" / "sqlite_library.py"
IMPORT = r"\b(?:from|(?<!sqlite_library )import|import_module|__import__)[ (\"']+(?:py)?sqlite3\b"
ENGINE = r"\bcreate_engine\((?!$)(?!.*\bmodule=)"
"""An engine made in one line, whose library SQLAlchemy would choose."""


@pytest.mark.parametrize("pattern", [IMPORT, ENGINE], ids=["import", "engine"])
def test_nothing_else_chooses_one(pattern: str) -> None:
    others = [path for path in modules() if path != CHOOSES and path.name != "test_one_sqlite.py"]
    assert faults(pattern, others, "sqlite") == []


@pytest.mark.parametrize(
    "line",
    [
        "import sqlite3",
        "    import sqlite3  # lazily",
        "from sqlite3 import Connection",
        "import pysqlite3 as sqlite3",
        "from pysqlite3 import dbapi2",
        'CODE = "import json; import sqlite3"',
        'importlib.import_module("sqlite3")',
    ],
)
def test_the_search_finds_what_it_must(line: str) -> None:
    assert re.search(IMPORT, line)


@pytest.mark.parametrize(
    "line",
    [
        "from faceforge_storage.database.dialects.sqlite_library import sqlite3",
        "import sqlite_backup",
    ],
)
def test_the_search_lets_harmless_lines_be(line: str) -> None:
    assert not re.search(IMPORT, line)


def test_the_search_finds_an_engine_without_a_library() -> None:
    assert re.search(ENGINE, 'create_engine("sqlite:///x")')
    assert not re.search(ENGINE, 'create_engine("sqlite:///x", module=sqlite3)')
