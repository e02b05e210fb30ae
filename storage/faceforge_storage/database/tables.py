"""Every table. Inside, rows are known by integer `row_id`; outside, by their public id.

A record is one row: lists and objects that belong to it are JSON columns, so that the journal sees a record change
as one change. Indexes over those lists are kept by the database itself (`dialect.py`).

`info` says how the journal treats a table or column: `record` names the record type, `public` the column that holds
its public id, `names` the public id behind a foreign key, `private` a column that never leaves Core.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
)

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


def _row_id() -> Column[int]:
    return Column("row_id", Integer, primary_key=True, autoincrement=True)


def _public_id() -> Column[str]:
    return Column("id", Text, nullable=False, unique=True)


def _foreign(name: str, table: str, names: str) -> Column[int]:
    return Column(name, ForeignKey(f"{table}.row_id"), nullable=False, info={"names": names})


def _json(name: str) -> Column[object]:
    return Column(name, Json(), nullable=False)


def _times() -> tuple[Column[str], Column[str]]:
    return Column("created_at", Text, nullable=False), Column("updated_at", Text, nullable=False)


def _version() -> Column[int]:
    return Column("version", Integer, nullable=False, default=1)


def _confidence() -> tuple[Column[float], CheckConstraint]:
    return Column("confidence", Float), CheckConstraint("confidence BETWEEN 0 AND 1", name="confidence")


objects = Table(
    "objects",
    metadata,
    Column("row_id", Integer, primary_key=True, autoincrement=True),
    Column("sha256", Text, nullable=False, unique=True),
    Column("size_bytes", BigInteger, nullable=False),
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
    _row_id(),
    _public_id(),
    Column("display_name", Text, nullable=False),
    _json("aliases"),
    _json("tags"),
    _json("fields"),
    _json("external_ids"),
    Column("primary_thumbnail_asset_id", Text, ForeignKey("assets.id")),
    _json("plugin_data"),
    *_times(),
    Column("deleted_at", Text),
    _version(),
    info={"record": "entity", "public": "id"},
    sqlite_autoincrement=True,
)

assets = Table(
    "assets",
    metadata,
    _row_id(),
    _public_id(),
    _json("owner"),
    Column("kind", Text, nullable=False),
    Column("filename", Text, nullable=False),
    Column("mime_type", Text, nullable=False),
    Column("size_bytes", BigInteger, nullable=False),
    Column("content_hash", Text, ForeignKey("objects.sha256"), nullable=False, index=True),
    Column("derived_from_asset_id", Text, ForeignKey("assets.id"), index=True),
    _json("extracted_metadata"),
    _json("user_metadata"),
    _json("tags"),
    _json("plugin_data"),
    *_times(),
    Column("deleted_at", Text),
    _version(),
    info={"record": "asset", "public": "id"},
    sqlite_autoincrement=True,
)

asset_links = Table(
    "asset_links",
    metadata,
    _row_id(),
    _foreign("asset_row", "assets", "asset_id"),
    _foreign("entity_row", "entities", "entity_id"),
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
    _row_id(),
    Column("field_key", Text, nullable=False, unique=True),
    Column("scope", Text, nullable=False),
    Column("field_type", Text, nullable=False),
    Column("label", Text),
    Column("description", Text),
    Column("required", Boolean, nullable=False),
    Column("multiple", Boolean, nullable=False),
    Column("unique", Boolean, nullable=False),
    Column("indexed", Boolean, nullable=False),
    _json("options"),
    Column("regex", Text),
    Column("min", Float),
    Column("max", Float),
    Column("unit", Text),
    Column("default", Json()),
    Column("deprecated", Boolean, nullable=False),
    *_times(),
    _version(),
    info={"record": "field_def", "public": "field_key"},
    sqlite_autoincrement=True,
)

descriptors = Table(
    "descriptors",
    metadata,
    _row_id(),
    _public_id(),
    _foreign("entity_row", "entities", "entity_id"),
    Column("field_key", Text, nullable=False),
    _json("value"),
    Column("valid_from", Text),
    Column("valid_to", Text),
    Column("recorded_at", Text, nullable=False),
    Column("source", Text),
    *_confidence(),
    Column("note", Text),
    Column("evidence_asset_id", Text, ForeignKey("assets.id"), index=True),
    Column("updated_at", Text, nullable=False),
    _version(),
    Index(None, "entity_row", "field_key"),
    info={"record": "descriptor", "public": "id"},
    sqlite_autoincrement=True,
)

relation_types = Table(
    "relation_types",
    metadata,
    _row_id(),
    Column("name", Text, nullable=False, unique=True),
    Column("inverse", Text),
    Column("symmetric", Boolean, nullable=False),
    Column("label", Text),
    *_times(),
    _version(),
    info={"record": "relation_type", "public": "name"},
    sqlite_autoincrement=True,
)

relationships = Table(
    "relationships",
    metadata,
    _row_id(),
    _public_id(),
    _foreign("src_row", "entities", "src_entity_id"),
    _foreign("dst_row", "entities", "dst_entity_id"),
    Column("relationship_type", Text, ForeignKey("relation_types.name"), nullable=False, index=True),
    _json("fields"),
    Column("valid_from", Text),
    Column("valid_to", Text),
    *_confidence(),
    Column("source", Text),
    *_times(),
    _version(),
    Index(None, "src_row", "relationship_type"),
    Index(None, "dst_row", "relationship_type"),
    info={"record": "relationship", "public": "id"},
    sqlite_autoincrement=True,
)

tokens = Table(
    "tokens",
    metadata,
    _row_id(),
    _public_id(),
    Column("name", Text, nullable=False, unique=True),
    _json("permissions"),
    Column("secret_hash", Text, nullable=False, unique=True, info={"private": True}),
    *_times(),
    _version(),
    info={"record": "token", "public": "id"},
    sqlite_autoincrement=True,
)

changesets = Table(
    "changesets",
    metadata,
    Column("row_id", Integer, primary_key=True, autoincrement=True),
    Column("at", Text, nullable=False),
    Column("actor", Text, nullable=False),
    Column("operation", Text, nullable=False),
    sqlite_autoincrement=True,
)

changes = Table(
    "changes",
    metadata,
    Column("row_id", Integer, primary_key=True, autoincrement=True),
    Column("changeset_row", ForeignKey("changesets.row_id"), nullable=False, index=True),
    Column("record_type", Text, nullable=False),
    Column("record_id", Text, nullable=False),
    Column("record_row", Integer, nullable=False),
    Column("verb", Text, nullable=False),
    Column("before", Json()),
    Column("after", Json()),
    Column("erased", Boolean, nullable=False, default=False),
    Index(None, "record_type", "record_id"),
    sqlite_autoincrement=True,
)

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

for _table, _sorts in (
    (entities, ("created_at", "updated_at", "display_name")),
    (assets, ("created_at", "updated_at", "filename", "size_bytes", "kind", "mime_type")),
):
    for _sort in _sorts:
        Index(
            f"ix_{_table.name}_{_sort}",
            _table.c[_sort],
            _table.c.row_id,
            sqlite_where=_table.c.deleted_at.is_(None),
        )

RECORDS = {table.info["record"]: table for table in metadata.sorted_tables if "record" in table.info}
"""Record type -> its table: what the journal tells of."""

DERIVED = (entity_tags, asset_tags, entity_external_ids)
"""Tables the database keeps by itself from the records; nothing writes them."""
