"""dev.py explains itself, runs each test once, and leaves none out silently: by name on a person's machine, not at
all under CI."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import pytest
from sources import ROOT


def dev(*words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(ROOT / "dev.py"), *words]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.mark.parametrize(
    "verb", ["run", "token", "test", "lint", "contract", "bench", "screenshots", "lock", "changelog"]
)
def test_each_verb_has_help(verb: str) -> None:
    assert dev(verb, "--help").stdout.startswith(f"usage: dev.py {verb}")


@pytest.mark.parametrize(
    "words",
    [["fly"], [], ["lint", "everything"], ["lock", "--now"], ["changelog", "all"], ["token", "--all"]],
)
def test_what_is_not_understood_is_refused_before_anything_is_installed(words: list[str]) -> None:
    refused = dev(*words)
    assert refused.returncode != 0
    assert "Traceback" not in refused.stderr


SUITE = """
import pytest

@pytest.mark.needs("no-such-program")
def test_left_out(): pass

def test_beside_others(): pass

@pytest.mark.alone
def test_alone(): pass
"""


@pytest.fixture
def suite(tmp_path: Path) -> Path:
    """Three tests under the rules of this repository: one lacks its program, one is to run alone."""
    shutil.copy(ROOT / "tests" / "conftest.py", tmp_path)
    (tmp_path / "test_one.py").write_text(SUITE)
    (tmp_path / "pytest.ini").write_text(
        "[pytest]\nmarkers =\n    needs(program)\n    alone\nasyncio_mode = auto\n"
    )
    return tmp_path


def pytest_in(suite: Path, *words: str, ci: str = "") -> subprocess.CompletedProcess[str]:
    quick = ["-p", "no:cacheprovider", "-p", "no:schemathesis", "-p", "no:anyio"]
    command = [sys.executable, "-m", "pytest", "-v", *quick, *words]
    environment = {**os.environ, "CI": ci}
    return subprocess.run(command, cwd=suite, env=environment, capture_output=True, text=True, check=False)


@pytest.mark.parametrize(("workers", "ci", "code"), [("0", "", 0), ("0", "true", 4), ("2", "true", 4)])
def test_a_test_whose_program_is_missing_is_named(suite: Path, workers: str, ci: str, code: int) -> None:
    ran = pytest_in(suite, "-n", workers, ci=ci)
    assert ran.returncode == code
    assert "no-such-program" in ran.stdout
    assert "test_left_out" in ran.stdout


def test_each_test_is_in_one_of_the_two_runs_and_counted_in_both(suite: Path) -> None:
    beside, alone = (ran.stdout for ran in (pytest_in(suite, *words) for words in runs_of_dev()))
    assert "test_beside_others" in beside
    assert "test_alone" not in beside
    assert "test_alone" in alone
    assert "test_beside_others" not in alone
    for output in (beside, alone):
        # Also the one whose program is missing.
        assert "1 passed, 2 deselected" in output


def runs_of_dev() -> list[list[str]]:
    """What `dev.py test` hands to pytest, run by run."""
    found = spec_from_file_location("dev", ROOT / "dev.py")
    assert found is not None
    assert found.loader is not None
    module = module_from_spec(found)
    found.loader.exec_module(module)
    return [[str(word) for word in command][3:] for _, command in module.tests()]


def test_continuous_integration_does_what_a_person_does() -> None:
    assert (ROOT / ".ci" / "run").read_text().splitlines()[-1] == "exec python3 dev.py test"
