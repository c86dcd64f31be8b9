"""Stages, reasons and order states in words: icon, name, sentence, advice; the five steps of a journey."""

from __future__ import annotations

from datetime import datetime

from markupsafe import Markup

from bot import deadline
from bot.i18n import Words, fill
from bot.model import OrderStatus, Parcel, Reason, Stage

_ICONS = {
    Stage.PRE_SHIPMENT: "🕓",
    Stage.INFO_RECEIVED: "🏷",
    Stage.PREPARING: "📦",
    Stage.PICKED_UP: "🤝",
    Stage.ORIGIN_TRANSIT: "🚛",
    Stage.EXPORT_CUSTOMS: "🛃",
    Stage.AWAITING_DEPARTURE: "🛫",
    Stage.INTERNATIONAL_TRANSIT: "✈️",
    Stage.ARRIVED_DESTINATION: "🛬",
    Stage.IMPORT_CUSTOMS: "🛃",
    Stage.LOCAL_TRANSIT: "🚚",
    Stage.OUT_FOR_DELIVERY: "🛵",
    Stage.READY_FOR_PICKUP: "📬",
    Stage.DELIVERED: "✅",
    Stage.FAILED_ATTEMPT: "🚪",
    Stage.EXCEPTION: "⚠️",
    Stage.DUTIES_DUE: "💶",
    Stage.ADDRESS_CHANGE: "📍",
    Stage.RETURNING: "↩️",
    Stage.RETURNED: "↩️",
    Stage.CANCELLED: "🚫",
    Stage.UPDATE: "▫️",
}
WITH_REASON = {Stage.FAILED_ATTEMPT, Stage.EXCEPTION, Stage.RETURNING, Stage.RETURNED}
# At a counter, on a website, on the phone: the number is asked for.
NUMBER_WANTED = {Stage.READY_FOR_PICKUP, Stage.FAILED_ATTEMPT, Stage.DUTIES_DUE}


def icon(stage: Stage, reason: Reason = Reason.NONE) -> Markup:
    """The stage as a picture; neutral for a text that no rule knows, calm for what passes by itself."""
    if stage is Stage.EXCEPTION and reason.passes:
        return Markup("⏳")
    return Markup(_ICONS[shown_stage(stage, reason)])  # noqa: S704 -- our own constant


def shown_stage(stage: Stage, reason: Reason) -> Stage:
    """The stage as readers are told it: a problem that is a cancellation is called canceled."""
    return Stage.CANCELLED if stage is Stage.EXCEPTION and reason is Reason.CANCELLED else stage


def stage_of(parcel: Parcel) -> Stage:
    """A parcel's stage as readers are told it."""
    return shown_stage(parcel.stage, parcel.reason)


def stage_name(words: Words, stage: Stage) -> Markup:
    """The stage's own name: a state, without a verb where the language allows."""
    t = words.t
    match stage:
        case Stage.PRE_SHIPMENT:
            return t("Waiting to be shipped")
        case Stage.INFO_RECEIVED:
            # Translators: the carrier has the data, not yet the parcel.
            return t("Carrier notified (label created)")
        case Stage.PREPARING:
            return t("Being packed")
        case Stage.PICKED_UP:
            return t("Handed to the carrier")
        case Stage.ORIGIN_TRANSIT:
            # Translators: the origin country is the one the parcel is sent from.
            return t("In transit in the country of origin")
        case Stage.EXPORT_CUSTOMS:
            return t("At export customs")
        case Stage.AWAITING_DEPARTURE:
            return t("Waiting to depart")
        case Stage.INTERNATIONAL_TRANSIT:
            return t("In transit between countries")
        case Stage.ARRIVED_DESTINATION:
            return t("Arrived in the destination country")
        case Stage.IMPORT_CUSTOMS:
            return t("At import customs")
        case Stage.LOCAL_TRANSIT:
            return t("In transit in the destination country")
        case _:
            return _late_stage_name(words, stage)


def _late_stage_name(words: Words, stage: Stage) -> Markup:
    t = words.t
    match stage:
        case Stage.OUT_FOR_DELIVERY:
            return t("Out for delivery")
        case Stage.READY_FOR_PICKUP:
            return t("Ready for pickup")
        case Stage.DELIVERED:
            return t("Delivered")
        case Stage.FAILED_ATTEMPT:
            return t("Delivery attempt failed")
        case Stage.EXCEPTION:
            return t("Delivery problem")
        case Stage.DUTIES_DUE:
            return t("Customs duty due")
        case Stage.ADDRESS_CHANGE:
            return t("Delivery address changed")
        case Stage.RETURNING:
            return t("On its way back to the sender")
        case Stage.RETURNED:
            return t("Returned to sender")
        case Stage.CANCELLED:
            return t("Canceled")
        case _:
            # Translators: a carrier's entry that fits no known state.
            return t("Carrier update")


