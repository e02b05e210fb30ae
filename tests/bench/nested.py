"""Nested GraphQL queries to their last byte, beside the same JSON by one SQLite statement, and by graphql-core.

A deep query (50 entities with 10 assets with 10 entities each) and a wide one (50 entities with two collections of 10),
by HTTP with a token, and on the thread of the driver without one.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import json
import tempfile
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

from figures import Side, by_turns, print_rates, times_slower
from loaders import Loaders
from samples import add_graph, statements_of
from servers import Client, free_port, new_home, running_core

from faceforge_schema import Actor, Context, build_schema
from faceforge_server.app import create_app
from faceforge_server.http.json_response import encode
from faceforge_storage.database.database import Database
from faceforge_storage.database.dialects.sqlite_library import sqlite3
from faceforge_storage.home.home import open_home
from faceforge_storage.scheduling.fair_queue import Turn

ENTITIES, LINKED, THERE_ARE = 50, 10, 500
PAGE = "pageInfo { hasNextPage endCursor }"

DEEP = f"""{{ entities(first: {ENTITIES}) {{ nodes {{ id displayName tags version
    assets(first: {LINKED}) {{ nodes {{ id filename kind sizeBytes
        linkedEntities(first: {LINKED}) {{ nodes {{ id displayName createdAt }} }} }} }} }} }} }}"""
WIDE = f"""{{ entities(first: {ENTITIES}) {{ nodes {{ id displayName
    assets(first: {LINKED}) {{ nodes {{ id filename kind sizeBytes }} }}
    relationships(first: {LINKED}) {{ nodes {{ id relationshipType createdAt }} }} }} }} }}"""

ASSETS = """SELECT a.* FROM asset_links l JOIN assets a ON a.row_id = l.asset_row
    WHERE l.entity_row = e1.row_id AND a.deleted_at IS NULL
    ORDER BY a.created_at DESC, a.row_id DESC LIMIT 10"""
FIRST = f"""SELECT * FROM entities WHERE deleted_at IS NULL
    ORDER BY created_at DESC, row_id DESC LIMIT {ENTITIES}"""
DEEP_STATEMENT = f"""
SELECT json_object('data', json_object('entities', json_object('nodes', (
  SELECT json_group_array(json_object('id', id, 'displayName', display_name, 'tags', json(tags),
    'version', version, 'assets', json_object('nodes', (
      SELECT json_group_array(json_object('id', id, 'filename', filename, 'kind', kind,
        'sizeBytes', size_bytes, 'linkedEntities', json_object('nodes', (
          SELECT json_group_array(json_object('id', id, 'displayName', display_name, 'createdAt', created_at))
          FROM (SELECT e2.* FROM asset_links l2 JOIN entities e2 ON e2.row_id = l2.entity_row
                WHERE l2.asset_row = a1.row_id AND e2.deleted_at IS NULL
                ORDER BY e2.created_at DESC, e2.row_id DESC LIMIT {LINKED})))))
      FROM ({ASSETS}) AS a1))))
  FROM ({FIRST}) AS e1))))
"""
WIDE_STATEMENT = f"""
SELECT json_object('data', json_object('entities', json_object('nodes', (
  SELECT json_group_array(json_object('id', id, 'displayName', display_name,
    'assets', json_object('nodes', (
      SELECT json_group_array(json_object('id', id, 'filename', filename, 'kind', kind, 'sizeBytes', size_bytes))
      FROM ({ASSETS}))),
    'relationships', json_object('nodes', (
      SELECT json_group_array(json_object('id', id, 'relationshipType', relationship_type, 'createdAt', created_at))
      FROM (SELECT r.* FROM (
              SELECT row_id FROM relationships WHERE src_row = e1.row_id
              UNION ALL SELECT row_id FROM relationships WHERE dst_row = e1.row_id AND dst_row <> src_row) AS ends
            JOIN relationships r ON r.row_id = ends.row_id
            JOIN entities s ON s.row_id = r.src_row AND s.deleted_at IS NULL
            JOIN entities d ON d.row_id = r.dst_row AND d.deleted_at IS NULL
            ORDER BY r.created_at DESC, r.row_id DESC LIMIT {LINKED})))))
  FROM ({FIRST}) AS e1))))
