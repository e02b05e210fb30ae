"""A schema whose people are rows of a table, for the tests of what the executor does beside answering."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from graphql import ExecutionResult, build_schema, execute, parse

from faceforge_executor import (
    BATCH,
    COLUMN,
    Batch,
    BreadthFirstExecutor,
    ColumnTable,
    Level,
    ManyPerParent,
    OnePerParent,
)

SDL = """
type Query { people(first: Int = 2): [Person!]!  hello: String  person: Person }
type Person { id: ID!  name: String  friends(first: Int = 2): [Person!]!  best: Person  boss: Person!  slow: String }
type Mutation { set(to: Int): Int  fail: Int!  made: Person }
type Subscription { ticks: Int }
"""


class People:
    """A schema whose people are rows of a table, and the calls that were made for them."""

    def __init__(self) -> None:
        self.schema = build_schema(SDL)
        self.calls: list[tuple[str, int]] = []
        self.offer("Query", "people", self.people)
        self.offer("Person", "friends", self.friends, reads=["id"])
        self.offer("Person", "best", self.best, reads=["id"])
        for name in ("id", "name"):
            self.field("Person", name).extensions[COLUMN] = name

    def field(self, kind: str, name: str) -> Any:
        return self.schema.type_map[kind].fields[name]  # type: ignore[attr-defined]  # an object type, by its name

    def offer(self, kind: str, name: str, call: Any, reads: Sequence[str] = ()) -> None:
        self.field(kind, name).extensions[BATCH] = Batch(call, frozenset(reads))

    def rows(self, ids: list[str]) -> ColumnTable:
        return ColumnTable({"id": ids, "name": [f"n{each}" for each in ids]}, len(ids))

    def people(self, level: Level) -> ManyPerParent:
        self.calls.append(("people", len(level.parents)))
        return ManyPerParent(
            self.rows([str(n) for n in range(level.arguments["first"])]), [level.arguments["first"]]
        )

    def friends(self, level: Level) -> ManyPerParent:
        self.calls.append(("friends", len(level.parents)))
        count = level.arguments["first"]
        ids = [f"{each}.{n}" for each in level.parents.column("id") for n in range(count)]
        return ManyPerParent(self.rows(ids), [count] * len(level.parents))

    def best(self, level: Level) -> OnePerParent:
        self.calls.append(("best", len(level.parents)))
        ids = level.parents.column("id")
        present = [place for place, each in enumerate(ids) if not each.endswith("0")]
        return OnePerParent(self.rows([f"{ids[place]}!" for place in present]), present)

    def query(self, text: str, **more: Any) -> ExecutionResult:
        result = execute(self.schema, parse(text), executor_class=BreadthFirstExecutor, **more)
        assert isinstance(result, ExecutionResult)
        return result
