"""Who asks, and what they may do."""

from __future__ import annotations

from dataclasses import dataclass

from faceforge_storage.errors import Forbidden


@dataclass(frozen=True)
class Actor:
    """Who asks: the name the journal keeps, and what they may do."""

    name: str
    permissions: frozenset[str]

    def check(self, needs: frozenset[str]) -> None:
        """Raise Forbidden unless the actor has every permission in `needs`."""
        missing = needs - self.permissions
        if missing:
            raise Forbidden(
                f"This token lacks the permission {', '.join(sorted(missing))}.",
                hint=f"Use a token that has it: `faceforge token create --permission {min(missing)}`.",
            )


NOBODY = Actor("anonymous", frozenset())
