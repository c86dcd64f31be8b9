"""The card of an order: where it is, when it comes, and what can be done, at a glance."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from urllib.parse import quote

from markupsafe import Markup

from bot import progress
from bot.i18n import Words, fill, plain
from bot.model import (
    NO_TRACKING_AFTER,
    Button,
    Follow,
    Localized,
    Message,
    Order,
    OrderStatus,
    Parcel,
    Shop,
    Stage,
)
from bot.views import actions, brand, states, wording
from bot.views import buttons as b
from bot.views.contact import contact_line, contact_row

PARCELS_IN_FULL = 2
_WITH_CARRIER = 3  # rank of "picked up"
PARCELS_SHOWN = 6
_TRACKING_PAGE = "https://global.cainiao.com/detail.htm?mailNoList="


def card(
    words: Words,
    facts: Localized,
    follow: Follow | None,
    *,
    now: datetime,
    masked: bool = False,
    silent_since: datetime | None = None,
    shop: Shop | None = None,
) -> Message:
    """The order's card; `follow` is None for a place that does not follow it.

    `masked` hides the order's number (groups). `silent_since` tells since when AliExpress gave no answer.
    `shop` is whom the reader can write to in trouble.
    """
    order = facts.order
    lines = [*_head(words, order, follow, masked=masked)]
    if silent_since is not None:
        lines += [Markup(""), banner(words, order, words.ago(silent_since, now))]
    lines += _body(words, facts, now)
    asked = shop if follow else None
    states = [(parcel.stage, parcel.reason) for parcel in order.live]
    lines += contact_line(words, asked, states)
    if foot := _foot(words, order, follow, now):
        lines += [Markup(""), *foot]
    contact = contact_row(words, asked, order.id, states)
    return Message(text=words.page(lines), buttons=(*_buttons(words, order, follow), *contact))


def expected(words: Words, parcel: Parcel, now: datetime) -> list[Markup]:
    """When the parcel comes: our own estimate beside AliExpress's promise, or the promise alone."""
    if (likely := wording.likely_days(words, parcel, now)) is not None:
        beside = [] if states.stage_of(parcel) is Stage.OUT_FOR_DELIVERY else _promise(words, parcel, now)
        return [_likely(words, *likely, now), *beside]
    day = wording.expected_on(words, parcel, now)
    if day is None:
        return []
    days = (day - words.today(now)).days
    shown = words.date(day, now)
    if states.stage_of(parcel) is Stage.OUT_FOR_DELIVERY:
        # Translators: {day} is "today".
        return [words.t("Expected <b>{day}</b>", day=words.distance(days))]
    if days in {0, 1}:
        # Translators: {day} is "today" or "tomorrow".
        lines = [words.t("Expected by AliExpress: <b>{day}</b>", day=words.distance(days))]
    elif days < 0:
        late = words.plural("{n} day late", "{n} days late", -days)
        lines = [words.t("Was expected <b>{date}</b>: {late}", date=shown, late=late)]
    else:
        distance = words.distance(days)
        # Translators: e.g. "Expected by AliExpress: Thu, Nov 27, in 4 days".
        lines = [words.t("Expected by AliExpress: <b>{date}</b>, {distance}", date=shown, distance=distance)]
    if parcel.first_eta is not None:
        moved = (day - words.local(parcel.first_eta).date()).days
        first = words.date(parcel.first_eta, now)
        if moved > 0:
            lines.append(words.t("Originally expected {date}", date=first))
        elif moved < 0:
            lines.append(words.t("Earlier than first promised ({date})", date=first))
    return lines


def _likely(words: Words, first: date, last: date, now: datetime) -> Markup:
    """Our own estimate, a range of days."""
    if last < words.today(now):
        return words.t("Later than usual for this route")
    near = (last - words.today(now)).days
    if first == last and near in {0, 1}:
        # Translators: {day} is "today" or "tomorrow".
        return words.t("Most likely <b>{day}</b>", day=words.distance(near))
    # Translators: {days} is a day or a range of days, e.g. "Dec 3 – 6".
    return words.t("Most likely <b>{days}</b>", days=words.isolate(words.days(first, last, now)))


