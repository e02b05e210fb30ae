"""When a schedule comes round next, also when clocks are changed, and what is said of one that cannot (J13)."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from faceforge_storage.schedules.cron import BadCron, check, next_run

VIENNA = "Europe/Vienna"


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


@pytest.mark.parametrize(
    ("cron", "zone", "after", "comes"),
    [
        ("30 3 * * *", "UTC", "2026-11-26T03:29:59Z", "2026-11-26T03:30Z"),
        ("30 3 * * *", "UTC", "2026-11-26T03:30:00Z", "2026-11-27T03:30Z"),
        ("30 3 * * *", "UTC", "2026-11-26T03:30:00.5Z", "2026-11-27T03:30Z"),
        ("30 3 * * *", VIENNA, "2026-11-26T00:00Z", "2026-11-26T02:30Z"),
        ("30 3 * * *", VIENNA, "2026-07-01T00:00Z", "2026-07-01T01:30Z"),
        ("0 9 * * MON-FRI", "America/New_York", "2026-11-27T20:00Z", "2026-11-30T14:00Z"),
        ("0 0 L * *", "UTC", "2027-02-01T00:00Z", "2027-02-28T00:00Z"),
        ("0 0 29 2 *", "UTC", "2026-11-26T00:00Z", "2028-02-29T00:00Z"),
        ("*/15 * * * *", "Asia/Kathmandu", "2026-11-26T00:01Z", "2026-11-26T00:15Z"),
    ],
)
def test_the_next_time_is_that_on_the_clock_of_the_place(
    cron: str, zone: str, after: str, comes: str
) -> None:
    assert next_run(cron, zone, at(after)) == at(comes)


def test_a_time_that_the_clock_leaves_out_is_made_up_by_the_first_there_is() -> None:
    assert next_run("30 2 * * *", VIENNA, at("2026-03-28T12:00Z")) == at("2026-03-29T01:00Z")
    assert next_run("30 2 * * *", VIENNA, at("2026-03-29T01:00Z")) == at("2026-03-30T00:30Z")


def test_a_time_that_the_clock_shows_twice_comes_once() -> None:
    assert next_run("30 2 * * *", VIENNA, at("2026-10-24T12:00Z")) == at("2026-10-25T00:30Z")
    assert next_run("30 2 * * *", VIENNA, at("2026-10-25T00:30Z")) == at("2026-10-26T01:30Z")
    assert next_run("30 2 * * *", VIENNA, at("2026-10-25T01:15Z")) == at("2026-10-26T01:30Z")


def test_what_comes_every_ten_minutes_does_so_while_the_clock_is_put_back() -> None:
    moments = [at("2026-10-24T23:55Z")]
    for _ in range(20):
        moments.append(next_run("*/10 * * * *", VIENNA, moments[-1]))
    assert {later - earlier for earlier, later in pairwise(moments[1:])} == {timedelta(minutes=10)}


MOMENTS = st.datetimes(datetime(2020, 1, 1), datetime(2035, 1, 1)).map(lambda each: each.replace(tzinfo=UTC))
ZONES = st.sampled_from(["UTC", VIENNA, "Australia/Lord_Howe", "America/St_Johns", "Pacific/Apia"])
CRONS = st.sampled_from(["30 2 * * *", "*/7 * * * *", "15 */5 1-9 * *", "0 0 * * 7", "59 23 31 12 *"])


@given(cron=CRONS, zone=ZONES, after=MOMENTS)
def test_the_next_time_is_always_later_and_none_lies_between(cron: str, zone: str, after: datetime) -> None:
    comes = next_run(cron, zone, after)
    assert comes > after
    assert next_run(cron, zone, comes - timedelta(seconds=1)) == comes


@pytest.mark.parametrize(
    ("cron", "zone", "said"),
    [
        ("", "UTC", "has five fields"),
        ("0 0 30 3 * *", "UTC", "has five fields"),
        ("@daily", "UTC", "has five fields"),
        ("1," * 200 + "1 * * * *", "UTC", "has five fields"),
        ("61 * * * *", "UTC", "the first field, the minute"),
        ("* 24 * * *", "UTC", "the second field, the hour"),
        ("* * 0 * *", "UTC", "the third field, the day of the month"),
        ("* * * 13 *", "UTC", "the fourth field, the month"),
        ("* * * * FUNDAY", "UTC", "the fifth field, the day of the week"),
        ("0 0 30 2 *", "UTC", "the third field, the day of the month"),
        ("0 0 * * *", "Europe/Atlantis", "is no time zone"),
        ("0 0 * * *", "../../etc/passwd", "is no time zone"),
        ("0 0 * * *", "", "is no time zone"),
        ("0 0 * * *", "Europe", "is no time zone"),
        ("0 0 * * *", "a\0b", "is no time zone"),
    ],
)
def test_what_cannot_be_meant_is_refused_in_words(cron: str, zone: str, said: str) -> None:
    with pytest.raises(BadCron, match=said):
        check(cron, zone)


@given(cron=st.text(alphabet="0123456789*/,-#LWMON\u00b2 ", max_size=40))
def test_any_text_is_a_time_or_refused_in_words(cron: str) -> None:
    with suppress(BadCron):
        check(cron, "UTC")
