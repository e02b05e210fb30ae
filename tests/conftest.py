"""What all tests share: which programs they need, and a data directory of their own."""

from __future__ import annotations

import inspect
import os
import shutil
import subprocess
from collections import defaultdict
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import httpx
import hypothesis
import pytest

from faceforge_storage.home.home import Home, open_home
from faceforge_storage.home.settings import Settings

LEFT_OUT: dict[str, list[str]] = defaultdict(list)
"""Program that this machine lacks -> the tests that need it."""

DESELECTED: list[str] = []
"""What this run does not select, such as what is marked `alone` when the others run in parallel."""

# A busy machine is no fault, nor is an example that comes by chance only once, nor an answer that takes five seconds.
hypothesis.settings.register_profile("faceforge", deadline=None, derandomize=True)
hypothesis.settings.load_profile("faceforge")
for waiting in ("connect", "read", "write", "pool"):
    setattr(inspect.signature(httpx.get).parameters["timeout"].default, waiting, 60)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leaves out, by name, the tests whose program this machine lacks."""
    kept = []
    for item in items:
        lacking = [p for mark in item.iter_markers("needs") for p in mark.args if not has(p)]
        for program in lacking[:1]:
            LEFT_OUT[program].append(item.nodeid)
        if not lacking:
            kept.append(item)
    config.hook.pytest_deselected(items=[item for item in items if item not in kept])
    items[:] = kept
    tell_apart(items)


def tell_apart(items: list[pytest.Item]) -> None:
    """Gives each test an id of its own: schemathesis has a test for every operation under one id, of which pytest-xdist
    would run a single one."""
    for item in items:
        if label := getattr(item, "operation_label", None):
            item._id = item._id.with_params(label)
    if len({item.nodeid for item in items}) < len(items):
        raise pytest.UsageError(
            "Two tests have one id, so that a run in parallel would leave one of them out."
        )


def pytest_deselected(items: list[Any]) -> None:
    DESELECTED.extend(item.nodeid for item in items)


def pytest_sessionfinish(session: pytest.Session) -> None:
    """A worker of pytest-xdist reports what it left out; the process that started it collects no tests itself.

    Under CI nothing may be left out.
    """
    if (output := getattr(session.config, "workeroutput", None)) is not None:
        output.update(left_out=dict(LEFT_OUT), deselected=DESELECTED)
    elif LEFT_OUT and os.environ.get("CI") == "true":
        session.exitstatus = pytest.ExitCode.USAGE_ERROR


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """Every worker collects all tests, so the report of one of them is that of all."""
    output = getattr(node, "workeroutput", None) or {}
    LEFT_OUT.update(output.get("left_out", {}))
    if not DESELECTED:
        names = output.get("deselected", ())
        node.config.hook.pytest_deselected(items=[SimpleNamespace(nodeid=name) for name in names])


@cache
def has(program: str) -> bool:
    """Whether this machine has a program; `root` is the right to mount a small disk that can be filled,
    `fork` a system whose processes can be copied."""
    if program == "fork":
        return hasattr(os, "fork")
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
        terminalreporter.section(f"left out: this machine lacks {program} (which CI may not)")
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
