"""Which folders of this machine somebody may have read."""

from __future__ import annotations

from faceforge_schema.actors import Actor
from faceforge_schema.context import Core
from faceforge_schema.values.inputs import invalid

NEEDED = frozenset({"imports:write"})
"""What it takes to have a folder of this machine read at all."""


def check_folder(core: Core, actor: Actor, path: str, where: str = "/path") -> None:
    """Raise Forbidden or InvalidInput, at the pointer `where`, for a folder that the actor may not have read."""
    actor.check(NEEDED)
    if not path.startswith("/"):
        raise invalid(where, "is not the whole path of a folder", "invalid_path")
