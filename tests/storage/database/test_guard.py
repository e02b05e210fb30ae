"""No statement changes data past the gateway, however it is written, and readers cannot write at all."""

from __future__ import annotations

import pytest
from rows_for_tests import add_entity, dump, query
from sqlalchemy import delete, insert, select, text, update
from sqlalchemy.exc import OperationalError

from faceforge_storage.database import tables
from faceforge_storage.database.database import Database

CHANGING = [
    "UPDATE entities SET display_name = 'x'",
    "  \n\tupdate entities set display_name = 'x'",
    "/* a comment */ UPDATE entities SET display_name = 'x'",
    "-- a comment\nDELETE FROM entities",
    "DELETE FROM entities",
    "INSERT INTO entity_tags VALUES ('t', 1)",
    "INSERT OR IGNORE INTO entity_tags VALUES ('t', 1)",
    "REPLACE INTO entity_tags VALUES ('t', 1)",
    "WITH x AS (SELECT 1) UPDATE entities SET display_name = 'x'",
    "WITH x AS (SELECT 1) DELETE FROM entities",
    "WITH x AS (SELECT 't', 1) INSERT INTO entity_tags SELECT * FROM x",
]


@pytest.mark.parametrize("driver", [True, False], ids=["driver", "text"])
@pytest.mark.parametrize("statement", CHANGING)
def test_a_changing_statement_is_refused_on_the_writer(
    database: Database, statement: str, driver: bool
) -> None:
    add_entity(database, tags=["kept"])
    before = dump(database.path)
    with database.writer.begin() as connection:
        ask = connection.exec_driver_sql if driver else lambda words: connection.execute(text(words))
        with pytest.raises(RuntimeError, match="only through the gateway"):
            ask(statement)
    assert dump(database.path) == before


@pytest.mark.parametrize(
    "statement",
    [
        insert(tables.entity_tags).values(tag="t", entity_row=1),
        update(tables.entities).values(display_name="x"),
        delete(tables.entities),
        delete(tables.entities).where(tables.entities.c.row_id.in_(select(tables.entity_tags.c.entity_row))),
        delete(tables.entities).add_cte(select(tables.assets.c.row_id).cte("x")),
    ],
    ids=str,
)
def test_a_changing_construct_is_refused_on_the_writer(database: Database, statement: object) -> None:
    with (
        pytest.raises(RuntimeError, match="only through the gateway"),
        database.writer.begin() as connection,
    ):
        connection.execute(statement)  # type: ignore[call-overload]  # five kinds of statement


def test_inside_a_transaction_of_the_gateway_it_is_refused_too_and_all_is_rolled_back(
    database: Database,
) -> None:
    def work(tx: object) -> None:
        tx.insert(tables.entities, [])  # type: ignore[attr-defined]  # a Write
        tx.connection.execute(delete(tables.entities))  # type: ignore[attr-defined]  # a Write

    add_entity(database)
    with pytest.raises(RuntimeError, match="only through the gateway"):
        database.writing("t", "o", work)
    assert len(query(database.path, "SELECT * FROM entities")) == 1


def test_questions_pass_also_when_they_speak_of_changing(database: Database) -> None:
    with database.writer.begin() as connection:
        cte = select(tables.entities.c.row_id).cte("named")
        assert connection.execute(select(cte)).all() == []
        assert connection.execute(text("SELECT 'delete from x', replace('a', 'a', 'b')")).all() == [
            ("delete from x", "b")
        ]
        assert connection.execute(
            text("WITH x AS (SELECT replace('a', 'a', 'b') AS b) SELECT b FROM x")
        ).all() == [("b",)]


@pytest.mark.parametrize("statement", [*CHANGING, "CREATE TABLE x (y)", "DROP TABLE entities"])
def test_a_reader_cannot_write(database: Database, statement: str) -> None:
    with (
        database.readers.connect() as connection,
        pytest.raises(OperationalError, match="readonly"),
    ):
        connection.exec_driver_sql(statement)
