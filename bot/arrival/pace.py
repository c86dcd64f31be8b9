"""Pace: how fast parcels moved at each time, learned from the times at which they left their stages.

For each stretch of days: so many stages were left, beside how many the hazard of all days (Nelson and Aalen)
expects to be left in the time that parcels spent in them. Those still under way count, too, so a slowdown
shows within days, long before the slow parcels are delivered. Neighboring stretches are joined until each
differs from the next by more than chance.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from itertools import accumulate

from bot.arrival.clock import Clock
from bot.arrival.history import Journey
from bot.model import Stage

_STRETCH = 5.0  # days
_MOST = 40  # stretches; what was before them counts as the first
_CHANCE = 10.0  # squared standard errors: a smaller difference between stretches is chance
_EVEN = 20.0  # stages left at the mean pace that are added to those seen in a stretch
_ROUNDS, _PART = 4, 0.4  # each round corrects a part: the chance of leaving a stage rises with the days in it
_FARTHEST = 1.8  # times the mean pace or a part of it: what is taken to last
_DIGITS = 1  # durations are kept to a tenth of a day, so that many are alike


def paced(parcels: Sequence[tuple[Journey, float]], clock: Clock, now: float) -> Clock:
    """The clock by which parcels moved alike at all times; from now on its pace is 1.

    `parcels` are those ended and under way, each with how much it counts. The pace of the last days is taken
    to last, but not a standstill (a holiday ends) nor a rush.
    """
    # Before the first known delivery only slow parcels are known: what was before does not count.
    first = min((one.until for one, _ in parcels if one.delivered), default=now)
    count = min(int((now - first) / _STRETCH), _MOST)
    edges = [now - _STRETCH * step for step in range(count, 0, -1)]
    seen, expected = (list(accumulate(row, initial=0.0)) for row in _counts(parcels, edges, clock))
    changes = [edges[split - 1] for split in _splits(seen, expected, 1, len(edges) + 1)]
    paces = [1.0] * (len(changes) + 1)
    for _ in range(_ROUNDS if changes else 0):
        seen, expected = _counts(parcels, [edges[0], *changes], clock)
        rows = zip(paces, seen[1:], expected[1:], strict=True)
        paces = [pace * ((_EVEN + left) / (_EVEN * pace + usual)) ** _PART for pace, left, usual in rows]
        future = max(min(paces[-1], _FARTHEST), 1.0 / _FARTHEST)
        clock = clock.changed(zip([*changes, now], (pace / future for pace in paces), strict=True))
    return clock


def _counts(
    parcels: Sequence[tuple[Journey, float]], edges: Sequence[float], clock: Clock
) -> tuple[list[float], list[float]]:
    """How many stages were left before, between and after the edges, and how many would usually be."""
    stays = [
        (stage, entered, left, over, counts)
        for one, counts in parcels
        for stage, entered, left, over in one.stays()
    ]
    lasted: dict[Stage, list[tuple[float, bool, float]]] = {}
    for stage, entered, left, over, counts in stays:
        lasted.setdefault(stage, []).append((clock.of(left) - clock.of(entered), over, counts))
    hazards = {stage: _hazard(cases) for stage, cases in lasted.items()}
    marks = [clock.of(edge) for edge in edges]
    seen, expected = [0.0] * (len(edges) + 1), [0.0] * (len(edges) + 1)
    for stage, entered, left, over, counts in stays:
        lengths, sums = hazards[stage]
        since, until = clock.of(entered), clock.of(left)
        place, end = bisect_right(edges, entered), bisect_right(edges, left)
        seen[end] += counts * over
        before = 0.0
        for step in range(place, end + 1):
            age = (marks[step] if step < end else until) - since
            after = sums[bisect_right(lengths, round(age, _DIGITS))]
            expected[step] += counts * (after - before)
            before = after
    return seen, expected


def _splits(seen: Sequence[float], expected: Sequence[float], begin: int, end: int) -> list[int]:
    """Before which stretches the pace changed: where both sides differ most, and again on each side.

    `seen` and `expected` are sums up to each stretch.
    """

    def difference(split: int) -> float:
        """Of the pace before and after, in squared standard errors."""
        left, right = expected[split] - expected[begin], expected[end] - expected[split]
        if min(left, right) < 1.0:
            return 0.0
        apart = (seen[split] - seen[begin]) / left - (seen[end] - seen[split]) / right
        mean = (seen[end] - seen[begin] + 1.0) / (left + right + 1.0)
        return apart**2 / (mean * (1.0 / left + 1.0 / right))

    best = max(range(begin + 1, end), key=difference, default=begin)
    if best == begin or difference(best) <= _CHANCE:
        return []
    return [*_splits(seen, expected, begin, best), best, *_splits(seen, expected, best, end)]


def _hazard(cases: Iterable[tuple[float, bool, float]]) -> tuple[Sequence[float], Sequence[float]]:
    """Durations, ascending, and the cumulative hazard before the first and after each."""
    ended: dict[float, float] = {}
    ends: dict[float, float] = {}
    at_risk = 0.0
    for length, over, weight in cases:
        length = round(length, _DIGITS)
        at_risk += weight
        ends[length] = ends.get(length, 0.0) + weight
        ended[length] = ended.get(length, 0.0) + weight * over
    lengths, steps = sorted(ends), []
    for length in lengths:
        steps.append(ended[length] / at_risk if at_risk > 1e-9 else 0.0)
        at_risk -= ends[length]
    return lengths, [0.0, *accumulate(steps)]
