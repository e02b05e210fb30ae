"""Declares a kind of job: a plain function, run in a thread by Core, becomes a type that jobs can be made of."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeVar

from pydantic import BaseModel

from faceforge_schema.declare.runs import Run
from faceforge_schema.declared_jobs import OWN, JobType, Lane

Given = TypeVar("Given", bound=BaseModel)
Made = TypeVar("Made", bound=BaseModel)


def job_type(
    name: str,
    *,
    input: type[Given],
    output: type[Made],
    needs: Iterable[str],
    lane: Lane,
    max_attempts: int = 3,
    concurrency: int | None = None,
    timeout_s: int | None = None,
    takes_asset: bool = False,
) -> Callable[[Callable[[Run, Given], Made]], JobType]:
    """A type of jobs called `name`, which begins with `core.`; the docstring of the function describes it.

    `input` and `output` are pydantic models: what is sent is validated when a job is made, what is returned when it
    ends. With `takes_asset` a job has to name the stored file that it works on. `needs` are permissions. Nothing is
    registered anywhere: `contract.py` collects the types of the noun modules.
    """
    if not name.startswith(OWN):
        raise ValueError(f"{name}: the types that Core runs begin with {OWN}")

    def declare(function: Callable[[Run, Given], Made]) -> JobType:
        return JobType(
            name,
            input,
            output,
            frozenset(needs),
            lane,
            max_attempts,
            concurrency,
            timeout_s,
            takes_asset,
            function,
        )

    return declare
