"""What Core is compared with: the same part of its schema for graphql-core alone, by DataLoaders over the same rows."""

from __future__ import annotations

import asyncio
import json
from collections import defaultdict
from typing import Any

from graphql import ExecutionResult, build_schema, execute, parse, validate
from pydantic_core import to_json
from strawberry.dataloader import DataLoader

from faceforge_storage.database.dialects.sqlite_library import sqlite3

SDL = """
type Query { entities(first: Int): Entities! }
type Entities { nodes: [Entity!]! }
type Assets { nodes: [Asset!]! }
type Relationships { nodes: [Relationship!]! }
type Entity { id: ID!  displayName: String!  tags: [String!]!  version: Int!  createdAt: String!
  assets(first: Int): Assets!  relationships(first: Int): Relationships! }
type Asset { id: ID!  filename: String!  kind: String!  sizeBytes: Int!  linkedEntities(first: Int): Entities! }
type Relationship { id: ID!  relationshipType: String!  createdAt: String! }
"""
ENTITY = "e.row_id, e.id, e.display_name AS displayName, e.tags, e.version, e.created_at AS createdAt"
ASSET = "a.row_id, a.id, a.filename, a.kind, a.size_bytes AS sizeBytes"
RELATION = "r.row_id, r.id, r.relationship_type AS relationshipType, r.created_at AS createdAt"
BELOW = {
    "assets": f"""SELECT {ASSET}, l.entity_row AS parent FROM asset_links l JOIN assets a ON a.row_id = l.asset_row
        WHERE a.deleted_at IS NULL AND l.entity_row IN (SELECT value FROM json_each(?))
        ORDER BY a.created_at DESC, a.row_id DESC""",
    "linkedEntities": f"""SELECT {ENTITY}, l.asset_row AS parent FROM asset_links l
        JOIN entities e ON e.row_id = l.entity_row
        WHERE e.deleted_at IS NULL AND l.asset_row IN (SELECT value FROM json_each(?))
        ORDER BY e.created_at DESC, e.row_id DESC""",
    "relationships": f"""SELECT {RELATION}, n.parent FROM (
          SELECT row_id, src_row AS parent FROM relationships
          UNION ALL SELECT row_id, dst_row FROM relationships WHERE dst_row <> src_row) AS n
        JOIN relationships r ON r.row_id = n.row_id
        WHERE n.parent IN (SELECT value FROM json_each(?)) ORDER BY r.created_at DESC, r.row_id DESC""",
}


class Loaders:
    """Answers queries over the entities of a database, a loader for each collection."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self.db, self.schema, self.loop = db, build_schema(SDL), asyncio.new_event_loop()
        self.documents: dict[str, Any] = {}
        fields: Any = self.schema.type_map
        fields["Query"].fields["entities"].resolve = self.entities
        fields["Entity"].fields["tags"].resolve = lambda row, _info: json.loads(row["tags"])
        for kind, name in (("Entity", "assets"), ("Asset", "linkedEntities"), ("Entity", "relationships")):
            fields[kind].fields[name].resolve = self.collection(name)

    def ask(self, query: str) -> bytes:
        if query not in self.documents:
            self.documents[query] = parse(query)
            assert validate(self.schema, self.documents[query]) == []
        return to_json({"data": self.loop.run_until_complete(self.answer(self.documents[query]))})

    async def answer(self, document: Any) -> Any:
        loaders = {name: DataLoader(load_fn=self.load(name), cache=False) for name in BELOW}
        result: Any = execute(self.schema, document, context_value=loaders)
        answer: ExecutionResult = result if isinstance(result, ExecutionResult) else await result
        assert not answer.errors, answer.errors
        return answer.data

    def rows(self, statement: str, *values: Any) -> list[dict[str, Any]]:
        found = self.db.execute(statement, values)
        names = [each[0] for each in found.description]
        return [dict(zip(names, row, strict=True)) for row in found]

    def entities(self, _root: Any, _info: Any, first: int) -> dict[str, Any]:
        statement = f"""SELECT {ENTITY} FROM entities e WHERE deleted_at IS NULL
            ORDER BY created_at DESC, row_id DESC LIMIT ?"""
        return {"nodes": self.rows(statement, first)}

    def load(self, name: str) -> Any:
        async def load(parents: list[int]) -> list[list[dict[str, Any]]]:
            found: dict[int, list[dict[str, Any]]] = defaultdict(list)
            for row in self.rows(BELOW[name], json.dumps(parents)):
                found[row["parent"]].append(row)
            return [found[parent] for parent in parents]

        return load

    def collection(self, name: str) -> Any:
        async def resolve(row: dict[str, Any], info: Any, first: int) -> dict[str, Any]:
            return {"nodes": (await info.context[name].load(row["row_id"]))[:first]}

        return resolve
