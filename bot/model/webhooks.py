"""Webhooks: events about orders, and the addresses of the shop's systems that they are sent to."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime


class EventType(enum.StrEnum):
    """What an event tells. Their values are a contract with the shops' systems."""

    BOOKED = "order.booked"
    CHANGED = "order.changed"
    STAGE_CHANGED = "order.stage_changed"
    PROBLEM = "order.problem"
    DELIVERED = "order.delivered"
    LATE = "order.late"
    LATE_EXPECTED = "order.late_expected"


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something that happened to an order, with the JSON-able `data` that the shop's systems get."""

    type: EventType
    order_id: str
    data: Mapping[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """Where events are sent to, and how that goes. Its repr shows neither secret nor address.

    `events` are the types wanted, perhaps some that this version does not know; empty: all. While
    `former_until` lies ahead, `former_secret` signs, too. `failures` were made since the last success, the
    first of them at `failing_since`. `paused_at` is set while events are kept but not sent.
    """

    id: str
    url: str = field(repr=False)
    events: tuple[str, ...] = ()
    secret: str = field(repr=False)
    former_secret: str = field(default="", repr=False)
    former_until: datetime | None = None
    created_at: datetime
    failures: int = 0
    failing_since: datetime | None = None
    delivered_at: datetime | None = None
    paused_at: datetime | None = None
    error: str = ""

    def wants(self, kind: EventType) -> bool:
        """Whether events of this type are sent there."""
        return not self.events or kind in self.events


@dataclass(frozen=True, slots=True, kw_only=True)
class QueuedEvent:
    """An event for one endpoint. `event_id` and `payload` stay the same over all attempts.

    `attempts` failed so far, the first of them at `tried_at`.
    """

    id: int
    endpoint_id: str
    event_id: str
    order_id: str
    type: str
    payload: str = field(repr=False)
    created_at: datetime
    attempts: int = 0
    tried_at: datetime | None = None
    lease: str = ""
    error: str = ""
    settled_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EventQueue:
    """The queue of events in numbers: waiting, set aside, and since when the oldest has been waiting.

    What waits for a paused endpoint is not counted.
    """

    due: int
    aside: int
    oldest_at: datetime | None
