"""What one call must earn: the price that makes the day's calls last just as long as the day."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

_RESERVE = 0.08  # of what a whole day may spend is kept for people's own look-ups,
_LEAST_RESERVE = 0.02  # fading with the day to this
_MEMORY = 4.0 * 24.0  # hours after which a spent call counts half in what is learnt
_PRIOR_HOURS = 3.0  # hours of the whole fleet that the shipped demand weighs
_DEMAND = 0.16  # calls an hour of one followed order at price 1, before anything was learnt
_LOWEST, _HIGHEST = 1e-6, 1e9
_STEP = 0.3  # a logarithm: the most that the price moves in one hour unless the fleet changed
_HORIZON = 6.0  # hours to look ahead at least, so that the day's last minutes decide nothing


@dataclass(frozen=True, slots=True, kw_only=True)
class Price:
    """The price of one call, in hours of one chat's waiting, and what was learnt about demand.

    Orders spend calls in proportion to 1 / sqrt(price): `calls` over `units` is that constant for each hour
    of the UTC day, from which the price follows that spends just what is left. Days are UTC days.
    """

    value: float = 1.0
    at: datetime | None = None
    spent: float = 0.0
    active: float = 0.0
    calls: tuple[float, ...] = (0.0,) * 24
    units: tuple[float, ...] = (0.0,) * 24

    def observe(
        self, *, now: datetime, spent: float, budget: float, active: float, healthy: bool = True
    ) -> Price:
        """The price from `now` on.

        `spent`: calls of every kind charged to this UTC day so far. `budget`: calls a day. `active`: followed
        orders that are still being looked at. `healthy` False (source dead, throttled or paused) learns
        nothing about demand. Call it every minute or so; seldom is fine too.
        """
        learnt = self._learn(now, spent) if healthy else self
        active = max(active, 1.0)
        wanted = _wanted(learnt.demand(), now, spent, budget, active)
        value = wanted
        if self.at is not None and self.active > 0.0:
            moved = self.value * (active / self.active) ** 2
            passed = max((now - self.at).total_seconds() / 3600.0, 0.0)
            limit = math.exp(_STEP * min(passed, 24.0))
            value = min(max(wanted, moved / limit), moved * limit)
        value = min(max(value, _LOWEST), _HIGHEST)
        return replace(learnt, value=value, at=now, spent=spent, active=active)

    def affords(self, *, now: datetime, spent: float, budget: float) -> bool:
        """Whether one more check may be made now without eating into what people's own look-ups need."""
        return spent + 1.0 <= budget * (1.0 - reserve(now))

    def dump(self) -> dict[str, Any]:
        """JSON-able state."""
        return {
            "version": 1,
            "value": self.value,
            "at": self.at.isoformat() if self.at else None,
            "spent": self.spent,
            "active": self.active,
            "calls": list(self.calls),
            "units": list(self.units),
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
            calls=tuple(map(float, state["calls"])),
            units=tuple(map(float, state["units"])),
        )

    def _learn(self, now: datetime, spent: float) -> Price:
        """Count the calls since the last look against orders, hours and price."""
        if self.at is None or now <= self.at:
            return self
        passed = (now - self.at).total_seconds() / 3600.0
        if passed > 6.0:  # asleep for long: the difference says nothing about demand
            return self
        fresh = spent - self.spent if now.date() == self.at.date() and spent >= self.spent else spent
        fade = 0.5 ** (passed / _MEMORY)
        slot = (self.at + timedelta(hours=passed / 2.0)).astimezone(UTC).hour
        calls, units = [n * fade for n in self.calls], [n * fade for n in self.units]
        calls[slot] += fresh
        units[slot] += self.active * passed / math.sqrt(self.value)
        return replace(self, calls=tuple(calls), units=tuple(units))

    def demand(self) -> tuple[float, ...]:
        """Calls an hour of one order at price 1, for each hour of the UTC day."""
        unit = max(math.fsum(self.units) / 24.0, 1e-9)
        trusted = math.fsum(self.units) / max(self.active, 1.0) * math.sqrt(self.value)
        weight = trusted / (trusted + _PRIOR_HOURS)
        level = weight * math.fsum(self.calls) / (24.0 * unit) + (1.0 - weight) * _DEMAND
        return tuple((n + level * unit) / (u + unit) for n, u in zip(self.calls, self.units, strict=True))


def _wanted(demand: tuple[float, ...], now: datetime, spent: float, budget: float, active: float) -> float:
    """The price at which the coming hours spend what they may."""
    day = now.astimezone(UTC)
    begun = day.hour + day.minute / 60.0 + day.second / 3600.0
    left = max(budget * (1.0 - reserve(now)) - spent, 0.0)
    calls = _between(demand, begun, 24.0)
    beyond = max(_HORIZON - (24.0 - begun), 0.0)
    if beyond:
        ahead = _between(demand, 0.0, beyond)
        left += budget * (1.0 - _RESERVE) * ahead / math.fsum(demand)
        calls += ahead
    return (active * calls / max(left, 1e-3 * budget, 1e-9)) ** 2


def reserve(now: datetime) -> float:
    """The share of the day's calls kept for people at this time of the UTC day."""
    day = now.astimezone(UTC)
    rest = 1.0 - (day.hour * 60 + day.minute) / 1440.0
    return max(_RESERVE * rest, _LEAST_RESERVE)


def _between(demand: tuple[float, ...], start: float, end: float) -> float:
    """Integral of the hourly demand between two times of one day (hours)."""
    return math.fsum(
        demand[hour] * (min(end, hour + 1.0) - max(start, hour))
        for hour in range(24)
        if hour < end and hour + 1.0 > start
    )
