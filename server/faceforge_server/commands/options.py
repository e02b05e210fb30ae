"""The words that several commands take."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

from cyclopts import Parameter

HomeOption = Annotated[
    Path | None,
    Parameter(
        name="--home",
        help="The data directory. Without it: FACEFORGE_HOME, else the place this system keeps such data.",
    ),
]


def unless_empty(_type: Any, value: str, *, delimiter: str | None = None) -> list[str]:
    """The value of a variable of the environment; one that is set to nothing is not set."""
    return [value] if value else []
