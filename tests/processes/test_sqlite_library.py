"""Core runs on the SQLite that comes with it and on Python's own, on the same data, and says which it is."""

from __future__ import annotations

import sys
from importlib.util import find_spec
from pathlib import Path
from typing import ClassVar

import pytest
from core_process import CoreProcess


class CoreWithPythonsSqlite(CoreProcess):
    command: ClassVar = [sys.executable, str(Path(__file__).with_name("core_with_pythons_sqlite.py"))]


LIBRARIES: dict[str, type[CoreProcess]] = {"(of this Python)": CoreWithPythonsSqlite}
if find_spec("pysqlite3") is not None:  # there is no wheel for every system
    LIBRARIES["(comes with FaceForge)"] = CoreProcess


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One home for every library, so that each finds what the other has written."""
    return tmp_path_factory.mktemp("libraries") / "home"


@pytest.mark.parametrize("source", LIBRARIES)
def test_core_runs_on_it_and_says_so(root: Path, source: str) -> None:
    core = LIBRARIES[source](root)
    try:
        before = core.client.get("/v1/entities").raise_for_status().json()["items"]
        made = core.client.post("/v1/entities", json={"display_name": source, "tags": ["a"]})
        after = core.client.get("/v1/entities").raise_for_status().json()["items"]
        assert after == [made.raise_for_status().json(), *before]
        info = core.client.get("/v1/system/info").raise_for_status().json()
        assert info["database"].endswith(source)
        assert info["database"] in core.log()
        if info["database_warning"] is not None:
            assert info["database_warning"] in core.log()
        assert "SQLite" not in core.terminal()
        assert core.terminal().startswith("FaceForge Core is at ")
    finally:
        core.kill()
