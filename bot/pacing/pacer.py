"""The learnt rates and the present price in one hand: what the loops ask when to look again."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any

from bot.model import Stage, Watch
from bot.pacing.policy import Explanation, Limits, explain, next_check
from bot.pacing.price import Price
from bot.pacing.rates import Rates


class Pacer:
    """Mutable, without any I/O; its state is dumped and loaded as JSON-able values."""

    def __init__(self, limits: Limits, random: Callable[[], float]) -> None:
        self.limits = limits
        self.rates = Rates()
        self.price = Price()
        self._random = random

    def next_check(self, watch: Watch, now: datetime) -> datetime | None:
        """When to look again at an order checked at `now`; None: never."""
        return next_check(watch, self.rates, self.price.value, self.limits, now, self._random)

    def explain(self, watch: Watch, now: datetime) -> Explanation:
        """Why it is then."""
        return explain(watch, self.rates, self.price.value, self.limits, now)

    def learn(self, watch: Watch, nodes: Iterable[tuple[datetime, Stage]], now: datetime) -> None:
        """Count what a check saw: its new nodes' claimed times and stages, or none."""
        self.rates.observe(watch, nodes, now)

    def refresh(self) -> None:
        """Let what was learnt take effect; call it every minute or so, in a thread where others wait."""
        self.rates.refresh()

    def meter(self, *, now: datetime, spent: float, budget: float, active: float, healthy: bool) -> None:
        """Move the price by what the day has spent; call it every minute or so."""
        self.price = self.price.observe(now=now, spent=spent, budget=budget, active=active, healthy=healthy)

    def dump(self) -> dict[str, Any]:
        """JSON-able state."""
        return {"rates": self.rates.dump(), "price": self.price.dump()}

    def load(self, state: Mapping[str, Any] | None) -> None:
        """What `dump` gave; nothing or another version starts anew."""
        self.rates = Rates.load((state or {}).get("rates") or {})
        self.price = Price.load((state or {}).get("price") or {})
