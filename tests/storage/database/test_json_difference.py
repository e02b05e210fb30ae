"""B4, U4: a difference gives each of two objects from the other, exactly, and holds no more than what differs."""

from __future__ import annotations

import itertools
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from faceforge_storage.database.json_columns import dumps, loads, same_json
from faceforge_storage.database.json_difference import Difference, backward, difference, forward

KEYS = st.sampled_from(["a", "b", "", "/", "~0", "before", "list_offsets", "0"])
"""Few, so that two values have many in common, and some that mean something elsewhere."""
SCALARS = st.sampled_from(
    [None, False, True, 0, 1, 1.0, 0.0, -0.0, 1e300, 2**70, "", "1", "名", "\N{RIGHT-TO-LEFT OVERRIDE}"]
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=15,
)
OBJECTS = st.dictionaries(KEYS, VALUES, max_size=5)


@st.composite
def edited(draw: st.DrawFn) -> tuple[dict[str, Any], dict[str, Any]]:
    """An object, and the same after a few edits somewhere inside."""
    before = draw(OBJECTS)
    after = json.loads(json.dumps(before))
    for _ in range(draw(st.integers(0, 3))):
        _edit(draw, after)
    return before, after


def _edit(draw: st.DrawFn, whole: dict[str, Any]) -> None:
    places: list[Any] = [whole]
    for place in places:
        inside = place.values() if isinstance(place, dict) else place
        places += [each for each in inside if isinstance(each, dict | list)]
    place = draw(st.sampled_from(places))
    remove = draw(st.booleans())
    if isinstance(place, dict):
        key = draw(st.sampled_from(sorted(place)) if place and remove else KEYS)
        if remove:
            place.pop(key, None)
        else:
            place[key] = draw(VALUES)
    else:
        start = draw(st.integers(0, len(place)))
        place[start : start + draw(st.integers(0, 2))] = [] if remove else [draw(VALUES)]


def assert_same(one: Any, other: Any) -> None:
    assert same_json(one, other), (one, other)


def stored(change: Difference) -> Difference:
    """The difference as it comes back from the journal."""
    return Difference(*(loads(dumps(each)) for each in change))


@settings(deadline=None, max_examples=400)
@given(edited() | st.tuples(OBJECTS, OBJECTS))
def test_each_side_follows_from_the_other(sides: tuple[dict[str, Any], dict[str, Any]]) -> None:
    before, after = sides
    untouched = dumps(sides)
    change = stored(difference(before, after))
    assert_same(forward(before, change), after)
    assert_same(backward(after, change), before)
    assert dumps(sides) == untouched, "neither side is changed in place"


@settings(deadline=None, max_examples=400)
@given(edited() | st.tuples(OBJECTS, OBJECTS))
def test_it_holds_nothing_exactly_when_nothing_differs(sides: tuple[dict[str, Any], dict[str, Any]]) -> None:
    change = difference(*sides)
    assert (change == ({}, {}, {})) == same_json(*sides)
    assert bool(change.before or change.after) != same_json(*sides)
    assert len(dumps(change.before)) <= len(dumps(sides[0]))
    assert len(dumps(change.after)) <= len(dumps(sides[1]))


@settings(deadline=None)
@given(st.lists(OBJECTS, min_size=2, max_size=6))
def test_a_history_leads_back_to_its_start_and_forth_to_its_end(states: list[dict[str, Any]]) -> None:
    changes = [stored(difference(*pair)) for pair in itertools.pairwise(states)]
    value = states[-1]
    for change, earlier in reversed(list(zip(changes, states, strict=False))):
        value = backward(value, change)
        assert_same(value, earlier)
    for change in changes:
        value = forward(value, change)
    assert_same(value, states[-1])


LONG = [{"n": number} for number in range(1000)]


@pytest.mark.parametrize(
    ("before", "after", "change"),
    [
        ({"a": None}, {}, ({"a": None}, {}, {})),
        ({"a": None}, {"a": 0}, ({"a": None}, {"a": 0}, {})),
        ({"a": 1}, {"a": 1.0}, ({"a": 1}, {"a": 1.0}, {})),
        ({"a": 1}, {"a": True}, ({"a": 1}, {"a": True}, {})),
        ({"a": 0.0}, {"a": -0.0}, ({"a": 0.0}, {"a": -0.0}, {})),
        ({"a": 1, "b": 2}, {"b": 2, "a": 1}, ({}, {}, {})),
        ({"a": {"b": 1, "c": 2}}, {"a": {"b": 1, "c": 3}}, ({"a": {"c": 2}}, {"a": {"c": 3}}, {})),
        ({"a": {}}, {"a": {"b": 1}}, ({"a": {}}, {"a": {"b": 1}}, {})),
        ({"a": {}}, {}, ({"a": {}}, {}, {})),
        ({"a": {"b": 1}}, {"a": [1]}, ({"a": {"b": 1}}, {"a": [1]}, {})),
        ({"a": ["x"]}, {"a": ["x", "y"]}, ({"a": []}, {"a": ["y"]}, {"a": 1})),
        ({"a": [0, 1, 2]}, {"a": [0, 2]}, ({"a": [1]}, {"a": []}, {"a": 1})),
        ({"a": [0, 0]}, {"a": [0]}, ({"a": [0]}, {"a": []}, {"a": 1})),
        ({"a": [0]}, {"a": [False]}, ({"a": [0]}, {"a": [False]}, {"a": 0})),
        ({"a": [{"b": 1}]}, {"a": [{"b": 2}]}, ({"a": [{"b": 1}]}, {"a": [{"b": 2}]}, {"a": 0})),
        ({"a": {"b": LONG}}, {"a": {"b": [*LONG, 1]}}, ({"a": {"b": []}}, {"a": {"b": [1]}}, {"a": {"b": 1000}})),
    ],
)  # fmt: skip
def test_what_it_holds(before: dict[str, Any], after: dict[str, Any], change: tuple[Any, ...]) -> None:
    assert dumps(difference(before, after)) == dumps(change)
    assert dumps(difference(after, before)) == dumps([change[1], change[0], change[2]])
