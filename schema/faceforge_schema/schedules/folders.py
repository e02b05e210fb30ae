"""Which folders somebody may have watched: those that they may import from."""

from __future__ import annotations

from faceforge_schema.context import Context
from faceforge_schema.imports.places import roots_of
from faceforge_storage.schedules.rows import IMPORTING

NEEDED = frozenset({IMPORTING})
"""What it takes to have a folder of this machine looked at."""


def check_folder(context: Context, path: str, where: str = "/path") -> None:
    """Raise Forbidden or InvalidInput, at the pointer `where`, for a folder that the actor may not have watched.

    Looks at the disk, so it takes as long as that does.
    """
    context.actor.check(NEEDED)
    roots_of(context).check(path, where)
