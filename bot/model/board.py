"""The merchant's board: which orders need attention, and why."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.model.parcels import Order
from bot.model.stages import Stage


class FlagSince(enum.StrEnum):
    """The moment that a flag's grace period is counted from."""

    STAGE = "stage"  # when it entered its stage, else its newest node, else when it was added
    PAYMENT = "payment"  # when it was paid, else when it was added; only while it has no node
    NODE = "node"
    ETA = "eta"  # the earliest ETA of its undelivered parcels
    DISPUTE = "dispute"  # when its customer reported a problem


class Flag(enum.StrEnum):
    """Why an order is on the board, most serious first. An order gets the first flag that applies."""

    RETURNED = "returned"
    PROBLEM = "problem"
    DUTIES = "duties"
    FAILED_ATTEMPT = "failed_attempt"
    PICKUP = "pickup"
    NO_TRACKING = "no_tracking"
    STUCK = "stuck"
    LATE = "late"
    DISPUTED = "disputed"


@dataclass(frozen=True, slots=True, kw_only=True)
class FlagRule:
    """Flags orders in one of `stages` once `grace` has passed since `since`; zero means at once."""

    flag: Flag
    stages: frozenset[Stage]
    since: FlagSince
    grace: timedelta = timedelta(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Flagged:
    """One order on the board. `days` is how long it has been flagged; `followers` counts chats."""

    order: Order
    flag: Flag
    days: int = 0
    note: str = ""
    followers: int = 0
    snoozed_until: datetime | None = None
