"""The merchant's figures: summaries by month, week and carrier, and the file."""

from __future__ import annotations

import csv
import io
import statistics
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import figures
from bot.i18n import Words
from bot.model import Figures, Reason, Reported, Stage, Tally
from bot.views import chart
from bot.views import figures as view
from tests.make import there

NOW = datetime(2026, 11, 30, 12, tzinfo=UTC)
TODAY, SINCE = date(2026, 11, 30), datetime(2026, 9, 1, tzinfo=UTC)
NONE = Reported(reported=0, solved=0)


def _of(*tallies: Tally) -> Figures:
    return figures.figures(tallies, {}, NONE, questions=0, since=SINCE, today=TODAY)


@given(st.lists(st.tuples(st.integers(0, 90), st.integers(1, 3)), min_size=1, max_size=40))
def test_half_and_nine_in_ten_are_the_least_days_that_suffice(counted: list[tuple[int, int]]) -> None:
    found = figures.summary(
        Tally(on=TODAY, carrier="", days=days, parcels=parcels) for days, parcels in counted
    )
    took = sorted(days for days, parcels in counted for _ in range(parcels))
    assert found.half == statistics.median_low(took)
    for share, days in ((0.5, found.half), (0.9, found.nine_in_ten)):
        assert days is not None
        assert sum(one <= days for one in took) >= share * len(took) > sum(one < days for one in took) - 1e-9
    assert found.parcels == len(took)


def test_what_has_no_duration_counts_as_delivered_only() -> None:
    found = figures.summary([Tally(on=TODAY, carrier="", days=None, parcels=4, promised=2, late=1)])
    assert (found.parcels, found.half, found.nine_in_ten, found.late_share) == (4, None, None, 0.5)
    assert figures.summary(()).late_share is None


@pytest.mark.parametrize(
    ("now", "zone", "kept", "begins"),
    [
        (NOW.replace(minute=34, second=56, microsecond=789), "UTC", 120, datetime(2026, 9, 1, tzinfo=UTC)),
        (NOW, "Asia/Tokyo", 120, datetime(2026, 8, 31, 15, tzinfo=UTC)),
        (datetime(2026, 1, 15, tzinfo=UTC), "UTC", 120, datetime(2025, 11, 1, tzinfo=UTC)),
        (NOW, "UTC", 10, NOW - timedelta(days=10)),
    ],
)
def test_they_begin_two_months_before_this_one_or_where_orders_are_deleted(
    now: datetime, zone: str, kept: int, begins: datetime
) -> None:
    since = figures.since(now, ZoneInfo(zone), timedelta(days=kept))
    assert since == begins
    assert since.tzinfo is UTC


def test_months_weeks_and_carriers_hold_every_parcel_once() -> None:
    tallies = [
        Tally(on=TODAY - timedelta(days=n), carrier="AB"[n % 2], days=n % 30, parcels=1 + n % 2, promised=1)
        for n in range(91)
    ]
    found = _of(*tallies)
    total = sum(one.parcels for one in tallies)
    assert found.total.parcels == total
    for groups in (found.months, found.carriers):
        assert sum(one.parcels for _, one in groups) == total
    assert sum(one.parcels for *_, one in found.table) == total
    assert [month for month, _ in found.months] == [date(2026, 9, 1), date(2026, 10, 1), date(2026, 11, 1)]
    assert [name for name, _ in found.carriers] == ["B", "A"], "the one with most parcels first"
    assert found.since == SINCE
    equal = _of(*(Tally(on=TODAY, carrier=name, days=9) for name in "BA"))
    assert [name for name, _ in equal.carriers] == ["A", "B"]
    assert [last for last, _ in found.weeks][::11] == [TODAY - timedelta(weeks=11), TODAY]
    assert len(found.weeks) == 12, "whole weeks only"
    assert found.weeks[0][1].parcels == sum(one.parcels for one in tallies[77:84])


def test_the_file_is_a_table_that_no_spreadsheet_executes() -> None:
    rows = Tally(on=TODAY, carrier='=HYPERLINK("x")', days=9, parcels=2, promised=2, late=1)
    name, content = view.deliveries(_of(rows, Tally(on=TODAY, carrier="", days=None)))
    read = list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))
    assert name == "stats.csv"
    assert [row["carrier"][:1] for row in read] == ["", "'"]
    assert [row["median_days"] for row in read] == ["", "9"]
    assert read[1] | {"carrier": ""} == {
        "month": "2026-11", "carrier": "", "parcels": "2", "median_days": "9", "p90_days": "9",
        "promised": "2", "late": "1", "late_share": "0.500",
    }  # fmt: skip


def test_a_second_file_counts_problems_by_kind_and_open_questions() -> None:
    known = figures.figures(
        (),
        {(Stage.FAILED_ATTEMPT, Reason.ABSENT): 2, (Stage.IMPORT_CUSTOMS, Reason.CUSTOMS): 5},
        Reported(reported=3, solved=1),
        questions=4,
        since=SINCE,
        today=TODAY,
    )
    _, message = view.files(known)
    assert message.document is not None
    name, content = message.document
    assert (name, content.decode("utf-8-sig").splitlines()) == (
        "problems.csv",
        [
            "problem,reason,orders",
            "import_customs,customs,5",
            "failed_attempt,absent,2",
            "reported_by_customers,,3",
            "reported_by_customers,solved,1",
            "questions_open,,4",
        ],
    )


def test_the_chart_is_drawn_once_there_is_something_to_see() -> None:
    words = Words(language="en")
    assert chart.draw_figures(words, _of().weeks) is None
    seen = _of(Tally(on=TODAY, carrier="A", days=9, promised=1, late=1))
    drawn = there(chart.draw_figures(words, seen.weeks))
    assert drawn.startswith(b"\x89PNG")
