"""Core with one more type of jobs, `core.counting`, which makes an entity for each number: a job of Core's own that is
long, and shows whether anything is done twice. Tests start it as `counting_core.py serve --home DIRECTORY …`."""

from __future__ import annotations

import sys

from pydantic import BaseModel

from faceforge_schema import contract
from faceforge_schema.context import Write
from faceforge_schema.declare.job_types import job_type
from faceforge_schema.declare.runs import Run
from faceforge_schema.entities import EntityCreate
from faceforge_server.cli import main
from faceforge_storage import entities

AT_ONCE = 5
"""How many numbers are counted between two checkpoints."""


class Numbers(BaseModel):
    """How far to count, and how long each step takes."""

    until: int
    seconds: float


class Counted(BaseModel):
    """How far it was counted."""

    reached: int


@job_type("core.counting", input=Numbers, output=Counted, needs={"entities:write"}, lane="cpu")
def counting(run: Run, input: Numbers) -> Counted:
    """Make an entity for each number."""
    reached: int = (run.checkpoint or {"reached": 0})["reached"]
    run.log("info", f"begun after {reached}")
    while reached < input.until:
        numbers = range(reached + 1, min(reached + AT_ONCE, input.until) + 1)

        def make(tx: Write, numbers: range = numbers) -> None:
            for number in numbers:
                entities.create(tx, EntityCreate(display_name=f"number {number}").model_dump(mode="json"))

        reached = numbers[-1]
        run.write(make, checkpoint={"reached": reached})
        run.progress(reached / input.until, done=reached)
        run.wait(input.seconds)
    return Counted(reached=reached)


if __name__ == "__main__":
    every = contract.noun_modules
    contract.noun_modules = lambda: [*every(), sys.modules["__main__"]]
    main()
