"""An index for each plain filter of a list with each sort, and what the planner has to know of them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

LIVE, TRASH = "deleted_at IS NULL", "deleted_at IS NOT NULL"
KIND, MIME_TYPE = "kind", "mime_type"
ASSET_SORTS = ("created_at", "updated_at", "filename", "size_bytes")
CLASSIFYING = (KIND, MIME_TYPE, "relationship_type", "field_key", "actor", "operation", "record_type")

# (table, its list's sorts, the column that classifies its rows): each list without a trash
LISTS = (
    ("relationships", ("created_at", "updated_at"), "relationship_type"),
    ("descriptors", ("recorded_at", "updated_at"), "field_key"),
)
INDEXES: list[tuple[str, tuple[str, ...], str | None]] = [
    *(("assets", (KIND, sort), LIVE) for sort in (*ASSET_SORTS, MIME_TYPE)),
    *(("assets", (MIME_TYPE, sort), LIVE) for sort in (*ASSET_SORTS, KIND)),
    *((table, (column,), None) for table, _, column in LISTS),
    *((table, (sort,), None) for table, sorts, _ in LISTS for sort in sorts),
    *((table, (column, sort), None) for table, sorts, column in LISTS for sort in sorts),
]
IN_TRASH = (
    ("entities", ("created_at", "updated_at", "display_name")),
    ("assets", (*ASSET_SORTS, KIND, MIME_TYPE)),
)
JOURNAL = (
    ("changesets", "actor"),
    ("changesets", "operation"),
    ("changes", "record_id"),
    ("changes", "record_type"),
)


def upgrade() -> None:
    op.drop_index("ix_relationships_relationship_type", "relationships")
    op.drop_index("ix_changes_record_type_record_id", "changes")
    for table, columns, condition in INDEXES:
        where = None if condition is None else sa.text(condition)
        op.create_index(_name(table, *columns), table, [*columns, "row_id"], sqlite_where=where)
    for table, sorts in IN_TRASH:
        for sort in sorts:
            name = _name(table, "trash", sort)
            op.create_index(name, table, [sort, "row_id"], sqlite_where=sa.text(TRASH))
    for table, column in JOURNAL:
        op.create_index(_name(table, column, "row_id"), table, [column, "row_id"])
    op.create_index(
        "ix_entities_primary_thumbnail_asset_id",
        "entities",
        ["primary_thumbnail_asset_id"],
        sqlite_where=sa.text("primary_thumbnail_asset_id IS NOT NULL"),
    )
    tell_the_planner()


def tell_the_planner() -> None:
    """Say once and for all that a kind, a type or an actor has many rows, so that an id or a hash beside it decides.

    Without this SQLite takes ten rows for a value of any index. ANALYZE would store samples of what users wrote, which
    a purge does not find, and its plans differ from one database to the next.
    """
    op.execute("ANALYZE sqlite_schema")  # makes the table of the statistics, and reads nothing
    indexes = [
        *((_name(table, *columns), table, columns) for table, columns, _ in INDEXES),
        *((_name("assets", column), "assets", (column,)) for column in (KIND, MIME_TYPE)),
        *((_name(table, column, "row_id"), table, (column,)) for table, column in JOURNAL),
    ]
    statistics = sa.table("sqlite_stat1", sa.column("tbl"), sa.column("idx"), sa.column("stat"))
    op.bulk_insert(
        statistics,
        [
            {"tbl": table, "idx": name, "stat": _rows(*columns)}
            for name, table, columns in indexes
            if columns[0] in CLASSIFYING
        ],
    )


def _rows(first: str, second: str = "row_id") -> str:
    """How many rows there are, how many of one value of the first column, of both columns, and of all with `row_id`."""
    both = [50_000 if second in CLASSIFYING else 1] * (second != "row_id")
    return " ".join(map(str, (1_000_000, 100_000, *both, 1))) + " noskipscan"


def _name(table: str, *columns: str) -> str:
    return f"ix_{table}_{'_'.join(columns)}"
