"""A copy of the code with the diff of a page in it, to try what the page says."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from pages import ROOT, examples

PACKAGES = ("schema", "storage", "server", "ui", "codegen")
Hunks = dict[str, list[list[str]]]
"""File -> its hunks, each a list of lines as a unified diff has them."""


def diff_of(page: Path) -> Hunks:
    """The one diff that a page shows."""
    (shown,) = [each.text for each in examples(page) if each.language == "diff"]
    found: Hunks = {}
    hunks: list[list[str]] = []
    for line in shown.splitlines():
        if line.startswith("+++ b/"):
            hunks = found[line.removeprefix("+++ b/")] = []
        elif line.startswith("@@"):
            hunks.append([])
        elif not line.startswith("--- "):
            hunks[-1].append(line or " ")
    return found


def copy_with(diff: Hunks, folder: Path) -> Path:
    """The packages and the tests of the faces in `folder`, with the diff applied wherever its lines are now."""
    ignore = shutil.ignore_patterns("__pycache__", "*.egg-info")
    for name in (*PACKAGES, "tests/faces"):
        shutil.copytree(ROOT / name, folder / name, ignore=ignore)
    for name in ("pyproject.toml", "tests/conftest.py", "tests/journal_steps.py"):
        shutil.copy(ROOT / name, folder / name)
    for name, hunks in diff.items():
        file = folder / name
        text = file.read_text(encoding="utf-8") if file.exists() else ""
        for hunk in hunks:
            text = _patched(text, hunk)
        file.write_text(text, encoding="utf-8", newline="\n")
    return folder


def _patched(text: str, hunk: list[str]) -> str:
    before = "".join(f"{line[1:]}\n" for line in hunk if line[:1] != "+")
    after = "".join(f"{line[1:]}\n" for line in hunk if line[:1] != "-")
    if not before:
        assert not text, "the page makes a file anew that is there"
        return after
    assert text.count(before) == 1, f"the page shows lines that are no longer there:\n{before}"
    return text.replace(before, after)


def run(copy: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Python with these words, on the code of the copy."""
    path = os.pathsep.join(str(copy / package) for package in PACKAGES)
    return subprocess.run(
        [sys.executable, *words],
        cwd=copy,
        env={**os.environ, "PYTHONPATH": path},
        capture_output=True,
        text=True,
        check=False,
    )


def added(diff: Hunks) -> dict[str, int]:
    """File -> how many lines the diff adds. Raises AssertionError when it takes any away."""
    lines = {name: [line[:1] for hunk in hunks for line in hunk] for name, hunks in diff.items()}
    assert not any("-" in each for each in lines.values())
    return {name: each.count("+") for name, each in lines.items()}


def run_pytest(copy: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Run tests of the copy, with their files in it: beside other runs, those of all are cleared away together."""
    own = ("-m", "pytest", "-p", "no:cacheprovider", f"--basetemp={copy / 'temporary'}")
    return run(copy, *own, *words)
