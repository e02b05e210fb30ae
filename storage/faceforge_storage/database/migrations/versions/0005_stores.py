"""The ids of stores, by which each is known again, and the bytes that purges have freed and that are still to go."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.create_table(
        "stores",
        sa.Column("provider", sa.Text(), nullable=False),
        sa.Column("store_id", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("provider", name=op.f("pk_stores")),
    )
    op.create_table(
        "freed_bytes",
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False),
        sa.Column("provider", sa.Text(), nullable=False),
        sa.Column("bucket", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("sha256", name=op.f("pk_freed_bytes")),
    )
