"""The journey as a picture to pass on: how far, on which days, when it comes; nothing about who ordered."""

from __future__ import annotations

import io
from datetime import datetime
from pathlib import Path

from markupsafe import Markup
from PIL import Image, ImageDraw

from bot.i18n import Words, plain
from bot.model import Localised, Message, Parcel, Stage
from bot.views import card, fonts, wording

WIDTH, MARGIN = 1200, 90
PARCELS_SHOWN = 3
_HEAD, _PARCEL, _FOOT = 330, 250, 10  # heights
_FINER = 2  # drawn so much larger, then reduced: round things become smooth

_SMALLEST = 11  # type size: nothing is written smaller

_INK, _GREY, _RAIL, _PAPER = "#17212b", "#6b7885", "#dde3e8", "#ffffff"
_BLUE, _GREEN, _AMBER = "#2f80ed", "#27a35a", "#e08a00"
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
    lines = [Markup("{} <b>{}</b>").format(wording.icon(order.stage), wording.stage_name(words, order.stage))]
    for parcel in order.parcels[:PARCELS_SHOWN]:
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
    parcels = facts.order.parcels[:PARCELS_SHOWN]
    if not parcels:
        return None
    page = _Page(words, _HEAD + _PARCEL * len(parcels) + _FOOT, folders)
    first = min(parcels, key=lambda each: wording.step(each) or 0)
    page.write(plain(wording.stage_name(words, facts.order.stage)), 70, size=60, bold=True)
    page.write(_when(words, first, now), 160, size=36, colour=_GREY)
    for place, parcel in enumerate(parcels):
        _draw_parcel(page, parcel, _HEAD + place * _PARCEL, of=len(facts.order.parcels))
    page.write(shop, page.height - 70, size=28, colour=_GREY)
    page.write(words.date(now, now), page.height - 70, size=28, colour=_GREY, at_end=True)
    return None if page.speechless else page.png()


def _when(words: Words, parcel: Parcel, now: datetime) -> str:
    if parcel.stage.final and parcel.stage_since:
        return words.date(parcel.stage_since, now)
    told = card.expected(words, parcel, now)
    return plain(told[0]) if told else ""


def _draw_parcel(page: _Page, parcel: Parcel, top: int, *, of: int) -> None:
    words = page.words
    if of > 1:
        number = words.t("Parcel {number} of {count}", number=parcel.index, count=of)
        page.write(plain(number), top - 84, size=28, bold=True)
    reached = wording.step(parcel) or 0
    colour = _colour(parcel)
    gap = (WIDTH - 2 * MARGIN - 120) / 4
    places = [page.across(MARGIN + 60 + gap * place) for place in range(5)]
    page.rail(places[0], places[4], top, _RAIL)
    if reached > 1:
        page.rail(places[0], places[reached - 1], top, colour)
    days = _days(parcel)
    for place, x in enumerate(places, 1):
        page.stop(x, top, colour if place <= reached else _RAIL, current=place == reached)
        name = plain(wording.step_name(words, place))
        below = page.write_at(name, x, top + 36, size=26, width=gap - 16, bold=place == reached)
        if place in days and place <= reached:
            page.write_at(words.month_day(days[place]), x, below, size=24, width=gap, colour=_GREY)


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
        return _GREEN
    return _AMBER if parcel.stage in _TROUBLE else _BLUE


class _Page:
    """The paper: everything is mirrored for languages that are written from the right."""

    def __init__(self, words: Words, height: int, folders: tuple[Path, ...]) -> None:
        self._folders = folders
        self.words, self.height, self.speechless = words, height, False
        self._image = Image.new("RGB", (WIDTH * _FINER, height * _FINER), _PAPER)
        self._draw = ImageDraw.Draw(self._image)

    def across(self, x: float) -> float:
        """The same distance from the side where reading begins."""
        return WIDTH - x if self.words.right_to_left else x

    def rail(self, start: float, end: float, y: int, colour: str) -> None:
        low, high = sorted((start, end))
        self._draw.rectangle(_finer(low, y - 5, high, y + 5), fill=colour)

    def stop(self, x: float, y: int, colour: str, *, current: bool) -> None:
        radius = 24 if current else 17
        self._draw.ellipse(_finer(x - radius, y - radius, x + radius, y + radius), fill=colour)
        if current:
            self._draw.ellipse(_finer(x - 9, y - 9, x + 9, y + 9), fill=_PAPER)

    def write(
        self, text: str, y: int, *, size: int, bold: bool = False, colour: str = _INK, at_end: bool = False
    ) -> None:
        """A line from the side where reading begins, or up to where it ends."""
        runs, width = self._fitting(text, size, WIDTH - 2 * MARGIN, bold=bold)
        from_left = self.words.right_to_left is at_end
        self._put(runs, MARGIN if from_left else WIDTH - MARGIN - width, y, size, colour)

    def write_at(
        self, text: str, x: float, y: int, *, size: int, width: float, bold: bool = False, colour: str = _INK
    ) -> int:
        """Lines with their middle at `x`, in a column of this width; the height where the next may begin."""
        for line in self._lines(text, size, width, bold=bold):
            runs, wide = self._fitting(line, size, width, bold=bold)
            self._put(runs, x - wide / 2, y, size, colour)
            y += round(size * 1.35)
        return y + 4

    def png(self) -> bytes:
        written = io.BytesIO()
        self._image.resize((WIDTH, self.height), Image.Resampling.BOX).save(written, "PNG")
        return written.getvalue()

    def _lines(self, text: str, size: int, room: float, *, bold: bool) -> list[str]:
        """The text in two lines where it is too wide for one and has a space to part at."""
        if self._laid_out(text, size, bold=bold)[1] <= room or " " not in text:
            return [text]
        words = text.split(" ")
        halves = [(" ".join(words[:cut]), " ".join(words[cut:])) for cut in range(1, len(words))]
        return list(min(halves, key=lambda pair: max(map(len, pair))))

    def _fitting(self, text: str, size: int, room: float, *, bold: bool) -> tuple[list[fonts.Run], float]:
        """The text's runs in the largest type, from `size` down, in which it fits the room; their width."""
        for smaller in range(size, _SMALLEST, -1):
            runs, width = self._laid_out(text, smaller, bold=bold)
            if width <= room:
                return runs, width
        return self._laid_out(text, _SMALLEST, bold=bold)

    def _laid_out(self, text: str, size: int, *, bold: bool) -> tuple[list[fonts.Run], float]:
        runs = fonts.runs(self.words, text, size * _FINER, bold=bold, folders=self._folders)
        self.speechless = self.speechless or runs is None
        return runs or [], sum(font.getlength(piece) for piece, font in runs or []) / _FINER

    def _put(self, runs: list[fonts.Run], x: float, y: int, size: int, colour: str) -> None:
        at = x * _FINER
        for piece, font in runs:
            self._draw.text((at, (y + size) * _FINER), piece, fill=colour, font=font, anchor="ls")
            at += font.getlength(piece)


def _finer(*sides: float) -> tuple[float, ...]:
    return tuple(side * _FINER for side in sides)
