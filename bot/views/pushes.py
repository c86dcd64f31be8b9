"""News as a message: what is new, what it means, and what can be answered with one tap."""

from __future__ import annotations

import enum
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from markupsafe import Markup

from bot import progress
from bot.eta import is_meaningful
from bot.i18n import Words, fill, plain
from bot.model import (
    Button,
    Chat,
    Follow,
    Importance,
    Level,
    Localized,
    Message,
    News,
    NewsKind,
    Node,
    OrderStatus,
    Parcel,
    Reason,
    Shop,
    Stage,
)
from bot.views import actions, card, wording
from bot.views import buttons as b
from bot.views.contact import ask_button, contact_line, contact_row

NODES_SHOWN = 5
ENTRIES_SHOWN = 12

_ASKS_RECEIPT = {NewsKind.ALL_ARRIVED, NewsKind.CHECK_IN}
_WAITS_FOR_READER = {NewsKind.PICKUP_WAITING, NewsKind.DUTIES_WAITING}


class Occasion(enum.StrEnum):
    """Why several orders' news come in one message."""

    DAILY = "daily"
    AFTER_QUIET = "after_quiet"
    AFTER_PAUSE = "after_pause"
    AFTER_OUTAGE = "after_outage"


@dataclass(frozen=True, slots=True, kw_only=True)
class SummaryEntry:
    """One order's part of a summary; `news` may be empty in a daily one."""

    facts: Localized
    follow: Follow | None
    news: tuple[News, ...] = ()


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
    news = _in_order(_timely(facts, news))
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
            lines += _parcel_line(words, facts, each.parcel)
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


def summary(words: Words, entries: Sequence[SummaryEntry], *, occasion: Occasion, now: datetime) -> Message:
    """Many orders in one message, a line each, what needs the reader first."""
    t = words.t
    titles = {
        Occasion.DAILY: t("☀️ <b>Your parcels today</b>"),
        Occasion.AFTER_QUIET: t("🌙 <b>During your quiet hours</b>"),
        Occasion.AFTER_PAUSE: t("👋 <b>Welcome back! While you were away</b>"),
        Occasion.AFTER_OUTAGE: t("📬 <b>What you missed</b>"),
    }
    ordered = sorted(entries, key=_urgency, reverse=True)
    lines = [titles[occasion], Markup("")]
    lines += [_entry(words, entry, now) for entry in ordered[:ENTRIES_SHOWN]]
    if not entries:
        lines.append(t("Nothing new."))
    if (rest := len(ordered) - ENTRIES_SHOWN) > 0:
        lines.append(words.plural("…and {n} more order", "…and {n} more orders", rest))
    return Message(text=words.page(lines), buttons=((b.button(t("📦 All orders"), actions.ShowOrders()),),))


def why(words: Words, facts: Localized, follow: Follow, chat: Chat, news: News | None) -> Message:
    """ "Why did I get this?": the last `news` told of the order, and the setting that let it pass."""
    t, name = words.t, wording.name(words, facts.order, follow)
    lines = [
        t("❓ <b>Why did I get this?</b>"),
        Markup(""),
        # Translators: in a group.
        t("Someone in this chat follows {order}.", order=name)
        if chat.place.is_group
        else t("You follow {order}.", order=name),
    ]
    node = next(iter(facts.order.nodes_in([news])), None) if news else None
    if news is None:
        lines.append(t("We haven't sent you any news about it lately."))
    elif node:
        lines += [
            fill("<blockquote>{}</blockquote>", wording.node_text(words, facts, node)),
            t("Carrier's time: {moment}", moment=words.moment(node.at)),
            t("Noticed by us: {moment}", moment=words.moment(node.seen_at)),
        ]
    else:
        lines.append(_kind_reason(words, news.kind))
    lines.append(t("Your setting: <b>{level}</b>", level=level_name(words, chat.level)))
    change = [b.button(t("⚙️ Settings"), actions.ShowSettings(panel=actions.Panel.LEVEL))]
    if follow.notify:
        change.append(b.button(t("🔕 Mute"), actions.SetNotify(order_id=facts.order.id, on=False)))
    return Message(text=words.page(lines), buttons=(tuple(change),))


