"""What is told of everything that went wrong: each error at its place, and none below what became null anyway."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from graphql import GraphQLError
from graphql.error import located_error

from faceforge_executor.cells import Place


class Fault(NamedTuple):
    """An error, and the value that there is none of."""

    place: Place
    error: Exception


def told(faults: Sequence[Fault], spread_nulls: bool) -> list[GraphQLError]:
    """The errors of a response, in its order. Of several that make the same value null, the first is told."""
    found = []
    for place, error in faults:
        nodes, path = place.cells.field.nodes, place.path().as_list()
        found.append(
            (place.order(), tuple(path), _nulled(place, spread_nulls), located_error(error, nodes, path))
        )
    found.sort(key=lambda each: each[0])
    nulled = {each[2] for each in found}
    errors, done = [], set()
    for _, _, null, error in found:
        if null in done or any(null[:length] in nulled for length in range(len(null))):
            continue
        done.add(null)
        errors.append(error)
    return errors


def _nulled(place: Place, spread_nulls: bool) -> tuple[str | int, ...]:
    """The path of what becomes null because there is no value at `place`; empty when that is the whole response."""
    here: Place | None = place
    while here is not None:
        if not (spread_nulls and here.non_null):
            return tuple(here.path().as_list())
        here = here.above()
    return ()
