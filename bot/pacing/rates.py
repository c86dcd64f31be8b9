"""How soon to expect news: rates learned by stage, age of the last entry and hour of the week."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from itertools import accumulate, pairwise, product
from operator import add, mul, neg
from typing import Any, NamedTuple

from bot.model import Stage, Watch
from bot.pacing import prior
from bot.pacing.profile import ORIGIN_OFFSET, WEEK, Leg, WeeklyProfile, hours, leg

_HALF_LIFE, _FADED_EVERY = 60.0 * 24.0, 12.0  # hours: of what is learned, and how often it is applied
_RECOMPILE, _RECOMPILE_SHARE = 48, 0.08  # new entries, and share of all, after which tables are rebuilt
_GLOBAL_EVENTS, _STAGE_EVENTS, _CELL_EVENTS = 6.0, 8.0, 4.0  # weights of the priors, in entries
_PROFILE_EVENTS = 80.0  # weight of a prior profile, and of the leg's as prior of the stage's, in entries
_BETTER = 4.0  # log-likelihood ratio by which another profile must have predicted entries better
_LOST = 120.0  # hours without an entry after which nothing tells on which side of the border a parcel is
_ROWS = 1000  # learned at most, before carriers that are new share what is known of none
_LAG_EVENTS, _CLOSING_EVENTS = 20.0, 4.0
_TRUSTED, _RECENT = 8.0, 100.0  # nats: that count as predicted and seen at first; after which all count half
_OFTEN, _MORE = 1.15, 0.4  # the least worth of the end: see `_worths`
# What is learned: rows of numbers by name, most of them per stage or profile, with each row's length.
_SIZES = {
    "counts": len(prior.EDGES), "exposure": len(prior.EDGES), "lags": len(prior.LAG_EDGES),
    "trust": 2, "closing": 1, "gain": 1, "abroad": 1, "hours": 24, "hours_due": 24, "days": 7, "days_due": 7,
}  # fmt: skip
_NOTHING = [(name, [0.0] * _SIZES[name]) for name in ("hours", "hours_due", "days", "days_due")]
_CHINA, _ZONES = (Leg.ORIGIN, Leg.LINEHAUL), ("china", "local", "utc")


class Cell:
    """One stage's hazard rate by operating age, with precomputed sums."""

    def __init__(self, rate: Sequence[float], edges: Sequence[float] = prior.EDGES) -> None:
        """`rate`: expected entries per operating hour, one number per age bin between `edges`."""
        self.rate = tuple(rate)
        self.edges = (*edges, math.inf)
        widths = (high - low for low, high in pairwise(edges))
        self.sums: tuple[float, ...] = (0.0, *accumulate(map(mul, self.rate, widths)))

    def rate_at(self, age: float) -> float:
        """Expected entries per operating hour at this operating age (hours)."""
        return self.rate[_bin(self.edges, age)]

    def expected(self, age: float) -> float:
        """Expected entries from age 0 to `age` (operating hours)."""
        index = bisect_right(self.edges, age, 1) - 1  # `_bin` in place: a decision of 50 µs asks 168 times
        return self.sums[index] + self.rate[index] * (age - self.edges[index])


class _Prediction(NamedTuple):
    """What rates predict: if they are right, their log is on average higher by `gain` at entries."""

    gain: float
    log: float  # mean of the log of the rate over time
    mean: float  # of the rate over time

    @classmethod
    def of(cls, rates: Sequence[float], time: Sequence[float]) -> _Prediction:
        """The prediction of these rates, each of which applied for such a time."""
        logs = [*map(math.log, rates)]
        log = _mean(logs, time)
        return cls(_mean(logs, [*map(mul, rates, time)]) - log, log, _mean(rates, time))


def _hazard(median: float) -> list[float]:
    """Mean hazard rate per age bin, per operating hour: a log-normal waiting time mixed with short bursts."""

    def survival(age: float) -> float:
        slow = 0.5 * math.erfc(math.log(age / median) / (prior.SPREAD * math.sqrt(2.0))) if age > 0.0 else 1.0
        return prior.BURST_SHARE * math.exp(-age / prior.BURST_HOURS) + (1.0 - prior.BURST_SHARE) * slow

    edges = [*prior.EDGES, 2.0 * prior.EDGES[-1]]
    return [-math.log(survival(high) / survival(low)) / (high - low) for low, high in pairwise(edges)]


