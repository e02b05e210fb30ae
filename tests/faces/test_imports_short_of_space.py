"""An import whose disk is full waits for space wherever it is: when it keeps its plan or its results, too."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from importer import Importer
from running_core import running_core

from faceforge_schema.declare import space
from faceforge_server.jobs.files import JobFiles
from faceforge_storage.errors import NoSpace


@pytest.mark.parametrize(
    ("kept", "what"), [("import-plan.ndjson", "plan"), ("import-result.ndjson", "import")]
)
def test_what_an_import_keeps_is_kept_once_there_is_space(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kept: str, what: str
) -> None:
    store, refused = JobFiles.store, list[str]()

    def full_at_first(self: JobFiles, run: Any, content: Any, filename: str, kind: str) -> str:
        if filename == kept and len(refused) < 2:
            refused.append(filename)
            raise NoSpace("The disk is full; it refused to write a staged file.")
        return store(self, run, content, filename, kind)

    monkeypatch.setattr(space, "FULL_S", 0.01)
    monkeypatch.setattr(JobFiles, "store", full_at_first)
    with running_core(tmp_path / "home") as core:
        importer = Importer(core, tmp_path / "source")
        importer.put(one="the same", two="the same")
        job = importer.world.ended(importer.begin(dry_run=False))
        assert (job["state"], job["attempt"], len(refused)) == ("succeeded", 1, 2), job
        assert job["output"]["result_asset_id"] is not None
        entries = core.request("GET", f"/v1/jobs/{job['job_id']}/log").json()["items"]
        said = [each["message"] for each in entries if "space" in each["message"]]
        assert said == [
            f"The disk is full: the {what} waits until there is space.",
            f"There is space again: the {what} goes on.",
        ]
        assert "full" not in job["progress"]["message"]
