"""A run whose disk is full waits until there is space again, and says so."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from faceforge_schema.declare.runs import Run
from faceforge_storage.errors import NoSpace

T = TypeVar("T")

FULL_S = 5.0
"""How soon it is tried again while the disk is full."""


class Space:
    """The space that a run needs. What interrupts the run ends a wait for it, too."""

    def __init__(self, run: Run, what: str, tell: Callable[[str], None] | None = None) -> None:
        """`what` waits, in the words of its log; `tell` takes those of its progress."""
        self._run, self._what = run, what
        self._tell = tell or (lambda message: run.progress(None, message))
        self._waits = False

    def once_there(self, work: Callable[[], T]) -> T:
        """Do what a full disk lets undone, as soon as there is space for it. Raises what ends the run."""
        while True:
            try:
                done = work()
            except NoSpace as full:
                self.wait(full)
            else:
                self.found()
                return done

    def wait(self, full: NoSpace) -> None:
        """Return when it is worth trying again. Raises what ends the run."""
        if not self._waits:
            self._waits = True
            self._run.log(
                "warning", f"The disk is full: {self._what} waits until there is space.", detail=full.detail
            )
        self._tell("Waiting: the disk is full")
        self._run.wait(FULL_S)

    def found(self) -> None:
        """Say that there is space, if the run has waited for it."""
        if self._waits:
            self._waits = False
            self._run.log("info", f"There is space again: {self._what} goes on.")
            self._tell("Going on")
