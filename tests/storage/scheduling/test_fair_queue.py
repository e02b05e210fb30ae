"""A fair queue serves clients in turn, and the connections of each in turn (B7)."""

from __future__ import annotations

import pytest

from faceforge_storage.errors import Busy
from faceforge_storage.scheduling.fair_queue import FairQueue, Turn


def drained(queue: FairQueue[str]) -> str:
    taken = []
    while (item := queue.take()) is not None:
        taken.append(item)
    return " ".join(taken)


def filled(*turns: tuple[str, str]) -> FairQueue[str]:
    """An item for each (client, connection), named by both and by how many came before it from there."""
    queue: FairQueue[str] = FairQueue(100)
    for place, (client, connection) in enumerate(turns):
        earlier = turns[:place].count((client, connection))
        queue.put(Turn(client, connection), f"{client}{connection}{earlier}")
    return queue


def test_what_comes_from_one_connection_stays_in_order() -> None:
    assert drained(filled(("a", "x"), ("a", "x"), ("a", "x"))) == "ax0 ax1 ax2"


def test_who_asks_much_waits_for_who_asks_little() -> None:
    queue = filled(("a", "x"), ("a", "x"), ("a", "x"), ("b", "x"), ("c", "x"))
    assert drained(queue) == "ax0 bx0 cx0 ax1 ax2"


def test_the_connections_of_a_client_share_its_turns() -> None:
    queue = filled(("a", "x"), ("a", "x"), ("a", "x"), ("a", "y"), ("b", "z"), ("b", "z"))
    assert drained(queue) == "ax0 bz0 ay0 bz1 ax1 ax2"


def test_who_comes_back_stands_behind_who_waits() -> None:
    queue = filled(("a", "x"), ("b", "x"))
    assert queue.take() == "ax0"
    queue.put(Turn("a", "x"), "again")
    assert drained(queue) == "bx0 again"


def test_clients_can_be_passed_over() -> None:
    queue = filled(("a", "x"), ("b", "x"))
    assert queue.take({"a"}) == "bx0"
    assert queue.take({"a"}) is None
    assert queue.take() == "ax0"


def test_what_nobody_waits_for_any_more_leaves() -> None:
    queue = filled(("a", "x"), ("a", "x"), ("b", "x"))
    queue.remove(Turn("a", "x"), "ax0")
    queue.remove(Turn("a", "x"), "ax0")
    queue.remove(Turn("c", "x"), "ax0")
    assert drained(queue) == "ax1 bx0"


def test_what_may_wait_of_one_client_is_bounded() -> None:
    queue: FairQueue[int] = FairQueue(2)
    for number in range(2):
        queue.put(Turn("a", number), number)
    with pytest.raises(Busy, match=r"2 requests .* limits.waiting_per_client allows 2") as refused:
        queue.put(Turn("a", "new"), 2)
    assert refused.value.headers == {"Retry-After": "1"}
    queue.put(Turn("b"), 3)
    queue.take()
    queue.put(Turn("a", "new"), 4)
