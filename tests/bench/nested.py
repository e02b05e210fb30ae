"""A nested GraphQL query, 50 entities with 10 assets with 10 entities each, beside the same JSON by one statement."""

from __future__ import annotations

import argparse
import asyncio
import json
import sqlite3
import tempfile
from contextlib import closing
from pathlib import Path
from typing import Any

from figures import Side, by_turns, print_rates
from samples import add_graph, statements_of
from servers import Client, free_port, new_home, running_core

from faceforge_schema import ALL, Actor, Context, build_schema
from faceforge_server.app import create_app
from faceforge_storage.home import open_home

ENTITIES, ASSETS, LINKED = 50, 10, 10

QUERY = f"""{{ entities(first: {ENTITIES}) {{ nodes {{ id displayName tags version
    assets(first: {ASSETS}) {{ nodes {{ id filename kind sizeBytes
        linkedEntities(first: {LINKED}) {{ nodes {{ id displayName createdAt }} }} }} }} }} }} }}"""

STATEMENT = f"""
SELECT json_object('data', json_object('entities', json_object('nodes', (
  SELECT json_group_array(json_object('id', id, 'displayName', display_name, 'tags', json(tags),
    'version', version, 'assets', json_object('nodes', (
      SELECT json_group_array(json_object('id', id, 'filename', filename, 'kind', kind,
        'sizeBytes', size_bytes, 'linkedEntities', json_object('nodes', (
          SELECT json_group_array(json_object('id', id, 'displayName', display_name, 'createdAt', created_at))
          FROM (SELECT e2.* FROM asset_links l2 JOIN entities e2 ON e2.row_id = l2.entity_row
                WHERE l2.asset_row = a1.row_id AND e2.deleted_at IS NULL
                ORDER BY e2.created_at DESC, e2.row_id DESC LIMIT {LINKED})))))
      FROM (SELECT a.* FROM asset_links l JOIN assets a ON a.row_id = l.asset_row
            WHERE l.entity_row = e1.row_id AND a.deleted_at IS NULL
            ORDER BY a.created_at DESC, a.row_id DESC LIMIT {ASSETS}) AS a1))))
  FROM (SELECT * FROM entities WHERE deleted_at IS NULL
        ORDER BY created_at DESC, row_id DESC LIMIT {ENTITIES}) AS e1))))
"""


def objects_in(value: Any) -> int:
    """How many records an answer holds."""
    if isinstance(value, dict):
        return ("id" in value) + sum(map(objects_in, value.values()))
    return sum(map(objects_in, value)) if isinstance(value, list) else 0


async def count_statements(root: Path) -> int:
    """How many statements the query takes, counted in an application of this process."""
    core = create_app(*open_home(root)).state.core
    with closing(core.database), statements_of(core.database.readers) as seen:
        result = await build_schema().execute(QUERY, None, Context(core, Actor("bench", ALL)))
    assert not result.errors, result.errors
    return len(seen)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--rounds", type=int, default=15)
    rounds = options.parse_args().rounds
    with tempfile.TemporaryDirectory() as directory:
        home, token = new_home(Path(directory) / "home")
        add_graph(home.database_file, ENTITIES, ASSETS)
        statements = asyncio.run(count_statements(home.root))
        port = free_port()
        with (
            running_core(home.root, port),
            Client(port, token) as core,
            closing(sqlite3.connect(home.database_file)) as db,
        ):
            request = core.prepare("POST", "/graphql", json.dumps({"query": QUERY}).encode())
            told = core.ask(request).json()
            if told != json.loads(db.execute(STATEMENT).fetchone()[0]):
                raise SystemExit("Core and the one statement answer differently.")
            sides = [
                Side("POST /graphql", lambda: core.ask(request)),
                Side("one statement", lambda: db.execute(STATEMENT).fetchone()),
            ]
            by_turns(sides, rounds, times=2, warm_up=2)
            print(f"  {objects_in(told)} objects by {statements} statements")
            print_rates(sides)


if __name__ == "__main__":
    main()
