"""The rhythm of looks on one clock."""

from __future__ import annotations

import math
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.pacing.cadence import WEEK, Cadence
from bot.pacing.clock import Clock

EVEN = Cadence([1.0] * WEEK)
WORKDAY = Clock([1.0 if 8 <= hour % 24 < 20 and hour < 120 else 0.01 for hour in range(WEEK)]).cadence


def gap(cadence: Cadence, level: float, hour: int) -> float:
    one, two, part, _ = cadence.rows(level)
    return one[hour] + part * (two[hour] - one[hour])


@pytest.mark.parametrize("hours", [0.5, 2.0, 3.3, 6.0, 13.0, 30.0, 96.0])
def test_an_even_clock_gives_the_square_root_law(hours: float) -> None:
    assert gap(EVEN, 2.0 / hours**2, 12) == pytest.approx(hours, rel=0.1)


@pytest.mark.parametrize("level", [1e-9, 0.001, 0.01, 0.1, 1.0, 50.0])
@pytest.mark.parametrize("cadence", [EVEN, WORKDAY])
def test_no_hour_saves_more_than_the_peak(cadence: Cadence, level: float) -> None:
    peak = cadence.rows(level)[3]
    most = max(pace * gap(cadence, level, hour) for hour, pace in enumerate(cadence.pace))
    assert 0.5 * peak < most <= peak * (1 + 1e-9)


def test_a_look_after_work_is_followed_by_a_night() -> None:
    assert gap(WORKDAY, 0.1, 12) < 8
    assert gap(WORKDAY, 0.1, 20) > 10


def test_a_look_on_friday_night_is_followed_by_a_weekend() -> None:
    assert gap(WORKDAY, 0.05, 4 * 24 + 21) > 1.5 * gap(WORKDAY, 0.05, 3 * 24 + 21)


@settings(max_examples=25, deadline=None)
@given(st.lists(st.floats(0.02, 8.0), min_size=WEEK, max_size=WEEK))
def test_news_worth_more_never_waits_longer(pace: list[float]) -> None:
    cadence = Clock(pace).cadence
    levels = [10.0 ** (n / 4.0) for n in range(-20, 12)]
    for hour in range(0, WEEK, 23):
        gaps = [gap(cadence, level, hour) for level in levels]
        assert all(math.isfinite(value) and value >= 0.0 for value in gaps)
        assert all(later <= sooner * (1.0 + 1e-9) for sooner, later in pairwise(gaps))
