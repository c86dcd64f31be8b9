"""Stretched days: a time scale on which deliveries are equally likely at all times."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Iterable
from itertools import accumulate

_EVEN = 20.0  # weight of the flat prior, in deliveries


class Clock:
    """The scale by weekday, and by how fast parcels moved until when."""

    def __init__(
        self, paces: Iterable[float] = (1.0,) * 7, changes: Iterable[tuple[float, float]] = ()
    ) -> None:
        self._days = list(paces)
        self._sums = [0.0, *accumulate(self._days)]
        self._edges, self._paces = [], []
        for edge, pace in changes:
            self._edges.append(edge)
            self._paces.append(pace)
        self._paces.append(1.0)
        # Stretched days are pace * weekly + shift in each stretch, without jumps; the last one has no shift.
        self._shifts = [0.0]
        for place in range(len(self._edges) - 1, -1, -1):
            step = (self._paces[place + 1] - self._paces[place]) * self._week(self._edges[place])
            self._shifts.insert(0, self._shifts[0] + step)

    @classmethod
    def weekly(cls, ends: Iterable[float]) -> Clock:
        """Learned from the times of deliveries (days since the epoch)."""
        counts = [_EVEN / 7.0] * 7
        for end in ends:
            counts[math.floor(end) % 7] += 1.0
        mean = math.fsum(counts) / 7.0
        return cls(count / mean for count in counts)

    def changed(self, changes: Iterable[tuple[float, float]]) -> Clock:
        """With the pace until each of these times."""
        return Clock(self._days, changes)

    def of(self, at: float) -> float:
        """Convert days since the epoch to stretched days."""
        place = bisect_right(self._edges, at)
        return self._paces[place] * self._week(at) + self._shifts[place]

    def back(self, stretched: float) -> float:
        """Convert stretched days since the last change back to days since the epoch."""
        weeks, rest = divmod(stretched, 7.0)
        day = 0
        while day < 6 and self._sums[day + 1] <= rest:
            day += 1
        return weeks * 7.0 + day + (rest - self._sums[day]) / self._days[day]

    def _week(self, at: float) -> float:
        whole = math.floor(at)
        weeks, day = divmod(whole, 7)
        return weeks * 7.0 + self._sums[day] + (at - whole) * self._days[day]
