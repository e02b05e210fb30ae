"""The journal holds differences, and a column that says so: it is null for older changes, which hold whole values."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.add_column("changes", sa.Column("list_offsets", sa.Text(), nullable=True))
