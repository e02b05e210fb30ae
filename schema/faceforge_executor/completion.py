"""Completes the values that a field gave: takes lists apart, serializes leaves, groups objects by their type."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from types import GeneratorType
from typing import TYPE_CHECKING, Any, cast

from graphql import (
    GraphQLError,
    GraphQLLeafType,
    GraphQLObjectType,
    GraphQLResolveInfo,
    Undefined,
    is_abstract_type,
)
from graphql.execution.executor import invalid_return_type_error
from graphql.pyutils import is_iterable

from faceforge_executor.batches import ManyPerParent, OnePerParent
from faceforge_executor.cells import Cells, Group, Layer, Place
from faceforge_executor.leaves import as_they_are, completed
from faceforge_executor.objects import ColumnTable, ObjectList, Objects

if TYPE_CHECKING:
    from faceforge_executor.executor import BreadthFirstExecutor

_PLAIN = frozenset({str, int, float, bool, dict, list, tuple, type(None)})
"""Types whose values are neither awaitable nor errors."""

Kinds = Sequence[GraphQLObjectType | Exception]


def fill(cells: Cells, values: Sequence[Any]) -> bool:
    """Fill the cells of a leaf whose values are answered as they are; False when they are not, and nothing is done."""
    field = cells.field
    if len(values) != len(cells.group.objects) or not as_they_are(field.named_type, field.non_null, values):
        return False
    cells.layers.append(Layer(len(values), None, None))
    cells.leaves = values
    return True


async def complete(executor: BreadthFirstExecutor, cells: Cells, answer: Any) -> None:
    """Fill `cells` with what its field gave: one value for each object, `ManyPerParent` or `OnePerParent`."""
    last = len(cells.field.non_null) - 1
    values, size, present = _unpacked(executor, cells, answer, last)
    for depth in range(len(cells.layers), last + 1):
        if not isinstance(values, ColumnTable):
            size = len(values)
            if depth:  # what the field itself gave was awaited with all others of the level
                values = await settled(executor, values)
            values, present = _sifted(executor, cells, depth, values)
        if depth < last:
            values, present, counts = await _opened(
                executor, cells, depth, cast("Sequence[Any]", values), present
            )
            cells.layers.append(Layer(size, present, counts))
    cells.layers.append(Layer(size, present, None))
    if cells.field.is_leaf:
        cells.leaves, errors = completed(
            cast("GraphQLLeafType", cells.field.named_type), cast("Sequence[Any]", values)
        )
        for place, error in errors.items():
            executor.add_failure(_at(cells, place), error)
    else:
        cells.leaves = [None] * len(values)  # unless a group answers
        if len(values):
            cells.below = await _groups(executor, cells, values)


def _unpacked(
    executor: BreadthFirstExecutor, cells: Cells, answer: Any, last: int
) -> tuple[Any, int, Sequence[int] | None]:
    """The values of the first depth that is still to do, how many there are with the nulls, and which are none."""
    size = len(cells.group.objects)
    if isinstance(answer, OnePerParent):
        return _one_each(executor, cells, answer, last)
    if isinstance(answer, ManyPerParent):
        if last != 1 or len(answer.counts) != size or sum(answer.counts) != len(answer.items):
            return _refused(cells, "gave lists that are not one for each parent")
        cells.layers.append(Layer(size, None, answer.counts))
        return _raw(answer.items), len(answer.items), None
    if not isinstance(answer, Sequence) or len(answer) != size:
        return _refused(cells, f"did not give {size} values, one for each parent")
    return answer, size, None


def _one_each(
    executor: BreadthFirstExecutor, cells: Cells, answer: OnePerParent, last: int
) -> tuple[Any, int, Sequence[int] | None]:
    size = len(cells.group.objects)
    present = range(size) if answer.indexes is None else answer.indexes
    if last != 0 or len(answer.items) != len(present):
        return _refused(cells, "gave objects that are not one for each parent that has one")
    if not isinstance(answer.items, ColumnTable):
        whole: list[Any] = [None] * size
        for place, value in zip(present, answer.items.to_list(), strict=True):
            whole[place] = value
        return whole, size, None
    if cells.field.non_null[0]:
        for index in set(range(size)).difference(present):
            executor.add_failure(Place(cells, 0, index), _null(cells))
    return answer.items, size, answer.indexes


def _raw(items: Objects) -> Any:
    return items if isinstance(items, ColumnTable) else items.to_list()


def _refused(cells: Cells, why: str) -> tuple[Any, int, None]:
    size = len(cells.group.objects)
    error = TypeError(f"The batch function of {cells.field.parent}.{cells.field.name} {why}.")
    return [error] * size, size, None


async def settled(executor: BreadthFirstExecutor, values: Sequence[Any]) -> Sequence[Any]:
    """The values with all that is awaitable among them awaited, together; an Exception where one failed."""
    places = awaitable_places(executor, values)
    if not places:
        return values
    found = list(values)
    awaited = await executor.gathered([found[place] for place in places])
    for place, value in zip(places, awaited, strict=True):
        found[place] = value
    return found


def awaitable_places(executor: BreadthFirstExecutor, values: Sequence[Any]) -> Sequence[int]:
    """Where the awaitable values are. Each type is asked once, but generators, of which only some are awaitable."""
    unknown = set(map(type, values)) - _PLAIN
    if not unknown:
        return ()
    samples = {type(each): each for each in values}
    slow = {kind for kind in unknown if kind is GeneratorType or executor.is_awaitable(samples[kind])}
    return [place for place, each in enumerate(values) if type(each) in slow and executor.is_awaitable(each)]


def _sifted(
    executor: BreadthFirstExecutor, cells: Cells, depth: int, values: Sequence[Any]
) -> tuple[Sequence[Any], Sequence[int] | None]:
    """The values that are there, and their places when some are not."""
    kinds = set(map(type, values))
    if type(None) not in kinds and not any(
        kind is type(Undefined) or issubclass(kind, Exception) for kind in kinds - _PLAIN
    ):
        return values, None
    kept, present = [], []
    for index, value in enumerate(values):
        if value is None or value is Undefined:
            if cells.field.non_null[depth]:
                executor.add_failure(Place(cells, depth, index), _null(cells))
        elif isinstance(value, Exception):
            executor.add_failure(Place(cells, depth, index), value)
        else:
            kept.append(value)
            present.append(index)
    return kept, present


async def _opened(
    executor: BreadthFirstExecutor,
    cells: Cells,
    depth: int,
    values: Sequence[Any],
    present: Sequence[int] | None,
) -> tuple[Sequence[Any], Sequence[int] | None, list[int]]:
    """The items of lists one after the other, the places of the lists that could be read, and their lengths."""
    places = range(len(values)) if present is None else present
    items: list[Any] = []
    counts: list[int] = []
    read: list[int] = []
    for place, value in zip(places, values, strict=True):
        try:
            more = value if type(value) in {list, tuple} else await _items(executor, cells, value)
        except Exception as error:
            executor.add_failure(Place(cells, depth, place), error)
            continue
        items.extend(more)
        counts.append(len(more))
        read.append(place)
    return items, present if len(read) == len(values) else read, counts


async def _items(executor: BreadthFirstExecutor, cells: Cells, value: Any) -> Sequence[Any]:
    if executor.is_async_iterable(value):
        return await executor.collected(value)
    if not is_iterable(value):
        where = f"{cells.field.parent}.{cells.field.name}"
        raise GraphQLError(f"Expected Iterable, but did not find one for field '{where}'.")
    return list(value)


async def _groups(executor: BreadthFirstExecutor, cells: Cells, values: Any) -> list[Group]:
    """The objects that a field reached, a group for each type."""
    named = cells.field.named_type
    if isinstance(values, ColumnTable):
        objects: Any = values
        # What comes as a table is of the type it says; a type of objects need not say.
        kinds: Sequence[Any] | None = (
            None if values.kinds is None else [executor.schema.get_type(each) for each in values.kinds]
        )
    else:
        objects = ObjectList(values)
        kinds = await _kinds(executor, cells, values)
    by_kind: dict[Any, Sequence[int]] = {}
    if kinds is None:
        by_kind[named] = range(len(values))
    for place, kind in enumerate(kinds or ()):
        if isinstance(kind, Exception):
            executor.add_failure(_at(cells, place), kind)
        else:
            cast("list[int]", by_kind.setdefault(kind, [])).append(place)
    groups = []
    for kind, places in by_kind.items():
        try:
            plan = cells.field.plan_below(kind)
        except GraphQLError as error:
            for place in places:
                executor.add_failure(_at(cells, place), error)
        else:
            whole = len(places) == len(values)
            groups.append(
                Group(plan, objects if whole else objects.take(places), cells, None if whole else places)
            )
    return groups


async def _kinds(executor: BreadthFirstExecutor, cells: Cells, values: Sequence[Any]) -> Kinds | None:
    """The type of each value, or its error; None when all are certainly of the type of the field."""
    named, field = cells.field.named_type, cells.field
    if is_abstract_type(named):
        abstract = named
        decide = abstract.resolve_type or executor.type_resolver

        def valid(place: int, name: Any) -> Any:
            about = _info(executor, cells, place)
            return executor.ensure_valid_runtime_type(name, abstract, field.details, about, values[place])

        names = await _asked(executor, cells, values, lambda _, value, info: decide(value, info, abstract))
        kinds: list[Any] = [_tried(valid, place, name) for place, name in enumerate(names)]
    elif cast("GraphQLObjectType", named).is_type_of is None:
        return None
    else:
        kinds = [named] * len(values)

    def is_of(place: int, value: Any, info: GraphQLResolveInfo[Any]) -> Any:
        kind = kinds[place]
        return (
            True if isinstance(kind, Exception) or kind.is_type_of is None else kind.is_type_of(value, info)
        )

    if any(not isinstance(kind, Exception) and kind.is_type_of is not None for kind in set(kinds)):
        for place, said in enumerate(await _asked(executor, cells, values, is_of)):
            if isinstance(said, Exception):
                kinds[place] = said
            elif not said:
                kinds[place] = invalid_return_type_error(kinds[place], values[place], field.details)
    return kinds


async def _asked(
    executor: BreadthFirstExecutor,
    cells: Cells,
    values: Sequence[Any],
    ask: Callable[[int, Any, GraphQLResolveInfo[Any]], Any],
) -> Sequence[Any]:
    """What is said of each value, or the error that asking raised."""
    said = [_tried(ask, place, value, _info(executor, cells, place)) for place, value in enumerate(values)]
    return await settled(executor, said)


def _tried(ask: Callable[..., Any], place: int, value: Any, *more: Any) -> Any:
    if isinstance(value, Exception):
        return value
    try:
        return ask(place, value, *more)
    except Exception as error:
        return error


def _info(executor: BreadthFirstExecutor, cells: Cells, place: int) -> GraphQLResolveInfo[Any]:
    """What is told of the field whose value it is, or is in."""
    return executor.info(cells.group, cells.field, _at(cells, place).steps()[0])


def _at(cells: Cells, place: int) -> Place:
    """The place of one of the values that are there at the last depth."""
    depth = len(cells.layers) - 1
    present = cells.layers[depth].present
    return Place(cells, depth, place if present is None else present[place])


def _null(cells: Cells) -> TypeError:
    where = f"{cells.field.parent}.{cells.field.name}"
    return TypeError(f"Cannot return null for non-nullable field {where}.")
