"""What the shop's systems are told: events about an order, and the JSON of version 1. Pure.

The JSON holds no chat, no customer's name for the order and no other personal data. Fields may be added in
the same version; what a field means changes only with the version.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from bot.model import Changes, Estimate, Event, EventType, Flag, NewsKind, Node, Order, Parcel, Stage

VERSION = 1
MOST_NODES = 50
"""New entries in one event, the newest ones: what a first look finds can be longer."""

_PROBLEMS: Mapping[Stage, Flag] = {
    Stage.RETURNING: Flag.RETURNED,
    Stage.RETURNED: Flag.RETURNED,
    Stage.EXCEPTION: Flag.PROBLEM,
    Stage.ADDRESS_CHANGE: Flag.PROBLEM,
    Stage.DUTIES_DUE: Flag.DUTIES,
    Stage.FAILED_ATTEMPT: Flag.FAILED_ATTEMPT,
}
_SILENCES: Mapping[NewsKind, Flag] = {
    NewsKind.NO_TRACKING: Flag.NO_TRACKING,
    NewsKind.STUCK: Flag.STUCK,
    NewsKind.CUSTOMS_WAITING: Flag.STUCK,
    NewsKind.STILL_AWAITED: Flag.STUCK,
    NewsKind.STOPPED: Flag.STUCK,
    NewsKind.PICKUP_WAITING: Flag.PICKUP,
    NewsKind.DUTIES_WAITING: Flag.DUTIES,
}


# ── events ──────────────────────────────────────────────────────────────────────────────────────


def of_changes(known: Order, changes: Changes, now: datetime) -> list[Event]:
    """The events of what a check found, in the order in which they are sent; most checks make none."""
    order, made = changes.order, list[Event]()
    before = {"previous": {"stage": known.stage.value, "reason": known.reason.value}}
    context: dict[str, object] = {**before, "first_look": changes.first}
    if changes.added or order_state(order, now) != order_state(known, now):
        data = order_data(order, now, added=changes.added)
        made.append(Event(type=EventType.CHANGED, order_id=order.id, data=data | context))
        if (order.stage, order.reason) != (known.stage, known.reason):
            made += [
                Event(type=kind, order_id=order.id, data={**data, **context, **more})
                for kind, more in _of_stage(known, order)
            ]
    for flag in dict.fromkeys(_SILENCES[one.kind] for one in changes.news if one.kind in _SILENCES):
        data = order_data(order, now) | context | {"problem": flag.value}
        made.append(Event(type=EventType.PROBLEM, order_id=order.id, data=data))
    if known.late_expected_since is None and order.late_expected_since is not None:
        made.append(late_expected(order, now))
    return made


def _of_stage(known: Order, order: Order) -> Iterable[tuple[EventType, Mapping[str, object]]]:
    yield EventType.STAGE_CHANGED, {}
    if order.stage in _PROBLEMS:
        yield EventType.PROBLEM, {"problem": _PROBLEMS[order.stage].value}
    if order.stage is Stage.DELIVERED and known.stage is not Stage.DELIVERED:
        yield EventType.DELIVERED, {}


def booked(order: Order, now: datetime) -> Event:
    """The shop's book has the order now."""
    return Event(type=EventType.BOOKED, order_id=order.id, data=order_data(order, now))


def reported(order: Order, now: datetime) -> Event:
    """A customer says that something is wrong with it."""
    data = order_data(order, now) | {"problem": Flag.DISPUTED.value}
    return Event(type=EventType.PROBLEM, order_id=order.id, data=data)


def late(order: Order, now: datetime, grace: timedelta) -> Event | None:
    """The order is not there, `grace` after the promised date; None if that is not so."""
    if order.stage.final or order.next_eta is None or order.next_eta + grace > now:
        return None
    data = order_data(order, now) | {"days_late": (now - order.next_eta).days}
    return Event(type=EventType.LATE, order_id=order.id, data=data)


def late_expected(order: Order, now: datetime) -> Event:
    """By our forecast the order will probably come later than promised, more days than the board's grace."""
    return Event(type=EventType.LATE_EXPECTED, order_id=order.id, data=order_data(order, now))


# ── JSON ────────────────────────────────────────────────────────────────────────────────────────


def payload(event: Event, event_id: str, at: datetime) -> str:
    """The body of the request, in the form of Standard Webhooks: `type`, `timestamp`, `data`."""
    envelope = {"type": event.type.value, "timestamp": iso(at), "version": VERSION, "id": event_id}
    return json.dumps(envelope | {"data": event.data}, ensure_ascii=False, separators=(",", ":"))


def order_data(order: Order, now: datetime, *, added: Iterable[Node] = ()) -> dict[str, object]:
    """An order with the names of fields that the HTTP API uses; `nodes` are the new ones, oldest first."""
    newest = sorted(added, key=lambda node: (node.at, -node.ordinal, node.seq))[-MOST_NODES:]
    numbers = {parcel.index: parcel.number for parcel in order.parcels}
    return {
        "id": order.id,
        "shop_order": order.shop_order,
        **order_state(order, now),
        "stage_since": _iso(order.stage_since),
        "late_expected_since": _iso(order.late_expected_since),
        "nodes": [_node(node, numbers.get(node.parcel, "")) for node in newest],
    }


def order_state(order: Order, now: datetime) -> dict[str, object]:
    """What is compared to see whether an order changed, as of now."""
    coming = [one.estimate for one in order.live if one.estimate is not None and not one.stage.final]
    whole = None
    if coming:
        first, last = min(one.first for one in coming), max(one.last for one in coming)
        whole = Estimate(first=first, last=last, at=now)
    return {
        "status": order.status.value if order.status is not None else None,
        "stage": order.stage.value,
        "reason": order.reason.value,
        "eta": _iso(order.next_eta),
        "estimate": _estimate(whole, now),
        "parcels": [_parcel(parcel, now) for parcel in order.live],
    }


def _parcel(parcel: Parcel, now: datetime) -> dict[str, object]:
    return {
        "number": parcel.number,
        "carrier": parcel.carrier,
        "stage": parcel.stage.value,
        "reason": parcel.reason.value,
        "eta": _iso(parcel.eta),
        "estimate": _estimate(parcel.estimate, now),
    }


def _estimate(estimate: Estimate | None, now: datetime) -> dict[str, object] | None:
    if estimate is None:
        return None
    read = estimate.as_of(now)
    return {"first": iso(read.first), "last": iso(read.last), "over": read.is_over(now)}


def _node(node: Node, number: str) -> dict[str, object]:
    return {
        "parcel": number,
        "at": iso(node.at),
        "text": node.text,
        "stage": node.stage.value,
        "reason": node.reason.value,
        "place": node.place,
    }


def _iso(at: datetime | None) -> str | None:
    return None if at is None else iso(at)


def iso(at: datetime) -> str:
    """A time in UTC as ISO 8601, to the second: 2026-11-20T12:00:00Z."""
    return at.isoformat(timespec="seconds").replace("+00:00", "Z")
