"""The merchant's numbers as a picture: messages, calls against the budget, delay of news, day by day."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

from bot.i18n import Words, plain
from bot.model import DailyStats
from bot.views import fonts
from bot.views.canvas import AMBER, BLUE, GREEN, GREY, MARGIN, RAIL, WIDTH, Page

_TOP, _BAND, _BARS = 40, 300, 150  # heights: before the first chart, of one chart, of its bars
_LABELS = 8  # days written under the bars at most


def draw(
    words: Words, days: Sequence[DailyStats], *, folders: tuple[Path, ...] = fonts.FOLDERS
) -> bytes | None:
    """A PNG of these days, oldest first; None without days, or without a font for the language."""
    if not days:
        return None
    page = Page(words, _TOP + 4 * _BAND, folders)
    delays = [day.delay.total_seconds() if day.delay else 0.0 for day in days]
    longest = words.duration(timedelta(seconds=max(delays))) if any(delays) else "–"
    number = words.number
    charts = (
        (words.t("Orders followed"), [float(day.orders) for day in days], GREEN, None),
        (words.t("Messages sent"), [float(day.pushes) for day in days], BLUE, None),
        (words.t("AliExpress calls"), [float(day.calls) for day in days], BLUE, max(d.budget for d in days)),
        (words.t("Delay of news"), delays, AMBER, None),
    )
    for place, (title, values, color, limit) in enumerate(charts):
        top = _TOP + place * _BAND
        most = longest if values is delays else number(max(values))
        page.write(plain(title), top, size=34, bold=True)
        page.write(most, top, size=30, color=GREY, at_end=True)
        _bars(page, values, top + 60, color, limit)
        _dates(page, days, top + 60 + _BARS + 8)
    return None if page.speechless else page.png()


def _bars(page: Page, values: Sequence[float], top: float, color: str, limit: int | None) -> None:
    """Bars over a ground line; above `limit`, which is drawn as a line, nothing is to be seen."""
    highest = max(*values, float(limit or 0), 1e-9)
    room = (WIDTH - 2 * MARGIN) / len(values)
    ground = top + _BARS
    page.box(MARGIN, ground, WIDTH - MARGIN, ground + 2, RAIL)
    for place, value in enumerate(values):
        left = MARGIN + place * room
        height = _BARS * value / highest
        if height >= 1:
            page.box(left + room * 0.15, ground - height, left + room * 0.85, ground, color)
    if limit:
        line = ground - _BARS * limit / highest
        page.box(MARGIN, line - 1, WIDTH - MARGIN, line + 1, AMBER)


def _dates(page: Page, days: Sequence[DailyStats], top: int) -> None:
    room = (WIDTH - 2 * MARGIN) / len(days)
    step = -(-len(days) // _LABELS)
    for place in range(len(days) - 1, -1, -step):
        middle = page.across(MARGIN + (place + 0.5) * room)
        text = page.words.month_day(days[place].on)
        page.write_at(text, middle, top, size=22, width=room * step, color=GREY)
