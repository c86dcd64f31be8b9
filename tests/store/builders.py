"""Short ways to the values that tests of the store are about."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from bot.model import (
    Changes,
    Endpoint,
    Estimate,
    EventType,
    Follow,
    Importance,
    Item,
    News,
    NewsKind,
    Node,
    Order,
    OrderStatus,
    Parcel,
    PendingNotice,
    Place,
    QueuedEvent,
    Reason,
    Stage,
)
from bot.store import NewEvent, Store

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
LEASE = timedelta(minutes=3)
ANNA = Place(100)
BEN = Place(200)
GROUP = Place(-300)
TOPIC = Place(-300, 7)


def later(seconds: float) -> datetime:
    return NOW + timedelta(seconds=seconds)


def news(key: str, importance: Importance = Importance.MILESTONE, **values: Any) -> News:
    return News(kind=NewsKind.NODES, key=key, importance=importance, **values)


def pending(place: Place, order_id: str, key: str, due_at: datetime = NOW, **values: Any) -> PendingNotice:
    return PendingNotice(place=place, order_id=order_id, news=news(key, **values), due_at=due_at)


def node(seq: int, **values: Any) -> Node:
    given: dict[str, Any] = {
        "parcel": 1,
        "at": NOW - timedelta(days=10 - seq),
        "ordinal": 0,
        "name": f"node {seq}",
        "description": "",
        "stage": Stage.ORIGIN_TRANSIT,
        "seen_at": NOW,
    } | values
    return Node(seq=seq, **given)


def order(order_id: str, *nodes: Node, **values: Any) -> Order:
    """An order with one parcel that uses every field."""
    parcel = Parcel(
        index=1,
        number="LP001",
        former_numbers=("LP000",),
        carrier="AliExpress standard",
        eta=NOW + timedelta(days=9),
        first_eta=NOW + timedelta(days=8),
        eta_announced=NOW + timedelta(days=8),
        eta_announced_at=NOW,
        estimate=Estimate(first=NOW + timedelta(days=5), last=NOW + timedelta(days=8), at=NOW),
        late_expected_since=NOW - timedelta(hours=3),
        items=(Item(id="1", title="Lamp", variant="Silvery, M", quantity=2),),
        stage=Stage.ORIGIN_TRANSIT,
        reason=Reason.DELAY,
        stage_since=NOW,
        nodes=tuple(sorted(nodes, key=lambda one: one.at, reverse=True)),
    )
    given: dict[str, Any] = {
        "stage": Stage.ORIGIN_TRANSIT,
        "reason": Reason.WEATHER,
        "stage_since": NOW,
        "status": OrderStatus.SHIPPED,
        "status_at": NOW,
        "parcels": (parcel,),
        "created_at": NOW,
        "paid_at": NOW - timedelta(days=1),
        "fetched_at": NOW,
        "digest": "abc",
        "announced": frozenset({"silence:1"}),
    } | values
    return Order(id=order_id, **given)


def added(known: Order, **values: Any) -> Changes:
    return Changes(order=known, added=known.nodes, **values)


async def follow(store: Store, place: Place, order_id: str, now: datetime = NOW, **values: Any) -> None:
    """Have the place follow the order, both made known."""
    async with store.write() as tx:
        await tx.chats.get_or_create(place, language="en", zone="UTC", now=now)
        await tx.orders.add(order_id, now)
        await tx.chats.follow(Follow(place=place, order_id=order_id, created_at=now, **values))
        await tx.checks.update_weights([order_id], now)


def endpoint(id_: str = "wh_1", **values: Any) -> Endpoint:
    """An endpoint that wants all events."""
    url = f"https://{id_}.example.com/hooks"
    defaults: dict[str, Any] = {"id": id_, "url": url, "secret": "whsec_c2VjcmV0", "created_at": NOW}
    return Endpoint(**defaults | values)


def new_event(order_id: str, event_id: str = "evt_1") -> NewEvent:
    """An event about the order."""
    return NewEvent(event_id=event_id, order_id=order_id, type=EventType.CHANGED, payload='{"data":"ä"}')


def queued(order_id: str, **values: Any) -> QueuedEvent:
    """The event as it was leased."""
    row: dict[str, Any] = {
        "id": 1,
        "endpoint_id": "wh_1",
        "event_id": "evt_1",
        "type": "order.changed",
        "payload": "{}",
    }
    return QueuedEvent(**row | {"order_id": order_id, "created_at": NOW, "lease": "x"} | values)
