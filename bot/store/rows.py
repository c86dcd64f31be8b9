"""The store's values as rows of the database, and back.

A row may hold enum values of a newer version of this bot, for example after a downgrade. They are read as
the closest value that this version knows, because one unreadable row must not block all others.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError
from sqlalchemy import RowMapping

from bot.model import (
    Chat,
    Estimate,
    Follow,
    Importance,
    Item,
    Level,
    News,
    NewsKind,
    Node,
    Notice,
    Order,
    OrderStatus,
    Parcel,
    Place,
    Quiet,
    Reason,
    Stage,
    Watch,
)

Row = RowMapping
_ITEMS = TypeAdapter(tuple[Item, ...])
_NEWS = TypeAdapter(News)
_Word = TypeVar("_Word", bound=enum.Enum)


def _word(kind: type[_Word], value: object, otherwise: _Word) -> _Word:
    """The enum's member with that value; `otherwise` if this version does not know it."""
    try:
        return kind(value)
    except ValueError:
        return otherwise


def stage_of(value: object) -> Stage:
    """The stage of an order or parcel; an unknown one is `PRE_SHIPMENT` until its nodes are reclassified."""
    return _word(Stage, value, Stage.PRE_SHIPMENT)


def _stage(row: Row) -> Stage:
    return stage_of(row["stage"])


def _status(row: Row) -> OrderStatus | None:
    return _word(OrderStatus, row["status"], OrderStatus.UNKNOWN) if row["status"] else None


# ── watches ─────────────────────────────────────────────────────────────────────────────────────


def to_watch(row: Row) -> Watch:
    return Watch(
        stage=_stage(row),
        status=_status(row),
        weight=row["weight"],
        last_node_at=row["last_node_at"],
        checked_at=row["fetched_at"],
        created_at=row["created_at"],
        eta=row["eta"],
        failures=row["failures"],
        finished_at=row["finished_at"],
        utc_offset_hours=row["utc_offset_hours"],
        carrier=row["first_carrier"] or "",
        booked=row["booked_at"] is not None,
        stopped=row["next_check_at"] is None,
        heard=bool(row.get("heard")),
    )


# ── orders, parcels, nodes ──────────────────────────────────────────────────────────────────────


def to_order(row: Row, known: Sequence[Parcel]) -> Order:
    return Order(
        id=row["id"],
        stage=_stage(row),
        reason=_word(Reason, row["reason"], Reason.NONE),
        stage_since=row["stage_since"],
        status=_status(row),
        status_at=row["status_at"],
        parcels=tuple(known),
        created_at=row["created_at"],
        paid_at=row["paid_at"],
        fetched_at=row["fetched_at"],
        finished_at=row["finished_at"],
        digest=row["digest"],
        fingerprint=row["fingerprint"],
        announced=frozenset(row["announced"]),
        booked_at=row["booked_at"],
        shop_order=row["shop_order"],
        name=row["name"],
        language=row["language"],
        changed_at=row["changed_at"],
    )


def to_parcel(row: Row, known: Sequence[Node]) -> Parcel:
    return Parcel(
        index=row["index"],
        number=row["number"],
        former_numbers=tuple(row["former_numbers"]),
        carrier=row["carrier"],
        eta=row["eta"],
        first_eta=row["first_eta"],
        eta_announced=row["eta_announced"],
        eta_announced_at=row["eta_announced_at"],
        estimate=_estimate(row),
        late_expected_since=row["late_expected_since"],
        items=to_items(row["items"]),
        stage=_stage(row),
        reason=_word(Reason, row["reason"], Reason.NONE),
        stage_since=row["stage_since"],
        nodes=tuple(known),
    )


def _estimate(row: Row) -> Estimate | None:
    first, last, at = row["estimate_first"], row["estimate_last"], row["estimate_at"]
    if first is None or last is None or at is None:
        return None
    return Estimate(first=first, last=last, at=at)


def estimate_row(parcel: Parcel) -> dict[str, Any]:
    estimate = parcel.estimate
    return {
        "estimate_first": estimate and estimate.first,
        "estimate_last": estimate and estimate.last,
        "estimate_at": estimate and estimate.at,
        "late_expected_since": parcel.late_expected_since,
    }