def _promise(words: Words, parcel: Parcel, now: datetime) -> list[Markup]:
    """AliExpress's current promise, beside our own estimate."""
    day = wording.expected_on(words, parcel, now)
    if day is None:
        return []
    # Translators: stands below our own estimate; the promise is often much later.
    return [words.t("AliExpress promised {date}", date=words.date(day, now))]


def _head(words: Words, order: Order, follow: Follow | None, *, masked: bool) -> list[Markup]:
    number = words.code(order.id) if not masked else fill("{}", wording.short_id(order.id))
    if order.shop_order:
        number = fill("{} · {}", words.isolate(wording.clip(order.shop_order, 40)), number)
    cancelled = order.status is OrderStatus.CANCELLED and not order.live
    mark = states.icon(Stage.CANCELLED) if cancelled else states.icon(order.stage, order.reason)
    name = wording.name(words, order, follow)
    if name == wording.name(words, replace(order, parcels=()), None):  # nothing but its number
        return [fill("{} <b>{}</b>", mark, words.t("Order {id}", id=number))]
    return [fill("{} <b>{}</b>", mark, name), words.t("Order {id}", id=number)]


def banner(words: Words, order: Order, moment: Markup | str) -> Markup:
    """That AliExpress has given no answer since that `moment` ("3 hours ago")."""
    if order.fetched_at is None:
        return words.t("⏳ AliExpress isn't responding right now.")
    return words.t(
        # Translators: {moment} is like "3 hours ago".
        "⚠️ AliExpress isn't responding (last response: {moment}). This is the last we know.",
        moment=moment,
    )


def _body(words: Words, facts: Localized, now: datetime) -> list[Markup]:
    order = facts.order
    parcels = order.live
    if not parcels or (order.stage is Stage.CANCELLED and order.status is OrderStatus.CANCELLED):
        return [Markup(""), *_without_journey(words, facts, now)]
    if len(parcels) == 1:
        return [Markup(""), *_parcel(words, facts, parcels[0], now), *order_status(words, order)]
    lines = [Markup(""), summary(words, parcels), *order_status(words, order)]
    tell = _parcel if len(parcels) <= PARCELS_IN_FULL else _parcel_in_short
    for parcel in parcels[:PARCELS_SHOWN]:
        number, count = words.number(wording.position(order, parcel)), words.number(len(parcels))
        lines += [Markup(""), words.t("<b>Parcel {number} of {count}</b>", number=number, count=count)]
        lines += tell(words, facts, parcel, now)
    if (rest := len(parcels) - PARCELS_SHOWN) > 0:
        more = words.plural(
            "…and {n} more parcel in the timeline", "…and {n} more parcels in the timeline", rest
        )
        lines += [Markup(""), more]
    return lines


_ALWAYS_SAID = {
    OrderStatus.PAYMENT_FAILED,
    OrderStatus.NEEDS_ADDRESS,
    OrderStatus.CANCELLING,
    OrderStatus.DISPUTED,
    OrderStatus.FROZEN,
    OrderStatus.CLOSED,
    OrderStatus.FINISHED,
}
_NOT_AWAITED = _ALWAYS_SAID | {OrderStatus.PLACED, OrderStatus.PAYING}
_SAID_BEFORE_A_CARRIER_HAS_IT = {
    OrderStatus.PLACED,
    OrderStatus.PAYING,
    OrderStatus.PREPARING,
    OrderStatus.PART_SHIPPED,
    OrderStatus.SHIPPED,
}


