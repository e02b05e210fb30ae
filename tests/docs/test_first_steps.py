"""The first steps of a newcomer, taken: the script of the docs against a real Core, with a smaller big file."""

from __future__ import annotations

import json
import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import pytest
from pages import DOCS
from served_core import Served, serving

SCRIPT = DOCS / "first-steps.sh"
PAGE = DOCS / "first-steps.md"
BIG_BYTES = 5_000_001
"""Several times what one turn of a download sends, and no multiple of anything."""

pytestmark = pytest.mark.needs("bash", "curl")


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A Core whose data directory has a name that a careless script takes apart; each test leaves it as it was."""
    with serving(tmp_path_factory.mktemp("of it's 🦊 $HOME")) as core:
        yield core


def steps(text: str) -> list[str]:
    """The steps a run announced, without what differs from run to run."""
    return [re.sub(r"http\S+", "…", line) for line in text.splitlines() if line.startswith("== ")]


def run(*words: str, cwd: Path | None = None, **environment: str) -> subprocess.CompletedProcess[str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("FACEFORGE_")}
    return subprocess.run(
        ["bash", str(SCRIPT), *words],
        cwd=cwd,
        env={**kept, **environment},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )


def held(core: Served) -> dict[str, int]:
    """How many records of each kind Core has, and how many bytes of files."""
    request = Request(core.url + "/v1/system/info", headers={"Authorization": f"Bearer {core.token}"})
    with urlopen(request) as answer:
        system: Any = json.load(answer)
    counts: dict[str, int] = system["counts"]
    return counts


def post(core: Served, path: str, body: dict[str, Any]) -> None:
    headers = {"Authorization": f"Bearer {core.token}", "Content-Type": "application/json"}
    urlopen(Request(core.url + path, json.dumps(body).encode(), headers)).close()


def remove(core: Served) -> None:
    ran = run("--remove", FACEFORGE_HOME=str(core.home))
    assert ran.returncode == 0, ran.stdout + ran.stderr


def test_they_work_and_say_what_the_page_shows_and_may_be_taken_twice(served: Served) -> None:
    for _ in range(2):
        ran = run("--home", str(served.home), BIG_BYTES=str(BIG_BYTES))
        assert ran.returncode == 0, ran.stdout + ran.stderr
        assert steps(ran.stdout) == steps(PAGE.read_text(encoding="utf-8"))
        assert f"cut after {BIG_BYTES // 3} bytes" in ran.stdout
        assert f"went on: status 206, {BIG_BYTES - BIG_BYTES // 3} further bytes" in ran.stdout
        assert served.token not in ran.stdout + ran.stderr
    remove(served)


def test_they_begin_with_what_they_will_write_and_may_leave_the_large_file_out(served: Served) -> None:
    # A path beside the working directory, as in `cd /data; bash …/first-steps.sh --home library`.
    ran = run("--small", "--home", served.home.name, cwd=served.home.parent)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert steps(ran.stdout) == steps(PAGE.read_text(encoding="utf-8"))
    beginning, _, _ = ran.stdout.partition("\n== 1.")
    assert str(served.home) in beginning
    announced = re.findall(r"(\d) (field definition|people|file|relationship|descriptor)", beginning)
    made = held(served)
    assert made.pop("stored_bytes") < 1_000_000
    assert {kind: int(number) for number, kind in announced} == {
        "field definition": made["field_defs"],
        "people": made["entities"],
        "file": made["assets"],
        "relationship": made["relationships"],
        "descriptor": made["descriptors"],
    }
    remove(served)


def test_what_they_wrote_can_be_removed_and_nothing_else_is(served: Served) -> None:
    post(served, "/v1/entities", {"display_name": "Ada Lovelace", "tags": ["mathematician"]})
    before = held(served)
    # The address and the token may also come from the environment, as for any other program.
    assert run("--small", FACEFORGE_URL=served.url, FACEFORGE_TOKEN=served.token).returncode == 0
    assert held(served) != before
    for _ in range(2):
        remove(served)
        assert held(served) == before


def test_they_do_not_touch_fields_that_somebody_else_has_defined(served: Served) -> None:
    post(served, "/v1/admin/field-defs", {"field_key": "height", "field_type": "integer"})
    before = held(served)
    ran = run("--small", "--home", str(served.home))
    assert ran.returncode != 0
    assert "a field height of your own" in ran.stderr
    remove(served)
    assert held(served) == before


@pytest.mark.parametrize(
    ("words", "environment", "told"),
    [
        (["--home", "{nowhere}"], {}, "python3 dev.py run --home '{nowhere}'"),
        (["--home", "{other}"], {}, "does not keep its data in {other}"),
        (["--home", "{home}"], {"FACEFORGE_TOKEN": "ff_wrong"}, "does not know the token in FACEFORGE_TOKEN"),
        (
            ["--home", "{home}"],
            {"FACEFORGE_URL": "http://127.0.0.1:1"},
            "Start FaceForge in another terminal",
        ),
        (["--home", "{home}"], {"BIG_BYTES": str(10**15)}, "Call the tour with --small"),
        (["--home"], {}, "needs a path"),
        (["--tiny"], {}, "--tiny is not understood"),
    ],
)
def test_they_say_what_to_do_and_write_nothing(
    served: Served, tmp_path: Path, words: list[str], environment: dict[str, str], told: str
) -> None:
    other = tmp_path / "other"
    (other / "config").mkdir(parents=True)
    (other / "config" / "ports.json").write_text(json.dumps({"url": served.url}), encoding="utf-8")
    (other / "config" / "core.json").write_text("{}", encoding="utf-8")
    places = {"home": served.home, "other": other, "nowhere": tmp_path / "is not there"}
    before = held(served)
    ran = run(*(word.format(**places) for word in words), **environment)
    assert ran.returncode != 0
    assert told.format(**places) in ran.stderr
    assert "Traceback" not in ran.stderr
    assert held(served) == before


def test_they_explain_how_they_are_called() -> None:
    ran = run("--help")
    assert ran.returncode == 0
    assert all(word in ran.stdout for word in ("--home", "--small", "--remove", "FACEFORGE_TOKEN"))
