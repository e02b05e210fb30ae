"""dev.py explains itself, and leaves no test out silently: by name on a person's machine, not at all under CI."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from sources import ROOT


def dev(*words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(ROOT / "dev.py"), *words]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("verb", ["run", "test", "lint", "contract", "bench", "lock", "changelog"])
def test_each_verb_has_help(verb: str) -> None:
    assert dev(verb, "--help").stdout.startswith(f"usage: dev.py {verb}")


@pytest.mark.parametrize(
    "words", [["fly"], [], ["lint", "everything"], ["lock", "--now"], ["changelog", "all"]]
)
def test_what_is_not_understood_is_refused_before_anything_is_installed(words: list[str]) -> None:
    refused = dev(*words)
    assert refused.returncode != 0
    assert "Traceback" not in refused.stderr


@pytest.mark.parametrize(("ci", "code"), [("", 0), ("true", 4)])
def test_a_test_whose_program_is_missing_is_named(tmp_path: Path, ci: str, code: int) -> None:
    shutil.copy(ROOT / "tests" / "conftest.py", tmp_path)
    (tmp_path / "test_one.py").write_text(
        "import pytest\n@pytest.mark.needs('no-such-program')\ndef test_left_out(): pass\ndef test_kept(): pass\n"
    )
    (tmp_path / "pytest.ini").write_text("[pytest]\nmarkers = needs(program)\nasyncio_mode = auto\n")
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(tmp_path)]
    ran = subprocess.run(
        command, cwd=tmp_path, env={**os.environ, "CI": ci}, capture_output=True, text=True, check=False
    )
    assert ran.returncode == code
    assert "no-such-program" in ran.stdout + ran.stderr
    assert "test_left_out" in ran.stdout + ran.stderr


def test_continuous_integration_does_what_a_person_does() -> None:
    assert (ROOT / ".ci" / "run").read_text().splitlines()[-1] == "exec python3 dev.py test"
