"""Data changes only through the gateway, so that the journal knows of it; migrations make the tables."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest
from sources import PACKAGES, allowed, modules, named

DOOR = PACKAGES["storage"] / "database" / "gateway.py"
MIGRATIONS = PACKAGES["storage"] / "database" / "migrations"
CHANGING = {"insert", "update", "delete"}
WORDS = re.compile(
    r"^\s*(?:insert\s+(?:or\s+\w+\s+)?into|replace\s+into|update\s+\w+\s+set|delete\s+from)\b", re.I
)


def test_nothing_but_the_gateway_makes_a_changing_statement() -> None:
    paths = [p for p in modules(tests=False) if p != DOOR and MIGRATIONS not in p.parents]
    assert [fault for path in paths for fault in changing(path.read_text(encoding="utf-8"), path)] == []


def changing(source: str, path: Path) -> list[str]:
    """Each place that imports a changing construct from SQLAlchemy, calls one, or spells the SQL out."""
    lines, found = source.splitlines(), []
    for node in ast.walk(ast.parse(source)):
        fault = None
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("sqlalchemy"):
            fault = ", ".join(CHANGING & {alias.name for alias in node.names})
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            owner = ast.unparse(node.func.value)
            if node.func.attr in CHANGING and owner.split(".")[0] in ("sqlalchemy", "sa", "tables"):
                fault = f"{owner}.{node.func.attr}"
        elif isinstance(node, ast.Call) and ast.unparse(node.func) == "text":
            # Spelt-out SQL is judged by its words below; SQL put together at run time cannot be.
            fault = None if node.args and isinstance(node.args[0], ast.Constant) else ast.unparse(node)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and WORDS.match(node.value):
            fault = node.value[:60]
        if fault and not allowed(lines, node.lineno, "statement"):
            found.append(f"{named(path)}:{node.lineno}: {fault}")
    return found


@pytest.mark.parametrize(
    "source",
    [
        "from sqlalchemy import select, delete",
        "from sqlalchemy.dialects.sqlite import insert",
        "text(sql)",
        "text(f'delete from {table}')",
        "text('delete from x')",
        "import sqlalchemy as sa\nsa.update(x)",
        "tables.entities.delete()",
        "db.exec_driver_sql('DELETE FROM entities')",
        "db.execute('''\n  insert or ignore into x values (1)''')",
    ],
)
def test_the_search_finds_what_it_must(source: str) -> None:
    assert changing(source, DOOR)


@pytest.mark.parametrize(
    "source",
    [
        "from sqlalchemy import select, text",
        "text('SELECT 1')",
        "rows.update(x)",
        "'Update the record'",
        "hash.update(b'')",
    ],
)
def test_the_search_lets_harmless_lines_be(source: str) -> None:
    assert changing(source, DOOR) == []
