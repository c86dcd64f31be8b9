"""The ordered rules: which concepts together mean which stage. The most harmful mistakes come first."""

from __future__ import annotations

from dataclasses import dataclass

from bot.model import Reason, Stage

_S = Stage
_R = Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A text with all concepts of `has` (each entry is a choice) and none of `lacks` means `stage`.

    If the text does not tell the side of the border: `near` is the stage while the journey is between
    `near_from` and `near_to`, `far` the stage once it has reached `far_from`.
    """

    id: str
    stage: Stage
    has: tuple[tuple[str, ...], ...]
    lacks: tuple[str, ...] = ()
    reason: Reason = Reason.NONE
    near: Stage | None = None
    near_from: Stage = Stage.INFO_RECEIVED
    near_to: Stage = Stage.AWAITING_DEPARTURE
    far: Stage | None = None
    far_from: Stage = Stage.ARRIVED_DESTINATION


def _rule(
    name: str,
    stage: Stage,
    has: str,
    lacks: str = "",
    reason: Reason = Reason.NONE,
    *,
    near: Stage | None = None,
    near_from: Stage = Stage.INFO_RECEIVED,
    near_to: Stage = Stage.AWAITING_DEPARTURE,
    far: Stage | None = None,
    far_from: Stage = Stage.ARRIVED_DESTINATION,
) -> Rule:
    wanted = tuple(tuple(choice.split("|")) for choice in has.split())
    return Rule(
        id=name,
        stage=stage,
        has=wanted,
        lacks=tuple(lacks.split()),
        reason=reason,
        near=near,
        near_from=near_from,
        near_to=near_to,
        far=far,
        far_from=far_from,
    )


_PLACES = "customs airport flight linehaul sorting warehouse transport_hub pickup_point facility"
_STILL = (
    "customs returning negated future_hard conditional data customer sender packing doubt delivered export"
    " pickup_point failed held sent_bare"
)
_NO_MATTER = (
    "customs import documents improper failed negated future_hard carrier facility sorting warehouse packing"
    " out_for_delivery doorstep pickup_point"
)
MOVING = "moving.on"
"""The rule of texts that say of the parcel only that it moves."""

RULES: tuple[Rule, ...] = (
    # ── nothing to tell yet ─────────────────────────────────────────────────────────────────────
    _rule("nothing_yet", _S.PRE_SHIPMENT, "nothing_yet", "customs attempt flight airport label_made"),
    # ── payments, refunds, messages: the order's affairs, not the parcel's ──────────────────────
    _rule(  # what is paid on the far side are duties
        "matter.paid",
        _S.UPDATE,
        "order_matter duty paid",
        _NO_MATTER,
        far=_S.IMPORT_CUSTOMS,
    ),
    _rule(
        "matter",
        _S.UPDATE,
        "order_matter received|accepted|paid|done|processed|handed|delivered|returning",
        _NO_MATTER,
    ),
    _rule(
        "trouble.airline", _S.EXCEPTION, "airline|security failed|refused|prohibited", "sender", _R.SECURITY
    ),
    # ── returns: only what says so, and never a condition ("if not collected …") ────────────────
    _rule("return.failed", _S.EXCEPTION, "zh_return_failed", "", _R.OTHER),
    _rule(
        "return.delivered",
        _S.RETURNED,
        "return_parcel delivered",
        "out_for_delivery on_the_way arrived conditional future_hard negated to_agent facility",
    ),
    _rule("return.going", _S.RETURNING, "return_parcel", "conditional modal return_over"),
    _rule(
        "attempt.depot",
        _S.FAILED_ATTEMPT,
        "return_to_depot attempt|absent|refused",
        "sender conditional origin",
        _R.OTHER,
    ),
    _rule("trouble.depot", _S.EXCEPTION, "return_to_depot damaged", "sender conditional", _R.DAMAGED),
    _rule("return.depot", _S.LOCAL_TRANSIT, "return_to_depot", "sender conditional origin"),
    _rule(
        "return.done",
        _S.RETURNED,
        "returning return_over sender|return_plain",
        "return_going_on conditional future_hard customs out_for_delivery",
    ),
    _rule(
        "return.delivered",
        _S.RETURNED,
        "sender_delivered",
        "conditional future_hard negated out_for_delivery",
    ),
    _rule("return.going", _S.RETURNING, "returning", "conditional"),
    _rule("return.label", _S.RETURNING, "zh_return_label"),
    # ── money and papers at the border ──────────────────────────────────────────────────────────
    _rule("import.done", _S.IMPORT_CUSTOMS, "no_duty customs done", "delivered future conditional"),
    _rule("duties.none", _S.UPDATE, "no_duty"),
    _rule("duties.maybe", _S.UPDATE, "duty modal", "negated"),
    _rule(  # before a carrier has the parcel, it is the order that was paid
        "duties.paid",
        _S.IMPORT_CUSTOMS,
        "duty paid",
        "negated",
        near=_S.UPDATE,
        near_from=_S.PRE_SHIPMENT,
        near_to=_S.PREPARING,
    ),
    _rule("duties.due", _S.DUTIES_DUE, "duty demand", "not_needed refused", _R.CUSTOMS),
    # ── trouble ─────────────────────────────────────────────────────────────────────────────────
    _rule("trouble.lost", _S.EXCEPTION, "lost", "bad_address documents", _R.LOST),
    _rule("trouble.damaged", _S.EXCEPTION, "damaged", "", _R.DAMAGED),
    _rule("trouble.documents", _S.EXCEPTION, "documents", "not_needed", _R.CUSTOMS),
    _rule(
        "trouble.papers",
        _S.EXCEPTION,
        "papers demand|improper",
        "not_needed delivered paid done resolved bad_address label_made",
        _R.CUSTOMS,
    ),
    _rule("trouble.misdeclared", _S.EXCEPTION, "misdeclared", "", _R.CUSTOMS),
    _rule("trouble.prohibited", _S.EXCEPTION, "prohibited", "", _R.CUSTOMS),
    _rule("trouble.security", _S.EXCEPTION, "security failed|held|refused|negated", "", _R.SECURITY),
    _rule("pickup.held", _S.READY_FOR_PICKUP, "held ready_for_pickup", "customs attempt"),
    _rule("trouble.customs_held", _S.EXCEPTION, "customs held", "released", _R.CUSTOMS),
    _rule("trouble.customs_failed", _S.EXCEPTION, "customs failed", "resolved", _R.CUSTOMS),
    _rule("trouble.customs_delay", _S.EXCEPTION, "customs delayed", "", _R.CUSTOMS),
    _rule("trouble.refused", _S.EXCEPTION, "refused customer", "", _R.REFUSED),
    _rule("trouble.customs_refused", _S.EXCEPTION, "customs refused", "carrier_pickup", _R.CUSTOMS),
    _rule("trouble.pickup", _S.EXCEPTION, "station_failed", "", _R.OTHER),
    _rule(
        "trouble.unclaimed",
        _S.EXCEPTION,
        "unclaimed",
        "conditional future_hard label_made carrier_pickup",
        _R.UNCLAIMED,
    ),
    _rule("trouble.abandoned", _S.EXCEPTION, "abandoned", "conditional future_hard", _R.UNCLAIMED),
    _rule("pickup.attempt", _S.UPDATE, "pickup_attempt", "delivered"),
    _rule(
        "delivered.after",
        _S.DELIVERED,
        "delivered_after",
        f"future conditional to_agent delivered_at sender {_PLACES}",
    ),
    _rule("delivered.attempt", _S.DELIVERED, "attempt_ok", "negated future conditional to_agent"),
    _rule("attempt.address", _S.FAILED_ATTEMPT, "attempt bad_address", "", _R.ADDRESS),
    _rule("trouble.address", _S.EXCEPTION, "bad_address", "", _R.ADDRESS),
    _rule("address.changed", _S.ADDRESS_CHANGE, "address_change", "", _R.ADDRESS),
    _rule("trouble.station", _S.EXCEPTION, "pickup_point failed", "attempt resolved conditional", _R.OTHER),
    _rule("trouble.cancelled", _S.EXCEPTION, "cancelled", "attempt", _R.CANCELLED),
    _rule(  # after a delivery it takes that back, as a failed attempt does
        "attempt.none_yet",
        _S.UPDATE,
        "attempt not_yet",
        "absent refused failed weather conditional",
        far=_S.FAILED_ATTEMPT,
        far_from=_S.DELIVERED,
    ),
    _rule("attempt.ongoing", _S.OUT_FOR_DELIVERY, "attempt out_for_delivery", "failed negated absent"),
    _rule("attempt.planned", _S.UPDATE, "attempt future_hard", "failed negated absent delivered"),
    _rule("attempt.out", _S.FAILED_ATTEMPT, "out_for_delivery absent", "conditional", _R.ABSENT),
    _rule("attempt.absent", _S.FAILED_ATTEMPT, "attempt absent", "", _R.ABSENT),
    _rule("attempt.refused", _S.FAILED_ATTEMPT, "attempt refused", "", _R.REFUSED),
    _rule("attempt.weather", _S.FAILED_ATTEMPT, "attempt weather", "", _R.WEATHER),
    _rule("attempt.failed", _S.FAILED_ATTEMPT, "attempt", "conditional", _R.OTHER),
    _rule("attempt.nobody", _S.FAILED_ATTEMPT, "customer absent", "conditional", _R.ABSENT),
    _rule("trouble.weather", _S.EXCEPTION, "weather delayed|held|failed|negated", "", _R.WEATHER),
    _rule("trouble.refused", _S.EXCEPTION, "refused", "customs carrier_pickup", _R.REFUSED),
    _rule("trouble.delay", _S.EXCEPTION, "delayed", "resolved", _R.DELAY),
    _rule("trouble.flight", _S.EXCEPTION, "missed_flight", "customer attempt", _R.DELAY),
    _rule("trouble.broken_off", _S.EXCEPTION, "zh_failed", "", _R.OTHER),
    _rule("trouble.failed", _S.EXCEPTION, "failed", "data conditional resolved message", _R.OTHER),
    _rule("trouble.held", _S.EXCEPTION, "held", "customer pickup_point released", _R.OTHER),
    _rule(
        "picked.partner",
        _S.PICKED_UP,
        "by_partner",
        "future_hard negated packing customer local_company",
    ),
    # ── the pick-up point, before anything that sounds like delivered ──────────────────────────
    _rule("pickup.hub", _S.LOCAL_TRANSIT, "zh_pickup_hub"),
    _rule(
        "pickup.collected",
        _S.DELIVERED,
        "collected_by_customer",
        "to_agent negated future conditional held doubt customs",
    ),
    _rule(
        "pickup.taken",
        _S.DELIVERED,
        "taken_from_point",
        "sender from_sender by_partner negated future conditional held doubt customs returning"
        " ready_for_pickup",
        near=_S.PICKED_UP,
        near_from=_S.PRE_SHIPMENT,
        near_to=_S.PICKED_UP,
    ),
    _rule(
        "pickup.left",
        _S.LOCAL_TRANSIT,
        "left_point",
        "returning customer future ready_for_pickup negated",
        near=_S.PICKED_UP,
        near_from=_S.PRE_SHIPMENT,
        near_to=_S.PREPARING,
    ),
    _rule(  # "picked up" alone: by the customer once there was a tour or a pickup point, else by the carrier
        "pickup.fetched",
        _S.PICKED_UP,
        "fetched",
        "to_agent negated future conditional near_place",
        far=_S.DELIVERED,
        far_from=_S.OUT_FOR_DELIVERY,
    ),
    _rule(  # at a pickup point there is nobody else to take it
        "pickup.fetched",
        _S.PICKED_UP,
        "fetched_bare",
        far=_S.DELIVERED,
        far_from=_S.READY_FOR_PICKUP,
    ),
    _rule(  # so say the carriers of America and Australia when nothing is left to do for them
        "delivered.locker",
        _S.DELIVERED,
        "delivered_locker",
    ),
    _rule("pickup.by_carrier", _S.PREPARING, "carrier_pickup", "customer returning"),
    _rule(
        "pickup.at_sender",
        _S.PREPARING,
        "ready_for_pickup sender",
        "customer returning sender_delivered",
        far=_S.READY_FOR_PICKUP,
        far_from=_S.ORIGIN_TRANSIT,
    ),
    _rule(
        "picked.posted",
        _S.PICKED_UP,
        "posted",
        "customer returning future_hard negated data customs",
        far=_S.LOCAL_TRANSIT,
    ),
    _rule("pickup.for_carrier", _S.PREPARING, "ready_for_pickup for_carrier", "customer"),
    _rule(
        "pickup.awaited",
        _S.READY_FOR_PICKUP,
        "pickup_bare",
        "label_made",
        near=_S.PREPARING,
        near_from=_S.PRE_SHIPMENT,
        near_to=_S.PREPARING,
    ),
    _rule(
        "pickup.ready", _S.READY_FOR_PICKUP, "ready_for_pickup", "customs not_ready label_made ready_later"
    ),
    _rule("pickup.chosen", _S.UPDATE, "pickup_point chosen", "arrived delivered put ready"),
    _rule("pickup.dropped", _S.PICKED_UP, "pickup_point sender received|delivered|handed|put"),
    _rule(
        "pickup.arrived",
        _S.READY_FOR_PICKUP,
        "pickup_point arrived|done|received|delivered|handed|ready|put",
        "on_the_way future_hard out_for_delivery negated",
        near=_S.PICKED_UP,
        near_from=_S.PRE_SHIPMENT,
        near_to=_S.PREPARING,
    ),
    # ── handed on, or about to be: never delivered ──────────────────────────────────────────────
    _rule("handover.soon", _S.IMPORT_CUSTOMS, "handed local carrier future_hard"),
    _rule("handover.batch", _S.ORIGIN_TRANSIT, "batch_to_carrier"),
    _rule("out.future", _S.UPDATE, "out_for_delivery out_later", "today"),
    _rule(
        "out",
        _S.OUT_FOR_DELIVERY,
        "out_for_delivery",
        "negated china_leg conditional to_country prepared_for_delivery",
    ),
    _rule(
        "out.handed",
        _S.PICKED_UP,
        "to_courier",
        "negated conditional customer returning",
        far=_S.OUT_FOR_DELIVERY,
        far_from=_S.ORIGIN_TRANSIT,
    ),
    _rule("pickup.way", _S.LOCAL_TRANSIT, "pickup_point", "data conditional"),
    _rule(
        "delivered",
        _S.DELIVERED,
        "delivered",
        f"to_agent delivered_at brand sender doubt negated future conditional attempt failed held {_PLACES}",
    ),
    _rule(
        "delivered.doorstep",
        _S.DELIVERED,
        "doorstep handed_there|put|accepted",
        "to_agent brand sender doubt negated future conditional attempt failed held returning data",
    ),
    _rule("picked.sender", _S.PICKED_UP, "from_sender received", "future negated data"),
    # ── the border ──────────────────────────────────────────────────────────────────────────────
    _rule(
        "arrived.before_customs",
        _S.ARRIVED_DESTINATION,
        "before_customs destination arrived",
        "origin done started held delayed",
    ),
    _rule("transit.customs", _S.INTERNATIONAL_TRANSIT, "transit_country customs"),
    _rule("import.done", _S.IMPORT_CUSTOMS, "customs import|destination done|departed", "export started"),
    _rule("import.started", _S.IMPORT_CUSTOMS, "customs import|destination", "export"),
    _rule("export.done", _S.EXPORT_CUSTOMS, "customs export|origin done|departed", "started"),
    _rule("export.started", _S.EXPORT_CUSTOMS, "customs export|origin"),
    _rule("customs.done", _S.IMPORT_CUSTOMS, "customs done|departed", "started", near=_S.EXPORT_CUSTOMS),
    _rule("customs.started", _S.IMPORT_CUSTOMS, "customs", near=_S.EXPORT_CUSTOMS),
    _rule("transit.country", _S.INTERNATIONAL_TRANSIT, "transit_country"),
    _rule(
        "departure.abroad",
        _S.INTERNATIONAL_TRANSIT,
        "abroad departed on_the_way",
        "arrived returning negated future_hard awaiting_transit data customer",
    ),
    _rule(
        "departure.abroad",
        _S.INTERNATIONAL_TRANSIT,
        "abroad departed|on_the_way",
        "arrived sorting warehouse returning negated future_hard awaiting_transit packing data customer",
    ),
    _rule(
        "departure.to_country",
        _S.INTERNATIONAL_TRANSIT,
        "to_country on_the_way|departed arrives_later",
        "customs local returning",
    ),
    _rule(
        "arrived.not_yet",
        _S.UPDATE,
        "destination|destination_country|named_country arrives_later",
        "customs returning",
        near=_S.INTERNATIONAL_TRANSIT,
        near_from=_S.INTERNATIONAL_TRANSIT,
        near_to=_S.INTERNATIONAL_TRANSIT,
    ),
    # ── the long way ────────────────────────────────────────────────────────────────────────────
    _rule("origin.consolidated", _S.ORIGIN_TRANSIT, "consolidation arrived|departed|received"),
    _rule("local.relabelled", _S.LOCAL_TRANSIT, "relabel"),
    _rule("warehouse.handed", _S.PREPARING, "handover_label"),
    _rule("origin.in_out", _S.ORIGIN_TRANSIT, "zh_in_out"),
    _rule("linehaul.from", _S.ARRIVED_DESTINATION, "from_linehaul"),
    _rule("linehaul.to", _S.AWAITING_DEPARTURE, "linehaul handed|received", "arrived"),
    _rule("linehaul.arrived", _S.ARRIVED_DESTINATION, "linehaul arrived"),
    _rule("linehaul.left", _S.INTERNATIONAL_TRANSIT, "linehaul departed", "future awaiting_transit"),
    _rule("flight.contradiction", _S.UPDATE, "leaving_destination", "sorting facility"),
    _rule("flight.arrived", _S.ARRIVED_DESTINATION, "flight arrived", "origin future_hard awaiting_transit"),
    _rule("airport.to", _S.AWAITING_DEPARTURE, "to_airport", "destination import"),
    _rule("airport.arrived", _S.ARRIVED_DESTINATION, "airport arrived|received local|destination"),
    _rule(
        "airport.left",
        _S.INTERNATIONAL_TRANSIT,
        "airport departed",
        "arrived local destination awaiting_transit ready future",
    ),
    _rule(
        "airport",
        _S.AWAITING_DEPARTURE,
        "airport",
        far=_S.ARRIVED_DESTINATION,
        far_from=_S.INTERNATIONAL_TRANSIT,
    ),
    _rule("flight.aboard", _S.INTERNATIONAL_TRANSIT, "flight aboard", "future awaiting_transit"),
    _rule("flight.waiting", _S.AWAITING_DEPARTURE, "flight handed|ready|future|security|received"),
    _rule("flight.left", _S.INTERNATIONAL_TRANSIT, "flight departed"),
    _rule(
        "flight.left",
        _S.INTERNATIONAL_TRANSIT,
        "took_off",
        "future awaiting_transit arrived negated destination customs failed",
    ),
    _rule("flight", _S.AWAITING_DEPARTURE, "flight"),
    _rule("local.accepted", _S.LOCAL_TRANSIT, "local_accept"),
    _rule("departure.to_country", _S.INTERNATIONAL_TRANSIT, "to_country departed|on_the_way", "arrived"),
    _rule(
        "departure.to_named",
        _S.INTERNATIONAL_TRANSIT,
        "named_country on_the_way",
        "arrived facility sorting local warehouse",
    ),
    _rule("departure.mail", _S.INTERNATIONAL_TRANSIT, "mail_export"),
    _rule("arrived.mail", _S.ARRIVED_DESTINATION, "mail_import"),
    _rule("local.city", _S.LOCAL_TRANSIT, "destination_city"),
    _rule("exchange.passed", _S.LOCAL_TRANSIT, "transport_hub departed import|destination", "arrived origin"),
    _rule("exchange.outward", _S.INTERNATIONAL_TRANSIT, "transport_hub departed export", "arrived import"),
    _rule(
        "exchange.left", _S.INTERNATIONAL_TRANSIT, "transport_hub departed", "arrived", far=_S.LOCAL_TRANSIT
    ),
    _rule("exchange.origin", _S.AWAITING_DEPARTURE, "transport_hub origin|export"),
    _rule("exchange.destination", _S.ARRIVED_DESTINATION, "transport_hub destination|import"),
    _rule("exchange", _S.AWAITING_DEPARTURE, "transport_hub", far=_S.ARRIVED_DESTINATION),
    _rule("local.destination", _S.LOCAL_TRANSIT, "destination sorting|facility|warehouse", "origin"),
    _rule("arrived.country", _S.ARRIVED_DESTINATION, "destination arrived", "origin local_company"),
    _rule(
        "arrived.received",
        _S.ARRIVED_DESTINATION,
        "destination_country received|accepted",
        "origin local_company",
    ),
    _rule(
        "arrived.named",
        _S.ARRIVED_DESTINATION,
        "named_country|far_place arrived",
        "origin facility sorting warehouse customs export near_place",
    ),
    _rule("local.awaiting", _S.LOCAL_TRANSIT, "local future_hard|ready facility", "origin warehouse"),
    _rule("departure.waiting", _S.AWAITING_DEPARTURE, "awaiting_transit"),
    _rule("origin.domestic", _S.ORIGIN_TRANSIT, "china_leg", "parcel_center"),
    _rule("origin.sorting", _S.ORIGIN_TRANSIT, "origin sorting", "parcel_center"),
    _rule("origin.processed", _S.ORIGIN_TRANSIT, "origin processed", "data customs parcel_center"),
    _rule("departure.leaving", _S.AWAITING_DEPARTURE, "origin leaving", "sorting warehouse"),
    _rule("departure.ready", _S.AWAITING_DEPARTURE, "origin departed ready|future_hard", "data packing"),
    _rule(
        "departure.left",
        _S.INTERNATIONAL_TRANSIT,
        "origin departed",
        "sorting warehouse facility data packing",
    ),
    _rule("origin.for_export", _S.ORIGIN_TRANSIT, "export sorting", "customs departed"),
    _rule("departure.export", _S.EXPORT_CUSTOMS, "export"),
    # ── the warehouse and the first carrier ─────────────────────────────────────────────────────
    _rule(
        "data.not_handed",
        _S.INFO_RECEIVED,
        "negated handed carrier|brand",
        "customer absent attempt failed delivered local out_for_delivery",
    ),
    _rule(
        "picked.company",
        _S.PICKED_UP,
        "received|handed carrier|brand",
        "local_company data warehouse sorting future_hard negated parcel_center",
        far=_S.LOCAL_TRANSIT,
    ),
    _rule("data.warehouse", _S.INFO_RECEIVED, "warehouse data", "packing departed"),
    _rule("warehouse.not_yet", _S.UPDATE, "warehouse arrived|received negated", "departed failed"),
    _rule("warehouse.inbound", _S.ORIGIN_TRANSIT, "warehouse arrived", "departed", far=_S.LOCAL_TRANSIT),
    _rule(
        "warehouse.accepted",
        _S.INFO_RECEIVED,
        "warehouse received",
        "packing departed",
        near=_S.ORIGIN_TRANSIT,
        near_from=_S.PICKED_UP,
        far=_S.LOCAL_TRANSIT,
    ),
    _rule("data.label", _S.INFO_RECEIVED, "label_made"),
    _rule("local.prepared", _S.LOCAL_TRANSIT, "prepared_for_delivery", "negated"),
    _rule("packing", _S.PREPARING, "packing", "sorting local_company"),
    _rule(
        "warehouse.busy",
        _S.PREPARING,
        "warehouse started|done|processed",
        "arrived received data",
        far=_S.LOCAL_TRANSIT,
    ),
    _rule("warehouse.leaving", _S.PREPARING, "warehouse departed|handed negated|future_hard"),
    _rule(
        "warehouse.left",
        _S.PREPARING,
        "warehouse departed|ready|handed",
        near=_S.ORIGIN_TRANSIT,
        near_from=_S.PICKED_UP,
        far=_S.LOCAL_TRANSIT,
    ),
    _rule("data.pre_advice", _S.UPDATE, "pre_advice"),
    _rule("data", _S.INFO_RECEIVED, "data", "sorting"),
    _rule("local.company", _S.LOCAL_TRANSIT, "local_company"),
    _rule("sorting", _S.ORIGIN_TRANSIT, "sorting", "local parcel_center", far=_S.LOCAL_TRANSIT),
    _rule(
        "local.regional",
        _S.LOCAL_TRANSIT,
        "regional facility|arrived|departed|received|sorting|handed|on_the_way",
        "origin",
        near=_S.ORIGIN_TRANSIT,
        near_from=_S.PRE_SHIPMENT,
    ),
    _rule("local", _S.LOCAL_TRANSIT, "local facility|arrived|departed|received|sorting|handed", "origin"),
    _rule(  # Deutsche Post calls one in the destination country, too, the parcel center of origin
        "local.center",
        _S.LOCAL_TRANSIT,
        "parcel_center",
        "on_the_way",
        near=_S.ORIGIN_TRANSIT,
        near_from=_S.PRE_SHIPMENT,
        near_to=_S.PICKED_UP,
    ),
    _rule("local.post_office", _S.LOCAL_TRANSIT, "post_office arrived"),
    _rule(
        "picked.accepted",
        _S.PICKED_UP,
        "accepted",
        "customer data future_hard negated local warehouse",
        far=_S.LOCAL_TRANSIT,
    ),
    _rule(
        "picked.up",
        _S.PICKED_UP,
        "received",
        "customer facility data future_hard negated arrived delivered",
        far=_S.LOCAL_TRANSIT,
    ),
    _rule("transit.gateway", _S.INTERNATIONAL_TRANSIT, "gateway", "delivered near_place far_place"),
    _rule(
        "facility",
        _S.ORIGIN_TRANSIT,
        "facility arrived|departed|received|started|handed|processed",
        far=_S.LOCAL_TRANSIT,
    ),
    _rule(
        "facility.delivered",
        _S.LOCAL_TRANSIT,
        "facility delivered",
        "negated future conditional doubt attempt returning ready_for_pickup",
    ),
    _rule("origin.named", _S.ORIGIN_TRANSIT, "near_place arrived|departed|processed|handed|done"),
    _rule("local.named", _S.LOCAL_TRANSIT, "far_place departed|processed|handed"),
    _rule(
        "facility.way",
        _S.ORIGIN_TRANSIT,
        "facility|sorting on_the_way",
        "customs returning negated future_hard pickup_point customer origin export parcel_center",
        far=_S.LOCAL_TRANSIT,
    ),
    # ── no more than a verb: a scan on this side of the border, or beyond ───────────────────────
    _rule(
        "move.scanned",
        _S.UPDATE,
        "arrived|departed|processed",
        _STILL,
        near=_S.ORIGIN_TRANSIT,
        near_from=_S.PICKED_UP,
        near_to=_S.ORIGIN_TRANSIT,
        far=_S.LOCAL_TRANSIT,
    ),
    _rule(
        "move.bound",
        _S.UPDATE,
        "on_the_way destination|facility|bound_for",
        _STILL,
        near=_S.ORIGIN_TRANSIT,
        near_from=_S.PICKED_UP,
        near_to=_S.ORIGIN_TRANSIT,
        far=_S.LOCAL_TRANSIT,
    ),
    _rule(MOVING, _S.UPDATE, "on_the_way", _STILL),
    _rule("moving", _S.UPDATE, "generic"),
)
