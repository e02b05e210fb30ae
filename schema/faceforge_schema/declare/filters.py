"""The filters of a list: which of them are set is part of its statement's text, what they are set to are parameters."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

from sqlalchemy import bindparam

from faceforge_storage.database.dotted import Under
from faceforge_storage.database.json_columns import dumps
from faceforge_storage.errors import Fault, InvalidInput

Readers = Mapping[str, Callable[[Any], Any]]
"""Filter -> what reads its argument: answers what the statement gets, `Under` for all words below one, None for no
filter; raises InvalidInput."""


@dataclass(frozen=True)
class Filters:
    """The filters that a list was asked with. Lists of values are one parameter each, JSON."""

    fixed: Mapping[str, Any]
    """Filters of few values, which are written into the statement."""
    values: Mapping[str, Any]
    """What the others are set to."""
    under: frozenset[tuple[str, str]]
    """Those of them that want what is below their value, a word in parts; each with the sign between the parts."""

    @property
    def key(self) -> Hashable:
        """What the text of the statement depends on."""
        return (*self.fixed.items(), *self.values, self.under)

    def arguments(self) -> dict[str, Any]:
        """What the function of the list is given for its statement: parameters in place of the values."""
        values: dict[str, Any] = {name: bindparam(_parameter(name)) for name in self.values}
        return {**self.fixed, **values, **{name: Under(values[name], sign) for name, sign in self.under}}

    def parameters(self) -> dict[str, Any]:
        """The values of those parameters."""
        return {_parameter(name): value for name, value in self.values.items()}


def filters_of(arguments: Mapping[str, Any], readers: Readers, most: int) -> Filters:
    """The filters that the arguments of a list set.

    Raises InvalidInput, also for a list of more than `most` values, and for null: it comes from a program that has no
    value, and were it no filter, that program would be answered everything.
    """
    fixed: dict[str, Any] = {}
    values: dict[str, Any] = {}
    under: set[tuple[str, str]] = set()
    for name, given in arguments.items():
        if given is None:
            raise InvalidInput(
                f"The filter {name} is null.",
                hint="Leave out a filter that is not wanted; declare a variable that is needed with `!`.",
                errors=(Fault(f"/{name}", "is null; leave it out, or give a value", "null", "query"),),
            )
        if isinstance(given, list) and len(given) > most:
            raise InvalidInput(
                f"The filter {name} has {len(given)} values; `limits.filter_values` is {most}.",
                hint="Ask several times with fewer values each, or raise `limits.filter_values`.",
                errors=(Fault(f"/{name}", f"has at most {most} values", "too_long", "query"),),
            )
        value = readers[name](given) if name in readers else given
        if isinstance(value, Under):
            under.add((name, value.sign))
            value = value.name
        if isinstance(value, bool | Enum):
            fixed[name] = value
        elif value is not None:
            values[name] = dumps(value) if isinstance(value, list) else value
    return Filters(fixed, values, frozenset(under))


def none_if_empty(values: list[Any]) -> list[Any] | None:
    """The reader of a list that filters nothing while it is empty, such as the tags that all must be there."""
    return values or None


def _parameter(name: str) -> str:
    """The parameter of a filter. No other parameter of a statement begins as it does."""
    return f"by_{name}"
