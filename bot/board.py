"""The merchant's board: which orders need attention, and why. Pure."""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.model import NO_TRACKING_AFTER, Flag, FlagRule, FlagSince, Order, Stage

_MOVING = frozenset(stage for stage in Stage if not stage.final)
_STUCK = {
    Stage.PRE_SHIPMENT: 7,
    Stage.INFO_RECEIVED: 7,
    Stage.PREPARING: 7,
    Stage.INTERNATIONAL_TRANSIT: 21,
    Stage.IMPORT_CUSTOMS: 10,
    Stage.OUT_FOR_DELIVERY: 3,
}
_STUCK_ELSEWHERE = 10  # days


def _in(flag: Flag, *stages: Stage, after: timedelta = timedelta(0)) -> FlagRule:
    return FlagRule(flag=flag, stages=frozenset(stages), since=FlagSince.STAGE, grace=after)


def _silent(days: int, *stages: Stage) -> FlagRule:
    return FlagRule(
        flag=Flag.STUCK, stages=frozenset(stages), since=FlagSince.NODE, grace=timedelta(days=days)
    )


# The first that fits is the order's one flag. The store asks the same of all orders at once.
RULES = (
    _in(Flag.RETURNED, Stage.RETURNING, Stage.RETURNED),
    _in(Flag.PROBLEM, Stage.EXCEPTION, Stage.ADDRESS_CHANGE),
    _in(Flag.DUTIES, Stage.DUTIES_DUE),
    _in(Flag.FAILED_ATTEMPT, Stage.FAILED_ATTEMPT),
    _in(Flag.PICKUP, Stage.READY_FOR_PICKUP, after=timedelta(days=2)),
    FlagRule(flag=Flag.DISPUTED, stages=frozenset(Stage), since=FlagSince.DISPUTE),
    FlagRule(flag=Flag.NO_TRACKING, stages=_MOVING, since=FlagSince.PAYMENT, grace=NO_TRACKING_AFTER),
    *(_silent(days, stage) for stage, days in _STUCK.items()),
    _silent(_STUCK_ELSEWHERE, *(_MOVING - set(_STUCK))),
    FlagRule(flag=Flag.LATE, stages=_MOVING, since=FlagSince.ETA, grace=timedelta(days=1)),
)
GRAVITY = tuple(Flag)  # the gravest first


def flag(order: Order, disputed_at: datetime | None, now: datetime) -> tuple[Flag, datetime] | None:
    """The flag of an order and since when it is up; None for one that goes as it should."""
    for rule in RULES:
        at = _moment(order, disputed_at, rule.since)
        if at is None or order.stage not in rule.stages or (rule.grace and at + rule.grace > now):
            continue
        silent = rule.since in {
            FlagSince.PAYMENT,
            FlagSince.NODE,
        }  # until its grace is over silence is no trouble
        return rule.flag, at + rule.grace if silent else at
    return None


def _moment(order: Order, disputed_at: datetime | None, since: FlagSince) -> datetime | None:
    match since:
        case FlagSince.STAGE:
            return order.stage_since or order.last_node_at or order.created_at
        case FlagSince.PAYMENT:
            return (order.paid_at or order.created_at) if order.last_node_at is None else None
        case FlagSince.NODE:
            return order.last_node_at
        case FlagSince.ETA:
            return order.next_eta
        case FlagSince.DISPUTE:
            return disputed_at
