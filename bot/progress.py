"""The stage of parcels and orders, derived from their nodes, and how important a node is."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot import stages
from bot.model import Importance, Node, Order, OrderStatus, Parcel, Reason, Stage, chronological

CORRECTION = timedelta(days=1)
"""A failed attempt dated this long after "delivered" means that it was not delivered."""

_LIFTS_IMPORT = Stage.INTERNATIONAL_TRANSIT.height
_LIFTS_RETURNED = frozenset({Stage.OUT_FOR_DELIVERY, Stage.READY_FOR_PICKUP, Stage.DELIVERED})
CALLS_FOR_ACTION = frozenset(
    {
        Stage.DELIVERED,
        Stage.READY_FOR_PICKUP,
        Stage.FAILED_ATTEMPT,
        Stage.DUTIES_DUE,
        Stage.EXCEPTION,
        Stage.RETURNING,
        Stage.RETURNED,
        Stage.ADDRESS_CHANGE,
    }
)
"""Stages that a reader has to act on, or that end the journey."""
_OVER_WHEN_MOVING = frozenset({Stage.FAILED_ATTEMPT, Stage.EXCEPTION, Stage.ADDRESS_CHANGE})
_MILESTONES = frozenset(
    {
        Stage.PICKED_UP,
        Stage.INTERNATIONAL_TRANSIT,
        Stage.ARRIVED_DESTINATION,
        Stage.LOCAL_TRANSIT,
        Stage.OUT_FOR_DELIVERY,
    }
)
# The rank of states beside the ladder when the least advanced parcel of an order is chosen.
_ADVANCE = {
    Stage.EXCEPTION: 8.5,
    Stage.DUTIES_DUE: 9.5,
    Stage.ADDRESS_CHANGE: 9.6,
    Stage.FAILED_ATTEMPT: 11.5,
    Stage.RETURNING: 12.5,
    Stage.CANCELLED: 12.8,
    Stage.RETURNED: 12.9,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """A parcel's stage. `rung` is the furthest stage reached on the ladder, even during a problem."""

    stage: Stage = Stage.PRE_SHIPMENT
    reason: Reason = Reason.NONE
    since: datetime | None = None
    rung: Stage = Stage.PRE_SHIPMENT


def standing(nodes: Iterable[Node]) -> Standing:
    """The furthest stage reached, unless a later node put the parcel into a state beside the ladder.

    "Delivered" is not undone by later scans, only by a later return, or by a failed attempt a day later. A
    parcel delivered on its way back was delivered to the sender. One that is out for delivery, at a pickup
    point or delivered after it was returned has been sent again. After a failed attempt the parcel is in
    local transit, so that it can go out again. "In transit" ends a problem and tells nothing else. `UPDATE`
    and early announcements of import clearance change nothing.
    """
    now = Standing()
    for node in chronological(nodes):
        now = advanced(now, node)
    return now


def advanced(now: Standing, node: Node) -> Standing:
    """The standing after one more node."""
    stage = node.stage
    if stages.moves(node.rule) and now.stage in _OVER_WHEN_MOVING:
        return Standing(stage=now.rung, since=node.at, rung=now.rung)
    if stage is Stage.UPDATE or now.stage is Stage.CANCELLED:
        return now
    if now.stage is Stage.RETURNED:
        return Standing(stage=stage, since=node.at, rung=stage) if stage in _LIFTS_RETURNED else now
    if now.stage is Stage.DELIVERED:
        return _after_delivery(now, node)
    if now.stage is Stage.RETURNING and stage is not Stage.RETURNED:
        return _after_return(now, node)
    if stage.rank is None:
        return replace(_beside(now, node), rung=_rung_after(now.rung, stage))
    if announced_import(node, now.rung):
        return now
    if stage.rank > now.rung.height:
        return Standing(stage=stage, since=node.at, rung=stage)
    if now.stage.rank is None:  # the problem is over: the parcel is moving again
        return Standing(stage=now.rung, since=node.at, rung=now.rung)
    return now


def announced_import(node: Node, rung: Stage) -> bool:
    """Whether a node only announces import clearance: the parcel is on a rung before its departure."""
    return stages.announces_import(node.rule) and rung.height < _LIFTS_IMPORT


