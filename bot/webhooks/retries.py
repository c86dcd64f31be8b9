"""When an event is tried again, and how long an endpoint that fails is left alone. Pure.

`luck` is a random number from 0 to 1: without it, what failed together would be tried again together.
"""

from __future__ import annotations

from datetime import datetime, timedelta

TRIED_FOR = timedelta(days=3)
"""From an event's first attempt to its last, and until an endpoint that accepts nothing is paused."""

FAILING = 3
"""Failures in a row after which it is the endpoint that fails, and not one event."""

# Seconds after the first failure, the second …; each is longer than the one before with the most jitter.
_WAITS = (5, 60, 300, 1800, 7200, 18_000, 36_000, 50_400, 72_000, 86_400)
_JITTER = 0.2  # of a wait, at most, is added
_FIRST_REST = timedelta(seconds=5)
_LONGEST_REST = timedelta(minutes=10)


def next_attempt(attempts: int, first: datetime, now: datetime, luck: float) -> datetime | None:
    """When to try an event again that failed `attempts` times (at least once); None: never.

    Waits grow from 5 s to a day. The last attempt is made three days after the `first` one.
    """
    end = first + TRIED_FOR
    if now >= end:
        return None
    wait = timedelta(seconds=_WAITS[min(attempts, len(_WAITS)) - 1] * (1 + _JITTER * luck))
    return min(now + wait, end)


def rest(failing: timedelta, luck: float) -> timedelta:
    """How long nothing is sent to an endpoint that has been failing for so long: the longer, the longer."""
    return min(max(failing / 4, _FIRST_REST), _LONGEST_REST) * (1 + _JITTER * luck)
