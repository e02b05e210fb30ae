"""Which part of a long list an address asks for, and how rows are passed over."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from starlette.datastructures import QueryParams

from faceforge_storage.errors import BadRequest
from faceforge_ui.serving.windows import STEP, TOLD, Window, window


class Rows:
    """A list of so many rows, whose cursors are `c` and how many stand before."""

    def __init__(self, count: int) -> None:
        self.count = count
        self.asked: list[int] = []

    async def step(self, first: int, after: str | None) -> dict[str, Any]:
        self.asked.append(first)
        end = min(self.count, int((after or "c0")[1:]) + first)
        return {"endCursor": f"c{end}" if end else None, "hasNextPage": end < self.count}


def asked(query: str, rows: Rows) -> Window:
    return asyncio.run(window(QueryParams(query), rows.step))


def test_the_first_view_has_fifty_rows_and_says_how_many_there_are() -> None:
    found = asked("q=mira", Rows(1000))
    assert (found.rows, found.after, found.counted) == (50, None, True)


def test_what_follows_a_cursor_is_a_hundred_rows_and_is_not_counted() -> None:
    found = asked("cursor=c50&rows=100", rows := Rows(1000))
    assert (found.rows, found.after, found.counted) == (100, "c50", False)
    assert rows.asked == []


def test_a_refresh_counts_anew() -> None:
    assert asked("cursor=c50&rows=100&count=1", Rows(1000)).counted


def test_rows_are_passed_over_in_steps_from_the_cursor() -> None:
    found = asked("cursor=c50&skip=1200", rows := Rows(9000))
    assert rows.asked == [500, 500, 200]
    assert found.after == "c1250"
    assert found.passed == {500: "c550", 1000: "c1050", 1200: "c1250"}


def test_only_the_last_places_on_a_long_way_are_told() -> None:
    found = asked("skip=100000", Rows(200_000))
    assert len(found.passed) == TOLD
    assert max(found.passed) == 100_000
    assert min(found.passed) == 100_000 - (TOLD - 1) * STEP


def test_the_way_ends_with_the_list_and_says_how_long_it_is() -> None:
    found = asked("skip=5000", rows := Rows(700))
    assert rows.asked == [500, 500]
    assert found.counted


def test_an_empty_list_is_not_walked_for_ever() -> None:
    assert asked("skip=5000", rows := Rows(0)).after is None
    assert rows.asked == [500]


@pytest.mark.parametrize("query", ["skip=-1", "skip=x", "skip=9999999999", "rows=501", "rows=1e3"])
def test_what_is_no_number_in_its_bounds_is_refused(query: str) -> None:
    with pytest.raises(BadRequest):
        asked(query, Rows(10))
