"""Numbers as a picture: the bot's day by day, the shop's deliveries week by week."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from bot.i18n import Words, plain
from bot.model import DailyStats, Summary
from bot.views import fonts
from bot.views.canvas import AMBER, BLUE, GREEN, GREY, MARGIN, RAIL, WIDTH, Canvas

_TOP, _BAND, _BARS = 40, 300, 150  # heights: before the first chart, of one chart, of its bars
_LABELS = 8  # days written under the bars at most
_COUNTED = ("orders", "pushes", "calls")


def draw(
    words: Words, days: Sequence[DailyStats], *, folders: tuple[Path, ...] = fonts.FOLDERS
) -> bytes | None:
    """A PNG of the bot's days, oldest first; None without days, or without a font for the language."""
    if not days:
        return None
    delays = [day.delay.total_seconds() if day.delay else 0.0 for day in days]
    longest = words.duration(timedelta(seconds=max(delays))) if any(delays) else "–"
    number = words.number
    orders, pushes, calls = ([float(getattr(day, name)) for day in days] for name in _COUNTED)
    charts = (
        _Chart(plain(words.t("Orders followed")), orders, GREEN, number(max(orders))),
        _Chart(plain(words.t("Messages sent")), pushes, BLUE, number(max(pushes))),
        _Chart(
            plain(words.t("AliExpress calls")),
            calls,
            BLUE,
            number(max(calls)),
            limit=max(day.budget for day in days),
        ),
        _Chart(plain(words.t("Delay of news")), delays, AMBER, longest),
    )
    return _draw(words, [day.on for day in days], charts, folders)


def draw_figures(
    words: Words, weeks: Sequence[tuple[date, Summary]], *, folders: tuple[Path, ...] = fonts.FOLDERS
) -> bytes | None:
    """A PNG of deliveries by week (its last day), oldest first; None without any, or without a font."""
    if not any(week.parcels for _, week in weeks):
        return None
    parcels = [float(week.parcels) for _, week in weeks]
    half = [float(week.half or 0) for _, week in weeks]
    late = [week.late_share or 0.0 for _, week in weeks]
    longest = plain(words.plural("{n} day", "{n} days", int(max(half))))
    charts = (
        _Chart(plain(words.t("Parcels delivered")), parcels, GREEN, words.number(max(parcels))),
        _Chart(plain(words.t("Days to delivery (median)")), half, BLUE, longest),
        _Chart(plain(words.t("Later than promised")), late, AMBER, words.percent(max(late))),
    )
    return _draw(words, [last for last, _ in weeks], charts, folders)


@dataclass(frozen=True, slots=True)
class _Chart:
    """Bars under a title, with the highest value as a text; `limit` is drawn as a line."""

    title: str
    values: Sequence[float]
    color: str
    most: str
    limit: int | None = None


def _draw(
    words: Words, days: Sequence[date], charts: Sequence[_Chart], folders: tuple[Path, ...]
) -> bytes | None:
    page = Canvas(words, _TOP + len(charts) * _BAND, folders)
    for place, chart in enumerate(charts):
        top = _TOP + place * _BAND
        page.write(chart.title, top, size=34, bold=True)
        page.write(chart.most, top, size=30, color=GREY, at_end=True)
        _bars(page, chart.values, top + 60, chart.color, chart.limit)
        _dates(page, days, top + 60 + _BARS + 8)
    return None if page.speechless else page.png()


def _bars(page: Canvas, values: Sequence[float], top: float, color: str, limit: int | None) -> None:
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


def _dates(page: Canvas, days: Sequence[date], top: int) -> None:
    room = (WIDTH - 2 * MARGIN) / len(days)
    step = -(-len(days) // _LABELS)
    for place in range(len(days) - 1, -1, -step):
        middle = page.across(MARGIN + (place + 0.5) * room)
        text = page.words.month_day(days[place])
        page.write_at(text, middle, top, size=22, width=room * step, color=GREY)
