"""The files of this repository as the policies see them, and the comment that lets one line pass.

A line passes the policy NAME when it, or the line above it, has the comment `allow NAME: reason`.
"""

from __future__ import annotations

import re
import subprocess
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = {
    **{name: ROOT / name / f"faceforge_{name}" for name in ("schema", "storage", "server", "ui", "codegen")},
    "executor": ROOT / "schema" / "faceforge_executor",
}


@cache
def files(*suffixes: str) -> list[Path]:
    """Every file that is committed or about to be, with one of the suffixes (all, when none is given)."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, check=True, text=True).stdout
    paths = [ROOT / name for name in sorted(set(listed.split("\0"))) if name]
    return [path for path in paths if path.is_file() and (not suffixes or path.suffix in suffixes)]


def modules(*, tests: bool = True) -> list[Path]:
    """Every Python file, with or without those of the tests."""
    return [path for path in files(".py") if tests or ROOT / "tests" not in path.parents]


def named(path: Path) -> str:
    """How a failure names the file."""
    return path.relative_to(ROOT).as_posix()


def faults(pattern: str, paths: list[Path], policy: str) -> list[str]:
    """`file:line: text` for each line that matches and is not allowed to."""
    wanted = re.compile(pattern)
    found = []
    for path in paths:
        lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
        for number, line in enumerate(lines, 1):
            if wanted.search(line) and not allowed(lines, number, policy):
                found.append(f"{named(path)}:{number}: {line.strip()[:120]}")
    return found


def allowed(lines: list[str], number: int, policy: str) -> bool:
    """Whether line `number` (from 1) has the comment, with a reason of at least three words."""
    comment = re.compile(rf"allow {re.escape(policy)}: +\S+ +\S+ +\S+")
    return any(comment.search(line) for line in lines[max(0, number - 2) : number])
