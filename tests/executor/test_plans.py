"""A document is compiled once; what is cached of it is bounded, and may be used by several threads."""

from __future__ import annotations

import sys
import threading

from graphql import ExecutionResult, execute, parse
from people import People

from faceforge_executor import BreadthFirstExecutor, bound_plans, compile_ahead, forget_plans
from faceforge_executor.plan_cache import FIELD_BYTES, MAX_PLANS


def test_a_document_is_compiled_once_for_each_way_its_conditions_go(people: People) -> None:
    document = parse(
        "query ($a: Boolean!, $b: Boolean = true) { hello @skip(if: $a) people @include(if: $b) { id } }"
    )
    plans = set()
    for _ in range(2):
        for a in (True, False):
            made = BreadthFirstExecutor.build(people.schema, document, raw_variable_values={"a": a})
            assert isinstance(made, BreadthFirstExecutor)
            plans.add(id(made.plan))
    assert len(plans) == 2


def test_what_is_kept_is_bounded_by_its_size_and_what_was_compiled_ahead_stays(people: People) -> None:
    own = parse("{ people { name } }")
    compile_ahead(people.schema, own)
    most = 5000 * FIELD_BYTES
    bound_plans(people.schema, most)
    wide = "{ " + " ".join(f"a{n}: hello" for n in range(1000)) + " }"
    many = [parse(wide) for _ in range(25)]
    for each in many:
        execute(people.schema, each, executor_class=BreadthFirstExecutor)
    (cache,) = people.schema.extensions.values()
    assert 3500 * FIELD_BYTES < sum(each.bytes for each in cache._operations.values()) == cache._bytes <= most
    assert id(own.definitions[0]) in cache._operations
    made = BreadthFirstExecutor.build(people.schema, many[-1])
    assert isinstance(made, BreadthFirstExecutor)
    forget_plans(people.schema, made.operation)
    assert id(many[-1].definitions[0]) not in cache._operations


def test_a_document_larger_than_all_that_is_kept_runs_and_is_not_kept(people: People) -> None:
    bound_plans(people.schema, 100 * FIELD_BYTES)
    wide = parse("{ " + " ".join(f"a{n}: hello" for n in range(1000)) + " }")
    for _ in range(2):
        result = execute(people.schema, wide, executor_class=BreadthFirstExecutor)
        assert isinstance(result, ExecutionResult)
        assert result.data is not None
    (cache,) = people.schema.extensions.values()
    assert (list(cache._operations), cache._bytes) == ([], 0)


def test_plans_may_be_made_and_let_go_by_several_threads(people: People) -> None:
    names = [f"v{n}" for n in range(7)]
    variables = ", ".join(f"${name}: Boolean!" for name in names)
    document = parse(
        f"query ({variables}) {{ {' '.join(f'{name}: hello @skip(if: ${name})' for name in names)} }}"
    )
    wrong: list[BaseException] = []

    def run() -> None:
        try:
            for number in range(600):
                values = {name: bool(number >> place & 1) for place, name in enumerate(names)}
                execute(people.schema, document, variable_values=values, executor_class=BreadthFirstExecutor)
        except BaseException as error:
            wrong.append(error)

    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        threads = [threading.Thread(target=run) for _ in range(4)]
        for each in threads:
            each.start()
        for each in threads:
            each.join()
    finally:
        sys.setswitchinterval(interval)
    assert wrong == []


def test_conditions_have_a_bounded_number_of_plans(people: People) -> None:
    names = [f"v{n}" for n in range(6)]
    variables = ", ".join(f"${name}: Boolean!" for name in names)
    document = parse(
        f"query ({variables}) {{ {' '.join(f'{name}: hello @skip(if: ${name})' for name in names)} }}"
    )
    for number in range(64):
        values = {name: bool(number >> place & 1) for place, name in enumerate(names)}
        result = execute(people.schema, document, variable_values=values, executor_class=BreadthFirstExecutor)
        assert isinstance(result, ExecutionResult)
        assert result.data == {name: None for name in names if not values[name]}
    (cache,) = people.schema.extensions.values()
    (plans,) = (each.plans for each in cache._operations.values())
    assert len(plans) == MAX_PLANS


def test_a_document_can_be_compiled_before_it_is_first_run(people: People) -> None:
    document = parse("query ($a: Boolean!) { people { id best @include(if: $a) { name } } }")
    compile_ahead(people.schema, document)
    (cache,) = people.schema.extensions.values()
    before = {key: id(plan) for each in cache._operations.values() for key, plan in each.plans.items()}
    assert set(before) == {(True,), (False,)}
    for a in (True, False):
        made = BreadthFirstExecutor.build(people.schema, document, raw_variable_values={"a": a})
        assert isinstance(made, BreadthFirstExecutor)
        assert id(made.plan) == before[a,]
