"""Who is compared with whom, and how calls are made equal."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import pairwise

from bot.model import Stage
from bot.pacing import Companions, Rates
from bot.pacing.policy import GIVEN_UP
from tests.bench.pacing import rivals
from tests.bench.pacing.replay import Outcome, Policy, overlap, replay
from tests.bench.pacing.rivals import Every, Oracle, Paced
from tests.bench.pacing.world import BAGS, BEGIN, MADE_UP, WORLDS, Timeline, draw

DAYS = 32.0  # of arriving orders in a made-up world
FINALE = frozenset({Stage.OUT_FOR_DELIVERY, Stage.DELIVERED})
DELIVERED = frozenset({Stage.DELIVERED})
FIXED = "fixed interval"
OURS = "ours, learning"
DAILY = "ours, a budget for each day"
HIGH, LOW = "ours, prior x 3", "ours, prior / 3"
ALONE = "ours, each parcel alone"
KNOWING = "ours, knowing the rates"
SEEING = "oracle: rates and companions"
HINDSIGHT = "ours, file seen before"
PEERS = {12.0: "every 2 h", 24.0: "every hour", 72.0: "every 20 min"}  # 6 h is 4 calls a day
CROWDED = 4.0  # calls per active order-day at which everybody plays


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """All policies on one set of timelines at one budget (calls per active order-day)."""

    scene: str
    budget: float
    seed: int
    warm: float
    orders: int = 0
    timelines: tuple[Timeline, ...] = ()
    brief: bool = False  # only ours and the fixed interval, with bags also ours knowing the rates


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """One policy's result; delays in hours, `share` that of the fixed interval's mean at equal calls.

    `finale` is the share for out for delivery and delivered, `delivered` for that alone. A margin is half of
    a 95 % interval, from drawing the orders again and again.
    """

    calls: int
    budget: float
    mean: float
    median: float
    p95: float
    share: float
    margin: float
    finale: float
    finale_margin: float
    delivered: float
    delivered_margin: float
    by_stage: Mapping[str, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """One match played."""

    scene: str
    budget: float
    seed: int
    entries: int
    order_days: float
    scores: Mapping[str, Score]


def matches(
    worlds: Sequence[str], budgets: Sequence[float], seeds: int, orders: int, warm: float
) -> list[Match]:
    """Every world at every budget; everybody once in `MADE_UP` at `CROWDED`; peers' intervals once."""
    plain = [
        Match(
            scene=world,
            budget=budget,
            seed=seed,
            warm=warm,
            orders=orders,
            brief=not (world in MADE_UP and budget == CROWDED and seed == 1),
        )
        for budget in sorted(budgets, reverse=True)  # the longest first
        for world in worlds
        for seed in range(1, seeds + 1)
    ]
    peers = [
        Match(scene=world, budget=budget, seed=1, warm=warm, orders=max(orders // 3, 40), brief=True)
        for world in [world for world in worlds if world not in BAGS][:1]
        for budget in PEERS
    ]
    return plain + peers


def replays(
    timelines: Sequence[Timeline],
    name: str,
    budgets: Sequence[float],
    warm: float,
    orders: int = 1000,
    seeds: int = 1,
) -> list[Match]:
    """A file's timelines at each budget, moved together by whole weeks if too sparse to be a fleet.

    More than `orders` are thinned evenly. Raises ValueError where no order has two entries.
    """
    usable = [line for line in map(_followed, timelines) if len(line.entries) > 1]
    if not usable:
        raise ValueError(f"{name}: no order with two entries or more")
    step = max(len(usable) / orders, 1.0)
    fleet = tuple(_gathered([usable[int(n * step)] for n in range(int(len(usable) / step))]))
    return [
        Match(
            scene=name,
            budget=budget,
            seed=seed,
            warm=warm,
            timelines=fleet,
            brief=(budget, seed) != (CROWDED, 1),
        )
        for budget in sorted(budgets, reverse=True)
        for seed in range(1, seeds + 1)
    ]


def _followed(line: Timeline) -> Timeline:
    """As far as the bot follows it: news after a silence in which an order is given up is nobody's."""
    for n, (before, entry) in enumerate(pairwise(line.entries), 1):
        if entry.visible - before.visible > GIVEN_UP:
            return replace(line, entries=line.entries[:n])
    return line


def _gathered(timelines: Sequence[Timeline]) -> list[Timeline]:
    begin = min(line.start for line in timelines)
    span = (max(line.entries[-1].visible for line in timelines) - begin) / timedelta(days=1)
    lived = sum((line.entries[-1].visible - line.start) / timedelta(days=1) for line in timelines)
    if lived / span >= 10.0 or span < 63.0:
        return list(timelines)
    ordered = sorted(timelines, key=lambda line: line.start)
    home = [begin + timedelta(weeks=5.0 * index / len(ordered)) for index in range(len(ordered))]
    return [
        _moved(line, timedelta(weeks=round((to - line.start) / timedelta(weeks=1))))
        for line, to in zip(ordered, home, strict=True)
    ]


def _moved(line: Timeline, by: timedelta) -> Timeline:
    moved = tuple(replace(entry, at=entry.at + by, visible=entry.visible + by) for entry in line.entries)
    return replace(line, entries=moved, eta=line.eta and line.eta + by)


def play(match: Match) -> Result:
    """Play one match; the costly part."""
    field = _Field(match)
    fixed = field.run(Every(2.0 * field.even))
    scores = {FIXED: _score(fixed, field)}
    for name, outcome in _brief(field) if match.brief else _all(field):
        scores[name] = _score(outcome, field)
    return Result(
        scene=match.scene,
        budget=match.budget,
        seed=match.seed,
        entries=len(fixed.delays),
        order_days=fixed.order_days,
        scores=scores,
    )


class _Field:
    """One match's timelines and window."""

    def __init__(self, match: Match) -> None:
        self.match = match
        self.world = None if match.timelines else WORLDS[match.scene]
        if self.world is None:
            self.lines: Sequence[Timeline] = match.timelines
            begin = min(line.start for line in self.lines)
            self.end = max(line.entries[-1].visible for line in self.lines) + timedelta(days=3)
        else:
            days = DAYS + 2.0 * self.world.silence[1]
            drawn = draw(self.world, match.seed, orders=match.orders, days=days)
            self.lines = [*map(_followed, drawn)]
            begin, self.end = BEGIN, BEGIN + timedelta(days=days)
        self.start: datetime = begin + min(
            timedelta(days=match.warm + (self.world.silence[1] if self.world else 0.0)),
            (self.end - begin) / 2,
        )
        self.even = 0.5 * self._interval()

    def _interval(self) -> float:
        """Hours between the calls of a fixed interval that spends the budget; news waits half of it.

        Each order costs a call for each interval of its life, and one more after its end.
        """
        days = sum(overlap(line, self.start, self.end) for line in self.lines)
        ends = sum(self.start <= line.entries[-1].visible <= self.end for line in self.lines)
        return 24.0 * days / max(self.match.budget * days - ends, 0.1 * days)

    def run(self, policy: Policy) -> Outcome:
        return replay(self.lines, policy, measure_from=self.start, measure_to=self.end)

    def paced(self, rates: Rates) -> Outcome:
        return self.run(Paced(rates, self.match.budget, seed=self.match.seed))

    def ours(
        self,
        rates: Callable[[], Rates],
        *,
        learn: bool = True,
        together: bool = True,
        companions: Callable[[], Companions] = Companions,
    ) -> Outcome:
        """Our decision at the one price that spends the budget, each trial with rates of its own."""
        hours = 24.0 / self.match.budget
        return self.tuned(
            lambda price: rivals.AtPrice(
                rates(),
                price,
                learn=learn,
                together=together and learn,
                seed=self.match.seed,
                companions=companions(),
            ),
            hours * hours / 32.0,
            0.5,
        )

    def tuned(self, make: Callable[[float], Policy], start: float, power: float = 1.0) -> Outcome:
        """The outcome at the factor which spends the budget; calls fall about as factor ** -power."""
        factor, best = start, self.run(make(start))
        outcome = best
        for _ in range(5):
            miss = outcome.budget / self.match.budget
            if abs(miss - 1.0) < 0.03:  # `_score` corrects the rest
                return outcome
            factor *= max(miss, 0.05) ** (1.0 / power)
            outcome = self.run(make(factor))
            best = min(best, outcome, key=lambda one: abs(one.budget - self.match.budget))
        return best


def _brief(field: _Field) -> list[tuple[str, Outcome]]:
    ours = [(OURS, field.ours(Rates))]
    if field.world is None or field.match.scene not in BAGS:
        return ours
    oracle = Oracle(field.world)
    return [
        *ours,
        (KNOWING, field.ours(lambda: oracle, learn=False)),
        (SEEING, field.ours(lambda: oracle, companions=lambda: rivals.Seer(field.lines))),
    ]


def _all(field: _Field) -> list[tuple[str, Outcome]]:
    hours = 24.0 / field.match.budget
    learner = Rates()
    daily = field.paced(learner)
    ours = [
        (OURS, field.ours(Rates)),
        (DAILY, daily),
    ]
    if field.world is None:
        return [*ours, (HINDSIGHT, field.ours(lambda: learner, learn=False))]
    root, flat, oracle = rivals.square_root(field.world), Oracle(field.world, flat=True), Oracle(field.world)
    return [
        *ours,
        (ALONE, field.ours(Rates, together=False)),
        (HIGH, field.ours(lambda: Rates(scale=3.0))),
        (LOW, field.ours(lambda: Rates(scale=1.0 / 3.0))),
        (KNOWING, field.ours(lambda: oracle, learn=False)),
        ("profile only", field.ours(lambda: flat, learn=False)),
        ("square root of stage rate", field.tuned(lambda x: rivals.Scaled(x, root), hours / 3.5)),
        ("stage ladder", field.tuned(lambda x: rivals.Scaled(x, rivals.ladder), hours)),
        ("entry frequency", field.tuned(rivals.Frequency, hours / 14.0)),
        ("back-off to 8 times", field.tuned(rivals.BackOff, hours / 3.0)),
    ]


def _score(outcome: Outcome, field: _Field) -> Score:
    # A fixed interval's delay falls as one over its calls.
    equal = outcome.budget / field.match.budget / field.even
    share, margin = _mean(outcome, None, equal)
    finale, finale_margin = _mean(outcome, FINALE, equal)
    delivered, delivered_margin = _mean(outcome, DELIVERED, equal)
    stages = sorted({entry.stage for line in field.lines for entry in line.entries[1:]})
    return Score(
        calls=outcome.calls,
        budget=outcome.budget,
        mean=outcome.mean(),
        median=outcome.quantile(0.5),
        p95=outcome.quantile(0.95),
        share=share,
        margin=margin,
        finale=finale,
        finale_margin=finale_margin,
        delivered=delivered,
        delivered_margin=delivered_margin,
        by_stage={stage.value: outcome.mean(frozenset({stage})) for stage in stages},
    )


def _mean(
    outcome: Outcome, stages: frozenset[Stage] | None, factor: float, draws: int = 200
) -> tuple[float, float]:
    """The mean delay over news of these stages, twice its spread over draws of the orders; both scaled."""
    dice = random.Random(1)
    sums = [pair for _, pair in sorted(outcome.by_order(stages).items())]
    means = []
    for _ in range(draws if sums else 0):
        late, heard = map(sum, zip(*dice.choices(sums, k=len(sums)), strict=True))
        means.append(late / heard)
    middle = sum(means) / max(len(means), 1)
    spread = 1.96 * math.sqrt(sum((mean - middle) ** 2 for mean in means) / max(len(means) - 1, 1))
    return factor * outcome.mean(stages), factor * spread
