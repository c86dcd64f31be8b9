"""News as a message: what is new, what it means, and what can be answered with one tap."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from markupsafe import Markup

from bot import progress
from bot.eta import is_meaningful
from bot.i18n import Words, fill
from bot.model import (
    Button,
    Follow,
    Importance,
    Localized,
    Message,
    News,
    NewsKind,
    OrderStatus,
    Parcel,
    Reason,
    Shop,
    Stage,
)
from bot.views import actions, card, receipts, states, wording
from bot.views import buttons as b
from bot.views.contact import contact_line, contact_row

_ASKS_RECEIPT = {NewsKind.ALL_ARRIVED, NewsKind.CHECK_IN}
_WAITS_FOR_READER = {NewsKind.PICKUP_WAITING, NewsKind.DUTIES_WAITING}


def push(
    words: Words,
    facts: Localized,
    follow: Follow | None,
    news: Sequence[News],
    *,
    now: datetime,
    shop: Shop | None = None,
) -> Message:
    """What is new about one order, as a short message that also works as a reply to its card.

    `shop` is whom the reader can write to in trouble.
    """
    news = _in_order(timely(facts, news))
    first = max(news, key=lambda each: each.importance)
    name = wording.name(words, facts.order, follow)
    lines = [fill("{} <b>{}</b>", _icon(facts, first), name)]
    if (shop_order := wording.shop_order(words, facts.order)) and shop_order not in name:
        lines[0] = fill("{} · {}", lines[0], shop_order)
    everything = news[0].kind is NewsKind.ALL_ARRIVED
    dated = {each.parcel for each in news if each.kind is NewsKind.ETA}
    about: int | None = None
    for each in news:
        if each.parcel != about:
            lines += [Markup("")] if about is not None else []
            lines += wording.parcel_line(words, facts, each.parcel)
            about = each.parcel
        lines += _block(words, facts, each, now, headed=not everything)
        if each is first and each.parcel not in dated:
            lines += _arrival(words, facts, each, now)
    if everything:
        lines.append(_asks_for_all(words, len(facts.order.live)))
    elif any(map(_is_arrival, news)):
        lines.append(words.t("Did you get it?"))
    states = [(each.stage, _reason(facts, each)) for each in news if each.stage is not None]
    lines += contact_line(words, shop, states)
    contact = contact_row(words, shop, facts.order.id, states)
    return Message(
        text=words.page(lines),
        buttons=(*_buttons(words, facts, news), *contact),
        celebrates=_is_arrival(first),
    )


def not_found(words: Words, order_id: str) -> Message:
    """AliExpress answers at last, and knows no such order: it is not followed any more."""
    text = words.t(
        "❔ AliExpress is responding again, but order {id} isn't one of this shop's, so we've removed it.",
        id=words.code(order_id),
    )
    return Message(text=words.page([text]))


# ── one piece of news ───────────────────────────────────────────────────────────────────────────


def _icon(facts: Localized, news: News) -> Markup:
    match news.kind:
        case NewsKind.NODES:
            stage, reason = news.stage or facts.order.stage, _reason(facts, news)
            return states.icon(stage, reason)
        case NewsKind.ETA:
            return Markup("📅")
        case NewsKind.ALL_ARRIVED:
            return Markup("🎉")
        case NewsKind.PICKUP_WAITING:
            return states.icon(Stage.READY_FOR_PICKUP)
        case NewsKind.CUSTOMS_WAITING:
            return states.icon(Stage.IMPORT_CUSTOMS)
        case NewsKind.DUTIES_WAITING:
            return states.icon(Stage.DUTIES_DUE)
        case NewsKind.STATUS if news.status is OrderStatus.CANCELLED:
            return states.icon(Stage.CANCELLED)
        case NewsKind.STATUS:
            return Markup("🧾")
        case _:
            return Markup("⏳")


def _in_order(news: Sequence[News]) -> list[News]:
    """That all arrived stands above what else is told, a question below it; news of one parcel together."""
    places = {NewsKind.ALL_ARRIVED: 0, NewsKind.STILL_AWAITED: 2, NewsKind.CHECK_IN: 2}
    parcels = [each.parcel for each in news]
    return sorted(news, key=lambda each: (places.get(each.kind, 1), parcels.index(each.parcel)))


def timely(facts: Localized, news: Sequence[News]) -> list[News]:
    """Without dates that the parcel's state contradicts by now, unless nothing else is told.

    Of several moves of a parcel's date, one remains: from the first day to the last.
    """
    moves: dict[int | None, News] = {}
    for each in news:
        if each.kind is NewsKind.ETA:
            before = moves.get(each.parcel, each).eta_before
            moves[each.parcel] = replace(each, eta_before=before)
    others = [each for each in news if each.kind is not NewsKind.ETA]
    kept = [move for move in moves.values() if has_date(facts, move)]
    return [*others, *kept] or list(moves.values())


def has_date(facts: Localized, news: News) -> bool:
    """Whether the parcel of a moved date may still be given a date."""
    parcel = _parcel_of(facts, news)
    return facts.order.status is not OrderStatus.CANCELLED and (parcel is None or is_meaningful(parcel))


def _block(words: Words, facts: Localized, news: News, now: datetime, *, headed: bool) -> list[Markup]:
    """What is told; `headed` by its own headline, unless another one says the same."""
    match news.kind:
        case NewsKind.NODES:
            return _nodes(words, facts, news, now, headed=headed or news.stage is not Stage.DELIVERED)
        case NewsKind.ETA:
            return _eta(words, facts, news, now)
        case _:
            said = [_sentence(words, facts, news)]
            return said + (_wanted(words, facts, news, now) if news.kind in _WAITS_FOR_READER else [])


def _wanted(words: Words, facts: Localized, news: News, now: datetime) -> list[Markup]:
    """What is asked for at a counter or on a website: the number, and the last day where it is known."""
    parcel = _parcel_of(facts, news)
    if parcel is None:
        return []
    day = states.last_day(words, parcel, now)
    return ([] if day is None else [day]) + wording.dotted(card.carrier_and_number(words, parcel))


def _parcel_of(facts: Localized, news: News) -> Parcel | None:
    return next((each for each in facts.order.live if each.index == news.parcel), None)


def _arrival(words: Words, facts: Localized, news: News, now: datetime) -> list[Markup]:
    """When the parcel comes, under news of its journey."""
    parcel = _parcel_of(facts, news)
    if parcel is None or news.kind is not NewsKind.NODES or news.stage is Stage.DELIVERED:
        return []
    return card.expected(words, parcel, now) if facts.order.status is not OrderStatus.CANCELLED else []


def _nodes(words: Words, facts: Localized, news: News, now: datetime, *, headed: bool) -> list[Markup]:
    lines: list[Markup] = []
    stage = news.stage
    reason = _reason(facts, news)
    nodes = facts.order.nodes_in([news])
    parcel = _parcel_of(facts, news)
    taken_back = parcel is not None and parcel.stage is stage and progress.delivery_taken_back(parcel)
    if headed and stage is not None and news.importance >= Importance.MILESTONE:
        cleared = progress.cleared_customs(nodes, stage)
        sentence = states.milestone(words, stage, reason, cleared=cleared)
        if taken_back:
            sentence = words.t("It hasn't been delivered after all.")
        lines.append(fill("<b>{}</b>", sentence))
        why_held = states.reason_name(words, reason) if _needs_reason(stage, reason) else None
        if why_held is not None:
            lines.append(words.t("Reason: {reason}", reason=why_held))
    if nodes:
        lines.append(wording.quote(words, facts, nodes))
    if (rest := len(nodes) - wording.NODES_SHOWN) > 0:
        lines.append(words.plural("…and {n} more entry", "…and {n} more entries", rest))
    hint = states.advice(words, stage, reason) if stage is not None else None
    if hint is not None and not taken_back:  # no courier has left a note
        lines.append(fill("💡 {}", hint))
    return lines + (_wanted(words, facts, news, now) if stage in states.NUMBER_WANTED else [])


def _reason(facts: Localized, news: News) -> Reason:
    """Why the parcel is in the stage that is told: a later stage's reason says nothing of an earlier one."""
    stage = news.stage or facts.order.stage
    for node in facts.order.nodes_in([news]):
        if node.stage is stage:
            return node.reason
    parcel = _parcel_of(facts, news)
    if parcel is None:
        return facts.order.reason if stage is facts.order.stage else Reason.NONE
    return parcel.reason if stage is parcel.stage else Reason.NONE


