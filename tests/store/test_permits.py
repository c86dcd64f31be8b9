"""One rate for all replicas: permits in one row, never more than allowed and hardly fewer."""

from __future__ import annotations

import asyncio
import bisect
import random
import time

import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.sources.aliexpress import budget
from bot.store import Store
from bot.store.permits import SharedPermits
from bot.store.tables import rates

RATE = 200.0
STEP = 1.04 / RATE  # a little further apart than the rate says: permits may be used late


async def _row(store: Store, name: str) -> float:
    async with store.database.read() as on:
        found = await on.scalar(sa.select(rates.c.next_at).where(rates.c.name == name))
    assert found is not None
    return float(found)


async def test_replicas_book_one_after_the_other_and_no_booking_is_lost(store: Store, replica: Store) -> None:
    """90 batches from two replicas at once: the row moves by all that was booked."""
    permits = [SharedPermits(one.database, "p", time.monotonic) for one in (store, replica)]
    began = time.monotonic()
    slots: list[float] = []

    async def book(number: int) -> None:
        for _ in range(15):
            now = time.monotonic()
            first = await permits[number % 2].reserve(3, now, per_second=RATE, burst=5)
            slots.extend(now + first + n * STEP for n in range(3))

    await permits[0].reserve(1, began, per_second=RATE, burst=5)
    start = await _row(store, "p") - STEP
    await asyncio.gather(*(book(number) for number in range(6)))
    booked = len(slots) + 1
    assert await _row(store, "p") >= start + booked * STEP - 1e-3, "nobody's booking was lost"
    assert max(slots) >= began + booked * STEP - STEP - 0.05, "nobody starts before the booked moment"


async def test_a_rest_saves_up_nothing(store: Store) -> None:
    permits = SharedPermits(store.database, "p", time.monotonic)
    waits = [await permits.reserve(1, time.monotonic(), per_second=1.0, burst=5) for _ in range(3)]
    assert waits[0] == pytest.approx(0.0, abs=0.5)
    assert waits[1] == pytest.approx(1.04, abs=0.5)
    assert waits[2] == pytest.approx(2.08, abs=0.5)


async def test_a_burst_is_allowed_where_it_was_asked_for(store: Store) -> None:
    permits = SharedPermits(store.database, "p", time.monotonic, burst=3)
    waits = [await permits.reserve(1, time.monotonic(), per_second=1.0, burst=9) for _ in range(4)]
    assert waits[0] < waits[1] < waits[2] < 0.5
    assert waits[3] > 0.5


async def test_a_row_from_a_wrong_clock_stops_nobody(store: Store) -> None:
    permits = SharedPermits(store.database, "p", time.monotonic)
    await permits.reserve(1, time.monotonic(), per_second=1.0, burst=1)
    async with store.database.write() as on:
        await on.execute(sa.update(rates).values(next_at=rates.c.next_at + 1e9))
    assert await permits.reserve(1, time.monotonic(), per_second=1.0, burst=1) < 1.0


@pytest.mark.parametrize("per_second", [1, 5, 30, 200])
@given(late=st.floats(0.001, 0.039), seed=st.integers(0, 1000))
@settings(max_examples=20, deadline=None)
def test_calls_booked_by_late_replicas_fill_no_second_too_full(
    per_second: int, late: float, seed: int
) -> None:
    """Replicas ask at odd moments, by an old reading of the clock, and leave late for it."""
    limits = budget.Limits(per_second=per_second, jitter=0.04, ahead=0.25)
    dice, account, at = random.Random(seed), budget.Account(), 1e9
    starts: list[float] = []
    while at < 1e9 + 20:
        at += dice.random() * 0.004
        account, answer = budget.ask(account, at - dice.random() * late, False, limits)
        if isinstance(answer, budget.Go):
            starts.append(at + answer.seconds)
    starts.sort()
    fullest = max(bisect.bisect_left(starts, one + 1.0) - number for number, one in enumerate(starts))
    assert fullest <= per_second
    assert len(starts) >= 0.95 * 20 * per_second - 1


async def test_every_limit_has_a_row_of_its_own(store: Store) -> None:
    for name in ("a", "b"):
        permits = SharedPermits(store.database, name, time.monotonic)
        assert await permits.reserve(5, time.monotonic(), per_second=1.0, burst=1) < 0.5
