"""The decision: when the expected waiting time is worth a call, and when to stop checking."""

from __future__ import annotations

import enum
import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.model import OrderStatus, Watch
from bot.pacing.profile import WEEK, hours
from bot.pacing.rates import Rates

_RECHECKS = (24.0, 72.0, 168.0, 336.0)  # hours after the end: "delivered" and "returned" are sometimes wrong
GIVEN_UP = timedelta(days=90)  # without news: no more checks
_AHEAD = 12.0  # hours after the best moment so far in which the search for a better one continues
_JITTER, _FAR = 0.04, 0.8  # of the gap, to either side: usually, and at first, to try other hours
_TRIED = 30.0  # entries after which other hours are tried half as far,
_LONG = 9.0  # and the gap in hours from which they are: shorter ones see all hours anyway
_RETRY = 300.0  # seconds: first back-off window after a failure


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckInterval:
    """Floor and ceiling between two checks of one order, in seconds."""

    floor: float = 600.0
    ceiling: float = 86400.0


class Bound(enum.StrEnum):
    """What decided the time of the next check."""

    PRICE = "price"
    FLOOR = "floor"
    CEILING = "ceiling"
    FAILURE = "failure"  # backing off
    FINISHED = "finished"  # rare checks after the end
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """Why an order is checked when it is.

    `rate`: entries a day expected in the next hour. `price`: hours of one chat's waiting that one call must
    save. `weight`: chats times what the next news is worth. `expected`: entries that may be unseen now.
    `waiting`: hours of waiting they have collected. `next_check` is None if the order is no longer checked.
    `trust`: from 0 to 1, in the rates by ages and by hours; at 0 checks are at even intervals.
    """

    rate: float
    price: float
    weight: float
    expected: float
    waiting: float
    next_check: datetime | None
    bound: Bound
    trust: Mapping[str, float]


def decide(
    watch: Watch,
    rates: Rates,
    price: float,
    interval: CheckInterval,
    now: datetime,
    luck: float = 0.5,
    unseen: float = 0.0,
) -> tuple[datetime | None, Bound]:
    """When to check an order again that is checked at `now` (None: never), and what decided it.

    `price` is `Price.value`, `luck` a random number in [0, 1), `unseen` the entries that are probably there.
    Between `interval`, but for finished orders, which are checked at growing intervals.
    """
    quiet = now - max(watch.last_node_at or watch.created_at, watch.created_at)
    if watch.weight <= 0 or quiet >= GIVEN_UP:
        return None, Bound.STOPPED
    if watch.stage.final or watch.status is OrderStatus.CANCELLED:
        passed = (now - (watch.finished_at or watch.last_node_at or watch.created_at)) / timedelta(hours=1)
        left = [after - passed for after in _RECHECKS if after > passed + 0.5]
        if not left:
            return None, Bound.STOPPED
        at, bound = now + timedelta(hours=left[0] * (1.0 + _JITTER * luck)), Bound.FINISHED
    else:
        gap, bound = _gap(_Outlook(watch, rates, hours(now)), price, interval, unseen)
        wide = _FAR * _TRIED / (_TRIED + rates.entries) if gap > _LONG else 0.0
        seconds = gap * 3600.0 * (1.0 + max(wide, _JITTER) * (2.0 * luck - 1.0))
        at = now + timedelta(seconds=min(max(seconds, interval.floor), interval.ceiling))
    if watch.failures > 0:
        # Full jitter: anywhere up to a window that doubles with every failure.
        window = min(_RETRY * 2.0 ** min(watch.failures, 20), max(interval.ceiling - interval.floor, 0.0))
        return now + timedelta(seconds=interval.floor + luck * window), Bound.FAILURE
    return at, bound


def explain(watch: Watch, rates: Rates, price: float, interval: CheckInterval, now: datetime) -> Explanation:
    """The reasons for the next check's time, as of `now`, without jitter."""
    seen = watch.checked_at or now
    at, bound = decide(watch, rates, price, interval, seen)
    outlook = _Outlook(watch, rates, hours(seen))
    passed = max(hours(now) - hours(seen), 0.0)
    unseen = math.fsum(outlook.expected(passed * (part + 0.5) / 48.0) for part in range(48)) / 48.0
    return Explanation(
        rate=24.0 * (outlook.expected(passed + 1.0) - outlook.expected(passed)),
        price=price,
        weight=outlook.weight,
        trust=rates.trust,
        bound=bound,
        expected=outlook.expected(passed),
        waiting=outlook.weight * unseen * passed,
        next_check=at,
    )


class _Outlook:
    """What to expect after a check at `start` (hours)."""

    def __init__(self, watch: Watch, rates: Rates, start: float) -> None:
        last = min(hours(watch.last_node_at or watch.created_at), start)
        key, shift = rates.profile_key(watch.stage, watch.utc_offset_hours, watch.carrier, start - last)
        self.profile = rates.profiles[key]
        self.cell = rates.cells[watch.stage]
        self.begin = start + shift
        self.zero = self.profile.operating(last + shift)
        self._low = self.cell.expected(self.profile.operating(self.begin) - self.zero)
        self.weight = watch.weight * rates.worths[watch.stage]

    def expected(self, after: float) -> float:
        """Entries expected to have appeared `after` hours from the check."""
        return self.cell.expected(self.profile.operating(self.begin + after) - self.zero) - self._low


def _gap(outlook: _Outlook, price: float, interval: CheckInterval, unseen: float) -> tuple[float, Bound]:
    """Hours until the next check: the moment after which waiting longer costs more than it saves.

    One more hour of waiting costs w E, with E the expected number of unseen entries. It saves
    sqrt(2 w rate price), the cost per hour of checking and waiting at the best constant interval for the
    current rate. The check goes where the integral of cost minus saving is least, not always where they first
    cross, for a night or a weekend may follow. Steps end on full hours of the profile, with constant rates.
    """
    floor, end = interval.floor / 3600.0, interval.ceiling / 3600.0
    expected, pace, begin = outlook.cell.expected, outlook.profile.pace, outlook.begin
    double = 2.0 * price / outlook.weight
    age = outlook.profile.operating(begin + floor) - outlook.zero
    known = expected(age)
    after = best = floor
    least = total = 0.0
    low = outlook.expected(floor) + unseen
    while after < end and after - best <= _AHEAD:
        hour = int(begin + after + 1e-6)
        mark = min(hour + 1.0 - begin, end)
        step = mark - after
        age += pace[hour % WEEK] * step
        then = expected(age)
        more = max(then - known, 1e-12)
        saved = math.sqrt(double * more / step)
        under, over = low - saved, low + more - saved
        if under < 0.0 < over:  # the minimum is within this step
            part = step * under / (under - over)
            if total + 0.5 * under * part < least:
                least, best = total + 0.5 * under * part, after + part
        total += 0.5 * (under + over) * step
        if total < least:
            least, best = total, mark
        after, low, known = mark, low + more, then
    return best, Bound.CEILING if best >= end else Bound.FLOOR if best <= floor else Bound.PRICE
