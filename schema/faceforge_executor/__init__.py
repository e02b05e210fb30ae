"""Executes GraphQL level by level: each field runs once for all objects of its level, not once for each.

A drop-in executor for graphql-core, which knows nothing of FaceForge. Give `BreadthFirstExecutor` to graphql-core as
`executor_class`, or to Strawberry as its execution context, and the answers are those of graphql-core. Fields with a
`BATCH` or a `COLUMN` in their extensions are then computed in one call for all objects that were reached together.
`docs/executor.md` walks one query through it.

Whatever a resolver, a batch function or a value raises is the error of its field and of nothing else, as GraphQL has
it: that is why this package catches `Exception` where it calls what is not its own.
"""

from faceforge_executor.batches import (
    BATCH,
    COLUMN,
    ENCODE,
    UNCHANGED,
    Batch,
    BatchResult,
    Level,
    ManyPerParent,
    OnePerParent,
)
from faceforge_executor.cells import Group
from faceforge_executor.executor import BreadthFirstExecutor
from faceforge_executor.objects import ColumnTable, ObjectList, Objects
from faceforge_executor.plan import FieldPlan, ObjectPlan
from faceforge_executor.plan_cache import bound_plans, compile_ahead, forget_plans
from faceforge_executor.run_sync import run_sync

__all__ = [
    "BATCH",
    "COLUMN",
    "ENCODE",
    "UNCHANGED",
    "Batch",
    "BatchResult",
    "BreadthFirstExecutor",
    "ColumnTable",
    "FieldPlan",
    "Group",
    "Level",
    "ManyPerParent",
    "ObjectList",
    "ObjectPlan",
    "Objects",
    "OnePerParent",
    "bound_plans",
    "compile_ahead",
    "forget_plans",
    "run_sync",
]
