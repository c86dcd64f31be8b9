"""Stretched days: a time scale by weekday, on which deliveries are equally likely at all times."""

from __future__ import annotations

import math
from collections.abc import Iterable
from itertools import accumulate

_EVEN = 20.0  # weight of the flat prior, in deliveries


class Week:
    """The scale, learned from the times of deliveries (days since the epoch)."""

    def __init__(self, ends: Iterable[float]) -> None:
        counts = [_EVEN / 7.0] * 7
        for end in ends:
            counts[math.floor(end) % 7] += 1.0
        mean = math.fsum(counts) / 7.0
        self._pace = [count / mean for count in counts]
        self._sums = [0.0, *accumulate(self._pace)]

    def of(self, at: float) -> float:
        """Convert days since the epoch to stretched days."""
        whole = math.floor(at)
        weeks, day = divmod(whole, 7)
        return weeks * 7.0 + self._sums[day] + (at - whole) * self._pace[day]

    def back(self, stretched: float) -> float:
        """Convert stretched days back to days since the epoch."""
        weeks, rest = divmod(stretched, 7.0)
        day = 0
        while day < 6 and self._sums[day + 1] <= rest:
            day += 1
        return weeks * 7.0 + day + (rest - self._sums[day]) / self._pace[day]
