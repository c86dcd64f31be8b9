"""One parcel on the tracking page: its state, dates and entries."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from urllib.parse import urlencode

from markupsafe import Markup

from bot.i18n import Words, fill
from bot.model import Localized, Node, Order, OrderStatus, Parcel, Reason, Stage
from bot.views import card, contact, states, wording
from bot.views.page.values import Day, Entry, Link, Part, Section

STEPS = 5
_AROUND = 40  # bytes that an entry takes beside its text
_LEAST = 3  # entries of each parcel, however many there are


@dataclass(frozen=True, slots=True, kw_only=True)
class PageRow:
    """A parcel with its order, the `place`-th of the page from 1; None for an order that has none to show."""

    place: int
    facts: Localized
    parcel: Parcel | None
    first: bool  # of its order

    @property
    def nodes(self) -> Sequence[Node]:
        return self.parcel.nodes if self.parcel is not None else self.facts.order.nodes


def rows_of(facts: Sequence[Localized]) -> list[PageRow]:
    """All parcels of these orders."""
    found: list[PageRow] = []
    for each in facts:
        parcels: Sequence[Parcel | None] = each.order.live
        if not parcels or _is_canceled(each.order):
            parcels = (None,)
        for parcel in parcels:
            row = PageRow(place=len(found) + 1, facts=each, parcel=parcel, first=parcel is parcels[0])
            found.append(row)
    return found


def _is_canceled(order: Order) -> bool:
    return order.status is OrderStatus.CANCELLED and order.stage is Stage.CANCELLED


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What all sections share: there are `count`, each may show `share` bytes of entries."""

    words: Words
    now: datetime
    count: int
    share: int
    brief: bool


def section(look: Look, row: PageRow, page: int | None) -> Section:
    """A parcel's section, with that `page` of its entries where it is alone; else with the newest of them."""
    words = look.words
    pages = _pages(words, row.facts, row.nodes, look.share)
    if page is None:
        entries, more = pages[0], _all_of(words, row, len(pages))
    else:
        page = min(page, len(pages) - 1)
        entries, more = pages[page], _older(words, row.place if look.count > 1 else 0, page, len(pages))
    title = None
    if look.count > 1:
        number, count = words.number(row.place), words.number(look.count)
        title = words.t("<b>Parcel {number} of {count}</b>", number=number, count=count)
    known = (
        _parcel(look, row, row.parcel) if row.parcel is not None else _without_journey(look, row.facts.order)
    )
    return replace(known, title=title, days=_days(look, entries), more=more)


def _parcel(look: Look, row: PageRow, parcel: Parcel) -> Section:
    words = look.words
    step = states.step(parcel)
    hint = states.advice(words, parcel.stage, parcel.reason)
    notes = (states.last_day(words, parcel, look.now), fill("💡 {}", hint) if hint is not None else None)
    order = row.facts.order
    about = card.order_status(words, order) if row.first else []
    if row.first and order.name:
        about.insert(0, words.isolate(wording.clip(order.name, 64)))
    return Section(
        icon=states.icon(parcel.stage, parcel.reason),
        state=card.parcel_state(words, parcel),
        tone=_tone(states.stage_of(parcel), parcel.reason),
        step=step,
        progress=_progress(words, step) if step is not None else None,
        dates=tuple(card.expected(words, parcel, look.now)) or _delivered_on(look, parcel),
        notes=tuple(note for note in notes if note is not None),
        facts=(*about, *facts_of(words, parcel), *_inside(look, row.facts, parcel)),
    )


def _without_journey(look: Look, order: Order) -> Section:
    """An order that is not shipped, or that was canceled: no bar, no date, nothing to come."""
    words, status = look.words, order.status
    if _is_canceled(order):
        state = states.status_name(words, OrderStatus.CANCELLED)
        return Section(icon=states.icon(Stage.CANCELLED), state=state, tone="ended")
    if order.fetched_at is None:
        note = words.t("We're checking this order. Please open this page again in a minute.")
    else:
        normal = words.t("No tracking yet. That's normal for the first few days.")
        note = card.untracked(words, order, look.now, normal)
    state = states.stage_name(words, order.stage)
    if status is not None and status is not OrderStatus.UNKNOWN:
        state = states.status_name(words, status)
    return Section(icon=states.icon(order.stage), state=state, tone="moving", notes=(note,))


