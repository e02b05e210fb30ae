"""The words that several commands take."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

from cyclopts import Parameter, Token

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


def port_number(_type: Any, given: Sequence[Token]) -> int:
    """A port as people write one: `4.5` and `0x10`, which are numbers to other parameters, are none."""
    if not re.fullmatch(r"-?[0-9]{1,9}", given[0].value):
        raise ValueError("a port is a whole number from 0 to 65535")
    return int(given[0].value)
