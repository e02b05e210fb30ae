"""The words in which the rows of operations are written."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from world import UNKNOWN, World

Arguments = Callable[[World], dict[str, Any]]


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
            invalid("/limit", lambda w: {**good(w), "first": 0}),
            invalid("/limit", lambda w: {**good(w), "first": 501}),
            Bad(lambda w: {**good(w), "after": "WyJhIiwgMSwgMV0"}, 400, "invalid_cursor"),
            Bad(lambda w: {**good(w), "after": "\N{SNOWMAN} no cursor"}, 400, "invalid_cursor"),
            *bad,
        ),
    )


def with_input(arguments: Arguments, **changed: Any) -> Arguments:
    return lambda w: {**arguments(w), "input": changed}


def ada(w: World) -> dict[str, Any]:
    return {"entity_id": w.ada}


def photo(w: World) -> dict[str, Any]:
    return {"asset_id": w.photo}


def fact(w: World) -> dict[str, Any]:
    return {"descriptor_id": w.fact}


def relation(w: World) -> dict[str, Any]:
    return {"relationship_id": w.relation}


def kind(w: World) -> dict[str, Any]:
    return {"name": w.relation_type}


def key(w: World) -> dict[str, Any]:
    return {"field_key": w.field_key}


def tool(w: World) -> dict[str, Any]:
    return {"token_id": w.token}


def link(w: World) -> dict[str, Any]:
    return {"entity_id": w.bob, "asset_id": w.photo}


def related(w: World, **more: Any) -> dict[str, Any]:
    ends = {"src_entity_id": w.ada, "dst_entity_id": w.bob, "relationship_type": "friend"}
    return {"input": {**ends, **more}}


UNKNOWN_ENTITY = gone(entity_id=UNKNOWN)
MALFORMED = (
    Bad(lambda w: {"entity_id": "no id"}, 404, "not_found"),
    Bad(lambda w: {"entity_id": "A" * 64}, 404, "not_found"),
    Bad(lambda w: {"entity_id": w.ada[:-1]}, 404, "not_found"),
)
