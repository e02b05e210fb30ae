"""Where events are followed: one look at the journal for each commit serves all who follow, however many they are.

While nobody follows, nothing is read. Whoever takes events slowly holds up nobody: behind the ring, they read pages
from the database, in their own turn.
"""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import AsyncGenerator, Awaitable, Callable, Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Generic

from faceforge_storage.database.clock import now
from faceforge_storage.database.database import Database
from faceforge_storage.errors import FaceForgeError, Overloaded
from faceforge_storage.events import rows
from faceforge_storage.events.event import EPHEMERAL, Event, EventTypes, Everything, Fields, Wanted
from faceforge_storage.events.ring import BATCH_EVENTS, Batch, Place, Ring, T
from faceforge_storage.scheduling.fair_queue import Turn

log = logging.getLogger(__name__)

NOTHING: Mapping[str, frozenset[str]] = MappingProxyType({})
READING = Turn("events", light=True)
PAUSE_SECONDS = 0.1
"""How long the next look at the journal waits: the first event is told at once, many at a time."""
EACH_SECONDS = 0.002
"""How much longer it waits for each who follows: under load, what telling costs does not grow with their number."""
LOOK_SECONDS = 30.0
"""After this long without a commit the journal is looked at all the same."""
AGAIN_SECONDS = 1.0
"""How soon a look that failed is tried again."""
LOOKS_FOR_NEWS = 20
"""How often it is looked for what there was news of: that may be told a moment before it is committed."""
TOKENS = "token"
"""The record type whose events say that somebody's permissions have changed."""
AGAIN = {"Retry-After": "5"}


@dataclass(frozen=True)
class Page(Generic[T]):
    """A look at what is followed: what came, the number up to which was looked, and whether to look on at once."""

    events: Sequence[T]
    position: int
    has_more: bool
    ended: bool
    """Whether nothing will come any more."""


