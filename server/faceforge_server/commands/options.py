"""The words that several commands take."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

HomeOption = Annotated[
    Path | None,
    Parameter(
        name="--home",
        help="The data directory. Without it: FACEFORGE_HOME, else the place this system keeps such data.",
    ),
]
