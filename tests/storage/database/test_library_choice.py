"""One SQLite library runs, its exceptions are understood, and an old one says what it means."""

from __future__ import annotations

import logging
import os
import subprocess
import sys
from contextlib import closing
from importlib.util import find_spec

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from faceforge_storage.database.database import Database
from faceforge_storage.database.database_errors import translate
from faceforge_storage.database.dialects import sqlite_library
from faceforge_storage.database.dialects.sqlite_library import sqlite3
from faceforge_storage.errors import QueryTimeout

HIDDEN = "import sys; sys.modules['pysqlite3'] = None\n"
"""What makes a program find no library but Python's own."""


def test_the_library_that_comes_with_faceforge_is_taken_where_it_is_installed() -> None:
    assert (find_spec("pysqlite3") is not None) == sqlite_library.BUNDLED


def test_the_one_of_python_is_taken_where_there_is_no_other() -> None:
    code = (
        HIDDEN
        + "from faceforge_storage.database.dialects.sqlite_library import BUNDLED, sqlite3, description\n"
        + "print(BUNDLED, sqlite3.__name__, description())"
    )
    search = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run(
        [sys.executable, "-c", code], env=search, capture_output=True, text=True, check=True
    )
    assert done.stdout.startswith("False sqlite3 SQLite ")
    assert done.stdout.endswith("(of this Python)\n")


def test_connections_are_of_the_library(database: Database) -> None:
    for engine in (database.writer, database.readers):
        with engine.connect() as connection:
            assert isinstance(connection.connection.dbapi_connection, sqlite3.Connection)


def test_its_exceptions_are_understood_wherever_they_are_met() -> None:
    """As the driver raises them, and as SQLAlchemy wraps them."""
    fault = sqlite3.OperationalError("interrupted")
    assert isinstance(translate(fault), QueryTimeout)
    assert isinstance(translate(OperationalError("SELECT 1", {}, fault)), QueryTimeout)


def test_a_query_is_stopped_in_time(database: Database) -> None:
    endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n"
    database._seconds = 0.05
    with pytest.raises(QueryTimeout):
        database.reading(lambda connection: connection.execute(text(endless)).all())


def test_it_searches_text_by_words_and_by_trigrams() -> None:
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.execute("CREATE VIRTUAL TABLE t USING fts5(name, tokenize = 'trigram')")
        connection.execute("INSERT INTO t VALUES ('Ada Lovelace')")
        assert connection.execute("SELECT name FROM t WHERE t MATCH 'velac'").fetchall() == [
            ("Ada Lovelace",)
        ]


@pytest.mark.parametrize(("version", "warned"), [((3, 51, 2), True), ((3, 51, 3), False), ((4, 0, 0), False)])
def test_an_old_one_is_explained_in_the_log_and_not_on_the_terminal(
    version: tuple[int, ...], warned: bool, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(sqlite3, "sqlite_version_info", version)
    caplog.set_level(logging.INFO)
    sqlite_library.log_library()
    assert ("Let no other program write to it" in caplog.text) == warned
    assert all(record.levelno < logging.WARNING for record in caplog.records)
