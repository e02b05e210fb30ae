"""Jobs in words: how they stand, how far they are, what came of them, when schedules come round."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from faceforge_storage.errors import InvalidInput
from faceforge_ui.imports.outcome import outcome_of
from faceforge_ui.jobs.schedules.times import cron_of, times
from faceforge_ui.jobs_told.progress import lasted, progress, shares
from faceforge_ui.jobs_told.stays import failed, stopped
from faceforge_ui.jobs_told.told import told
from faceforge_ui.serving import Form
from faceforge_ui.settings.access.permissions import choices, in_words

NOW = datetime(2026, 11, 26, 13, 17, tzinfo=UTC)
FOLDER = {"path": "/srv/renders"}


def a_job(state: str = "RUNNING", **values: Any) -> dict[str, Any]:
    nothing = dict.fromkeys(
        ("output", "error", "pausedAt", "pauseRequestedAt", "cancelRequestedAt", "progress", "startedAt")
    )
    return {
        "id": "0" * 64,
        "jobType": "core.bulk_import",
        "state": state,
        "input": FOLDER,
        "createdAt": _at(900),
        "runAfter": _at(900),
        **nothing,
        "finishedAt": _at(60) if state in ("SUCCEEDED", "FAILED", "CANCELLED") else None,
        **({"startedAt": _at(360)} if state != "QUEUED" else {}),
        **values,
    }


def _at(seconds: float) -> str:
    return (NOW - timedelta(seconds=seconds)).isoformat()


def test_an_import_is_called_after_its_folder() -> None:
    assert told(a_job(), NOW).title == "Import of renders"
    assert told(a_job(input={**FOLDER, "dry_run": True}), NOW).title == "Plan for renders"
    assert told(a_job(input={"path": "D:\\Lantern\\2026"}), NOW).title == "Import of 2026"
    assert told(a_job(jobType="shop.upscale_pictures"), NOW).title == "Upscale pictures"


@pytest.mark.parametrize(
    ("job", "word"),
    [
        (a_job("QUEUED"), "waiting"),
        (a_job("QUEUED", pausedAt=_at(30)), "paused"),
        (a_job(), "running"),
        (a_job(cancelRequestedAt=_at(1)), "stopping"),
        (a_job(pauseRequestedAt=_at(1)), "pausing"),
        (a_job("SUCCEEDED"), "done"),
        (a_job("SUCCEEDED", output={"result": {"copied": 3, "failed": 1}}), "done in part"),
        (a_job("SUCCEEDED", output={"result": {"copied": 3, "skipped": 1}}), "done in part"),
        (a_job("FAILED", error={"code": "no", "message": "No.", "retryable": False}), "failed"),
        (a_job("CANCELLED"), "stopped"),
    ],
)
def test_a_state_has_a_word_and_a_sign(job: dict[str, Any], word: str) -> None:
    state = told(job, NOW).state
    assert state.word == word
    assert state.icon


def test_what_came_of_it_is_told_by_its_numbers() -> None:
    done = a_job("SUCCEEDED", output={"plan": {"found": 9}, "result": {"copied": 2104, "linked": 301}})
    assert told(done, NOW).result == "2,104 copied, 301 linked"
    planned = a_job("SUCCEEDED", output={"plan": {"found": 1, "new": 1}, "result": None})
    assert told(planned, NOW).result == "1 file found, 1 new"
    error = {"code": "storage_failed", "message": "The disk refused.", "retryable": True}
    assert told(a_job("FAILED", error=error), NOW).result == "The disk refused."


def test_what_waits_says_for_what() -> None:
    assert told(a_job("QUEUED"), NOW).began == "Waits for its turn."
    later = told(a_job("QUEUED", runAfter=_at(-40), startedAt=_at(90)), NOW)
    assert later.began == "Tried before; tried again in 40 s."


def test_what_stays_is_told_before_it_is_stopped() -> None:
    far = {"fraction": 0.5, "counts": {"copied": 2104, "linked": 301}, "message": ""}
    assert told(a_job(progress=far), NOW).safe == "2,405 files are in and stay. You can go on later."
    one = {"fraction": 0.5, "counts": {"copied": 1}, "message": ""}
    assert told(a_job(progress=one), NOW).safe == "1 file is in and stays. You can go on later."
    plan = a_job(input={**FOLDER, "dry_run": True}, progress=far)
    assert told(plan, NOW).safe == "Nothing has been changed yet. You can begin again later."


def test_an_import_that_has_told_no_number_yet_claims_nothing_of_what_is_in() -> None:
    """It may go on after a pause: then it has brought files in, though nothing is told yet."""
    assert told(a_job(), NOW).safe == "What is in by then stays. You can go on later."


FAR = {"fraction": 0.5, "counts": {"copied": 2700, "here": 12, "done": 2712, "total": 12012}}
KEPT = {"run": {"counts": {"copied": 2741, "here": 12, "done": 2753, "bytes": 5_000_000}}}


def test_an_import_that_was_stopped_says_what_is_in_and_how_to_go_on() -> None:
    job = a_job("CANCELLED", progress=FAR, checkpoint=KEPT)
    assert stopped(job) == ("Stopped after 2,753 files.", "They stay. Try again goes on with the rest.")
    assert told(job, NOW).result == "2,741 copied, 12 already here"
    outcome = outcome_of(job)
    assert outcome is not None
    assert (outcome.copied, outcome.here, outcome.unreached) == (2741, 12, 9259)
    assert (outcome.size, outcome.retry, outcome.again) == ("5.0 MB", False, "")


@pytest.mark.parametrize(
    ("job", "title", "text"),
    [
        (a_job("CANCELLED"), "It was stopped before a file came in.", "Try again begins anew."),
        (a_job("CANCELLED", input={**FOLDER, "dry_run": True}), "It was stopped.", "Nothing was changed."),
        (a_job("CANCELLED", jobType="shop.upscale"), "It was stopped.", "What it had done stays."),
    ],
)
def test_where_nothing_came_in_no_number_is_claimed(job: dict[str, Any], title: str, text: str) -> None:
    assert stopped(job) == (title, text)
    assert outcome_of(job) is None


def test_an_import_that_failed_says_what_is_in_beside_its_error() -> None:
    error = {"code": "storage_failed", "message": "The disk refused.", "retryable": True}
    job = a_job("FAILED", error=error, progress=FAR)
    assert failed(job) == "2,712 files came in before. They stay. Try again goes on with the rest."
    assert failed(a_job("FAILED", error=error)) == ""


def test_progress_is_one_number_with_its_rest_and_rate() -> None:
    said = progress(
        {
            "fraction": 0.5766,
            "message": "a.png",
            "counts": {"copied": 3, "linked": 1, "bytes": 10, "done": 4, "total": 4186},
            "rate": 148_000_000.0,
            "etaS": 270,
        }
    )
    assert (said.percent, said.left, said.rate) == ("57 %", "about 4 min 30 s left", "148 MB/s")
    assert [words for _, words in said.tally] == ["3 copied", "1 linked", "4,182 to go"]
    assert said.copied == pytest.approx(0.5766 * 0.75)


def test_what_rests_does_not_say_what_it_does_nor_how_fast() -> None:
    said = progress({"fraction": 0.5, "message": "Bringing files in", "rate": 3, "etaS": 9}, running=False)
    assert (said.percent, said.message, said.rate, said.left) == ("50 %", "", "", "")


def test_the_last_moment_has_no_length() -> None:
    assert progress({"fraction": 0.99, "etaS": 0.2}).left == "almost done"


def test_nobody_knows_how_far_a_job_is_that_does_not_say() -> None:
    said = progress(None)
    assert (said.fraction, said.percent, said.left, said.rate, said.tally) == (None, "", "", "", ())
    assert shares(None, {"copied": 3, "linked": 1}) == (0.0, 0.0)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (None, "–"),
        (0.2, "under 1 s"),
        (40, "40 s"),
        (270, "4 min 30 s"),
        (3599, "59 min"),
        (7500, "2 h 5 min"),
        (3 * 86400, "3 days"),
    ],
)
def test_a_time_is_as_long_as_one_wants_to_know(seconds: float | None, text: str) -> None:
    assert lasted(seconds) == text


@pytest.mark.parametrize(
    ("cron", "words"),
    [
        ("0 3 * * *", "every day at 03:00"),
        ("0 * * * *", "every hour"),
        ("20 * * * *", "every hour, 20 minutes past"),
        ("30 3 * * 1-5", "from Monday to Friday at 03:30"),
        ("0 18 * * 0", "every Sunday at 18:00"),
        ("0 18 * * SUN", "every Sunday at 18:00"),
        ("0 18 * * 7", "every Sunday at 18:00"),
        ("5 4 2 * *", "on the 2nd of every month at 04:05"),
        ("*/10 * * * *", "by */10 * * * *"),
        ("0 3 L * *", "by 0 3 L * *"),
        ("nonsense", "by nonsense"),
    ],
)
def test_a_cron_line_is_read_in_words(cron: str, words: str) -> None:
    assert times(cron).words == words


@pytest.mark.parametrize(
    "cron", ["0 3 * * *", "20 * * * *", "30 3 * * 1-5", "0 18 * * 0", "5 4 2 * *", "*/10 1 * * *"]
)
def test_what_is_chosen_in_words_is_the_same_line_again(cron: str) -> None:
    found = times(cron)
    form = Form(
        {
            "often": [found.often],
            "time": [found.time],
            "weekday": [str(found.weekday)],
            "day": [str(found.day)],
            "cron": [cron],
        }
    )
    assert cron_of(form) == cron


@pytest.mark.parametrize("time", ["25:00", "three", "3:7"])
def test_a_time_that_is_none_is_told_so(time: str) -> None:
    with pytest.raises(InvalidInput, match="time"):
        cron_of(Form({"often": ["daily"], "time": [time]}))


def test_a_runner_s_access_is_said_and_kept_when_it_is_changed() -> None:
    held = ["jobs:read", "jobs:run", "imports:write"]
    (jobs, imports) = choices(held, held)
    assert (jobs.can_run, jobs.runs, imports.can_run) == (True, True, False)
    assert in_words(held) == "May change imports of folders; may see jobs; may work on jobs."
