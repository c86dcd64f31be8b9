"""The decision when to look again: bounds, order, stops."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.model import Stage, Watch
from bot.pacing import Bound, Limits, Rates, explain, next_check

NOW = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)
RATES = Rates()
LIMITS = Limits(floor=600, ceiling=86400)
OPEN = [stage for stage in Stage if not stage.final]

watches = st.builds(
    lambda stage, weight, quiet, offset, eta: Watch(
        stage=stage,
        weight=weight,
        last_node_at=NOW - timedelta(hours=quiet),
        checked_at=NOW,
        created_at=NOW - timedelta(days=29),
        utc_offset_hours=offset,
        eta=None if eta is None else NOW + timedelta(hours=eta),
    ),
    st.sampled_from(OPEN),
    st.floats(0.5, 200),
    st.floats(0, 29 * 24),
    st.none() | st.floats(-11, 13),
    st.none() | st.floats(-100, 500),
)
prices = st.floats(1e-6, 1e9)
luck = st.floats(0, 1, exclude_max=True)


def gap(watch: Watch, price: float, lucky: float = 0.5, limits: Limits = LIMITS) -> float:
    at = next_check(watch, RATES, price, limits, NOW, lambda: lucky)
    assert at is not None
    return (at - NOW).total_seconds()


@given(watches, prices, luck)
def test_stays_between_floor_and_ceiling(watch: Watch, price: float, lucky: float) -> None:
    assert LIMITS.floor <= gap(watch, price, lucky) <= LIMITS.ceiling


@given(watches, prices, prices)
def test_a_dearer_call_is_never_made_sooner(watch: Watch, price: float, other: float) -> None:
    low, high = sorted((price, other))
    assert gap(watch, low) <= gap(watch, high)


@pytest.mark.parametrize("stage", OPEN)
def test_an_order_nobody_follows_is_not_looked_at(stage: Stage) -> None:
    watch = Watch(stage=stage, weight=0, checked_at=NOW, created_at=NOW)
    assert next_check(watch, RATES, 1.0, LIMITS, NOW, lambda: 0.5) is None
    assert explain(watch, RATES, 1.0, LIMITS, NOW).bound is Bound.STOPPED
