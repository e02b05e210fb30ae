"""Relation types: queries and writes."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Select, exists, or_, select

from faceforge_storage.database import records
from faceforge_storage.database.dialects import Listed, among, starts_with
from faceforge_storage.database.gateway import AnyRow, Write
from faceforge_storage.database.records import Wanted
from faceforge_storage.database.tables import relation_types, relationships
from faceforge_storage.database.unrecorded import Values
from faceforge_storage.errors import NameTaken


def matching(*, query: Wanted | None = None, names: Listed | None = None) -> Select[Any]:
    """The types whose name or label begins with `query`, of these names."""
    statement = select(relation_types)
    if names is not None:
        statement = statement.where(among(relation_types.c.name, names))
    if query is None:
        return statement
    return statement.where(
        or_(starts_with(relation_types.c.name, query), starts_with(relation_types.c.label, query))
    )


def get(db: Connection, name: str) -> AnyRow:
    """The row of a relation type; raises NotFound."""
    return records.find(db, matching(), "name", name)


def create(tx: Write, values: Values) -> AnyRow:
    """Register a type; raises NameTaken."""
    if tx.rows(select(relation_types).where(relation_types.c.name == values["name"])):
        raise NameTaken(
            f"The relation type {values['name']} is already registered.", hint="PATCH it instead."
        )
    return tx.insert(relation_types, [{"inverse": None, "symmetric": False, "label": None, **values}])[0]


def get_or_create(tx: Write, name: str) -> AnyRow:
    """The type of this name; an unknown one is registered."""
    found = tx.rows(select(relation_types).where(relation_types.c.name == name))
    return found[0] if found else create(tx, {"name": name})


def in_use(db: Connection, name: str) -> bool:
    """Whether any relationship, even of a trashed entity, is of this type."""
    return bool(db.execute(select(exists().where(relationships.c.relationship_type == name))).scalar_one())
