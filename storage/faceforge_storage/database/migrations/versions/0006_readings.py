"""What readers find in files: tables of their own, and the columns of assets that lists need."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"

LIVE, TRASH = "deleted_at IS NULL", "deleted_at IS NOT NULL"
INDEXES = (
    ("ix_assets_taken_at", ("taken_at",), LIVE),
    ("ix_assets_trash_taken_at", ("taken_at",), TRASH),
    ("ix_assets_kind_taken_at", ("kind", "taken_at"), LIVE),
    ("ix_assets_mime_type_taken_at", ("mime_type", "taken_at"), LIVE),
)
HASHES = ("blake3", "md5", "crc32", "autov3")


def upgrade() -> None:
    op.create_table(
        "contents",
        sa.Column("sha256", sa.Text(), nullable=False),
        *(sa.Column(name, sa.Text()) for name in HASHES),
        sa.PrimaryKeyConstraint("sha256", name=op.f("pk_contents")),
    )
    for name in HASHES:
        op.create_index(f"ix_contents_{name}", "contents", [name])
    op.create_table(
        "readings",
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("reader", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("message", sa.Text()),
        sa.Column("read_at", sa.Text(), nullable=False),
        sa.Column("shown", sa.Text()),
        sa.Column("whole", sa.Text()),
        sa.PrimaryKeyConstraint("sha256", "reader", name=op.f("pk_readings")),
    )
    op.create_table(
        "pending_contents",
        sa.Column("row_id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("again", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("row_id", name=op.f("pk_pending_contents")),
        sa.UniqueConstraint("sha256", name=op.f("uq_pending_contents_sha256")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "readers",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_readers")),
    )
    add_derived_columns()
    forget_the_old_column()


def add_derived_columns() -> None:
    for column in (
        sa.Column("width", sa.Integer()),
        sa.Column("height", sa.Integer()),
        sa.Column("duration_s", sa.Float()),
        sa.Column("pages", sa.Integer()),
        sa.Column("color", sa.Text()),
        sa.Column("taken_at", sa.Text(), nullable=False, server_default=sa.text("''")),
        sa.Column("has_alpha", sa.Boolean()),
    ):
        op.add_column("assets", column)
    for name, columns, condition in INDEXES:
        op.create_index(name, "assets", [*columns, "row_id"], sqlite_where=sa.text(condition))
    statistics = sa.table("sqlite_stat1", sa.column("tbl"), sa.column("idx"), sa.column("stat"))
    op.bulk_insert(
        statistics,  # see 0004: a kind has many rows, so an id or a hash beside it decides
        [
            {"tbl": "assets", "idx": name, "stat": "1000000 100000 1 1 noskipscan"}
            for name, columns, _ in INDEXES
            if len(columns) > 1
        ],
    )


def forget_the_old_column() -> None:
    """Until now no reader had written `extracted_metadata`: it was empty in every asset, and in the journal."""
    op.drop_column("assets", "extracted_metadata")
    for side in ("before", "after"):
        changes = sa.table("changes", sa.column("record_type"), sa.column(side))
        value, path = changes.c[side], "$.extracted_metadata"
        held = sa.func.json_type(value, path).is_not(None)
        op.execute(
            changes.update()
            .where(changes.c.record_type == "asset", held)
            .values({side: sa.func.json_remove(value, path)})
        )
