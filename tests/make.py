"""Values for tests, with everything filled in that a test does not care about."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from bot.model import Chat, Follow, Follower, Importance, News, NewsKind, Node, Order, Parcel, Place, Stage

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
ORDER = "8211744661738042"
HERE = Place(1001)


T = TypeVar("T")


def there(value: T | None) -> T:
    """The value, which must be one."""
    assert value is not None
    return value


def chat(place: Place = HERE, **changes: Any) -> Chat:
    """A chat with default settings."""
    return replace(Chat(place=place, language="en", zone="UTC", created_at=NOW), **changes)


def follow(place: Place = HERE, order_id: str = ORDER, **changes: Any) -> Follow:
    """A follow of the order."""
    return replace(Follow(place=place, order_id=order_id, created_at=NOW), **changes)


def follower(place: Place = HERE, *, notify: bool = True, **chat_changes: Any) -> Follower:
    """A follow with its chat."""
    return Follower(follow=follow(place, notify=notify), chat=chat(place, **chat_changes))


def news(importance: Importance = Importance.SCAN, **changes: Any) -> News:
    """One new node."""
    return replace(News(kind=NewsKind.NODES, key="nodes:1", importance=importance, nodes=(1,)), **changes)


def node(seq: int = 1, *, ago: timedelta = timedelta(hours=1), **changes: Any) -> Node:
    """One stored entry."""
    base = Node(
        seq=seq,
        parcel=1,
        at=NOW - ago,
        ordinal=0,
        name="Shipping update",
        description="Package left sorting center",
        stage=Stage.ORIGIN_TRANSIT,
        rule="test",
        seen_at=NOW,
    )
    return replace(base, **changes)


def order(*nodes: Node, stage: Stage = Stage.ORIGIN_TRANSIT, **changes: Any) -> Order:
    """An order of one parcel."""
    since = nodes[0].at if nodes else NOW
    parcel = Parcel(index=1, number="LP00675700340000", carrier="Cainiao", stage=stage, nodes=nodes)
    base = Order(id=ORDER, stage=stage, stage_since=since, parcels=(parcel,), created_at=NOW, fetched_at=NOW)
    return replace(base, **changes)