class _Walk:
    """The state while going through an order's entries: `last` time stamp, check `seen` (hours), stage."""

    def __init__(self, watch: Watch, weight: float) -> None:
        self.stage, self.weight = watch.stage, weight
        self.offset, self.carrier = watch.utc_offset_hours, watch.carrier
        self.last = hours(watch.last_node_at or watch.created_at)
        self.seen = hours(watch.checked_at or watch.created_at)


class Rates:
    """Learned counts, and tables made from them. Call `observe` for every check, `refresh` periodically."""

    def __init__(self, *, scale: float = 1.0) -> None:
        """`scale` multiplies the shipped prior, to test how a wrong one is corrected."""
        medians = {stage: prior.MEDIANS.get(stage, prior.OTHER_MEDIAN) for stage in Stage}
        self._prior = {stage: [scale * rate for rate in _hazard(median)] for stage, median in medians.items()}
        self._rows: dict[tuple[str, str], list[float]] = {}
        self._now = 0.0  # hours at which an observation weighs 1
        self._compile()

    def observe(
        self, watch: Watch, nodes: Iterable[tuple[datetime, Stage]], now: datetime, *, weight: float = 1.0
    ) -> None:
        """Learn from one check at `now`, which counts as `weight` independent checks.

        `watch` is the order as it was before, `nodes` the new entries' own stamps with the stage each left
        the order in, in any order. A check without news counts, too. On the first check (`watch.checked_at`
        None), the whole history may be given to learn the gaps in it.
        """
        end = hours(now)
        stamps = sorted((hours(at), stage) for at, stage in nodes)
        if end > self._now + _FADED_EVERY:  # older observations weigh less, half per `_HALF_LIFE`
            factor = 2.0 ** ((self._now - end) / _HALF_LIFE)
            self._now = end
            for row in self._rows.values():
                row[:] = [value * factor for value in row]
        walk = _Walk(watch, weight)
        if watch.checked_at is None and not stamps:
            return
        if watch.checked_at is None:
            walk.last, walk.stage = stamps.pop(0)
            walk.seen = walk.last
        for stamp, following in stamps:
            sights = self._sights(walk, stamp, end) if watch.checked_at else [(stamp, 1.0)]
            moment = min(math.fsum(at * part for at, part in sights), end)
            self._learn_gap(walk, moment, following, sights)
            walk.seen, walk.last = moment, max(stamp, walk.last)
            if following is not Stage.UPDATE:
                walk.stage = following
        if not walk.stage.final:
            self._expose(walk, end)
        self._since += len(stamps)

    def refresh(self) -> None:
        """Rebuild the tables (20 ms) if there is enough new data; call it about every minute, in a thread."""
        if self._since >= max(_RECOMPILE, _RECOMPILE_SHARE * self.entries):
            self._compile()

    def _sights(self, walk: _Walk, stamp: float, end: float) -> list[tuple[float, float]]:
        """When an entry found at `end` may have been published: times since the last check, with chances.

        Based on the known lags, which it also updates, and on the usual hours of publishing.
        """
        begin = min(max(stamp, walk.seen), end)
        last = max(min(end, stamp + prior.LAG_EDGES[-1]), begin)
        key, shift = self.profile_key(walk.stage, walk.offset, walk.carrier, end - walk.last)
        bounds = {begin, last, *(stamp + edge for edge in prior.LAG_EDGES)}
        bounds |= {n - shift for n in range(math.ceil(begin + shift), math.ceil(last + shift))}
        pieces = []
        for low, high in pairwise(sorted(at for at in bounds if begin <= at <= last)):
            at = 0.5 * (low + high)
            lag = min(bisect_right(prior.LAG_EDGES, at - stamp), len(prior.LAG_EDGES) - 1)
            width = prior.LAG_EDGES[lag] - (prior.LAG_EDGES[lag - 1] if lag else 0.0)
            pace = self.profiles[key].pace_at(at + shift)
            # An entry that was stamped before the last check was late: its usual hours tell less.
            part = self.lags[lag] * (high - low) / width * (math.sqrt(pace) if stamp < walk.seen else pace)
            pieces.append((at, lag, part))
        total = math.fsum(part for _, _, part in pieces)
        if total <= 0.0:
            return [(begin, 1.0)]
        for _, lag, part in pieces:
            self._row("lags")[lag] += walk.weight * part / total
        return [(at, part / total) for at, _, part in pieces]

    def _learn_gap(
        self, walk: _Walk, moment: float, following: Stage, sights: Sequence[tuple[float, float]]
    ) -> None:
        """Count one entry that became visible at about `moment`; `sights` come from `_sights`."""
        age = self._expose(walk, moment)
        weight = walk.weight
        self._row("counts", walk.stage)[_bin(prior.EDGES, age)] += weight
        self._row("closing", walk.stage)[0] += weight * following.final
        key, shift = self.profile_key(walk.stage, walk.offset, walk.carrier, moment - walk.last)
        ages, weeks, cells, profiles = self._believed
        self._test("ages", ages[walk.stage], cells[walk.stage].rate_at(age), weight)
        self._test("hours", weeks[key], profiles[key].pace_at(moment + shift), weight)
        if key in self._own:  # count which of the two profiles predicted it better
            own, shared = self._own[key]
            at = moment + shift
            self._row("gain", key)[0] += weight * math.log(own.pace_at(at) / shared.pace_at(at))
        room = ("abroad", walk.carrier) in self._rows or len(self._rows) < _ROWS
        if leg(walk.stage) in _CHINA and moment - walk.last < _LOST and room:
            zone, east = ("utc", 0.0) if walk.offset is None else ("local", walk.offset)
            there = self._shared[f"{Leg.DESTINATION}/{zone}"].pace_at(moment + east)
            here = self._shared[f"{leg(walk.stage)}/china"].pace_at(moment + ORIGIN_OFFSET)
            self._row("abroad", walk.carrier)[0] += weight * math.log(there / here)
        by_hour, by_day = self._row("hours", key), self._row("days", key)
        for sight, part in sights:
            hour = int(sight + shift)
            by_hour[hour % 24] += weight * part
            by_day[hour // 24 % 7] += weight * part

    def _test(self, name: str, predicted: _Prediction, rate: float, weight: float) -> None:
        """Count what was predicted of the rate at an entry, and what was seen."""
        row = self._row("trust", name)
        row[:] = [value * (0.5 if row[1] > _RECENT else 1.0) for value in row]
        row[0] = max(row[0] + weight * (math.log(rate) - predicted.log), -_TRUSTED)
        row[1] += weight * predicted.gain

    def profile_key(
        self, stage: Stage, offset: float | None, carrier: str, silent: float
    ) -> tuple[str, float]:
        """The key of the profile to use, and the hours to add to UTC for it.

        `silent`: hours since the last entry. After `_LOST` of them it may be in the destination.
        """
        if leg(stage) in _CHINA and carrier not in self._abroad and silent < _LOST:
            return f"{stage}/china", ORIGIN_OFFSET
        return (f"{stage}/utc", 0.0) if offset is None else (f"{stage}/local", offset)

    def _expose(self, walk: _Walk, end: float) -> float:
        """Add the operating time since the last check as exposure; returns the operating age at `end`."""
        key, shift = self.profile_key(walk.stage, walk.offset, walk.carrier, end - walk.last)
        profile = self.profiles[key]
        zero = profile.operating(walk.last + shift)
        low = profile.operating(walk.seen + shift) - zero
        high = profile.operating(end + shift) - zero
        rate = self.cells[walk.stage].rate_at(0.5 * (low + high))
        # The entries that a flat profile would have predicted for each hour.
        by_hour, by_day = self._row("hours_due", key), self._row("days_due", key)
        start, stop = walk.seen + shift, end + shift
        while start < stop:
            hour = int(start)
            due = walk.weight * rate * (min(hour + 1.0, stop) - start)
            by_hour[hour % 24] += due
            by_day[hour // 24 % 7] += due
            start = hour + 1.0
        exposure = self._row("exposure", walk.stage)
        for index, (edge, top) in enumerate(pairwise((*prior.EDGES, math.inf))):
            exposure[index] += walk.weight * max(min(high, top) - max(low, edge), 0.0)
        return high

    def _row(self, name: str, key: str = "") -> list[float]:
        """A row of learned numbers; see `_SIZES`."""
        return self._rows.setdefault((name, key), [0.0] * _SIZES[name])

    def _compile(self) -> None:
        self._since = 0
        lags = self._row("lags")
        known = math.fsum(lags) + _LAG_EVENTS
        self.lags = [(n + _LAG_EVENTS * share) / known for n, share in zip(lags, prior.LAGS, strict=True)]
        rows = [*self._rows.items()]
        self._abroad = {carrier for (of, carrier), row in rows if of == "abroad" and row[0] > _BETTER}
        self.entries = math.fsum(math.fsum(row) for (of, _), row in rows if of == "counts")
        self.closing = {}  # the chance that the next entry after one of this stage ends the order
        for stage in Stage:
            closing = self._row("closing", stage)[0] + _CLOSING_EVENTS * prior.CLOSING.get(stage, 0.0)
            self.closing[stage] = closing / (math.fsum(self._row("counts", stage)) + _CLOSING_EVENTS)
        # The tables are evened as far as their predictions fail: at last to even intervals.
        profiles, cells = self._profiles(), self._cells()
        times = {stage: self._time(stage, cell) for stage, cell in cells.items()}
        ages = {stage: _Prediction.of(cell.rate, times[stage]) for stage, cell in cells.items()}
        weeks = {profile: _Prediction.of(profile.pace, (1.0,) * WEEK) for profile in profiles.values()}
        self._believed = ages, {key: weeks[clock] for key, clock in profiles.items()}, cells, profiles
        of = {name: [n + _TRUSTED for n in self._row("trust", name)] for name in ("ages", "hours")}
        seen = ((name, min(max(told / due, 0.0), 1.0)) for name, (told, due) in of.items())
        self.trust = {name: part * part * (3.0 - 2.0 * part) for name, part in seen}  # a smooth step
        by_age, by_hour = self.trust.values()
        evened = {profile: WeeklyProfile([pace**by_hour for pace in profile.pace]) for profile in weeks}
        self.profiles = {key: evened[profile] for key, profile in profiles.items()}
        self.cells = {
            stage: Cell([mean * (rate / mean) ** by_age for rate in cells[stage].rate])
            for stage, (_, _, mean) in ages.items()
        }
        self.worths = self._worths(times)

    def _time(self, stage: Stage, cell: Cell) -> list[float]:
        """Operating hours that orders spent in each age bin, and what one more entry would take."""
        left = [*map(math.exp, map(neg, cell.sums)), 0.0]
        lived = [(now - then) / rate for (now, then), rate in zip(pairwise(left), cell.rate, strict=True)]
        return [*map(add, self._row("exposure", stage), lived)]

    def _worths(self, times: Mapping[Stage, Sequence[float]]) -> dict[Stage, float]:
        """What the next entry after each stage is worth, in scans: more, the likelier it ends the order.

        An end is worth `_MORE` scans more than one, and at least what has such orders checked as often as
        others (by `_OFTEN` a little more): checks come as the root of rate times worth.
        """
        roots = {s: _mean([*map(math.sqrt, cell.rate)], times[s]) for s, cell in self.cells.items()}
        others = [math.fsum(times[s]) * (1.05 - self.closing[s]) for s in roots]
        usual = _mean([*roots.values()], others)
        evening = ((s, _OFTEN * (usual / root) ** 2 - 1.0) for s, root in roots.items())
        return {stage: 1.0 + self.closing[stage] * max(more, _MORE) for stage, more in evening}

    def _cells(self) -> dict[Stage, Cell]:
        """Rates shrunk towards the prior, whose level is learned over all stages, then by stage and age."""
        dues = {stage: [*map(mul, r, self._row("exposure", stage))] for stage, r in self._prior.items()}
        level = (self.entries + _GLOBAL_EVENTS) / (math.fsum(map(math.fsum, dues.values())) + _GLOBAL_EVENTS)
        cells = {}
        for stage, rates in self._prior.items():
            counts, due = self._row("counts", stage), math.fsum(dues[stage])
            own = level * (math.fsum(counts) + _STAGE_EVENTS) / (level * due + _STAGE_EVENTS)
            parts = zip(rates, counts, dues[stage], strict=True)
            cells[stage] = Cell(
                [own * r * (n + _CELL_EVENTS) / (own * d + _CELL_EVENTS) for r, n, d in parts]
            )
        return cells

    def _profiles(self) -> dict[str, WeeklyProfile]:
        """A profile for each stage and zone: its leg's, or its own where that has predicted better."""
        made = {}
        for where, zone in product(Leg, _ZONES):
            # Carriers that were never seen in China keep the destination's hours in every stage.
            shape = where if zone == "china" or where not in _CHINA else Leg.DESTINATION
            keys = [f"{stage}/{zone}" for stage in Stage if leg(stage) is where]
            day = (1,) * 24 if zone == "utc" else prior.HOURS[shape]  # utc: the zone is not known
            made[f"{where}/{zone}"] = self._clock(keys, day, prior.DAYS[shape])
        self._shared = {name: profile for name, (profile, _, _) in made.items()}
        profiles, self._own = {}, {}
        for stage, zone in product(Stage, _ZONES):
            key = f"{stage}/{zone}"
            profiles[key], *known = made[f"{leg(stage)}/{zone}"]
            if ("hours", key) in self._rows:
                own = self._clock([key], *known)[0]
                self._own[key] = own, profiles[key]
                if self._row("gain", key)[0] > _BETTER:
                    profiles[key] = own
        return profiles

    def _clock(
        self, keys: Sequence[str], hours_prior: Sequence[float], days_prior: Sequence[float]
    ) -> tuple[WeeklyProfile, Sequence[float], Sequence[float]]:
        """The profile of what was seen under `keys`, its hours and its days."""
        rows = ([self._rows.get((name, key), none) for key in keys] for name, none in _NOTHING)
        seen, due, days, days_due = ([*map(math.fsum, zip(*row, strict=True))] for row in rows)
        by_hour, by_day = _blend(seen, due, hours_prior), _blend(days, days_due, days_prior)
        week = WeeklyProfile([max(by_hour[at % 24] * by_day[at // 24], 0.02) for at in range(WEEK)])
        return week, by_hour, by_day

    def dump(self) -> dict[str, Any]:
        """Everything learned, as JSON-able values; an observation of the newest hour has weight 1."""
        rows = {f"{name}:{key}": list(row) for (name, key), row in self._rows.items() if any(row)}
        return {"version": 3, "at": self._now, "rows": rows}

    @classmethod
    def load(cls, state: Mapping[str, Any]) -> Rates:
        """Restore the state from `dump`; an empty mapping or another version gives the prior."""
        rates = cls()
        if state.get("version") == 3:
            for place, row in state["rows"].items():
                name, _, key = place.partition(":")
                if len(row) == _SIZES.get(name):
                    rates._rows[name, key] = list(map(float, row))
            rates._now = float(state["at"])
            rates._compile()
        return rates


def _bin(edges: Sequence[float], age: float) -> int:
    """Between which edges an age is; one before the first of them counts as in the first bin."""
    return bisect_right(edges, age, 1) - 1


def _blend(counts: Sequence[float], due: Sequence[float], shape: Sequence[float]) -> list[float]:
    """Activity with mean about 1: counts over flat expectations, shrunk towards `shape`."""
    scale = (math.fsum(counts) + 1e-9) / (math.fsum(due) + 1e-9)
    part, even = _PROFILE_EVENTS / math.fsum(shape), _PROFILE_EVENTS / len(shape)
    return [(n + part * s) / (scale * flat + even) for n, flat, s in zip(counts, due, shape, strict=True)]


def _mean(values: Sequence[float], weights: Sequence[float]) -> float:
    return math.fsum(map(mul, values, weights)) / math.fsum(weights)