def to_items(stored: Any) -> tuple[Item, ...]:
    return _ITEMS.validate_python(stored)


def items_row(items: tuple[Item, ...]) -> Any:
    return _ITEMS.dump_python(items, mode="json")


def order_row(order: Order) -> dict[str, Any]:
    """What a snapshot or a status of the order may change."""
    return {
        "stage": order.stage,
        "reason": order.reason,
        "stage_since": order.stage_since,
        "status": order.status,
        "status_at": order.status_at,
        "paid_at": order.paid_at,
        "fetched_at": order.fetched_at,
        "finished_at": order.finished_at,
        "digest": order.digest,
        "fingerprint": order.fingerprint,
        "announced": sorted(order.announced),
        "last_node_at": order.last_node_at,
        "eta": order.next_eta,
        "late_expected_since": order.late_expected_since,
    }


def parcel_row(order_id: str, parcel: Parcel) -> dict[str, Any]:
    return {
        "order_id": order_id,
        "index": parcel.index,
        "number": parcel.number,
        "former_numbers": list(parcel.former_numbers),
        "carrier": parcel.carrier,
        "eta": parcel.eta,
        "first_eta": parcel.first_eta,
        "eta_announced": parcel.eta_announced,
        "eta_announced_at": parcel.eta_announced_at,
        "items": items_row(parcel.items),
        "stage": parcel.stage,
        "reason": parcel.reason,
        "stage_since": parcel.stage_since,
        "started_at": min((node.at for node in parcel.nodes), default=None),
    } | estimate_row(parcel)


def to_node(row: Row) -> Node:
    return Node(
        seq=row["seq"],
        parcel=row["parcel"],
        at=row["at"],
        ordinal=row["ordinal"],
        name=row["name"],
        description=row["description"],
        stage=_word(Stage, row["stage"], Stage.UPDATE),
        reason=_word(Reason, row["reason"], Reason.NONE),
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


# ── chats, follows, notices ─────────────────────────────────────────────────────────────────────


def to_chat(row: Row) -> Chat:
    return Chat(
        place=Place(row["chat_id"], row["topic_id"]),
        language=row["language"],
        language_set=row["language_set"],
        zone=row["zone"],
        zone_set=row["zone_set"],
        zone_asked=row["zone_asked"],
        level=_word(Level, row["level"], Level.EVERYTHING),
        quiet_from=row["quiet_from"],
        quiet_to=row["quiet_to"],
        quiet=_word(Quiet, row["quiet"], Quiet.SILENT),
        urgent_breaks_quiet=row["urgent_breaks_quiet"],
        digest_at=row["digest_at"],
        paused_until=row["paused_until"],
        left_at=row["left_at"],
        awaiting=row["awaiting"],
        created_at=row["created_at"],
    )


def to_follow(row: Row) -> Follow:
    return Follow(
        place=Place(row["chat_id"], row["topic_id"]),
        order_id=row["order_id"],
        label=row["label"],
        notify=row["notify"],
        archived_at=row["archived_at"],
        card_message_id=row["card_message_id"],
        created_at=row["created_at"],
    )


def to_notice(place: Place, order_id: str, lease: str, rows: Sequence[Row]) -> Notice:
    """The outbox rows of one place and order, by ascending id, as one notice."""
    return Notice(
        ids=tuple(row["id"] for row in rows),
        place=place,
        order_id=order_id,
        news=tuple(to_news(row["news"]) for row in rows),
        importance=_word(Importance, max(row["importance"] for row in rows), Importance.ACTION),
        created_at=min(row["created_at"] for row in rows),
        attempts=max(row["attempts"] for row in rows),
        ambiguous=max(row["ambiguous"] for row in rows),
        lease=lease,
    )


def to_news(stored: Any) -> News:
    """News from JSON; a kind that this version does not know only edits the card."""
    try:
        return _NEWS.validate_python(stored)
    except ValidationError:
        key = stored.get("key") if isinstance(stored, Mapping) else None
        return News(kind=NewsKind.CARD, key=str(key or ""), importance=Importance.SCAN)


def news_row(news: News) -> Any:
    """News as plain JSON."""
    return _NEWS.dump_python(news, mode="json")
