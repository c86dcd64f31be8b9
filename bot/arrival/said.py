"""The range that is shown of a forecast: it stays stable, so that people can plan with it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from bot.arrival.history import moment
from bot.arrival.model import Forecast
from bot.model import Estimate

LEAST_FINISHED = 30
"""The number of delivered parcels needed before a range is shown."""
STILL = timedelta(days=2)
"""How long a range does not change without news."""
_WIDEST = timedelta(days=21)  # a wider range does not help
_SAME = timedelta(days=1)  # by which both ends may differ and count as unchanged; less in a narrow range


def say(before: Estimate | None, forecast: Forecast, now: datetime, *, news: bool) -> Estimate | None:
    """The range to show now; None if it is too wide to help.

    `news`: the parcel came into another stage since `before`. Without news, a range is kept for two days,
    and one that is over is not replaced. With news, a range that hardly changes is kept as made now.
    """
    fresh = Estimate(first=moment(forecast.earliest), last=moment(forecast.latest), at=now)
    if before is not None and not (news and before.is_over(now)):
        if not news and (before.is_over(now) or now - before.at < STILL):
            return before
        # The beginning of a range cannot be in the past; that it moved for this alone is no change.
        kept = before.as_of(now)
        apart = max(abs(fresh.first - kept.first), abs(fresh.last - kept.last))
        if apart < min(_SAME, (fresh.last - fresh.first) / 4):
            return replace(kept, at=now) if news else before
    if fresh.last - fresh.first > _WIDEST:
        return before if before is not None and not news else None
    return fresh
