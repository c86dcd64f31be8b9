"""The merchant's board: which orders need attention, and why. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from bot.model import Order, Stage
from bot.views.admin import Flag, Flagged

_PICKUP_AGEING = timedelta(days=2)
_NO_TRACKING = timedelta(hours=72)
_STUCK = {
    Stage.PRE_SHIPMENT: 7,
    Stage.INFO_RECEIVED: 7,
    Stage.PREPARING: 7,
    Stage.INTERNATIONAL_TRANSIT: 21,
    Stage.IMPORT_CUSTOMS: 10,
    Stage.OUT_FOR_DELIVERY: 3,
}
_STUCK_ELSEWHERE = 10  # days


def flag(order: Order, disputed_at: datetime | None, now: datetime) -> tuple[Flag, datetime] | None:
    """The gravest flag of an order and since when it is up; None for one that goes as it should."""
    since = order.stage_since or order.last_node_at or order.created_at
    found = _by_stage(order.stage, since, now)
    if found is None and disputed_at is not None:
        return Flag.DISPUTED, disputed_at
    if found is None and not order.stage.final:
        return _by_time(order, now)
    return None if found is None else (found, since)


def _by_stage(stage: Stage, since: datetime, now: datetime) -> Flag | None:
    match stage:
        case Stage.RETURNING | Stage.RETURNED:
            return Flag.RETURNED
        case Stage.EXCEPTION | Stage.ADDRESS_CHANGE:
            return Flag.PROBLEM
        case Stage.DUTIES_DUE:
            return Flag.DUTIES
        case Stage.FAILED_ATTEMPT:
            return Flag.FAILED_ATTEMPT
        case Stage.READY_FOR_PICKUP if now - since >= _PICKUP_AGEING:
            return Flag.PICKUP
        case _:
            return None


def _by_time(order: Order, now: datetime) -> tuple[Flag, datetime] | None:
    last = order.last_node_at
    if last is None:
        late = order.created_at + _NO_TRACKING
        return (Flag.NO_TRACKING, late) if late <= now else None
    stuck = last + timedelta(days=_STUCK.get(order.stage, _STUCK_ELSEWHERE))
    if stuck <= now:
        return Flag.STUCK, stuck
    due = min((p.eta for p in order.parcels if p.eta and not p.stage.final), default=None)
    if due is not None and due + timedelta(days=1) <= now:
        return Flag.LATE, due
    return None


def board(
    orders: Mapping[str, Order],
    cases: Iterable[tuple[str, datetime | None, datetime | None, str]],
    followers: Mapping[str, int],
    now: datetime,
) -> tuple[list[Flagged], list[Flagged]]:
    """What to show and what is snoozed, the gravest and oldest first.

    `cases` are (order id, disputed at, snoozed until, note).
    """
    shown: list[Flagged] = []
    asleep: list[Flagged] = []
    for order_id, disputed_at, snoozed_until, note in cases:
        order = orders.get(order_id)
        found = flag(order, disputed_at, now) if order else None
        if order is None or found is None:
            continue
        sleeps = snoozed_until is not None and snoozed_until > now
        (asleep if sleeps else shown).append(
            Flagged(
                order=order,
                flag=found[0],
                days=max(0, (now - found[1]).days),
                note=note,
                followers=followers.get(order_id, 0),
                snoozed_until=snoozed_until,
            )
        )
    return sorted(shown, key=_gravest_first), sorted(asleep, key=_gravest_first)


def _gravest_first(row: Flagged) -> tuple[int, int, str]:
    return list(Flag).index(row.flag), -row.days, row.order.id
