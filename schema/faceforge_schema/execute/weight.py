"""Whether a document is known to be quick before it runs: then it does not wait behind those that may not be."""

from __future__ import annotations

from faceforge_executor import ObjectPlan
from faceforge_schema.directives import is_list

LIGHT_FIELDS = 10
"""How many records a light document reads at most."""


def is_light(plan: ObjectPlan) -> bool:
    """Whether a plan only looks up a few single records: no list at any level, no introspection, no counts of all."""
    waiting, reads = [plan], 0
    for selection in waiting:  # grows while it is walked
        for field in selection.fields:
            if field.is_leaf:
                continue
            reads += 1
            if selection is plan and not field.definition.args:  # a look-up names what it looks up
                return False
            listed = "first" in field.definition.args or is_list(field.named_type)
            if listed or field.name.startswith("__") or reads > LIGHT_FIELDS:
                return False
            waiting += field.plans_below()
    return True
