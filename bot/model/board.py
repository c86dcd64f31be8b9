"""The merchant's board: which orders want attention, and why."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.model.parcels import Order
from bot.model.stages import Stage


class FlagSince(enum.StrEnum):
    """The moment of an order that a flag counts from."""

    STAGE = "stage"  # since when it is in its stage, else its newest node, else when it came to us
    PAYMENT = "payment"  # when it was paid, else when it came to us; only while it has no node
    NODE = "node"
    ETA = "eta"  # of the first parcel still to come
    DISPUTE = "dispute"  # when its customer reported a problem


class Flag(enum.StrEnum):
    """Why an order is on the board, the gravest first: an order has the first that fits."""

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
    """Flags orders that are in one of the stages once `grace` has passed since that moment; zero: at once."""

    flag: Flag
    stages: frozenset[Stage]
    since: FlagSince
    grace: timedelta = timedelta(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Flagged:
    """One order on the board. `days` is how long the flag has been up; `followers` are the chats told."""

    order: Order
    flag: Flag
    days: int = 0
    note: str = ""
    followers: int = 0
    snoozed_until: datetime | None = None
