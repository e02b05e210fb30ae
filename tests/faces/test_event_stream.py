"""Who follows events hears of each once, in order, as it happens, for as long as they may."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest
from event_source import EventSource
from job_runner import Runner
from running_core import RunningCore, on_a_socket, running_core
from socket_client import signed_in

from faceforge_server.events import routes
from faceforge_server.files import progress
from faceforge_storage.events.hub import READING
from faceforge_storage.home.settings import Journal
from faceforge_storage.retention import Retention

FOLLOW = """subscription ($after: BigInt, $types: [String!]) { events(after: $after, types: $types) {
    items { eventId type recordId data } nextCursor } }"""


@pytest.fixture(scope="module")
def url(core: RunningCore) -> Iterator[str]:
    with on_a_socket(core) as found:
        yield found


def entity(core: RunningCore, name: str = "Somebody") -> str:
    made = core.request("POST", "/v1/entities", json={"display_name": name}).json()
    return str(made["entity_id"])


def last(core: RunningCore) -> int:
    return int(core.request("GET", "/v1/events?limit=1").json()["last_event_id"])


def until(holds: Any, seconds: float = 10) -> None:
    end = time.monotonic() + seconds
    while not holds() and time.monotonic() < end:
        time.sleep(0.02)
    assert holds()


def test_a_stream_begins_now_and_tells_at_once(core: RunningCore, url: str) -> None:
    entity(core)
    with EventSource(url, core.token).begun() as source:
        assert source.last_id == last(core)
        assert source.headers["content-type"] == "text/event-stream; charset=utf-8"
        assert source.headers["cache-control"] == "no-store"
        made = entity(core)
        (event,) = source.take(1)
    assert (event["type"], event["record_id"]) == ("entity.created", made)
    assert event["event_id"] == source.last_id


def test_whoever_comes_back_goes_on_after_the_last_id(core: RunningCore, url: str) -> None:
    with EventSource(url, core.token).begun() as source:
        first = entity(core)
        heard = source.take(1)
    missed = [entity(core) for _ in range(3)]
    # A browser sends the header to the address it was given, whatever `after` that has.
    with EventSource(url, core.token, "?after=0", after=source.last_id) as source:
        missed.append(entity(core))
        heard += source.take(4)
    assert [each["record_id"] for each in heard] == [first, *missed]


def test_the_position_moves_on_past_what_is_not_wanted(core: RunningCore, url: str, monkeypatch: Any) -> None:
    monkeypatch.setattr(routes, "PULSE_SECONDS", 0.2)
    with EventSource(url, core.token, "?types=token.*").begun() as source:
        entity(core)
        until(lambda: source.block() == "" and source.last_id == last(core))
        assert source.block() == ""
        assert source.comments, "a silent stream sends a comment now and then"


@pytest.mark.parametrize("query", ["?types=entity.created&types=token.*", "?types=entity.*", ""])
def test_old_and_new_events_are_filtered_alike(query: str, core: RunningCore, url: str) -> None:
    after = last(core)

    def act() -> None:
        made = entity(core)
        core.request("PATCH", f"/v1/entities/{made}", json={"tags": ["a"]})
        core.limited_token()
        core.request("DELETE", f"/v1/entities/{made}")
        entity(core, "the end")

    with EventSource(url, core.token, query).begun() as source:
        act()
        live = source.take(1)
        while live[-1]["event_id"] < last(core):
            live += source.take(1)
    with EventSource(url, core.token, query, after=after) as source:
        assert source.take(len(live)) == live
    listed = core.request("GET", f"/v1/events{query or '?'}&after={after}&limit=500").json()
    assert listed["items"] == live


def test_an_expired_cursor_is_refused_before_the_stream_begins(core: RunningCore, url: str) -> None:
    with EventSource(url, core.token, after=10**9) as source:
        assert source.status == 410
        assert source.problem()["code"] == "cursor_expired"


def test_ephemeral_events_have_no_id_and_are_told_once(core: RunningCore, url: str) -> None:
    reader, stranger = core.limited_token("assets:read"), core.limited_token("entities:read")
    with (
        EventSource(url, reader).begun() as source,
        EventSource(url, stranger).begun() as other,
    ):
        until(
            lambda: core.core.events._ring is not None
        )  # who follows is told what is announced from then on
        core.core.events.announce("upload.progress", {"received_bytes": 5}, needs="assets:read")
        (event,) = source.take(1)
        assert (event["event_id"], event["data"]) == (None, {"received_bytes": 5})
        made = entity(core)
        assert [each["record_id"] for each in other.take(1)] == [made]
        with EventSource(url, reader, after=source.last_id) as late:
            asset = core.request("POST", "/v1/assets/upload", files={"file": ("a.txt", made.encode())}).json()
            heard = next(each for each in late if each["event_id"] is not None)
            assert heard["record_id"] == asset["asset_id"]


def test_of_the_progress_of_a_job_the_last_is_told_however_fast_it_is_said(
    core: RunningCore, url: str
) -> None:
    runner = Runner(core, "test.fast")
    job, said, told = runner.one(), [each / 20 for each in range(1, 21)], []
    with EventSource(url, core.token, "?types=job.progress").begun() as source:
        for fraction in said:
            assert runner.say(job, "heartbeat", progress={"fraction": fraction}).is_success
        while told[-1:] != said[-1:]:
            told += [each["data"]["fraction"] for each in source.take(1)]
    assert told[0] == said[0]
    assert told == sorted(set(told))


def test_a_kind_that_nobody_declared_is_not_announced(core: RunningCore) -> None:
    with pytest.raises(ValueError, match="no kind"):
        core.core.events.announce("reading.begun", {}, needs="assets:read")


@pytest.mark.parametrize("change", ["revoked", "rotated", "changed"])
def test_a_token_that_is_void_hears_nothing_more(change: str, core: RunningCore, url: str) -> None:
    made = core.request(
        "POST", "/v1/tokens", json={"name": change, "permissions": ["entities:read", "tokens:read"]}
    ).json()
    address = f"/v1/tokens/{made['token_id']}"
    with EventSource(url, made["secret"]).begun() as source:
        start = time.monotonic()
        if change == "revoked":
            core.request("DELETE", address)
        elif change == "rotated":
            core.request("POST", f"{address}/rotate")
        else:
            core.request("PATCH", address, json={"permissions": ["entities:read"]})
        entity(core)
        assert list(source) == []
        assert time.monotonic() - start < 12  # not with the next sign of life


def test_nobody_who_left_is_kept(core: RunningCore, url: str) -> None:
    hub = core.core.events
    until(lambda: not hub._followers)
    sources = [EventSource(url, core.token).begun() for _ in range(5)]
    assert hub._followers.total() == 5
    for source in sources:
        source.close()
    until(lambda: (hub._followers, hub._ring, hub._reading) == ({}, None, None))


def test_nobody_takes_all_the_places_of_those_who_follow(tmp_path: Any) -> None:
    """B6, B7: what is followed keeps its connection, and others are to find one."""
    with running_core(tmp_path / "home", limits={"followers": 5}) as core, on_a_socket(core) as url:
        made = [
            core.request("POST", "/v1/tokens", json={"name": name, "permissions": []}).json()["secret"]
            for name in ("one", "two")
        ]
        taken = [EventSource(url, token).begun() for token in (core.token, core.token, made[0], made[0])]
        for token in (core.token, made[0]):
            with EventSource(url, token) as refused:
                assert (refused.status, refused.headers["retry-after"]) == (503, "5")
                assert refused.problem()["code"] == "overloaded"
        waiting = core.request("GET", "/v1/events", params={"after": last(core), "wait": 1})
        assert waiting.json()["code"] == "overloaded"
        taken.append(EventSource(url, made[1]).begun())
        with EventSource(url, made[1]) as refused:
            assert "limits.followers: 5" in refused.problem()["detail"]
        for source in taken:
            source.close()
        until(lambda: not core.core.events._followers)
        EventSource(url, core.token).begun().close()


def test_one_look_at_the_journal_serves_all_who_follow(core: RunningCore, url: str) -> None:
    sources = [EventSource(url, core.token).begun() for _ in range(10)]
    time.sleep(0.3)
    with core.statements() as seen:
        made = entity(core)
        heard = [source.take(1)[0]["record_id"] for source in sources]
        time.sleep(0.3)
    for source in sources:
        source.close()
    assert heard == [made] * 10
    assert len([each for each in seen if "max(changes.row_id)" in each]) <= 2
    assert READING.light


def test_a_subscription_tells_in_batches_with_the_position(core: RunningCore, url: str) -> None:
    entity(core)
    after = last(core)
    with signed_in(url.replace("http://", "ws://") + "/graphql", core.token) as socket:
        socket.subscribe(FOLLOW, types=["entity.*"])
        assert socket.next()["events"] == {"items": [], "nextCursor": after}
        made = entity(core)
        batch = socket.next()["events"]
        assert [each["recordId"] for each in batch["items"]] == [made]
        assert batch["nextCursor"] == batch["items"][0]["eventId"] == last(core)
        socket.subscribe(FOLLOW, id="2", after=after)
        assert [socket.next()["events"]["nextCursor"] for _ in range(2)] == [after, batch["nextCursor"]]
        core.core.events.announce("upload.progress", {"a": [1]}, needs="assets:read")
        assert socket.next()["events"]["items"][0]["data"] == {"a": [1]}


@pytest.mark.parametrize(
    ("variables", "code"), [({"after": 10**9}, "cursor_expired"), ({"types": ["x"]}, "invalid_input")]
)
def test_a_subscription_that_cannot_begin_says_why(
    variables: dict[str, Any], code: str, core: RunningCore, url: str
) -> None:
    with signed_in(url.replace("http://", "ws://") + "/graphql", core.token) as socket:
        socket.subscribe(FOLLOW, **variables)
        message = socket.answer()
        errors = message["payload"]["errors"] if message["type"] == "next" else message["payload"]
        assert errors[0]["extensions"]["code"] == code


def test_a_stop_ends_the_streams_at_once(tmp_path: Any) -> None:
    with (
        running_core(tmp_path / "home") as core,
        on_a_socket(core) as url,
        EventSource(url, core.token).begun() as source,
    ):
        threading.Timer(0.2, lambda: core.wait(_closed(core))).start()
        assert list(source) == []


async def _closed(core: RunningCore) -> None:
    core.core.events.close()


def test_a_stream_needs_a_token(url: str) -> None:
    with EventSource(url, "wrong") as source:
        assert source.status == 401
        assert source.problem()["code"] == "unauthorized"


def test_a_cursor_of_what_was_dropped_is_expired_on_every_way(fresh: RunningCore) -> None:
    """U4: whoever asks for what was dropped learns so."""
    for name in ("one", "two", "three"):
        entity(fresh, name)
    fresh.wait(Retention(fresh.core.database, Journal(keep_bytes=1)).drop())
    listed = fresh.request("GET", "/v1/events").json()
    assert [each["event_id"] for each in listed["items"]] == [3]
    assert listed["oldest_event_id"] == 3
    assert fresh.request("GET", "/v1/system/info").json()["oldest_changeset_id"] == 3
    assert fresh.request("GET", "/v1/events?after=2").json()["items"] == listed["items"]
    for path in ("/v1/events?after=1", "/v1/events?after=0&wait=5"):
        answer = fresh.request("GET", path)
        assert (answer.status_code, answer.json()["code"]) == (410, "cursor_expired")
    asked = fresh.request("POST", "/graphql", json={"query": "{ events(after: 1) { nextCursor } }"}).json()
    assert asked["errors"][0]["extensions"]["code"] == "cursor_expired"
    with on_a_socket(fresh) as url, EventSource(url, fresh.token, after=1) as source:
        assert source.status == 410


def test_a_long_upload_tells_how_far_it_is(
    core: RunningCore, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(progress, "EVERY_SECONDS", 0)
    stranger, reader = core.limited_token("entities:read"), core.limited_token("assets:read")
    with (
        EventSource(url, reader, "?types=upload.*").begun() as source,
        EventSource(url, stranger, "?types=upload.*&types=entity.*").begun() as other,
    ):
        answer = core.request("PUT", "/v1/assets/upload?filename=a.bin", content=b"x" * 2_500_000)
        assert answer.status_code == 201
        told = []
        while not told or not told[-1]["done"]:
            told.append(source.take(1)[0]["data"])
        assert told[-1]["received_bytes"] == 2_500_000
        assert {each["expected_bytes"] for each in told} == {2_500_000}
        assert {each["upload_id"] for each in told} == {answer.headers["x-request-id"]}
        made = entity(core)
        assert other.take(1)[0]["record_id"] == made