def received(
    words: Words,
    facts: Localized,
    follow: Follow | None,
    receipt: actions.Receipt,
    days: int,
    *,
    parcel: int = 0,
    reported: bool = True,
    review: bool = False,
    shop: Shop | None = None,
) -> Message:
    """What the question "Did you get it?" becomes once answered; after "not yet" we ask again in `days` days.

    `parcel` 0 is the whole order. `reported` says whether a problem is on its way to the shop; else the
    `shop`'s contact is given. `review` asks for a review at the shop's address for that.
    """
    t, name = words.t, wording.name(words, facts.order, follow)
    match receipt:
        case actions.Receipt.YES:
            text = t("🎉 Enjoy it! {order} is now in your archive.", order=name)
        case actions.Receipt.NOT_YET:
            later = words.distance(days)
            # Translators: {later} is "tomorrow" or "in 3 days".
            text = t(
                "Parcels are sometimes marked as delivered a little early. Check with neighbors and around "
                "your door; we'll check back {later}.",
                later=later,
            )
        case actions.Receipt.PROBLEM if not reported:
            text = t("Please contact the shop; they can help.")
            if shop and shop.support:
                contact = t("💬 Questions? {contact}", contact=wording.clip(shop.support, 100))
                text = Markup("\n").join([text, contact])
        case actions.Receipt.PROBLEM:
            text = t(
                "Sorry about that. We've told the shop about {order} and passed on its whole timeline.",
                order=name,
            )
    row = (b.button(t("✏️ Change"), actions.AskReceipt(order_id=facts.order.id, parcel=parcel)),)
    trouble = receipt is actions.Receipt.PROBLEM and shop is not None
    ask = ask_button(words, shop, facts.order.id) if trouble and shop else None
    if review and shop and shop.review_url:
        ask = Button(text=plain(t("⭐ Write a review")), url=shop.review_url)
    rows = ((ask,), row) if ask else (row,)
    return Message(text=words.page([*_arrived(words, facts, follow, parcel), text]), buttons=rows)


def ask_receipt(words: Words, facts: Localized, follow: Follow | None, parcel: int) -> Message:
    """ "Did you get it?" once more, in the place of an answer; parcel 0 is the whole order."""
    count = 1 if parcel else len(facts.order.live)
    text = words.t("Did you get it?") if count <= 1 else words.t("Did you get everything?")
    rows = (receipt_row(words, facts.order.id, parcel), (_open(words, facts.order.id),))
    return Message(text=words.page([*_arrived(words, facts, follow, parcel), text]), buttons=rows)


def _arrived(words: Words, facts: Localized, follow: Follow | None, parcel: int) -> list[Markup]:
    """The head of an answered question: what it is about, and the carrier's last word on it."""
    order = facts.order
    asked = [each for each in order.live if parcel in (0, each.index)]
    mark = wording.icon(order.stage, order.reason)
    lines = [fill("{} <b>{}</b>", mark, wording.name(words, order, follow))]
    lines += _parcel_line(words, facts, parcel)
    if len(asked) == 1 and asked[0].nodes:
        lines.append(_quote(words, facts, asked[0].nodes[:1]))
    return lines


def level_name(words: Words, level: Level) -> Markup:
    """A notification level's name."""
    return {
        # Translators: these four are how much the reader wants to be told.
        Level.EVERYTHING: words.t("Everything"),
        Level.MILESTONES: words.t("Milestones"),
        Level.PROBLEMS: words.t("Only problems and delivery"),
        Level.OFF: words.t("Nothing"),
    }[level]


# ── one piece of news ───────────────────────────────────────────────────────────────────────────


