"""CPU time of one decision, of one lesson, and of rebuilding the tables."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import cycle

from bot.model import Stage, Watch
from bot.pacing import CheckInterval, Pacer, Price

_NOW = datetime(2026, 3, 4, 12, tzinfo=UTC)
_PRICES = (0.03, 0.3, 3.0, 30.0, 300.0)  # hours of waiting that a call costs: from many calls a day to few


def costs(checks: int = 2000) -> str:
    """A line to print, in CPU time (medians of five runs), which load beside it changes little."""
    dice = random.Random(1)
    turns = cycle([_watch(dice) for _ in range(checks)])
    pacer = Pacer(CheckInterval(), dice.random)

    def decide(price: float) -> float:
        pacer.price = Price(value=price)
        return _micros(lambda: pacer.next_check(next(turns), _NOW), checks)

    deciding = [decide(price) for price in _PRICES]
    bags = ", ".join(f"{_in_a_bag(size):.0f} in a bag of {size}" for size in (10, 50))
    news = [(_NOW - timedelta(minutes=30), Stage.LOCAL_TRANSIT)]
    learning = _micros(lambda: pacer.learn(next(turns), news, _NOW), checks)
    rebuilding = _micros(pacer.rates.refresh, 1, runs=1) / 1000.0
    return (
        f"CPU time: a decision {min(deciding):.0f} to {max(deciding):.0f} µs (goal 50), {bags}, "
        f"a lesson with one entry {learning:.0f} µs, the tables {rebuilding:.0f} ms"
    )


def _in_a_bag(size: int, rounds: int = 1000) -> float:
    """A decision's time where so many orders shared their last three entries: the mean over all of them."""
    pacer = Pacer(CheckInterval(), random.Random(1).random)
    pacer.price = Price(value=3.0)
    scans = [
        (_NOW - timedelta(hours=30), Stage.PICKED_UP),
        (_NOW - timedelta(hours=18), Stage.ORIGIN_TRANSIT),
        (_NOW - timedelta(hours=6), Stage.EXPORT_CUSTOMS),
    ]
    new = Watch(stage=Stage.INFO_RECEIVED, created_at=_NOW - timedelta(days=5))
    at, stage = scans[-1]
    watch = replace(new, stage=stage, last_node_at=at, checked_at=_NOW, weight=1.0)
    for order in range(size):
        pacer.learn(new, scans, _NOW, order=str(order))
        pacer.next_check(watch, _NOW, order=str(order))
    turns = cycle(map(str, range(size)))
    return _micros(lambda: pacer.next_check(watch, _NOW, order=next(turns)), rounds)


def _micros(work: Callable[[], object], times: int, runs: int = 5) -> float:
    taken = []
    for _ in range(runs):
        begun = time.process_time()
        for _ in range(times):
            work()
        taken.append(1e6 * (time.process_time() - begun) / times)
    return sorted(taken)[runs // 2]


def _watch(dice: random.Random) -> Watch:
    quiet = timedelta(hours=dice.expovariate(1.0 / 48.0))
    return Watch(
        stage=dice.choice([stage for stage in Stage if not stage.final]),
        weight=dice.choice([1.0, 1.0, 1.0, 3.0]),
        utc_offset_hours=dice.choice([None, -3.0, 1.0]),
        last_node_at=_NOW - quiet,
        checked_at=_NOW - timedelta(hours=dice.expovariate(1.0 / 6.0)),
        created_at=_NOW - quiet - timedelta(days=5),
    )
