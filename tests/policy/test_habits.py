"""The files around the code hold: editors, git and GitHub do what `dev.py` does, and nothing from elsewhere runs."""

from __future__ import annotations

import re
import tomllib
from configparser import ConfigParser
from pathlib import Path
from typing import Any

import pytest
import yaml
from sources import ROOT, files, named

GITHUB = ROOT / ".github"
TEXTS = [path for path in files() if path.suffix not in (".png", ".ico", ".webp") and path.name != "LICENSE"]


def read(path: Path) -> dict[Any, Any]:
    found = yaml.safe_load(path.read_text(encoding="utf-8"))
    assert isinstance(found, dict)
    return found


def test_continuous_integration_runs_what_a_person_runs_within_a_time() -> None:
    jobs = read(GITHUB / "workflows" / "ci.yml")["jobs"]
    steps = [step for job in jobs.values() for step in job["steps"]]
    assert [step["run"].split()[-1] for step in steps if "run" in step] == [".ci/run"]
    assert [step["uses"] for step in steps if "uses" in step] == ["actions/checkout@v4"]
    assert all(job["timeout-minutes"] <= 30 for job in jobs.values())


def test_the_hook_before_a_commit_is_lint_and_comes_from_here() -> None:
    (repository,) = read(ROOT / ".pre-commit-config.yaml")["repos"]
    (hook,) = repository["hooks"]
    assert (repository["repo"], hook["language"], hook["entry"]) == ("local", "system", "python3 dev.py lint")


@pytest.mark.parametrize("path", sorted((GITHUB / "ISSUE_TEMPLATE").glob("*.yml")), ids=named)
def test_an_issue_form_has_what_github_needs(path: Path) -> None:
    form = read(path)
    assert form["name"]
    assert form["description"]
    fields = [field for field in form["body"] if field["type"] != "markdown"]
    assert all(field["attributes"]["label"] for field in fields)
    assert len({field["id"] for field in fields}) == len(fields)


def test_editors_and_ruff_agree() -> None:
    editors = ConfigParser()
    editors.read_string("[top]\n" + (ROOT / ".editorconfig").read_text(encoding="utf-8"))
    ruff = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["ruff"]
    assert editors["*.py"]["max_line_length"] == str(ruff["line-length"])


def test_files_are_as_editors_are_set() -> None:
    """Spaces, no blanks at the end of a line (but in Markdown, whose diffs need them), one newline at the end."""
    assert [named(path) for path in TEXTS if crooked(path.read_text(encoding="utf-8"), path.suffix)] == []


def crooked(text: str, suffix: str) -> bool:
    blanks = suffix != ".md" and re.search(r"[ \t]$", text, re.MULTILINE)
    return bool(text) and ("\t" in text or bool(blanks) or not re.search(r"[^\n]\n\Z", text))
