"""The latest events, bounded in bytes: who follows closely reads them here, and costs nobody a look at the database."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Generic, Protocol, TypeVar

from faceforge_storage.events.event import Event, Wanted

RING_BYTES = 4 * 1024 * 1024
"""How many bytes of events are kept, about."""
OBJECT_BYTES = 1500
"""What an event holds beside its frame."""
BATCH_EVENTS = 500
"""How many events are handed on at once, at most: what a client that takes nothing holds."""
MOST_BATCHES = 32
"""How many batches are kept to be shared: who follows closely stands at the same place, and wants one of few things."""


class Told(Protocol):
    """What can be told on an event stream: an event, or an entry of the log of a job."""

    @property
    def position(self) -> int | None:
        """What a client keeps to go on after it; None where there is nothing to go on after."""
        ...

    @property
    def frame(self) -> bytes:
        """The block of the stream."""
        ...


T = TypeVar("T", bound=Told)


@dataclass(frozen=True)
class Batch(Generic[T]):
    """Events for one who follows, in their order; everything up to the id `position` was looked at."""

    events: Sequence[T]
    position: int

    @cached_property
    def frames(self) -> bytes:
        """The events as a part of an event stream; all who are handed this batch share the bytes."""
        return b"".join(event.frame for event in self.events)


@dataclass
class Place:
    """Where somebody stands who follows: the id of the last event of the journal that was looked at, and the number of
    the next event in the ring, None for who does not read from the ring."""

    position: int
    number: int | None = None


class Ring:
    """All events after the id `begin`, up to `end`, those of the journal and ephemeral ones in the order they came."""

    def __init__(self, begin: int, most_bytes: int = RING_BYTES) -> None:
        self.begin = self.end = begin
        self._most = most_bytes
        self._events: list[Event] = []
        self._first = 0
        """The number of the first event; numbers go on and on."""
        self._bytes = 0
        self._batches: dict[tuple[int, int, Wanted], tuple[Batch[Event], int]] = {}

    def add(self, events: list[Event], end: int) -> None:
        """Take in the next events; all of the journal up to the id `end` have come then."""
        self._events += events
        self._bytes += sum(map(_size, events))
        self.end = end
        self._batches.clear()
        if self._bytes > self._most:
            self._forget()

    def _forget(self) -> None:
        """Let go of the oldest events: of a quarter of the bytes at once, since that moves the whole list."""
        count = 0
        while count < len(self._events) and self._bytes > self._most * 3 // 4:
            event = self._events[count]
            self._bytes -= _size(event)
            if event.fields.event_id is not None:
                self.begin = event.fields.event_id
            count += 1
        del self._events[:count]
        self._first += count

    def take(self, place: Place, wanted: Wanted) -> Batch[Event] | None:
        """The next events for somebody, whose place moves on; None for who is behind the ring, or ahead of it."""
        if place.number is None or place.number < self._first:
            place.number = self._number_after(place.position)
            if place.number is None:
                return None
        found = self._batches.get(key := (place.number, place.position, wanted))
        if found is None:
            if (
                len(self._batches) >= MOST_BATCHES
            ):  # each who begins elsewhere, or wants something else, adds one
                self._batches.clear()
            found = self._batches[key] = self._batch(place, wanted)
        batch, place.number = found
        place.position = batch.position
        return batch

    def _batch(self, place: Place, wanted: Wanted) -> tuple[Batch[Event], int]:
        assert place.number is not None
        start = place.number - self._first
        looked_at = self._events[start : start + BATCH_EVENTS]
        stop = place.number + len(looked_at)
        position = place.position
        if stop == self._first + len(self._events):
            position = max(position, self.end)
        else:
            position = max([position, *(each.fields.event_id or 0 for each in looked_at)])
        return Batch([each for each in looked_at if wanted.takes(each)], position), stop

    def _number_after(self, position: int) -> int | None:
        """The number of the first event after an id; None when the ring does not have all that followed it."""
        if not self.begin <= position <= self.end:
            return None
        for place, event in enumerate(self._events):
            if (event.fields.event_id or 0) > position:
                return self._first + place
        return self._first + len(self._events)


def _size(event: Event) -> int:
    return len(event.frame) + OBJECT_BYTES
