"""The merchant's board: one flag per order, the gravest first."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from bot import board
from bot.model import BoardSettings, Case, Flag, FlagRule, FlagSince, OrderStatus, Reason, Stage
from tests import make
from tests.make import there

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
    found = there(board.flag(make.order(make.node(), stage=stage), None, NOW))
    assert found[0] is flag


@pytest.mark.parametrize("reason", [Reason.WEATHER, Reason.DELAY])
def test_weather_and_delay_are_nobodys_task_until_they_last(reason: Reason) -> None:
    held = make.order(make.node(), stage=Stage.EXCEPTION, reason=reason)
    assert board.flag(held, None, NOW) is None
    assert board.flag(replace(held, reason=Reason.LOST), None, NOW) is not None
    silent = make.order(make.node(ago=timedelta(days=12)), stage=Stage.EXCEPTION, reason=reason)
    assert board.flag(silent, None, NOW) == (Flag.STUCK, NOW - timedelta(days=2))


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
    assert board.flag(delivered, Case(order_id=delivered.id, disputed_at=NOW), NOW) == (Flag.DISPUTED, NOW)


def test_an_order_in_dispute_at_aliexpress_is_flagged_and_urgent_even_when_it_came() -> None:
    at = NOW - timedelta(days=2)
    order = make.order(make.node(), stage=Stage.DELIVERED)
    disputed = replace(order, status=OrderStatus.DISPUTED, status_at=at)
    assert board.flag(disputed, None, NOW) == (Flag.IN_DISPUTE, at)
    assert board.urgent(disputed)
    assert board.flag(disputed, Case(order_id=order.id, done_at=NOW), NOW) is None
    assert board.flag(replace(disputed, status=OrderStatus.FINISHED), None, NOW) is None


def test_the_whole_table_of_rules_is_this() -> None:
    days = {(rule.flag, rule.since, rule.grace.days): rule.stages for rule in board.RULES}
    moving = frozenset(stage for stage in Stage if not stage.final)
    assert days == {
        (Flag.RETURNED, FlagSince.STAGE, 0): {Stage.RETURNING, Stage.RETURNED},
        (Flag.PROBLEM, FlagSince.STAGE, 0): {Stage.EXCEPTION, Stage.ADDRESS_CHANGE},
        (Flag.DUTIES, FlagSince.STAGE, 0): {Stage.DUTIES_DUE},
        (Flag.IN_DISPUTE, FlagSince.STATUS, 0): set(Stage),
        (Flag.FAILED_ATTEMPT, FlagSince.STAGE, 0): {Stage.FAILED_ATTEMPT},
        (Flag.PICKUP, FlagSince.STAGE, 2): {Stage.READY_FOR_PICKUP},
        (Flag.DISPUTED, FlagSince.DISPUTE, 0): set(Stage),
        (Flag.NO_TRACKING, FlagSince.PAYMENT, 3): moving,
        **{(Flag.STUCK, FlagSince.NODE, rule.grace.days): rule.stages for rule in _stuck()},
        (Flag.LATE, FlagSince.ETA, 1): moving,
        (Flag.WILL_BE_LATE, FlagSince.FORECAST, 0): moving,
    }
    stuck = {stage: rule.grace.days for rule in _stuck() for stage in rule.stages}
    named = {
        Stage.PRE_SHIPMENT: 7, Stage.INFO_RECEIVED: 7, Stage.PREPARING: 7, Stage.INTERNATIONAL_TRANSIT: 21,
        Stage.IMPORT_CUSTOMS: 10, Stage.OUT_FOR_DELIVERY: 3,
    }  # fmt: skip
    assert stuck == dict.fromkeys(moving, 10) | named


def test_the_shop_s_own_days_change_a_rule_s_grace_alone() -> None:
    late = [replace(one, grace=timedelta(days=9)) if one.flag is Flag.LATE else one for one in board.RULES]
    assert board.rules.__wrapped__(BoardSettings(late=9)) == tuple(late)  # not a remembered answer


def _stuck() -> list[FlagRule]:
    return [rule for rule in board.RULES if rule.flag is Flag.STUCK]


def test_a_grace_is_over_at_its_very_end() -> None:
    old = make.order(make.node(ago=timedelta(days=10)))
    assert board.flag(old, None, NOW) == (Flag.STUCK, NOW)
    assert board.flag(old, None, NOW - timedelta(seconds=1)) is None


def test_a_promise_that_passed_a_day_ago_is_late() -> None:
    promised = NOW - timedelta(days=1)
    order = make.order(make.node())
    order = replace(order, parcels=(replace(order.parcels[0], eta=promised),))
    assert board.flag(order, None, NOW) == (Flag.LATE, promised)


def test_an_order_that_will_probably_be_late_is_flagged_before_it_is() -> None:
    order = make.order(make.node())
    foreseen = replace(order.parcels[0], late_expected_since=NOW, eta=NOW + timedelta(days=3))
    order = replace(order, parcels=(foreseen,))
    assert board.flag(order, None, NOW) == (Flag.WILL_BE_LATE, NOW)
    assert board.flag(order, _done(order.id, order.stage), NOW) is None
    assert board.flag(order, None, NOW + timedelta(days=5)) == (Flag.LATE, NOW + timedelta(days=3))


def test_a_stage_of_unknown_age_counts_from_the_newest_entry_or_the_follow() -> None:
    node = make.node(ago=timedelta(hours=5))
    order = replace(make.order(node, stage=Stage.RETURNED), stage_since=None)
    assert board.flag(order, None, NOW) == (Flag.RETURNED, node.at)
    bare = replace(order, parcels=(), created_at=NOW - timedelta(hours=9))
    assert board.flag(bare, None, NOW) == (Flag.RETURNED, NOW - timedelta(hours=9))


def test_an_order_with_an_entry_is_not_without_tracking() -> None:
    order = make.order(make.node(), paid_at=NOW - timedelta(days=9))
    assert board.flag(order, None, NOW) is None


def _done(order_id: str, stage: Stage, ago: timedelta = timedelta(0)) -> Case:
    return Case(order_id=order_id, done_at=NOW - ago, done_stage=stage)


def test_done_hides_what_was_flagged_by_then_and_nothing_that_comes_later() -> None:
    day = timedelta(days=1)
    failed = make.order(make.node(ago=2 * day), stage=Stage.FAILED_ATTEMPT)
    done = _done(failed.id, Stage.FAILED_ATTEMPT, day)
    assert board.flag(failed, done, NOW) is None
    assert board.flag(replace(failed, stage=Stage.RETURNING), done, NOW) is not None, "reported late"
    assert board.flag(failed, done, NOW + 7 * day) is None
    quiet = replace(failed, stage=Stage.LOCAL_TRANSIT)
    assert board.flag(quiet, done, NOW + 9 * day) == (Flag.STUCK, NOW + 8 * day), "the silence came after"


def test_the_shop_sets_its_own_thresholds() -> None:
    order = make.order(make.node(ago=timedelta(days=5)))
    assert board.flag(order, None, NOW) is None
    found = board.flag(order, None, NOW, board.rules(BoardSettings(stuck=4)))
    assert found == (Flag.STUCK, NOW - timedelta(days=1))


@pytest.mark.parametrize(
    ("stage", "reason", "rings"),
    [
        (Stage.RETURNING, Reason.NONE, True),
        (Stage.RETURNED, Reason.REFUSED, True),
        (Stage.DUTIES_DUE, Reason.NONE, True),
        (Stage.EXCEPTION, Reason.DAMAGED, True),
        (Stage.EXCEPTION, Reason.WEATHER, False),
        (Stage.FAILED_ATTEMPT, Reason.ABSENT, False),
        (Stage.DELIVERED, Reason.NONE, False),
    ],
)
def test_what_is_urgent(stage: Stage, reason: Reason, rings: bool) -> None:
    assert board.urgent(replace(make.order(make.node(), stage=stage), reason=reason)) is rings
