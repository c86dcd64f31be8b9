"""Customs, departures and arrivals, and the long way between them."""

from __future__ import annotations

from bot.model import Stage
from bot.stages.rules.rule import Rule, rule

_S = Stage

BORDER: tuple[Rule, ...] = (
    # ── the border ──────────────────────────────────────────────────────────────────────────────
    rule(
        "arrived.before_customs",
        _S.ARRIVED_DESTINATION,
        "before_customs destination arrived",
        "origin done started held delayed",
    ),
    rule("transit.customs", _S.INTERNATIONAL_TRANSIT, "transit_country customs"),
    rule("import.done", _S.IMPORT_CUSTOMS, "customs import|destination done|departed", "export started"),
    rule("import.started", _S.IMPORT_CUSTOMS, "customs import|destination", "export"),
    rule("export.done", _S.EXPORT_CUSTOMS, "customs export|origin done|departed", "started"),
    rule("export.started", _S.EXPORT_CUSTOMS, "customs export|origin"),
    rule("customs.done", _S.IMPORT_CUSTOMS, "customs done|departed", "started", near=_S.EXPORT_CUSTOMS),
    rule("customs.started", _S.IMPORT_CUSTOMS, "customs", near=_S.EXPORT_CUSTOMS, until=_S.IMPORT_CUSTOMS),
    rule("transit.country", _S.INTERNATIONAL_TRANSIT, "transit_country"),
    rule(
        "departure.abroad",
        _S.INTERNATIONAL_TRANSIT,
        "abroad departed on_the_way",
        "arrived returning negated future_hard awaiting_transit data customer",
    ),
    rule(
        "departure.abroad",
        _S.INTERNATIONAL_TRANSIT,
        "abroad departed|on_the_way",
        "arrived sorting warehouse returning negated future_hard awaiting_transit packing data customer",
    ),
    rule(
        "departure.to_country",
        _S.INTERNATIONAL_TRANSIT,
        "to_country on_the_way|departed arrives_later",
        "customs local returning",
    ),
    rule(
        "arrived.not_yet",
        _S.UPDATE,
        "destination|destination_country|named_country arrives_later",
        "customs returning",
        near=_S.INTERNATIONAL_TRANSIT,
        near_from=_S.INTERNATIONAL_TRANSIT,
        near_to=_S.INTERNATIONAL_TRANSIT,
    ),
    # ── the long way ────────────────────────────────────────────────────────────────────────────
    rule("origin.consolidated", _S.ORIGIN_TRANSIT, "consolidation arrived|departed|received"),
    rule("local.relabelled", _S.LOCAL_TRANSIT, "relabel"),
    rule("warehouse.handed", _S.PREPARING, "handover_label"),
    rule("origin.in_out", _S.ORIGIN_TRANSIT, "zh_in_out"),
    rule("linehaul.from", _S.ARRIVED_DESTINATION, "from_linehaul"),
    rule("linehaul.to", _S.AWAITING_DEPARTURE, "linehaul handed|received", "arrived"),
    rule("linehaul.arrived", _S.ARRIVED_DESTINATION, "linehaul arrived"),
    rule("linehaul.left", _S.INTERNATIONAL_TRANSIT, "linehaul departed", "future awaiting_transit"),
    rule("flight.contradiction", _S.UPDATE, "leaving_destination", "sorting facility"),
    rule("flight.arrived", _S.ARRIVED_DESTINATION, "flight arrived", "origin future_hard awaiting_transit"),
    rule("airport.to", _S.AWAITING_DEPARTURE, "to_airport", "destination import"),
    rule("airport.arrived", _S.ARRIVED_DESTINATION, "airport arrived|received local|destination"),
    rule(
        "airport.left",
        _S.INTERNATIONAL_TRANSIT,
        "airport departed",
        "arrived local destination awaiting_transit ready future",
    ),
    rule(
        "airport",
        _S.AWAITING_DEPARTURE,
        "airport",
        far=_S.ARRIVED_DESTINATION,
        far_from=_S.INTERNATIONAL_TRANSIT,
    ),
    rule("flight.aboard", _S.INTERNATIONAL_TRANSIT, "flight aboard", "future awaiting_transit"),
    rule("flight.waiting", _S.AWAITING_DEPARTURE, "flight handed|ready|future|security|received"),
    rule("flight.left", _S.INTERNATIONAL_TRANSIT, "flight departed"),
    rule(
        "flight.left",
        _S.INTERNATIONAL_TRANSIT,
        "took_off",
        "future awaiting_transit arrived negated destination customs failed",
    ),
    rule("flight", _S.AWAITING_DEPARTURE, "flight"),
    rule("local.accepted", _S.LOCAL_TRANSIT, "local_accept"),
    rule(
        "departure.to_country",
        _S.INTERNATIONAL_TRANSIT,
        "to_country departed|on_the_way",
        "arrived awaiting_transit",
    ),
    rule(
        "departure.to_named",
        _S.INTERNATIONAL_TRANSIT,
        "named_country on_the_way",
        "arrived facility sorting local warehouse",
    ),
    rule("departure.mail", _S.INTERNATIONAL_TRANSIT, "mail_export"),
    rule("arrived.mail", _S.ARRIVED_DESTINATION, "mail_import"),
    rule("local.city", _S.LOCAL_TRANSIT, "destination_city"),
    rule("exchange.passed", _S.LOCAL_TRANSIT, "transport_hub departed import|destination", "arrived origin"),
    rule("exchange.outward", _S.INTERNATIONAL_TRANSIT, "transport_hub departed export", "arrived import"),
    rule(
        "exchange.left", _S.INTERNATIONAL_TRANSIT, "transport_hub departed", "arrived", far=_S.LOCAL_TRANSIT
    ),
    rule("exchange.origin", _S.AWAITING_DEPARTURE, "transport_hub origin|export"),
    rule("exchange.destination", _S.ARRIVED_DESTINATION, "transport_hub destination|import", "near_place"),
    rule("exchange", _S.AWAITING_DEPARTURE, "transport_hub", far=_S.ARRIVED_DESTINATION),
    rule("local.destination", _S.LOCAL_TRANSIT, "destination sorting|facility|warehouse", "origin"),
    rule(
        "arrived.country",
        _S.ARRIVED_DESTINATION,
        "destination arrived",
        "origin local_company",
        until=_S.ARRIVED_DESTINATION,
    ),
    rule("local.reached", _S.LOCAL_TRANSIT, "destination arrived", "origin", since=_S.IMPORT_CUSTOMS),
    rule(
        "arrived.received",
        _S.ARRIVED_DESTINATION,
        "destination_country received|accepted",
        "origin local_company",
    ),
    rule(
        "arrived.named",
        _S.ARRIVED_DESTINATION,
        "named_country|far_place arrived",
        "origin facility sorting warehouse customs export near_place",
    ),
    rule(
        "arrived.received",
        _S.ARRIVED_DESTINATION,
        "named_country|far_place received",
        "origin facility sorting warehouse customs export near_place data sender customer negated future_hard"
        " local_company",
        since=_S.AWAITING_DEPARTURE,
        until=_S.INTERNATIONAL_TRANSIT,
    ),
    rule("local.awaiting", _S.LOCAL_TRANSIT, "local future_hard|ready facility", "origin warehouse"),
    rule("departure.waiting", _S.AWAITING_DEPARTURE, "awaiting_transit"),
    rule("origin.domestic", _S.ORIGIN_TRANSIT, "china_leg", "parcel_center"),
    rule("origin.sorting", _S.ORIGIN_TRANSIT, "origin sorting", "parcel_center"),
    rule("origin.processed", _S.ORIGIN_TRANSIT, "origin processed", "data customs parcel_center"),
    rule("departure.leaving", _S.AWAITING_DEPARTURE, "origin leaving", "sorting warehouse"),
    rule("departure.ready", _S.AWAITING_DEPARTURE, "origin departed ready|future_hard", "data packing"),
    rule(
        "departure.left",
        _S.INTERNATIONAL_TRANSIT,
        "origin departed",
        "sorting warehouse facility data packing",
    ),
    rule("origin.for_export", _S.ORIGIN_TRANSIT, "export sorting|warehouse", "customs"),
    rule("origin.for_export", _S.ORIGIN_TRANSIT, "export facility arrived|processed|received", "customs"),
    rule("departure.export", _S.EXPORT_CUSTOMS, "export", "demand documents warehouse"),
)
