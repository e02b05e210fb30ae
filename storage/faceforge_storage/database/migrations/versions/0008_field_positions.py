"""The order in which forms show fields."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    op.add_column("field_defs", sa.Column("position", sa.Integer(), server_default="0", nullable=False))
