"""The errors of a response: each with its path, in the order of the response, and one for each null it explains."""

from __future__ import annotations

from collections.abc import Sequence

from graphql import GraphQLError
from graphql.error import located_error

from faceforge_executor.cells import Position


def located_errors(
    failures: Sequence[tuple[Position, Exception]], propagate_nulls: bool
) -> list[GraphQLError]:
    """The errors of a response, in its order. Of several that make the same value null only the first is kept.

    With `propagate_nulls` a null where none may be makes null what holds it, as far up as it takes.
    """
    found = []
    for position, error in failures:
        nodes, path = position.cells.field.nodes, position.path().as_list()
        null = _nulled_by(position, propagate_nulls)
        found.append((position.order(), null, located_error(error, nodes, path)))
    found.sort(key=lambda each: each[0])
    nulled = {null for _, null, _ in found}
    errors, explained = [], set()
    for _, null, error in found:
        if null in explained or any(null[:length] in nulled for length in range(len(null))):
            continue
        explained.add(null)
        errors.append(error)
    return errors


def _nulled_by(position: Position, propagate_nulls: bool) -> tuple[str | int, ...]:
    """The path of what becomes null because there is no value at `position`; empty when that is the whole response."""
    here: Position | None = position
    while here is not None:
        if not (propagate_nulls and here.non_null):
            return tuple(here.path().as_list())
        here = here.parent()
    return ()