def order_status(words: Words, order: Order) -> list[Markup]:
    """The order's own state, where it says more than the parcels do."""
    waiting = all(parcel.stage.height < _WITH_CARRIER for parcel in order.live)
    status = order.status
    if status is None or status is OrderStatus.UNKNOWN:
        return []
    if status in _ALWAYS_SAID or (waiting and status in _SAID_BEFORE_A_CARRIER_HAS_IT):
        return [fill("🧾 {}", states.status_name(words, status))]
    return []


def _without_journey(words: Words, facts: Localized, now: datetime) -> list[Markup]:
    """Before it is shipped, and where it was canceled: no bar, no date, nothing to come."""
    order = facts.order
    if order.status is OrderStatus.CANCELLED:
        latest = [_latest(words, facts, parcel) for parcel in order.live if parcel.nodes]
        return [fill("<b>{}</b>", states.status_name(words, order.status)), *latest[:1]]
    if order.fetched_at is None:
        return [words.t("We're checking with AliExpress. This message will update itself.")]
    known = order.status not in {None, OrderStatus.UNKNOWN}
    state = (
        states.status_name(words, order.status)
        if order.status and known
        else states.stage_name(words, order.stage)
    )
    normal = words.t(
        "No tracking yet. That's normal for the first few days; we'll tell you as soon as it moves."
    )
    return [fill("<b>{}</b>", state), untracked(words, order, now, normal)]


def untracked(words: Words, order: Order, now: datetime, normal: Markup) -> Markup:
    """What to say of an order without tracking: that this is `normal`, or for how long it has had none."""
    if order.untracked_at > now or order.status in _NOT_AWAITED:
        return normal
    return states.no_tracking(words, (now - order.untracked_at + NO_TRACKING_AFTER).days)


def summary(words: Words, parcels: Sequence[Parcel | None]) -> Markup:
    """How many parcels, and how many of them were delivered; None is one that nothing is known of yet."""
    arrived = sum(parcel is not None and parcel.stage is Stage.DELIVERED for parcel in parcels)
    whole = words.plural("{n} parcel", "{n} parcels", len(parcels))
    # Translators: {parcels} is "3 parcels", {n} counts those delivered.
    done = words.plural("{parcels}, {n} delivered", "{parcels}, {n} delivered", arrived, parcels=whole)
    return fill("<b>{}</b>", done if arrived else whole)


def _parcel(words: Words, facts: Localized, parcel: Parcel, now: datetime) -> list[Markup]:
    state = fill("<b>{}</b>", parcel_state(words, parcel))
    several = len(facts.order.live) > 1
    lines = [fill("{} {}", states.icon(parcel.stage, parcel.reason), state) if several else state]
    lines += [line for line in (states.bar(words, parcel),) if line is not None]
    lines += expected(words, parcel, now)
    lines += [line for line in (pace(words, facts, parcel, now),) if line is not None]
    lines += wording.dotted(carrier_and_number(words, parcel))
    inside = wording.contents(words, parcel.items)
    if inside is not None:
        lines.append(inside)
    if parcel.nodes:
        lines.append(_latest(words, facts, parcel))
    lines += [line for line in (states.last_day(words, parcel, now),) if line is not None]
    hint = states.advice(words, parcel.stage, parcel.reason)
    if hint is not None:
        lines.append(fill("💡 {}", hint))
    return lines


def parcel_state(words: Words, parcel: Parcel) -> Markup:
    """The parcel's state, with completed customs clearance told apart from clearance under way."""
    cleared = progress.cleared_customs(parcel.nodes, parcel.stage)
    if cleared and parcel.stage is Stage.EXPORT_CUSTOMS:
        return words.t("Cleared export customs")
    if cleared and parcel.stage is Stage.IMPORT_CUSTOMS:
        return words.t("Cleared import customs")
    return states.state(words, parcel.stage, parcel.reason)


