"""The replay itself: every order looked at when a policy says, every entry's delay noted."""

from __future__ import annotations

import heapq
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Protocol, runtime_checkable

from bot.model import Stage, Watch
from tests.bench.pacing.world import Entry, Timeline

_HOUR = timedelta(hours=1)


class Policy(Protocol):
    """A way of pacing. `next` is asked after every look, `before` being the order as it was until then."""

    def next(
        self, order: str, before: Watch, watch: Watch, news: Sequence[Entry], now: datetime, active: int
    ) -> datetime: ...


@runtime_checkable
class Hurrying(Policy, Protocol):
    """One that also says, after each look, when to look at which other orders sooner."""

    def orders_to_hasten(self) -> Mapping[datetime, Sequence[str]]: ...


@dataclass(slots=True)
class Outcome:
    """Calls and delays (hours, with the stage that each piece of news brought, its followers, its order)."""

    calls: int = 0
    order_days: float = 0.0
    delays: list[tuple[float, Stage, float, int]] = field(default_factory=list)

    def by_order(self, stages: frozenset[Stage] | None = None) -> dict[int, tuple[float, float]]:
        """For each order the sum of delay times followers, and of followers, over news of these stages."""
        sums: dict[int, tuple[float, float]] = {}
        for delay, stage, followers, order in self.delays:
            if stages is None or stage in stages:
                late, heard = sums.get(order, (0.0, 0.0))
                sums[order] = late + delay * followers, heard + followers
        return sums

    @property
    def budget(self) -> float:
        """Calls per active order-day."""
        return self.calls / self.order_days if self.order_days else 0.0

    def mean(self, stages: frozenset[Stage] | None = None) -> float:
        """Mean delay in hours, weighted by followers."""
        chosen = [(d, w) for d, stage, w, _ in self.delays if stages is None or stage in stages]
        return sum(d * w for d, w in chosen) / max(sum(w for _, w in chosen), 1e-9)

    def quantile(self, share: float) -> float:
        """A quantile of the delays in hours."""
        ordered = sorted(delay for delay, *_ in self.delays)
        return ordered[min(int(share * len(ordered)), len(ordered) - 1)] if ordered else 0.0


def replay(
    timelines: Sequence[Timeline], policy: Policy, *, measure_from: datetime, measure_to: datetime
) -> Outcome:
    """Run all orders through one policy in the order of time; only the measured window counts.

    An order is followed from its first entry until its last one was seen.
    """
    outcome = Outcome()
    due = [line.start for line in timelines]
    queue = [(at, index) for index, at in enumerate(due)]
    heapq.heapify(queue)
    indices = {line.order: index for index, line in enumerate(timelines)}
    watches: list[Watch | None] = [None] * len(timelines)
    positions = [1] * len(timelines)
    active = 0
    hurrying = policy if isinstance(policy, Hurrying) else None
    while queue:
        now, index = heapq.heappop(queue)
        if now > measure_to:
            break
        if now != due[index]:
            continue  # was moved forward
        line = timelines[index]
        before = watches[index]
        if before is None:
            active += 1
            first = line.entries[0]
            before = watch = _watch(line, first, now)
            news: Sequence[Entry] = ()
        else:
            news = _news(line, positions[index], now)
            positions[index] += len(news)
            newest = max(news, key=lambda entry: entry.at) if news else None
            watch = _seen(before, newest, now)
            if now >= measure_from:
                outcome.calls += 1
                for entry in news:
                    if entry.visible >= measure_from:
                        delay = (now - entry.visible) / _HOUR
                        outcome.delays.append((delay, entry.stage, line.followers, index))
        watches[index] = watch
        following = policy.next(line.order, before, watch, news, now, active)  # the last look teaches too
        if positions[index] >= len(line.entries):
            active -= 1
            due[index] = measure_to + _HOUR  # never again, though it may be queued twice for one moment
        else:
            due[index] = following
            heapq.heappush(queue, (following, index))
        hastened = hurrying.orders_to_hasten() if hurrying else {}
        for at, moved in ((at, indices[other]) for at, others in hastened.items() for other in others):
            if at < due[moved] and positions[moved] < len(timelines[moved].entries):
                due[moved] = max(at, now + timedelta(seconds=1))
                heapq.heappush(queue, (due[moved], moved))
    outcome.order_days = sum(overlap(line, measure_from, measure_to) for line in timelines)
    return outcome


def _news(line: Timeline, position: int, now: datetime) -> Sequence[Entry]:
    end = position
    while end < len(line.entries) and line.entries[end].visible <= now:
        end += 1
    return line.entries[position:end]


def _watch(line: Timeline, first: Entry, now: datetime) -> Watch:
    return Watch(
        stage=first.stage,
        weight=line.followers,
        utc_offset_hours=line.utc_offset_hours,
        last_node_at=first.at,
        checked_at=now,
        created_at=line.start,
        eta=line.eta,
    )


def _seen(before: Watch, newest: Entry | None, now: datetime) -> Watch:
    stage, last = before.stage, before.last_node_at
    if newest is not None and (last is None or newest.at >= last):
        stage, last = newest.stage, newest.at
    return replace(before, stage=stage, last_node_at=last, checked_at=now)


def overlap(line: Timeline, begin: datetime, end: datetime) -> float:
    """Days of this order's life within the measured window."""
    live = min(line.entries[-1].visible, end) - max(line.start, begin)
    return max(live / timedelta(days=1), 0.0)
