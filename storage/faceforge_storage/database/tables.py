"""Every table. Inside, rows are known by integer `row_id`; outside, by their public id.

A record is one row: lists and objects that belong to it are JSON columns, so that a change of the record is one change
in the journal. Triggers fill the tables in `DERIVED`, which index those lists (migration 0002).

`info` on a table or column configures the journal: `record` is the record type, `public` the column with its public id,
`public_name` the name under which a foreign key shows the public id, `private` a column that never leaves Core,
`derived` one that is no part of the record (`shared_columns.derived`).
`classifies` is what indexes of lists follow from (`list_indexes`); of what is `few`, because people declare each one, a
list is sorted as a whole.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    Table,
    Text,
    UniqueConstraint,
    and_,
    text,
)

from faceforge_storage.database.json_columns import Json
from faceforge_storage.database.list_indexes import CLASSIFIES, index_lists
from faceforge_storage.database.shared_columns import (
    confidence,
    derived,
    foreign_row,
    json_column,
    metadata,
    public_id,
    row_id,
    timestamps,
    version,
)

PRIVATE = {"private": True}
"""The `info` of a column that leaves Core neither in the journal nor in events."""

objects = Table(
    "objects",
    metadata,
    row_id(),
    Column("sha256", Text, nullable=False, unique=True),
    Column(
        "size_bytes", BigInteger, nullable=False, index=True
    ),  # an import hashes only what has a size of these
    Column("provider", Text, nullable=False),
    Column("bucket", Text, nullable=False),
    Column("key", Text, nullable=False),
    Column("created_at", Text, nullable=False),
    info={"record": "object", "public": "sha256"},
    sqlite_autoincrement=True,
)

entities = Table(
    "entities",
    metadata,
    row_id(),
    public_id(),
    Column("display_name", Text, nullable=False),
    json_column("aliases"),
    json_column("tags"),
    json_column("fields"),
    json_column("external_ids"),
    Column("primary_thumbnail_asset_id", Text, ForeignKey("assets.id")),
    json_column("plugin_data"),
    *timestamps(),
    Column("deleted_at", Text),
    version(),
    info={"record": "entity", "public": "id"},
    sqlite_autoincrement=True,
)

assets = Table(
    "assets",
    metadata,
    row_id(),
    public_id(),
    json_column("owner"),
    Column("kind", Text, nullable=False, info=CLASSIFIES),
    Column("filename", Text, nullable=False),
    Column("mime_type", Text, nullable=False, info=CLASSIFIES),
    Column("size_bytes", BigInteger, nullable=False),
    Column("content_hash", Text, ForeignKey("objects.sha256"), nullable=False, index=True),
    Column("derived_from_asset_id", Text, ForeignKey("assets.id"), index=True),
    json_column("user_metadata"),
    json_column("tags"),
    json_column("plugin_data"),
    *timestamps(),
    Column("deleted_at", Text),
    version(),
    # What readers found in the bytes and lists need: here, so that one index serves it with the plain filters.
    derived(Column("width", Integer)),
    derived(Column("height", Integer)),
    derived(Column("duration_s", Float)),
    derived(Column("pages", Integer)),
    derived(Column("color", Text)),
    derived(Column("taken_at", Text, nullable=False, server_default=text("''"))),  # empty: not known
    derived(Column("has_alpha", Boolean)),
    info={"record": "asset", "public": "id"},
    sqlite_autoincrement=True,
)

asset_links = Table(
    "asset_links",
    metadata,
    row_id(),
    foreign_row("asset_row", "assets", "asset_id"),
    foreign_row("entity_row", "entities", "entity_id"),
    Column("role", Text),
    Column("created_at", Text, nullable=False),
    UniqueConstraint("asset_row", "entity_row"),
    Index(None, "entity_row", "asset_row"),
    info={"record": "asset_link"},
    sqlite_autoincrement=True,
)

field_defs = Table(
    "field_defs",
    metadata,
    row_id(),
    Column("field_key", Text, nullable=False, unique=True),
    Column("scope", Text, nullable=False),
    Column("field_type", Text, nullable=False),
    Column("label", Text),
    Column("description", Text),
    Column("required", Boolean, nullable=False),
    Column("multiple", Boolean, nullable=False),
    Column("unique", Boolean, nullable=False),
    Column("indexed", Boolean, nullable=False),
    json_column("options"),
    Column("regex", Text),
    Column("min", Float),
    Column("max", Float),
    Column("unit", Text),
    Column("default", Json()),
    Column("deprecated", Boolean, nullable=False),
    Column("position", Integer, nullable=False, server_default="0"),
    *timestamps(),
    version(),
    info={"record": "field_def", "public": "field_key", "few": True},
    sqlite_autoincrement=True,
)

descriptors = Table(
    "descriptors",
    metadata,
    row_id(),
    public_id(),
    foreign_row("entity_row", "entities", "entity_id"),
    Column("field_key", Text, nullable=False, info=CLASSIFIES),
    json_column("value"),
    Column("valid_from", Text),
    Column("valid_to", Text),
    Column("recorded_at", Text, nullable=False),
    Column("source", Text),
    *confidence(),
    Column("note", Text),
    Column("evidence_asset_id", Text, ForeignKey("assets.id"), index=True),
    Column("updated_at", Text, nullable=False),
    version(),
    Index(None, "entity_row", "field_key"),
    info={"record": "descriptor", "public": "id"},
    sqlite_autoincrement=True,
)

relation_types = Table(
    "relation_types",
    metadata,
    row_id(),
    Column("name", Text, nullable=False, unique=True),
    Column("inverse", Text),
    Column("symmetric", Boolean, nullable=False),
    Column("label", Text),
    *timestamps(),
    version(),
    info={"record": "relation_type", "public": "name", "few": True},
    sqlite_autoincrement=True,
)

relationships = Table(
    "relationships",
    metadata,
    row_id(),
    public_id(),
    foreign_row("src_row", "entities", "src_entity_id"),
    foreign_row("dst_row", "entities", "dst_entity_id"),
    Column("relationship_type", Text, ForeignKey("relation_types.name"), nullable=False, info=CLASSIFIES),
    json_column("fields"),
    Column("valid_from", Text),
    Column("valid_to", Text),
    *confidence(),
    Column("source", Text),
    *timestamps(),
    version(),
    Index(None, "src_row", "relationship_type"),
    Index(None, "dst_row", "relationship_type"),
    info={"record": "relationship", "public": "id"},
    sqlite_autoincrement=True,
)

tokens = Table(
    "tokens",
    metadata,
    row_id(),
    public_id(),
    Column("name", Text, nullable=False, unique=True),
    json_column("permissions"),
    Column("secret_hash", Text, nullable=False, unique=True, info=PRIVATE),
    *timestamps(),
    version(),
    info={"record": "token", "public": "id", "few": True},
    sqlite_autoincrement=True,
)

changesets = Table(
    "changesets",
    metadata,
    row_id(),
    Column("at", Text, nullable=False),
    Column("actor", Text, nullable=False, info=CLASSIFIES),
    Column("operation", Text, nullable=False, info=CLASSIFIES),
    Column("job_id", Text),
    Index(None, "actor", "row_id"),  # serves what one actor did
    Index(None, "operation", "row_id"),  # serves what one operation did
    sqlite_autoincrement=True,
)

schedules = Table(
    "schedules",
    metadata,
    row_id(),
    public_id(),
    Column("name", Text, nullable=False, unique=True),
    Column("cron", Text),
    Column("time_zone", Text, nullable=False),
    Column("watch", Text, info=PRIVATE),
    Column("job_type", Text, nullable=False, info=CLASSIFIES),
    Column("input", Json(), nullable=False, info=PRIVATE),
    Column("enabled", Boolean, nullable=False),
    Column("disabled_reason", Text),
    Column("made_by", Text, nullable=False),
    Column("token_id", Text, index=True, info=PRIVATE),
    *timestamps(),
    version(),
    derived(Column("next_run_at", Text, index=True)),
    derived(Column("last_job_id", Text)),
    derived(Column("problem", Text)),
    info={"record": "schedule", "public": "id", "few": True},
    sqlite_autoincrement=True,
)

job_types = Table(
    "job_types",
    metadata,
    row_id(),
    Column("name", Text, nullable=False, unique=True),
    Column("title", Text),
    Column("description", Text),
    json_column("input_schema"),
    json_column("output_schema"),
    json_column("needs"),
    Column("max_attempts", Integer, nullable=False),
    Column("timeout_s", Integer),
    Column("concurrency", Integer),
    Column("token_id", Text, info=PRIVATE),
    *timestamps(),
    version(),
    info={"record": "job_type", "public": "name", "few": True},
    sqlite_autoincrement=True,
)

jobs = Table(
    "jobs",
    metadata,
    row_id(),
    public_id(),
    Column("job_type", Text, nullable=False, info=CLASSIFIES),
    Column("state", Text, nullable=False, info=CLASSIFIES),
    Column("priority", Integer, nullable=False),
    # What goes in and comes out tells paths of the disk: whoever may not see the job is not to read it in the journal.
    Column("input", Json(), info=PRIVATE),
    Column("input_asset_id", Text, ForeignKey("assets.id"), index=True),
    Column("output", Json(), info=PRIVATE),
    json_column("output_asset_ids"),
    Column("error", Json(), info=PRIVATE),
    Column("attempt", Integer, nullable=False),
    Column("max_attempts", Integer, nullable=False),
    Column("run_after", Text, nullable=False),
    Column("timeout_s", Integer),
    Column("unique_key", Text),
    Column("parent_job_id", Text, index=True),
    Column("retry_of", Text, index=True),
    Column("schedule_id", Text, index=True),
    Column("plugin_id", Text),
    Column("made_by", Text, nullable=False),
    Column("token_id", Text, index=True, info=PRIVATE),
    Column("cancel_requested_at", Text),
    Column("pause_requested_at", Text),
    Column("paused_at", Text),
    Column("started_at", Text),
    Column("finished_at", Text),
    *timestamps(),
    version(),
    info={"record": "job", "public": "id"},
    sqlite_autoincrement=True,
)

changes = Table(
    "changes",
    metadata,
    row_id(),
    Column("changeset_row", ForeignKey("changesets.row_id"), nullable=False, index=True),
    Column("record_type", Text, nullable=False, info=CLASSIFIES),
    Column("record_id", Text, nullable=False),
    Column("record_row", Integer, nullable=False),
    Column("verb", Text, nullable=False),
    Column("before", Json()),
    Column("after", Json()),
    Column("erased", Boolean, nullable=False, default=False),
    # Not null: `before` and `after` are a difference (see `json_difference`). Null: they are whole values, as for a row
    # that is new or gone, or that was changed before revision 0003.
    Column("list_offsets", Json()),
    Index(None, "record_id", "row_id"),  # serves the history of one record
    Index(None, "record_type", "row_id"),  # serves the changes of one type of record
    sqlite_autoincrement=True,
)

entity_tags = Table(
    "entity_tags",
    metadata,
    Column("tag", Text, primary_key=True),
    Column("entity_row", Integer, primary_key=True),
    Index(None, "entity_row"),
    sqlite_with_rowid=False,
)

asset_tags = Table(
    "asset_tags",
    metadata,
    Column("tag", Text, primary_key=True),
    Column("asset_row", Integer, primary_key=True),
    Index(None, "asset_row"),
    sqlite_with_rowid=False,
)

entity_external_ids = Table(
    "entity_external_ids",
    metadata,
    Column("namespace", Text, primary_key=True),
    Column("value", Text, primary_key=True),
    Column("entity_row", Integer, nullable=False, index=True),
    sqlite_with_rowid=False,
)

Index(  # serves the purge of an asset, which leaves its entities without a picture
    "ix_entities_primary_thumbnail_asset_id",
    entities.c.primary_thumbnail_asset_id,
    sqlite_where=entities.c.primary_thumbnail_asset_id.is_not(None),
)
Index("ix_changesets_job_id", changesets.c.job_id, sqlite_where=changesets.c.job_id.is_not(None))
Index(  # of the unfinished jobs of one type, no two have the same key
    "uq_jobs_unique_key",
    jobs.c.job_type,
    jobs.c.unique_key,
    unique=True,
    sqlite_where=and_(jobs.c.unique_key.is_not(None), jobs.c.finished_at.is_(None)),
)
Index(  # serves claims: what waits, in the order it is to run
    "ix_jobs_waiting",
    jobs.c.priority,
    jobs.c.run_after,
    jobs.c.row_id,
    jobs.c.job_type,
    sqlite_where=and_(jobs.c.finished_at.is_(None), jobs.c.paused_at.is_(None), jobs.c.state == "queued"),
)
Index(  # serves the removal of what finished long ago
    "ix_jobs_finished_at", jobs.c.finished_at, sqlite_where=jobs.c.finished_at.is_not(None)
)
index_lists(entities, "created_at", "updated_at", "display_name")
index_lists(assets, "created_at", "updated_at", "filename", "size_bytes", "kind", "mime_type", "taken_at")
index_lists(relationships, "created_at", "updated_at", "relationship_type")
index_lists(jobs, "created_at", "updated_at")
index_lists(descriptors, "recorded_at", "updated_at", "field_key")

RECORDS = {table.info["record"]: table for table in metadata.sorted_tables if "record" in table.info}
"""Record type -> its table: everything that is journalled."""

DERIVED = (entity_tags, asset_tags, entity_external_ids)
"""Tables that triggers fill from the records; nothing else writes them."""