class Events:
    """The events of one Core. All but `announce` belongs to the event loop."""

    def __init__(
        self,
        database: Database,
        needs: Mapping[str, str],
        most: int,
        needs_of_jobs: Mapping[str, frozenset[str]] = NOTHING,
    ) -> None:
        """`most`: how many may follow at once, half of them of one client. The needs are those of `EventTypes`."""
        self.types = EventTypes(needs, needs_of_jobs)
        self.permission_changes = 0
        """Rises when a token changes: whoever follows must ask again then whether they still may."""
        self._everything = Everything(frozenset(needs.values()))
        self._database = database
        self._most = most
        self._followers: Counter[str] = Counter()
        """How many follow, by client."""
        self._ring: Ring | None = None
        self._reading: asyncio.Task[None] | None = None
        self._news = asyncio.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._closed = False

    def wanted(
        self,
        permissions: frozenset[str],
        types: Collection[str] | None = None,
        record_ids: Collection[str] | None = None,
    ) -> Wanted:
        """Which events somebody with these permissions wants; raises InvalidInput for an unknown type."""
        return Wanted(
            permissions,
            None if types is None else self.types.named(types),
            None if record_ids is None else frozenset(record_ids),
        )

    async def follow(
        self, wanted: Wanted, after: int | None, turn: Turn, *, pulse_seconds: float
    ) -> AsyncGenerator[Batch[Event], None]:
        """Events as they happen; those after the id `after` first, when it is given.

        The first batch is empty and says where it begins. An empty one comes also when permissions have changed, and
        after `pulse_seconds` without another. Ends when Core stops. Raises CursorExpired, Overloaded.
        """
        kept = await self._database.read(turn._replace(light=True), rows.kept)
        if after is not None:
            kept.check(after)
        place = Place(kept.newest if after is None else after)
        changes = self.permission_changes
        self._enter(turn.client)
        try:
            yield Batch([], place.position)
            while not self._closed:
                news = self._news  # taken before looking, so that nothing is missed
                batch = await self._next(place, wanted, turn)
                if batch.events or changes != self.permission_changes:
                    changes = self.permission_changes
                    yield batch
                elif self._is_at_end(place) and not await _set_within(news, pulse_seconds):
                    yield Batch([], place.position)
        finally:
            self._leave(turn.client)

    async def follow_other(
        self,
        look: Callable[[int], Awaitable[Page[T]]],
        news: Callable[[], asyncio.Event],
        after: int,
        turn: Turn,
        *,
        pulse_seconds: float,
    ) -> AsyncGenerator[Batch[T], None]:
        """What rises in number like events and is in no journal, such as the log of a job: what comes after `after`.

        `look` reads what comes after a number; `news` is asked before each look for the event that is set when there
        is more. Counts among those who follow, and begins like `follow`; ends when Core stops, and when there is no
        more to come. Raises Overloaded, and what `look` raises.
        """
        self._enter(turn.client)
        loop = asyncio.get_running_loop()
        looks = 0
        try:
            yield Batch([], after)
            while not self._closed:
                coming, looked = news(), loop.time()
                page = await look(after)
                found, after = page.position != after, page.position
                if page.events or page.ended:
                    yield Batch(page.events, after)
                if page.ended:
                    return
                if page.has_more:
                    continue
                looks = 0 if found else looks - 1
                if looks <= 0:
                    changes = self.permission_changes
                    while not coming.is_set() and changes == self.permission_changes and not self._closed:
                        if not await _one_within((coming, self._news), pulse_seconds):
                            break
                    if not coming.is_set():
                        yield Batch([], after)
                    looks = LOOKS_FOR_NEWS
                await asyncio.sleep(looked + self._pause() - loop.time())
        finally:
            self._leave(turn.client)

    async def _next(self, place: Place, wanted: Wanted, turn: Turn) -> Batch[Event]:
        """What comes next for somebody, perhaps nothing."""
        ring = self._ring
        if ring is None:
            return Batch([], place.position)
        if (batch := ring.take(place, wanted)) is not None:
            return batch
        if place.position >= ring.end:
            return Batch([], place.position)
        # Not beyond the ring: of what is told it must be known whether permissions have changed.
        page = await self._database.read(
            turn, rows.page, self.types, wanted, place.position, BATCH_EVENTS, until=ring.end
        )
        place.position, place.number = page.position, None
        return Batch(page.events, page.position)

    def _is_at_end(self, place: Place) -> bool:
        """Whether there is nothing more for somebody until there is news."""
        return self._ring is None or place.position >= self._ring.end

    def announce(
        self,
        kind: str,
        data: Mapping[str, Any],
        *,
        needs: str,
        also: frozenset[str] = frozenset(),
        record_type: str | None = None,
        record_id: str | None = None,
    ) -> None:
        """Tell whoever follows now, and has the permissions `needs` and `also`, what happened to no record. From any
        thread.

        `kind` is one of `EPHEMERAL`; raises ValueError for another. Those who are behind are not told.
        """
        if kind not in EPHEMERAL:
            raise ValueError(f"{kind} is no kind of ephemeral events")
        if self._loop is None or not self._followers:
            return
        event = Event(
            Fields(None, now(), kind, record_type, record_id, [], None, None, dict(data)), needs, also
        )
        with suppress(RuntimeError):  # the loop has closed: nobody follows any more
            self._loop.call_soon_threadsafe(self._tell, event)

    def permissions_changed(self) -> None:
        """Let all who follow be asked again whether they still may, as after the end of a session."""
        self.permission_changes += 1
        self._wake()

    def close(self) -> None:
        """Core stops: end what is followed."""
        self._closed = True
        self._wake()
        if self._reading is not None:
            self._reading.cancel()

    def _enter(self, client: str) -> None:
        """Count one more; raises Overloaded. Who follows keeps a connection, and others are to find one, too."""
        if self._followers.total() >= self._most or self._followers[client] >= max(1, self._most // 2):
            raise Overloaded(
                f"{self._followers.total()} follow events already, {self._followers[client]} of them with this token "
                f"(limits.followers: {self._most}, half of them with one token).",
                headers=AGAIN,
            )
        self._followers[client] += 1
        if self._reading is None and not self._closed:
            self._loop = asyncio.get_running_loop()
            self._reading = asyncio.create_task(self._read())

    def _leave(self, client: str) -> None:
        self._followers[client] -= 1
        self._followers += Counter()  # without those of whom none is left
        if not self._followers and self._reading is not None:
            self._reading.cancel()
            self._reading, self._ring = None, None

    async def _read(self) -> None:
        """Until cancelled: read each event of the journal into the ring, and wake who follows."""
        while True:
            try:
                await self._read_on()
            except FaceForgeError as error:
                if not self._closed:
                    log.warning("the journal cannot be read for those who follow it: %s", error)
            except Exception:  # it goes on, whatever one look met
                log.exception("reading the journal for those who follow it failed")
            await asyncio.sleep(AGAIN_SECONDS)

    async def _read_on(self) -> None:
        if self._ring is None:
            self._ring = Ring((await self._database.read(READING, rows.kept)).newest)
            self._wake()
        ring, loop = self._ring, asyncio.get_running_loop()
        while True:
            commit, looked = self._database.next_commit(), loop.time()
            page = await self._database.read(
                READING, rows.page, self.types, self._everything, ring.end, BATCH_EVENTS
            )
            if page.position != ring.end:
                ring.add(page.events, page.position)
                if any(event.fields.record_type == TOKENS for event in page.events):
                    self.permission_changes += 1
                self._wake()
            if page.has_more:
                continue
            await self._database.wait_for_commit(commit, LOOK_SECONDS)
            await asyncio.sleep(looked + self._pause() - loop.time())

    def _pause(self) -> float:
        return PAUSE_SECONDS + EACH_SECONDS * self._followers.total()

    def _tell(self, event: Event) -> None:
        if self._ring is not None:
            self._ring.add([event], self._ring.end)
            self._wake()

    def _wake(self) -> None:
        self._news.set()
        self._news = asyncio.Event()


async def _one_within(events: Sequence[asyncio.Event], seconds: float) -> bool:
    """Whether one of the events is set before so many seconds have passed."""
    waiting = [asyncio.ensure_future(each.wait()) for each in events]
    try:
        done, _ = await asyncio.wait(waiting, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        return bool(done)
    finally:
        for each in waiting:
            each.cancel()


async def _set_within(event: asyncio.Event, seconds: float) -> bool:
    """Whether an event is set before so many seconds have passed."""
    with suppress(TimeoutError):
        # Not `wait_for`: before Python 3.12 it loses a cancellation that comes together with the event.
        async with asyncio.timeout(seconds):
            await event.wait()
            return True
    return False
