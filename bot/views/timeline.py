"""The full timeline of a parcel, newest first, by day, older entries folded away, in pages."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from datetime import datetime

from markupsafe import Markup

from bot.i18n import Words, fill
from bot.model import Button, Follow, Localized, Message, Node, Parcel
from bot.views import actions, card, split, states, wording
from bot.views import buttons as b

NODES_PER_PAGE = 30  # with their moments and days, well below the 100 entities of a message
UNITS_PER_PAGE = 3600  # UTF-16 units of entries; the rest of the message is for its head
NODES_OPEN = 4  # of the newest page; the older ones are folded away
_UNITS_BESIDE = 50  # of an entry: its icon and time, and the heading of its day


def timeline(
    words: Words,
    facts: Localized,
    follow: Follow | None,
    *,
    parcel: int = 1,
    page: int = 0,
    now: datetime,
    on_board: bool = False,
) -> Message:
    """A page of a parcel's timeline; a parcel or page that does not exist shows the nearest one.

    `on_board`: it was opened from the merchant's board, to which the way back leads.
    """
    order = facts.order
    show = actions.FlagTimeline if on_board else actions.ShowTimeline
    back = actions.OpenFlag if on_board else actions.ShowCard
    leave = (b.button(words.t("« Back to order"), back(order_id=order.id)),)
    title = fill("📜 <b>{}</b>", wording.name(words, order, follow))
    if not order.live:
        empty = words.t("Nothing has happened yet. The first entry will show up here.")
        return Message(text=words.page([title, Markup(""), empty]), buttons=(leave,))
    shown = next((each for each in order.live if each.index == parcel), order.live[0])
    pages = _pages(words, facts, shown.nodes)
    page = min(page, len(pages) - 1)
    nodes = pages[page]
    lines = [title, *_parcel_line(words, facts, shown)]
    # Folding only one entry away would cost a press and save a line.
    opened = NODES_OPEN if page == 0 and len(nodes) > NODES_OPEN + 1 else len(nodes)
    lines += _days(words, facts, nodes[:opened], now)
    if folded := _days(words, facts, nodes[opened:], now)[1:]:
        lines += [Markup(""), fill("<blockquote expandable>{}</blockquote>", Markup("\n").join(folded))]
    if not nodes:
        lines += [Markup(""), words.t("Nothing has happened yet. The first entry will show up here.")]
    rows = (
        _parcels(facts, shown, show),
        b.pager(words, page, len(pages), lambda to: show(order_id=order.id, parcel=shown.index, page=to)),
        (page_outside,) if (page_outside := card.tracking_page(words, shown)) else (),
        leave,
    )
    return Message(text=words.page(lines), buttons=tuple(row for row in rows if row))


def _parcel_line(words: Words, facts: Localized, parcel: Parcel) -> list[Markup]:
    count = len(facts.order.live)
    known = card.carrier_and_number(words, parcel)
    if count > 1:
        number = words.number(wording.position(facts.order, parcel))
        known.insert(0, words.t("Parcel {number} of {count}", number=number, count=words.number(count)))
    return wording.dotted(known)


def _pages(words: Words, facts: Localized, nodes: Sequence[Node]) -> list[tuple[Node, ...]]:
    """The entries in pages that each fit one message; one empty page where there are none."""
    pages: list[list[Node]] = [[]]
    used = 0
    for node in nodes:
        size = split.length(wording.node_text(words, facts, node)) + _UNITS_BESIDE
        if len(pages[-1]) == NODES_PER_PAGE or used + size > UNITS_PER_PAGE:
            pages.append([])
            used = 0
        pages[-1].append(node)
        used += size
    return [tuple(page) for page in pages]


def _days(words: Words, facts: Localized, nodes: Sequence[Node], now: datetime) -> list[Markup]:
    if words.zone_is_guess:  # a day of ours may be none of the reader's: Telegram knows their clock
        dated = [_entry(words, facts, node, "Dt") for node in nodes]
        return [Markup(""), *dated] if dated else []
    lines: list[Markup] = []
    for day, entries in itertools.groupby(nodes, key=lambda node: words.local(node.at).date()):
        lines += [Markup(""), fill("<b>{}</b>", words.day(day, now))]
        lines += [_entry(words, facts, node, "t") for node in entries]
    return lines


def _entry(words: Words, facts: Localized, node: Node, style: str) -> Markup:
    text = wording.node_text(words, facts, node)
    return fill("{} {}  {}", states.icon(node.stage, node.reason), words.moment(node.at, style), text)


_Show = type[actions.ShowTimeline] | type[actions.FlagTimeline]


def _parcels(facts: Localized, shown: Parcel, show: _Show) -> tuple[Button, ...]:
    parcels = facts.order.live
    if len(parcels) == 1:
        return ()
    near = parcels[max(0, wording.position(facts.order, shown) - 4) :][
        :7
    ]  # Telegram shows eight buttons in a row
    return tuple(
        b.button(
            _place(wording.position(facts.order, each), chosen=each is shown),
            show(order_id=facts.order.id, parcel=each.index),
        )
        for each in near
    )


def _place(number: int, *, chosen: bool) -> Markup:
    return fill("• {} •", number) if chosen else fill("{}", number)