def _delivered_on(look: Look, parcel: Parcel) -> tuple[Markup, ...]:
    if parcel.stage is not Stage.DELIVERED or parcel.stage_since is None:
        return ()
    return (fill("<b>{}</b>", look.words.day(parcel.stage_since, look.now)),)


def _tone(stage: Stage, reason: Reason) -> str:
    if stage is Stage.DELIVERED:
        return "done"
    if stage in {Stage.RETURNED, Stage.CANCELLED}:
        return "ended"
    return "trouble" if contact.is_trouble(stage, reason) else "moving"


def _progress(words: Words, step: int) -> Markup:
    number, count = words.number(step), words.number(STEPS)
    return words.t(
        # Translators: of a journey; {name} is e.g. "in transit".
        "Step {number} of {count}: {name}",
        number=number,
        count=count,
        name=states.step_name(words, step),
    )


def facts_of(words: Words, parcel: Parcel) -> list[Markup]:
    known = card.carrier_and_number(words, parcel)
    return [Markup(" · ").join(known)] if known else []


def _inside(look: Look, facts: Localized, parcel: Parcel) -> list[Markup]:
    """How long it has been in its stage, and what is in it; left out where there are many parcels."""
    if look.brief:
        return []
    found = (card.pace(look.words, facts, parcel, look.now), wording.contents(look.words, parcel.items))
    return [line for line in found if line is not None]


# ── entries ─────────────────────────────────────────────────────────────────────────────────────


_Read = tuple[Node, Markup]  # an entry with its text


def _pages(words: Words, facts: Localized, nodes: Sequence[Node], most: int) -> list[list[_Read]]:
    """The entries in pages whose texts have at most so many bytes; one empty page where there are none."""
    pages: list[list[_Read]] = [[]]
    used = 0
    for node in nodes:
        text = wording.node_text(words, facts, node)
        size = len(text.encode()) + _AROUND
        if used + size > most and len(pages[-1]) >= _LEAST:
            pages.append([])
            used = 0
        pages[-1].append((node, text))
        used += size
    return pages


def _all_of(words: Words, row: PageRow, pages: int) -> tuple[Link, ...]:
    if pages == 1:
        return ()
    text = words.plural("Show {n} entry", "Show all {n} entries", len(row.nodes))
    return (Link(text=text, href=query(Part(parcel=row.place), words.language)),)


def _older(words: Words, parcel: int, page: int, pages: int) -> tuple[Link, ...]:
    def to(page: int) -> str:
        return query(Part(parcel=parcel, page=page), words.language)

    newer = (Link(text=words.t("▲ Newer"), href=to(page - 1)),) if page > 0 else ()
    older = (Link(text=words.t("▼ Older"), href=to(page + 1)),) if page + 1 < pages else ()
    return newer + older


def _days(look: Look, read: Sequence[_Read]) -> tuple[Day, ...]:
    words = look.words
    by_day = itertools.groupby(read, key=lambda one: words.local(one[0].at).date())
    return tuple(
        Day(name=words.day(day, look.now), entries=tuple(_entry(words, *one) for one in entries))
        for day, entries in by_day
    )


def _entry(words: Words, node: Node, text: Markup) -> Entry:
    local = words.local(node.at)
    foreign = words.language != "en" and node.text.isascii()
    original = foreign and text == words.isolate(wording.clip(node.text, wording.TEXT_LIMIT))
    return Entry(
        icon=states.icon(node.stage, node.reason),
        at=local.isoformat(timespec="minutes"),
        time=words.clock(local.time()),
        text=text,
        code="en" if original else "",
    )


# ── links ──


def code_of(language: str) -> str:
    return language.replace("_", "-")


def query(part: Part, language: str) -> str:
    wanted = {"parcel": part.parcel, "page": part.page}
    return "?" + urlencode(
        {name: value for name, value in wanted.items() if value} | {"lang": code_of(language)}
    )
