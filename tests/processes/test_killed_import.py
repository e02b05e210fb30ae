"""An import that is killed goes on where it was: one batch is done again, and the end is that of an undisturbed one."""

from __future__ import annotations

import json
import signal
import sys
from pathlib import Path
from typing import Any

import pytest
from core_process import CoreProcess
from dying_core import ARMED
from importing import assets, begin, ended, entities, imported, settings

HERE = Path(__file__).parent
KILLED = -getattr(signal, "SIGKILL", signal.SIGTERM)
FOLDERS, EACH = 5, 20


def dying(moment: str) -> type[CoreProcess]:
    """Core that dies at this moment of an import."""

    class Dying(CoreProcess):
        command = [sys.executable, str(HERE / "dying_import.py"), moment]  # noqa: RUF012  # read only

    return Dying


def make(root: Path) -> None:
    """Folders named after people, whose files have sidecars; every tenth file has the bytes of another."""
    for folder in range(FOLDERS):
        place = root / f"person {folder}"
        place.mkdir(parents=True)
        (place / "_meta.json").write_text(json.dumps({"tags": [f"of {folder}"]}))
        for number in range(EACH):
            name = f"{folder}-{number}"
            text = "the same" if number % 10 == 9 else f"the text of {name}"
            (place / f"{name}.txt").write_text(text)


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What an import comes to that nobody kills."""
    place = tmp_path_factory.mktemp("undisturbed")
    make(place / "from")
    settings(place / "home", place)
    core = CoreProcess(place / "home")
    try:
        result = imported(core, **asked(place))
        return {"result": counts(result), "assets": assets(core), "entities": sorted(entities(core).values())}
    finally:
        core.kill()


def asked(place: Path, **more: Any) -> dict[str, Any]:
    return {"path": str(place / "from"), "entities_from": "folder", "create_entities": True, **more}


def counts(result: dict[str, Any]) -> dict[str, int]:
    return {
        name: result[name] for name in ("done", "copied", "linked", "here", "skipped", "failed", "entities")
    }


@pytest.mark.parametrize(
    ("moment", "mode"),
    [
        ("after copying", "copy"),
        ("after publishing", "copy"),
        ("in the transaction", "copy"),
        ("after the commit", "copy"),
        ("after the commit", "move"),
        ("while sources are removed", "move"),
        ("after sources are removed", "move"),
    ],
)
def test_a_killed_import_ends_as_one_that_nobody_killed(
    tmp_path: Path, undisturbed: dict[str, Any], moment: str, mode: str
) -> None:
    """J10, D1: bytes before rows, rows with their checkpoint, and nothing is left of what was copied for nothing."""
    make(tmp_path / "from")
    settings(tmp_path / "home", tmp_path)
    core = dying(moment)(tmp_path / "home")
    (core.home.root / ARMED).touch()
    job_id = begin(core, **asked(tmp_path, mode=mode))
    assert core.wait() == KILLED, core.terminal()
    core.kill()
    (core.home.root / ARMED).unlink()
    core = CoreProcess(tmp_path / "home")
    try:
        job = ended(core, job_id)
        assert job["state"] == "succeeded", job
        assert counts(job["output"]["result"]) == undisturbed["result"]
        assert assets(core) == undisturbed["assets"]
        assert sorted(entities(core).values()) == undisturbed["entities"]
        assert list((core.home.root / "assets" / "arriving").iterdir()) == []
        assert list((core.home.root / "tmp").glob("import-*")) == []
        left = list((tmp_path / "from").rglob("*.txt"))
        assert len(left) == (0 if mode == "move" else FOLDERS * EACH)
    finally:
        core.kill()
