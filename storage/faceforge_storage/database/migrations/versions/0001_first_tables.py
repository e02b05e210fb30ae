"""The first tables: records, the journal, and the index tables that triggers will keep."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "asset_tags",
        sa.Column("tag", sa.Text(), nullable=False),
        sa.Column("asset_row", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("tag", "asset_row", name=op.f("pk_asset_tags")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_asset_tags_asset_row"), "asset_tags", ["asset_row"], unique=False)
    op.create_table(
        "changesets",
        sa.Column("row_id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("at", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("operation", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("row_id", name=op.f("pk_changesets")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "entity_external_ids",
        sa.Column("namespace", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("entity_row", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("namespace", "value", name=op.f("pk_entity_external_ids")),
        sqlite_with_rowid=False,
    )
    op.create_index(
        op.f("ix_entity_external_ids_entity_row"), "entity_external_ids", ["entity_row"], unique=False
    )
    op.create_table(
        "entity_tags",
        sa.Column("tag", sa.Text(), nullable=False),
        sa.Column("entity_row", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("tag", "entity_row", name=op.f("pk_entity_tags")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_entity_tags_entity_row"), "entity_tags", ["entity_row"], unique=False)
    op.create_table(
        "field_defs",
        sa.Column("row_id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("field_key", sa.Text(), nullable=False),
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("field_type", sa.Text(), nullable=False),
        sa.Column("label", sa.Text(), nullable=True),
        sa.Column("description", sa.Text(), nullable=True),
        sa.Column("required", sa.Boolean(), nullable=False),
        sa.Column("multiple", sa.Boolean(), nullable=False),
        sa.Column("unique", sa.Boolean(), nullable=False),
        sa.Column("indexed", sa.Boolean(), nullable=False),
        sa.Column("options", sa.Text(), nullable=False),
        sa.Column("regex", sa.Text(), nullable=True),
        sa.Column("min", sa.Float(), nullable=True),
        sa.Column("max", sa.Float(), nullable=True),
        sa.Column("unit", sa.Text(), nullable=True),
        sa.Column("default", sa.Text(), nullable=True),
        sa.Column("deprecated", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.Text(), nullable=False),
        sa.Column("updated_at", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("row_id", name=op.f("pk_field_defs")),
        sa.UniqueConstraint("field_key", name=op.f("uq_field_defs_field_key")),
        info={"record": "field_def", "public": "field_key"},
        sqlite_autoincrement=True,
    )
    op.create_table(
        "idempotency_keys",
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("operation", sa.Text(), nullable=False),
        sa.Column("request_hash", sa.Text(), nullable=False),
        sa.Column("result", sa.Text(), nullable=False),
        sa.Column("created_at", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("actor", "key", name=op.f("pk_idempotency_keys")),
    )
    op.create_index(op.f("ix_idempotency_keys_created_at"), "idempotency_keys", ["created_at"], unique=False)
    op.create_table(
        "objects",
        sa.Column("row_id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False),
        sa.Column("provider", sa.Text(), nullable=False),
        sa.Column("bucket", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("created_at", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("row_id", name=op.f("pk_objects")),
        sa.UniqueConstraint("sha256", name=op.f("uq_objects_sha256")),
        info={"record": "object", "public": "sha256"},
        sqlite_autoincrement=True,
    )
    op.create_table(
        "relation_types",
        sa.Column("row_id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("inverse", sa.Text(), nullable=True),
        sa.Column("symmetric", sa.Boolean(), nullable=False),
        sa.Column("label", sa.Text(), nullable=True),
        sa.Column("created_at", sa.Text(), nullable=False),
        sa.Column("updated_at", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("row_id", name=op.f("pk_relation_types")),
        sa.UniqueConstraint("name", name=op.f("uq_relation_types_name")),
        info={"record": "relation_type", "public": "name"},
        sqlite_autoincrement=True,
    )
    op.create_table(
        "tokens",
        sa.Column("row_id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("permissions", sa.Text(), nullable=False),
        sa.Column("secret_hash", sa.Text(), nullable=False),
        sa.Column("created_at", sa.Text(), nullable=False),
        sa.Column("updated_at", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("row_id", name=op.f("pk_tokens")),
        sa.UniqueConstraint("id", name=op.f("uq_tokens_id")),
        sa.UniqueConstraint("name", name=op.f("uq_tokens_name")),
        sa.UniqueConstraint("secret_hash", name=op.f("uq_tokens_secret_hash")),
        info={"record": "token", "public": "id"},
        sqlite_autoincrement=True,
    )
    op.create_table(
        "assets",
        sa.Column("row_id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("filename", sa.Text(), nullable=False),
        sa.Column("mime_type", sa.Text(), nullable=False),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False),
        sa.Column("content_hash", sa.Text(), nullable=False),
        sa.Column("derived_from_asset_id", sa.Text(), nullable=True),
        sa.Column("extracted_metadata", sa.Text(), nullable=False),
        sa.Column("user_metadata", sa.Text(), nullable=False),
        sa.Column("tags", sa.Text(), nullable=False),
        sa.Column("plugin_data", sa.Text(), nullable=False),
        sa.Column("created_at", sa.Text(), nullable=False),
        sa.Column("updated_at", sa.Text(), nullable=False),
        sa.Column("deleted_at", sa.Text(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["content_hash"], ["objects.sha256"], name=op.f("fk_assets_content_hash")),
        sa.ForeignKeyConstraint(
            ["derived_from_asset_id"], ["assets.id"], name=op.f("fk_assets_derived_from_asset_id")
        ),
        sa.PrimaryKeyConstraint("row_id", name=op.f("pk_assets")),
        sa.UniqueConstraint("id", name=op.f("uq_assets_id")),
        info={"record": "asset", "public": "id"},
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_assets_content_hash"), "assets", ["content_hash"], unique=False)
    op.create_index(
        "ix_assets_created_at",
        "assets",
        ["created_at", "row_id"],
        unique=False,
        sqlite_where=sa.text("deleted_at IS NULL"),
    )
    op.create_index(
        op.f("ix_assets_derived_from_asset_id"), "assets", ["derived_from_asset_id"], unique=False
    )
    op.create_index(
        "ix_assets_filename",
        "assets",
        ["filename", "row_id"],
        unique=False,
        sqlite_where=sa.text("deleted_at IS NULL"),
    )
    op.create_index(
        "ix_assets_kind",
        "assets",
        ["kind", "row_id"],
        unique=False,
        sqlite_where=sa.text("deleted_at IS NULL"),
    )
    op.create_index(
        "ix_assets_mime_type",
        "assets",
        ["mime_type", "row_id"],
        unique=False,
        sqlite_where=sa.text("deleted_at IS NULL"),
    )
    op.create_index(
        "ix_assets_size_bytes",
        "assets",
        ["size_bytes", "row_id"],
        unique=False,
        sqlite_where=sa.text("deleted_at IS NULL"),
    )
    op.create_index(
        "ix_assets_updated_at",
        "assets",
        ["updated_at", "row_id"],
        unique=False,
        sqlite_where=sa.text("deleted_at IS NULL"),
    )
    op.create_table(
        "changes",
        sa.Column("row_id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("changeset_row", sa.Integer(), nullable=False),
        sa.Column("record_type", sa.Text(), nullable=False),
        sa.Column("record_id", sa.Text(), nullable=False),
        sa.Column("record_row", sa.Integer(), nullable=False),
        sa.Column("verb", sa.Text(), nullable=False),
        sa.Column("before", sa.Text(), nullable=True),
        sa.Column("after", sa.Text(), nullable=True),
        sa.Column("erased", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["changeset_row"], ["changesets.row_id"], name=op.f("fk_changes_changeset_row")
        ),
        sa.PrimaryKeyConstraint("row_id", name=op.f("pk_changes")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_changes_changeset_row"), "changes", ["changeset_row"], unique=False)
    op.create_index(
        op.f("ix_changes_record_type_record_id"), "changes", ["record_type", "record_id"], unique=False
    )
    op.create_table(
        "entities",
        sa.Column("row_id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("display_name", sa.Text(), nullable=False),
        sa.Column("aliases", sa.Text(), nullable=False),
        sa.Column("tags", sa.Text(), nullable=False),
        sa.Column("fields", sa.Text(), nullable=False),
        sa.Column("external_ids", sa.Text(), nullable=False),
        sa.Column("primary_thumbnail_asset_id", sa.Text(), nullable=True),
        sa.Column("plugin_data", sa.Text(), nullable=False),
        sa.Column("created_at", sa.Text(), nullable=False),
        sa.Column("updated_at", sa.Text(), nullable=False),
        sa.Column("deleted_at", sa.Text(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["primary_thumbnail_asset_id"], ["assets.id"], name=op.f("fk_entities_primary_thumbnail_asset_id")
        ),
        sa.PrimaryKeyConstraint("row_id", name=op.f("pk_entities")),
        sa.UniqueConstraint("id", name=op.f("uq_entities_id")),
        info={"record": "entity", "public": "id"},
        sqlite_autoincrement=True,
    )
    op.create_index(
        "ix_entities_created_at",
        "entities",
        ["created_at", "row_id"],
        unique=False,
        sqlite_where=sa.text("deleted_at IS NULL"),
    )
    op.create_index(
        "ix_entities_display_name",
        "entities",
        ["display_name", "row_id"],
        unique=False,
        sqlite_where=sa.text("deleted_at IS NULL"),
    )
    op.create_index(
        "ix_entities_updated_at",
        "entities",
        ["updated_at", "row_id"],
        unique=False,
        sqlite_where=sa.text("deleted_at IS NULL"),
    )
    op.create_table(
        "asset_links",
        sa.Column("row_id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("asset_row", sa.Integer(), nullable=False),
        sa.Column("entity_row", sa.Integer(), nullable=False),
        sa.Column("role", sa.Text(), nullable=True),
        sa.Column("created_at", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["asset_row"], ["assets.row_id"], name=op.f("fk_asset_links_asset_row")),
        sa.ForeignKeyConstraint(["entity_row"], ["entities.row_id"], name=op.f("fk_asset_links_entity_row")),
        sa.PrimaryKeyConstraint("row_id", name=op.f("pk_asset_links")),
        sa.UniqueConstraint("asset_row", "entity_row", name=op.f("uq_asset_links_asset_row_entity_row")),
        info={"record": "asset_link"},
        sqlite_autoincrement=True,
    )
    op.create_index(
        op.f("ix_asset_links_entity_row_asset_row"), "asset_links", ["entity_row", "asset_row"], unique=False
    )
    op.create_table(
        "descriptors",
        sa.Column("row_id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("entity_row", sa.Integer(), nullable=False),
        sa.Column("field_key", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("valid_from", sa.Text(), nullable=True),
        sa.Column("valid_to", sa.Text(), nullable=True),
        sa.Column("recorded_at", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=True),
        sa.Column("confidence", sa.Float(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("evidence_asset_id", sa.Text(), nullable=True),
        sa.Column("updated_at", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("confidence BETWEEN 0 AND 1", name=op.f("ck_descriptors_confidence")),
        sa.ForeignKeyConstraint(["entity_row"], ["entities.row_id"], name=op.f("fk_descriptors_entity_row")),
        sa.ForeignKeyConstraint(
            ["evidence_asset_id"], ["assets.id"], name=op.f("fk_descriptors_evidence_asset_id")
        ),
        sa.PrimaryKeyConstraint("row_id", name=op.f("pk_descriptors")),
        sa.UniqueConstraint("id", name=op.f("uq_descriptors_id")),
        info={"record": "descriptor", "public": "id"},
        sqlite_autoincrement=True,
    )
    op.create_index(
        op.f("ix_descriptors_entity_row_field_key"), "descriptors", ["entity_row", "field_key"], unique=False
    )
    op.create_index(
        op.f("ix_descriptors_evidence_asset_id"), "descriptors", ["evidence_asset_id"], unique=False
    )
    op.create_table(
        "relationships",
        sa.Column("row_id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("src_row", sa.Integer(), nullable=False),
        sa.Column("dst_row", sa.Integer(), nullable=False),
        sa.Column("relationship_type", sa.Text(), nullable=False),
        sa.Column("fields", sa.Text(), nullable=False),
        sa.Column("valid_from", sa.Text(), nullable=True),
        sa.Column("valid_to", sa.Text(), nullable=True),
        sa.Column("confidence", sa.Float(), nullable=True),
        sa.Column("source", sa.Text(), nullable=True),
        sa.Column("created_at", sa.Text(), nullable=False),
        sa.Column("updated_at", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("confidence BETWEEN 0 AND 1", name=op.f("ck_relationships_confidence")),
        sa.ForeignKeyConstraint(["dst_row"], ["entities.row_id"], name=op.f("fk_relationships_dst_row")),
        sa.ForeignKeyConstraint(
            ["relationship_type"], ["relation_types.name"], name=op.f("fk_relationships_relationship_type")
        ),
        sa.ForeignKeyConstraint(["src_row"], ["entities.row_id"], name=op.f("fk_relationships_src_row")),
        sa.PrimaryKeyConstraint("row_id", name=op.f("pk_relationships")),
        sa.UniqueConstraint("id", name=op.f("uq_relationships_id")),
        info={"record": "relationship", "public": "id"},
        sqlite_autoincrement=True,
    )
    op.create_index(
        op.f("ix_relationships_dst_row_relationship_type"),
        "relationships",
        ["dst_row", "relationship_type"],
        unique=False,
    )
    op.create_index(
        op.f("ix_relationships_relationship_type"), "relationships", ["relationship_type"], unique=False
    )
    op.create_index(
        op.f("ix_relationships_src_row_relationship_type"),
        "relationships",
        ["src_row", "relationship_type"],
        unique=False,
    )
