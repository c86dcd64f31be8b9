"""Pace: how much faster or slower parcels move now than history tells.

So many stages were left in the last days, beside how many history expects to be left in the time that parcels
spent in them (Nelson and Aalen's cumulative hazard). Those still under way count, too, so a slowdown shows
within days, long before the slow parcels are delivered.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from itertools import accumulate

from bot.arrival.durations import Sample
from bot.arrival.history import Journey
from bot.arrival.week import Week
from bot.model import Stage

_WINDOW = 10.0  # days
_CHANCE = 16.0  # squared standard errors: a smaller difference is chance, and a greater one is shrunk by it
_EVEN = 30.0  # stages left at the usual pace that are added to those seen
_FARTHEST = 1.8
_HALVINGS = 9
_DIGITS = 1  # times are kept to a tenth of a day, so that many are alike

_Hazard = tuple[Sequence[float], Sequence[float]]
"""Durations, ascending, and the cumulative hazard before the first and after each."""
_Spent = tuple[_Hazard, float, float, float]
"""A stay: its stage's hazard, its ages at the beginning and end of the last days, how much it counts."""


def pace(
    history: Mapping[Stage, Iterable[Sample]],
    parcels: Iterable[tuple[Journey, float]],
    week: Week,
    now: float,
) -> float:
    """By what to multiply time so that history explains the last days: above 1 parcels are faster.

    `parcels` are all that were under way then, each with how much it counts.
    """
    hazards = {stage: _hazard(samples) for stage, samples in history.items()}
    begin = week.of(now - _WINDOW)
    seen, spent = 0.0, list[_Spent]()
    for one, counts in parcels:
        for stage, entered, left, over in one.stays():
            if left > now - _WINDOW:
                since = week.of(entered)
                spent.append((hazards[stage], max(begin - since, 0.0), week.of(left) - since, counts))
                seen += counts * over
    expected = _expected(spent, 1.0)
    difference = (seen - expected) ** 2 / max(expected, 1.0)
    if difference <= _CHANCE:
        return 1.0
    low, high = 1.0 / _FARTHEST, _FARTHEST
    for _ in range(_HALVINGS):
        middle = (low * high) ** 0.5
        if _EVEN * middle + _expected(spent, middle) < _EVEN + seen:
            low = middle
        else:
            high = middle
    return float((low * high) ** (0.5 * (1.0 - _CHANCE / difference)))


def _hazard(samples: Iterable[Sample]) -> _Hazard:
    ended: dict[float, float] = {}
    at_risk, ends = 0.0, dict[float, float]()
    for length, over, weight, *_ in samples:
        length = round(length, _DIGITS)
        at_risk += weight
        ends[length] = ends.get(length, 0.0) + weight
        ended[length] = ended.get(length, 0.0) + weight * over
    lengths, steps = sorted(ends), []
    for length in lengths:
        steps.append(ended[length] / at_risk if at_risk > 1e-9 else 0.0)
        at_risk -= ends[length]
    return lengths, [0.0, *accumulate(steps)]


def _expected(spent: Iterable[_Spent], pace: float) -> float:
    """How many stages history expects to be left in the time spent."""
    return sum(
        counts * (_until(hazard, pace * end) - _until(hazard, pace * begin))
        for hazard, begin, end, counts in spent
    )


def _until(hazard: _Hazard, age: float) -> float:
    lengths, sums = hazard
    return sums[bisect_right(lengths, round(age, _DIGITS))]
