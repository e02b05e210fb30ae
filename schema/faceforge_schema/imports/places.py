"""Where who asks may import from."""

from __future__ import annotations

from faceforge_schema.context import Context
from faceforge_storage.home.home import Home
from faceforge_storage.imports.closed import Closed
from faceforge_storage.imports.roots import Roots


def roots_of(context: Context) -> Roots:
    """The folders that the actor may read now, as the settings are."""
    core = context.core
    closed = Closed.of(Home(core.home, core.settings.paths))
    return Roots.of(core.settings.imports.roots, closed, limited=context.actor.limited)
