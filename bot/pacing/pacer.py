"""The pacer: combines rates, price and companions to schedule checks for the loops."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from bot.book import book_needs, weight
from bot.model import BookNeeds, Stage, Watch
from bot.pacing.companions import APART, Companions
from bot.pacing.policy import Bound, CheckInterval, Explanation, decide, explain
from bot.pacing.price import Price, day_begun
from bot.pacing.profile import hours
from bot.pacing.rates import Rates

_AHEAD, _HURRIED = 0.2, 0.9  # shares of a day's calls: companions may be ahead of an even plan, and use


class Pacer:
    """Mutable, without I/O; its state is dumped and loaded as JSON-able values.

    Where `order` is given, checks also teach which orders travel together.
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
        self.interval, self.book_weight, self.book_ceiling = interval, book_weight, interval.ceiling
        self.rates = rates or Rates()
        self.price = Price()
        self.companions = Companions()
        self._random = random
        self._suggested: list[str] = []
        self._hastened: dict[datetime, list[str]] = {}
        self._spare = math.inf  # calls that companions may still cost today

    def next_check(self, watch: Watch, now: datetime, *, order: str = "") -> datetime | None:
        """When to check an order again that is checked at `now`; None means never."""
        wanted = weight(watch, self.book_weight, now)
        share = self.companions.share(order, wanted, hours(now))
        shared = replace(watch, weight=wanted * share)
        at, _ = decide(shared, self.rates, self.price.value, self._interval_of(watch), now, self._random())
        if at is not None:
            self.companions.plan(order, hours(at))
        self._hasten(watch, now)
        return at

    def explain(self, watch: Watch, now: datetime) -> Explanation:
        """The reasons for the next check's time."""
        wanted = replace(watch, weight=weight(watch, self.book_weight, now))
        return explain(wanted, self.rates, self.price.value, self._interval_of(watch), now)

    def _interval_of(self, watch: Watch) -> CheckInterval:
        """An order that only the shop watches may wait longer where the calls do not suffice."""
        if watch.weight > 0:
            return self.interval
        return replace(self.interval, ceiling=max(self.book_ceiling, self.interval.ceiling))

    def measure_book(self, unwaited: int, budget: int | None) -> BookNeeds:
        """What the orders that only the shop watches need of a day's calls, and what they get from now on."""
        needs = book_needs(unwaited, self.interval.ceiling, budget)
        self.book_ceiling = needs.gap
        return needs

    def learn(
        self, watch: Watch, nodes: Iterable[tuple[datetime, Stage]], now: datetime, *, order: str = ""
    ) -> None:
        """Learn from a check: the time stamps and stages of its new nodes, or none."""
        nodes = list(nodes)
        alike = 1.0 + sum(peer.chance for peer in self.companions.peers(order))  # who get the same news
        self.rates.observe(watch, nodes, now, weight=1.0 / alike)
        if order:
            stamps = sorted((hours(at), stage) for at, stage in nodes)
            self._suggested += self.companions.observe(order, watch, stamps, hours(now))

    def orders_to_hasten(self) -> dict[datetime, list[str]]:
        """When to check which orders sooner: a companion's news makes it likely that they have news, too."""
        hastened, self._hastened = self._hastened, {}
        return hastened

    def _hasten(self, watch: Watch, now: datetime) -> None:
        """Plan the companions that probably have the news that `watch` was just checked to have."""
        likely, self._suggested = self.companions.suggested(self._suggested), []
        for one, unseen, wanted in likely[: int(min(self._spare, len(likely)))]:
            stage = one.stage if watch.stage.final else watch.stage
            like = replace(watch, stage=stage, status=None, weight=wanted, failures=0)
            at, bound = decide(like, self.rates, self.price.value, self.interval, now, unseen=unseen)
            ready = now + timedelta(hours=one.suggested[-1].at + APART - hours(now))
            at = max(now if at is None or bound is Bound.FLOOR else at, ready)
            if hours(at) < one.due:
                self._spare -= 1.0
                one.due = hours(at)
                self._hastened.setdefault(at, []).append(one.order)

    def meter(self, *, now: datetime, spent: float, budget: float, active: float, healthy: bool) -> None:
        """Adjust the price to the calls spent today; call it about every minute."""
        self.price = self.price.observe(now=now, spent=spent, budget=budget, active=active, healthy=healthy)
        self._spare = max(min(day_begun(now) + _AHEAD, _HURRIED) * budget - spent, 0.0)

    def dump(self) -> dict[str, Any]:
        """JSON-able state."""
        learned = self.companions.dump()
        return {"rates": self.rates.dump(), "price": self.price.dump(), "companions": learned}

    def load(self, state: Mapping[str, Any] | None) -> None:
        """Restore the state from `dump`; None or another version starts anew."""
        state = state or {}
        self.rates = Rates.load(state.get("rates") or {})
        self.price = Price.load(state.get("price") or {})
        self.companions.load(state.get("companions") or {})
