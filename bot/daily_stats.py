"""A line a day about the bot's work, kept in memory's JSON: what the merchant's chart is drawn from. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from bot.model import DailyStats

KEY = "daily_stats"
_KEPT = 90  # days


def write(kept: Mapping[str, Any] | None, day: DailyStats) -> dict[str, Any]:
    """The diary with this day's line written anew, and what is too old left out."""
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
    """The lines from `since` on, oldest first."""
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
