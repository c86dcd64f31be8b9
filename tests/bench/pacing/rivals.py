"""Ways of pacing to compare: ours, ours knowing the truth, and what others do."""

from __future__ import annotations

import math
import random
from collections import defaultdict, deque
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta

from bot.model import Stage, Watch
from bot.pacing import CheckInterval, Companions, Pacer, Peer, Price, Rates
from bot.pacing.companions import SURE, SharedEntry, Traveler
from bot.pacing.price import DAY_ZONE
from bot.pacing.profile import Leg, WeeklyProfile, hours, leg
from bot.pacing.rates import Cell
from tests.bench.pacing.world import Entry, Timeline, World

INTERVAL = CheckInterval(floor=600.0, ceiling=48 * 3600.0)
_RELOOK = timedelta(minutes=20)
_WEEK = timedelta(days=7)
_ONE_SCAN = timedelta(minutes=12)  # between parcels of one bag, at most


class AtPrice:
    """The product's pacing at one price for ever; `together` False: each parcel as if it travelled alone."""

    def __init__(
        self,
        rates: Rates,
        price: float,
        *,
        learn: bool = True,
        together: bool = True,
        seed: int = 0,
        interval: CheckInterval = INTERVAL,
        companions: Companions | None = None,
    ) -> None:
        self._learn, self._together = learn, together
        self._pacer = Pacer(interval, random.Random(seed).random, rates)
        self._pacer.price = Price(value=price)
        self._pacer.companions = companions or self._pacer.companions

    def next(
        self, order: str, before: Watch, watch: Watch, news: Sequence[Entry], now: datetime, active: int
    ) -> datetime:
        name = order if self._together else ""
        if before is not watch:
            nodes = [(entry.at, entry.stage) for entry in news]
            if self._learn:
                self._pacer.learn(before, nodes, now, order=name)
                self._pacer.rates.refresh()
        return self._pacer.next_check(watch, now, order=name) or now + _WEEK

    def orders_to_hasten(self) -> Mapping[datetime, Sequence[str]]:
        """Orders that a companion's news makes due sooner, by the new time."""
        return self._pacer.orders_to_hasten()


class Paced(AtPrice):
    """The same under the price that keeps to `budget` calls a day and active order."""

    def __init__(
        self, rates: Rates, budget: float, *, seed: int = 0, interval: CheckInterval = INTERVAL
    ) -> None:
        super().__init__(rates, 1.0, seed=seed, interval=interval)
        self._pacer.price = Price()
        self._budget = budget
        self._spent = 0
        self._day = datetime.min.replace(tzinfo=UTC).date()
        self._looked: datetime | None = None

    def next(
        self, order: str, before: Watch, watch: Watch, news: Sequence[Entry], now: datetime, active: int
    ) -> datetime:
        self._tick(now, active)
        self._spent += before is not watch
        return super().next(order, before, watch, news, now, active)

    def _tick(self, now: datetime, active: int) -> None:
        """Let the price follow at even steps, as the product's loop does."""
        self._looked = self._looked or now
        while self._looked <= now:
            if (day := self._looked.astimezone(DAY_ZONE).date()) != self._day:
                self._day, self._spent = day, 0
            budget = self._budget * active
            self._pacer.meter(now=self._looked, spent=self._spent, budget=budget, active=active, healthy=True)
            self._looked += _RELOOK


class Every:
    """A fixed interval in hours, each order at its own phase."""

    def __init__(self, interval: float) -> None:
        self._interval = timedelta(hours=interval)

    def next(
        self, order: str, before: Watch, watch: Watch, news: Sequence[Entry], now: datetime, active: int
    ) -> datetime:
        if before is watch:
            return now + self._interval * random.Random(order).random()
        return now + self._interval


