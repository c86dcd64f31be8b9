"""The journey as a picture to pass on: how far, on which days, when it comes; nothing about who ordered."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from bot.i18n import Words, fill, plain
from bot.model import Localised, Message, Parcel, Stage
from bot.views import card, fonts, wording
from bot.views.canvas import AMBER, BLUE, GREEN, GREY, MARGIN, RAIL, WIDTH, Page

PARCELS_SHOWN = 3
_HEAD, _PARCEL, _FOOT = 330, 250, 10  # heights

_TROUBLE = {
    Stage.FAILED_ATTEMPT,
    Stage.EXCEPTION,
    Stage.DUTIES_DUE,
    Stage.RETURNING,
    Stage.RETURNED,
    Stage.CANCELLED,
}


def share(words: Words, facts: Localised, *, now: datetime, shop: str = "") -> Message:
    """The journey as a message to pass on: in words, and as a picture where one can be drawn.

    Drawing takes about a tenth of a second of one core: call it in a thread.
    """
    order = facts.order
    lines = [fill("{} <b>{}</b>", wording.icon(order.stage), wording.stage_name(words, order.stage))]
    for parcel in order.live[:PARCELS_SHOWN]:
        bar = wording.bar(words, parcel)
        lines += [*([bar] if bar is not None else []), *card.expected(words, parcel, now)[:1]]
    return Message(text=words.page(lines), photo=journey(words, facts, now=now, shop=shop))


def journey(
    words: Words,
    facts: Localised,
    *,
    now: datetime,
    shop: str = "",
    folders: tuple[Path, ...] = fonts.FOLDERS,
) -> bytes | None:
    """A PNG of the order's parcels; None where there is none yet, or no font installed for the language."""
    parcels = facts.order.live[:PARCELS_SHOWN]
    if not parcels:
        return None
    page = Page(words, _HEAD + _PARCEL * len(parcels) + _FOOT, folders)
    first = min(parcels, key=lambda each: wording.step(each) or 0)
    page.write(plain(wording.stage_name(words, facts.order.stage)), 70, size=60, bold=True)
    page.write(_when(words, first, now), 160, size=36, colour=GREY)
    for place, parcel in enumerate(parcels):
        which = (wording.position(facts.order, parcel), len(facts.order.live))
        _draw_parcel(page, parcel, _HEAD + place * _PARCEL, which)
    page.write(shop, page.height - 70, size=28, colour=GREY)
    page.write(words.date(now, now), page.height - 70, size=28, colour=GREY, at_end=True)
    return None if page.speechless else page.png()


def _when(words: Words, parcel: Parcel, now: datetime) -> str:
    if parcel.stage.final and parcel.stage_since:
        return words.date(parcel.stage_since, now)
    told = card.expected(words, parcel, now)
    return plain(told[0]) if told else ""


def _draw_parcel(page: Page, parcel: Parcel, top: int, which: tuple[int, int]) -> None:
    words = page.words
    number, count = which
    if count > 1:
        title = words.t("Parcel {number} of {count}", number=number, count=count)
        page.write(plain(title), top - 84, size=28, bold=True)
    reached = wording.step(parcel) or 0
    colour = _colour(parcel)
    gap = (WIDTH - 2 * MARGIN - 120) / 4
    places = [page.across(MARGIN + 60 + gap * place) for place in range(5)]
    page.rail(places[0], places[4], top, RAIL)
    if reached > 1:
        page.rail(places[0], places[reached - 1], top, colour)
    days = _days(parcel)
    for place, x in enumerate(places, 1):
        page.stop(x, top, colour if place <= reached else RAIL, current=place == reached)
        name = plain(wording.step_name(words, place))
        below = page.write_at(name, x, top + 36, size=26, width=gap - 16, bold=place == reached)
        if place in days and place <= reached:
            page.write_at(words.month_day(days[place]), x, below, size=24, width=gap, colour=GREY)


def _days(parcel: Parcel) -> dict[int, datetime]:
    """When each of the five steps began, as far as the nodes tell."""
    days: dict[int, datetime] = {}
    for node in sorted(parcel.nodes, key=lambda node: node.at):
        number = wording.step_of(node.stage)
        announced = node.stage is Stage.IMPORT_CUSTOMS and not days.keys() & {3, 4}
        if number is not None and not announced:
            days.setdefault(number, node.at)
    return days


def _colour(parcel: Parcel) -> str:
    if parcel.stage is Stage.DELIVERED:
        return GREEN
    return AMBER if parcel.stage in _TROUBLE else BLUE
