"""Short ways to write orders, snapshots and times for the tests of the pure core."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from bot import timeline
from bot.model import Changes, FetchedNode, FetchedParcel, Item, Order, Snapshot

START = datetime(2026, 11, 2, 8, tzinfo=UTC)


def at(hours: float) -> datetime:
    """A moment by its hours after the start."""
    return START + timedelta(hours=hours)


def node(hours: float, description: str, name: str = "") -> FetchedNode:
    return FetchedNode(at=at(hours), name=name, description=description)


def parcel(
    *nodes: FetchedNode, number: str = "A1", eta: datetime | None = None, items: Sequence[str] = ()
) -> FetchedParcel:
    """An answer about one parcel; nodes are given oldest first, as a story, and answered newest first."""
    return FetchedParcel(
        number=number, nodes=tuple(reversed(nodes)), eta=eta, items=tuple(Item(id=one) for one in items)
    )


def snapshot(*parcels: FetchedParcel) -> Snapshot:
    return Snapshot(order_id="1", language="en_US", parcels=parcels, found=bool(parcels))


def followed(*parcels: FetchedParcel, hours: float = 0) -> Order:
    """An order whose first snapshot was `parcels`."""
    return timeline.changes(Order(id="1", created_at=at(hours)), snapshot(*parcels), at(hours)).order


class Follower:
    """Keeps an order as the store would, looks when told to, and remembers all news."""

    def __init__(self, order: Order | None = None) -> None:
        self.order = order or Order(id="1", created_at=START)
        self.last: Changes | None = None

    def look(self, hours: float, *parcels: FetchedParcel) -> Changes:
        self.last = timeline.changes(self.order, snapshot(*parcels), at(hours))
        self.order = self.last.order
        return self.last


def texts(order: Order) -> list[str]:
    """All nodes' texts, newest first."""
    return [one.text for one in order.nodes]


def told(changes: Changes) -> list[str]:
    """The texts that the news list, newest first."""
    by_seq = {one.seq: one.text for one in changes.order.nodes}
    return [by_seq[seq] for news in changes.news for seq in news.nodes]


def without_times(order: Order) -> Order:
    return replace(order, fetched_at=None)
