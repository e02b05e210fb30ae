"""What the executor promises beside graphql-core's answers: one call for a level, one plan for a document, paths."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from typing import Any

import pytest
from graphql import (
    ExecutionResult,
    GraphQLSchema,
    MiddlewareManager,
    build_schema,
    execute,
    parse,
    subscribe,
    validate,
)
from people import People

from faceforge_executor import (
    BreadthFirstExecutor,
    Group,
    Level,
    ManyPerParent,
    ObjectList,
    OnePerParent,
    run_sync,
)


def test_a_field_is_called_once_for_all_objects_of_its_level(people: People) -> None:
    result = people.query("{ people(first: 3) { id friends { name friends(first: 4) { id } best { id } } } }")
    assert result.errors is None
    assert people.calls == [("people", 1), ("friends", 3), ("friends", 6), ("best", 6)]
    friend = result.data["people"][1]["friends"][0]  # type: ignore[index]  # there is data
    assert friend["name"] == "n1.0"
    assert [each["id"] for each in friend["friends"]] == [f"1.0.{n}" for n in range(4)]
    assert friend["best"] is None


def test_the_same_field_under_two_names_is_called_for_each_and_shares_what_it_has_read(
    people: People,
) -> None:
    seen: list[int] = []

    def shared(level: Level) -> list[str]:
        seen.append(level.shared.setdefault("rows", len(seen)))
        return ["s"] * len(level.parents)

    people.offer("Person", "slow", shared)
    assert people.query("{ people { a: slow b: slow } }").data == {"people": [{"a": "s", "b": "s"}] * 2}
    assert seen == [0, 0]


def test_nothing_is_called_for_no_objects(people: People) -> None:
    assert people.query("{ people(first: 0) { friends { id } } }").data == {"people": []}
    assert people.calls == [("people", 1)]


def test_a_batch_function_knows_what_is_selected_below(people: People) -> None:
    seen: list[set[str]] = []

    def people_(level: Level) -> ManyPerParent:
        (below,) = level.field.plans_below()
        seen.append({each.name for each in below.fields})
        return people.people(level)

    people.offer("Query", "people", people_)
    text = "query ($no: Boolean!) { people { id ...F friends @include(if: $no) { id } } } fragment F on Person { name }"
    people.query(text, variable_values={"no": False})
    people.query(text, variable_values={"no": True})
    assert seen == [{"id", "name"}, {"id", "name", "friends"}]


def test_a_resolver_among_rows_gets_its_true_path(people: People) -> None:
    paths: list[list[str | int]] = []

    def slow(_row: Any, info: Any) -> str:
        paths.append(info.path.as_list())
        return "x"

    people.field("Person", "slow").resolve = slow
    people.query("{ p: people { friends(first: 1) { s: slow } } }")
    assert paths == [["p", 0, "friends", 0, "s"], ["p", 1, "friends", 0, "s"]]


def test_a_parent_without_an_object_that_it_must_have_is_an_error(people: People) -> None:
    def present_at(*indexes: int) -> Callable[[Level], OnePerParent]:
        return lambda level: OnePerParent(people.rows([str(index) for index in indexes]), indexes)

    people.offer("Person", "boss", present_at(0))
    result = people.query("{ people { boss { id } } }")
    assert result.data is None
    assert [(each.message, each.path) for each in result.errors or ()] == [
        ("Cannot return null for non-nullable field Person.boss.", ["people", 1, "boss"])
    ]
    people.offer("Person", "boss", present_at(0, 1))
    assert people.query("{ people { boss { id } } }").data == {
        "people": [{"boss": {"id": "0"}}, {"boss": {"id": "1"}}]
    }


WRONG: list[tuple[str, Any]] = [
    ("too few values", lambda level: []),
    ("too many values", lambda level: ["x"] * 9),
    ("no list", lambda level: 5),
    ("a list for one that is none", lambda level: ManyPerParent(ObjectList([]), [0, 0])),
    ("objects that do not fit", lambda level: OnePerParent(ObjectList(["x"]), [0, 1])),
]


@pytest.mark.parametrize(("wrong", "call"), WRONG, ids=[each[0] for each in WRONG])
def test_a_batch_function_that_answers_something_else_is_an_error_of_each_parent(
    people: People, wrong: str, call: Any
) -> None:
    people.offer("Person", "slow", call)
    result = people.query("{ people { id slow } }")
    assert result.data == {"people": [{"id": "0", "slow": None}, {"id": "1", "slow": None}]}
    assert [each.path for each in result.errors or ()] == [["people", 0, "slow"], ["people", 1, "slow"]]
    assert "batch function of Person.slow" in str((result.errors or [None])[0])


def test_what_a_batch_function_raises_or_returns_as_an_error_is_reported_at_its_path(people: People) -> None:
    def broken(_level: Level) -> Any:
        raise ValueError("all of it")

    people.offer("Person", "slow", broken)
    result = people.query("{ people { slow } }")
    assert [(each.message, each.path) for each in result.errors or ()] == [
        ("all of it", ["people", 0, "slow"]),
        ("all of it", ["people", 1, "slow"]),
    ]
    people.offer("Person", "slow", lambda level: ["fine", ValueError("one")])
    result = people.query("{ people { slow } }")
    assert result.data == {"people": [{"slow": "fine"}, {"slow": None}]}
    assert [each.path for each in result.errors or ()] == [["people", 1, "slow"]]


def test_middleware_and_batch_functions_do_not_go_together(people: People) -> None:
    seen: list[str] = []

    def note(next_: Any, root: Any, info: Any, **arguments: Any) -> Any:
        seen.append(info.field_name)
        return next_(root, info, **arguments)

    people.field("Query", "hello").resolve = lambda *_: "you"
    result = people.query("{ hello people { id } }", middleware=MiddlewareManager(note))
    assert result.data is None
    assert "middleware" in str((result.errors or [None])[0])
    assert people.query("{ hello }", middleware=MiddlewareManager(note)).data == {"hello": "you"}
    assert set(seen) == {"hello"}


@pytest.mark.parametrize("directive", ["defer", "stream"])
def test_incremental_delivery_is_refused_by_name(people: People, directive: str) -> None:
    text = {"defer": "{ ... @defer { hello } }", "stream": "{ people @stream { id } }"}[directive]
    (error,) = validate(people.schema, parse(text))
    assert f"@{directive}" in error.message


def test_the_fields_of_a_mutation_run_one_after_the_other_and_stop_where_nothing_can_be_answered(
    people: People,
) -> None:
    done: list[Any] = []

    async def set_(_root: Any, _info: Any, to: int) -> int:
        await asyncio.sleep(0.01 / to)
        done.append(to)
        return to

    async def fail(*_: Any) -> int:
        raise ValueError("no")

    people.field("Mutation", "set").resolve = set_
    people.field("Mutation", "fail").resolve = fail

    async def ask(text: str) -> ExecutionResult:
        result: ExecutionResult = await execute(
            people.schema, parse(text), executor_class=BreadthFirstExecutor
        )  # type: ignore[misc]  # it waits
        return result

    result = asyncio.run(ask("mutation { a: set(to: 1) b: set(to: 2) }"))
    assert (result.data, done) == ({"a": 1, "b": 2}, [1, 2])
    result = asyncio.run(ask("mutation { a: set(to: 3) fail b: set(to: 4) }"))
    assert (result.data, done) == (None, [1, 2, 3])
    assert [each.path for each in result.errors or ()] == [["fail"]]


async def test_siblings_of_a_level_wait_together(people: People) -> None:
    running: list[str] = []
    both = asyncio.Event()

    async def wait(_root: Any, info: Any) -> str:
        running.append(info.path.key)
        if len(running) == 3:
            both.set()
        await asyncio.wait_for(both.wait(), 60)
        return "x"

    people.field("Query", "hello").resolve = wait
    result: Any = await execute(
        people.schema, parse("{ a: hello b: hello c: hello }"), executor_class=BreadthFirstExecutor
    )  # type: ignore[misc]  # it waits
    assert result.data == {"a": "x", "b": "x", "c": "x"}


async def test_an_execution_that_is_cancelled_cancels_what_it_waits_for(people: People) -> None:
    ended: list[str] = []

    async def wait(*_: Any) -> str:
        try:
            await asyncio.sleep(60)
        finally:
            ended.append("cancelled")
        return "x"

    people.field("Query", "hello").resolve = wait
    result: Any = execute(people.schema, parse("{ a: hello b: hello }"), executor_class=BreadthFirstExecutor)
    running = asyncio.ensure_future(result)
    await asyncio.sleep(0.01)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert ended == ["cancelled", "cancelled"]


async def test_each_event_of_a_subscription_is_executed(people: People) -> None:
    async def ticks(*_: Any) -> AsyncIterator[Any]:
        for number in (1, 2, "x"):
            yield {"ticks": number}

    people.field("Subscription", "ticks").subscribe = ticks
    stream: Any = subscribe(
        people.schema, parse("subscription { t: ticks }"), executor_class=BreadthFirstExecutor
    )
    result = [each async for each in stream]
    assert [each.data for each in result] == [{"t": 1}, {"t": 2}, {"t": None}]
    assert (result[2].errors or [None])[0].path == ["t"]


def test_a_very_deep_answer_needs_no_deep_stack() -> None:
    schema: GraphQLSchema = build_schema("type Query { on: Query  n: Int }")
    depth = 180  # as deep as graphql-core parses
    text = "{ on " * depth + "{ n }" + " }" * depth
    root: dict[str, Any] = {"n": 1}
    root["on"] = root
    result: Any = execute(schema, parse(text), root, executor_class=BreadthFirstExecutor)
    found = result.data
    for _ in range(depth):
        found = found["on"]
    assert found == {"n": 1}


def test_what_is_raised_before_a_level_ends_the_execution(people: People) -> None:
    class Bounded(BreadthFirstExecutor):
        def before_level(self, groups: Sequence[Group]) -> None:
            if sum(len(each.objects) for each in groups) > 3:
                raise OverflowError("too many")

    with pytest.raises(OverflowError, match="too many"):
        execute(people.schema, parse("{ people { friends { id } } }"), executor_class=Bounded)


def test_what_needs_an_event_loop_is_refused_where_there_is_none() -> None:
    async def answer() -> int:
        return 5

    async def wait() -> None:
        await asyncio.sleep(1)

    assert run_sync(answer()) == 5
    with pytest.raises((RuntimeError, TypeError)):
        run_sync(wait())
