"""U1: what is refused, changes nothing or was done before writes no changeset and touches no row."""

from __future__ import annotations

import pytest
from database_state import everything
from faces import Face, snake
from journal_entries import observe
from noun import Bad
from nouns import NOUNS, ROWS
from running_core import OPERATIONS, RunningCore
from sqlalchemy import text
from sqlalchemy.exc import OperationalError
from test_one_changeset import MUTATIONS, assert_one_changeset
from world import World

REFUSED = [(name, each) for name in MUTATIONS for each in ROWS[name].bad]
WITHOUT_EFFECT = {
    f"{noun}: {case}": call for noun, each in NOUNS.items() for case, call in each.without_effect.items()
}
CREATES = sorted(snake(name) for name, each in OPERATIONS.items() if each.status == 201)


@pytest.mark.parametrize(("operation", "bad"), REFUSED, ids=[f"{name} {each.code}" for name, each in REFUSED])
def test_by_a_mutation_that_is_refused(
    core: RunningCore, face: Face, world: World, operation: str, bad: Bad
) -> None:
    arguments = bad.arguments(world)
    core.let_jobs_end()
    before = everything(core)
    answer = face.call(operation, idempotency_key="key-of-a-failure", **arguments)
    assert answer.code == bad.code
    assert everything(core) == before


@pytest.mark.parametrize("case", WITHOUT_EFFECT)
def test_by_a_mutation_without_effect(core: RunningCore, face: Face, world: World, case: str) -> None:
    operation, arguments_of = WITHOUT_EFFECT[case]
    arguments = arguments_of(world)
    core.let_jobs_end()
    observed = observe(core, lambda: face.call(operation, **arguments))
    assert observed.answer.code is None, observed.answer
    assert observed.changed_nothing


def test_only_creates_rotations_and_removals_have_no_case_without_effect() -> None:
    recorded = {each for each in MUTATIONS if ROWS[each].recorded}
    makes = {each for each in recorded if each.startswith("create_")} - {"create_asset"}
    makes |= {"retry_job", "run_schedule", "bulk_import"}
    removes = {
        *("revoke_token", "delete_descriptor", "delete_field_definition", "delete_relation_type"),
        *("delete_relationship", "delete_schedule", "purge_entity", "purge_asset"),
    }
    covered = {operation for operation, _ in WITHOUT_EFFECT.values()}
    assert recorded - covered == makes | removes | {"rotate_token"}


@pytest.mark.usefixtures("no_job_is_run")
@pytest.mark.parametrize("operation", CREATES)
def test_by_a_create_that_is_sent_again_with_its_key(
    core: RunningCore, face: Face, world: World, operation: str
) -> None:
    key, arguments = f"{face.name} {operation}", ROWS[operation].good(world)
    first = observe(core, lambda: face.call(operation, idempotency_key=key, **arguments))
    assert_one_changeset(first, operation)
    again = observe(core, lambda: face.call(operation, idempotency_key=key, **arguments))
    assert again.changed_nothing
    # A secret is shown once only.
    shown = first.answer.ok() | ({"secret": None} if "secret" in first.answer.ok() else {})
    assert (again.answer.status, again.answer.ok()) == (201, shown)


def test_by_a_statement_that_goes_round_the_gateway(core: RunningCore, world: World) -> None:
    """The engines of a running Core are the guarded ones; which statements they refuse, `tests/storage` lists."""
    assert world.ada
    core.let_jobs_end()
    database, before = core.core.database, everything(core)
    forgery = text("UPDATE entities SET display_name = 'forged'")
    with pytest.raises(RuntimeError, match="gateway"), database.writer.begin() as db:
        db.execute(forgery)
    with pytest.raises(OperationalError, match="readonly"), database.readers.begin() as db:
        db.execute(forgery)
    assert everything(core) == before
