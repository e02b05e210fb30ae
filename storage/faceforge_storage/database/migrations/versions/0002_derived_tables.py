"""The triggers that fill the derived tables (tags, external ids), and the first relation types."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

# As they stand at this revision; a later revision that changes them drops and makes them anew.
TRIGGERS = """
CREATE TRIGGER entity_tags_insert AFTER INSERT ON entities BEGIN
    INSERT OR IGNORE INTO entity_tags (tag, entity_row) SELECT value, NEW.row_id FROM json_each(NEW.tags);
END;;
CREATE TRIGGER entity_tags_update AFTER UPDATE OF tags ON entities WHEN OLD.tags IS NOT NEW.tags BEGIN
    DELETE FROM entity_tags WHERE entity_row = NEW.row_id;
    INSERT OR IGNORE INTO entity_tags (tag, entity_row) SELECT value, NEW.row_id FROM json_each(NEW.tags);
END;;
CREATE TRIGGER entity_tags_delete AFTER DELETE ON entities BEGIN
    DELETE FROM entity_tags WHERE entity_row = OLD.row_id;
END;;
CREATE TRIGGER asset_tags_insert AFTER INSERT ON assets BEGIN
    INSERT OR IGNORE INTO asset_tags (tag, asset_row) SELECT value, NEW.row_id FROM json_each(NEW.tags);
END;;
CREATE TRIGGER asset_tags_update AFTER UPDATE OF tags ON assets WHEN OLD.tags IS NOT NEW.tags BEGIN
    DELETE FROM asset_tags WHERE asset_row = NEW.row_id;
    INSERT OR IGNORE INTO asset_tags (tag, asset_row) SELECT value, NEW.row_id FROM json_each(NEW.tags);
END;;
CREATE TRIGGER asset_tags_delete AFTER DELETE ON assets BEGIN
    DELETE FROM asset_tags WHERE asset_row = OLD.row_id;
END;;
-- Only live entities hold their external ids: the primary key of the index is what makes them unique.
CREATE TRIGGER entity_external_ids_insert AFTER INSERT ON entities WHEN NEW.deleted_at IS NULL BEGIN
    INSERT INTO entity_external_ids (namespace, value, entity_row)
    SELECT json_extract(value, '$.namespace'), json_extract(value, '$.value'), NEW.row_id
    FROM json_each(NEW.external_ids);
END;;
CREATE TRIGGER entity_external_ids_update AFTER UPDATE OF external_ids, deleted_at ON entities BEGIN
    DELETE FROM entity_external_ids WHERE entity_row = NEW.row_id;
    INSERT INTO entity_external_ids (namespace, value, entity_row)
    SELECT json_extract(value, '$.namespace'), json_extract(value, '$.value'), NEW.row_id
    FROM json_each(NEW.external_ids) WHERE NEW.deleted_at IS NULL;
END;;
CREATE TRIGGER entity_external_ids_delete AFTER DELETE ON entities BEGIN
    DELETE FROM entity_external_ids WHERE entity_row = OLD.row_id;
END
"""


def upgrade() -> None:
    for statement in TRIGGERS.split(";;"):
        op.execute(statement)
    seed_relation_types()


def seed_relation_types() -> None:
    """The relation types of a new database: part of its beginning, so no changeset records them."""
    rows = (
        ("friend", None, True),
        ("family", None, True),
        ("parent", "child", False),
        ("child", "parent", False),
        ("sibling", None, True),
        ("spouse", None, True),
        ("partner", None, True),
        ("coworker", None, True),
        ("manager", "subordinate", False),
        ("subordinate", "manager", False),
        ("mentor", "student", False),
        ("student", "mentor", False),
    )
    began = "2000-01-01T00:00:00.000000Z"
    op.bulk_insert(
        sa.table(
            "relation_types",
            *(sa.column(name) for name in ("name", "inverse", "label", "created_at", "updated_at")),
            sa.column("symmetric", sa.Boolean),
            sa.column("version", sa.Integer),
        ),
        [
            {
                "name": name,
                "inverse": inverse,
                "symmetric": symmetric,
                "label": name.capitalize(),
                "created_at": began,
                "updated_at": began,
                "version": 1,
            }
            for name, inverse, symmetric in rows
        ],
    )