def _parcel_in_short(words: Words, facts: Localized, parcel: Parcel, now: datetime) -> list[Markup]:
    """Without articles, latest entry and promises of old: for orders of many parcels."""
    state = parcel_state(words, parcel)
    bar = states.bar(words, parcel)
    when = expected(words, parcel, now)[:1]
    hint = states.advice(words, parcel.stage, parcel.reason)
    carrier = wording.dotted(carrier_and_number(words, parcel))
    rest = (bar, *when, *carrier, fill("💡 {}", hint) if hint else None)
    head = fill("{} <b>{}</b>", states.icon(parcel.stage, parcel.reason), state)
    return [head, *(line for line in rest if line is not None)]


def pace(words: Words, facts: Localized, parcel: Parcel, now: datetime) -> Markup | None:
    """How long it has been in this state, if the usual duration is known."""
    if facts.typical is None or parcel.stage_since is None or parcel.stage.final:
        return None
    return words.t(
        # Translators: both are lengths of time, e.g. "2 days".
        "At this stage for {time} (usually {usual})",
        time=words.duration(now - parcel.stage_since),
        usual=words.duration(facts.typical),
    )


def carrier_and_number(words: Words, parcel: Parcel) -> list[Markup]:
    """Carrier and tracking number, if known; the number can be copied with one tap."""
    carrier, number = wording.clip(brand.carrier(words, parcel.carrier), 64), wording.clip(parcel.number, 64)
    known = [words.isolate(carrier)] if carrier else []
    return [*known, words.isolate(words.code(number))] if number else known


def tracking_page(words: Words, parcel: Parcel) -> Button | None:
    """A button that opens the carrier's own page; None where the parcel has no number yet."""
    number = wording.clip(parcel.number, 64)
    if not number or words.brand is not None:  # the page is AliExpress's
        return None
    return Button(text=plain(words.t("🌐 Tracking page")), url=_TRACKING_PAGE + quote(number, safe=""))


def _latest(words: Words, facts: Localized, parcel: Parcel) -> Markup:
    node = parcel.nodes[0]
    text, at = wording.node_text(words, facts, node), words.moment(node.at)
    return fill("<blockquote>{}\n{}</blockquote>", text, at)


def _foot(words: Words, order: Order, follow: Follow | None, now: datetime) -> list[Markup]:
    lines: list[Markup] = []
    if follow and not follow.notify:
        lines.append(words.t("🔕 Notifications for this order are off"))
    if follow and follow.archived_at:
        lines.append(words.t("🗄 In the archive"))
    if order.fetched_at is not None:
        # Translators: {moment} is like "3 hours ago".
        lines.append(words.t("<i>Checked {moment}</i>", moment=words.ago(order.fetched_at, now)))
    return lines


def _buttons(words: Words, order: Order, follow: Follow | None) -> tuple[tuple[Button, ...], ...]:
    t, id_ = words.t, order.id
    look = [b.button(t("🔄 Refresh"), actions.Refresh(order_id=id_))]
    if order.live:
        look.append(b.button(t("📜 Timeline"), actions.ShowTimeline(order_id=id_)))
    if follow is None:
        return tuple(look), (b.button(t("➕ Follow"), actions.Resume(order_id=id_)),)
    bell = (
        b.button(t("🔕 Mute"), actions.SetNotify(order_id=id_, on=False))
        if follow.notify
        else b.button(t("🔔 Notify me"), actions.SetNotify(order_id=id_, on=True))
    )
    rows = [tuple(look), (bell, b.button(t("✏️ Rename"), actions.AskRename(order_id=id_)))]
    last = [b.button(t("🖼 Share"), actions.Share(order_id=id_))] if order.live else []
    if follow.archived_at:
        last.append(b.button(t("📤 Unarchive"), actions.Archive(order_id=id_, archived=False)))
    elif order.stage.final:
        last.append(b.button(t("🗄 Archive"), actions.Archive(order_id=id_, archived=True)))
    last.append(b.button(t("✖️ Stop"), actions.AskStop(order_id=id_)))
    why = (b.button(t("❓ Why did I get this?"), actions.Why(order_id=id_)),) if order.nodes else ()
    return *rows, tuple(last), *((why,) if why else ())
