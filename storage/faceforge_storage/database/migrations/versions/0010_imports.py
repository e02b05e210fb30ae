"""What an import has read before, and finding stored bytes by their size."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    op.create_table(
        "known_files",
        *(sa.Column(name, sa.BigInteger(), nullable=False) for name in ("inode", "dev")),
        *(sa.Column(name, sa.BigInteger(), nullable=False) for name in ("size", "mtime_ns", "ctime_ns")),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("inode", "dev", name=op.f("pk_known_files")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_objects_size_bytes"), "objects", ["size_bytes"])
