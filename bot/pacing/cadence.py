"""The best rhythm of looks on one weekly clock: how much a later look is worth, hour by hour."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import accumulate, pairwise
from operator import mul

WEEK = 168
_LONGEST = 48.0  # hours between two looks: the first row
_ROWS = 10  # each for twice the level of the one before
_FINE = 8.0  # hours: shorter gaps are planned by half hours
_WEEKS = 3  # planned ahead; the first of them is used
_NOTHING = (0.0,) * WEEK


class Cadence:
    """For each hour of the week the gap that follows a look then, if looks are planned at the least cost.

    The plan minimises calls and waiting together for news of an even rate on this clock. It depends on one
    number, the level: weight x rate in an operating hour / price. Rows are made when first asked for,
    which takes a millisecond or two each.
    """

    __slots__ = ("_peaks", "_rows", "pace")

    def __init__(self, pace: Sequence[float]) -> None:
        """`pace` holds 168 positive numbers of mean 1."""
        self.pace = tuple(pace)
        self._rows: list[tuple[float, ...]] = []
        self._peaks: list[float] = []

    def rows(self, level: float) -> tuple[Sequence[float], Sequence[float], float, float]:
        """Two rows of 168 gaps in hours, how far from the first to the second the level lies, and its peak.

        The peak is the most that pace x gap comes to in any hour of the week.
        """
        place = math.log2(max(level, 1e-12) * 0.5 * _LONGEST * _LONGEST)
        if not 0.0 <= place < _ROWS - 1:  # beyond the rows gaps follow the root of the level
            edge = 0 if place < 0.0 else _ROWS - 1
            root = 2.0 ** (0.5 * (edge - place))
            return self._row(edge), _NOTHING, 1.0 - root, root * self._peaks[edge]
        index = int(place)
        part = place - index
        one, two = self._row(index), self._row(index + 1)
        return one, two, part, (1.0 - part) * self._peaks[index] + part * self._peaks[index + 1]

    @property
    def made(self) -> int:
        """How many rows are ready."""
        return len(self._rows)

    def prepare(self, count: int = _ROWS) -> None:
        """Have that many rows ready; may be done in a thread while others read."""
        rows, peaks = list(self._rows), list(self._peaks)
        while len(rows) < count:
            row = _plan(self.pace, 2.0 ** (len(rows) + 1) / _LONGEST**2)
            rows.append(tuple(map(min, row, rows[-1])) if rows else row)  # never longer for a higher level
            peaks.append(max(map(mul, self.pace, rows[-1])))
        if len(rows) > len(self._rows):  # else somebody else was faster
            self._peaks = peaks  # before the rows that send readers there
            self._rows = rows

    def _row(self, index: int) -> tuple[float, ...]:
        if index >= len(self._rows):
            self.prepare(index + 1)
        return self._rows[index]


def _plan(pace: Sequence[float], level: float) -> tuple[float, ...]:
    """The gaps at one level, by dynamic programming backwards in time over whole or half hours.

    The cost of a plan from one moment on, in calls, falls by level x pace x gap an hour: so the gap is read
    off the differences of costs, where it is smoother than the planned moments themselves.
    """
    parts = 1 if math.sqrt(2.0 / level) > _FINE else 2
    step = 1.0 / parts
    flow = [pace[at // parts] * step for at in range(WEEK * parts)] * _WEEKS
    grown = list(accumulate(flow, initial=0.0))
    waited = list(accumulate((step * 0.5 * (a + b) for a, b in pairwise(grown)), initial=0.0))
    end = latest = len(flow)
    then = [level * value for value in waited]  # what a look at that moment adds whatever came before
    cost = [0.0] * (end + 1)
    for at in range(end - 1, -1, -1):
        slope = level * grown[at] * step
        latest = min(latest, at + int(1.5 * _LONGEST) * parts)
        least, best = math.inf, latest
        for to in range(at + 1, latest + 1):
            value = then[to] - slope * to
            if value < least:
                least, best = value, to
        cost[at] = 1.0 + least - then[at] + slope * at
        then[at] += cost[at]
        latest = best  # an earlier look is never followed by a later one
    falls = [cost[hour * parts] - cost[(hour + 1) * parts] for hour in range(WEEK)]
    return tuple(max(fall, 0.0) / (level * p) for fall, p in zip(falls, pace, strict=False))
