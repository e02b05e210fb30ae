"""What is read for a level of a query: the columns selected below, by statements that are kept and used again."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from typing import Any

from graphql import print_ast
from sqlalchemy import Select

from faceforge_executor import ColumnTable, FieldPlan, Level, ObjectPlan, Objects, OnePerParent
from faceforge_schema.directives import holds_items, is_list
from faceforge_storage.database import records
from faceforge_storage.database.prepared_select import Columns, PreparedSelect, PreparedSelects


def columns_below(field: FieldPlan) -> frozenset[str]:
    """The columns of the records a field reaches, itself or as a list, that the fields selected of them read."""
    found: frozenset[str] | None = field.prepared.get("columns")
    if found is None:
        found = field.prepared["columns"] = frozenset(_columns_below(field))
    return found


def _columns_below(field: FieldPlan) -> Iterator[str]:
    for selection in _records_below(field):
        yield from columns_of(selection)


def _records_below(field: FieldPlan) -> Iterator[ObjectPlan]:
    """What is selected of the records that a field reaches, itself or as a list."""
    for selection in field.plans_below():
        if is_list(selection.kind):
            for each in selection.fields:
                if holds_items(selection.kind, each.name, each.definition):
                    yield from _records_below(each)
        else:
            yield selection


def _answered_as_text(field: FieldPlan) -> frozenset[str]:
    """The columns whose JSON stands in the answer as it is stored: selected whole, and read by nothing else."""
    found: frozenset[str] | None = field.prepared.get("as text")
    if found is None:
        found = field.prepared["as text"] = _selected_whole(field)
    return found


def _selected_whole(field: FieldPlan) -> frozenset[str]:
    whole: set[str] = set()
    read: set[str] = set()
    for sibling in siblings(field):
        for selection in _records_below(sibling):
            for each in selection.fields:
                if each.column is not None:
                    (whole if each.takes_json_text else read).add(each.column)
                elif each.batch is not None:
                    read |= each.batch.reads
    return frozenset(whole - read)


def columns_of(selection: ObjectPlan) -> Iterator[str]:
    """The columns that the fields of a selection read."""
    for each in selection.fields:
        if each.column is not None:
            yield each.column
        elif each.batch is not None:
            yield from each.batch.reads


def siblings(field: FieldPlan) -> Iterator[FieldPlan]:
    """The fields of the same selection that are the same under other names, itself among them."""
    arguments = _arguments(field)
    return (
        each
        for each in field.parent_plan.fields
        if each.definition is field.definition and _arguments(each) == arguments
    )


def _arguments(field: FieldPlan) -> tuple[str, ...]:
    """The arguments of a field as they are written; the nodes themselves differ by where they stand."""
    found: tuple[str, ...] | None = field.prepared.get("arguments")
    if found is None:
        found = field.prepared["arguments"] = tuple(
            print_ast(each) for each in field.nodes[0].arguments or ()
        )
    return found


def prepared(
    level: Level, key: Hashable, wanted: frozenset[str], make: Callable[[], Select[Any]]
) -> PreparedSelect:
    """The statement by which a field reads the columns `wanted`, made when it is first needed.

    `key` is what else its text depends on; values of callers' are none of that, so no cache grows with what they send.
    """
    field, context = level.field, level.context
    statements: PreparedSelects = context.core.statements
    as_text = _answered_as_text(field)
    return statements.get((field.parent.name, field.name, wanted, as_text, key), make, as_text)


def existing_columns(rows: Select[Any], names: Iterable[str]) -> list[str]:
    """Those of the columns that the statement has, in its order."""
    wanted = set(names)
    return [name for name in rows.selected_columns.keys() if name in wanted]  # noqa: SIM118  # no mapping


def outside_the_trash(parents: Objects, column: str) -> list[Any]:
    """A column of the parents, None for those in the trash: what hangs on them is hidden."""
    rows = zip(parents.column(column), parents.column("deleted_at"), strict=True)
    return [value if deleted is None else None for value, deleted in rows]


def records_by_key(
    level: Level, rows: Callable[[], Select[Any]], key: str, wanted: Sequence[Any]
) -> OnePerParent:
    """For each of `wanted` the record of `rows` whose `key` it is, where there is one."""
    field = level.field

    wanted_columns = columns_below(field) | {key}

    def make() -> Select[Any]:
        statement = rows()
        return records.by_keys(statement, existing_columns(statement, wanted_columns), key)

    keys = list(dict.fromkeys(each for each in wanted if each is not None))
    columns: Columns = {}
    if keys:
        reading = prepared(level, "by key", wanted_columns, make)
        columns = reading(level.context.snapshot, {"wanted": keys}, level.context.budget)
    places = {value: place for place, value in enumerate(columns.get(key, ()))}
    found = [at for at, each in enumerate(wanted) if each in places]
    items = ColumnTable(columns, len(places)).take([places[wanted[at]] for at in found])
    return OnePerParent(items, None if len(found) == len(wanted) else found)
