"""Names, icons and sentences for stages, reasons and states: the words that all views share."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta

from markupsafe import Markup

from bot import deadline
from bot.eta import has_day, is_meaningful
from bot.i18n import Words, clean, fill, plain
from bot.model import Follow, Item, Localized, Node, Order, OrderStatus, Parcel, Reason, Stage
from bot.views import brand

_PHONE = 35  # characters of two parts that fit side by side on a phone
TEXT_LIMIT = 250  # characters of one foreign text; carriers have been seen to send pages

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


def expected_on(words: Words, parcel: Parcel, now: datetime) -> date | None:
    """The day to name as expected, in the chat's zone; None where a day would contradict the stage.

    A parcel that is out for delivery comes today or on no known day, whatever was promised.
    """
    if parcel.stage is Stage.OUT_FOR_DELIVERY:
        since, today = parcel.stage_since, words.today(now)
        return today if since is not None and words.local(since).date() == today else None
    if parcel.eta is None or not is_meaningful(parcel):
        return None
    return words.local(parcel.eta).date()


def likely_days(words: Words, parcel: Parcel, now: datetime) -> tuple[date, date] | None:
    """From which day to which the parcel most likely comes, in the chat's zone; never in the past.

    The second day lies before today where it is later than that: no other date is known to be true then.
    One that is out for delivery comes today or tomorrow, whichever is nearer to the middle of our estimate.
    """
    if parcel.estimate is None or not has_day(parcel):
        return None
    today, said = words.today(now), parcel.estimate
    first, last = (words.local(at).date() for at in (said.first, said.last))
    if parcel.stage is Stage.OUT_FOR_DELIVERY and last >= today:
        if parcel.stage_since is None or said.at < parcel.stage_since:
            return None  # made before it was out for delivery
        middle = words.local(said.first + (said.last - said.first) / 2).date()
        first = last = min(max(middle, today), today + timedelta(days=1))
    return min(max(first, today), last), last


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


# ── orders and nodes ────────────────────────────────────────────────────────────────────────────


def short_id(order_id: str) -> str:
    """The id's last eight digits, for groups and for short names.

    The last four are the buyer's own: all orders that one shop places end with the same ones.
    """
    return f"…{order_id[-8:]}"


def label_of(follow: Follow | None, limit: int = 64) -> str:
    """The reader's own name for the order, empty where there is none to see."""
    return clip(follow.label, limit) if follow else ""


def name(words: Words, order: Order, follow: Follow | None) -> Markup:
    """What readers know an order by: their own name for it, else its first article, else a number.

    The number is the shop's own where that is known. Plain text, for headings, sentences, and buttons.
    """
    if known := label_of(follow) or clip(_first_article(words, order)[0], 40):
        return words.isolate(known)
    return words.t("Order {id}", id=shop_order(words, order) or short_id(order.id))


def shop_order(words: Words, order: Order) -> Markup:
    """The shop's own number for the order; empty where it is not known."""
    return words.isolate(clip(order.shop_order, 40)) if order.shop_order else Markup("")


def merchant_name(words: Words, order: Order) -> Markup:
    """What the merchant knows an order by: the shop's own number where there is one, and AliExpress's."""
    number = words.isolate(words.code(order.id))
    return fill("{} · {}", shop_order(words, order), number) if order.shop_order else number


def names(words: Words, rows: Sequence[tuple[Order, Follow | None]]) -> list[Markup]:
    """The names of several orders side by side; where two are the same, their variants or numbers follow."""
    plainly = [name(words, *row) for row in rows]
    with_variants = [
        fill("{} ({})", each, words.isolate(variant)) if variant else each
        for each, (order, _) in zip(plainly, rows, strict=True)
        for variant in (clip(_first_article(words, order)[1], 20),)
    ]
    found = []
    for bare, with_variant, (order, _) in zip(plainly, with_variants, rows, strict=True):
        if plainly.count(bare) == 1:
            found.append(bare)
        elif with_variants.count(with_variant) == 1:
            found.append(with_variant)
        else:
            found.append(fill("{} {}", bare, words.isolate(short_id(order.id))))
    return found