def reason_name(words: Words, reason: Reason) -> Markup | None:
    """Why a parcel is held up; None where there is nothing to say beside the state."""
    t = words.t
    names = {
        # Translators: reasons, put after a colon: "Delivery attempt failed: nobody could take it".
        Reason.ABSENT: t("nobody was there to receive it"),
        Reason.ADDRESS: t("wrong or incomplete address"),
        Reason.CUSTOMS: t("held by customs"),
        Reason.DAMAGED: t("reported damaged"),
        Reason.LOST: t("reported lost"),
        Reason.REFUSED: t("refused by the recipient"),
        Reason.UNCLAIMED: t("not collected in time"),
        Reason.WEATHER: t("bad weather"),
        Reason.SECURITY: t("stopped at a security check"),
        Reason.CANCELLED: t("shipment canceled"),
    }
    return names.get(reason)


def state(words: Words, stage: Stage, reason: Reason = Reason.NONE) -> Markup:
    """The stage with its reason: "Delivery attempt failed: nobody could take it"."""
    if shown_stage(stage, reason) is Stage.CANCELLED:
        return stage_name(words, Stage.CANCELLED)
    delayed = stage is Stage.EXCEPTION and reason.passes  # no emergency
    name = words.t("Delayed") if delayed else stage_name(words, stage)
    why = reason_name(words, reason) if stage in WITH_REASON else None
    if why is None:
        return name
    # Translators: a state and why, e.g. "Delivery attempt failed: nobody could take it".
    return words.t("{state}: {reason}", state=name, reason=why)


def milestone(words: Words, stage: Stage, reason: Reason = Reason.NONE, *, cleared: bool = False) -> Markup:
    """One friendly sentence for entering the stage; `cleared` if that is having passed customs."""
    t, stage = words.t, shown_stage(stage, reason)
    if stage is Stage.EXCEPTION and reason.passes:
        return t("It's delayed.")
    if cleared and stage is Stage.EXPORT_CUSTOMS:
        return t("It has cleared export customs.")
    if cleared and stage is Stage.IMPORT_CUSTOMS:
        return t("It has cleared import customs.")
    sentences = {
        Stage.PREPARING: t("The seller is packing it."),
        Stage.PICKED_UP: t("The carrier has it now."),
        Stage.EXPORT_CUSTOMS: t("It's going through export customs."),
        Stage.INTERNATIONAL_TRANSIT: t("It's on its way to the destination country."),
        Stage.ARRIVED_DESTINATION: t("It has arrived in the destination country."),
        Stage.IMPORT_CUSTOMS: t("It's going through import customs."),
        Stage.LOCAL_TRANSIT: t("It's on the last leg of its journey."),
        Stage.OUT_FOR_DELIVERY: t("It's out for delivery."),
        Stage.READY_FOR_PICKUP: t("It's ready for you to pick up."),
        Stage.DELIVERED: t("It has been delivered."),
        Stage.FAILED_ATTEMPT: t("The courier came but couldn't deliver it."),
        Stage.EXCEPTION: t("The carrier reports a problem."),
        Stage.DUTIES_DUE: t("Customs is asking for a payment."),
        Stage.ADDRESS_CHANGE: t("Its delivery address has been changed."),
        Stage.RETURNING: t("It's on its way back to the sender."),
        Stage.RETURNED: t("It has been returned to the sender."),
        Stage.CANCELLED: t("The shipment has been canceled."),
    }
    return sentences.get(stage) or stage_name(words, stage)


def no_tracking(words: Words, days: int) -> Markup:
    """That no carrier has said anything for so many days."""
    return words.plural(
        "No tracking after {n} day. The shop can ask the seller when it will be shipped.",
        "No tracking after {n} days. The shop can ask the seller when it will be shipped.",
        days,
    )


