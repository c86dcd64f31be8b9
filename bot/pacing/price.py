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
_DEMAND, _DEMAND_HOURS = 0.16, 1.0  # calls per hour and order at price 1, a guess; its weight in hours
_TAIL = 6  # hours of tomorrow planned together with the rest of today, to avoid a jump at midnight
_ASLEEP = 6.0  # after a gap of this many hours nothing is learned about demand


@dataclass(frozen=True, slots=True, kw_only=True)
class Price:
    """The price of one call, in hours of one chat's waiting, and what was learned about demand.

    Orders spend calls in proportion to 1 / sqrt(price). `calls` (one order's, times the root of the price)
    over `units` (hours) is that constant; the price follows from what may be spent.
    """

    value: float = 1.0
    at: datetime | None = None
    spent: float = 0.0
    calls: float = 0.0
    units: float = 0.0

    def observe(
        self, *, now: datetime, spent: float, budget: float, active: float, healthy: bool = True
    ) -> Price:
        """The price from `now` on.

        `spent`: calls of every kind charged to this day so far. `budget`: calls a day. `active`: orders still
        looked at. `healthy` False (source dead, throttled or paused) learns nothing. Call it every minute.
        """
        now = now.astimezone(DAY_ZONE)
        active, budget = max(active, 1.0), max(budget, 1.0)
        known = replace(self._learn(now, spent, budget, active) if healthy else self, at=now, spent=spent)
        # The price that spends a whole day's plan, or a higher one if the rest of today needs it.
        left = max(budget * _MOST - spent, 0.0) + budget * _TAIL / 24.0
        rest = 24.0 * (1.0 - day_begun(now)) + _TAIL
        needed = active * known.demand() * max(24.0 / (budget * _PLANNED), rest / left)
        return replace(known, value=needed**2)

    def demand(self) -> float:
        """Calls per hour and order at price 1."""
        return (self.calls + _DEMAND_HOURS * _DEMAND) / (self.units + _DEMAND_HOURS)

    def dump(self) -> dict[str, Any]:
        """JSON-able state."""
        return {"version": 2, **_PRICE.dump_python(self, mode="json")}

    @classmethod
    def load(cls, state: Mapping[str, Any]) -> Price:
        """Restore the state from `dump`; an empty mapping or another version starts anew."""
        return _PRICE.validate_python(state) if state.get("version") == 2 else cls()

    def _learn(self, now: datetime, spent: float, budget: float, active: float) -> Price:
        """Learn demand from the calls since the last observation."""
        passed = (now - self.at).total_seconds() / 3600.0 if self.at else 0.0
        held = spent >= budget * (0.99 - _GATE * (1.0 - day_begun(now)))  # then demand is not visible
        if self.at is None or held or not 0.0 < passed <= _ASLEEP:
            return self
        calls = spent - self.spent if now.date() == self.at.date() and spent >= self.spent else spent
        fade, used = math.exp2(-passed / _MEMORY), calls * math.sqrt(self.value) / active
        return replace(self, calls=fade * self.calls + used, units=fade * self.units + passed)


_PRICE = TypeAdapter(Price)


def day_begun(now: datetime) -> float:
    """The part of AliExpress's day that has passed, from 0 to 1."""
    now = now.astimezone(DAY_ZONE)
    return (now.hour + now.minute / 60.0) / 24.0
