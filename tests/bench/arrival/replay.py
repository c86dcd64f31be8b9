"""The walk in time: at every entry and every midnight of every parcel, what is estimated from the past."""

from __future__ import annotations

import math
from bisect import bisect_right, insort
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from zlib import crc32

from bot.arrival import Arrival, Features, Journey, days, moment
from bot.arrival.said import LEAST_FINISHED, STILL, say
from bot.model import Estimate, Stage

LEVELS = (0.1, 0.5, 0.9)
RIVALS = ("promise", "durations", "ratios")
_LATE, _GRACE = 0.8, 1.0  # chance from which lateness is foretold, and days after the promise that are late
_WINDOW = 120.0  # days of past deliveries that the rivals know


@dataclass(frozen=True, slots=True)
class Moment:
    """One estimate: losses in days, ours first, then the rivals'."""

    order: str
    stage: Stage
    at: float
    age: float
    left: float
    losses: tuple[float, float, float, float]
    held: bool
    width: float
    entry: bool
    finished: int  # parcels delivered so far


@dataclass(slots=True)
class Outcome:
    """All moments, and what was said: parcel-days, moves without news, those sooner than two days.

    `warned` has the days before the promise of each parcel first said to be late, and whether it was; `late`
    names those that were.
    """

    moments: list[Moment]
    said_days: float = 0.0
    moves: int = 0
    hasty: int = 0
    held: int = 0
    ranges: int = 0
    warned: dict[str, tuple[float, bool]] = field(default_factory=dict)
    late: set[str] = field(default_factory=set)


class Rivals:
    """Quantiles of past durations and of their ratios to the promise, by stage."""

    def __init__(self) -> None:
        self._past: dict[Stage, list[tuple[float, float, float]]] = defaultdict(list)

    def learn(self, journey: Journey) -> None:
        for stage, entered in journey.passages:
            window = max((journey.promise or journey.until) - entered, 1.0)
            insort(self._past[stage], (journey.until, journey.until - entered, window))

    def ask(self, case: Features, now: float) -> list[list[float]]:
        """Quantiles of the days left: by the promise, by past durations, by past ratios."""
        age = now - case.since
        promise = [max((case.promise or now) - now, 0.0)] * 3
        window = max((case.promise or now) - case.since, 1.0)
        past = self._past[case.stage]
        past = past[bisect_right(past, (now - _WINDOW, 0.0, 0.0)) :]
        durations = sorted(lasted - age for _, lasted, _ in past if lasted > age)
        scaled = [lasted / promised * window for _, lasted, promised in past]
        ratios = sorted(lasted - age for lasted in scaled if lasted > age)
        return [promise, _quantiles(durations) or promise, _quantiles(ratios) or promise]


def replay(journeys: Sequence[Journey], least: int = LEAST_FINISHED, *, every: int = 1) -> Outcome:
    """Nothing that came later is known to any estimate; measured once `least` parcels were delivered.

    `every`: only one moment out of so many.
    """
    arrival, rivals, outcome = Arrival(), Rivals(), Outcome([])
    ends = sorted(journeys, key=lambda one: one.until)
    ended, delivered, day = 0, 0, math.floor(min(one.start for one in journeys)) - 1
    said: dict[str, tuple[Estimate, Stage]] = {}
    for now, one, stage, since, entry in _moments(journeys):
        if now >= day + 1.0:
            day = math.floor(now)
            fresh = []
            while ended < len(ends) and ends[ended].until < now:
                fresh.append(ends[ended])
                ended += 1
            for past in fresh:
                if past.delivered:
                    rivals.learn(past)
                    delivered += 1
            arrival.learn(past for past in fresh if past.delivered)
            arrival.refresh(list(_under_way(journeys, now)), now)
        if (crc32(one.key.encode()) + day) % every:
            continue
        due = None if one.promise is None else one.promise + _GRACE
        case = Features(
            stage=stage, since=since, start=one.start, promise=one.promise, carrier=one.carrier, due=due
        )
        arrival.state(one.key, case, now)
        if delivered < least or not one.delivered:
            continue
        forecast = arrival.forecast(case, now)
        if due is not None:
            outcome.late |= {one.key} if one.until > due else set()
            if forecast.late >= _LATE and now < due:
                outcome.warned.setdefault(one.key, (due - now, one.until > due))
        ours = [forecast.earliest, forecast.likely, forecast.latest]
        left = one.until - now
        asked = [[at - now for at in ours], *rivals.ask(case, now)]
        losses = tuple(pinball(quantiles, left) for quantiles in asked)
        outcome.moments.append(
            Moment(
                order=one.key,
                stage=stage,
                at=now,
                age=now - since,
                left=left,
                losses=losses,  # type: ignore[arg-type]
                held=ours[0] <= one.until <= ours[2],
                width=ours[2] - ours[0],
                entry=entry,
                finished=delivered,
            )
        )
        before = said.get(one.key)
        news = before is not None and before[1] is not stage
        range_ = say(before[0] if before else None, forecast, moment(now), news=news)
        if range_ is None:
            said.pop(one.key, None)
            continue
        outcome.said_days += min(left, 1.0)
        outcome.ranges += 1
        outcome.held += days(range_.first) - 0.5 <= one.until <= days(range_.last) + 0.5
        if before is not None and range_ is not before[0] and not news:
            outcome.moves += 1
            outcome.hasty += moment(now) - before[0].at < STILL
        said[one.key] = range_, stage
    return outcome


def pinball(quantiles: Sequence[float], truth: float) -> float:
    """Mean loss over the levels, in days."""
    losses = [
        max(level * (truth - value), (level - 1.0) * (truth - value))
        for level, value in zip(LEVELS, quantiles, strict=True)
    ]
    return math.fsum(losses) / len(losses)


def _moments(journeys: Sequence[Journey]) -> list[tuple[float, Journey, Stage, float, bool]]:
    found = []
    for one in journeys:
        for stage, entered, left, _ in one.stays():
            found.append((entered, one, stage, entered, True))
            found += [
                (float(midnight), one, stage, entered, False)
                for midnight in range(math.floor(entered) + 1, math.ceil(left))
            ]
    return sorted(found, key=lambda moment: (moment[0], moment[1].key))


def _under_way(journeys: Sequence[Journey], now: float) -> Iterator[Journey]:
    for one in journeys:
        if one.start < now <= one.until:
            passed = tuple(passage for passage in one.passages if passage[1] < now)
            yield replace(one, passages=passed, until=now, delivered=False)


def _quantiles(ordered: Sequence[float]) -> list[float]:
    """By linear interpolation; empty for nothing."""
    if not ordered:
        return []
    found = []
    for level in LEVELS:
        place = level * (len(ordered) - 1)
        low = min(int(place), max(len(ordered) - 2, 0))
        high = min(low + 1, len(ordered) - 1)
        found.append(ordered[low] + (place - low) * (ordered[high] - ordered[low]))
    return found
