"""What a source returned about an order."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One article in a parcel; `variant` is the chosen color, size or model, such as "Silvery, M"."""

    id: str
    title: str = ""
    variant: str = ""
    quantity: int = 1

    def same_as(self, other: Item) -> bool:
        """Whether both are the same article and, if both name one, the same variant."""
        if self.id != other.id:
            return False
        ours, theirs = ("".join(item.variant.split()) for item in (self, other))
        return not ours or not theirs or ours == theirs


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchedNode:
    """One timeline entry as returned, in the requested language. Either text may be empty."""

    at: datetime
    name: str = ""
    description: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchedParcel:
    """One tracking number as returned. `number` is empty before shipping; nodes are in source order."""

    number: str = ""
    carrier: str = ""
    eta: datetime | None = None
    items: tuple[Item, ...] = ()
    nodes: tuple[FetchedNode, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """One answer of a source about one order.

    `found` is False for "tracking data not found": nothing yet, or no such order.
    `digest` is a hash of the parsed content: a check that finds the known digest has nothing new.
    `fingerprint` is a hash of the raw answer: an equal one need not be parsed. Empty where that is not safe.
    """

    order_id: str
    language: str
    parcels: tuple[FetchedParcel, ...] = ()
    found: bool = True
    digest: str = ""
    fingerprint: str = ""


class OrderStatus(enum.StrEnum):
    """The order's own state, from AliExpress's order call or its pushes."""

    PLACED = "placed"
    PAYING = "paying"  # payment in process or under review
    PAYMENT_FAILED = "payment_failed"
    PREPARING = "preparing"  # paid, waiting for the seller
    PART_SHIPPED = "part_shipped"
    SHIPPED = "shipped"
    CANCELLING = "cancelling"
    CANCELLED = "cancelled"
    CLOSED = "closed"  # by AliExpress, once a carrier has it: also said of orders that end well
    DISPUTED = "disputed"
    FROZEN = "frozen"
    FINISHED = "finished"
    NEEDS_ADDRESS = "needs_address"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderFacts:
    """What AliExpress's order call says about an order, apart from its parcels.

    It is canceled only if every article was. `paid_at` is None if missing or unreadable.
    """

    order_id: str
    status: OrderStatus
    paid_at: datetime | None = None