def _icon(facts: Localized, news: News) -> Markup:
    match news.kind:
        case NewsKind.NODES:
            stage, reason = news.stage or facts.order.stage, _reason(facts, news)
            return wording.icon(stage, reason)
        case NewsKind.ETA:
            return Markup("📅")
        case NewsKind.ALL_ARRIVED:
            return Markup("🎉")
        case NewsKind.PICKUP_WAITING:
            return wording.icon(Stage.READY_FOR_PICKUP)
        case NewsKind.CUSTOMS_WAITING:
            return wording.icon(Stage.IMPORT_CUSTOMS)
        case NewsKind.DUTIES_WAITING:
            return wording.icon(Stage.DUTIES_DUE)
        case NewsKind.STATUS if news.status is OrderStatus.CANCELLED:
            return wording.icon(Stage.CANCELLED)
        case NewsKind.STATUS:
            return Markup("🧾")
        case _:
            return Markup("⏳")


def _parcel_line(words: Words, facts: Localized, parcel: int | None) -> list[Markup]:
    count = len(facts.order.live)
    shown = next((each for each in facts.order.live if each.index == parcel), None)
    if shown is None or count == 1:
        return []
    number = words.number(wording.position(facts.order, shown))
    return [words.t("Parcel {number} of {count}", number=number, count=words.number(count))]


def _in_order(news: Sequence[News]) -> list[News]:
    """That all arrived stands above what else is told, a question below it; news of one parcel together."""
    places = {NewsKind.ALL_ARRIVED: 0, NewsKind.STILL_AWAITED: 2, NewsKind.CHECK_IN: 2}
    parcels = [each.parcel for each in news]
    return sorted(news, key=lambda each: (places.get(each.kind, 1), parcels.index(each.parcel)))


def _timely(facts: Localized, news: Sequence[News]) -> list[News]:
    """Without dates that the parcel's state contradicts by now, unless nothing else is told.

    Of several moves of a parcel's date, one remains: from the first day to the last.
    """
    moves: dict[int | None, News] = {}
    for each in news:
        if each.kind is NewsKind.ETA:
            before = moves.get(each.parcel, each).eta_before
            moves[each.parcel] = replace(each, eta_before=before)
    others = [each for each in news if each.kind is not NewsKind.ETA]
    kept = [move for move in moves.values() if _has_date(facts, move)]
    return [*others, *kept] or list(moves.values())


def _has_date(facts: Localized, news: News) -> bool:
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
    day = wording.last_day(words, parcel, now)
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
        sentence = wording.milestone(words, stage, reason, cleared=cleared)
        if taken_back:
            sentence = words.t("It hasn't been delivered after all.")
        lines.append(fill("<b>{}</b>", sentence))
        why_held = wording.reason_name(words, reason) if _needs_reason(stage, reason) else None
        if why_held is not None:
            lines.append(words.t("Reason: {reason}", reason=why_held))
    if nodes:
        lines.append(_quote(words, facts, nodes))
    if (rest := len(nodes) - NODES_SHOWN) > 0:
        lines.append(words.plural("…and {n} more entry", "…and {n} more entries", rest))
    hint = wording.advice(words, stage, reason) if stage is not None else None
    if hint is not None and not taken_back:  # no courier has left a note
        lines.append(fill("💡 {}", hint))
    return lines + (_wanted(words, facts, news, now) if stage in wording.NUMBER_WANTED else [])


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
    return stage in wording.WITH_REASON and wording.shown_stage(stage, reason) is not Stage.CANCELLED


def _quote(words: Words, facts: Localized, nodes: Sequence[Node]) -> Markup:
    bullet = Markup("• ") if len(nodes) > 1 else Markup("")
    entries = [
        fill("{}{}\n{}", bullet, wording.node_text(words, facts, node), words.moment(node.at))
        for node in nodes[:NODES_SHOWN]
    ]
    return fill("<blockquote>{}</blockquote>", Markup("\n").join(entries))


def _eta(words: Words, facts: Localized, news: News, now: datetime) -> list[Markup]:
    parcel = _parcel_of(facts, news)
    if parcel is not None and not is_meaningful(parcel):  # its state has overtaken the date
        return [fill("<b>{}</b>", card.parcel_state(words, parcel)), *card.expected(words, parcel, now)]
    if news.eta_after is None:
        return [words.t("There's no delivery date at the moment.")]
    day = words.local(news.eta_after).date()
    distance = words.distance((day - words.today(now)).days)
    lines = [words.t("Now expected <b>{date}</b>, {distance}", date=words.date(day, now), distance=distance)]
    return lines + [moved for moved in (_moved(words, news, now),) if moved is not None]


