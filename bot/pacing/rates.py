"""How soon news is to be expected: learnt rates by stage, age of the last entry and hour of the week."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from itertools import accumulate, pairwise
from typing import Any

from bot.model import Stage, Watch
from bot.pacing import prior
from bot.pacing.clock import ORIGIN_OFFSET, WEEK, Clock, Side, hours, side

_HALF_LIFE = 60.0 * 24.0  # hours after which an observation counts half
_BINS = len(prior.EDGES)
_RECOMPILE, _RECOMPILE_SHARE = 48, 0.08  # new entries, of those known, between two looks at the whole table
_GLOBAL_EVENTS, _STAGE_EVENTS, _CELL_EVENTS = 6.0, 8.0, 4.0  # what the prior weighs, in entries
_SIDE_EVENTS, _UNKNOWN_EVENTS = 80.0, 40.0  # what a side's prior clock weighs, in entries
_CLOCK_EVENTS = 120.0  # what the side's clock weighs against the stage's own
_SMOOTH_EVENTS = 500.0  # entries on one clock after which its hours are smoothed half as much
_LAG_EVENTS, _CLOSING_EVENTS = 20.0, 4.0
_TRUST_EVENTS = 25.0  # entries after which a stage's own rate counts three quarters


class Cell:
    """One stage's hazard over operating age, ready for fast reading."""

    __slots__ = ("edges", "rate", "sums", "tops")

    def __init__(self, rate: Sequence[float], edges: Sequence[float] = prior.EDGES) -> None:
        """`rate`: expected entries an operating hour, one for each age from one of `edges` to the next."""
        self.rate = tuple(rate)
        self.edges = (*edges, math.inf)
        sums = [0.0]
        for level, (low, high) in zip(self.rate, pairwise(self.edges), strict=False):
            sums.append(sums[-1] + level * (high - low))
        self.sums = tuple(sums)
        self.tops = tuple(accumulate(reversed(self.rate), max))[::-1]  # the highest rate from each edge on

    def rate_at(self, age: float) -> float:
        """Expected entries an operating hour at this operating age (hours)."""
        return self.rate[bisect_right(self.edges, age) - 1] if age > 0.0 else self.rate[0]

    def expected(self, age: float) -> float:
        """Expected entries from age 0 to `age` (operating hours)."""
        index = bisect_right(self.edges, age) - 1 if age > 0.0 else 0
        return self.sums[index] + self.rate[index] * (age - self.edges[index])


def _hazard(median: float) -> list[float]:
    """Mean hazard in each age bin, per operating hour: of a log-normal waiting time, some being short."""

    def survival(age: float) -> float:
        slow = 0.5 * math.erfc(math.log(age / median) / (prior.SPREAD * math.sqrt(2.0))) if age > 0.0 else 1.0
        return prior.BURST_SHARE * math.exp(-age / prior.BURST_HOURS) + (1.0 - prior.BURST_SHARE) * slow

    edges = [*prior.EDGES, 2.0 * prior.EDGES[-1]]
    return [
        -math.log(max(survival(high), 1e-12) / max(survival(low), 1e-12)) / (high - low)
        for low, high in pairwise(edges)
    ]


class _Tally:
    """Entries seen on one clock by hour of the day and day of the week, and how many an even clock would
    have brought."""

    __slots__ = ("days", "days_due", "hours", "hours_due")

    def __init__(self) -> None:
        self.hours, self.hours_due = [0.0] * 24, [0.0] * 24
        self.days, self.days_due = [0.0] * 7, [0.0] * 7

    def rows(self) -> tuple[list[float], ...]:
        return self.hours, self.hours_due, self.days, self.days_due

    def add(self, other: _Tally) -> None:
        for mine, theirs in zip(self.rows(), other.rows(), strict=True):
            mine[:] = [a + b for a, b in zip(mine, theirs, strict=True)]


class _Walk:
    """Where a walk along an order's entries is: `last` stamp, time of last sight `seen` (hours), stage."""

    __slots__ = ("last", "offset", "seen", "stage", "weight")

    def __init__(self, watch: Watch, weight: float) -> None:
        self.stage = watch.stage
        self.offset = watch.utc_offset_hours
        self.last = hours(watch.last_node_at or watch.created_at)
        self.seen = hours(watch.checked_at or watch.created_at)
        self.weight = weight


