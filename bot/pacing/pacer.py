"""The learnt rates and the present price in one hand: what the loops ask when to look again."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from bot.model import Stage, Watch
from bot.pacing.book import BookNeeds, book_needs
from bot.pacing.policy import CheckInterval, Explanation, explain, next_check, weight
from bot.pacing.price import Price
from bot.pacing.profile import hours
from bot.pacing.rates import Rates
from bot.pacing.together import Companions


class Pacer:
    """Mutable, without any I/O; its state is dumped and loaded as JSON-able values.

    Checks that name their `order` also teach who travels together; without a name each is alone.
    `book_weight` is what an order weighs that the shop watches, compared with a person who waits.
    """

    def __init__(
        self,
        interval: CheckInterval,
        random: Callable[[], float],
        rates: Rates | None = None,
        *,
        book_weight: float = 0.2,
    ) -> None:
        self.interval = interval
        self.book_weight = book_weight
        self.book_ceiling = interval.ceiling
        self.rates = rates or Rates()
        self.price = Price()
        self.companions = Companions()
        self._random = random
        self._told: list[str] = []

    def next_check(self, watch: Watch, now: datetime, *, order: str = "") -> datetime | None:
        """When to look again at an order checked at `now`; None: never."""
        wanted = weight(watch, self.book_weight, now)
        share = self.companions.share(order, wanted, hours(now)) if order else 1.0
        shared = replace(watch, weight=wanted * share) if wanted * share != watch.weight else watch
        at = next_check(shared, self.rates, self.price.value, self._interval_of(watch), now, self._random)
        if order and at is not None:
            self.companions.plan(order, hours(at))
        return at

    def explain(self, watch: Watch, now: datetime) -> Explanation:
        """Why it is then."""
        wanted = replace(watch, weight=weight(watch, self.book_weight, now))
        return explain(wanted, self.rates, self.price.value, self._interval_of(watch), now)

    def _interval_of(self, watch: Watch) -> CheckInterval:
        """An order that only the shop watches may wait longer where the calls do not suffice."""
        waited = watch.weight > 0 or self.book_ceiling <= self.interval.ceiling
        return self.interval if waited else replace(self.interval, ceiling=self.book_ceiling)

    def measure_book(self, unwaited: int, budget: int | None) -> BookNeeds:
        """What the orders that only the shop watches need of a day's calls, and what they get from now on."""
        needs = book_needs(unwaited, self.interval.ceiling, budget)
        self.book_ceiling = needs.gap
        return needs

    def learn(
        self, watch: Watch, nodes: Iterable[tuple[datetime, Stage]], now: datetime, *, order: str = ""
    ) -> None:
        """Count what a check saw: its new nodes' claimed times and stages, or none."""
        nodes = list(nodes)
        alike = 1.0 + sum(peer.chance for peer in self.companions.peers(order))  # bring the same news
        self.rates.observe(watch, nodes, now, weight=1.0 / alike)
        if order:
            stamps = sorted((hours(at), stage) for at, stage in nodes)
            self._told += self.companions.observe(order, watch, stamps)

    def orders_to_hasten(self, now: datetime) -> list[str]:
        """Orders to look at now, for a companion's news says that theirs is there and a look is worth it."""
        told, self._told = self._told, []
        return [order for order in told if self.companions.gain(order, hours(now)) >= self.price.value]

    def refresh(self) -> None:
        """Let what was learnt take effect; call it every minute or so, in a thread where others wait."""
        self.rates.refresh()

    def meter(self, *, now: datetime, spent: float, budget: float, active: float, healthy: bool) -> None:
        """Move the price by what the day has spent; call it every minute or so."""
        self.price = self.price.observe(now=now, spent=spent, budget=budget, active=active, healthy=healthy)

    def dump(self) -> dict[str, Any]:
        """JSON-able state."""
        together = self.companions.dump()
        return {"rates": self.rates.dump(), "price": self.price.dump(), "companions": together}

    def load(self, state: Mapping[str, Any] | None) -> None:
        """What `dump` gave; nothing or another version starts anew."""
        state = state or {}
        self.rates = Rates.load(state.get("rates") or {})
        self.price = Price.load(state.get("price") or {})
        self.companions.load(state.get("companions") or {})