def advice(words: Words, stage: Stage, reason: Reason = Reason.NONE) -> Markup | None:
    """What the reader can do now; None where waiting is all."""
    t = words.t
    match stage, reason:
        case ((Stage.FAILED_ATTEMPT | Stage.EXCEPTION | Stage.RETURNING), Reason.ADDRESS):
            return t("Please send the shop the correct address as soon as you can.")
        case Stage.FAILED_ATTEMPT, _:
            return t("Look for a note from the courier; they often try again or leave it at a pickup point.")
        case Stage.DUTIES_DUE, _:
            return t("Pay only on the carrier's own website, never through a link in a text message.")
        case Stage.READY_FOR_PICKUP, _:
            return t("Bring your ID and the tracking number.")
        case (Stage.EXCEPTION, Reason.CUSTOMS):
            return t("Customs may ask for documents. If they contact you, please reply promptly.")
        case (Stage.EXCEPTION, Reason.LOST | Reason.DAMAGED) | ((Stage.RETURNING | Stage.RETURNED), _):
            return t("Please contact the shop; they can help.")
        case _:
            return None


def last_day(words: Words, parcel: Parcel, now: datetime) -> Markup | None:
    """Until when the parcel waits or is to be paid for, where the carrier named a day that is not past."""
    if parcel.stage not in NUMBER_WANTED:
        return None
    said = (deadline.stated(node.text, node.at) for node in parcel.nodes if node.stage is parcel.stage)
    day = next((each for each in said if each is not None), None)
    if day is None or day < words.today(now):
        return None
    # Translators: the last day for collecting a parcel, paying its duty or arranging another delivery.
    return words.t("⏰ Deadline: <b>{date}</b>", date=words.date(day, now))


def status_name(words: Words, status: OrderStatus) -> Markup:
    """The order's own state, before and beside its parcels."""
    t = words.t
    names = {
        OrderStatus.PLACED: t("Order placed"),
        OrderStatus.PAYING: t("Payment is being processed"),
        OrderStatus.PAYMENT_FAILED: t("Payment failed"),
        OrderStatus.PREPARING: t("Paid; the seller is preparing it"),
        OrderStatus.PART_SHIPPED: t("Partly shipped"),
        OrderStatus.SHIPPED: t("Shipped"),
        OrderStatus.CANCELLING: t("Being canceled"),
        OrderStatus.CANCELLED: t("Order canceled"),
        # Translators: neutral; AliExpress closes orders that end well, too.
        OrderStatus.CLOSED: t("Order closed by AliExpress"),
        OrderStatus.DISPUTED: t("In dispute"),
        OrderStatus.FROZEN: t("On hold by AliExpress"),
        OrderStatus.FINISHED: t("Order completed"),
        OrderStatus.NEEDS_ADDRESS: t("The address needs correcting"),
    }
    return names.get(status) or t("AliExpress has updated the order")


# ── progress in five steps ──────────────────────────────────────────────────────────────────────


_STEP_OF_RANK = (1, 1, 1, 2, 2, 2, 2, 3, 4, 4, 4, 4, 4, 5)
_STEP_BESIDE = {Stage.FAILED_ATTEMPT: 4, Stage.DUTIES_DUE: 4}


def step_of(stage: Stage) -> int | None:
    """The step of a stage on the ladder, 1 to 5; None beside it."""
    return None if stage.rank is None else _STEP_OF_RANK[stage.rank]


def step(parcel: Parcel) -> int | None:
    """How far the parcel is, 1 to 5; None where a bar would mislead (returned, cancelled)."""
    if stage_of(parcel) in {Stage.RETURNING, Stage.RETURNED, Stage.CANCELLED}:
        return None
    return furthest(parcel)


def furthest(parcel: Parcel) -> int:
    """The furthest step that the parcel reached, 1 to 5, though it may be on its way back."""
    if parcel.stage.rank is not None:
        return _STEP_OF_RANK[parcel.stage.rank]
    # Import customs is announced before the journey: beside the ladder it proves nothing. Nor does a
    # parcel beside the ladder count as delivered, whatever it once said.
    seen = [
        node.stage.rank
        for node in parcel.nodes
        if node.stage.rank is not None and node.stage not in {Stage.IMPORT_CUSTOMS, Stage.DELIVERED}
    ]
    return max(_STEP_BESIDE.get(parcel.stage, 1), *(_STEP_OF_RANK[rank] for rank in seen), 1)


def step_name(words: Words, number: int) -> Markup:
    """The step's name beside the bar."""
    t = words.t
    return (
        # Translators: the five steps of a journey, under a progress bar.
        t("ordered"),
        t("in the country of origin"),
        t("in transit"),
        t("in the destination country"),
        t("delivered"),
    )[number - 1]


def bar(words: Words, parcel: Parcel) -> Markup | None:
    """The progress bar with its count: "▰▰▰▱▱ 3/5"."""
    number = step(parcel)
    if number is None:
        return None
    count = f"{words.number(number)}/{words.number(5)}"
    return fill("{} {}", "▰" * number + "▱" * (5 - number), words.isolate(count))