class Scaled:
    """An interval in hours from a rule on the order alone, times one factor."""

    def __init__(self, factor: float, rule: Callable[[Watch], float]) -> None:
        self._factor, self._rule = factor, rule

    def next(
        self, order: str, before: Watch, watch: Watch, news: Sequence[Entry], now: datetime, active: int
    ) -> datetime:
        return now + timedelta(hours=min(max(self._factor * self._rule(watch), 1 / 6), 48.0))


class Frequency:
    """As feed readers do: a week over the entries of the last week, times one factor, 5 minutes to a day."""

    def __init__(self, factor: float) -> None:
        self._factor = factor
        self._seen: dict[str, deque[datetime]] = defaultdict(deque)

    def next(
        self, order: str, before: Watch, watch: Watch, news: Sequence[Entry], now: datetime, active: int
    ) -> datetime:
        seen = self._seen[order]
        seen.extend(entry.at for entry in news)
        while seen and now - seen[0] > timedelta(days=7):
            seen.popleft()
        return now + timedelta(hours=min(max(self._factor * 168.0 / (1 + len(seen)), 1 / 12), 24.0))


class BackOff:
    """Twice as long after each look without news up to eight times, back to the start with news."""

    def __init__(self, start: float) -> None:
        self._start = start
        self._misses: dict[str, int] = defaultdict(int)

    def next(
        self, order: str, before: Watch, watch: Watch, news: Sequence[Entry], now: datetime, active: int
    ) -> datetime:
        self._misses[order] = 0 if news else self._misses[order] + 1
        return now + timedelta(hours=self._start * 2.0 ** min(self._misses[order], 3))


_LADDER = {
    Stage.PRE_SHIPMENT: 2.0,
    Stage.INFO_RECEIVED: 2.0,
    Stage.AWAITING_DEPARTURE: 2.0,
    Stage.INTERNATIONAL_TRANSIT: 2.0,
    Stage.LOCAL_TRANSIT: 0.5,
    Stage.OUT_FOR_DELIVERY: 0.25,
    Stage.READY_FOR_PICKUP: 0.5,
}


def ladder(watch: Watch) -> float:
    """Longer early and over the sea, shorter near the door."""
    return _LADDER.get(watch.stage, 1.0)


def square_root(world: World) -> Callable[[Watch], float]:
    """The square-root law on the true mean rate of each stage."""
    return lambda watch: math.sqrt(world.medians.get(watch.stage, 12.0))


class Oracle(Rates):
    """The world's own rates in place of learnt ones."""

    def __init__(self, world: World, *, flat: bool = False) -> None:
        super().__init__()
        profiles = {where: _delayed(world.profile(where), world.lag) for where in Leg}
        self.profiles = {}
        for stage in Stage:
            profile = profiles[leg(stage)]
            self.profiles[f"{stage}/china"] = self.profiles[f"{stage}/local"] = profile
            self.profiles[f"{stage}/utc"] = _abroad(profile, world.offsets)
        self.cells = {stage: _true_cell(world, stage) for stage in Stage}
        self.entries = math.inf
        if flat:
            self.cells = dict.fromkeys(Stage, Cell([0.06], [0.0]))

    def observe(self, *_: object, **__: object) -> None:
        """Nothing to learn."""


