"""One thing worth telling about an order."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from datetime import datetime

from bot.model.snapshots import OrderStatus
from bot.model.stages import Stage


class Importance(enum.IntEnum):
    """How much a piece of news matters; a chat's level is the least it wants to hear."""

    SCAN = 0  # one more scan on the way
    MILESTONE = 1  # the journey entered a new part
    ACTION = 2  # delivered, or somebody must do something


class NewsKind(enum.StrEnum):
    """What kind of thing a chat is told."""

    NODES = "nodes"
    ETA = "eta"
    ALL_ARRIVED = "all_arrived"
    STATUS = "status"  # the order's own status: cancelled, shipped, …
    NO_TRACKING = "no_tracking"  # nothing 72 h after payment
    STUCK = "stuck"  # longer in its stage than it should be
    PICKUP_WAITING = "pickup_waiting"  # 2, 5, 9 days at the pick-up point
    CUSTOMS_WAITING = "customs_waiting"
    DUTIES_WAITING = "duties_waiting"
    STILL_AWAITED = "still_awaited"  # nothing new for 30 days: ask
    STOPPED = "stopped"  # nothing new for 90 days: watching ended
    CARD = "card"  # nothing to hear: only the living card changes
    REPORTED = "reported"  # a customer's problem, for the operator's chats
    NOT_FOUND = "not_found"  # AliExpress does not know an order that was followed while it gave no answer
    CHECK_IN = "check_in"  # "did it come after all?" some days after "not yet"


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """One thing worth telling about an order.

    `key` is unique per order and says what is told, so that nothing is told twice.
    `nodes` are sequence numbers, newest first. `days` is a whole number of days where the kind has one.
    """

    kind: NewsKind
    key: str
    importance: Importance
    nodes: tuple[int, ...] = ()
    parcel: int | None = None
    stage: Stage | None = None
    eta_before: datetime | None = None
    eta_after: datetime | None = None
    days: int | None = None
    status: OrderStatus | None = None
    merchant_only: bool = False
