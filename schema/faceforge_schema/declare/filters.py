"""The filters of a list: which of them are set is part of its statement's text, what they are set to are parameters."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

from sqlalchemy import bindparam

from faceforge_storage.database.json_columns import dumps
from faceforge_storage.errors import Fault, InvalidInput

Readers = Mapping[str, Callable[[Any], Any]]
"""Filter -> what reads its argument: answers what the statement gets, None for no filter; raises InvalidInput."""


@dataclass(frozen=True)
class Filters:
    """The filters that a list was asked with. Lists of values are one parameter each, JSON."""

    fixed: Mapping[str, Any]
    """Filters of few values, which are written into the statement."""
    values: Mapping[str, Any]
    """What the others are set to."""

    @property
    def key(self) -> Hashable:
        """What the text of the statement depends on."""
        return (*self.fixed.items(), *self.values)

    def arguments(self) -> dict[str, Any]:
        """What the function of the list is given for its statement: parameters in place of the values."""
        return {**self.fixed, **{name: bindparam(_parameter(name)) for name in self.values}}

    def parameters(self) -> dict[str, Any]:
        """The values of those parameters."""
        return {_parameter(name): value for name, value in self.values.items()}


def filters_of(arguments: Mapping[str, Any], readers: Readers, most: int) -> Filters:
    """The filters that the arguments of a list set; raises InvalidInput, also for a list of more than `most` values."""
    fixed: dict[str, Any] = {}
    values: dict[str, Any] = {}
    for name, given in arguments.items():
        if isinstance(given, list) and len(given) > most:
            raise InvalidInput(
                f"The filter {name} has {len(given)} values; `limits.filter_values` is {most}.",
                hint="Ask several times with fewer values each, or raise `limits.filter_values`.",
                errors=(Fault(f"/{name}", f"has at most {most} values", "too_long", "query"),),
            )
        value = readers[name](given) if given is not None and name in readers else given
        if isinstance(value, bool | Enum):
            fixed[name] = value
        elif value is not None:
            values[name] = dumps(value) if isinstance(value, list) else value
    return Filters(fixed, values)


def none_if_empty(values: list[Any]) -> list[Any] | None:
    """The reader of a list that filters nothing while it is empty, such as the tags that all must be there."""
    return values or None


def _parameter(name: str) -> str:
    """The parameter of a filter. No other parameter of a statement begins as it does."""
    return f"by_{name}"
