"""A sending rate that replicas share: one row, one statement for a batch of permits."""

from __future__ import annotations

from collections.abc import Callable

import sqlalchemy as sa

from bot.store import sql
from bot.store.tables import rates

# A row further ahead than this (seconds) was written by a clock that was wrong; nobody books so far.
_BELIEVED = 120.0


class SharedPermits:
    """The permits of one limit in the database; see `Permits` in bot/chat/limits.py.

    The generic cell rate: the row holds when the next permit may be used, by the database's clock, so that
    the replicas' clocks need not agree. Bursts are at most `burst`, whatever the caller asks for, because
    one replica cannot see what another one sends within its own window. `clock` is the caller's monotonic
    one, in seconds. A permit may be used `lateness` seconds late: permits are so much further apart that no
    second sees more than allowed.
    """

    lateness = 0.04

    def __init__(self, database: sql.Database, name: str, clock: Callable[[], float], burst: int = 1) -> None:
        self._database = database
        self._name = name
        self._clock = clock
        self._burst = burst

    async def reserve(self, count: int, now: float, *, per_second: float, burst: int) -> float:
        """Take `count` permits; seconds from `now` when the first may be used, the others at `per_second`.

        Raises StoreError when the database does not answer: nothing is sent without a permit.
        """
        step = (1.0 + self.lateness) / per_second
        async with self._database.write() as on:
            clock = sql.clock(on)
            earliest = clock - (min(burst, self._burst) - 1) * step
            believed = sa.and_(rates.c.next_at > earliest, rates.c.next_at < clock + _BELIEVED)
            start = sa.case((believed, rates.c.next_at), else_=earliest)
            statement = sql.insert(on, rates).values(name=self._name, next_at=earliest + count * step)
            booked = statement.on_conflict_do_update(
                index_elements=["name"], set_={"next_at": start + count * step}
            )
            wait = await on.scalar(booked.returning(rates.c.next_at - count * step - clock))
        # The answer tells the wait at the moment of booking, which is past: never start early for that.
        return float(wait or 0.0) + (self._clock() - now)
