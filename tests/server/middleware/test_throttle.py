"""Wrong tokens are slowed for the address that sends them, and for nobody else (S4)."""

from __future__ import annotations

import pytest

from faceforge_server.middleware.throttle import ADDRESSES, Throttle
from faceforge_storage.errors import RateLimited, Unauthorized


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def throttle(clock: Clock) -> Throttle:
    return Throttle(3, seconds=60, clock=clock)


def codes(throttle: Throttle, address: str | None, times: int) -> list[int]:
    return [throttle.failure(address).status for _ in range(times)]


def test_the_first_few_are_told_401_and_the_rest_429(throttle: Throttle) -> None:
    assert codes(throttle, "10.0.0.1", 5) == [401, 401, 401, 429, 429]


def test_the_refusal_says_how_long_to_wait_and_that_is_long_enough(throttle: Throttle, clock: Clock) -> None:
    codes(throttle, "10.0.0.1", 3)
    refused = throttle.failure("10.0.0.1")
    assert isinstance(refused, RateLimited)
    assert refused.headers == {"Retry-After": "20"}
    clock.now += 19
    assert throttle.failure("10.0.0.1").headers == {"Retry-After": "1"}
    clock.now += 1
    assert isinstance(throttle.failure("10.0.0.1"), Unauthorized)


def test_being_refused_does_not_lengthen_the_wait(throttle: Throttle, clock: Clock) -> None:
    codes(throttle, "10.0.0.1", 1000)
    clock.now += 20
    assert codes(throttle, "10.0.0.1", 2) == [401, 429]


def test_another_address_is_not_concerned(throttle: Throttle) -> None:
    codes(throttle, "10.0.0.1", 100)
    assert codes(throttle, "10.0.0.2", 1) == [401]
    assert codes(throttle, None, 1) == [401]


def test_the_addresses_of_one_ipv6_network_count_as_one(throttle: Throttle) -> None:
    assert codes(throttle, "2001:db8::1", 2) + codes(throttle, "2001:db8::ffff", 2) == [401, 401, 401, 429]
    assert codes(throttle, "2001:db8:0:1::1", 1) == [401]
    assert codes(throttle, "fe80::1%eth0", 1) == [401]


def test_many_addresses_take_bounded_memory(throttle: Throttle) -> None:
    for number in range(ADDRESSES + 500):
        throttle.failure(f"10.{number >> 16}.{number >> 8 & 255}.{number & 255}")
    assert len(throttle._left) == ADDRESSES


def test_a_401_names_the_scheme(throttle: Throttle) -> None:
    assert throttle.failure("10.0.0.1").headers == {"WWW-Authenticate": "Bearer"}
