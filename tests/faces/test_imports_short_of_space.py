"""An import whose disk is full waits for space wherever it is: when it keeps its plan or its results, too."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from importer import Importer
from running_core import running_core

from faceforge_schema.declare import space
from faceforge_schema.imports import removing_sources
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


def test_a_move_that_finds_no_space_after_it_has_stored_a_batch_takes_it_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    object_of, refused = removing_sources.object_of, list[int]()

    def full_at_first(row: Any) -> Any:
        if len(refused) < 2:
            refused.append(1)
            raise NoSpace("The disk is full; it refused to sort what was found.")
        return object_of(row)

    monkeypatch.setattr(space, "FULL_S", 0.01)
    monkeypatch.setattr(removing_sources, "object_of", full_at_first)
    with running_core(tmp_path / "home") as core:
        importer = Importer(core, tmp_path / "source")
        importer.put(one="the one", two="the other")
        job = importer.world.ended(importer.begin(dry_run=False, mode="move"))
        assert (job["state"], job["attempt"], len(refused)) == ("succeeded", 1, 2), job
        counts = job["output"]["result"]
        assert [counts[each] for each in ("done", "copied", "removed")] == [2, 2, 2]
        assert list(importer.source.iterdir()) == []
        assert core.request("GET", "/v1/assets?include_total=true&kind=file").json()["total"] == 2
