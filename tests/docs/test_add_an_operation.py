"""The page *Add an operation* is true: its diff, put into a copy of the code, is all that an operation needs."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from pages import DOCS, ROOT, examples

PAGE = DOCS / "add-an-operation.md"
PACKAGES = ("schema", "storage", "server", "ui", "codegen")
NAME = "newest_asset"


def patched(text: str, hunk: list[str]) -> str:
    """`text` with one hunk of a unified diff applied, wherever its lines are now."""
    before = "".join(f"{line[1:]}\n" for line in hunk if line[:1] != "+")
    after = "".join(f"{line[1:]}\n" for line in hunk if line[:1] != "-")
    assert text.count(before) == 1, f"the page shows lines that are no longer there:\n{before}"
    return text.replace(before, after)


def diff() -> dict[str, list[list[str]]]:
    """File -> its hunks, of the diff that the page shows."""
    shown = [each.text for each in examples(PAGE) if each.language == "diff"]
    assert len(shown) == 1
    found: dict[str, list[list[str]]] = {}
    for line in shown[0].splitlines():
        if line.startswith("+++ b/"):
            hunks = found[line.removeprefix("+++ b/")] = []
        elif line.startswith("@@"):
            hunks.append([])
        elif not line.startswith("--- a/"):
            hunks[-1].append(line or " ")
    return found


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of the code with the diff of the page in it."""
    ignore = shutil.ignore_patterns("__pycache__", "*.egg-info")
    for folder in (*PACKAGES, "tests/faces"):
        shutil.copytree(ROOT / folder, tmp_path / folder, ignore=ignore)
    for file in ("pyproject.toml", "tests/conftest.py"):
        shutil.copy(ROOT / file, tmp_path / file)
    for name, hunks in diff().items():
        text = (tmp_path / name).read_text(encoding="utf-8")
        for hunk in hunks:
            text = patched(text, hunk)
        (tmp_path / name).write_text(text, encoding="utf-8", newline="\n")
    return tmp_path


def run(copy: Path, *words: str) -> subprocess.CompletedProcess[str]:
    path = os.pathsep.join(str(copy / package) for package in PACKAGES)
    return subprocess.run(
        [sys.executable, "-m", *words],
        cwd=copy,
        env={**os.environ, "PYTHONPATH": path},
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_change_is_one_function_and_one_row() -> None:
    added = {name: sum(line[:1] == "+" for hunk in hunks for line in hunk) for name, hunks in diff().items()}
    assert set(added) == {"schema/faceforge_schema/assets/assets.py", "tests/faces/nouns/assets.py"}
    assert sum(added.values()) < 20
    assert not any(line[:1] == "-" for hunks in diff().values() for hunk in hunks for line in hunk)


def test_its_row_passes_on_both_faces(copy: Path) -> None:
    tests = ["tests/faces/test_every_operation.py", "tests/faces/test_who_may_ask.py"]
    ran = run(copy, "pytest", "-p", "no:cacheprovider", "-v", *tests, "-k", NAME)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert re.search(rf"works_alike_on_both_faces\[{NAME}\] PASSED", ran.stdout)
    assert re.search(rf"refused_alike_on_both_faces\[{NAME} not_found\] PASSED", ran.stdout)
    assert re.search(rf"without_permissions_is_refused\w*\[rest-{NAME}\] PASSED", ran.stdout)


def test_the_contract_has_it_and_breaks_nothing(copy: Path) -> None:
    told = run(copy, "faceforge_server", "schema", "--write")
    assert told.returncode == 0, told.stderr
    assert "schema.graphql was written anew" in told.stdout
    assert "breaking change" not in told.stdout
    written = (copy / "schema" / "schema.graphql").read_text(encoding="utf-8")
    shown = next(
        each.text for each in examples(PAGE) if "@operation" in each.text and each.language == "graphql"
    )
    assert " ".join(shown.split()) in " ".join(written.split())
