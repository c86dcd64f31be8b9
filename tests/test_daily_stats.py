"""A line a day, and the chart drawn from it."""

from __future__ import annotations

import io
from datetime import date, timedelta

import pytest
from PIL import Image

from bot import daily_stats
from bot.i18n import Words
from bot.model import DailyStats
from bot.views import chart

FIRST = date(2026, 11, 1)


def _days(count: int) -> tuple[DailyStats, ...]:
    return tuple(
        DailyStats(
            on=FIRST + timedelta(days=n),
            orders=10 + n,
            pushes=3 * n,
            calls=400 + 10 * n,
            budget=5000,
            delay=timedelta(minutes=20 + n),
        )
        for n in range(count)
    )


def test_days_come_back_as_they_were_written_and_a_day_is_written_anew() -> None:
    kept = None
    for day in (*_days(5), _days(5)[-1]):
        kept = daily_stats.write(kept, day)
    assert daily_stats.read(kept, FIRST) == _days(5)
    assert daily_stats.read(kept, FIRST + timedelta(days=3)) == _days(5)[3:]


def test_old_days_are_forgotten() -> None:
    kept = None
    for day in _days(120):
        kept = daily_stats.write(kept, day)
    assert len(daily_stats.read(kept, FIRST)) == 90


@pytest.mark.parametrize("language", ["en", "ar", "ru"])
@pytest.mark.parametrize("count", [1, 7, 30])
def test_the_chart_is_a_picture_that_telegram_takes(language: str, count: int) -> None:
    drawn = chart.draw(Words(language=language), _days(count))
    if drawn is None:
        pytest.skip("NO FONT HERE for this language: charts go out as words")
    picture = Image.open(io.BytesIO(drawn))
    assert picture.width + picture.height <= 10_000
    colours = {colour for _, colour in picture.getcolors(1 << 24) or []}
    assert (0x2F, 0x80, 0xED) in colours


def test_no_days_no_picture() -> None:
    assert chart.draw(Words(language="en"), ()) is None
