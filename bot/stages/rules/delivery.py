"""The pickup point, the tour and the delivery; hand-overs that are neither."""

from __future__ import annotations

from bot.model import Stage
from bot.stages.rules.rule import Rule, rule

_S = Stage

_PLACES = "customs airport flight linehaul sorting warehouse transport_hub pickup_point facility"
_NOT_OVER = (
    "to_agent to_courier by_partner carrier brand linehaul local_company sender from_sender departed"
    " facility warehouse sorting customs airline airport flight transport_hub import export origin local"
    " regional destination destination_country named_country near_place far_place on_the_way rerouted"
    " address_change out_for_delivery returning attempt failed refused absent held negated doubt future"
    " future_hard data duty order_matter message"
)
"""What a text does not mention that tells how a tour or a wait at a pickup point ended."""

DELIVERY: tuple[Rule, ...] = (
    # ── the pick-up point, before anything that sounds like delivered ──────────────────────────
    rule("pickup.hub", _S.LOCAL_TRANSIT, "zh_pickup_hub"),
    rule(
        "pickup.collected",
        _S.DELIVERED,
        "collected_by_customer",
        "to_agent negated future conditional held doubt customs",
    ),
    rule(
        "pickup.taken",
        _S.DELIVERED,
        "taken_from_point",
        "sender from_sender by_partner negated future conditional held doubt customs returning"
        " ready_for_pickup",
        near=_S.PICKED_UP,
        near_from=_S.PRE_SHIPMENT,
        near_to=_S.PICKED_UP,
    ),
    rule(
        "pickup.left",
        _S.LOCAL_TRANSIT,
        "left_point",
        "returning customer future ready_for_pickup negated",
        near=_S.PICKED_UP,
        near_from=_S.PRE_SHIPMENT,
        near_to=_S.PREPARING,
    ),
    rule(  # "picked up" alone: by the customer once there was a tour or a pickup point, else by the carrier
        "pickup.fetched",
        _S.PICKED_UP,
        "fetched",
        "to_agent negated future conditional near_place",
        far=_S.DELIVERED,
        far_from=_S.OUT_FOR_DELIVERY,
    ),
    rule(  # at a pickup point there is nobody else to take it
        "pickup.fetched",
        _S.PICKED_UP,
        "fetched_bare",
        far=_S.DELIVERED,
        far_from=_S.READY_FOR_PICKUP,
    ),
    rule(  # so say the carriers of America and Australia when nothing is left to do for them
        "delivered.locker",
        _S.DELIVERED,
        "delivered_locker",
    ),
    rule("pickup.by_carrier", _S.PREPARING, "carrier_pickup", "customer returning"),
    rule(
        "pickup.at_sender",
        _S.PREPARING,
        "ready_for_pickup sender",
        "customer returning sender_delivered posted",
        far=_S.READY_FOR_PICKUP,
        far_from=_S.ORIGIN_TRANSIT,
    ),
    rule(
        "picked.posted",
        _S.PICKED_UP,
        "posted",
        "customer returning future_hard negated data customs",
        far=_S.LOCAL_TRANSIT,
    ),
    rule("pickup.for_carrier", _S.PREPARING, "ready_for_pickup for_carrier", "customer"),
    rule(
        "pickup.awaited",
        _S.READY_FOR_PICKUP,
        "pickup_bare",
        "label_made",
        near=_S.PREPARING,
        near_from=_S.PRE_SHIPMENT,
        near_to=_S.PREPARING,
    ),
    rule(  # what no carrier had yet, the sender has handed in there
        "pickup.dropped",
        _S.PICKED_UP,
        "pickup_point|post_office accepted",
        "customer future_hard negated ready",
        since=_S.PRE_SHIPMENT,
        until=_S.PREPARING,
    ),
    rule(  # what nobody has taken over yet waits for the carrier
        "pickup.by_carrier",
        _S.PREPARING,
        "ready_for_pickup",
        "pickup_point post_office customer not_ready ready_later",
        since=_S.PRE_SHIPMENT,
        until=_S.PREPARING,
    ),
    rule("pickup.ready", _S.READY_FOR_PICKUP, "ready_for_pickup", "customs not_ready label_made ready_later"),
    rule("pickup.chosen", _S.UPDATE, "pickup_point chosen", "arrived delivered put ready"),
    rule("pickup.dropped", _S.PICKED_UP, "pickup_point sender received|delivered|handed|put"),
    rule(  # what waited for the recipient and now is with them
        "pickup.handed",
        _S.DELIVERED,
        "customer delivered|handed|fetched",
        f"ready_for_pickup sender conditional {_NOT_OVER}",
        since=_S.READY_FOR_PICKUP,
    ),
    rule(
        "pickup.arrived",
        _S.READY_FOR_PICKUP,
        "pickup_point arrived|done|received|delivered|handed|ready|put",
        "on_the_way future_hard out_for_delivery negated",
        near=_S.PICKED_UP,
        near_from=_S.PRE_SHIPMENT,
        near_to=_S.PREPARING,
    ),
    # ── handed on, or about to be: never delivered ──────────────────────────────────────────────
    rule("handover.soon", _S.IMPORT_CUSTOMS, "handed local carrier future_hard"),
    rule("handover.batch", _S.ORIGIN_TRANSIT, "batch_to_carrier"),
    rule(
        "local.handed",
        _S.LOCAL_TRANSIT,
        "local_company handed",
        "negated future_hard conditional returning customs customer delivered data flight",
        since=_S.PICKED_UP,
        until=_S.LOCAL_TRANSIT,
    ),
    rule(  # fresh from customs it is handed to a carrier first
        "customs.handed_on",
        _S.IMPORT_CUSTOMS,
        "customs done out_for_delivery handed|ready|future_hard",
        "negated held conditional returning attempt failed",
        since=_S.INTERNATIONAL_TRANSIT,
        until=_S.IMPORT_CUSTOMS,
    ),
    rule("out.future", _S.UPDATE, "out_for_delivery out_later", "today"),
    rule(  # "handed to PostNL for delivery" does not say that its courier is on tour
        "handover.partner",
        _S.LOCAL_TRANSIT,
        "handed brand out_for_delivery",
        "to_courier negated conditional customer returning",
        until=_S.LOCAL_TRANSIT,
    ),
    rule(
        "out",
        _S.OUT_FOR_DELIVERY,
        "out_for_delivery",
        "negated china_leg conditional to_country prepared_for_delivery",
    ),
    rule(
        "out.handed",
        _S.PICKED_UP,
        "to_courier",
        "negated conditional customer returning customs",
        far=_S.OUT_FOR_DELIVERY,
        far_from=_S.ORIGIN_TRANSIT,
    ),
    rule(
        "pickup.way",
        _S.LOCAL_TRANSIT,
        "pickup_point on_the_way|departed|sorting|processed|future|generic|rerouted",
        "data conditional",
        until=_S.LOCAL_TRANSIT,
    ),
    rule(
        "delivered",
        _S.DELIVERED,
        "delivered",
        f"to_agent delivered_at brand sender doubt negated future conditional attempt failed held {_PLACES}",
    ),
    rule(
        "delivered.doorstep",
        _S.DELIVERED,
        "doorstep handed_there|put|accepted",
        "to_agent brand sender doubt negated future conditional attempt failed held returning data",
    ),
    rule(
        "delivered.recipient",
        _S.DELIVERED,
        "to_recipient",
        "to_agent delivered_at sender doubt negated future conditional attempt failed held returning carrier"
        " brand out_for_delivery",
    ),
    rule(  # the courier who was on tour reports an end, and nothing else ends well there
        "delivered.success",
        _S.DELIVERED,
        "success delivered|handed|put|doorstep|customer",
        f"pickup_point carrier_name conditional {_NOT_OVER}",
        since=_S.OUT_FOR_DELIVERY,
    ),
    rule(  # a name where the courier on tour would else name a carrier or an office
        "delivered.named",
        _S.DELIVERED,
        "to_name",
        f"carrier_name conditional {_NOT_OVER.removeprefix('to_agent ')}",
        since=_S.OUT_FOR_DELIVERY,
    ),
    rule(
        "delivered.received",
        _S.DELIVERED,
        "received_by",
        f"pickup_point carrier_name conditional {_NOT_OVER}",
        since=_S.OUT_FOR_DELIVERY,
    ),
    rule(
        "picked.origin",
        _S.PICKED_UP,
        "origin received",
        "destination data sorting facility warehouse returning customs future_hard negated departed arrived"
        " airline flight",
    ),
    rule("picked.sender", _S.PICKED_UP, "from_sender received", "future negated data"),
)