def _is_arrival(news: News) -> bool:
    """Whether this is the delivery itself, not a scan that follows it."""
    entered = news.kind is NewsKind.NODES and news.importance > Importance.SCAN
    return (entered and news.stage is Stage.DELIVERED) or news.kind is NewsKind.ALL_ARRIVED


def _needs_reason(stage: Stage, reason: Reason) -> bool:
    """Whether to add the reason: "canceled" already says it."""
    return stage in states.WITH_REASON and states.shown_stage(stage, reason) is not Stage.CANCELLED


def _eta(words: Words, facts: Localized, news: News, now: datetime) -> list[Markup]:
    parcel = _parcel_of(facts, news)
    if parcel is not None and not is_meaningful(parcel):  # its state has overtaken the date
        return [fill("<b>{}</b>", card.parcel_state(words, parcel)), *card.expected(words, parcel, now)]
    if news.eta_after is None:
        return [words.t("There's no delivery date at the moment.")]
    day = words.local(news.eta_after).date()
    distance = words.distance((day - words.today(now)).days)
    lines = [words.t("Now expected <b>{date}</b>, {distance}", date=words.date(day, now), distance=distance)]
    return lines + [moved for moved in (moved(words, news, now),) if moved is not None]


def moved(words: Words, news: News, now: datetime) -> Markup | None:
    """By how many days the promise moved; None where there was none before, or where it is the same day."""
    if news.eta_before is None or news.eta_after is None:
        return None
    days = (words.local(news.eta_after).date() - words.local(news.eta_before).date()).days
    before = words.date(news.eta_before, now)
    if days > 0:
        return words.plural("{n} day later (was {date})", "{n} days later (was {date})", days, date=before)
    if days < 0:
        return words.plural(
            "{n} day earlier (was {date})", "{n} days earlier (was {date})", -days, date=before
        )
    return None