"""


class OnItsThread(Database):
    """The database of a Core whose queries run where they are asked: on the thread of the driver."""

    async def read(self, turn: Turn, work: Any, *args: Any, **kwargs: Any) -> Any:
        return self.reading(work, *args, **kwargs)


class InProcess:
    """Core's schema in this process, asked on one thread."""

    def __init__(self, root: Path) -> None:
        self.loop, self.contract = asyncio.new_event_loop(), build_schema()
        core = create_app(*open_home(root)).state.core
        core.database.close()
        object.__setattr__(core, "database", OnItsThread(core.database.path))
        self.core, self.actor = core, Actor("bench", core.permissions)
        gc.freeze()  # as `faceforge serve` does

    def ask(self, query: str) -> bytes:
        context = Context(self.core, self.actor)
        result = self.loop.run_until_complete(self.contract.execute(query, None, context))
        assert not result.errors, result.errors
        context.budget.release()
        return encode({"data": result.data})

    def statements(self, query: str) -> int:
        with statements_of(self.core.database.readers) as seen:
            self.ask(query)
        return len(seen)


def objects_in(value: Any) -> int:
    """How many records an answer holds."""
    if isinstance(value, dict):
        return ("id" in value) + sum(map(objects_in, value.values()))
    return sum(map(objects_in, value)) if isinstance(value, list) else 0


def nested(depth: int) -> str:
    inner = "id"
    for level in range(depth - 1):
        inner = f"{('linkedEntities', 'assets')[level % 2]}(first: 3) {{ nodes {{ {inner} }} }}"
    return f"{{ {('assets', 'entities')[depth % 2]}(first: 3) {{ nodes {{ id {inner} }} }} }}"


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--rounds", type=int, default=15)
    rounds = options.parse_args().rounds
    with tempfile.TemporaryDirectory() as directory:
        home, token = new_home(Path(directory) / "home")
        add_graph(home.database_file, THERE_ARE, LINKED)
        own, port = InProcess(home.root), free_port()
        with (
            running_core(home.root, port),
            Client(port, token) as core,
            closing(sqlite3.connect(home.database_file)) as db,
        ):
            for name, query, statement in (
                ("deep", DEEP, DEEP_STATEMENT),
                ("wide", WIDE, WIDE_STATEMENT),
            ):
                compare(name, query, statement, core, own, db, rounds)
        depths = ", ".join(f"{depth}: {own.statements(nested(depth))}" for depth in range(1, 6))
        print(f" statements by depth of collections: {depths}")


def compare(
    name: str,
    query: str,
    statement: str,
    core: Client,
    own: InProcess,
    db: sqlite3.Connection,
    rounds: int,
) -> None:
    request = core.prepare("POST", "/graphql", json.dumps({"query": query}).encode())
    # The statement makes no cursors; what they cost is shown by asking for those of every page.
    paged = query.replace("nodes {", f"{PAGE} nodes {{")
    with_cursors = core.prepare("POST", "/graphql", json.dumps({"query": paged}).encode())

    def one_statement() -> bytes:
        return str(db.execute(statement).fetchone()[0]).encode()

    expected = core.ask(request).json()
    loaded = Loaders(db)
    acts: list[tuple[str, Callable[[], Any]]] = [
        ("by HTTP, with a token", lambda: core.ask_anew(request)),
        ("the same with the cursors of each page", lambda: core.ask_anew(with_cursors)),
        ("the same from memory", lambda: core.ask(request)),
        ("on the driver's thread", lambda: own.ask(query)),
        ("graphql-core with DataLoaders", lambda: loaded.ask(query)),
        ("one statement", one_statement),
    ]
    for answer in (own.ask(query), loaded.ask(query), one_statement()):
        if json.loads(answer) != expected:
            raise SystemExit(f"{name}: the answers differ.")
    sides = [Side(*act) for act in acts]
    by_turns(sides, rounds, times=2, warm_up=2)
    print(
        f" {name}: {objects_in(expected)} objects, {len(one_statement())} bytes, {own.statements(query)} statements"
    )
    print_rates(sides)
    print(
        f"  graphql-core with DataLoaders takes {times_slower(sides[4], sides[3])} times as long as Core on one thread"
    )


if __name__ == "__main__":
    main()
