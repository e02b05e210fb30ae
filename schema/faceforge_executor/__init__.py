"""Executes GraphQL level by level: each field runs once for all objects of its level, not once for each.

A drop-in executor for graphql-core, which knows nothing of FaceForge. Give `BreadthFirst` to graphql-core as
`executor_class`, or to Strawberry as its execution context, and the answers are those of graphql-core. Fields that
offer a `Batch` or a `Column` are then computed for a whole level in one call.
"""

from faceforge_executor.batches import BATCH, COLUMN, UNCHANGED, Batch, Level, Lists, Ones
from faceforge_executor.cells import Group
from faceforge_executor.executor import BreadthFirst, finished
from faceforge_executor.plan import FieldPlan, ObjectPlan, compile_ahead, forget_plans
from faceforge_executor.sources import Objects, Source, Table

__all__ = [
    "BATCH",
    "COLUMN",
    "UNCHANGED",
    "Batch",
    "BreadthFirst",
    "FieldPlan",
    "Group",
    "Level",
    "Lists",
    "ObjectPlan",
    "Objects",
    "Ones",
    "Source",
    "Table",
    "compile_ahead",
    "finished",
    "forget_plans",
]
