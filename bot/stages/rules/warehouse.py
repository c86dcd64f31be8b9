"""The warehouse and the first carrier, then scans that tell no more than a verb."""

from __future__ import annotations

from bot.model import Stage
from bot.stages.rules.rule import Rule, rule

_S = Stage

MOVING = "moving.on"
"""The rule of texts that say of the parcel only that it moves."""

_STILL = (
    "customs returning negated future_hard conditional data customer sender packing doubt delivered export"
    " pickup_point failed held sent_bare"
)

_NO_RECEIPT = "customer facility data future_hard negated arrived delivered message"
"""Beside one of these, "received" does not mean that a carrier has received the parcel."""


def _scan(name: str, has: str) -> Rule:
    """No more than a verb tells the side only if the journey so far does."""
    return rule(
        name,
        _S.UPDATE,
        has,
        _STILL,
        near=_S.ORIGIN_TRANSIT,
        near_from=_S.PICKED_UP,
        near_to=_S.ORIGIN_TRANSIT,
        far=_S.LOCAL_TRANSIT,
    )


WAREHOUSE: tuple[Rule, ...] = (
    # ── the warehouse and the first carrier ─────────────────────────────────────────────────────
    rule(
        "data.not_handed",
        _S.INFO_RECEIVED,
        "negated handed carrier|brand",
        "customer absent attempt failed delivered local out_for_delivery",
    ),
    rule(
        "picked.company",
        _S.PICKED_UP,
        "received|handed carrier|brand",
        "local_company data warehouse sorting future_hard negated parcel_center departed",
        far=_S.LOCAL_TRANSIT,
    ),
    rule("data.warehouse", _S.INFO_RECEIVED, "warehouse data", "packing departed", until=_S.PREPARING),
    rule("warehouse.not_yet", _S.UPDATE, "warehouse arrived|received negated", "departed failed"),
    rule("warehouse.inbound", _S.ORIGIN_TRANSIT, "warehouse arrived", "departed", far=_S.LOCAL_TRANSIT),
    rule(  # the seller's, until a carrier has the parcel
        "warehouse.accepted",
        _S.INFO_RECEIVED,
        "warehouse received",
        "packing departed",
        until=_S.PREPARING,
    ),
    rule(
        "warehouse.inbound",
        _S.ORIGIN_TRANSIT,
        "warehouse received",
        "packing departed",
        far=_S.LOCAL_TRANSIT,
        since=_S.PICKED_UP,
    ),
    rule("data.label", _S.INFO_RECEIVED, "label_made", until=_S.PICKED_UP),
    rule("local.prepared", _S.LOCAL_TRANSIT, "prepared_for_delivery", "negated"),
    rule("packing", _S.PREPARING, "packing", "sorting local_company", until=_S.PICKED_UP),
    rule(
        "warehouse.busy",
        _S.PREPARING,
        "warehouse started|done|processed",
        "arrived received data",
        until=_S.PREPARING,
    ),
    rule(
        "warehouse.inbound",
        _S.ORIGIN_TRANSIT,
        "warehouse started|done|processed",
        "arrived received data",
        far=_S.LOCAL_TRANSIT,
        since=_S.PICKED_UP,
    ),
    rule("warehouse.leaving", _S.PREPARING, "warehouse departed|handed negated|future_hard"),
    rule(
        "warehouse.left",
        _S.PREPARING,
        "warehouse departed|ready|handed",
        until=_S.PREPARING,
    ),
    rule(
        "warehouse.outbound",
        _S.ORIGIN_TRANSIT,
        "warehouse departed|ready|handed",
        far=_S.LOCAL_TRANSIT,
        since=_S.PICKED_UP,
    ),
    rule("data.pre_advice", _S.UPDATE, "pre_advice"),
    rule("data", _S.INFO_RECEIVED, "data", "sorting", until=_S.PREPARING),
    rule("local.company", _S.LOCAL_TRANSIT, "local_company"),
    rule("sorting", _S.ORIGIN_TRANSIT, "sorting", "local parcel_center", far=_S.LOCAL_TRANSIT),
    rule(
        "local.regional",
        _S.LOCAL_TRANSIT,
        "regional facility|arrived|departed|received|sorting|handed|on_the_way",
        "origin",
        near=_S.ORIGIN_TRANSIT,
        near_from=_S.PRE_SHIPMENT,
    ),
    rule("local", _S.LOCAL_TRANSIT, "local facility|arrived|departed|received|sorting|handed", "origin"),
    rule(  # Deutsche Post calls one in the destination country, too, the parcel center of origin
        "local.center",
        _S.LOCAL_TRANSIT,
        "parcel_center",
        "on_the_way",
        near=_S.ORIGIN_TRANSIT,
        near_from=_S.PRE_SHIPMENT,
        near_to=_S.PICKED_UP,
    ),
    rule("local.post_office", _S.LOCAL_TRANSIT, "post_office arrived"),
    rule(
        "picked.accepted",
        _S.PICKED_UP,
        "accepted",
        "customer data future_hard negated local warehouse",
        until=_S.PICKED_UP,
        far=_S.LOCAL_TRANSIT,
    ),
    rule(
        "picked.up",
        _S.PICKED_UP,
        "received",
        _NO_RECEIPT,
        until=_S.PICKED_UP,
        far=_S.LOCAL_TRANSIT,
    ),
    rule(
        "picked.up",
        _S.PICKED_UP,
        "received near_place",
        _NO_RECEIPT,
    ),
    rule(
        "local.received",
        _S.LOCAL_TRANSIT,
        "received|accepted",
        _NO_RECEIPT,
        since=_S.ARRIVED_DESTINATION,
        until=_S.LOCAL_TRANSIT,
    ),
    rule("transit.gateway", _S.INTERNATIONAL_TRANSIT, "gateway", "delivered near_place far_place"),
    rule(
        "facility",
        _S.ORIGIN_TRANSIT,
        "facility arrived|departed|received|started|handed|processed",
        far=_S.LOCAL_TRANSIT,
    ),
    rule(
        "facility.delivered",
        _S.LOCAL_TRANSIT,
        "facility delivered",
        "negated future conditional doubt attempt returning ready_for_pickup",
    ),
    rule("origin.named", _S.ORIGIN_TRANSIT, "near_place arrived|departed|processed|handed|done"),
    rule("local.named", _S.LOCAL_TRANSIT, "far_place departed|processed|handed"),
    rule(
        "facility.way",
        _S.ORIGIN_TRANSIT,
        "facility|sorting on_the_way",
        "customs returning negated future_hard pickup_point customer origin export parcel_center",
        far=_S.LOCAL_TRANSIT,
    ),
    # ── no more than a verb: a scan on this side of the border, or beyond ───────────────────────
    _scan("move.scanned", "arrived|departed|processed"),
    _scan("move.bound", "on_the_way destination|facility|bound_for"),
    rule(MOVING, _S.UPDATE, "on_the_way", _STILL),
    rule("moving", _S.UPDATE, "generic"),
)
