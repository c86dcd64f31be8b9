"""The normalized state of a parcel, and the reason for a problem."""

from __future__ import annotations

import enum


class Stage(enum.StrEnum):
    """The normalized state of a parcel: a ladder of ranked stages from seller to buyer, and states beside it.

    `UPDATE` is for nodes that do not tell the state; no parcel is ever in it.
    """

    PRE_SHIPMENT = "pre_shipment"
    INFO_RECEIVED = "info_received"
    PREPARING = "preparing"
    PICKED_UP = "picked_up"
    ORIGIN_TRANSIT = "origin_transit"
    EXPORT_CUSTOMS = "export_customs"
    AWAITING_DEPARTURE = "awaiting_departure"
    INTERNATIONAL_TRANSIT = "international_transit"
    ARRIVED_DESTINATION = "arrived_destination"
    IMPORT_CUSTOMS = "import_customs"
    LOCAL_TRANSIT = "local_transit"
    OUT_FOR_DELIVERY = "out_for_delivery"
    READY_FOR_PICKUP = "ready_for_pickup"
    DELIVERED = "delivered"
    # beside the ladder
    FAILED_ATTEMPT = "failed_attempt"
    EXCEPTION = "exception"
    DUTIES_DUE = "duties_due"
    ADDRESS_CHANGE = "address_change"
    RETURNING = "returning"
    RETURNED = "returned"
    CANCELLED = "cancelled"
    UPDATE = "update"

    @property
    def rank(self) -> int | None:
        """Position on the ladder, 0 to 13; None for the states beside it."""
        return _RANKS.get(self)

    @property
    def height(self) -> int:
        """How far up the ladder, 0 to 13; for the states beside it its foot, 0."""
        return _RANKS.get(self, 0)

    @property
    def final(self) -> bool:
        """Whether nothing more is expected (a delivered parcel is still checked, rarely, for a while)."""
        return self in _FINAL


_RANKS = {stage: rank for rank, stage in enumerate(Stage) if rank <= 13}
_FINAL = frozenset({Stage.DELIVERED, Stage.RETURNED, Stage.CANCELLED})


class Reason(enum.StrEnum):
    """Why a parcel is in a state beside the ladder."""

    NONE = ""
    ABSENT = "absent"  # nobody home, business closed
    ADDRESS = "address"  # wrong or incomplete address
    CUSTOMS = "customs"  # held, documents wanted, prohibited
    DAMAGED = "damaged"
    LOST = "lost"
    REFUSED = "refused"
    UNCLAIMED = "unclaimed"  # pick-up missed
    WEATHER = "weather"
    SECURITY = "security"  # refused by airline or security check
    DELAY = "delay"
    CANCELLED = "cancelled"
    OTHER = "other"

    @property
    def passes(self) -> bool:
        """Whether the problem usually resolves itself, so that no action is needed."""
        return self in {Reason.WEATHER, Reason.DELAY}
