"""What a job says of its items is kept in a file of lines: those that a checkpoint counts stay, and no others."""

from __future__ import annotations

from pathlib import Path

from faceforge_storage.database.database import Database
from faceforge_storage.jobs import jobs
from faceforge_storage.jobs.lines import JobLines, left_behind, sweep

JOB = "ab" * 32


def test_lines_that_were_not_committed_are_cut_off(tmp_path: Path) -> None:
    first = JobLines(tmp_path, JOB, 0)
    size = first.write([{"line": 1}])
    first.size = size
    first.write([{"line": 2}])
    first.close()
    again = JobLines(tmp_path, JOB, size)
    assert list(again) == [{"line": 1}]
    again.size = again.write([{"line": 3}])
    again.close()
    last = JobLines(tmp_path, JOB, again.size)
    assert list(last) == [{"line": 1}, {"line": 3}]
    last.remove()
    assert left_behind(tmp_path) == {}


def test_what_a_try_has_written_in_vain_is_cut_off_though_the_next_says_nothing(tmp_path: Path) -> None:
    lines = JobLines(tmp_path, JOB, 0)
    lines.size = lines.write([{"line": 1}])
    lines.write([{"line": 2}])
    assert lines.write([]) == lines.size
    assert list(lines) == [{"line": 1}]
    lines.remove()


def test_lines_of_which_some_are_lost_begin_anew_and_say_so(tmp_path: Path) -> None:
    lines = JobLines(tmp_path, JOB, 100)
    assert lines.lost
    assert lines.size == 0
    lines.remove()


def test_only_what_no_attempt_goes_on_with_is_swept(tmp_path: Path, database: Database) -> None:
    waiting, _ = database.writing(
        "install",
        "createJob",
        lambda tx: jobs.create(tx, {"job_type": "core.bulk_upsert", "max_attempts": 3, "made_by": "install"}),
    )
    for each in (waiting.id, JOB):
        JobLines(tmp_path, each, 0).close()
    database.reading(sweep, left_behind(tmp_path))
    assert set(left_behind(tmp_path)) == {waiting.id}
