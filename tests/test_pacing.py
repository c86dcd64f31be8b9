"""The decision when to look again: bounds, order, stops."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.model import OrderStatus, Stage, Watch
from bot.pacing import Bound, CheckInterval, Rates, decide, explain
from bot.pacing.profile import WEEK, WeeklyProfile

NOW = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)
RATES = Rates()
INTERVAL = CheckInterval(floor=600, ceiling=86400)
OPEN = [stage for stage in Stage if not stage.final]

watches = st.builds(
    lambda stage, weight, quiet, offset, eta: Watch(
        stage=stage,
        weight=weight,
        last_node_at=NOW - timedelta(hours=quiet),
        checked_at=NOW,
        created_at=NOW - timedelta(days=89),
        utc_offset_hours=offset,
        eta=None if eta is None else NOW + timedelta(hours=eta),
    ),
    st.sampled_from(OPEN),
    st.floats(0.5, 200),
    st.floats(0, 89 * 24),
    st.none() | st.floats(-11, 13),
    st.none() | st.floats(-100, 500),
)
prices = st.floats(1e-6, 1e9)
luck = st.floats(0, 1, exclude_max=True)


def gap(watch: Watch, price: float, lucky: float = 0.5, interval: CheckInterval = INTERVAL) -> float:
    at = decide(watch, RATES, price, interval, NOW, lucky)[0]
    assert at is not None
    return (at - NOW).total_seconds()


@given(watches, prices, luck)
def test_stays_between_floor_and_ceiling(watch: Watch, price: float, lucky: float) -> None:
    assert INTERVAL.floor <= gap(watch, price, lucky) <= INTERVAL.ceiling


@given(watches, prices, prices)
def test_a_dearer_call_is_never_made_sooner(watch: Watch, price: float, other: float) -> None:
    low, high = sorted((price, other))
    assert gap(watch, low) <= gap(watch, high)


@pytest.mark.parametrize("stage", OPEN)
def test_an_order_nobody_follows_is_not_looked_at(stage: Stage) -> None:
    watch = Watch(stage=stage, weight=0, checked_at=NOW, created_at=NOW)
    assert decide(watch, RATES, 1.0, INTERVAL, NOW, 0.5)[0] is None
    assert explain(watch, RATES, 1.0, INTERVAL, NOW).bound is Bound.STOPPED


def at(watch: Watch, now: datetime = NOW, price: float = 1.0, lucky: float = 0.5) -> datetime | None:
    return decide(watch, RATES, price, INTERVAL, now, lucky)[0]


def moving(stage: Stage, **more: object) -> Watch:
    known = {
        "last_node_at": NOW - timedelta(hours=3),
        "checked_at": NOW,
        "created_at": NOW - timedelta(days=3),
    }
    return Watch(stage=stage, **{**known, **more})  # type: ignore[arg-type]  # a test's shorthand


@given(watches, prices, st.floats(1, 50))
def test_more_followers_never_wait_longer(watch: Watch, price: float, times: float) -> None:
    assert gap(replace(watch, weight=watch.weight * times), price) <= gap(watch, price)


@given(watches, prices, luck)
def test_jitter_is_a_small_part_of_the_gap_once_entries_are_known(
    watch: Watch, price: float, lucky: float
) -> None:
    known = Rates()
    known.entries = math.inf
    planned = decide(watch, known, price, INTERVAL, NOW, 0.5)[0]
    varied = decide(watch, known, price, INTERVAL, NOW, lucky)[0]
    assert planned is not None
    assert varied is not None
    assert (varied - NOW) / (planned - NOW) == pytest.approx(1.0, abs=0.05)


def test_before_anything_is_known_checks_are_spread_over_many_hours() -> None:
    gaps = [gap(moving(Stage.ORIGIN_TRANSIT), 30.0, lucky / 20.0) for lucky in range(20)]
    assert len({round(seconds / 3600.0) for seconds in gaps}) > 8


@given(watches, st.integers(1, 10_000), luck)
def test_a_failing_order_comes_back_within_the_limits(watch: Watch, failures: int, lucky: float) -> None:
    failed = replace(watch, failures=failures)
    assert INTERVAL.floor <= gap(failed, 1.0, lucky) <= INTERVAL.ceiling


def test_failures_spread_over_a_window_that_doubles() -> None:
    watch = moving(Stage.LOCAL_TRANSIT)
    widest = [gap(replace(watch, failures=n), 1.0, 0.999) for n in (1, 2, 3, 4)]
    assert [round((b - 600) / (a - 600)) for a, b in pairwise(widest)] == [2, 2, 2]
    assert gap(replace(watch, failures=4), 1.0, 0.0) == INTERVAL.floor


def test_a_floor_above_the_ceiling_of_others_wins_nothing_odd() -> None:
    watch = moving(Stage.OUT_FOR_DELIVERY)
    assert gap(watch, 1e-6, interval=CheckInterval(floor=3600, ceiling=3600)) == 3600


def test_news_near_the_door_is_looked_for_sooner() -> None:
    gaps = {stage: gap(moving(stage), 1.0) for stage in OPEN}
    assert gaps[Stage.OUT_FOR_DELIVERY] < gaps[Stage.LOCAL_TRANSIT] < gaps[Stage.INTERNATIONAL_TRANSIT]


def test_the_night_at_the_destination_is_slept_through() -> None:
    evening = datetime(2026, 3, 4, 23, 0, tzinfo=UTC)
    watch = moving(Stage.OUT_FOR_DELIVERY, utc_offset_hours=0.0, last_node_at=evening - timedelta(hours=8))
    night = at(watch, evening)
    day = at(replace(watch, last_node_at=NOW - timedelta(hours=8)), NOW)
    assert night is not None
    assert day is not None
    assert night - evening > 1.5 * (day - NOW)


def test_the_last_look_of_a_day_waits_until_the_work_is_over() -> None:
    rates = Rates()
    rates.profiles["failed_attempt/local"] = WeeklyProfile(
        [1.0 if 8 <= hour % 24 < 20 else 0.02 for hour in range(WEEK)]
    )
    afternoon = datetime(2026, 3, 4, 15, 0, tzinfo=UTC)
    watch = moving(Stage.FAILED_ATTEMPT, utc_offset_hours=0.0, last_node_at=afternoon - timedelta(hours=20))
    looks = [decide(watch, rates, 2.0**n, INTERVAL, afternoon, 0.5)[0] for n in range(-6, 12)]
    asleep = [at for at in looks if at and datetime(2026, 3, 4, 22, tzinfo=UTC) < at < at.replace(hour=6)]
    closing = [at for at in looks if at and at.day == 4 and 19 <= at.hour <= 21]
    assert not asleep
    assert len(closing) >= 3


def test_a_delivered_parcel_is_looked_at_ever_more_slowly_and_then_no_more() -> None:
    now = NOW
    looks = []
    watch = moving(Stage.DELIVERED, finished_at=NOW)
    while (following := at(watch, now)) is not None:
        looks.append((following - NOW) / timedelta(hours=1))
        now = following
        watch = replace(watch, checked_at=now)
    assert [round(hours / 6) * 6 for hours in looks] == [24, 72, 168, 342]
    assert at(watch, NOW + timedelta(days=15)) is None


@pytest.mark.parametrize("stage", [Stage.RETURNED, Stage.CANCELLED])
def test_returned_and_cancelled_are_looked_at_slowly_too(stage: Stage) -> None:
    watch = moving(stage, finished_at=NOW)
    assert at(watch) == at(replace(watch, stage=Stage.DELIVERED))
    assert at(watch, NOW + timedelta(days=15)) is None


def test_an_order_cancelled_in_the_shop_ends_too() -> None:
    watch = moving(Stage.PREPARING, status=OrderStatus.CANCELLED, finished_at=NOW)
    assert at(watch, NOW + timedelta(days=15)) is None


@pytest.mark.parametrize("days", [29, 31, 60, 89])
def test_a_silent_order_waits_no_longer_than_the_ceiling_until_it_is_left(days: int) -> None:
    watch = Watch(stage=Stage.LOCAL_TRANSIT, checked_at=NOW, created_at=NOW - timedelta(days=days))
    for price in (1e-6, 1.0, 1e9):
        following = at(watch, price=price, lucky=0.999)
        assert following is not None
        assert following - NOW <= timedelta(seconds=INTERVAL.ceiling)
    assert at(replace(watch, created_at=NOW - timedelta(days=91))) is None


def test_a_call_that_costs_little_is_made_soon_even_after_a_long_silence() -> None:
    watch = Watch(stage=Stage.LOCAL_TRANSIT, checked_at=NOW, created_at=NOW - timedelta(days=45))
    assert gap(watch, 1e-3) < 2 * 3600 < gap(watch, 1e3)


@pytest.mark.parametrize("failures", [0, 7])
def test_a_stop_is_a_stop_even_after_failures(failures: int) -> None:
    silent = Watch(stage=Stage.LOCAL_TRANSIT, created_at=NOW - timedelta(days=91), failures=failures)
    delivered = moving(Stage.DELIVERED, finished_at=NOW - timedelta(days=15), failures=failures)
    cancelled = Watch(
        stage=Stage.PREPARING,
        status=OrderStatus.CANCELLED,
        checked_at=NOW,
        created_at=NOW - timedelta(days=19),
        failures=failures,
    )
    assert [at(silent), at(delivered), at(cancelled)] == [None, None, None]


@given(watches, prices)
def test_the_explanation_tells_the_check_that_is_made(watch: Watch, price: float) -> None:
    told = explain(watch, RATES, price, INTERVAL, NOW + timedelta(minutes=30))
    assert told.next_check == decide(watch, RATES, price, INTERVAL, NOW, 0.5)[0]
    assert told.rate >= 0
    assert told.expected >= 0
    assert 0 <= told.waiting <= told.weight * told.expected * 0.5 + 1e-9


def test_the_explanation_names_what_decided() -> None:
    watch = moving(Stage.LOCAL_TRANSIT)
    bounds = {
        Bound.FLOOR: explain(watch, RATES, 1e-6, INTERVAL, NOW),
        Bound.CEILING: explain(watch, RATES, 1e9, INTERVAL, NOW),
        Bound.PRICE: explain(watch, RATES, 1.0, INTERVAL, NOW),
        Bound.FAILURE: explain(replace(watch, failures=2), RATES, 1.0, INTERVAL, NOW),
        Bound.FINISHED: explain(moving(Stage.DELIVERED, finished_at=NOW), RATES, 1.0, INTERVAL, NOW),
    }
    assert {bound: told.bound for bound, told in bounds.items()} == {bound: bound for bound in bounds}
