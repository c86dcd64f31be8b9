"""The journey as a picture to pass on: what comes, how far it is, when it comes; not who ordered it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from bot.i18n import Words, fill, plain
from bot.model import Follow, Localized, Message, Order, Parcel, Stage
from bot.views import card, fonts, states, wording
from bot.views.canvas import AMBER, BLUE, GREEN, GREY, INK, MARGIN, PAPER, RAIL, WIDTH, Canvas
from bot.views.contact import is_trouble

PARCELS_SHOWN = 3
_TALLEST = 1500  # height of the paper, of which only what is used is kept
_TITLE_LIMIT = 120  # characters


@dataclass(frozen=True, slots=True, kw_only=True)
class _Tone:
    """Colors of the head: its ground, what decorates it, and its lesser words."""

    ground: str
    shade: str
    soft: str


_ON_THE_WAY = _Tone(ground="#1d63c4", shade="#2a70d2", soft="#d6e5fa")
_ARRIVED = _Tone(ground="#1a7f45", shade="#248d51", soft="#d3efdf")


def share(
    words: Words, facts: Localized, follow: Follow | None = None, *, now: datetime, shop: str = ""
) -> Message:
    """The journey as a message to share: as text, and as a picture if one can be drawn.

    Drawing takes about a tenth of a second of one core: call it in a thread.
    """
    order = facts.order
    state = states.state(words, order.stage, order.reason)
    title = _title(words, order, follow)
    lines = [fill("{} <b>{}</b>", _icon(order), words.isolate(title) if title else state)]
    if title:
        lines.append(state)
    for parcel in order.live[:PARCELS_SHOWN]:
        bar = states.bar(words, parcel)
        lines += [*([bar] if bar is not None else []), *card.expected(words, parcel, now)[:1]]
    return Message(text=words.page(lines), photo=journey(words, facts, follow, now=now, shop=shop))


def journey(
    words: Words,
    facts: Localized,
    follow: Follow | None = None,
    *,
    now: datetime,
    shop: str = "",
    folders: tuple[Path, ...] = fonts.FOLDERS,
) -> bytes | None:
    """A PNG of the order's parcels; None where there is none yet, or no font installed for the language."""
    order = facts.order
    parcels = order.live[:PARCELS_SHOWN]
    if not parcels:
        return None
    page = Canvas(words, _TALLEST, folders)
    title = fonts.writable(words, _title(words, order, follow), folders)
    y = _head(page, order, title, now) + 40
    for parcel in parcels:
        y = _parcel(page, order, parcel, y, now)
    page.box(MARGIN, y, WIDTH - MARGIN, y + 2, RAIL)
    shop = page.shortened(fonts.writable(words, shop, folders), 30, WIDTH / 2, bold=True)
    page.write(shop, y + 22, size=30, bold=True)
    as_of = words.t("As of {date}", date=words.date(now, now))
    page.write(plain(as_of), y + 24, size=26, color=GREY, at_end=True)
    return None if page.speechless else page.png(y + 90)


def _title(words: Words, order: Order, follow: Follow | None) -> str:
    """The reader's own name for the order, else its first article; empty where neither is known."""
    texts = (wording.label_of(follow), *wording.article_titles(words, order))
    named = (wording.clip(text, _TITLE_LIMIT) for text in texts)
    return next((text for text in named if text), "")


def _icon(order: Order) -> str:
    return states.icon(order.stage, order.reason)


# ── the head: what, how far, when ───────────────────────────────────────────────────────────────


def _head(page: Canvas, order: Order, title: str, now: datetime) -> int:
    """Title, state and, of a single parcel, its date; where the head ends."""
    words = page.words
    tone = _ARRIVED if order.stage is Stage.DELIVERED else _ON_THE_WAY
    page.box(0, 0, WIDTH, _TALLEST, tone.ground)
    page.disc(page.across(WIDTH - 90), 60, 330, tone.shade)
    page.disc(page.across(WIDTH - 90), 60, 190, tone.ground)
    state = plain(states.state(words, order.stage, order.reason))
    y = page.paragraph(title or state, 54, sizes=(60, 52, 44), bold=True, color=PAPER) + 6
    if title:
        y = page.paragraph(state, y, sizes=(38, 34), color=tone.soft) + 4
    label, day, beside = _date(words, order.live, now)
    if label:
        page.write(label, y + 26, size=28, color=tone.soft)
        y += 36
    if day:
        page.write(day, y + 22, size=96, bold=True, color=PAPER)
        y += 22 + 126
    if beside:
        page.write(beside, y + 10, size=36, color=tone.soft)
        y += 56
    page.box(0, y + 40, WIDTH, _TALLEST, PAPER)
    return y + 40


