"""The merchant's board: which orders need attention, and why. Pure."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from bot.model import BoardSettings, Case, Flag, FlagRule, FlagSince, Order, OrderStatus, Reason, Stage

_MOVING = frozenset(stage for stage in Stage if not stage.final)
_PASSING = frozenset(reason for reason in Reason if reason.passes)  # bad weather is nobody's task
_SILENCE = {FlagSince.PAYMENT, FlagSince.NODE}  # becomes a problem only when its grace is over


def _in(flag: Flag, *stages: Stage, after: int = 0) -> FlagRule:
    return FlagRule(flag=flag, stages=frozenset(stages), since=FlagSince.STAGE, grace=timedelta(days=after))


def _silent(days: int, *stages: Stage) -> FlagRule:
    return FlagRule(
        flag=Flag.STUCK, stages=frozenset(stages), since=FlagSince.NODE, grace=timedelta(days=days)
    )


@functools.cache
def rules(days: BoardSettings) -> tuple[FlagRule, ...]:
    """The rules; an order gets the first flag that applies. `store.cases` turns them into SQL."""
    stuck = {
        Stage.PRE_SHIPMENT: days.not_shipped,
        Stage.INFO_RECEIVED: days.not_shipped,
        Stage.PREPARING: days.not_shipped,
        Stage.INTERNATIONAL_TRANSIT: days.international,
        Stage.IMPORT_CUSTOMS: days.customs,
        Stage.OUT_FOR_DELIVERY: days.out_for_delivery,
    }
    untracked, late = timedelta(days=days.no_tracking), timedelta(days=days.late)
    return (
        _in(Flag.RETURNED, Stage.RETURNING, Stage.RETURNED),
        replace(_in(Flag.PROBLEM, Stage.EXCEPTION, Stage.ADDRESS_CHANGE), besides=_PASSING),
        _in(Flag.DUTIES, Stage.DUTIES_DUE),
        FlagRule(flag=Flag.IN_DISPUTE, stages=frozenset(Stage), since=FlagSince.STATUS),
        _in(Flag.FAILED_ATTEMPT, Stage.FAILED_ATTEMPT),
        _in(Flag.PICKUP, Stage.READY_FOR_PICKUP, after=days.pickup),
        FlagRule(flag=Flag.DISPUTED, stages=frozenset(Stage), since=FlagSince.DISPUTE),
        FlagRule(flag=Flag.NO_TRACKING, stages=_MOVING, since=FlagSince.PAYMENT, grace=untracked),
        *(_silent(allowed, stage) for stage, allowed in stuck.items()),
        _silent(days.stuck, *(_MOVING - set(stuck))),
        FlagRule(flag=Flag.LATE, stages=_MOVING, since=FlagSince.ETA, grace=late),
        FlagRule(flag=Flag.WILL_BE_LATE, stages=_MOVING, since=FlagSince.FORECAST),
    )


RULES = rules(BoardSettings())
GRAVITY = tuple(Flag)  # most serious first


def flag(
    order: Order, case: Case | None, now: datetime, by: Sequence[FlagRule] = RULES
) -> tuple[Flag, datetime] | None:
    """The order's flag and since when it has had it; None if it needs no attention."""
    for rule in by:
        at = _moment(order, case, rule.since)
        if at is None or order.stage not in rule.stages or order.reason in rule.besides:
            continue
        if rule.grace and at + rule.grace > now:
            continue
        if not _done(order, case, rule, at + rule.grace):
            return rule.flag, at + rule.grace if rule.since in _SILENCE else at
    return None


def _done(order: Order, case: Case | None, rule: FlagRule, began: datetime) -> bool:
    """Whether "Done" was pressed after this began; another stage is news, whatever its time stamp says."""
    if case is None or case.done_at is None or began > case.done_at:
        return False
    return rule.since is not FlagSince.STAGE or order.stage == case.done_stage


def _moment(order: Order, of: Case | None, since: FlagSince) -> datetime | None:
    match since:
        case FlagSince.STAGE:
            return order.stage_since or order.last_node_at or order.created_at
        case FlagSince.PAYMENT:
            return (order.paid_at or order.created_at) if order.last_node_at is None else None
        case FlagSince.NODE:
            return order.last_node_at
        case FlagSince.ETA:
            return order.next_eta
        case FlagSince.FORECAST:
            return order.late_expected_since
        case FlagSince.STATUS:
            return (order.status_at or order.created_at) if order.status is OrderStatus.DISPUTED else None
        case FlagSince.DISPUTE:
            return of.disputed_at if of is not None else None


def urgent(order: Order) -> bool:
    """Whether the merchant may want to know at once: returned, damaged, duty is due, or in dispute."""
    if order.stage in {Stage.RETURNING, Stage.RETURNED, Stage.DUTIES_DUE}:
        return True
    damaged = order.stage is Stage.EXCEPTION and order.reason is Reason.DAMAGED
    return damaged or order.status is OrderStatus.DISPUTED