def _after_delivery(now: Standing, node: Node) -> Standing:
    if node.stage in {Stage.RETURNING, Stage.RETURNED}:
        return _beside(now, node)
    if node.stage is Stage.FAILED_ATTEMPT and now.since is not None and node.at - now.since >= CORRECTION:
        return replace(_beside(now, node), rung=Stage.LOCAL_TRANSIT)
    return now


def _after_return(now: Standing, node: Node) -> Standing:
    if stages.reached_sender(node.stage, node.rule):
        return Standing(stage=Stage.RETURNED, since=node.at, rung=now.rung)
    if node.stage in {Stage.DELIVERED, Stage.READY_FOR_PICKUP}:
        return Standing(stage=node.stage, since=node.at, rung=node.stage)
    return now


def _beside(now: Standing, node: Node) -> Standing:
    since = now.since if now.stage is node.stage and now.reason is node.reason else node.at
    return Standing(stage=node.stage, reason=node.reason, since=since, rung=now.rung)


def _rung_after(rung: Stage, trouble: Stage) -> Stage:
    """The ladder stage after a problem: a failed attempt takes the parcel back to local transit."""
    return Stage.LOCAL_TRANSIT if trouble is Stage.FAILED_ATTEMPT and rung is Stage.OUT_FOR_DELIVERY else rung


def passages(parcel: Parcel) -> list[tuple[Stage, datetime]]:
    """The stages that the parcel went through, each with when it entered it, none twice in a row."""
    found: list[tuple[Stage, datetime]] = []
    now = Standing()
    for node in chronological(parcel.nodes):
        now = advanced(now, node)
        if not found or now.stage is not found[-1][0]:
            found.append((now.stage, node.at))
    return found


def delivery_taken_back(parcel: Parcel) -> bool:
    """Whether the parcel stands where it does because a delivery turned out to be none."""
    stages_passed = [stage for stage, _ in passages(parcel)]
    return stages_passed[-2:] == [Stage.DELIVERED, Stage.FAILED_ATTEMPT]


def staged(parcel: Parcel) -> Parcel:
    """The parcel with stage, reason and `stage_since` derived from its nodes."""
    found = standing(parcel.nodes)
    return replace(parcel, stage=found.stage, reason=found.reason, stage_since=found.since)


def under_way(parcel: Parcel) -> bool:
    """Whether the parcel has left the seller."""
    rank = parcel.stage.rank
    return rank is None or rank > Stage.PREPARING.height


def cleared_customs(nodes: Iterable[Node], stage: Stage) -> bool:
    """Whether the newest of these nodes (newest first) in a customs stage reports completed clearance."""
    newest = next((node for node in nodes if node.stage is stage), None)
    return newest is not None and stages.clears_customs(newest.rule)


def settled(order: Order, now: datetime) -> Order:
    """The order with the stage of its least advanced parcel, or canceled unless all parcels have ended."""
    least = min(order.live, key=_advance, default=None)
    stage, reason, since = Stage.PRE_SHIPMENT, Reason.NONE, None
    if least is not None:
        stage, reason, since = least.stage, least.reason, least.stage_since
    if order.status is OrderStatus.CANCELLED and not stage.final:
        stage, reason, since = Stage.CANCELLED, Reason.CANCELLED, order.status_at
    finished_at = (order.finished_at or now) if stage.final else None
    return replace(order, stage=stage, reason=reason, stage_since=since, finished_at=finished_at)


def _advance(parcel: Parcel) -> float:
    rank = parcel.stage.rank
    return _ADVANCE.get(parcel.stage, 0.0) if rank is None else float(rank)


def importance_of(then: Standing, now: Standing, node: Node, *, imported: bool) -> Importance:
    """A node's importance: by the state that the parcel is in after it, not by the one it names."""
    changed = now.stage is not then.stage
    passing = now.stage is Stage.EXCEPTION and node.stage is Stage.EXCEPTION and node.reason.passes
    if passing:
        return Importance.MILESTONE if changed else Importance.SCAN
    again = now.stage is node.stage is Stage.FAILED_ATTEMPT
    if now.stage in CALLS_FOR_ACTION and (changed or again):
        return Importance.ACTION
    if changed and (now.stage in _MILESTONES or then.stage.rank is None):
        return Importance.MILESTONE
    if stages.ends_import(node.rule) and not imported:
        return Importance.MILESTONE
    return Importance.SCAN
