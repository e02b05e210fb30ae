"""Whether an import may be as it is asked for: looked at when it is asked for, and again whenever its job begins."""

from __future__ import annotations

from faceforge_schema.context import Context, Reader
from faceforge_schema.imports.again import earlier_import
from faceforge_schema.imports.options import BulkImportInput, EntitiesFrom
from faceforge_schema.imports.places import roots_of
from faceforge_schema.imports.plans import chosen_options, opened_plan, plan_asset_of, plan_job
from faceforge_schema.values.inputs import invalid
from faceforge_schema.values.reference_checks import require_records
from faceforge_storage.database import tables
from faceforge_storage.errors import NotFound
from faceforge_storage.imports.plan_format import DamagedPlan, Head

WITH_A_PLAN = frozenset({"plan_job_id", "decisions"})
"""What may be given with a plan: all else is in it already."""


def check_import(db: Reader, context: Context, input: BulkImportInput) -> None:
    """Raise InvalidInput, UnknownReference or Forbidden unless who asks may have this import now.

    Looks at the disk, so it takes as long as that does.
    """
    ways = (input.path, input.plan_job_id, input.retry_job_id)
    if sum(each is not None for each in ways) != 1:
        raise invalid("/path", "is given, or else plan_job_id or retry_job_id: one of them", "one_of")
    if input.plan_job_id is not None:
        _check_plan(db, context, input, input.plan_job_id)
        return
    if input.retry_job_id is not None:
        _check_alone(input, frozenset({"retry_job_id", "dry_run"}), "was said to the earlier import already")
        check_import(db, context, earlier_import(db, context, input.retry_job_id)[0])
        return
    if input.decisions:
        raise invalid("/decisions", "belong to a plan, which plan_job_id names", "without_plan")
    assert input.path is not None
    _check_matching(context, input.entities_from, input.create_entities)
    require_records(db, tables.entities, "/entity_ids", list(dict.fromkeys(input.entity_ids)))
    roots_of(context).check(input.path)


def _check_plan(db: Reader, context: Context, input: BulkImportInput, job_id: str) -> None:
    _check_alone(input, WITH_A_PLAN, "is in the plan already, which is carried out as it is")
    head = _head(db, context, input, job_id)
    _check_matching(
        context, EntitiesFrom(head.options["entities_from"]), bool(head.options["create_entities"])
    )
    roots_of(context).check(head.root, "/plan_job_id")


def _check_alone(input: BulkImportInput, allowed: frozenset[str], message: str) -> None:
    """Raise InvalidInput when more is given than what goes with an earlier job."""
    beside = sorted(input.model_fields_set - allowed)
    beside = [each for each in beside if getattr(input, each) not in (None, [], False)]
    if beside:
        raise invalid(f"/{beside[0]}", message, "with_plan")


def _head(db: Reader, context: Context, input: BulkImportInput, job_id: str) -> Head:
    """The head of the plan that is to be carried out, once the decisions are known to fit it."""
    where = "/plan_job_id"
    try:
        job = plan_job(db, context, job_id)
        with opened_plan(db, context.core, plan_asset_of(job)) as plan:
            chosen_options(plan, input.decisions)
            return plan.head
    except NotFound as missing:
        raise invalid(where, "names no import that has a plan", "unknown_plan", missing.hint) from None
    except DamagedPlan as damaged:
        raise invalid(
            where, f"names a damaged plan: {damaged}", "damaged_plan", "Make the plan again."
        ) from None


def _check_matching(context: Context, entities_from: EntitiesFrom, create: bool) -> None:
    """Whether who asks may see, and make, the entities that folders are named after."""
    if entities_from is not EntitiesFrom.NONE:
        context.actor.check(frozenset({"entities:read"}))
    elif create:
        raise invalid(
            "/create_entities", "needs entities_from, which says for what folders", "without_source"
        )
    if create:
        context.actor.check(frozenset({"entities:write"}))
