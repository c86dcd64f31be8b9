"""Summaries of delivered parcels, by month, week and carrier. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import TypeVar
from zoneinfo import ZoneInfo

from bot.model import Figures, Reason, Reported, Stage, Summary, Tally

MONTHS = 3  # the current one and those before it
_WEEKS = 13
_Key = TypeVar("_Key", bound=Hashable)


def since(now: datetime, zone: ZoneInfo, retention: timedelta) -> datetime:
    """Where the figures begin: with the month before last, or where finished orders are deleted already."""
    today = now.astimezone(zone)
    months = today.year * 12 + today.month - MONTHS
    first = today.replace(
        year=months // 12, month=months % 12 + 1, day=1, hour=0, minute=0, second=0, microsecond=0
    )
    return max(first.astimezone(now.tzinfo), now - retention)


def figures(
    tallies: Sequence[Tally],
    troubles: Mapping[tuple[Stage, Reason], int],
    reported: Reported,
    *,
    questions: int,
    since: datetime,
    today: date,
) -> Figures:
    """What was counted `since` then, summarized up to `today`."""
    carriers = _by(tallies, lambda one: one.carrier)
    by_month_and_carrier = _by(tallies, lambda one: (_month(one), one.carrier))
    table = [(month, carrier, each) for (month, carrier), each in by_month_and_carrier.items()]
    return Figures(
        since=since,
        total=summary(tallies),
        months=tuple(sorted(_by(tallies, _month).items())),
        carriers=tuple(sorted(carriers.items(), key=lambda one: (-one[1].parcels, one[0]))),
        weeks=_weeks(tallies, since, today),
        table=tuple(sorted(table, key=lambda row: row[:2])),
        troubles=troubles,
        reported=reported,
        questions=questions,
    )


def summary(tallies: Iterable[Tally]) -> Summary:
    """These tallies as one."""
    took: Counter[int] = Counter()
    parcels = promised = late = 0
    for one in tallies:
        parcels, promised, late = parcels + one.parcels, promised + one.promised, late + one.late
        if one.days is not None:
            took[one.days] += one.parcels
    return Summary(
        parcels=parcels,
        half=_quantile(took, 1, 2),
        nine_in_ten=_quantile(took, 9, 10),
        promised=promised,
        late=late,
    )


def _quantile(took: Mapping[int, int], part: int, whole: int) -> int | None:
    """The least number of days within which `part` of `whole` arrived."""
    wanted, reached = sum(took.values()) * part, 0
    for days, parcels in sorted(took.items()):
        reached += parcels * whole
        if reached >= wanted:
            return days
    return None


def _by(tallies: Iterable[Tally], key: Callable[[Tally], _Key]) -> dict[_Key, Summary]:
    groups: dict[_Key, list[Tally]] = {}
    for one in tallies:
        groups.setdefault(key(one), []).append(one)
    return {each: summary(some) for each, some in groups.items()}


def _month(one: Tally) -> date:
    return one.on.replace(day=1)


def _weeks(tallies: Iterable[Tally], since: datetime, today: date) -> tuple[tuple[date, Summary], ...]:
    """The whole weeks that end today, a week ago and so on; weeks without a delivery, too."""
    found = _by(tallies, lambda one: (today - one.on).days // 7)
    whole = min(_WEEKS, (today - since.date()).days // 7)
    none = summary(())
    return tuple((today - timedelta(weeks=n), found.get(n, none)) for n in range(whole - 1, -1, -1))