class Rates:
    """What was learnt, and tables compiled from it.

    Mutable on purpose: `observe` is called for every check, `refresh` now and then. `dump` and `load` carry
    it over a restart. `scale` multiplies the shipped prior (to test how it copes with a wrong one).
    """

    def __init__(self, *, scale: float = 1.0) -> None:
        self._prior = {
            stage: [scale * rate for rate in _hazard(prior.MEDIANS.get(stage, prior.OTHER_MEDIAN))]
            for stage in Stage
        }
        self._counts = {stage: [0.0] * _BINS for stage in Stage}
        self._exposure = {stage: [0.0] * _BINS for stage in Stage}
        self._tallies: dict[str, _Tally] = defaultdict(_Tally)
        self._closing = {stage: [0.0, 0.0] for stage in Stage}
        self._lags = [0.0] * len(prior.LAG_EDGES)
        self._origin: float | None = None  # hours at which an observation weighs 1
        self._now = 0.0
        self._since = 0
        self._compile()

    # ── learning ────────────────────────────────────────────────────────────────────────────────

    def observe(self, watch: Watch, nodes: Iterable[tuple[datetime, Stage]], now: datetime) -> None:
        """Learn from one check at `now`.

        `watch` is the order as it was before, `nodes` the new entries' own stamps with the stage each left
        the order in, any order. A check without news teaches too: for so long nothing happened. On the first
        check (`watch.checked_at` None) the whole history may be given: gaps between its entries are learnt.
        """
        end = hours(now)
        stamps = sorted((hours(at), stage) for at, stage in nodes)
        walk = _Walk(watch, self._weigh(end))
        if watch.checked_at is None:
            if not stamps:
                return
            walk.last, walk.stage = stamps.pop(0)
            walk.seen = walk.last
        for stamp, following in stamps:
            lag = self._learn_lag(walk, stamp, end) if watch.checked_at else 0.0
            moment = min(max(stamp + lag, walk.seen), end)  # not to be seen at the last look
            self._learn_gap(walk, stamp, moment, following)
            walk.seen, walk.last = moment, max(stamp, walk.last)
            if following is not Stage.UPDATE:
                walk.stage = following
        if not walk.stage.final:
            self._expose(walk, end)
        self._since += len(stamps)

    def refresh(self) -> None:
        """Make the tables anew where enough was seen since they were made: milliseconds.

        May be called in a thread beside `observe`.
        """
        if self._since >= max(_RECOMPILE, _RECOMPILE_SHARE * self._known):
            self._compile()

    def _weigh(self, now: float) -> float:
        if self._origin is None:
            self._origin = now
        self._now = max(self._now, now)
        return float(2.0 ** ((now - self._origin) / _HALF_LIFE))

    def _learn_lag(self, walk: _Walk, stamp: float, now: float) -> float:
        """Count the lag of an entry that came between the last look and now; returns the one to expect."""
        low, high = walk.seen - stamp, now - stamp
        parts = []
        begin = 0.0
        for edge, share in zip(prior.LAG_EDGES, self.lags, strict=True):
            overlap = max(min(edge, high) - max(begin, low), 0.0)
            parts.append(share * overlap / (edge - begin))
            begin = edge
        total = math.fsum(parts)
        if total <= 0.0:
            return max(low, 0.0)
        expected = begin = 0.0
        for index, (part, edge) in enumerate(zip(parts, prior.LAG_EDGES, strict=True)):
            self._lags[index] += walk.weight * part / total
            expected += part / total * 0.5 * (max(begin, low) + min(edge, high))
            begin = edge
        return expected

    def _learn_gap(self, walk: _Walk, stamp: float, moment: float, following: Stage) -> None:
        """Count one entry stamped `stamp`, to be seen from `moment` on."""
        age = self._expose(walk, moment)
        self._counts[walk.stage][_bin(age)] += walk.weight
        ends = self._closing[walk.stage]
        ends[0] += walk.weight * (following.final or following is Stage.OUT_FOR_DELIVERY)
        ends[1] += walk.weight
        key, shift = clock_key(walk.stage, walk.offset)
        at = int(stamp + shift)
        tally = self._tallies[key]
        tally.hours[at % 24] += walk.weight
        tally.days[at // 24 % 7] += walk.weight

    def _expose(self, walk: _Walk, end: float) -> float:
        """Add the operating time since the walk's last sight; returns the operating age at `end`."""
        key, shift = clock_key(walk.stage, walk.offset)
        clock = self.clocks[key]
        zero = clock.operating(walk.last + shift)
        low = clock.operating(walk.seen + shift) - zero
        high = clock.operating(end + shift) - zero
        rate = self.cells[walk.stage].rate_at(0.5 * (low + high))
        self._expect(key, walk.weight * rate, walk.seen + shift, end + shift)
        exposure = self._exposure[walk.stage]
        index = _bin(low)
        while low < high:
            edge = prior.EDGES[index + 1] if index + 1 < _BINS else math.inf
            step = min(edge, high)
            exposure[index] += walk.weight * (step - low)
            low = step
            index += 1
        return high

    def _expect(self, key: str, rate: float, start: float, end: float) -> None:
        """Note how many entries an even clock would have brought in each hour from `start` to `end`."""
        tally = self._tallies[key]
        by_hour, by_day = tally.hours_due, tally.days_due
        while start < end:
            at = int(start)
            due = rate * (min(at + 1.0, end) - start)
            by_hour[at % 24] += due
            by_day[at // 24 % 7] += due
            start = at + 1.0

    # ── tables ──────────────────────────────────────────────────────────────────────────────────

    def _compile(self) -> None:
        unit = self._weigh(self._now) if self._origin is not None else 1.0
        self._since = 0
        self._known = math.fsum(map(math.fsum, self._counts.values())) / unit
        self.lags = tuple(
            (n / unit + _LAG_EVENTS * share) / (math.fsum(self._lags) / unit + _LAG_EVENTS)
            for n, share in zip(self._lags, prior.LAGS, strict=True)
        )
        middles = [0.5 * (low + high) for low, high in pairwise((0.0, *prior.LAG_EDGES))]
        self.lag = math.fsum(share * middle for share, middle in zip(self.lags, middles, strict=True))
        self.clocks = self._clocks(unit)
        self.cells = self._cells(unit)
        self.closing = {
            stage: (n / unit + _CLOSING_EVENTS * prior.CLOSING.get(stage, 0.0))
            / (of / unit + _CLOSING_EVENTS)
            for stage, (n, of) in self._closing.items()
        }

    def _cells(self, unit: float) -> dict[Stage, Cell]:
        counts = {stage: [n / unit for n in row] for stage, row in self._counts.items()}
        expected = {
            stage: [
                rate * t / unit for rate, t in zip(self._prior[stage], self._exposure[stage], strict=True)
            ]
            for stage in Stage
        }
        seen = math.fsum(map(math.fsum, counts.values()))
        total = (seen + _GLOBAL_EVENTS) / (math.fsum(map(math.fsum, expected.values())) + _GLOBAL_EVENTS)
        exposed = math.fsum(map(math.fsum, self._exposure.values())) / unit
        typical = [math.fsum(row[:8]) / 8.0 for row in self._prior.values()]
        before = math.exp(math.fsum(map(math.log, typical)) / len(typical))
        overall = (seen + _GLOBAL_EVENTS) / (exposed + _GLOBAL_EVENTS / before)
        return {stage: self._cell(stage, counts[stage], expected[stage], total, overall) for stage in Stage}

    def _cell(
        self, stage: Stage, counts: Sequence[float], expected: Sequence[float], total: float, overall: float
    ) -> Cell:
        seen = math.fsum(counts)
        own = total * (seen + _STAGE_EVENTS) / (total * math.fsum(expected) + _STAGE_EVENTS)
        trust = 0.5 + 0.5 * seen / (seen + _TRUST_EVENTS)
        rates = []
        for rate, n, mean in zip(self._prior[stage], counts, expected, strict=True):
            cell = rate * own * (n + _CELL_EVENTS) / (own * mean + _CELL_EVENTS)
            rates.append(cell**trust * overall ** (1.0 - trust))
        return Cell(rates)

    def _clocks(self, unit: float) -> dict[str, Clock]:
        """A clock for each stage and zone, leaning on the one of the stage's side."""
        sides: dict[str, _Tally] = defaultdict(_Tally)
        for key, tally in self._tallies.items():
            stage, _, zone = key.partition("/")
            sides[f"{side(Stage(stage))}/{zone}"].add(tally)
        clocks = {}
        for stage in Stage:
            for zone in ("local", "utc"):
                where = side(stage)
                local = zone == "local"
                events = (_SIDE_EVENTS if local else _UNKNOWN_EVENTS) * unit
                group = sides[f"{where}/{zone}"]
                hours_prior = prior.HOURS[where] if local else prior.UNKNOWN_HOURS
                by_hour = _blend(group.hours, group.hours_due, hours_prior, events)
                by_day = _blend(group.days, group.days_due, prior.DAYS[where], _SIDE_EVENTS * unit)
                key = f"{stage}/{zone}"
                if key in self._tallies:
                    own = self._tallies[key]
                    by_hour = _blend(own.hours, own.hours_due, by_hour, _CLOCK_EVENTS * unit)
                    known = math.fsum(own.hours) / unit
                    by_hour = _smooth(by_hour, 0.1 * _SMOOTH_EVENTS / (_SMOOTH_EVENTS + known))
                    by_day = _blend(own.days, own.days_due, by_day, _CLOCK_EVENTS * unit)
                stamped = [max(by_hour[at % 24] * by_day[at // 24], 0.02) for at in range(WEEK)]
                clocks[key] = Clock(self._delayed(stamped))
        return clocks

    def _delayed(self, week: Sequence[float]) -> list[float]:
        """When what is stamped like `week` can be seen."""
        seen = [0.0] * WEEK
        begin = 0.0
        for share, edge in zip(self.lags, prior.LAG_EDGES, strict=True):
            whole, part = divmod(0.5 * (begin + edge), 1.0)
            begin = edge
            for at in range(WEEK):
                late = at - int(whole)
                seen[at] += share * ((1.0 - part) * week[late % WEEK] + part * week[(late - 1) % WEEK])
        return seen

    # ── keeping ─────────────────────────────────────────────────────────────────────────────────

    def dump(self) -> dict[str, Any]:
        """Everything learnt, as JSON-able values with an observation of the newest hour weighing 1."""
        unit = self._weigh(self._now) if self._origin is not None else 1.0
        return {
            "version": 3,
            "at": self._now,
            "counts": {stage.value: [n / unit for n in row] for stage, row in self._counts.items()},
            "exposure": {stage.value: [t / unit for t in row] for stage, row in self._exposure.items()},
            "clocks": {
                key: [[n / unit for n in row] for row in tally.rows()] for key, tally in self._tallies.items()
            },
            "closing": {stage.value: [n / unit for n in row] for stage, row in self._closing.items()},
            "lags": [n / unit for n in self._lags],
        }

    @classmethod
    def load(cls, state: Mapping[str, Any]) -> Rates:
        """What `dump` gave; an empty mapping or another version gives the shipped prior."""
        rates = cls()
        if state.get("version") != 3:
            return rates
        _restore(rates._counts, state["counts"])
        _restore(rates._exposure, state["exposure"])
        _restore(rates._closing, state["closing"])
        for key, rows in state["clocks"].items():
            for row, kept in zip(rates._tallies[key].rows(), rows, strict=True):
                row[:] = map(float, kept)
        rates._lags = list(map(float, state["lags"]))
        rates._now = float(state["at"])
        rates._origin = rates._now or None
        rates._compile()
        return rates


def _restore(rows: Mapping[Stage, list[float]], kept: Mapping[str, Sequence[float]]) -> None:
    """Fill rows with what was kept under their names; a name nobody knows any more is passed over."""
    for key, row in rows.items():
        if key in kept:
            row[:] = [float(value) for value in kept[key]]


def _bin(age: float) -> int:
    return max(bisect_right(prior.EDGES, age) - 1, 0)


def clock_key(stage: Stage, offset: float | None) -> tuple[str, float]:
    """Which clock rules, and the hours to add to UTC for it."""
    if side(stage) in (Side.ORIGIN, Side.LINEHAUL):
        return f"{stage}/local", ORIGIN_OFFSET
    return (f"{stage}/utc", 0.0) if offset is None else (f"{stage}/local", offset)


def _smooth(ring: Sequence[float], part: float) -> list[float]:
    """A `part` of each neighbour: an hour's count says something of the hours beside it."""
    size = len(ring)
    return [(1.0 - 2.0 * part) * ring[i] + part * (ring[i - 1] + ring[(i + 1) % size]) for i in range(size)]


def _blend(
    counts: Sequence[float], due: Sequence[float], shape: Sequence[float], events: float
) -> list[float]:
    """Activity of mean 1: counts over what an even clock would have brought, `shape` weighing `events`."""
    total = math.fsum(shape) / len(shape)
    scale = (math.fsum(counts) + 1e-9) / (math.fsum(due) + 1e-9)
    part = events / len(shape)
    mixed = [
        (n + part * share / total) / (scale * even + part)
        for n, even, share in zip(counts, due, shape, strict=True)
    ]
    mean = math.fsum(mixed) / len(mixed)
    return [value / mean for value in mixed]
