"""What all tests share: which programs they need, and a data directory of their own."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections import defaultdict
from functools import cache
from pathlib import Path

import pytest

from faceforge_storage.home.home import Home, open_home
from faceforge_storage.home.settings import Settings

LEFT_OUT: dict[str, list[str]] = defaultdict(list)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leaves out, by name, the tests whose program this machine lacks; under CI nothing may be left out."""
    kept = []
    for item in items:
        lacking = [p for mark in item.iter_markers("needs") for p in mark.args if not has(p)]
        for program in lacking[:1]:
            LEFT_OUT[program].append(item.nodeid)
        if not lacking:
            kept.append(item)
    if LEFT_OUT and os.environ.get("CI") == "true":
        names = "; ".join(f"{program}: {', '.join(tests)}" for program, tests in LEFT_OUT.items())
        raise pytest.UsageError(f"CI lacks programs that tests need. {names}")
    config.hook.pytest_deselected(items=[item for item in items if item not in kept])
    items[:] = kept


@cache
def has(program: str) -> bool:
    """Whether this machine has a program; `root` is the right to mount a small disk that can be filled."""
    if program != "root":
        return shutil.which(program) is not None
    try:
        return (
            subprocess.run(["unshare", "--mount", "true"], capture_output=True, check=False).returncode == 0
        )
    except OSError:
        return False


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    for program, tests in LEFT_OUT.items():
        terminalreporter.section(f"left out: this machine lacks {program}")
        for test in tests:
            terminalreporter.line(test)


@pytest.fixture(autouse=True)
def no_home_of_a_person(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A test that forgets to name a home gets an empty one, never the data of whoever runs the tests."""
    monkeypatch.setenv("FACEFORGE_HOME", str(tmp_path / "home"))


@pytest.fixture
def opened(tmp_path: Path) -> tuple[Home, Settings]:
    """A new home and its settings."""
    return open_home(tmp_path / "home")


@pytest.fixture
def home(opened: tuple[Home, Settings]) -> Home:
    return opened[0]


@pytest.fixture
def settings(opened: tuple[Home, Settings]) -> Settings:
    return opened[1]
