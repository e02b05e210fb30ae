"""The page *Add an operation* is true: its diff, put into a copy of the code, is all that an operation needs."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from code_copy import added, copy_with, diff_of, run, run_pytest
from pages import DOCS, examples

PAGE = DOCS / "add-an-operation.md"
NAME = "newest_asset"


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    return copy_with(diff_of(PAGE), tmp_path)


def test_the_change_is_one_function_and_one_row() -> None:
    lines = added(diff_of(PAGE))
    assert set(lines) == {"schema/faceforge_schema/assets/assets.py", "tests/faces/nouns/assets.py"}
    assert sum(lines.values()) < 20


def test_its_row_passes_on_both_faces(copy: Path) -> None:
    tests = ["tests/faces/test_every_operation.py", "tests/faces/test_who_may_ask.py"]
    ran = run_pytest(copy, "-v", *tests, "-k", NAME)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert re.search(rf"works_alike_on_both_faces\[{NAME}\] PASSED", ran.stdout)
    assert re.search(rf"refused_alike_on_both_faces\[{NAME} not_found\] PASSED", ran.stdout)
    assert re.search(rf"without_permissions_is_refused\w*\[rest-{NAME}\] PASSED", ran.stdout)


def test_the_contract_has_it_and_breaks_nothing(copy: Path) -> None:
    wrote = run(copy, "-m", "faceforge_server", "schema", "--write")
    assert wrote.returncode == 0, wrote.stderr
    assert "schema.graphql was written anew" in wrote.stdout
    assert "breaking change" not in wrote.stdout
    written = (copy / "schema" / "schema.graphql").read_text(encoding="utf-8")
    shown = next(
        each.text for each in examples(PAGE) if "@operation" in each.text and each.language == "graphql"
    )
    assert " ".join(shown.split()) in " ".join(written.split())
