"""Core's schema for graphql-core's own executor: each batch function is asked for one parent at a time.

What the executor by levels answers is held against it. The plain executor is nowhere in the product.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import orjson
from graphql import ExecutionResult, GraphQLObjectType, execute, get_named_type, is_leaf_type, parse
from orjson import Fragment
from running_core import RunningCore

from faceforge_executor import (
    BATCH,
    COLUMN,
    BreadthFirstExecutor,
    FieldPlan,
    Level,
    ManyPerParent,
    ObjectList,
    ObjectPlan,
    OnePerParent,
)
from faceforge_schema import Actor, Context, build_schema

PLAIN = build_schema()


@dataclass
class Planned(Context):
    """A context that knows the plan of its document: batch functions want to know what is selected below them."""

    plan: ObjectPlan | None = None


def ask(core: RunningCore, text: str, variables: dict[str, Any]) -> ExecutionResult:
    """The answer of graphql-core, on one snapshot."""
    document = parse(text)
    built = BreadthFirstExecutor.build(PLAIN.graphql, document, None, None, variables)
    assert isinstance(built, BreadthFirstExecutor), built
    context = Planned(core.core, Actor("install", core.core.permissions), plan=built.plan)

    def work(db: Any) -> Any:
        return execute(
            PLAIN.graphql,
            document,
            ObjectList([None]),
            replace(context, db=db),
            variables,
        )

    result = core.core.database.reading(work)
    assert isinstance(result, ExecutionResult)
    return result


def _planned(info: Any) -> FieldPlan:
    """The plan of the field that is resolved."""
    selection = info.context.plan
    field: FieldPlan | None = None
    for key in (each for each in info.path.as_list() if isinstance(each, str)):
        field = next(each for each in selection.fields if each.key == key)
        if isinstance(field.named_type, GraphQLObjectType):
            selection = field.plan_below(field.named_type)
    assert field is not None
    return field


def _alone(answer: Any, is_object: bool) -> Any:
    """What a batch function answered for its one parent."""
    if isinstance(answer, OnePerParent):
        return None if answer.indexes is not None and not len(answer.indexes) else answer.items
    if isinstance(answer, ManyPerParent):
        return [answer.items.take([place]) for place in range(len(answer.items))]
    (value,) = answer
    if isinstance(value, Exception):
        raise value
    if isinstance(value, Fragment):  # graphql-core knows values only
        value = orjson.loads(orjson.dumps(value))
    return _held(value, is_object)


def _held(value: Any, is_object: bool) -> Any:
    """An object as the one of its level."""
    if not is_object or value is None:
        return value
    return [ObjectList([each]) for each in value] if isinstance(value, list) else ObjectList([value])


def _resolve_by_object(field: Any) -> None:
    is_object, own = not is_leaf_type(get_named_type(field.type)), field.resolve
    batch, column = field.extensions.get(BATCH), field.extensions.get(COLUMN)

    def resolve(source: Any, info: Any, **arguments: Any) -> Any:
        if column is not None:
            return _alone(source.column(column), is_object)
        if batch is not None:
            level = Level(_planned(info), source, arguments, info.context, {})
            return _alone(batch.call(level), is_object)
        return _held(own(None, info, **arguments), is_object)

    field.resolve = resolve


for _kind in PLAIN.graphql.type_map.values():
    if isinstance(_kind, GraphQLObjectType) and not _kind.name.startswith("__") and _kind.name != "Mutation":
        for _field in _kind.fields.values():
            _resolve_by_object(_field)
