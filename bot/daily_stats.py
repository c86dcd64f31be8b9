"""One row of statistics per day, kept as JSON in the store, for the merchant's chart. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from bot.model import DailyStats

KEY = "daily_stats"
_KEPT = 90  # days


def write(kept: Mapping[str, Any] | None, day: DailyStats) -> dict[str, Any]:
    """The kept rows with this day's row replaced and rows older than 90 days dropped."""
    lines = dict(kept or {})
    lines[day.on.isoformat()] = [
        day.orders,
        day.pushes,
        day.calls,
        day.budget,
        day.delay.total_seconds() if day.delay is not None else None,
    ]
    return {on: lines[on] for on in sorted(lines)[-_KEPT:]}


def read(kept: Mapping[str, Any] | None, since: date) -> tuple[DailyStats, ...]:
    """The rows from `since` on, oldest first."""
    return tuple(
        DailyStats(
            on=date.fromisoformat(on),
            orders=orders,
            pushes=pushes,
            calls=calls,
            budget=budget,
            delay=None if delay is None else timedelta(seconds=delay),
        )
        for on, (orders, pushes, calls, budget, delay) in sorted((kept or {}).items())
        if date.fromisoformat(on) >= since
    )
