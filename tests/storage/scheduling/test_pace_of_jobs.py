"""How fast a job goes and how long it will take, by what it has said so far."""

from __future__ import annotations

import pytest

from faceforge_storage.jobs.progress import Progress, advanced


def said(*steps: tuple[float, float, dict[str, int]]) -> Progress:
    """The progress after each (seconds, fraction, counts)."""
    now: Progress | None = None
    for seconds, fraction, counts in steps:
        now = advanced(now, {"fraction": fraction, "counts": counts}, seconds)
    assert now is not None
    return now


def test_at_an_even_pace_the_rate_and_the_rest_follow() -> None:
    now = said(*((second, second / 100, {"bytes": second * 1000}) for second in range(41)))
    assert now["rate"] == pytest.approx(1000)
    assert now["eta_s"] == pytest.approx(60)


def test_a_slow_first_moment_is_soon_outweighed() -> None:
    """As after a pause, when an import looks at the folder anew before it copies."""
    slow = [(0.0, 0.46, {"bytes": 100}), (0.25, 0.46, {"bytes": 100})]
    then = [(0.25 + step / 4, 0.46 + step / 400, {"bytes": 100 + step * 250}) for step in range(1, 12)]
    now = said(*slow, *then)
    assert now["rate"] == pytest.approx(1000, rel=0.1)
    assert now["eta_s"] == pytest.approx((1 - now["fraction"]) / 0.01, rel=0.1)


def test_another_unit_begins_a_pace_of_its_own() -> None:
    """An import counts files while it plans, then bytes."""
    planned = [(float(second), second / 100, {"done": second * 10}) for second in range(10)]
    now = said(*planned, (10.0, 0.1, {"bytes": 5_000_000}))
    assert now["rate"] is None
    now = said(*planned, (10.0, 0.1, {"bytes": 5_000_000}), (11.0, 0.11, {"bytes": 5_002_000}))
    assert now["rate"] == pytest.approx(2000)