class Seer(Companions):
    """Is told, of any two orders, whether what each has next is one scan: what companions can bring at most.

    Nobody can know this. Orders that share it move together with certainty, the others not at all.
    """

    def __init__(self, lines: Sequence[Timeline]) -> None:
        super().__init__()
        self._lines = {line.order: line for line in lines}
        self._seen = dict.fromkeys(self._lines, 1)  # entries of each order that were seen
        self._travelers = {line.order: Traveler(line.order, line.entries[0].stage, ()) for line in lines}
        self._bag = {
            line.order: [other.order for other in lines if other is not line and _began_together(line, other)]
            for line in lines
        }

    def observe(
        self, order: str, watch: Watch, stamps: Sequence[tuple[float, Stage]], now: float = math.inf
    ) -> list[str]:
        told: dict[str, None] = {}
        traveler, line = self._travelers[order], self._lines[order]
        for _ in stamps:
            scan = line.entries[self._seen[order]]
            for mate in [mate for mate in self._bag[order] if mate in self._travelers]:
                following = self._following(mate)
                if following is not None and _one_scan(scan, following):
                    self._travelers[mate].suggested += (SharedEntry(hours(scan.at), seen=SURE),)
                    told[mate] = None
            self._seen[order] += 1
            traveler.suggested, traveler.stage = traveler.suggested[1:], scan.stage
        if self._seen[order] >= len(line.entries):
            del self._travelers[order]
        return list(told)

    def _near(self, traveler: Traveler) -> list[Traveler]:
        following = self._following(traveler.order)
        if following is None:
            return []
        mates = [self._travelers[mate] for mate in self._bag[traveler.order] if mate in self._travelers]
        theirs = ((mate, self._following(mate.order)) for mate in mates)
        return [mate for mate, its in theirs if its is not None and _one_scan(following, its)]

    def _peer(self, traveler: Traveler, other: Traveler) -> Peer:
        return Peer(other.order, 3, 0.98)

    def _following(self, order: str) -> Entry | None:
        """The next entry of an order that no check has told of."""
        known = self._seen[order] + len(self._travelers[order].suggested)
        return next(iter(self._lines[order].entries[known:]), None)

    def _unseen(self, traveler: Traveler) -> tuple[float, float]:
        return 1.0, float(len(traveler.suggested))


def _began_together(one: Timeline, other: Timeline) -> bool:
    return abs(one.start - other.start) <= _ONE_SCAN


def _one_scan(one: Entry, other: Entry) -> bool:
    return one.stage is other.stage and abs(one.at - other.at) <= _ONE_SCAN


def _delayed(profile: WeeklyProfile, lag: float) -> WeeklyProfile:
    """The profile of what can be seen, an exponential lag after it was stamped."""
    if not lag:
        return profile
    seen = []
    for hour in range(168):
        parts = [(math.exp(-back / lag), profile.pace[(hour - back) % 168]) for back in range(48)]
        seen.append(sum(share * pace for share, pace in parts) / sum(share for share, _ in parts))
    return WeeklyProfile(seen)


def _true_cell(world: World, stage: Stage) -> Cell:
    """The log-normal hazard per operating hour, in fine steps."""
    median = world.medians.get(stage, 12.0)
    sigma = world.spread_of(stage)
    burst = world.burst / (1.0 + world.burst)
    edges = [0.0] + [0.1 * 1.12**n for n in range(90)]

    def survival(age: float) -> float:
        slow = 0.5 * math.erfc(math.log(age / median) / (sigma * math.sqrt(2.0))) if age > 0.0 else 1.0
        return burst * math.exp(-age / world.burst_hours) + (1.0 - burst) * slow

    tails = [max(_late(survival, age, world.lag), 1e-9) for age in edges]
    rates = [-math.log(tails[n + 1] / tails[n]) / (edges[n + 1] - edges[n]) for n in range(len(edges) - 1)]
    while rates[-1] <= 0.0:
        rates.pop()
    return Cell([max(rate, 1e-5) for rate in rates], edges[: len(rates)])


def _late(survival: Callable[[float], float], age: float, lag: float) -> float:
    """Chance of having seen nothing by `age` when what happens is seen an exponential lag later."""
    if not lag:
        return survival(age)
    backs = [lag * -math.log1p(-(n + 0.5) / 24.0) for n in range(24)]
    return sum(survival(max(age - back, 0.0)) for back in backs) / len(backs)


def _abroad(profile: WeeklyProfile, offsets: Sequence[float]) -> WeeklyProfile:
    """The UTC profile of destinations of which only the mixture is known."""
    return WeeklyProfile([sum(profile.pace[int(hour + off) % 168] for off in offsets) for hour in range(168)])
