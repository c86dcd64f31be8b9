"""The merchant's statistics, and the time of the daily brief."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, time, timedelta

from bot import daily_stats
from bot.model import CallBudget, Stats
from bot.store import Store

_BRIEF = "brief_at"  # the key in `store.memory` for the time chosen in the chat


class Reporting:
    """`brief_at` is the brief's time until another one is chosen in the chat; None: no brief."""

    def __init__(self, store: Store, now: Callable[[], datetime], brief_at: time | None) -> None:
        self._store = store
        self._now = now
        self._brief_default = brief_at

    async def stats(self, days: int, calls: CallBudget) -> Stats:
        """The numbers of the last `days` days; `calls` are today's, for showing."""
        since = self._now() - timedelta(days=days)
        async with self._store.read() as tx:
            counted = await tx.notices.counts(since)
            series = daily_stats.read(await tx.memory.get(daily_stats.KEY), since.date())
            delays = sorted(day.delay for day in series if day.delay is not None)
            return Stats(
                days=days,
                orders=await tx.chats.active_orders(),
                chats=await tx.chats.count(),
                delivered=await tx.orders.count_delivered(since),
                pushes=counted.sent,
                failed_pushes=counted.dead,
                calls=calls,
                delay=delays[len(delays) // 2] if delays else None,
                series=series,
            )

    async def brief_at(self) -> time | None:
        """The daily brief's time: the one chosen in the chat, else the one from the settings."""
        async with self._store.read() as tx:
            chosen = await tx.memory.get(_BRIEF)
        if chosen is None:
            return self._brief_default
        return time.fromisoformat(chosen) if chosen else None

    async def set_brief_at(self, at: time | None) -> None:
        """Set the brief's time; None turns it off."""
        async with self._store.write() as tx:
            await tx.memory.put(_BRIEF, at.isoformat("minutes") if at else "")
