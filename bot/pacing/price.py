"""The price of a call: adjusted so that the day's calls last for the whole day."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, timezone
from typing import Any

from pydantic import TypeAdapter

DAY_ZONE = timezone(timedelta(hours=8))  # AliExpress counts calls per day in Beijing time
_PLANNED = 0.92  # of a day's calls is planned for checks: people's own look-ups need some too,
_MOST = 0.95  # and the whole day must not exceed this share
_GATE = 0.09  # of a day's calls, shrinking over the day: with fewer left, calls may be held back
_MEMORY = 10.0 * 24.0  # half-life in hours of what is learned
_LEAK = 36.0  # half-life in hours of being ahead of or behind the plan
_SMOOTH = 2.0  # time constant in hours of the price
_DEMAND = 0.16  # calls per hour and followed order at price 1, before anything is learned
_DEMAND_HOURS = 6.0  # weight of this guess, in hours
_LOWEST, _HIGHEST = 1e-6, 1e9
_TAIL = 4.0  # hours of tomorrow planned together with the rest of today, to avoid a jump at midnight
_ASLEEP = 6.0  # after a gap of this many hours nothing is learned about demand


@dataclass(frozen=True, slots=True, kw_only=True)
class Price:
    """The price of one call, in hours of one chat's waiting, and what was learned about demand.

    Orders spend calls in proportion to 1 / sqrt(price). `calls` (one order's, times the root of the price)
    over `units` (hours) is that constant for each hour of the day, `day_calls` over `day_units` for each
    weekday; the price follows from what may be spent. `ahead`: calls spent beyond the plan.
    """

    value: float = 1.0
    at: datetime | None = None
    spent: float = 0.0
    active: float = 0.0
    budget: float = 0.0
    ahead: float = 0.0
    calls: tuple[float, ...] = (0.0,) * 24
    units: tuple[float, ...] = (0.0,) * 24
    day_calls: tuple[float, ...] = (0.0,) * 7
    day_units: tuple[float, ...] = (0.0,) * 7

    def observe(
        self, *, now: datetime, spent: float, budget: float, active: float, healthy: bool = True
    ) -> Price:
        """The price from `now` on.

        `spent`: calls of every kind charged to this day so far. `budget`: calls a day. `active`: followed
        orders that are still being looked at. `healthy` False (source dead, throttled or paused) learns
        nothing about demand. Call it about every minute; less often works, too.
        """
        now = now.astimezone(DAY_ZONE)
        active, budget = max(active, 1.0), max(budget, 1.0)
        if self.at is None:
            fresh = replace(self, at=now, spent=spent, active=active, budget=budget)
            return replace(fresh, value=_bounded(_wanted(fresh, now)))
        passed = max((now - self.at).total_seconds() / 3600.0, 0.0)
        calls = spent - self.spent if _same_day(now, self.at) and spent >= self.spent else spent
        held = spent >= budget * (
            0.99 - _GATE * (1.0 - _begun(now) / 24.0)
        )  # calls are held back, so that demand is not visible
        telling = healthy and not held and 0.0 < passed <= _ASLEEP
        known = self._learn(now, calls, passed) if telling else self
        ahead = known._drift(now, calls, passed) if healthy else 0.0  # noqa: SLF001 (of our own kind)
        known = replace(known, at=now, spent=spent, active=active, budget=budget, ahead=ahead)
        more = active / budget / (self.active / self.budget)  # orders per call, compared with the last time
        scaled = math.log(self.value) + 2.0 * math.log(more)
        wanted = math.log(_bounded(_wanted(known, now)))
        return replace(
            known, value=_bounded(math.exp(scaled + (wanted - scaled) * -math.expm1(-passed / _SMOOTH)))
        )

    def demand(self) -> tuple[float, ...]:
        """Calls per hour and order at price 1, for each hour of the day."""
        level = self._level()
        prior = 0.3 * max(math.fsum(self.units) / 24.0, 1e-9)
        ring = [(n + level * prior) / (u + prior) for n, u in zip(self.calls, self.units, strict=True)]
        return tuple(0.5 * ring[h] + 0.25 * ring[h - 1] + 0.25 * ring[(h + 1) % 24] for h in range(24))

    def weekday(self, day: int) -> float:
        """A weekday's demand relative to the average (Monday is 0); 1 if nothing was learned."""
        level = self._level()
        prior = 0.2 * max(math.fsum(self.day_units) / 7.0, 1e-9)
        return (self.day_calls[day] + level * prior) / (self.day_units[day] + prior) / level

    def dump(self) -> dict[str, Any]:
        """JSON-able state."""
        return {"version": 1, **_PRICE.dump_python(self, mode="json")}

    @classmethod
    def load(cls, state: Mapping[str, Any]) -> Price:
        """Restore the state from `dump`; an empty mapping or another version starts anew."""
        return _PRICE.validate_python(state) if state.get("version") == 1 else cls()

    def _level(self) -> float:
        units = math.fsum(self.units)
        if units <= 0.0:
            return _DEMAND
        trust = units / (units + _DEMAND_HOURS)
        return max(trust * math.fsum(self.calls) / units + (1.0 - trust) * _DEMAND, 1e-9)

    def _learn(self, now: datetime, calls: float, passed: float) -> Price:
        """Learn demand from the calls since the last observation."""
        middle = now - timedelta(hours=passed / 2.0)
        calls *= math.sqrt(self.value) / self.active
        fade = math.exp2(-passed / _MEMORY)
        demand = self.demand()
        usual = 24.0 * demand[middle.hour] / math.fsum(demand)  # scales a part of a day to the whole day
        return replace(
            self,
            calls=_faded(self.calls, fade, middle.hour, calls),
            units=_faded(self.units, fade, middle.hour, passed),
            day_calls=_faded(self.day_calls, fade, middle.weekday(), calls),
            day_units=_faded(self.day_units, fade, middle.weekday(), passed * usual),
        )

    def _drift(self, now: datetime, calls: float, passed: float) -> float:
        """Calls beyond the plan, halved every `_LEAK` hours; unspent ones expire at midnight."""
        demand = self.demand()
        plan = self.budget * _PLANNED
        due = plan * passed * demand[now.hour] / math.fsum(demand)
        new_day = self.at is not None and not _same_day(now, self.at)
        before = max(self.ahead, 0.0) if new_day else self.ahead
        drift = (before + calls - due) * math.exp2(-passed / _LEAK)
        return min(max(drift, -0.5 * plan), 0.5 * plan)


_PRICE = TypeAdapter(Price)


def _wanted(price: Price, now: datetime) -> float:
    """The price that spends a whole day's plan, or a higher one if the rest of today needs it."""
    budget, demand = price.budget, price.demand()
    plan = budget * _PLANNED
    busy = price.weekday(now.weekday())
    usual = price.active * busy * math.fsum(demand) / max(plan - price.ahead, 0.4 * plan)
    begun = _begun(now)
    tail = _between(demand, 0.0, _TAIL)
    left = max(budget * _MOST - price.spent, 0.0)
    left += budget * tail / math.fsum(demand)
    rest = price.active * (busy * _between(demand, begun, 24.0) + tail) / max(left, 1e-3 * budget)
    return max(usual, rest) ** 2


def day_begun(now: datetime) -> float:
    """The part of AliExpress's day that has passed, from 0 to 1."""
    return _begun(now.astimezone(DAY_ZONE)) / 24.0


def _begun(now: datetime) -> float:
    """Hours since the start of AliExpress's day."""
    return now.hour + now.minute / 60.0


def _same_day(one: datetime, other: datetime) -> bool:
    return one.astimezone(DAY_ZONE).date() == other.astimezone(DAY_ZONE).date()


def _bounded(value: float) -> float:
    return min(max(value, _LOWEST), _HIGHEST)


def _faded(row: Sequence[float], fade: float, slot: int, more: float) -> tuple[float, ...]:
    return tuple(value * fade + (more if index == slot else 0.0) for index, value in enumerate(row))


def _between(demand: Sequence[float], start: float, end: float) -> float:
    """Integral of the hourly demand between two times of one day (hours)."""
    return math.fsum(
        demand[hour] * (min(end, hour + 1.0) - max(start, hour))
        for hour in range(24)
        if hour < end and hour + 1.0 > start
    )
