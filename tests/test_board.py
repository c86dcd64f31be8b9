"""The merchant's board: one flag per order, the gravest first."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from bot import board
from bot.model import Flag, Stage
from tests import make

NOW = make.NOW


@pytest.mark.parametrize(
    ("stage", "flag"),
    [
        (Stage.RETURNING, Flag.RETURNED),
        (Stage.RETURNED, Flag.RETURNED),
        (Stage.EXCEPTION, Flag.PROBLEM),
        (Stage.ADDRESS_CHANGE, Flag.PROBLEM),
        (Stage.DUTIES_DUE, Flag.DUTIES),
        (Stage.FAILED_ATTEMPT, Flag.FAILED_ATTEMPT),
    ],
)
def test_a_stage_that_needs_somebody_is_flagged_at_once(stage: Stage, flag: Flag) -> None:
    found = board.flag(make.order(make.node(), stage=stage), None, NOW)
    assert found is not None
    assert found[0] is flag


def test_an_order_on_its_way_is_not_flagged() -> None:
    assert board.flag(make.order(make.node()), None, NOW) is None


def test_a_pick_up_ages() -> None:
    fresh = make.order(make.node(ago=timedelta(days=1)), stage=Stage.READY_FOR_PICKUP)
    old = make.order(make.node(ago=timedelta(days=3)), stage=Stage.READY_FOR_PICKUP)
    assert board.flag(fresh, None, NOW) is None
    assert board.flag(old, None, NOW) == (Flag.PICKUP, NOW - timedelta(days=3))


def test_no_tracking_after_three_days() -> None:
    waiting = make.order(parcels=(), stage=Stage.PRE_SHIPMENT, created_at=NOW - timedelta(days=4))
    assert board.flag(waiting, None, NOW) == (Flag.NO_TRACKING, NOW - timedelta(days=1))


def test_no_tracking_is_counted_from_the_payment_also_where_it_was_long_before_the_follow() -> None:
    waiting = make.order(parcels=(), stage=Stage.PRE_SHIPMENT, paid_at=NOW - timedelta(days=9))
    assert board.flag(waiting, None, NOW) == (Flag.NO_TRACKING, NOW - timedelta(days=6))
    assert board.flag(replace(waiting, paid_at=NOW - timedelta(days=2)), None, NOW) is None


def test_a_long_silence_is_stuck() -> None:
    found = board.flag(make.order(make.node(ago=timedelta(days=12))), None, NOW)
    assert found == (Flag.STUCK, NOW - timedelta(days=2))


def test_a_delivered_order_is_flagged_only_where_its_customer_disagrees() -> None:
    delivered = make.order(make.node(), stage=Stage.DELIVERED)
    assert board.flag(delivered, None, NOW) is None
    assert board.flag(delivered, NOW, NOW) == (Flag.DISPUTED, NOW)
