"""What is new about an order: known × fetched → Changes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime

from bot.eta import promised
from bot.matching import (
    distinct,
    paired,
    text_marks,
)
from bot.merging import Merge, classified
from bot.model import (
    Changes,
    Importance,
    News,
    NewsKind,
    Node,
    Order,
    OrderStatus,
    Snapshot,
    Stage,
    newest_first,
)
from bot.progress import (
    settled,
    staged,
    under_way,
)

_STATUS_NEWS: Mapping[OrderStatus, tuple[Importance, bool]] = {  # importance, for the merchant only
    OrderStatus.CANCELLED: (Importance.ACTION, False),
    OrderStatus.CANCELLING: (Importance.MILESTONE, False),
    OrderStatus.SHIPPED: (Importance.MILESTONE, False),
    OrderStatus.PART_SHIPPED: (Importance.MILESTONE, False),
    OrderStatus.PAYMENT_FAILED: (Importance.ACTION, True),
    OrderStatus.NEEDS_ADDRESS: (Importance.ACTION, True),
    OrderStatus.DISPUTED: (Importance.ACTION, True),
    OrderStatus.FROZEN: (Importance.ACTION, True),
}


# ── the questions ───────────────────────────────────────────────────────────────────────────────


def changes(known: Order, fetched: Snapshot, now: datetime) -> Changes:
    """What `fetched` (the canonical `en_US` read) adds to `known`.

    An order whose `fetched_at` is None gets its first snapshot: all is stored, nothing is announced. An
    answer that is empty, or that lacks a parcel's newest known node and has nothing new, changes nothing.
    """
    first = known.fetched_at is None
    if not fetched.found or not fetched.parcels:
        seen = replace(known, fetched_at=now) if first else known
        return Changes(order=seen, first=first, hiccup=any(parcel.nodes for parcel in known.parcels))
    answers = distinct(fetched.parcels)
    merge = Merge(known=known, now=now, numbers=frozenset(one.number for one in answers if one.number))
    for parcel, answer in paired(known, answers, text_marks):
        merge.take(parcel, answer)
    parcels = merge.finish()
    if merge.hiccup:
        return Changes(order=known, hiccup=True)
    merged = tuple(merge.news())
    parcels, eta_news = promised(parcels, merge.etas, known, now)
    seen = replace(
        known, parcels=parcels, fetched_at=now, digest=fetched.digest, fingerprint=fetched.fingerprint
    )
    order = settled(seen, now)
    news = () if first else (*merged, *_all_arrived(known, order), *eta_news)
    added, edited = tuple(sorted(merge.added, key=lambda node: node.seq)), tuple(merge.edited.values())
    unread = (node.text for node in (*added, *edited) if not node.rule and node.text)
    return Changes(
        order=_with_announced(order, news),
        added=added,
        edited=edited,
        news=news,
        first=first,
        unknown=tuple(dict.fromkeys(unread)),
    )


def reclassify(order: Order, now: datetime | None = None) -> Changes:
    """The order as today's rules classify it: stages may change, nothing is announced.

    `now` is taken as the finishing time of an order that turns out to be finished; by default its last check.
    """
    edited: list[Node] = []
    parcels = []
    for parcel in order.parcels:
        before = {node.seq: node for node in parcel.nodes}
        nodes = classified(parcel.nodes, before.keys(), keep=False)
        edited += [node for node in nodes if node != before[node.seq]]
        parcels.append(staged(replace(parcel, nodes=newest_first(nodes))))
    moment = now or order.fetched_at or order.created_at
    changed = settled(replace(order, parcels=tuple(parcels)), moment)
    return Changes(order=changed, edited=tuple(edited))


def with_status(order: Order, status: OrderStatus, at: datetime) -> Changes:
    """The order with the status reported at `at`; a report older than the known status is ignored."""
    if order.status_at is not None and at < order.status_at:
        return Changes(order=order)
    changed = settled(replace(order, status=status, status_at=at), at)
    if status is order.status:
        return Changes(order=changed)
    news = tuple(_status_news(order, status))
    return Changes(order=_with_announced(changed, news), news=news)


# ── other news ──────────────────────────────────────────────────────────────────────────────────


def _all_arrived(known: Order, order: Order) -> Iterator[News]:
    """News if the last of several parcels was delivered."""
    live = order.live
    if len(live) < 2 or any(parcel.stage is not Stage.DELIVERED for parcel in live):
        return
    if "all_arrived" not in known.announced and known.stage is not Stage.DELIVERED:
        yield News(
            kind=NewsKind.ALL_ARRIVED,
            key="all_arrived",
            importance=Importance.ACTION,
            stage=Stage.DELIVERED,
        )


def _status_news(order: Order, status: OrderStatus) -> Iterator[News]:
    """News of the order's status: only after its first snapshot, and not if its scans said so already."""
    rule = _STATUS_NEWS.get(status)
    key = f"status:{status}"
    if rule is None or order.fetched_at is None or key in order.announced:
        return
    if status in {OrderStatus.SHIPPED, OrderStatus.PART_SHIPPED} and (
        order.status is None or any(map(under_way, order.live))
    ):
        return
    importance, merchant_only = rule
    yield News(
        kind=NewsKind.STATUS, key=key, importance=importance, status=status, merchant_only=merchant_only
    )


def _with_announced(order: Order, news: Iterable[News]) -> Order:
    """The order with the keys of once-only news, and of parcels known to be delivered."""
    keys = {one.key for one in news if one.kind in {NewsKind.ALL_ARRIVED, NewsKind.STATUS}}
    keys |= {f"delivered:{parcel.index}" for parcel in order.live if parcel.stage is Stage.DELIVERED}
    return replace(order, announced=order.announced | keys)
