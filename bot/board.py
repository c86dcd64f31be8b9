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


# An order gets the first flag that applies. `store.cases` turns the same rules into SQL for the whole board.
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
GRAVITY = tuple(Flag)  # most serious first


def flag(order: Order, disputed_at: datetime | None, now: datetime) -> tuple[Flag, datetime] | None:
    """The order's flag and since when it has had it; None if it needs no attention."""
    for rule in RULES:
        at = _moment(order, disputed_at, rule.since)
        if at is None or order.stage not in rule.stages or (rule.grace and at + rule.grace > now):
            continue
        silent = rule.since in {
            FlagSince.PAYMENT,
            FlagSince.NODE,
        }  # silence becomes a problem only when its grace is over
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
