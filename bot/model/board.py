"""The merchant's board: which orders need attention, and why."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.model.chats import Place
from bot.model.merchant import BookNeeds
from bot.model.parcels import Order
from bot.model.stages import Reason, Stage


class FlagSince(enum.StrEnum):
    """The moment that a flag's grace period is counted from."""

    STAGE = "stage"  # when it entered its stage, else its newest node, else when it was added
    PAYMENT = "payment"  # when it was paid, else when it was added; only while it has no node
    NODE = "node"
    ETA = "eta"  # the earliest ETA of its undelivered parcels
    DISPUTE = "dispute"  # when its customer reported a problem
    STATUS = "status"  # when AliExpress said that it is in dispute
    FORECAST = "forecast"  # when it became probable that it misses its promise


class Flag(enum.StrEnum):
    """Why an order is on the board, most serious first. An order gets the first flag that applies."""

    RETURNED = "returned"
    PROBLEM = "problem"
    DUTIES = "duties"
    IN_DISPUTE = "in_dispute"  # at AliExpress
    FAILED_ATTEMPT = "failed_attempt"
    PICKUP = "pickup"
    NO_TRACKING = "no_tracking"
    STUCK = "stuck"
    LATE = "late"
    DISPUTED = "disputed"
    WILL_BE_LATE = "will_be_late"


@dataclass(frozen=True, slots=True, kw_only=True)
class Dispute:
    """A customer's problem with an order: reported, or asked about. Open while `solved_at` is None."""

    id: int
    order_id: str
    place: Place
    solved_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """What a customer asked about an order, or (`from_shop`) the shop's answer. `photo` is a file id.

    `joins`: it is a further photo of an album. `after`: what the shop had answered before.
    """

    id: int
    dispute: int
    from_shop: bool
    author: str
    text: str
    photo: str
    at: datetime
    joins: bool = False
    after: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FlagRule:
    """Flags orders in one of `stages` once `grace` has passed since `since`; zero means at once."""

    flag: Flag
    stages: frozenset[Stage]
    since: FlagSince
    grace: timedelta = timedelta(0)
    besides: frozenset[Reason] = frozenset()  # orders with these reasons are not flagged


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """What was said about an order: the merchant's snooze and note, a customer's problem report.

    "Done" was pressed at `done_at`, when it was in `done_stage`: what was flagged by then is flagged no more.
    """

    order_id: str
    snoozed_until: datetime | None = None
    note: str = ""
    disputed_at: datetime | None = None
    done_at: datetime | None = None
    done_stage: str = ""


MESSAGES_LATE = timedelta(minutes=10)
"""Messages that have been waiting for so long are told of."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BotState:
    """How many orders are watched, and what is wrong with the bot itself.

    `silent_since`: AliExpress answers nothing since then. `spent` is the used share of the day's calls, 0 to
    1. `needs` are the book's. In `refused` chats the bot may not write. `database` is the database's own
    complaint. `overdue` is for how long the oldest message has been waiting.
    """

    watched: int
    logged_out: bool = False
    app_refused: str = ""
    silent_since: datetime | None = None
    spent: float = 0.0
    needs: BookNeeds | None = None
    refused: int = 0
    database: str = ""
    overdue: timedelta = timedelta(0)

    @property
    def blind(self) -> bool:
        """Whether news of orders cannot be seen at present."""
        return bool(self.logged_out or self.app_refused or self.silent_since or self.database)


@dataclass(frozen=True, slots=True, kw_only=True)
class Flagged:
    """One order on the board. `days` is how long it has been flagged; `followers` counts chats.

    `customer` is the private chat of one of them; 0 where there is none or it was not looked up.
    """

    order: Order
    flag: Flag
    days: int = 0
    note: str = ""
    followers: int = 0
    customer: int = 0
    snoozed_until: datetime | None = None