def _moved(words: Words, news: News, now: datetime) -> Markup | None:
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
            status = wording.status_name(words, news.status or OrderStatus.UNKNOWN)
            return fill("<b>{}</b>", status)
        case NewsKind.NO_TRACKING:
            return wording.no_tracking(words, n)
        case NewsKind.STUCK:
            state = wording.stage_name(words, news.stage or facts.order.stage)
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


def _kind_reason(words: Words, kind: NewsKind) -> Markup:
    t = words.t
    match kind:
        case NewsKind.NODES:
            return t("The carrier reported something new.")
        case NewsKind.ETA:
            return t("The carrier moved the delivery date by a day or more.")
        case NewsKind.STATUS:
            return t("AliExpress changed the status of the order.")
        case NewsKind.ALL_ARRIVED:
            return t("All parcels in the order have been delivered.")
        case NewsKind.CHECK_IN:
            return t("You answered “not yet”, so we asked again.")
        case _:
            return t("There were no updates for longer than usual.")


# ── buttons and summaries ───────────────────────────────────────────────────────────────────────


def _open(words: Words, order_id: str) -> Button:
    return b.button(words.t("📦 Open order"), actions.ShowCard(order_id=order_id))


def _buttons(words: Words, facts: Localized, news: Sequence[News]) -> tuple[tuple[Button, ...], ...]:
    t, id_ = words.t, facts.order.id
    wanted = (each for each in news if each.stage in wording.NUMBER_WANTED and each.kind is not NewsKind.ETA)
    parcels = (_parcel_of(facts, each) for each in wanted)
    page = next((card.tracking_page(words, parcel) for parcel in parcels if parcel is not None), None)
    open_ = (_open(words, id_), *((page,) if page else ()))
    asked = next((each for each in news if each.kind in _ASKS_RECEIPT), None)
    delivered = next((each for each in news if _is_arrival(each)), None)
    about = asked or (delivered if delivered and delivered.kind is NewsKind.NODES else None)
    if about is not None:
        return (receipt_row(words, id_, about.parcel or 0), open_)
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


def receipt_row(words: Words, order_id: str, parcel: int) -> tuple[Button, ...]:
    """Yes, not yet, problem; parcel 0 is the whole order."""
    t = words.t
    texts = (
        (t("✅ Yes"), actions.Receipt.YES),
        (t("⏳ Not yet"), actions.Receipt.NOT_YET),
        (t("⚠️ Problem"), actions.Receipt.PROBLEM),
    )
    return tuple(
        b.button(text, actions.Confirm(order_id=order_id, parcel=parcel, receipt=receipt))
        for text, receipt in texts
    )


def _urgency(entry: SummaryEntry) -> int:
    return max((news.importance for news in entry.news), default=-1)


def _moves(words: Words, entry: SummaryEntry, now: datetime) -> list[Markup]:
    """How the promise moved, where the order is of one parcel: its day stands beside it."""
    moves = [one for one in _timely(entry.facts, entry.news) if one.kind is NewsKind.ETA]
    if len(entry.facts.order.live) > 1 or not all(_has_date(entry.facts, one) for one in moves):
        return []
    return [moved for one in moves if (moved := _moved(words, one, now)) is not None]


def _entry(words: Words, entry: SummaryEntry, now: datetime) -> Markup:
    order = entry.facts.order
    state = wording.state(words, order.stage, order.reason)
    coming = wording.arrival(words, order, now)
    parts = [state] if coming is None else [state, coming, *_moves(words, entry, now)]
    name = wording.name(words, order, entry.follow)
    detail = Markup(" · ").join(words.isolate(part) for part in parts)
    return fill("{} <b>{}</b> – {}", wording.icon(order.stage, order.reason), name, detail)
