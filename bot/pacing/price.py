"""What one call must earn: the price that makes the day's calls last just as long as the day."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

_RESERVE = 0.08  # of a whole day's calls is kept for people's own look-ups,
_LEAST_RESERVE = 0.02  # fading with the day to this
_MEMORY = 10.0 * 24.0  # hours after which a spent call counts half in what is learnt
_LEAK = 36.0  # hours after which being ahead of the plan or behind it is half forgotten
_SMOOTH = 2.0  # hours over which the price follows
_DEMAND = 0.16  # calls an hour of one followed order at price 1, before anything was learnt
_DEMAND_HOURS = 6.0  # hours of the fleet that this guess weighs
_LOWEST, _HIGHEST = 1e-6, 1e9
_TAIL = 4.0  # hours of tomorrow that are looked at with today's rest, so that midnight is no cliff
_ASLEEP = 6.0  # hours between two looks that say nothing about demand any more


@dataclass(frozen=True, slots=True, kw_only=True)
class Price:
    """The price of one call, in hours of one chat's waiting, and what was learnt about demand.

    Orders spend calls in proportion to 1 / sqrt(price). `calls` over `units` (orders times hours over the
    root of the price) is that constant for each hour of the UTC day, `day_calls` over `day_units` for each
    weekday; the price follows from what may be spent. `ahead`: calls spent beyond the plan. Days are UTC.
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

        `spent`: calls of every kind charged to this UTC day so far. `budget`: calls a day. `active`: followed
        orders that are still being looked at. `healthy` False (source dead, throttled or paused) learns
        nothing about demand. Call it every minute or so; seldom is fine too.
        """
        now = now.astimezone(UTC)
        active, budget = max(active, 1.0), max(budget, 1.0)
        if self.at is None:
            fresh = replace(self, at=now, spent=spent, active=active, budget=budget)
            return replace(fresh, value=_bounded(_wanted(fresh, now)))
        passed = max((now - self.at).total_seconds() / 3600.0, 0.0)
        calls = spent - self.spent if now.date() == self.at.date() and spent >= self.spent else spent
        known = self._learn(now, calls, passed) if healthy and 0.0 < passed <= _ASLEEP else self
        ahead = known._drift(now, calls, passed) if healthy else 0.0  # noqa: SLF001 (of our own kind)
        known = replace(known, at=now, spent=spent, active=active, budget=budget, ahead=ahead)
        more = active / budget / (self.active / self.budget)  # orders to a call, against the last look
        scaled = math.log(self.value) + 2.0 * math.log(more)
        wanted = math.log(_bounded(_wanted(known, now)))
        return replace(
            known, value=_bounded(math.exp(scaled + (wanted - scaled) * -math.expm1(-passed / _SMOOTH)))
        )

    def affords(self, *, now: datetime, spent: float, budget: float) -> bool:
        """Whether one more check may be made now without eating into what people's own look-ups need."""
        return spent + 1.0 <= budget * (1.0 - reserve(now))

    def demand(self) -> tuple[float, ...]:
        """Calls an hour of one order at price 1, for each hour of the UTC day."""
        level = self._level()
        prior = 0.3 * max(math.fsum(self.units) / 24.0, 1e-9)
        ring = [(n + level * prior) / (u + prior) for n, u in zip(self.calls, self.units, strict=True)]
        return tuple(0.5 * ring[h] + 0.25 * ring[h - 1] + 0.25 * ring[(h + 1) % 24] for h in range(24))

    def weekday(self, day: int) -> float:
        """How much dearer or cheaper than usual a weekday is (Monday 0); 1 where nothing was learnt."""
        level = self._level()
        prior = 0.5 * max(math.fsum(self.day_units) / 7.0, 1e-9)
        return (self.day_calls[day] + level * prior) / (self.day_units[day] + prior) / level

    def dump(self) -> dict[str, Any]:
        """JSON-able state."""
        return {
            "version": 1,
            "value": self.value,
            "at": self.at.isoformat() if self.at else None,
            "spent": self.spent,
            "active": self.active,
            "budget": self.budget,
            "ahead": self.ahead,
            "calls": list(self.calls),
            "units": list(self.units),
            "day_calls": list(self.day_calls),
            "day_units": list(self.day_units),
        }

    @classmethod
    def load(cls, state: Mapping[str, Any]) -> Price:
        """What `dump` gave; an empty mapping or another version starts anew."""
        if state.get("version") != 1:
            return cls()
        return cls(
            value=float(state["value"]),
            at=datetime.fromisoformat(state["at"]) if state["at"] else None,
            spent=float(state["spent"]),
            active=float(state["active"]),
            budget=float(state["budget"]),
            ahead=float(state["ahead"]),
            calls=tuple(map(float, state["calls"])),
            units=tuple(map(float, state["units"])),
            day_calls=tuple(map(float, state["day_calls"])),
            day_units=tuple(map(float, state["day_units"])),
        )

    def _level(self) -> float:
        units = math.fsum(self.units)
        if units <= 0.0:
            return _DEMAND
        fleet_hours = units / max(self.active, 1.0) * math.sqrt(self.value)
        trust = fleet_hours / (fleet_hours + _DEMAND_HOURS)
        return max(trust * math.fsum(self.calls) / units + (1.0 - trust) * _DEMAND, 1e-9)

    def _learn(self, now: datetime, calls: float, passed: float) -> Price:
        """Count the calls since the last look against orders, hours and price."""
        middle = now - timedelta(hours=passed / 2.0)
        unit = self.active * passed / math.sqrt(self.value)
        fade = math.exp2(-passed / _MEMORY)
        return replace(
            self,
            calls=_faded(self.calls, fade, middle.hour, calls),
            units=_faded(self.units, fade, middle.hour, unit),
            day_calls=_faded(self.day_calls, fade, middle.weekday(), calls),
            day_units=_faded(self.day_units, fade, middle.weekday(), unit),
        )

    def _drift(self, now: datetime, calls: float, passed: float) -> float:
        """Calls beyond the plan: half forgotten after a leak; those unspent are lost at midnight."""
        demand = self.demand()
        plan = self.budget * (1.0 - _RESERVE)
        due = plan * passed * demand[now.hour] / math.fsum(demand)
        new_day = self.at is not None and now.date() != self.at.date()
        before = max(self.ahead, 0.0) if new_day else self.ahead
        drift = (before + calls - due) * math.exp2(-passed / _LEAK)
        return min(max(drift, -0.5 * plan), 0.5 * plan)


def reserve(now: datetime) -> float:
    """The share of the day's calls kept for people at this time of the UTC day."""
    day = now.astimezone(UTC)
    rest = 1.0 - (day.hour * 60 + day.minute) / 1440.0
    return max(_RESERVE * rest, _LEAST_RESERVE)


def _wanted(price: Price, now: datetime) -> float:
    """The price that spends the plan over a day like this, or a higher one if today's rest needs it."""
    budget, demand = price.budget, price.demand()
    plan = budget * (1.0 - _RESERVE)
    busy = price.weekday(now.weekday())
    usual = price.active * busy * math.fsum(demand) / max(plan - price.ahead, 0.4 * plan)
    begun = now.hour + now.minute / 60.0
    tail = _between(demand, 0.0, _TAIL)
    left = max(budget * (1.0 - 1.5 * _LEAST_RESERVE) - price.spent, 0.0)
    left += budget * tail / math.fsum(demand)
    rest = price.active * (busy * _between(demand, begun, 24.0) + tail) / max(left, 1e-3 * budget)
    return max(usual, rest) ** 2


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
