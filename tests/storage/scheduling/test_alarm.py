"""An alarm calls for what takes too long, and for nothing else."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator

import pytest

from faceforge_storage.scheduling.alarm import Alarm

SECONDS = 20


@pytest.fixture
def called() -> threading.Event:
    return threading.Event()


@pytest.fixture
def alarm(called: threading.Event) -> Iterator[Alarm]:
    made = Alarm(called.set)
    yield made
    made.close()


def test_it_calls_for_what_takes_too_long(alarm: Alarm, called: threading.Event) -> None:
    with alarm.after(0.01):
        assert called.wait(SECONDS)


def test_a_shorter_time_after_a_long_one_is_kept(alarm: Alarm, called: threading.Event) -> None:
    for _ in range(3):
        with alarm.after(3600):
            pass
    with alarm.after(0.01):
        assert called.wait(SECONDS)


def test_it_calls_once_and_for_the_next_thing_again() -> None:
    calls = threading.Semaphore(0)
    alarm = Alarm(calls.release)
    for _ in range(3):
        with alarm.after(0.01):
            assert calls.acquire(timeout=SECONDS)
        assert not calls.acquire(blocking=False)
    alarm.close()


def test_what_is_done_in_time_is_not_called_for(alarm: Alarm, called: threading.Event) -> None:
    seconds, in_time = 0.05, False
    while not in_time:
        called.clear()
        begun = time.monotonic()
        with alarm.after(seconds):
            pass
        in_time = time.monotonic() - begun < seconds
    over = threading.Event()
    later = Alarm(over.set)
    with later.after(4 * seconds):
        assert over.wait(SECONDS)
    assert not called.is_set()
    later.close()


def test_its_thread_ends_with_it() -> None:
    alarm = Alarm(lambda: None)
    with alarm.after(3600):
        pass
    thread = alarm._thread
    assert thread is not None
    alarm.close()
    thread.join(SECONDS)
    assert not thread.is_alive()
