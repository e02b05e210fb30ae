"""J4: the log of a job is read by pages, by pages that wait, and as a stream that ends with the job."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from event_source import EventSource
from running_core import RunningCore, on_a_socket, running_core

KIND = "test.talking"


@pytest.fixture(scope="module")
def url(core: RunningCore) -> Iterator[str]:
    with on_a_socket(core) as found:
        yield found


class Talking:
    """A job that the test runs itself."""

    def __init__(self, core: RunningCore) -> None:
        self._core = core
        self.asked("PUT", f"/job-types/{KIND}")
        made = self.asked("POST", "/jobs", job_type=KIND)
        self.path = f"/v1/jobs/{made['job_id']}/log"
        (claimed,) = self.asked("POST", "/jobs/claim", runner_id="test", types=[KIND])["jobs"]
        assert claimed["job_id"] == made["job_id"]
        self._here, self._lease = f"/jobs/{made['job_id']}", claimed["lease_token"]
        self._said = 0

    def asked(self, method: str, path: str, **body: Any) -> Any:
        answer = self._core.request(method, f"/v1{path}", json=body)
        assert answer.is_success, answer.text
        return answer.json()

    def say(self, *messages: str, level: str = "info") -> None:
        entries = [
            {"seq": self._said + place, "message": message, "level": level}
            for place, message in enumerate(messages, 1)
        ]
        self._said += len(messages)
        self.asked("POST", f"{self._here}/log", lease_token=self._lease, entries=entries)

    def end(self) -> None:
        self.asked("POST", f"{self._here}/complete", lease_token=self._lease)

    def page(self, query: str = "") -> Any:
        return self._core.request("GET", f"{self.path}{query}").raise_for_status().json()

    def soon(self, act: Any, *arguments: Any) -> None:
        """Act while the test waits for what comes of it."""
        threading.Timer(0.3, act, arguments).start()


@pytest.fixture
def job(core: RunningCore) -> Iterator[Talking]:
    made = Talking(core)
    yield made
    core.request("POST", f"/v1{made._here}/cancel")
    core.request("POST", f"/v1{made._here}/release", json={"lease_token": made._lease})


def messages(entries: list[dict[str, Any]]) -> list[str]:
    return [each["message"] for each in entries]


def test_a_stream_tells_what_was_said_and_what_is_and_ends_with_the_job(
    core: RunningCore, url: str, job: Talking
) -> None:
    job.say("one", "two")
    with EventSource(url, core.token, path=job.path) as source:
        assert source.headers["content-type"] == "text/event-stream; charset=utf-8"
        assert messages(source.take(2)) == ["one", "two"]
        job.say("three")
        (third,) = source.take(1)
        assert (third["message"], third["seq"], source.last_id) == ("three", 3, 3)
        job.say("four")
        job.end()
        assert messages(list(source)) == ["four"]
    with EventSource(url, core.token, path=job.path, after=3) as source:
        assert messages(list(source)) == ["four"]
        last = source.last_id
    with EventSource(url, core.token, path=job.path, after=last) as source:
        assert source.status == 204, "a browser that comes back learns that nothing follows"


def test_whoever_comes_back_misses_nothing_and_hears_nothing_twice(
    core: RunningCore, url: str, job: Talking
) -> None:
    heard: list[dict[str, Any]] = []
    last = 0
    for turn in range(5):
        job.say(f"{turn} before")
        with EventSource(url, core.token, path=job.path, after=last) as source:
            job.say(f"{turn} after")
            heard += source.take(2 if turn % 2 else 1)
            last = source.last_id or 0
    job.end()
    with EventSource(url, core.token, path=job.path, after=last) as source:
        heard += source
    assert [each["seq"] for each in heard] == list(range(1, 11))


def test_only_what_matters_so_much_is_told(core: RunningCore, url: str, job: Talking) -> None:
    job.say("little", level="debug")
    with EventSource(url, core.token, "?level=warning", path=job.path) as source:
        job.say("little again")
        job.say("much", level="error")
        job.end()
        assert messages(list(source)) == ["much"]
    assert source.last_id == 3


def test_a_page_waits_for_an_entry(job: Talking) -> None:
    begun = time.monotonic()
    job.soon(job.say, "at last")
    page = job.page("?wait=20")
    assert messages(page["items"]) == ["at last"]
    job.soon(job.end)
    page = job.page(f"?after={page['next_cursor']}&wait=20")
    assert (page["items"], page["finished"]) == ([], True)
    assert time.monotonic() - begun < 20
    assert job.page("?after=1&wait=20")["finished"]
    assert job._core.request("GET", f"{job.path}?wait=26").status_code == 422


def test_who_may_not_see_the_job_is_not_told_of_it(core: RunningCore, url: str, job: Talking) -> None:
    stranger = core.limited_token("entities:read")
    with EventSource(url, stranger, path=job.path) as source:
        assert (source.status, source.problem()["code"]) == (403, "forbidden")
    reader = core.limited_token("jobs:read")
    core.request("PUT", f"/v1/job-types/{KIND}", json={"needs": ["tokens:write"]}).raise_for_status()
    with EventSource(url, reader, path=job.path) as source:
        assert (source.status, source.problem()["code"]) == (404, "not_found")
    core.request("PUT", f"/v1/job-types/{KIND}", json={}).raise_for_status()
    with EventSource(url, reader, path="/v1/jobs/" + "0" * 64 + "/log") as source:
        assert (source.status, source.problem()["code"]) == (404, "not_found")


def test_the_stream_ends_with_the_token(core: RunningCore, url: str, job: Talking) -> None:
    made = core.request("POST", "/v1/tokens", json={"name": "listener", "permissions": ["jobs:read"]}).json()
    with EventSource(url, made["secret"], path=job.path).begun() as source:
        core.request("DELETE", f"/v1/tokens/{made['token_id']}").raise_for_status()
        job.say("not for everybody")
        assert list(source) == []


def test_who_follows_a_log_counts_among_those_who_follow(tmp_path: Any) -> None:
    with running_core(tmp_path / "small", limits={"followers": 2}) as core, on_a_socket(core) as url:
        job = Talking(core)
        with ExitStack() as streams:
            streams.enter_context(EventSource(url, core.token, path=job.path).begun())
            with EventSource(url, core.token, path=job.path) as source:
                assert (source.status, source.problem()["code"]) == (503, "overloaded")


@pytest.mark.parametrize("last", ["-1", "x", "1" * 19])
def test_a_last_id_that_is_none_is_refused(core: RunningCore, job: Talking, last: str) -> None:
    answer = core.request("GET", job.path, headers={"Last-Event-ID": last})
    assert (answer.status_code, answer.json()["errors"][0]["in"]) == (422, "header")
