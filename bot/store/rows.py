"""Orders, parcels and nodes as values, and as rows of the database."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import RowMapping

from bot.model import Item, Node, Order, OrderStatus, Parcel, Reason, Stage, Watch
from bot.store.tables import nodes, orders, parcels

_items = TypeAdapter(tuple[Item, ...])

WATCH_COLUMNS = (
    orders.c.id,
    orders.c.digest,
    orders.c.mark,
    orders.c.stage,
    orders.c.status,
    orders.c.weight,
    orders.c.last_node_at,
    orders.c.fetched_at,
    orders.c.created_at,
    orders.c.eta,
    orders.c.failures,
    orders.c.finished_at,
    orders.c.utc_offset_hours,
    orders.c.next_check_at,
    orders.c.silence_at,
    orders.c.status_at,
)
PARCEL_COLUMNS = tuple(c.name for c in parcels.c if not c.primary_key)
NODE_COLUMNS = tuple(c.name for c in nodes.c if not c.primary_key)


def to_watch(row: RowMapping) -> Watch:
    return Watch(
        stage=Stage(row["stage"]),
        status=OrderStatus(row["status"]) if row["status"] else None,
        weight=row["weight"],
        last_node_at=row["last_node_at"],
        checked_at=row["fetched_at"],
        created_at=row["created_at"],
        eta=row["eta"],
        failures=row["failures"],
        finished_at=row["finished_at"],
        utc_offset_hours=row["utc_offset_hours"],
        stopped=row["next_check_at"] is None,
    )


def to_order(row: RowMapping, known: Sequence[Parcel]) -> Order:
    return Order(
        id=row["id"],
        stage=Stage(row["stage"]),
        reason=Reason(row["reason"]),
        stage_since=row["stage_since"],
        status=OrderStatus(row["status"]) if row["status"] else None,
        status_at=row["status_at"],
        parcels=tuple(known),
        created_at=row["created_at"],
        paid_at=row["paid_at"],
        fetched_at=row["fetched_at"],
        finished_at=row["finished_at"],
        digest=row["digest"],
        mark=row["mark"],
        told=frozenset(row["told"]),
    )


def to_parcel(row: RowMapping, known: Sequence[Node]) -> Parcel:
    return Parcel(
        index=row["index"],
        number=row["number"],
        former_numbers=tuple(row["former_numbers"]),
        carrier=row["carrier"],
        eta=row["eta"],
        first_eta=row["first_eta"],
        eta_told=row["eta_told"],
        eta_told_at=row["eta_told_at"],
        items=_items.validate_python(row["items"]),
        stage=Stage(row["stage"]),
        reason=Reason(row["reason"]),
        stage_since=row["stage_since"],
        nodes=tuple(known),
    )


def parcel_row(order_id: str, parcel: Parcel) -> dict[str, Any]:
    return {
        "order_id": order_id,
        "index": parcel.index,
        "number": parcel.number,
        "former_numbers": list(parcel.former_numbers),
        "carrier": parcel.carrier,
        "eta": parcel.eta,
        "first_eta": parcel.first_eta,
        "eta_told": parcel.eta_told,
        "eta_told_at": parcel.eta_told_at,
        "items": _items.dump_python(parcel.items, mode="json"),
        "stage": parcel.stage,
        "reason": parcel.reason,
        "stage_since": parcel.stage_since,
    }


def to_node(row: RowMapping) -> Node:
    return Node(
        seq=row["seq"],
        parcel=row["parcel"],
        at=row["at"],
        ordinal=row["ordinal"],
        name=row["name"],
        description=row["description"],
        stage=Stage(row["stage"]),
        reason=Reason(row["reason"]),
        rule=row["rule"],
        place=row["place"],
        seen_at=row["seen_at"],
        backfilled=row["backfilled"],
    )


def node_row(order_id: str, node: Node) -> dict[str, Any]:
    return {
        "order_id": order_id,
        "seq": node.seq,
        "parcel": node.parcel,
        "at": node.at,
        "ordinal": node.ordinal,
        "name": node.name,
        "description": node.description,
        "stage": node.stage,
        "reason": node.reason,
        "rule": node.rule,
        "place": node.place,
        "seen_at": node.seen_at,
        "backfilled": node.backfilled,
    }
