"""Several orders' news in one message, a line each: the daily summary, and what came during a silence."""

from __future__ import annotations

import enum
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from markupsafe import Markup

from bot.i18n import Words, fill
from bot.model import Follow, Localized, Message, News, NewsKind
from bot.views import buttons as b
from bot.views import pushes, states, wording

ENTRIES_SHOWN = 12


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
    return Message(text=words.page(lines), buttons=((b.all_orders(words),),))


def _urgency(entry: SummaryEntry) -> int:
    return max((news.importance for news in entry.news), default=-1)


def _moves(words: Words, entry: SummaryEntry, now: datetime) -> list[Markup]:
    """How the promise moved, where the order is of one parcel: its day stands beside it."""
    moves = [one for one in pushes.timely(entry.facts, entry.news) if one.kind is NewsKind.ETA]
    if len(entry.facts.order.live) > 1 or not all(pushes.has_date(entry.facts, one) for one in moves):
        return []
    return [moved for one in moves if (moved := pushes.moved(words, one, now)) is not None]


def _entry(words: Words, entry: SummaryEntry, now: datetime) -> Markup:
    order = entry.facts.order
    state = states.state(words, order.stage, order.reason)
    coming = wording.arrival(words, order, now)
    parts = [state] if coming is None else [state, coming, *_moves(words, entry, now)]
    name = wording.name(words, order, entry.follow)
    detail = Markup(" · ").join(words.isolate(part) for part in parts)
    return fill("{} <b>{}</b> – {}", states.icon(order.stage, order.reason), name, detail)
