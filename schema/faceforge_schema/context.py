"""What a request brings along: who asks, and the stores that answer."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Hashable, Iterable, Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, Protocol

import strawberry
from sqlalchemy import Connection as Reader

from faceforge_schema.actors import Actor
from faceforge_schema.declared_jobs import JobType
from faceforge_storage.database.database import Database
from faceforge_storage.database.gateway import Write
from faceforge_storage.database.prepared_select import PreparedSelects
from faceforge_storage.database.read_budget import AnswerMemory, ReadBudget
from faceforge_storage.events.hub import Events
from faceforge_storage.examiner import Examiner
from faceforge_storage.home.settings import Settings
from faceforge_storage.jobs.notices import Notices
from faceforge_storage.objects.store import ObjectStore
from faceforge_storage.scheduling.fair_queue import Turn
from faceforge_storage.scheduling.workers import Workers
from faceforge_storage.stored_bytes import StoredBytes

__all__ = ["Context", "Core", "Info", "Reader", "Write"]


class SignDownload(Protocol):
    """Signs the address of an asset's bytes, so that it needs no token for a while."""

    def __call__(
        self, asset_id: str, content_hash: str, disposition: Literal["inline", "attachment"], seconds: int
    ) -> tuple[str, str]:
        """(path with its query, the moment it expires at)."""
        ...


class SignThumbnail(Protocol):
    """Signs the address of a thumbnail of the bytes with a hash, so that it needs no token for a while."""

    def __call__(self, content_hash: str, size: int, seconds: int) -> tuple[str, str]:
        """(path with its query, the moment it expires at)."""
        ...


@dataclass(frozen=True)
class Core:
    """The running Core, made once by the composition root."""

    database: Database
    settings: Settings
    home: Path
    instance_id: str
    version: str
    started_at: str
    sign_download: SignDownload
    sign_thumbnail: SignThumbnail
    permissions: frozenset[str]
    """Every permission there is: what the operations and records of the schema need."""
    answers: AnswerMemory
    """What all answers under way hold."""
    store: ObjectStore
    events: Events
    """What happens, for whoever follows it."""
    stored_bytes: StoredBytes
    """Publishes and removes what the rows of `objects` name."""
    examiner: Examiner
    """Reads files in the background."""
    statements: PreparedSelects
    """The statements by which queries read."""
    computing: Workers
    """Threads for what takes long without waiting for anything, such as validating a large document."""
    job_types: Mapping[str, JobType]
    """The kinds of jobs that Core runs itself, by name."""
    jobs: Notices
    """News of jobs, for whoever waits for some."""

    def read_budget(self, actor: Actor) -> ReadBudget:
        """A new budget, for one answer to an actor."""
        return ReadBudget(self.settings.limits, self.answers, actor.name)


@dataclass
class Context:
    """One request, or one operation of a WebSocket."""

    core: Core
    actor: Actor
    base_url: str = ""
    """The address the caller used, such as `http://127.0.0.1:43210`."""
    idempotency_key: str | None = None
    uploaded: dict[str, Any] | None = None
    """The bytes of this request, as a row of `objects` with their `mime_type` and other `hashes`; they have no
    place until published."""
    taken: Callable[[Write, str, bool], None] | None = None
    """What is to be stored with the asset that this request makes, in the same transaction: it is told the id of that
    and whether it is a duplicate."""
    freed: list[str] = field(default_factory=list)
    """The hashes of bytes that a purge of this request has freed."""
    ended_sessions: list[str] = field(default_factory=list)
    """The ids of sessions that this request has ended: a browser is told to forget the cookie."""
    connection: Hashable = None
    """Which of the actor's connections it came over: they take turns."""
    gone: Callable[[], Awaitable[object]] | None = None
    """Returns when whoever asks has gone, which lets what waits for them end; None where that cannot be known."""
    db: Reader | None = None
    """While a document is answered: the snapshot that all of it is read from."""
    repeatable: bool = False
    """Whether the answer stays the same until something is stored; known once the document runs."""
    budget: ReadBudget = None  # type: ignore[assignment]  # __post_init__ makes it, unless a copy brings its own
    """What the answer may read and hold: whoever sends it releases it afterwards."""

    def __post_init__(self) -> None:
        if self.budget is None:
            self.budget = self.core.read_budget(self.actor)

    @property
    def turn(self) -> Turn:
        """Whose turn its work takes."""
        return Turn(self.actor.name, self.connection)

    @property
    def snapshot(self) -> Reader:
        """The snapshot, which is there wherever something is read to be answered."""
        assert self.db is not None
        return self.db


Info = strawberry.Info[Context, None]
ANSWERING: ContextVar[ReadBudget | None] = ContextVar("answering", default=None)
"""The budget of the answer that a task is about to send: of those tasks that serve one operation of a WebSocket."""


def frozen(value: object) -> Hashable:
    """`value` as something that can be part of a key: lists become tuples."""
    if isinstance(value, Iterable) and not isinstance(value, str):
        return tuple(map(frozen, value))
    assert isinstance(value, Hashable)  # arguments are scalars, enums and lists of them
    return value
