"""What the tests of the faces ask of a noun, and the words in which `nouns/` answers: one module, one `NOUN` each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from world import World

from faceforge_storage.database.gateway import AnyRow, Write

Arguments = Callable[[World], dict[str, Any]]
Row = dict[str, Any]


@dataclass(frozen=True)
class Bad:
    """A call that is refused."""

    arguments: Arguments
    status: int
    code: str
    place: str | None = None


@dataclass(frozen=True)
class Rows:
    """A call that works and shows `shows` in its answer, and calls that are refused."""

    good: Arguments
    shows: dict[str, Any] | None
    bad: tuple[Bad, ...]
    recorded: bool = True
    """Whether what it changes are records; False for what is outside of the journal."""


@dataclass(frozen=True)
class Patch:
    """How a record is patched. A value may be a function of the world.

    `change` is a patch with an effect; `fill` sets what `clears` empties: key -> what null makes of it. `keeps` are the
    keys that refuse null, `merges` those whose objects are merged, `lists` those replaced whole, with a value each.
    `apart` are keys that null suits only together with others; they have tests of their own.
    """

    change: dict[str, Any]
    keeps: tuple[str, ...]
    fill: dict[str, Any] = field(default_factory=dict)
    clears: dict[str, Any] = field(default_factory=dict)
    merges: tuple[str, ...] = ()
    lists: dict[str, list[Any]] = field(default_factory=dict)
    apart: tuple[str, ...] = ()


@dataclass(frozen=True)
class Place:
    """One of many equal places in a database: an entity with an asset, its neighbour, and the centre that all share."""

    number: int
    entity: AnyRow
    asset: AnyRow
    neighbour: AnyRow
    centre: AnyRow


@dataclass(frozen=True)
class Noun:
    """All that the tests know of a noun.

    `operations` has rows for each of its operations. `which` names a record of it, made when first asked for, and
    `trashed` one in the trash. `without_effect`: what is asked -> (operation, arguments) that change nothing.
    `beside` gives Ada of the first world one more record below her, made from the second. `fill` writes one record of
    it into a place of a large database. `indexes`: table that the database derives -> its rows for a row of `record`.
    """

    operations: dict[str, Rows]
    record: str = ""
    which: Arguments | None = None
    trashed: Arguments | None = None
    patch: Patch | None = None
    without_effect: dict[str, tuple[str, Arguments]] = field(default_factory=dict)
    beside: Callable[[World, World], Any] = lambda _ada, _other: None
    fill: Callable[[Write, Place], Any] = lambda _tx, _place: None
    indexes: dict[str, Callable[[int, Row], set[tuple[Any, ...]]]] = field(default_factory=dict)


def gone(**name: Any) -> Bad:
    """An id that nothing has."""
    return Bad(lambda w: {**name}, 404, "not_found")


def invalid(place: str, arguments: Arguments) -> Bad:
    return Bad(arguments, 422, "invalid_input", place)


def stale(arguments: Arguments) -> Bad:
    return Bad(lambda w: {**arguments(w), "expected_version": 99}, 412, "version_conflict")


def a_list(good: Arguments = lambda w: {}, *bad: Bad) -> Rows:
    """A list: every one refuses an impossible page and a foreign cursor."""
    return Rows(
        lambda w: {**good(w), "first": 2, "include_total": True},
        None,
        (
            invalid("/limit", lambda w: {**good(w), "first": -1}),
            invalid("/limit", lambda w: {**good(w), "first": 501}),
            Bad(lambda w: {**good(w), "after": "WyJhIiwgMSwgMV0"}, 400, "invalid_cursor"),
            Bad(lambda w: {**good(w), "after": "\N{SNOWMAN} no cursor"}, 400, "invalid_cursor"),
            *bad,
        ),
    )


def with_input(arguments: Arguments, **changed: Any) -> Arguments:
    return lambda w: {**arguments(w), "input": changed}
