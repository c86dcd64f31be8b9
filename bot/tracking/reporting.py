"""The merchant's figures, the bot's own, and the time of the daily brief."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot import daily_stats, figures
from bot.model import CallBudget, Figures, Stats
from bot.store import Store
from bot.tracking.policy import Policy

_BRIEF = "brief_at"  # the key in `store.memory` for the time chosen in the chat


class Reporting:
    """Reads what the store counts; keeps the hour that was chosen for the brief."""

    def __init__(self, store: Store, policy: Policy, now: Callable[[], datetime]) -> None:
        self._store = store
        self._policy = policy
        self._now = now

    async def figures(self, zone: str) -> Figures:
        """Deliveries and problems of this month and the two before it, in days of that zone.

        They begin later where RETENTION_DAYS has had the orders before deleted.
        """
        now, here = self._now(), ZoneInfo(zone)
        since = figures.since(now, here, self._policy.retention)
        local = now.astimezone(here)
        offset = local.utcoffset() or timedelta(0)
        async with self._store.read() as tx:
            tallies = await tx.figures.deliveries(since, now, offset)
            troubles = await tx.figures.troubles(since, now)
            reported = await tx.figures.reported(since)
            questions = await tx.cases.count_questions()
        return await asyncio.to_thread(
            figures.figures,
            tallies,
            troubles,
            reported,
            questions=questions,
            since=since,
            today=local.date(),
        )

    async def stats(self, days: int, calls: CallBudget, memory: int | None = None) -> Stats:
        """The bot's numbers of the last `days` days; `calls` and `memory` are for showing."""
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
                waiting=(await tx.notices.depth()).due,
                memory=memory,
            )

    async def brief_at(self) -> time | None:
        """The daily brief's time: the one chosen in the chat, else the one from the settings."""
        async with self._store.read() as tx:
            chosen = await tx.memory.get(_BRIEF)
        if chosen is None:
            return self._policy.brief_at
        return time.fromisoformat(chosen) if chosen else None

    async def set_brief_at(self, at: time | None) -> None:
        """Set the brief's time; None turns it off."""
        async with self._store.write() as tx:
            await tx.memory.put(_BRIEF, at.isoformat("minutes") if at else "")