def _date(words: Words, parcels: tuple[Parcel, ...], now: datetime) -> tuple[str, str, str]:
    """A single parcel's date with what is said above and below it; all empty where none is known."""
    if len(parcels) != 1:
        return "", "", ""
    parcel = parcels[0]
    if parcel.stage in {Stage.DELIVERED, Stage.RETURNED} and parcel.stage_since:
        return "", words.date(parcel.stage_since, now), ""
    if (likely := wording.likely_days(words, parcel, now)) is not None:
        if likely[1] < words.today(now):
            return plain(words.t("Later than usual for this route")), "", ""
        # Translators: stands above a day or a range of days, as its label.
        return plain(words.t("Most likely")), words.days(*likely, now), ""
    day = wording.expected_on(words, parcel, now)
    if day is None:
        return "", "", ""
    left = (day - words.today(now)).days
    if left < 0:
        # Translators: stands above a date, as its label.
        label = words.t("Was expected")
        return plain(label), words.date(day, now), plain(words.plural("{n} day late", "{n} days late", -left))
    # Translators: stands above a date, as its label.
    return plain(words.t("Expected delivery")), words.date(day, now), plain(words.distance(left))


# ── the way of each parcel ──────────────────────────────────────────────────────────────────────


def _parcel(page: Canvas, order: Order, parcel: Parcel, y: int, now: datetime) -> int:
    """The five stops and, where it turned round, the way back; where they end."""
    words = page.words
    if len(order.live) > 1:
        number = wording.position(order, parcel)
        title = words.t("Parcel {number} of {count}", number=number, count=len(order.live))
        page.write(plain(title), y, size=30, bold=True)
        page.write(_when(words, parcel, now), y + 2, size=28, color=GREY, at_end=True)
        y += 46
    gap = (WIDTH - 2 * MARGIN - 120) / 4
    places = [page.across(MARGIN + 60 + gap * place) for place in range(5)]
    reached = states.furthest(parcel)
    if states.stage_of(parcel) is Stage.CANCELLED:
        return y
    if parcel.stage in {Stage.RETURNING, Stage.RETURNED}:
        y = _way_back(page, parcel, places, reached, y)
    return _stops(page, parcel, places, reached, y + 40)


def _stops(page: Canvas, parcel: Parcel, places: list[float], reached: int, y: int) -> int:
    """The line with its stops, their names and days; only the last stop reached tells of trouble."""
    words, days, width = page.words, _days(parcel), abs(places[1] - places[0]) - 16
    passed = GREEN if parcel.stage is Stage.DELIVERED else BLUE
    last = AMBER if is_trouble(states.stage_of(parcel), parcel.reason) else passed
    at = {Stage.RETURNING: None, Stage.RETURNED: 1}.get(parcel.stage, reached)
    page.rail(places[0], places[4], y, RAIL)
    if reached > 1:
        page.rail(places[0], places[reached - 1], y, passed)
    lowest = y
    for place, x in enumerate(places, 1):
        current = place == at
        color = RAIL if place > reached else last if current else passed
        page.stop(x, y, color, current=current)
        name = plain(states.step_name(words, place))
        ink = INK if place <= reached else GREY
        below = page.write_at(name, x, y + 36, size=26, width=width, bold=current, color=ink)
        if place in days and place <= reached:
            below = page.write_at(words.month_day(days[place]), x, below, size=24, width=width, color=GREY)
        lowest = max(lowest, below)
    return lowest + 34


def _way_back(page: Canvas, parcel: Parcel, places: list[float], reached: int, y: int) -> int:
    """The way back to the sender above the stops, as far as the parcel has come."""
    start, end = places[max(1, reached - 1)], places[0]
    state = plain(states.stage_name(page.words, parcel.stage))
    below = page.write_at(state, (start + end) / 2, y, size=26, width=abs(start - end), bold=True)
    lane = below + 18
    arrived = parcel.stage is Stage.RETURNED
    tip = end if arrived else (start + end) / 2
    page.way_back(start, tip, lane, AMBER)
    return lane + 20


def _when(words: Words, parcel: Parcel, now: datetime) -> str:
    """A parcel's date beside others; its state where it has none."""
    if parcel.stage in {Stage.DELIVERED, Stage.RETURNED} and parcel.stage_since:
        return f"{plain(states.stage_name(words, parcel.stage))} · {words.date(parcel.stage_since, now)}"
    expected = card.expected(words, parcel, now)
    return plain(expected[0] if expected else states.state(words, parcel.stage, parcel.reason))


def _days(parcel: Parcel) -> dict[int, datetime]:
    """When each of the five steps began, if the nodes tell."""
    days: dict[int, datetime] = {}
    for node in sorted(parcel.nodes, key=lambda node: node.at):
        number = states.step_of(node.stage)
        announced = node.stage is Stage.IMPORT_CUSTOMS and not days.keys() & {3, 4}
        if number is not None and not announced:
            days.setdefault(number, node.at)
    return days
