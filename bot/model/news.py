"""News: something about an order that its followers are notified of."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from datetime import datetime

from bot.model.snapshots import OrderStatus
from bot.model.stages import Stage


class Importance(enum.IntEnum):
    """How important a piece of news is. A chat's level sets the least importance it is notified of."""

    SCAN = 0  # one more scan on the way
    MILESTONE = 1  # the parcel entered a new part of the journey
    ACTION = 2  # delivered, or somebody must do something


class NewsKind(enum.StrEnum):
    """The kinds of news."""

    NODES = "nodes"
    ETA = "eta"
    ALL_ARRIVED = "all_arrived"
    STATUS = "status"  # the order's own status: cancelled, shipped, …
    NO_TRACKING = "no_tracking"  # no tracking 72 h after payment
    STUCK = "stuck"  # in its stage for longer than it should be
    PICKUP_WAITING = "pickup_waiting"  # 2, 5, 9 days at the pick-up point
    CUSTOMS_WAITING = "customs_waiting"
    DUTIES_WAITING = "duties_waiting"
    STILL_AWAITED = "still_awaited"  # nothing new for 30 days: ask
    STOPPED = "stopped"  # nothing new for 90 days: checking ended
    CARD = "card"  # no message, only the order's card is edited
    REPORTED = "reported"  # a customer reported a problem; for the operator's chats
    FLAGGED = "flagged"  # an order became urgent; for the operator's chats
    ASKED = "asked"  # a customer's letter to the shop; for the merchant's chat
    ANSWERED = "answered"  # the shop's letter to a customer
    SOLVED = "solved"  # the shop says that the customer's problem is solved
    NOT_FOUND = "not_found"  # AliExpress does not know an order that was followed while AliExpress was down
    CHECK_IN = "check_in"  # "Has it arrived by now?", some days after the answer "not yet"


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """One thing worth telling about an order.

    `key` is unique per order and identifies the news, so that it is announced only once.
    `nodes` are sequence numbers, newest first. `days` is set for kinds that have a number of days.
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
    dispute: int | None = None  # the id of the customer's problem that it is about
    letter: int | None = None  # the id of the letter that it carries
