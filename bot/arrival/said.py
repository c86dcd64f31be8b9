"""The range that is shown of a forecast: it stays stable, so that people can plan with it."""

from __future__ import annotations

from dataclasses import dataclass

from bot.arrival.model import Forecast

LEAST_FINISHED = 30
"""The number of delivered parcels needed before a range is shown."""
STILL = 2.0
"""Days for which a range does not change without news."""
_WIDEST = 21.0  # days; a wider range does not help
_SAME = 0.5  # days by which both ends may differ and count as unchanged


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """The range that is shown, and when it last changed; days since the epoch."""

    first: float
    last: float
    at: float

    def over(self, now: float) -> bool:
        """Whether the parcel is later than the range."""
        return now > self.last + 0.5


def say(before: Said | None, forecast: Forecast, now: float, *, news: bool) -> Said | None:
    """The range to show now; None if it is too wide to help.

    `news`: the parcel has moved since `before`. Without news, a range is kept for two days, and one that is
    over is not replaced.
    """
    fresh = Said(first=forecast.earliest, last=forecast.latest, at=now)
    if before is not None and not news:
        if before.over(now) or now - before.at < STILL:
            return before
        if max(abs(fresh.first - before.first), abs(fresh.last - before.last)) < _SAME:
            return before
        if before.first <= now and abs(fresh.last - before.last) < _SAME:
            return before  # only its beginning moved, because it cannot be in the past
    if fresh.last - fresh.first > _WIDEST:
        return before if before is not None and not news else None
    return fresh
