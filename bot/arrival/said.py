"""What is said of a forecast: a range that holds still, so that people can plan with it."""

from __future__ import annotations

from dataclasses import dataclass

from bot.arrival.model import Forecast

LEAST_FINISHED = 30
"""Delivered parcels that have to stand behind a range."""
STILL = 2.0
"""Days within which a range does not move by itself."""
_WIDEST = 21.0  # days; a wider range helps nobody
_SAME = 0.5  # days by which both ends may differ


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """The range that a reader was given, and when it last moved; days since the epoch."""

    first: float
    last: float
    at: float

    def over(self, now: float) -> bool:
        """Whether the parcel is later than was said."""
        return now > self.last + 0.5


def say(before: Said | None, forecast: Forecast, now: float, *, news: bool) -> Said | None:
    """The range to say now; None: too wide to help.

    `news` tells that the parcel moved since `before`. Without news a range stays for two days, and one that
    is over is not replaced by another.
    """
    fresh = Said(first=forecast.earliest, last=forecast.latest, at=now)
    if before is not None and not news:
        if before.over(now) or now - before.at < STILL:
            return before
        if max(abs(fresh.first - before.first), abs(fresh.last - before.last)) < _SAME:
            return before
        if before.first <= now and abs(fresh.last - before.last) < _SAME:
            return before  # only "not before today" moved its beginning
    if fresh.last - fresh.first > _WIDEST:
        return before if before is not None and not news else None
    return fresh
