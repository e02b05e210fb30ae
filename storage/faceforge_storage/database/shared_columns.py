"""The columns that many tables have, and the naming of indexes and constraints."""

from __future__ import annotations

from typing import Any

from sqlalchemy import CheckConstraint, Column, Float, ForeignKey, Integer, MetaData, Text

from faceforge_storage.database.json_columns import Json

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def row_id() -> Column[int]:
    """The number of a row inside the database; it never leaves Core."""
    return Column("row_id", Integer, primary_key=True, autoincrement=True)


def public_id() -> Column[str]:
    """The id of a record outside: 64 hex digits."""
    return Column("id", Text, nullable=False, unique=True)


def foreign_row(name: str, table: str, public_name: str) -> Column[int]:
    """The row number of a record in `table`; outside, its public id is called `public_name`."""
    return Column(name, ForeignKey(f"{table}.row_id"), nullable=False, info={"public_name": public_name})


def json_column(name: str) -> Column[object]:
    """A JSON value that is never null."""
    return Column(name, Json(), nullable=False)


def derived(column: Column[Any]) -> Column[Any]:
    """A column of a record that follows from something else: it is in no journal, no version and no patch."""
    column.info["derived"] = True
    return column


def timestamps() -> tuple[Column[str], Column[str]]:
    """When a record was made, and when it last changed; the gateway sets both."""
    return Column("created_at", Text, nullable=False), Column("updated_at", Text, nullable=False)


def version() -> Column[int]:
    """How often a record has changed, from 1; the gateway counts."""
    return Column("version", Integer, nullable=False, default=1)


def confidence() -> tuple[Column[float], CheckConstraint]:
    """How certain a statement is, from 0 to 1, or null."""
    return Column("confidence", Float), CheckConstraint("confidence BETWEEN 0 AND 1", name="confidence")
