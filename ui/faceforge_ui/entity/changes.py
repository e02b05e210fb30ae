"""Changes a part of an entity, unless somebody else has changed that part since the form was shown."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from faceforge_storage.errors import VersionConflict
from faceforge_ui.serving import Pages, View
from faceforge_ui.serving.words import compact

pages = Pages(__name__)
TRIES = 5
"""How often a change is made again because something else of the entity has changed at the same moment."""

Entity = Mapping[str, Any]


async def present(view: View) -> Entity:
    """The entity of the address as it is now. Raises NotFound."""
    found = await view.within(pages).ask("EntityNow", entity=view.params["entity_id"])
    entity: Entity = found["entity"]
    return entity


def _has(holder: Any, patch: Any) -> bool:
    """Whether a patch would change nothing of what holds it."""
    if isinstance(patch, Mapping) and isinstance(holder, Mapping):
        return all(_has(holder.get(name), value) for name, value in patch.items())
    return bool(holder == patch)


async def change(
    view: View, patch: Mapping[str, Any], part: Callable[[Entity], Any], was: str | None
) -> Entity:
    """Patch the entity of the address; answers it as it was before.

    `was` is the JSON of what `part` of it was when the form was shown; None where nobody can have been overtaken.
    Raises VersionConflict when that part has changed, and what the change itself raises.
    """
    asked = view.within(pages)
    for _ in range(TRIES):
        entity = await present(view)
        if was is not None and compact(part(entity)) != was:
            if _has(entity, patch):  # what was sent twice, or both have written: nobody loses anything
                return entity
            break
        try:
            await asked.ask("ChangeEntity", entity=entity["id"], input=dict(patch), version=entity["version"])
            return entity
        except VersionConflict:
            continue
    raise VersionConflict("Somebody changed this while you were editing.", hint="Keep yours, or take theirs.")
