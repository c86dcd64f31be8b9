"""The price of a call: adjusted so that the day's calls last for the whole day."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, timezone
from typing import Any

from pydantic import TypeAdapter

DAY_ZONE = timezone(timedelta(hours=8))  # AliExpress counts calls per day in Beijing time
_PLANNED = 0.92  # of a day's calls is planned for checks: people's own look-ups need some too,
_MOST = 0.95  # and the whole day must not exceed this share
_GATE = 0.09  # of a day's calls, shrinking over the day: with fewer left, calls may be held back
_MEMORY = 10.0 * 24.0  # half-life in hours of what is learned
_SMOOTH = 2.0  # time constant in hours of the price
_DEMAND, _DEMAND_HOURS = 0.16, 6.0  # calls per hour and order at price 1, a guess; its weight in hours
_TAIL = 4  # hours of tomorrow planned together with the rest of today, to avoid a jump at midnight
_LOWEST, _HIGHEST = 1e-6, 1e9
_ASLEEP = 6.0  # after a gap of this many hours nothing is learned about demand


@dataclass(frozen=True, slots=True, kw_only=True)
class Price:
    """The price of one call, in hours of one chat's waiting, and what was learned about demand.

    Orders spend calls in proportion to 1 / sqrt(price). `calls` (one order's, times the root of the price)
    over `units` (hours) is that constant for each hour of the day; the price follows from what may be spent.
    """

    value: float = 1.0
    at: datetime | None = None
    spent: float = 0.0
    active: float = 0.0
    budget: float = 0.0
    calls: tuple[float, ...] = (0.0,) * 24
    units: tuple[float, ...] = (0.0,) * 24

    def observe(
        self, *, now: datetime, spent: float, budget: float, active: float, healthy: bool = True
    ) -> Price:
        """The price from `now` on.

        `spent`: calls of every kind charged to this day so far. `budget`: calls a day. `active`: orders still
        looked at. `healthy` False (source dead, throttled or paused) learns nothing. Call it every minute.
        """
        now = now.astimezone(DAY_ZONE)
        active, budget = max(active, 1.0), max(budget, 1.0)
        if self.at is None:
            fresh = replace(self, at=now, spent=spent, active=active, budget=budget)
            return replace(fresh, value=_wanted(fresh, now))
        passed = max((now - self.at).total_seconds() / 3600.0, 0.0)
        calls = spent - self.spent if now.date() == self.at.date() and spent >= self.spent else spent
        held = spent >= budget * (0.99 - _GATE * (1.0 - day_begun(now)))  # then demand is not visible
        known = self._learn(now, calls, passed) if healthy and not held and 0.0 < passed <= _ASLEEP else self
        known = replace(known, at=now, spent=spent, active=active, budget=budget)
        more = active / budget / (self.active / self.budget)  # orders per call, compared with the last time
        scaled, pull = self.value * more * more, -math.expm1(-passed / _SMOOTH)
        value = scaled * (_wanted(known, now) / scaled) ** pull
        return replace(known, value=min(max(value, _LOWEST), _HIGHEST))

    def demand(self) -> tuple[float, ...]:
        """Calls per hour and order at price 1, for each hour of the day."""
        units = math.fsum(self.units)
        level = (math.fsum(self.calls) + _DEMAND_HOURS * _DEMAND) / (units + _DEMAND_HOURS)
        prior = 0.3 * max(units / 24.0, 1e-9)
        ring = [(n + level * prior) / (u + prior) for n, u in zip(self.calls, self.units, strict=True)]
        return tuple(0.5 * ring[h] + 0.25 * ring[h - 1] + 0.25 * ring[(h + 1) % 24] for h in range(24))

    def dump(self) -> dict[str, Any]:
        """JSON-able state."""
        return {"version": 1, **_PRICE.dump_python(self, mode="json")}

    @classmethod
    def load(cls, state: Mapping[str, Any]) -> Price:
        """Restore the state from `dump`; an empty mapping or another version starts anew."""
        return _PRICE.validate_python(state) if state.get("version") == 1 else cls()

    def _learn(self, now: datetime, calls: float, passed: float) -> Price:
        """Learn demand from the calls since the last observation."""
        middle = (now - timedelta(hours=passed / 2.0)).hour
        fade = math.exp2(-passed / _MEMORY)
        calls *= math.sqrt(self.value) / self.active
        return replace(
            self,
            calls=tuple(fade * known + calls * (hour == middle) for hour, known in enumerate(self.calls)),
            units=tuple(fade * known + passed * (hour == middle) for hour, known in enumerate(self.units)),
        )


_PRICE = TypeAdapter(Price)


def _wanted(price: Price, now: datetime) -> float:
    """The price that spends a whole day's plan, or a higher one if the rest of today needs it."""
    budget, demand = price.budget, price.demand()
    whole, tail = math.fsum(demand), math.fsum(demand[:_TAIL])
    left = max(budget * _MOST - price.spent, 0.0) + budget * tail / whole
    today = math.fsum(demand[now.hour :]) - demand[now.hour] * now.minute / 60.0
    wanted = (price.active * max(whole / (budget * _PLANNED), (today + tail) / left)) ** 2
    return min(max(wanted, _LOWEST), _HIGHEST)


def day_begun(now: datetime) -> float:
    """The part of AliExpress's day that has passed, from 0 to 1."""
    now = now.astimezone(DAY_ZONE)
    return (now.hour + now.minute / 60.0) / 24.0