def _sentence(words: Words, facts: Localized, news: News) -> Markup:
    plural, n = words.plural, news.days or 0
    match news.kind:
        case NewsKind.ALL_ARRIVED:
            return _all_arrived(words, len(facts.order.live))
        case NewsKind.STATUS:
            status = states.status_name(words, news.status or OrderStatus.UNKNOWN)
            return fill("<b>{}</b>", status)
        case NewsKind.NO_TRACKING:
            return states.no_tracking(words, n)
        case NewsKind.STUCK:
            state = states.stage_name(words, news.stage or facts.order.stage)
            return plural(
                "{state}: no updates for {n} day. That's longer than usual; we'll keep watching.",
                "{state}: no updates for {n} days. That's longer than usual; we'll keep watching.",
                n,
                state=state,
            )
        case _:
            return _waiting(words, news.kind, n)


def _all_arrived(words: Words, count: int) -> Markup:
    """Said apart for one and two: languages with a single plural form would call one parcel "all"."""
    if count == 1:
        return words.t("<b>Your parcel has arrived.</b>")
    if count == 2:
        return words.t("<b>Both parcels have arrived.</b>")
    return words.plural(
        "<b>{n} parcel has arrived.</b>",
        "<b>All {n} parcels have arrived.</b>",
        count,
    )


def _asks_for_all(words: Words, count: int) -> Markup:
    return words.t("Did you get it?") if count == 1 else words.t("Did you get everything?")


def _waiting(words: Words, kind: NewsKind, n: int) -> Markup:
    plural = words.plural
    match kind:
        case NewsKind.PICKUP_WAITING:
            return plural(
                "It's been waiting for you for {n} day. Please collect it before it's sent back.",
                "It's been waiting for you for {n} days. Please collect it before it's sent back.",
                n,
            )
        case NewsKind.CUSTOMS_WAITING:
            return plural(
                "It's been in customs for {n} day. If customs contacts you, please reply promptly.",
                "It's been in customs for {n} days. If customs contacts you, please reply promptly.",
                n,
            )
        case NewsKind.DUTIES_WAITING:
            return plural(
                "Customs has been waiting for a payment for {n} day. Unpaid parcels are sent back.",
                "Customs has been waiting for a payment for {n} days. Unpaid parcels are sent back.",
                n,
            )
        case NewsKind.STILL_AWAITED:
            return plural(
                "No news for {n} day. Are you still waiting for it?",
                "No news for {n} days. Are you still waiting for it?",
                n,
            )
        case NewsKind.STOPPED:
            return plural(
                "No news for {n} day, so we've stopped checking. Refresh the order to look again.",
                "No news for {n} days, so we've stopped checking. Refresh the order to look again.",
                n,
            )
        case _:
            return words.t("Has it arrived by now?")


# ── buttons and summaries ───────────────────────────────────────────────────────────────────────


def _buttons(words: Words, facts: Localized, news: Sequence[News]) -> tuple[tuple[Button, ...], ...]:
    t, id_ = words.t, facts.order.id
    wanted = (each for each in news if each.stage in states.NUMBER_WANTED and each.kind is not NewsKind.ETA)
    parcels = (_parcel_of(facts, each) for each in wanted)
    page = next((card.tracking_page(words, parcel) for parcel in parcels if parcel is not None), None)
    open_ = (b.open_order(words, id_), *((page,) if page else ()))
    asked = next((each for each in news if each.kind in _ASKS_RECEIPT), None)
    delivered = next((each for each in news if _is_arrival(each)), None)
    about = asked or (delivered if delivered and delivered.kind is NewsKind.NODES else None)
    if about is not None:
        return (receipts.receipt_row(words, id_, about.parcel or 0), open_)
    if any(each.kind is NewsKind.STILL_AWAITED for each in news):
        waiting = (
            b.button(
                t("✅ It arrived"), actions.Confirm(order_id=id_, parcel=0, receipt=actions.Receipt.YES)
            ),
            b.button(
                t("⏳ Still waiting"),
                actions.Confirm(order_id=id_, parcel=0, receipt=actions.Receipt.NOT_YET),
            ),
            b.button(t("✖️ Stop"), actions.AskStop(order_id=id_)),
        )
        return (waiting, open_)
    return (open_,)
