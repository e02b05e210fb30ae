"""What the function of a job type works with: its run, which is one attempt at one job."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, BinaryIO, Concatenate, Literal, ParamSpec, Protocol, TypeVar

from faceforge_schema.context import Context, Core, Reader, Write

P = ParamSpec("P")
T = TypeVar("T")

Level = Literal["debug", "info", "warning", "error"]


class Interrupted(Exception):
    """The run is to end here: raised by `Run.check`, and to be let through."""


class Cancelled(Interrupted):
    """Somebody has cancelled the job."""


class Paused(Interrupted):
    """Somebody has paused the job; another attempt goes on from the last checkpoint."""


class Stopped(Interrupted):
    """Core stops, or the job is not this run's any more; what it did after the last checkpoint is done again."""


class Run(Protocol):
    """One attempt at a job, in a thread of its own. Its methods block, and belong to that thread."""

    @property
    def core(self) -> Core:
        """The running Core."""
        ...

    @property
    def context(self) -> Context:
        """What the job acts as: its actor is who made it, with the permissions that they have now."""
        ...

    @property
    def job_id(self) -> str:
        """64 lower-case hex digits."""
        ...

    @property
    def attempt(self) -> int:
        """From 1; rises with each attempt."""
        ...

    @property
    def checkpoint(self) -> dict[str, Any] | None:
        """What was saved last, by this attempt or an earlier one."""
        ...

    @property
    def input_asset_id(self) -> str | None:
        """The stored asset that is the job's input, for one with a large input."""
        ...

    def check(self) -> None:
        """Raise Cancelled, Paused or Stopped when that was asked for. Call it every half second at least."""
        ...

    def wait(self, seconds: float) -> None:
        """Sleep; raises what `check` raises, as soon as there is reason to."""
        ...

    def progress(
        self,
        fraction: float | None,
        message: str = "",
        step: int | None = None,
        total_steps: int | None = None,
        **counts: int,
    ) -> None:
        """Say how far it is. Cheap: it is stored and told a few times a second, and never falls within an attempt.

        `fraction` lies between 0 and 1, None where the end is not known. Of `counts`, `bytes` or else `done` gives the
        rate; other names are shown as they are.
        """
        ...

    def log(self, level: Level, message: str, **data: Any) -> None:
        """Append to the log of the job; stored with the next checkpoint, or within half a second. `data` is JSON."""
        ...

    def read(self, function: Callable[Concatenate[Reader, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run `function(db, …)` on one snapshot of the database."""
        ...

    def write(self, work: Callable[[Write], T], checkpoint: dict[str, Any] | None = None) -> T:
        """Run `work(tx)` as one transaction and one changeset, which is named after the job's type and knows the job.

        A `checkpoint`, at most 64 KB of JSON, is stored in the same transaction. Raises Stopped, and does nothing, when
        the job is not this run's any more; Forbidden when who made it may not do this any more.
        """
        ...

    def store(self, content: Iterable[bytes] | Path, filename: str, kind: str = "job.output") -> str:
        """Keep what is made as an asset that belongs to the job; answers its id. `kind` begins with `job.`.

        Of a Path the file is read, and stays. Raises NoSpace, StorageFailed, StoreAway.
        """
        ...

    def open(self, asset_id: str) -> BinaryIO:
        """The bytes of a stored asset, to read and to close. Raises NotFound, Unavailable, StorageFailed."""
        ...
