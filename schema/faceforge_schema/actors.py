"""Who asks, and what they may do."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from faceforge_storage.errors import Forbidden

READ, WRITE = ":read", ":write"
LIMITED = "token:"
"""What the name of an actor begins with who has a limited token; the name of that token follows."""


def with_reads(given: Iterable[str]) -> frozenset[str]:
    """What permissions give: `noun:write` includes `noun:read`, since whoever changes a record is answered with it."""
    held = frozenset(given)
    return held | {each.removesuffix(WRITE) + READ for each in held if each.endswith(WRITE)}


@dataclass(frozen=True)
class Actor:
    """Who asks: the name the journal keeps, and what they may do, with all that this includes."""

    name: str
    permissions: frozenset[str]
    token_hash: str = field(default="", repr=False)
    """The hash of the token that gives them this; a session stands on one, too."""
    session: str | None = None
    """The id of the session they came by, unless they sent the token itself."""

    @property
    def limited(self) -> bool:
        """Whether they have a limited token; false for the install token."""
        return self.name.startswith(LIMITED)

    def __post_init__(self) -> None:
        object.__setattr__(self, "permissions", with_reads(self.permissions))

    def check(self, needs: frozenset[str]) -> None:
        """Raise Forbidden unless the actor has every permission in `needs`."""
        missing = needs - self.permissions
        if missing:
            raise Forbidden(
                f"This token lacks the permission {', '.join(sorted(missing))}.",
                hint="Use a token that has it, such as the install token, or make one with that: POST /v1/tokens.",
            )


NOBODY = Actor("anonymous", frozenset())
