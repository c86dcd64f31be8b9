"""Calls are spent as allowed, people first."""

from __future__ import annotations

import asyncio
import itertools
import json
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import Throttled
from bot.sources.aliexpress import budget
from bot.sources.aliexpress.budget import CallLimits, LocalCallLimiter
from tests.sources.aliexpress.world import Clock

# Four in the afternoon UTC is midnight in Beijing, where the day ends.
MIDNIGHT = datetime(2026, 3, 1, 16, tzinfo=UTC)


def limiter(clock: Clock, **limits: float | int | None) -> LocalCallLimiter:
    return LocalCallLimiter(
        limits=CallLimits(**limits),  # type: ignore[arg-type]  # two keywords of two types
        now=clock,
        sleep=clock.sleep,
    )


class Started:
    """Remembers when calls started."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.log: list[tuple[str, float]] = []

    async def call(self, name: str, limiter: LocalCallLimiter, urgent: bool) -> None:
        await limiter.acquire(urgent)
        self.log.append((name, (self.clock.at - MIDNIGHT).total_seconds()))


async def test_calls_are_evenly_spaced() -> None:
    clock = Clock(MIDNIGHT)
    here, started = limiter(clock, per_second=2), Started(clock)
    for _ in range(5):
        await started.call("check", here, False)
    assert [at for _, at in started.log] == [0, 0.5, 1.0, 1.5, 2.0]


async def test_a_restart_goes_on_with_what_was_spent() -> None:
    clock = Clock(MIDNIGHT)
    before, after = limiter(clock, per_second=1, per_day=9), limiter(clock, per_second=1, per_day=9)
    after.load(None)
    await before.acquire(True)
    await before.hold(5)
    after.load(json.loads(json.dumps(before.dump())))
    assert await after.usage() == await before.usage()
    await after.acquire(False)
    assert (clock.at - MIDNIGHT).total_seconds() == 5


@pytest.mark.parametrize("urgent", [True, False])
async def test_a_process_that_may_not_call_does_not(urgent: bool) -> None:
    """Asked at the very moment of the call: while it waited, another may have become the leader."""
    clock, acting = Clock(MIDNIGHT), True

    async def sleep(seconds: float) -> None:
        nonlocal acting
        await clock.sleep(seconds)
        acting = False

    here = LocalCallLimiter(limits=CallLimits(per_second=1), now=clock, sleep=sleep, allowed=lambda: acting)
    await here.acquire(urgent)
    with pytest.raises(Throttled, match="StandingBy"):
        await here.acquire(urgent)
    with pytest.raises(Throttled, match="StandingBy"):
        await here.acquire_for_tokens()


async def test_a_person_goes_before_the_checks_that_wait() -> None:
    at = MIDNIGHT.timestamp()
    limits = CallLimits(per_second=1)
    account, first = budget.decide(budget.CallUsage(), at, False, limits)
    account, check = budget.decide(account, at, False, limits)
    account, person = budget.decide(account, at, True, limits)
    account, check_again = budget.decide(account, at + 1, False, limits)
    assert [first, check, person, check_again] == [
        budget.Go(0),
        budget.Wait(1),
        budget.Go(1),
        budget.Wait(1),
    ]


async def test_a_ban_holds_people_and_checks() -> None:
    clock = Clock(MIDNIGHT)
    here, started = limiter(clock, per_second=10), Started(clock)
    await here.hold(3)
    await here.hold(1)
    assert (await here.usage()).held_for == pytest.approx(3)
    await asyncio.gather(started.call("person", here, True), started.call("check", here, False))
    assert all(at >= 3 for _, at in started.log)


@pytest.mark.parametrize("urgent", [True, False])
async def test_a_long_wait_is_told_instead_of_waited(urgent: bool) -> None:
    clock = Clock(MIDNIGHT)
    here = limiter(clock, per_second=10)
    await here.hold(600)
    with pytest.raises(Throttled) as caught:
        await here.acquire(urgent)
    assert caught.value.seconds == pytest.approx(600)
    assert clock.slept == []
    assert (await here.usage()).used == 0


async def test_checks_leave_a_reserve_that_people_may_use_until_the_day_is_spent() -> None:
    clock = Clock(MIDNIGHT)
    here = limiter(clock, per_second=1e9, per_day=100)
    for _ in range(90):
        await here.acquire(False)
    with pytest.raises(Throttled, match="DailyBudget"):
        await here.acquire(False)
    for _ in range(10):
        await here.acquire(True)
    with pytest.raises(Throttled) as caught:
        await here.acquire(True)
    assert caught.value.seconds == pytest.approx(86400, abs=1)
    usage = await here.usage()
    assert (usage.used, usage.urgent, usage.left) == (100, 10, 0)


async def test_the_reserve_melts_and_the_throttling_says_when() -> None:
    clock = Clock(MIDNIGHT)
    here = limiter(clock, per_second=1e9, per_day=100)
    for _ in range(90):
        await here.acquire(False)
    with pytest.raises(Throttled) as caught:
        await here.acquire(False)
    clock.pass_by(seconds=caught.value.seconds + 1)
    await here.acquire(False)


async def test_a_new_day_begins_at_midnight_in_beijing() -> None:
    clock = Clock(MIDNIGHT - timedelta(seconds=1))
    here = limiter(clock, per_second=1e9, per_day=10)
    for _ in range(10):
        await here.acquire(True)
    usage = await here.usage()
    assert usage.left == 0
    clock.pass_by(seconds=1)
    await here.acquire(True)
    assert (await here.usage()).used == 1


async def test_the_forecast_follows_the_pace_and_never_exceeds_the_limit() -> None:
    clock = Clock(MIDNIGHT)
    here = limiter(clock, per_second=1e9, per_day=5000)
    clock.pass_by(hours=12)
    for _ in range(1000):
        await here.acquire(False)
    assert (await here.usage()).forecast == pytest.approx(2000, abs=2)
    clock.pass_by(hours=12)
    early = await here.usage()
    assert (early.used, early.forecast) == (0, 1000)
    clock.pass_by(hours=6)
    for _ in range(4000):
        await here.acquire(False)
    assert (await here.usage()).forecast == 5000


async def test_a_clock_that_was_far_ahead_blocks_nobody() -> None:
    clock, ahead = Clock(MIDNIGHT), Clock(MIDNIGHT + timedelta(hours=1))
    before, after = limiter(ahead, per_second=1), limiter(clock, per_second=1)
    await before.acquire(False)
    after.load(before.dump())
    await after.acquire(False)
    assert clock.slept == []


@pytest.mark.parametrize("ahead", [{"hours": 10}, {"days": 1}, {"days": 40}])
async def test_a_clock_that_was_ahead_for_a_moment_gives_no_day_anew(ahead: dict[str, int]) -> None:
    clock = Clock(MIDNIGHT + timedelta(hours=15))
    here = limiter(clock, per_second=1e9, per_day=100)
    for _ in range(60):
        await here.acquire(True)
    clock.pass_by(**ahead)
    for _ in range(20):
        await here.acquire(True)
    clock.at -= timedelta(**ahead)
    here.load(json.loads(json.dumps(here.dump())))
    await here.acquire(True)
    assert (await here.usage()).used == 81, "what was called by the wrong time is called all the same"
    clock.pass_by(days=1)
    tomorrow = await here.usage()
    assert tomorrow.used == (20 if ahead != {"days": 40} else 0)
    clock.pass_by(days=1)
    assert (await here.usage()).used == 0


async def test_a_clock_that_was_behind_for_a_moment_gives_no_day_anew() -> None:
    clock = Clock(MIDNIGHT + timedelta(hours=1))
    here = limiter(clock, per_second=1e9, per_day=100)
    for _ in range(60):
        await here.acquire(True)
    clock.at -= timedelta(hours=10)
    await here.acquire(True)
    clock.pass_by(hours=10)
    assert (await here.usage()).used == 60


async def test_a_ban_by_a_clock_that_was_ahead_stops_nobody() -> None:
    clock = Clock(MIDNIGHT + timedelta(hours=1))
    here = limiter(clock, per_second=1)
    clock.pass_by(hours=10)
    await here.hold(30)
    clock.at -= timedelta(hours=10)
    await here.acquire(True)
    assert clock.slept == []
    await here.hold(30)
    assert (await here.usage()).held_for == 30


async def test_a_queue_of_checks_longer_than_patience_is_told_to_come_again() -> None:
    clock = Clock(MIDNIGHT)
    here = limiter(clock, per_second=0.1)
    ends = await asyncio.gather(*(here.acquire(False) for _ in range(12)), return_exceptions=True)
    assert [type(end) for end in ends[:6]] == [type(None)] * 6
    assert isinstance(ends[-1], Throttled)
    assert (await here.usage()).used <= 8


async def test_a_call_for_tokens_is_counted_and_paced_and_a_spent_day_does_not_stop_it() -> None:
    clock = Clock(MIDNIGHT)
    here, started = limiter(clock, per_second=1, per_day=2), Started(clock)
    for _ in range(2):
        await started.call("person", here, True)
    await here.acquire_for_tokens()
    usage = await here.usage()
    assert (usage.used, usage.left, usage.urgent) == (3, 0, 3)
    assert (clock.at - MIDNIGHT).total_seconds() == 2
    with pytest.raises(Throttled, match="DailyBudget"):
        await here.acquire(True)


async def test_a_call_for_tokens_waits_for_a_short_ban_and_not_for_a_long_one() -> None:
    clock = Clock(MIDNIGHT)
    here = limiter(clock, per_second=1000)
    await here.hold(2)
    await here.acquire_for_tokens()
    assert sum(clock.slept) == pytest.approx(2)
    await here.hold(3600)
    await here.acquire_for_tokens()
    assert sum(clock.slept) == pytest.approx(2 + 20)


@given(st.lists(st.tuples(st.floats(0, 50), st.booleans()), min_size=1, max_size=60), st.integers(1, 20))
def test_no_second_and_no_day_ever_has_more_calls_than_allowed(
    steps: list[tuple[float, bool]], per_day: int
) -> None:
    limits, account, now = CallLimits(per_second=2, per_day=per_day), budget.CallUsage(), MIDNIGHT.timestamp()
    starts = []
    for pause, urgent in steps:
        now += pause
        account, answer = budget.decide(account, now, urgent, limits)
        if isinstance(answer, budget.Go):
            starts.append(now + answer.seconds)
    assert len(starts) <= per_day
    assert all(later - earlier > 0.499 for earlier, later in itertools.pairwise(starts))
