"""B1: what is shared among those who follow events is bounded, however differently they ask."""

from __future__ import annotations

from faceforge_storage.database.clock import now
from faceforge_storage.events.event import Event, Fields, Wanted
from faceforge_storage.events.ring import MOST_BATCHES, Place, Ring

EVERYTHING = Wanted(frozenset({"entities:read"}))


def ring_of(count: int) -> Ring:
    ring = Ring(0)
    fields = [Fields(n, now(), "entity.created", "entity", "e", [], n, "test") for n in range(1, count + 1)]
    ring.add([Event(each, "entities:read") for each in fields], count)
    return ring


def test_who_stands_at_the_same_place_and_wants_the_same_shares_one_batch() -> None:
    ring = ring_of(9)
    first, second = (ring.take(Place(4), EVERYTHING) for _ in range(2))
    assert first is not None
    assert first is second
    assert [each.fields.event_id for each in first.events] == [5, 6, 7, 8, 9]


def test_a_thousand_who_want_different_things_leave_few_batches() -> None:
    ring = ring_of(1000)
    for n in range(1000):
        wanted = Wanted(EVERYTHING.permissions, record_ids=frozenset({"e", str(n)}))
        taken = ring.take(Place(n), wanted)
        assert taken is not None
        assert taken.events[0].fields.event_id == n + 1
    assert len(ring._batches) <= MOST_BATCHES
