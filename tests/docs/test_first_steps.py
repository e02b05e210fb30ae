"""The first steps of a newcomer, taken: the script of the docs against a real Core, with a smaller big file."""

from __future__ import annotations

import os
import re
import subprocess

import pytest
from pages import DOCS
from served_core import Served

SCRIPT = DOCS / "first-steps.sh"
PAGE = DOCS / "first-steps.md"
BIG_BYTES = 5_000_001
"""Several times what one turn of a download sends, and no multiple of anything."""

pytestmark = pytest.mark.needs("bash", "curl")


def steps(text: str) -> list[str]:
    """The steps a run announced, without what differs from run to run."""
    return [re.sub(r"\d{5,}|http\S+", "…", line) for line in text.splitlines() if line.startswith("== ")]


def run(**environment: str) -> subprocess.CompletedProcess[str]:
    command = ["bash", str(SCRIPT)]
    return subprocess.run(
        command, env={**os.environ, **environment}, capture_output=True, text=True, check=False
    )


def test_they_work_and_say_what_the_page_shows_and_may_be_taken_twice(served: Served) -> None:
    for _ in range(2):
        ran = run(FACEFORGE_HOME=str(served.home), FACEFORGE_TOKEN=served.token, BIG_BYTES=str(BIG_BYTES))
        assert ran.returncode == 0, ran.stdout + ran.stderr
        assert steps(ran.stdout) == steps(PAGE.read_text(encoding="utf-8"))
        assert f"cut after {BIG_BYTES // 3} bytes" in ran.stdout
        assert f"went on: status 206, {BIG_BYTES - BIG_BYTES // 3} further bytes" in ran.stdout
    assert served.token not in ran.stdout + ran.stderr


def test_they_stop_at_the_first_thing_that_goes_wrong(served: Served) -> None:
    ran = run(FACEFORGE_URL=served.url, FACEFORGE_TOKEN="not-the-token", BIG_BYTES=str(BIG_BYTES))
    assert ran.returncode != 0
    assert "GET /v1/system/info answered 401" in ran.stderr
    assert len(steps(ran.stdout)) == 1
