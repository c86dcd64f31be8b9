"""The range that is shown of a forecast: it stays stable, so that people can plan with it."""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.arrival.history import moment
from bot.arrival.model import Forecast
from bot.model import Estimate

LEAST_FINISHED = 30
"""The number of delivered parcels needed before a range is shown."""
STILL = timedelta(days=2)
"""How long a range does not change without news."""
_WIDEST = timedelta(days=21)  # a wider range does not help
_SAME = timedelta(days=0.5)  # by which both ends may differ and count as unchanged


def say(before: Estimate | None, forecast: Forecast, now: datetime, *, news: bool) -> Estimate | None:
    """The range to show now; None if it is too wide to help.

    `news`: the parcel has moved since `before`. Without news, a range is kept for two days, and one that is
    over is not replaced.
    """
    fresh = Estimate(first=moment(forecast.earliest), last=moment(forecast.latest), at=now)
    if before is not None and not news:
        if before.is_over(now) or now - before.at < STILL:
            return before
        if max(abs(fresh.first - before.first), abs(fresh.last - before.last)) < _SAME:
            return before
        if before.first <= now and abs(fresh.last - before.last) < _SAME:
            return before  # only its beginning moved, because it cannot be in the past
    if fresh.last - fresh.first > _WIDEST:
        return before if before is not None and not news else None
    return fresh
