"""The store's values as rows of the database, and back.

Rows are read by place, not by name: a push reads eight of them, and a name costs ten times as much.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from bot.model import (
    Chat,
    Follow,
    Importance,
    Item,
    Level,
    News,
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
from bot.store.tables import chats, follows, nodes, notices, orders, parcels

Row = Sequence[Any]

# By their texts: calling an enum takes ten times as long.
_STAGES = {stage.value: stage for stage in Stage}
_REASONS = {reason.value: reason for reason in Reason}
_STATUSES = {None: None} | {status.value: status for status in OrderStatus}

# ── watches ─────────────────────────────────────────────────────────────────────────────────────

WATCH_COLUMNS = (
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
)


def to_watch(row: Row) -> Watch:
    stage, status, weight, last, fetched, created, eta, failures, finished, offset, next_check = row
    return Watch(
        stage=_STAGES[stage],
        status=_STATUSES[status],
        weight=weight,
        last_node_at=last,
        checked_at=fetched,
        created_at=created,
        eta=eta,
        failures=failures,
        finished_at=finished,
        utc_offset_hours=offset,
        stopped=next_check is None,
    )


# ── orders, parcels, nodes ──────────────────────────────────────────────────────────────────────

ORDER_COLUMNS = (
    orders.c.id,
    orders.c.stage,
    orders.c.reason,
    orders.c.stage_since,
    orders.c.status,
    orders.c.status_at,
    orders.c.created_at,
    orders.c.paid_at,
    orders.c.fetched_at,
    orders.c.finished_at,
    orders.c.digest,
    orders.c.mark,
    orders.c.told,
)


def to_order(row: Row, known: Sequence[Parcel]) -> Order:
    id_, stage, reason, since, status, status_at, created, paid, fetched, finished, digest, mark, told = row
    return Order(
        id=id_,
        stage=_STAGES[stage],
        reason=_REASONS[reason],
        stage_since=since,
        status=_STATUSES[status],
        status_at=status_at,
        parcels=tuple(known),
        created_at=created,
        paid_at=paid,
        fetched_at=fetched,
        finished_at=finished,
        digest=digest,
        mark=mark,
        told=frozenset(told),
    )


PARCEL_COLUMNS = (
    parcels.c.index,
    parcels.c.number,
    parcels.c.former_numbers,
    parcels.c.carrier,
    parcels.c.eta,
    parcels.c.first_eta,
    parcels.c.eta_told,
    parcels.c.eta_told_at,
    parcels.c["items"],
    parcels.c.stage,
    parcels.c.reason,
    parcels.c.stage_since,
)


def to_parcel(row: Row, known: Sequence[Node]) -> Parcel:
    index, number, former, carrier, eta, first_eta, eta_told, told_at, items, stage, reason, since = row
    return Parcel(
        index=index,
        number=number,
        former_numbers=tuple(former),
        carrier=carrier,
        eta=eta,
        first_eta=first_eta,
        eta_told=eta_told,
        eta_told_at=told_at,
        items=msgspec.convert(items, tuple[Item, ...]) if items else (),
        stage=_STAGES[stage],
        reason=_REASONS[reason],
        stage_since=since,
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
        "items": msgspec.to_builtins(parcel.items),
        "stage": parcel.stage,
        "reason": parcel.reason,
        "stage_since": parcel.stage_since,
    }


NODE_COLUMNS = (
    nodes.c.seq,
    nodes.c.parcel,
    nodes.c.at,
    nodes.c.ordinal,
    nodes.c.name,
    nodes.c.description,
    nodes.c.stage,
    nodes.c.reason,
    nodes.c.rule,
    nodes.c.place,
    nodes.c.seen_at,
    nodes.c.backfilled,
)


def to_node(row: Row) -> Node:
    seq, parcel, at, ordinal, name, description, stage, reason, rule, place, seen_at, backfilled = row
    return Node(
        seq=seq,
        parcel=parcel,
        at=at,
        ordinal=ordinal,
        name=name,
        description=description,
        stage=_STAGES[stage],
        reason=_REASONS[reason],
        rule=rule,
        place=place,
        seen_at=seen_at,
        backfilled=backfilled,
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

CHAT_COLUMNS = (
    chats.c.chat_id,
    chats.c.topic_id,
    chats.c.language,
    chats.c.language_set,
    chats.c.zone,
    chats.c.zone_set,
    chats.c.level,
    chats.c.quiet_from,
    chats.c.quiet_to,
    chats.c.quiet,
    chats.c.urgent_breaks_quiet,
    chats.c.digest_at,
    chats.c.paused_until,
    chats.c.left_at,
    chats.c.awaiting,
    chats.c.created_at,
)


def to_chat(row: Row) -> Chat:
    chat_id, topic_id, language, language_set, zone, zone_set, level, *rest = row
    quiet_from, quiet_to, quiet, urgent, digest_at, paused_until, left_at, awaiting, created = rest
    return Chat(
        place=Place(chat_id, topic_id),
        language=language,
        language_set=language_set,
        zone=zone,
        zone_set=zone_set,
        level=Level(level),
        quiet_from=quiet_from,
        quiet_to=quiet_to,
        quiet=Quiet(quiet),
        urgent_breaks_quiet=urgent,
        digest_at=digest_at,
        paused_until=paused_until,
        left_at=left_at,
        awaiting=awaiting,
        created_at=created,
    )


FOLLOW_COLUMNS = (
    follows.c.chat_id,
    follows.c.topic_id,
    follows.c.order_id,
    follows.c.label,
    follows.c.notify,
    follows.c.archived_at,
    follows.c.card_message_id,
    follows.c.created_at,
)


def to_follow(row: Row) -> Follow:
    chat_id, topic_id, order_id, label, notify, archived_at, card_message_id, created_at = row
    return Follow(
        place=Place(chat_id, topic_id),
        order_id=order_id,
        label=label,
        notify=notify,
        archived_at=archived_at,
        card_message_id=card_message_id,
        created_at=created_at,
    )


NOTICE_COLUMNS = (
    notices.c.id,
    notices.c.chat_id,
    notices.c.topic_id,
    notices.c.order_id,
    notices.c.news,
    notices.c.importance,
    notices.c.created_at,
    notices.c.attempts,
    notices.c.ambiguous,
)


def to_notice(place: Place, order_id: str, lease: str, rows: Sequence[Row]) -> Notice:
    """The rows that one place is owed about one order, by ascending id, as one notice."""
    ids, _, _, _, news, importances, created, attempts, ambiguous = zip(*rows, strict=True)
    return Notice(
        ids=ids,
        place=place,
        order_id=order_id,
        news=tuple(msgspec.convert(one, News) for one in news),
        importance=Importance(max(importances)),
        created_at=min(created),
        attempts=max(attempts),
        ambiguous=max(ambiguous),
        lease=lease,
    )


def news_row(news: News) -> Any:
    """News as plain JSON."""
    return msgspec.to_builtins(news)
