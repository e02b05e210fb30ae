"""The tables of what is no record: no journal, no version. The gateway writes them by its methods of `Unrecorded`."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, Index, Integer, Table, Text, UniqueConstraint

from faceforge_storage.database.json_columns import Json
from faceforge_storage.database.shared_columns import metadata, public_id, row_id

idempotency_keys = Table(
    "idempotency_keys",
    metadata,
    Column("actor", Text, primary_key=True),
    Column("key", Text, primary_key=True),
    Column("operation", Text, nullable=False),
    Column("request_hash", Text, nullable=False),
    Column("result", Json(), nullable=False),
    Column("created_at", Text, nullable=False, index=True),
)

stores = Table(
    "stores",
    metadata,
    Column("provider", Text, primary_key=True),
    Column("store_id", Text, nullable=False),
)

freed_bytes = Table(
    "freed_bytes",
    metadata,
    Column("sha256", Text, primary_key=True),
    Column("size_bytes", BigInteger, nullable=False),
    Column("provider", Text, nullable=False),
    Column("bucket", Text, nullable=False),
    Column("key", Text, nullable=False),
)

contents = Table(
    "contents",
    metadata,
    Column("sha256", Text, primary_key=True),
    Column("blake3", Text),
    Column("md5", Text),
    Column("crc32", Text),
    Column("autov3", Text),
    *(Index(f"ix_contents_{name}", name) for name in ("blake3", "md5", "crc32", "autov3")),  # serve look-ups
)

readings = Table(
    "readings",
    metadata,
    Column("sha256", Text, primary_key=True),
    Column("reader", Text, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("state", Text, nullable=False),
    Column("message", Text),
    Column("read_at", Text, nullable=False),
    Column("shown", Json()),
    # All of it, where `shown` was cut off. Last, so that what is long is not gone through for the other columns.
    Column("whole", Json()),
)

pending_contents = Table(
    "pending_contents",
    metadata,
    row_id(),
    Column("sha256", Text, nullable=False, unique=True),
    Column("again", Boolean, nullable=False),
    sqlite_autoincrement=True,
)

readers = Table(
    "readers",
    metadata,
    Column("name", Text, primary_key=True),
    Column("version", Integer, nullable=False),
)

sign_in_codes = Table(
    "sign_in_codes",
    metadata,
    Column("code_hash", Text, primary_key=True),
    Column("token_hash", Text, nullable=False),
    Column("expires_at", Text, nullable=False),
)

sessions = Table(
    "sessions",
    metadata,
    row_id(),
    public_id(),
    Column("secret_hash", Text, nullable=False, unique=True),
    Column("csrf_hash", Text, nullable=False),
    Column("token_hash", Text, nullable=False, index=True),
    Column("created_at", Text, nullable=False),
    Column("last_seen_at", Text, nullable=False),
    Column("expires_at", Text, nullable=False),
    Column("user_agent", Text),
    Column("address", Text),
    info={"few": True},
    sqlite_autoincrement=True,
)

job_leases = Table(
    "job_leases",
    metadata,
    Column("job_row", ForeignKey("jobs.row_id"), primary_key=True, autoincrement=False),
    # How often the job was claimed: what a runner numbers is numbered within one claim.
    Column("claims", Integer, nullable=False),
    Column("owner", Text),
    Column("token_hash", Text),
    Column("claimed_at", Text),
    Column("lease_s", Integer),
    Column("expires_at", Text, index=True),
    Column("times_out_at", Text, index=True),
    Column("losses", Integer, nullable=False),
    Column("progress", Json()),
    Column("checkpoint", Json()),
    Column("log_entries", Integer, nullable=False),
    # What ended the job last: asked again with the same token and body, it is answered alike.
    Column("ended_token_hash", Text),
    Column("ended_hash", Text),
)

job_log = Table(
    "job_log",
    metadata,
    Column("job_row", ForeignKey("jobs.row_id"), primary_key=True, autoincrement=False),
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("claim", Integer, nullable=False),
    Column("runner_seq", Integer),
    Column("attempt", Integer, nullable=False),
    Column("at", Text, nullable=False),
    Column("level", Text, nullable=False),
    Column("message", Text, nullable=False),
    Column("data", Json()),
    UniqueConstraint("job_row", "claim", "runner_seq"),
    sqlite_with_rowid=False,
)

known_files = Table(
    "known_files",
    metadata,
    Column("inode", BigInteger, primary_key=True, autoincrement=False),
    Column("dev", BigInteger, primary_key=True, autoincrement=False),
    Column("size", BigInteger, nullable=False),
    Column("mtime_ns", BigInteger, nullable=False),
    Column("ctime_ns", BigInteger, nullable=False),
    Column("sha256", Text, nullable=False),
    sqlite_with_rowid=False,
)

uploads = Table(
    "uploads",
    metadata,
    row_id(),
    public_id(),
    Column("owner", Text, nullable=False, index=True),
    Column("metadata", Text, nullable=False),
    Column("size_bytes", BigInteger, nullable=False),
    Column("kept_bytes", BigInteger, nullable=False),
    Column("boot", Text),
    Column("created_at", Text, nullable=False),
    Column("expires_at", Text, nullable=False, index=True),
    Column("asset_id", Text, index=True),
    Column("duplicate", Boolean),
    sqlite_autoincrement=True,
)
