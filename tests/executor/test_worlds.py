"""The random worlds hold what they are made for: each fault, where faults are wanted, and the same at each reading."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
from graphql import is_list_type, is_non_null_type
from worlds import FIELD_TYPES, NO_LIST, NUMBERS, WRONG_VALUE, Fault, World, WorldError


def test_a_field_holds_the_same_whenever_it_is_read() -> None:
    first = [as_text(value) for _, value in fields(World(7, 0.2))]
    assert first == [as_text(value) for _, value in fields(World(7, 0.2))]
    assert first != [as_text(value) for _, value in fields(World(8, 0.2))]


@pytest.mark.parametrize(("rate", "expected"), [(0.0, set()), (0.05, set(Fault)), (0.2, set(Fault))])
def test_a_world_has_every_fault_or_none(rate: float, expected: set[Fault]) -> None:
    found: Counter[Fault] = Counter()
    for seed in range(20):
        for of_type, value in fields(World(seed, rate)):
            if (
                isinstance(value, WorldError)
                and " of " in str(value)
                and not str(value).startswith("a value")
            ):
                found[Fault.FIELD_FAILS] += 1
            else:
                found.update(faults_in(of_type, value))
    assert set(found) == expected
    assert all(count > 20 for count in found.values())


def fields(world: World) -> Iterator[tuple[Any, Any]]:
    """The type and the value of each field of each object."""
    for (kind, name), of_type in FIELD_TYPES.items():
        for number in range(NUMBERS):
            yield of_type, world.value(kind, number, name, {})


def faults_in(of_type: Any, value: Any) -> Iterator[Fault]:
    """The faults of a value, and of the items in it."""
    if is_non_null_type(of_type):
        of_type = of_type.of_type
        if value is None:
            yield Fault.NULL
    if isinstance(value, WorldError):
        yield value.fault
    elif value == WRONG_VALUE:
        yield Fault.WRONG_TYPE
    elif is_list_type(of_type):
        if value == NO_LIST:
            yield Fault.NO_LIST
            return
        for item in value or ():
            yield from faults_in(of_type.of_type, item)


def as_text(value: Any) -> str:
    """A value as text, a thing by its type and number."""
    if isinstance(value, list):
        return str([as_text(each) for each in value])
    return f"{value.kind}{value.number}" if hasattr(value, "kind") else repr(value)
