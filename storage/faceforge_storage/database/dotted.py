"""Words in parts, such as `image.cover` or `image/png`: what a filter for all below `image` finds, out of indexes.

Rows of one value come in their order out of the index over the value and the sort; rows of many values do not, and
sorting a million to show fifty takes a second. So each value gives its own first rows, and only those are sorted.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import (
    CTE,
    ColumnElement,
    Select,
    Text,
    and_,
    func,
    literal,
    literal_column,
    select,
    type_coerce,
)

MERGE = "faceforge_merge"
"""The execution option of a statement that has its `Merge`."""


@dataclass(frozen=True)
class Under:
    """What a filter wants: what begins with `name` and the sign, at any depth; not `name` itself."""

    name: str | ColumnElement[Any]
    """A value, or the parameter that has it."""
    sign: str = "."
    """What parts the words: a dot in kinds, a slash in media types."""

    @property
    def first(self) -> ColumnElement[str]:
        """No word below is less."""
        return self._followed_by(self.sign)

    @property
    def end(self) -> ColumnElement[str]:
        """All words below are less: it has the character after the sign."""
        return self._followed_by(chr(ord(self.sign) + 1))

    def _followed_by(self, sign: str) -> ColumnElement[str]:
        name = self.name if isinstance(self.name, ColumnElement) else literal(self.name)
        return type_coerce(name, Text).concat(literal_column(f"'{sign}'", Text))


@dataclass(frozen=True)
class Merge:
    """That a statement wants many values of `column`: those below a word that rows have where `condition` holds."""

    column: ColumnElement[str]
    under: Under
    condition: ColumnElement[bool]

    def values(self) -> CTE:
        """Each of the values once, as `value`: every step looks the next one up in the index over the column."""
        least = select(func.min(self.column).label("value")).where(self.condition)
        found = least.where(fits(self.column, self.under)).cte(recursive=True)
        # Only one bound from below, for SQLite searches by the first that it is given.
        following = least.where(self.column > found.c.value, self.column < self.under.end).correlate(found)
        return found.union_all(select(following.scalar_subquery()).where(found.c.value.is_not(None)))


def fits(column: ColumnElement[str], wanted: str | ColumnElement[Any] | Under) -> ColumnElement[bool]:
    """Whether `column` is the word wanted, or below it; both are a search in an index over the column."""
    if isinstance(wanted, Under):
        return and_(column >= wanted.first, column < wanted.end)
    return column == wanted


def merged(statement: Select[Any], merge: Merge) -> Select[Any]:
    """The statement, which wants just the rows of `merge`, to be read in its order by merging those of each value."""
    return statement.execution_options(**{MERGE: merge})


def merge_of(statement: Select[Any]) -> Merge | None:
    """How a statement is to be read, when it is to be merged."""
    found: Merge | None = statement.get_execution_options().get(MERGE)
    return found


def narrowed(statement: Select[Any], condition: ColumnElement[bool]) -> Select[Any]:
    """The statement with one more condition, which its merge has, too."""
    merge = merge_of(statement)
    if merge is not None:
        narrower = replace(merge, condition=and_(merge.condition, condition))
        statement = merged(statement, narrower)
    return statement.where(condition)
