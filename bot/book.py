"""What the shop's book costs: calls a day, how thin they are spread, first looks; what orders weigh."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import count, repeat

from bot.model import BookNeeds, Stage, Watch

_SHARE = 0.5  # of a day's calls at most for orders that nobody waits for, where there are too few
_AT_ONCE = 0.05  # of a day's calls: so many new orders are looked at right away
_DAY = 86_400.0
_TROUBLE = {Stage.FAILED_ATTEMPT, Stage.EXCEPTION, Stage.DUTIES_DUE, Stage.ADDRESS_CHANGE, Stage.RETURNING}
_OVERDUE = timedelta(days=1)  # behind its promised date


def book_needs(orders: int, ceiling: float, budget: int | None) -> BookNeeds:
    """What so many orders need that only the shop watches; `ceiling` is CHECK_MAX in seconds.

    Half of the day's `budget` (None: no limit) stays for what people wait for.
    """
    calls = round(orders * _DAY / ceiling)
    granted = calls if budget is None else min(calls, max(int(_SHARE * budget), 1))
    gap = max(ceiling, orders * _DAY / granted) if granted < calls else ceiling
    return BookNeeds(orders=orders, calls=calls, granted=granted, gap=gap)


def first_looks(now: datetime, budget: int | None) -> Iterator[datetime]:
    """When orders that are booked together are looked at first: some right away, the others by and by."""
    if budget is None:
        return repeat(now)
    at_once, step = max(int(_AT_ONCE * budget), 1), timedelta(seconds=_DAY / max(_SHARE * budget, 1.0))
    return (now + max(n - at_once, 0) * step for n in count(1))


def weight(watch: Watch, book_weight: float, now: datetime) -> float:
    """Who waits for the order's news, in persons: its chats, and the shop where it is booked.

    The shop weighs `book_weight`, and as much as a person once the order is in trouble.
    """
    if not watch.booked:
        return watch.weight
    overdue = watch.eta is not None and now - watch.eta >= _OVERDUE and not watch.stage.final
    troubled = overdue or watch.stage in _TROUBLE
    return watch.weight + (max(book_weight, 1.0) if troubled else book_weight)
