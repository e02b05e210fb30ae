"""Jobs: their records, types and schedules, what runs them holds, and the changesets that they made."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"

WAITING = "finished_at IS NULL AND paused_at IS NULL AND state = 'queued'"
SORTS = ("created_at", "updated_at")
CLASSIFYING = ("job_type", "state")


def upgrade() -> None:
    op.add_column("changesets", sa.Column("job_id", sa.Text()))
    op.create_index(
        "ix_changesets_job_id", "changesets", ["job_id"], sqlite_where=sa.text("job_id IS NOT NULL")
    )
    make_schedules()
    make_job_types()
    make_jobs()
    index_jobs()
    make_unrecorded()


def make_schedules() -> None:
    op.create_table(
        "schedules",
        sa.Column("row_id", sa.Integer(), autoincrement=True, nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("id", "name")),
        sa.Column("cron", sa.Text()),
        sa.Column("time_zone", sa.Text(), nullable=False),
        sa.Column("watch", sa.Text()),
        sa.Column("job_type", sa.Text(), nullable=False),
        sa.Column("input", sa.Text(), nullable=False),
        sa.Column("enabled", sa.Boolean(), nullable=False),
        sa.Column("disabled_reason", sa.Text()),
        sa.Column("made_by", sa.Text(), nullable=False),
        sa.Column("token_id", sa.Text()),
        *stamps(),
        sa.Column("next_run_at", sa.Text()),
        sa.Column("last_job_id", sa.Text()),
        sa.Column("problem", sa.Text()),
        sa.PrimaryKeyConstraint("row_id", name=op.f("pk_schedules")),
        sa.UniqueConstraint("id", name=op.f("uq_schedules_id")),
        sa.UniqueConstraint("name", name=op.f("uq_schedules_name")),
        sqlite_autoincrement=True,
    )
    for column in ("token_id", "next_run_at"):
        op.create_index(op.f(f"ix_schedules_{column}"), "schedules", [column])


def make_job_types() -> None:
    op.create_table(
        "job_types",
        sa.Column("row_id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("title", sa.Text()),
        sa.Column("description", sa.Text()),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("input_schema", "output_schema", "needs")),
        sa.Column("max_attempts", sa.Integer(), nullable=False),
        sa.Column("timeout_s", sa.Integer()),
        sa.Column("concurrency", sa.Integer()),
        sa.Column("token_id", sa.Text()),
        *stamps(),
        sa.PrimaryKeyConstraint("row_id", name=op.f("pk_job_types")),
        sa.UniqueConstraint("name", name=op.f("uq_job_types_name")),
        sqlite_autoincrement=True,
    )


def make_jobs() -> None:
    ids = ("parent_job_id", "retry_of", "schedule_id", "plugin_id")
    moments = ("cancel_requested_at", "pause_requested_at", "paused_at", "started_at", "finished_at")
    op.create_table(
        "jobs",
        sa.Column("row_id", sa.Integer(), autoincrement=True, nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("id", "job_type", "state")),
        sa.Column("priority", sa.Integer(), nullable=False),
        *(sa.Column(name, sa.Text()) for name in ("input", "input_asset_id", "output")),
        sa.Column("output_asset_ids", sa.Text(), nullable=False),
        sa.Column("error", sa.Text()),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in ("attempt", "max_attempts")),
        sa.Column("run_after", sa.Text(), nullable=False),
        sa.Column("timeout_s", sa.Integer()),
        *(sa.Column(name, sa.Text()) for name in ("unique_key", *ids)),
        sa.Column("made_by", sa.Text(), nullable=False),
        *(sa.Column(name, sa.Text()) for name in ("token_id", *moments)),
        *stamps(),
        sa.ForeignKeyConstraint(["input_asset_id"], ["assets.id"], name=op.f("fk_jobs_input_asset_id")),
        sa.PrimaryKeyConstraint("row_id", name=op.f("pk_jobs")),
        sa.UniqueConstraint("id", name=op.f("uq_jobs_id")),
        sqlite_autoincrement=True,
    )


def stamps() -> list[sa.Column[Any]]:
    names = ("created_at", "updated_at")
    return [
        *(sa.Column(name, sa.Text(), nullable=False) for name in names),
        sa.Column("version", sa.Integer(), nullable=False),
    ]


def index_jobs() -> None:
    for column in ("input_asset_id", "parent_job_id", "retry_of", "schedule_id", "token_id"):
        op.create_index(op.f(f"ix_jobs_{column}"), "jobs", [column])
    op.create_index(
        "uq_jobs_unique_key",
        "jobs",
        ["job_type", "unique_key"],
        unique=True,
        sqlite_where=sa.text("unique_key IS NOT NULL AND finished_at IS NULL"),
    )
    waiting = ["priority", "run_after", "row_id", "job_type"]
    op.create_index("ix_jobs_waiting", "jobs", waiting, sqlite_where=sa.text(WAITING))
    finished = sa.text("finished_at IS NOT NULL")
    op.create_index("ix_jobs_finished_at", "jobs", ["finished_at"], sqlite_where=finished)
    for sort in SORTS:
        op.create_index(f"ix_jobs_{sort}", "jobs", [sort, "row_id"])
    classified = [(column, sort) for column in CLASSIFYING for sort in SORTS]
    for column, sort in classified:
        op.create_index(f"ix_jobs_{column}_{sort}", "jobs", [column, sort, "row_id"])
    statistics = sa.table("sqlite_stat1", sa.column("tbl"), sa.column("idx"), sa.column("stat"))
    op.bulk_insert(
        statistics,  # see 0004: a type or a state has many rows, so an id beside it decides
        [
            {"tbl": "jobs", "idx": f"ix_jobs_{column}_{sort}", "stat": "1000000 100000 1 1 noskipscan"}
            for column, sort in classified
        ],
    )


def make_unrecorded() -> None:
    op.create_table(
        "job_leases",
        sa.Column("job_row", sa.Integer(), nullable=False),
        sa.Column("claims", sa.Integer(), nullable=False),
        *(sa.Column(name, sa.Text()) for name in ("owner", "token_hash", "claimed_at")),
        sa.Column("lease_s", sa.Integer()),
        *(sa.Column(name, sa.Text()) for name in ("expires_at", "times_out_at")),
        sa.Column("losses", sa.Integer(), nullable=False),
        *(sa.Column(name, sa.Text()) for name in ("progress", "checkpoint")),
        sa.Column("log_entries", sa.Integer(), nullable=False),
        *(sa.Column(name, sa.Text()) for name in ("ended_token_hash", "ended_hash")),
        sa.ForeignKeyConstraint(["job_row"], ["jobs.row_id"], name=op.f("fk_job_leases_job_row")),
        sa.PrimaryKeyConstraint("job_row", name=op.f("pk_job_leases")),
    )
    for column in ("expires_at", "times_out_at"):
        op.create_index(op.f(f"ix_job_leases_{column}"), "job_leases", [column])
    op.create_table(
        "job_log",
        *(sa.Column(name, sa.Integer(), nullable=False) for name in ("job_row", "seq", "claim")),
        sa.Column("runner_seq", sa.Integer()),
        sa.Column("attempt", sa.Integer(), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("at", "level", "message")),
        sa.Column("data", sa.Text()),
        sa.ForeignKeyConstraint(["job_row"], ["jobs.row_id"], name=op.f("fk_job_log_job_row")),
        sa.PrimaryKeyConstraint("job_row", "seq", name=op.f("pk_job_log")),
        sa.UniqueConstraint(
            "job_row", "claim", "runner_seq", name=op.f("uq_job_log_job_row_claim_runner_seq")
        ),
        sqlite_with_rowid=False,
    )
