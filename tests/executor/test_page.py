"""The page `docs/executor.md` is true: its query is run, and its tables, drawing and response are what happened."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from graphql import ExecutionResult, build_schema, execute, parse

from faceforge_executor import (
    BATCH,
    COLUMN,
    Batch,
    BreadthFirstExecutor,
    ColumnTable,
    Group,
    Level,
    ManyPerParent,
)
from faceforge_executor.cells import Position

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "executor.md").read_text(encoding="utf-8")
SDL, QUERY = re.findall(r"^```graphql\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
(RESPONSE,) = re.findall(r"^```json\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
DAMAGED = ValueError("The file is damaged.")


def table(first: str) -> list[list[str]]:
    """The rows of the table of the page whose first column is headed so."""
    (rows,) = re.findall(rf"^\| {first} \|.*\n\|[-|]+\|\n((?:\|.*\n)+)", PAGE, re.MULTILINE)
    return [[cell.strip() for cell in row.split("|")[1:-1]] for row in rows.splitlines()]


ROWS: dict[str, tuple[dict[str, list[Any]], list[int]]] = {
    "entities": ({"name": ["Ada", "Bob", None]}, [3]),
    "assets": ({"filename": ["ada.jpg", "ada.wav", "bob.png"], "size": [5, DAMAGED, 7]}, [2, 1, 0]),
    "relationships": ({"kind": ["friend", "mentor", "rival"]}, [1, 0, 2]),
}
"""Field -> the columns of what it leads to, and how many of the rows each parent has."""


class Run(BreadthFirstExecutor):
    """Notes the levels as they run."""

    levels: list[Sequence[Group]]

    def before_level(self, groups: Sequence[Group]) -> None:
        self.levels.append(groups)

    def release_groups(self) -> None:
        """They are looked at afterwards."""


class Example:
    """The schema of the page, its query once run, and what was called meanwhile."""

    def __init__(self, sdl: str = SDL) -> None:
        self.calls: list[list[str]] = []
        self.schema = build_schema(sdl)
        for kind in ("Query", "Entity", "Asset", "Relationship"):
            for name, field in self.schema.type_map[kind].fields.items():  # type: ignore[attr-defined]  # an object type
                if name in ROWS:
                    field.extensions[BATCH] = Batch(self.answer)
                else:
                    field.extensions[COLUMN] = name
        levels: list[Sequence[Group]] = []
        run = type("Noting", (Run,), {"levels": levels})
        result = execute(self.schema, parse(QUERY), executor_class=run)
        assert isinstance(result, ExecutionResult)
        self.result, self.levels = result, levels

    def answer(self, level: Level) -> ManyPerParent:
        columns, counts = ROWS[level.field.name]
        where = f"{level.field.parent}.{level.field.name}"
        self.calls.append([where, str(len(level.parents)), str(sum(counts)), str(counts)])
        return ManyPerParent(ColumnTable(columns, sum(counts)), counts)

    def groups(self) -> Iterator[tuple[int, Group]]:
        """Each group with the number of its level."""
        for number, groups in enumerate(self.levels, 1):
            for group in groups:
                yield number, group


@pytest.fixture
def example() -> Example:
    return Example()


def test_the_fields_are_computed_as_the_page_shows(example: Example) -> None:
    fields = [field for _, group in example.groups() for field in group.plan.fields]
    found = [
        [each.name for each in fields if each.column is not None],
        [each.name for each in fields if each.batch is not None],
        [each.name for each in fields if each.column is None and each.batch is None],
    ]
    assert [re.findall(r"`(\w+)`", row[2]) for row in table("how")] == found


def test_the_groups_and_calls_of_each_level_are_those_of_the_page(example: Example) -> None:
    found = [
        [
            str(level),
            group.plan.kind.name,
            str(len(group.objects)),
            ", ".join(each.name for each in group.plan.fields if each.batch is not None) or "none",
        ]
        for level, group in example.groups()
    ]
    assert table("level") == found
    assert table("field") == example.calls


def test_the_drawing_shows_the_groups_and_the_fields_that_lead_to_them(example: Example) -> None:
    drawn = re.findall(r'^ +(\w+)\["(\w+): (\d+) objects?"\]', PAGE, re.MULTILINE)
    found = [(group.plan.kind.name, str(len(group.objects))) for _, group in example.groups()]
    assert drawn == [(kind, kind, size) for kind, size in found]
    arrows = re.findall(r'^ +(\w+) -- "(\w+), one call" --> (\w+)', PAGE, re.MULTILINE)
    reached = [(group.reached_by, group) for _, group in example.groups()]
    assert arrows == [
        (cells.group.plan.kind.name, cells.field.name, group.plan.kind.name)
        for cells, group in reached
        if cells is not None
    ]


def test_the_cells_are_those_of_the_page(example: Example) -> None:
    found = [
        [
            f"{group.plan.kind.name}.{cells.field.name}",
            str(number),
            str(depth.size),
            "all" if depth.indexes is None else str(depth.indexes),
            "" if depth.counts is None else str(depth.counts),
        ]
        for _, group in example.groups()
        for cells in group.cells
        for number, depth in enumerate(cells.depths)
    ]
    assert table("cells") == found


def test_the_error_is_found_by_the_positions_of_the_page(example: Example) -> None:
    size = next(cells for _, group in example.groups() for cells in group.cells if cells.field.name == "size")
    failed = Position(size, 0, 1)
    position: Position | None = failed
    found = []
    while position is not None:
        field = position.cells.field
        found.append(f"{field.parent}.{field.name}, depth {position.depth}, value {position.index}")
        position = position.parent()
    assert [row[0] for row in table("position")] == found
    assert f"The path is `{', '.join(map(str, failed.path().as_list()))}`." in PAGE


def test_the_response_is_that_of_the_page(example: Example) -> None:
    assert json.loads(json.dumps(example.result.formatted), object_hook=without_locations) == json.loads(
        RESPONSE
    )


def test_a_null_goes_up_to_where_it_is_allowed() -> None:
    strict = Example(SDL.replace("size: Int", "size: Int!")).result
    (shown,) = re.findall(r"Ada's assets would be\n`(.*)`", PAGE)
    assert strict.data is not None
    assert strict.data["entities"][0]["assets"] == json.loads(shown)
    assert [each.path for each in strict.errors or ()] == [["entities", 0, "assets", 1, "size"]]


def test_the_ten_concepts_are_where_the_page_has_them() -> None:
    concepts = table("concept")
    assert len(concepts) == 10
    for names, _, file in concepts:
        module = import_module(f"faceforge_executor.{file.strip('`').removesuffix('.py')}")
        for name in re.findall(r"`(\w+)`", names):
            assert getattr(module, name).__module__ == module.__name__


def without_locations(value: dict[str, Any]) -> dict[str, Any]:
    return {name: each for name, each in value.items() if name != "locations"}
