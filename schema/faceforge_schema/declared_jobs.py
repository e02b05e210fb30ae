"""What is known of a job type that is declared in code: how its input is read, what it needs, where it runs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal, get_args

from pydantic import BaseModel

Lane = Literal["cpu", "io", "net", "gpu"]
"""What a job mostly waits for: each lane has threads of its own, so that none waits behind the jobs of another."""
LANES: tuple[Lane, ...] = get_args(Lane)
OWN = "core."
"""What the names of the types that Core runs itself begin with."""


@dataclass(frozen=True)
class JobType:
    """A kind of job that Core runs in one of its own threads. Made by `declare.job_types.job_type`."""

    name: str
    input: type[BaseModel]
    output: type[BaseModel]
    needs: frozenset[str]
    """The permissions without which a job of the type can be neither made nor seen."""
    lane: Lane
    max_attempts: int
    concurrency: int | None
    """How many jobs of the type run at once at most; None for as many as the lane takes."""
    timeout_s: int | None
    takes_asset: bool
    """Whether a job of the type works on a stored file, and has to name it: `input_asset_id`."""
    function: Callable[[Any, Any], BaseModel]
    """Does the job: takes its `Run` and its input."""

    @property
    def description(self) -> str:
        """What the type is for."""
        return " ".join((self.function.__doc__ or "").split())
