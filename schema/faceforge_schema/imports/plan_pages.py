"""Reading the plan of an import, page by page."""

from __future__ import annotations

import time
from enum import Enum
from typing import Annotated, Any

import orjson
import strawberry
from strawberry import ID

from faceforge_schema.context import Context, Reader
from faceforge_schema.declare.operation import query
from faceforge_schema.declare.resources import attribute
from faceforge_schema.declare.signatures import argument
from faceforge_schema.imports.plans import opened_plan, plan_asset_of, plan_job
from faceforge_schema.values.inputs import invalid
from faceforge_schema.values.scalars import JSONObject
from faceforge_storage.errors import InvalidCursor, InvalidInput, NotFound, StorageFailed, Unavailable
from faceforge_storage.imports.plan_format import DamagedPlan, PlanReader

MOST = 500
LOOKED_S = 1.0
"""How long one page looks for files in a state; it ends early then, with a cursor."""


@strawberry.enum(description="A part of a plan.")
class PlanPart(Enum):
    FILES = "files"
    ENTITIES = "entities"
    DECISIONS = "decisions"


@strawberry.enum(description="What an import would do with a file.")
class PlannedState(Enum):
    NEW = "new"
    HERE = "here"
    UNDECIDED = "undecided"
    UNREADABLE = "unreadable"
    GROWING = "growing"


@strawberry.type(description="A page of the plan of an import.")
class PlanPage:
    root: str = attribute("The folder that was read.", example="/srv/pictures/ada")
    options: JSONObject = attribute("How it was to be imported.", example={"recursive": True, "mode": "copy"})
    summary: JSONObject = attribute(
        "The totals of the whole plan.", example={"found": 3, "new": 2, "here": 1}
    )
    items: list[JSONObject] = attribute(
        "The lines of the part, as the plan has them.", example=[{"state": "new", "file": "ada/portrait.png"}]
    )
    next_cursor: str | None = attribute("What `after` is for the next page; null at the end.", example="4096")


@query(
    "GET /jobs/{job_id}/plan",
    errors=(NotFound, InvalidInput, InvalidCursor, Unavailable, StorageFailed),
    needs="imports:write",
    volatile=True,
)
def import_plan(
    db: Reader,
    context: Context,
    job_id: ID,
    part: Annotated[PlanPart, argument("Which part of it.", "files")] = PlanPart.FILES,
    state: Annotated[PlannedState | None, argument("Only files in this state.", "undecided")] = None,
    after: Annotated[str | None, argument("The `next_cursor` of the page before.", "4096")] = None,
    limit: Annotated[int, argument("How many lines, at most 500.", 100)] = 100,
) -> PlanPage:
    """Read the plan of an import. Its files, whoever gets them, what must be decided."""
    if not 1 <= limit <= MOST:
        raise invalid("/limit", f"lies between 1 and {MOST}")
    if state is not None and part is not PlanPart.FILES:
        raise invalid("/state", "is a filter for files only")
    asset_id = plan_asset_of(plan_job(db, context, job_id))
    try:
        with opened_plan(db, context.core, asset_id) as plan:
            items, next_cursor = _page(plan, part, state, _place(after), limit)
            return PlanPage(
                root=plan.head.root,
                options=JSONObject(plan.head.options),
                summary=JSONObject(plan.summary_values),
                items=[JSONObject(each) for each in items],
                next_cursor=next_cursor,
            )
    except DamagedPlan as damaged:
        raise StorageFailed(f"The plan is damaged: {damaged}") from damaged


def _page(
    plan: PlanReader, part: PlanPart, state: PlannedState | None, begin: int | None, limit: int
) -> tuple[list[dict[str, Any]], str | None]:
    items: list[dict[str, Any]] = []
    end = time.monotonic() + LOOKED_S
    for place, line in plan.lines(part.value, begin):
        if len(items) == limit or time.monotonic() > end:
            return items, str(place - len(line))
        if state is None or plan.is_in(line, state.value):
            items.append(_read(line))
    return items, None


def _read(line: bytes) -> dict[str, Any]:
    try:
        values = orjson.loads(line)
    except ValueError:
        values = None
    if not isinstance(values, dict):  # the cursor led into the middle of a line
        raise InvalidCursor("The cursor is none of this plan.")
    return values


def _place(after: str | None) -> int | None:
    if after is None:
        return None
    if not (after.isascii() and after.isdigit() and len(after) < 16):
        raise InvalidCursor("The cursor is none of a plan.")
    return int(after)