def _first_article(words: Words, order: Order) -> tuple[str, str]:
    """Title and variant of the first article that has a title; empty where none has."""
    items = (item for parcel in order.live for item in parcel.items)
    titled = (
        (clean(brand.without_names(words, item.title)), brand.without_names(words, item.variant))
        for item in items
    )
    return next((one for one in titled if one[0]), ("", ""))


def article_titles(words: Words, order: Order) -> Iterator[str]:
    """The titles of what is in the order, as sellers wrote them."""
    return (brand.without_names(words, item.title) for parcel in order.live for item in parcel.items)


def node_text(words: Words, facts: Localized, node: Node) -> Markup:
    """The node in the reader's language, else in the carrier's words, else by its stage; escaped, short."""
    localized = facts.texts.get(node.seq)
    text = clip(localized.text if localized else "", TEXT_LIMIT) or clip(node.text, TEXT_LIMIT)
    if not text or brand.hides(words, facts, node, text):
        return stage_name(words, node.stage)
    return words.isolate(text)


def arrival(words: Words, order: Order, now: datetime) -> Markup | None:
    """The day by which all of the order should be there, or by how much it is late; for one-line views."""
    found = _arrival_days(words, order, now)
    last = max((day for _, day in found), default=None)
    if last is None:
        return None
    days = (last - words.today(now)).days
    first = min((first for first, day in found if first is not None and day == last), default=None)
    if first is not None and days < 0:
        return words.t("later than usual")
    if first is not None and days > 1:
        return words.isolate(words.days(first, last, now))
    if days < 0:
        return words.plural("{n} day late", "{n} days late", -days)
    return words.distance(days) if days <= 1 else words.isolate(words.date(last, now))


def arrival_day(words: Words, order: Order, now: datetime) -> date | None:
    """The day by which all of the order should be there; None beside a state that a day contradicts."""
    return max((day for _, day in _arrival_days(words, order, now)), default=None)


def _arrival_days(words: Words, order: Order, now: datetime) -> list[tuple[date | None, date]]:
    """The first and last day of our estimate of each parcel; without one, None and the promised day."""
    least = next((parcel for parcel in order.live if parcel.stage is order.stage), None)
    if order.status is OrderStatus.CANCELLED or least is None:
        return []
    if least.stage is not Stage.OUT_FOR_DELIVERY and not is_meaningful(least):
        return []
    found: list[tuple[date | None, date]] = []
    for parcel in order.live:
        if (likely := likely_days(words, parcel, now)) is not None:
            found.append(likely)
        elif (day := expected_on(words, parcel, now)) is not None:
            found.append((None, day))
    return found


def clip(text: str, limit: int) -> str:
    """Foreign text on one line, cut to `limit` characters."""
    return cut(clean(text), limit)


def cut(text: str, limit: int) -> str:
    """The text cut to `limit` characters, the last one telling that it was cut."""
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"


def dotted(parts: Sequence[Markup]) -> list[Markup]:
    """The parts with dots between, on as many lines as a phone needs: no line ends with a dot.

    What comes last stays together: a carrier and its number.
    """
    lines: list[Markup] = []
    for part in reversed(parts):
        if lines and len(clean(plain(part))) + len(clean(plain(lines[0]))) <= _PHONE:
            lines[0] = fill("{} · {}", part, lines[0])
        else:
            lines.insert(0, part)
    return lines


def contents(words: Words, items: tuple[Item, ...], most: int = 3) -> Markup | None:
    """What is in the parcel, `most` articles by name; None where nothing is known."""
    named = [item for item in items if clean(item.title)]
    if not named:
        return None
    shown: list[Markup] = [
        fill("{} × {}", words.number(item.quantity), words.isolate(_article(words, item)))
        if item.quantity > 1
        else words.isolate(_article(words, item))
        for item in named[:most]
    ]
    if (rest := len(named) - most) > 0:
        shown.append(words.plural("{n} more article", "{n} more articles", rest))
    return words.t("Inside: {articles}", articles=words.join(shown))


def _article(words: Words, item: Item) -> str:
    title, variant = (brand.without_names(words, text) for text in (item.title, item.variant))
    title, variant = clip(title, 60), clip(variant, 40)
    return f"{title} ({variant})" if variant else title


def position(order: Order, parcel: Parcel) -> int:
    """Which of the order's parcels it is, from 1, those apart that go on under another's number."""
    return order.live.index(parcel) + 1
