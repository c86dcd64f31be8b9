"""What must hold in every simulation."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta

from tests.simulation.engine import CEILING, PER_SECOND, Outcome


def broken(outcome: Outcome) -> list[str]:
    """Every promise that was broken."""
    return [
        *_lost(outcome),
        *_repeated(outcome),
        *_foreign(outcome),
        *_unlooked(outcome),
        *_overspent(outcome),
    ]


def owed(outcome: Outcome) -> Iterator[tuple[int, str]]:
    """Chat and mark of every scan that appeared while the chat followed its order, to the end."""
    for interest in outcome.interests:
        if interest.until is None:
            for at, text in outcome.scans[interest.order]:
                if at > interest.since + timedelta(seconds=1):
                    yield interest.place.chat_id, text.rpartition(" ")[2]


def _lost(outcome: Outcome) -> Iterator[str]:
    named = {(one.place.chat_id, mark) for one in outcome.arrived for mark in one.marks}
    for chat, mark in owed(outcome):
        if (chat, mark) not in named and (chat, mark) not in outcome.told_by_row:
            yield f"lost: {mark} for chat {chat}"
    if outcome.waiting:
        yield f"not told in the end: {outcome.waiting}"


def _repeated(outcome: Outcome) -> Iterator[str]:
    """A mark may come again only where the telling before it was not settled: no answer, or a death."""
    last: dict[tuple[int, str], int] = {}
    for one in outcome.arrived:
        for mark in one.marks:
            before = last.get((one.place.chat_id, mark))
            if before is not None and before not in outcome.doubtful and not outcome.deaths:
                yield f"repeated: {mark} in chat {one.place.chat_id}"
            last[one.place.chat_id, mark] = one.id


def repeats(outcome: Outcome) -> int:
    """How many tellings told something again."""
    times = Counter((one.place.chat_id, mark) for one in outcome.arrived for mark in one.marks)
    return sum(n - 1 for n in times.values())


def _foreign(outcome: Outcome) -> Iterator[str]:
    orders = {text.rpartition(" ")[2]: order for order, scans in outcome.scans.items() for _, text in scans}
    for one in outcome.arrived:
        for mark in one.marks:
            near = [
                interest
                for interest in outcome.interests
                if interest.place == one.place and interest.order == orders.get(mark)
            ]
            late = timedelta(seconds=1)
            if not any(i.until is None or one.at <= i.until + late for i in near):
                yield f"foreign: {mark} in chat {one.place.chat_id}"


def _unlooked(outcome: Outcome) -> Iterator[str]:
    """An order that is followed to the end is never left alone for longer than the ceiling and a tenth.

    Unless AliExpress was away, or people and failed calls had used up the day's: then until the next day.
    """
    most = timedelta(seconds=CEILING * 1.1)
    for order, looks in outcome.looks.items():
        since = min(
            (i.since for i in outcome.interests if i.order == order and i.until is None), default=None
        )
        if since is None:
            continue
        times = [at for at in looks if at >= since]
        for before, after in zip([since, *times], times, strict=False):
            excused = _away(outcome, before, after) or _spent(outcome, before, after)
            if after - before > most and not excused:
                yield f"not looked at: {order} for {after - before}"


def _away(outcome: Outcome, begin: datetime, end: datetime) -> bool:
    return any(a <= end and b >= begin for a, b in outcome.outages)


def _spent(outcome: Outcome, begin: datetime, end: datetime) -> bool:
    soon = timedelta(minutes=2)
    return any(begin <= at <= end <= until + soon for at, until in outcome.spent)


def _overspent(outcome: Outcome) -> Iterator[str]:
    if outcome.most_a_day > outcome.case.per_day:
        yield f"calls in a day: {outcome.most_a_day}"
    if outcome.most_a_second > PER_SECOND + 1:
        yield f"calls in a second: {outcome.most_a_second}"
