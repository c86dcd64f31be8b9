"""Before all else: what is no stage, returns, money at the border, troubles, failed attempts."""

from __future__ import annotations

from bot.model import Reason, Stage
from bot.stages.rules.rule import Rule, rule

_S = Stage
_R = Reason

_PLACES = "customs airport flight linehaul sorting warehouse transport_hub pickup_point facility"
_NO_MATTER = (
    "customs import documents improper failed negated future_hard carrier facility sorting warehouse packing"
    " out_for_delivery doorstep pickup_point"
)

TROUBLES: tuple[Rule, ...] = (
    # ── nothing to tell yet ─────────────────────────────────────────────────────────────────────
    rule("data.not_posted", _S.INFO_RECEIVED, "not_posted", "label_made customs"),
    rule("nothing_yet", _S.PRE_SHIPMENT, "nothing_yet", "customs attempt flight airport label_made"),
    # ── payments, refunds, messages: the order's affairs, not the parcel's ──────────────────────
    rule(  # what is paid on the far side are duties
        "matter.paid",
        _S.UPDATE,
        "order_matter duty paid",
        _NO_MATTER,
        far=_S.IMPORT_CUSTOMS,
    ),
    rule(
        "matter",
        _S.UPDATE,
        "order_matter received|accepted|paid|done|processed|handed|delivered|returning",
        _NO_MATTER,
    ),
    rule(
        "trouble.airline", _S.EXCEPTION, "airline|security failed|refused|prohibited", "sender", _R.SECURITY
    ),
    rule("matter.returns", _S.UPDATE, "return_about", "return_over delivered cancelled"),
    # ── returns: only what says so, and never a condition ("if not collected …") ────────────────
    rule("return.failed", _S.EXCEPTION, "zh_return_failed", "", _R.OTHER),
    rule(  # only to the depot, and then to the recipient once more
        "attempt.again",
        _S.FAILED_ATTEMPT,
        "returning|return_over|return_to_depot again attempt|absent|refused",
        "sender sender_delivered return_parcel conditional origin",
        _R.OTHER,
    ),
    rule(
        "return.again",
        _S.LOCAL_TRANSIT,
        "returning|return_over|return_to_depot again",
        "sender sender_delivered return_parcel conditional origin",
    ),
    rule(
        "return.delivered",
        _S.RETURNED,
        "return_parcel delivered",
        "out_for_delivery on_the_way arrived conditional future_hard negated to_agent facility",
    ),
    rule("return.going", _S.RETURNING, "return_parcel", "conditional modal return_over"),
    rule(
        "attempt.depot",
        _S.FAILED_ATTEMPT,
        "return_to_depot attempt|absent|refused",
        "sender conditional origin",
        _R.OTHER,
    ),
    rule("trouble.depot", _S.EXCEPTION, "return_to_depot damaged", "sender conditional", _R.DAMAGED),
    rule("return.depot", _S.LOCAL_TRANSIT, "return_to_depot", "sender conditional origin"),
    rule(
        "return.done",
        _S.RETURNED,
        "returning return_over sender|return_plain",
        "return_going_on conditional future_hard customs out_for_delivery refused unclaimed bad_address",
    ),
    rule(
        "return.delivered",
        _S.RETURNED,
        "sender_delivered",
        "conditional future_hard negated out_for_delivery",
    ),
    rule("return.going", _S.RETURNING, "returning", "conditional"),
    rule("return.label", _S.RETURNING, "zh_return_label"),
    # ── money and papers at the border ──────────────────────────────────────────────────────────
    rule("import.done", _S.IMPORT_CUSTOMS, "no_duty customs done", "delivered future conditional"),
    rule("duties.none", _S.UPDATE, "no_duty"),
    rule("duties.maybe", _S.UPDATE, "duty modal", "negated must_pay"),
    rule(  # before a carrier has the parcel, it is the order that was paid
        "duties.paid",
        _S.IMPORT_CUSTOMS,
        "duty paid",
        "negated",
        near=_S.UPDATE,
        near_from=_S.PRE_SHIPMENT,
        near_to=_S.PREPARING,
    ),
    rule("duties.due", _S.DUTIES_DUE, "duty demand", "not_needed refused documents", _R.CUSTOMS),
    # ── trouble ─────────────────────────────────────────────────────────────────────────────────
    rule("trouble.lost", _S.EXCEPTION, "lost", "bad_address documents", _R.LOST),
    rule("trouble.damaged", _S.EXCEPTION, "damaged", "", _R.DAMAGED),
    rule("trouble.documents", _S.EXCEPTION, "documents", "not_needed", _R.CUSTOMS),
    rule(
        "trouble.papers",
        _S.EXCEPTION,
        "papers demand|improper",
        "not_needed delivered paid done resolved bad_address label_made",
        _R.CUSTOMS,
    ),
    rule("trouble.misdeclared", _S.EXCEPTION, "misdeclared", "", _R.CUSTOMS),
    rule("trouble.prohibited", _S.EXCEPTION, "prohibited", "", _R.CUSTOMS),
    rule("trouble.security", _S.EXCEPTION, "security failed|held|refused|negated", "", _R.SECURITY),
    rule("pickup.held", _S.READY_FOR_PICKUP, "held ready_for_pickup", "customs attempt"),
    rule("trouble.customs_held", _S.EXCEPTION, "customs held", "released", _R.CUSTOMS),
    rule("trouble.customs_failed", _S.EXCEPTION, "customs failed", "resolved", _R.CUSTOMS),
    rule("trouble.customs_delay", _S.EXCEPTION, "customs delayed", "", _R.CUSTOMS),
    rule("trouble.refused", _S.EXCEPTION, "refused customer", "", _R.REFUSED),
    rule("trouble.customs_refused", _S.EXCEPTION, "customs refused", "carrier_pickup", _R.CUSTOMS),
    rule("trouble.pickup", _S.EXCEPTION, "station_failed", "", _R.OTHER),
    rule(
        "trouble.unclaimed",
        _S.EXCEPTION,
        "unclaimed",
        "conditional future_hard label_made carrier_pickup",
        _R.UNCLAIMED,
    ),
    rule("trouble.abandoned", _S.EXCEPTION, "abandoned", "conditional future_hard", _R.UNCLAIMED),
    rule("pickup.attempt", _S.UPDATE, "pickup_attempt", "delivered"),
    rule(
        "delivered.after",
        _S.DELIVERED,
        "delivered_after",
        f"future conditional to_agent delivered_at sender {_PLACES}",
    ),
    rule("delivered.attempt", _S.DELIVERED, "attempt_ok", "negated future conditional to_agent"),
    rule("attempt.address", _S.FAILED_ATTEMPT, "attempt bad_address", "", _R.ADDRESS),
    rule("trouble.address", _S.EXCEPTION, "bad_address", "", _R.ADDRESS),
    rule("address.changed", _S.ADDRESS_CHANGE, "address_change", "", _R.ADDRESS),
    rule("trouble.station", _S.EXCEPTION, "pickup_point failed", "attempt resolved conditional", _R.OTHER),
    rule("trouble.cancelled", _S.EXCEPTION, "cancelled", "attempt", _R.CANCELLED),
    rule(  # after a delivery it takes that back, as a failed attempt does
        "attempt.none_yet",
        _S.UPDATE,
        "attempt not_yet",
        "absent refused failed weather conditional",
        far=_S.FAILED_ATTEMPT,
        far_from=_S.DELIVERED,
    ),
    rule("attempt.ongoing", _S.OUT_FOR_DELIVERY, "attempt out_for_delivery", "failed negated absent"),
    rule("attempt.planned", _S.UPDATE, "attempt future_hard", "failed negated absent delivered"),
    rule("attempt.out", _S.FAILED_ATTEMPT, "out_for_delivery absent", "conditional", _R.ABSENT),
    rule("attempt.absent", _S.FAILED_ATTEMPT, "attempt absent", "", _R.ABSENT),
    rule("attempt.refused", _S.FAILED_ATTEMPT, "attempt refused", "", _R.REFUSED),
    rule("attempt.weather", _S.FAILED_ATTEMPT, "attempt weather", "", _R.WEATHER),
    rule("attempt.failed", _S.FAILED_ATTEMPT, "attempt", "conditional", _R.OTHER),
    rule("attempt.card", _S.FAILED_ATTEMPT, "notice_card doorstep", "conditional", _R.ABSENT),
    rule("attempt.nobody", _S.FAILED_ATTEMPT, "customer absent", "conditional", _R.ABSENT),
    rule("trouble.weather", _S.EXCEPTION, "weather delayed|held|failed|negated", "", _R.WEATHER),
    rule("trouble.refused", _S.EXCEPTION, "refused", "customs carrier_pickup", _R.REFUSED),
    rule("trouble.delay", _S.EXCEPTION, "delayed", "resolved", _R.DELAY),
    rule("trouble.flight", _S.EXCEPTION, "missed_flight", "customer attempt", _R.DELAY),
    rule("trouble.broken_off", _S.EXCEPTION, "zh_failed", "", _R.OTHER),
    rule("trouble.failed", _S.EXCEPTION, "failed", "data conditional resolved message", _R.OTHER),
    rule("trouble.held", _S.EXCEPTION, "held", "customer pickup_point released", _R.OTHER),
    rule(
        "picked.partner",
        _S.PICKED_UP,
        "by_partner",
        "future_hard negated packing customer local_company ready_for_pickup customs",
    ),
)
