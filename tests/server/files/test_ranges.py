"""Ranges and conditions of RFC 9110, against a slicer too simple to be wrong (D11)."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from faceforge_server.files.conditions import Validators, matches
from faceforge_server.files.ranges import (
    NEAR_BYTES,
    ByteRange,
    Selection,
    coalesce,
    parse_ranges,
    select,
)
from faceforge_storage.errors import RangeNotSatisfiable, VersionConflict

TAG = '"abc"'
MADE, EARLIER, LATER = (f"Sat, 01 Jan 2022 00:00:{second} GMT" for second in ("30", "29", "31"))
AT = Validators(TAG, 1_640_995_230)
WHOLE = Selection(200, (ByteRange(0, 10),))


def part(start: int, stop: int) -> Selection:
    return Selection(206, (ByteRange(start, stop),))


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("bytes=0-0", part(0, 1)),
        ("bytes=-1", part(9, 10)),
        ("bytes=9-9", part(9, 10)),
        ("bytes=9-", part(9, 10)),
        ("bytes=0-", part(0, 10)),
        ("bytes=0-99", part(0, 10)),
        ("bytes=-99", part(0, 10)),
        ("Bytes = 2-3", part(2, 4)),
        ("bytes=2-3,", part(2, 4)),
        ("bytes=2-3,20-", part(2, 4)),
        ("bytes=2-3, 1-2", part(1, 4)),
        ("bytes=", WHOLE),
        ("bytes", WHOLE),
        ("bytes=-", WHOLE),
        ("bytes=3-2", WHOLE),
        ("bytes=a-b", WHOLE),
        ("bytes=1-2;3-4", WHOLE),
        ("bytes=1-2,x", WHOLE),
        ("bytes=+1-2", WHOLE),
        ("bytes=1 - 2", WHOLE),
        ("bytes=١-٢", WHOLE),
        ("items=0-1", WHOLE),
        ("bytes=" + "9" * 30 + "-", WHOLE),
        ("bytes=" + ",".join(["0-0"] * 65), WHOLE),
    ],
)
def test_a_range_of_ten_bytes(header: str, expected: Selection) -> None:
    assert select("GET", {"range": header}, AT, 10) == expected


@pytest.mark.parametrize("header", ["bytes=10-", "bytes=10-20", "bytes=-0", "bytes=10-,99-100"])
def test_a_range_past_the_end_is_416_and_tells_the_size(header: str) -> None:
    with pytest.raises(RangeNotSatisfiable) as refused:
        select("GET", {"range": header}, AT, 10)
    assert refused.value.headers == {"Content-Range": "bytes */10"}


def test_an_empty_file_has_no_range_but_its_end() -> None:
    assert select("GET", {"range": "bytes=-5"}, AT, 0) == Selection(200, (ByteRange(0, 0),))
    with pytest.raises(RangeNotSatisfiable):
        select("GET", {"range": "bytes=0-"}, AT, 0)


@pytest.mark.parametrize(
    ("method", "headers", "expected"),
    [
        ("HEAD", {"range": "bytes=0-0"}, WHOLE),
        ("GET", {"range": "bytes=0-0", "if-range": TAG}, part(0, 1)),
        ("GET", {"range": "bytes=0-0", "if-range": '"other"'}, WHOLE),
        ("GET", {"range": "bytes=0-0", "if-range": f"W/{TAG}"}, WHOLE),
        ("GET", {"range": "bytes=0-0", "if-range": MADE}, part(0, 1)),
        ("GET", {"range": "bytes=0-0", "if-range": EARLIER}, WHOLE),
        ("GET", {"range": "bytes=0-0", "if-range": LATER}, WHOLE),
        ("GET", {"range": "bytes=0-0", "if-range": "yesterday"}, WHOLE),
        ("GET", {"range": "bytes=0-0", "if-range": "Saturday, 01-Jan-22 00:00:30 GMT"}, part(0, 1)),
        ("GET", {"if-modified-since": MADE}, Selection(304, ())),
        ("HEAD", {"if-modified-since": LATER}, Selection(304, ())),
        ("GET", {"if-modified-since": "Sat Jan  1 00:00:30 2022"}, Selection(304, ())),
        ("GET", {"if-modified-since": EARLIER}, WHOLE),
        ("GET", {"if-modified-since": "2022-01-01T00:00:30Z"}, WHOLE),
        ("GET", {"if-modified-since": "Thu, 31 Feb 2028 00:00:00 GMT"}, WHOLE),
        ("GET", {"if-modified-since": "Sat, 01 Jan 2022 01:00:30 +0100"}, WHOLE),
        ("GET", {"if-modified-since": LATER, "if-none-match": '"x"'}, WHOLE),
        ("GET", {"if-modified-since": EARLIER, "if-none-match": TAG}, Selection(304, ())),
        ("GET", {"if-modified-since": MADE, "range": "bytes=99-"}, Selection(304, ())),
        ("GET", {"if-unmodified-since": MADE, "range": "bytes=0-0"}, part(0, 1)),
        ("GET", {"if-unmodified-since": LATER}, WHOLE),
        ("GET", {"if-unmodified-since": "never"}, WHOLE),
        ("GET", {"if-unmodified-since": EARLIER, "if-match": TAG}, WHOLE),
        ("GET", {"if-unmodified-since": MADE, "if-modified-since": MADE}, Selection(304, ())),
        ("GET", {"range": "bytes=99-", "if-range": '"other"'}, WHOLE),
        ("GET", {"if-none-match": TAG}, Selection(304, ())),
        ("HEAD", {"if-none-match": "*"}, Selection(304, ())),
        ("GET", {"if-none-match": f'"x", W/{TAG}'}, Selection(304, ())),
        ("GET", {"if-none-match": '"x"'}, WHOLE),
        ("GET", {"if-none-match": TAG, "range": "bytes=99-"}, Selection(304, ())),
        ("GET", {"if-match": TAG, "range": "bytes=0-0"}, part(0, 1)),
        ("GET", {"if-match": "*"}, WHOLE),
        ("GET", {"if-match": TAG, "if-none-match": TAG}, Selection(304, ())),
    ],
)
def test_conditions_come_before_ranges(method: str, headers: dict[str, str], expected: Selection) -> None:
    assert select(method, headers, AT, 10) == expected


@pytest.mark.parametrize("header", ['"other"', f"W/{TAG}", "", "abc"])
def test_if_match_compares_strongly(header: str) -> None:
    with pytest.raises(VersionConflict):
        select("GET", {"if-match": header, "if-none-match": TAG}, AT, 10)


@pytest.mark.parametrize(
    "more", [{}, {"range": "bytes=0-0"}, {"if-none-match": TAG}, {"if-modified-since": MADE}]
)
def test_a_file_newer_than_if_unmodified_since_is_refused(more: dict[str, str]) -> None:
    with pytest.raises(VersionConflict) as refused:
        select("HEAD", {"if-unmodified-since": EARLIER, **more}, AT, 10)
    assert refused.value.headers == {"ETag": TAG, "Last-Modified": MADE}


@given(st.text(max_size=40))
def test_any_date_is_read_or_ignored_but_never_breaks(header: str) -> None:
    for text in (header, f"{header} GMT", f"Sat, 01 Jan {header} 00:00:30 GMT"):
        select("GET", {"if-modified-since": text, "if-range": text, "range": "bytes=0-0"}, AT, 10)


@pytest.mark.parametrize(
    ("header", "found"),
    [('"a,b", "abc"', True), ('"a""abc"', False), ('"abc', False), ('"a" ,\t"abc" ', True), ("*, x", False)],
)
def test_a_list_of_tags_is_read_by_its_grammar(header: str, found: bool) -> None:
    assert matches(header, TAG, weak=False) is found


SIZES = st.integers(min_value=0, max_value=2000)
POSITIONS = st.integers(min_value=0, max_value=2500)
SPECS = st.one_of(
    st.tuples(POSITIONS, POSITIONS).map(lambda ends: f"{min(ends)}-{max(ends)}"),
    POSITIONS.map(lambda first: f"{first}-"),
    POSITIONS.map(lambda length: f"-{length}"),
)


def naive(specs: list[str], size: int) -> set[int]:
    """The places of all bytes that the specs name, one by one."""
    places: set[int] = set()
    for spec in specs:
        first, _, last = spec.partition("-")
        if not first:
            places |= set(range(size)[-int(last) :] if int(last) else [])
        else:
            places |= set(range(size)[int(first) : int(last) + 1 if last else None])
    return places


@given(specs=st.lists(SPECS, min_size=1, max_size=20), size=SIZES)
def test_ranges_name_the_bytes_a_slicer_finds(specs: list[str], size: int) -> None:
    places = naive(specs, size)
    try:
        ranges = parse_ranges("bytes=" + ", ".join(specs), size)
    except RangeNotSatisfiable:
        assert not places
        return
    if ranges is None:
        assert size == 0
        return
    sent = [place for found in ranges for place in range(found.start, found.stop)]
    assert places <= set(sent) <= set(range(size))
    assert len(sent) == len(set(sent))
    if len(specs) == 1:
        assert set(sent) == places
    gap = [place for place in sent if place not in places]
    assert all(
        {place - NEAR_BYTES, place + NEAR_BYTES} & set(range(-NEAR_BYTES, size + NEAR_BYTES)) for place in gap
    )


@given(st.lists(st.tuples(st.integers(0, 5000), st.integers(1, 300)), min_size=1, max_size=64))
def test_joined_ranges_lie_apart_and_the_first_asked_comes_first(asked: list[tuple[int, int]]) -> None:
    ranges = [ByteRange(start, start + length) for start, length in asked]
    joined = coalesce(ranges)
    assert joined[0].start <= ranges[0].start < joined[0].stop
    ordered = sorted(joined, key=lambda found: found.start)
    assert all(later.start - earlier.stop > NEAR_BYTES for earlier, later in pairwise(ordered))
    for one in ranges:
        assert any(found.start <= one.start and one.stop <= found.stop for found in joined)


@given(st.text(max_size=60))
def test_any_header_is_answered_or_refused_but_never_breaks(header: str) -> None:
    for text in (header, f"bytes={header}"):
        try:
            ranges = parse_ranges(text, 100)
        except RangeNotSatisfiable:
            continue
        assert ranges is None or all(0 <= found.start < found.stop <= 100 for found in ranges)
    matches(header, TAG, weak=True)
