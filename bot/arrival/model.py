"""The arrival model: the rest of the current stage plus the time after it, learned from past parcels."""

from __future__ import annotations

import base64
import json
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from zlib import crc32

from bot.arrival import durations, history, pace, prior
from bot.arrival.calibration import LEVELS, Calibration
from bot.arrival.clock import Clock
from bot.arrival.durations import Curve, Durations
from bot.arrival.history import Journey
from bot.model import Stage

KEPT = 400
"""Ended parcels that are kept: those that started last, so that fast and slow ones are kept alike."""
_SPAN = 75.0  # days of starts to keep at least: if these are too many parcels, a sample of them is kept
_HALF_LIFE = 50.0  # half-life in days, from when a parcel entered a stage
_FEW = 0.25  # divided by the number of similar parcels: how much to raise the level of a range's end
_HIGHEST = 0.97
_LOST = 0.08  # the largest share of parcels that is taken for lost; more are slow ones, not lost ones


@dataclass(frozen=True, slots=True, kw_only=True)
class Features:
    """What a forecast depends on. Times are days since the epoch; `since` is when the stage began.

    `promise` is AliExpress's first promise; the parcel is late if it comes after `due`.
    """

    stage: Stage
    since: float
    start: float
    promise: float | None = None
    carrier: str = ""
    due: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Forecast:
    """The 10, 50 and 90 % quantiles of the time of delivery, in days since the epoch; never in the past.

    `late` is the chance that the parcel comes after it was due; 0 without a date.
    """

    earliest: float
    likely: float
    latest: float
    late: float = 0.0


class Arrival:
    """Mutable, without I/O: `learn` from ended parcels, `refresh` periodically, `forecast` at any time."""

    def __init__(self) -> None:
        self._ended: dict[str, Journey] = {}
        self._share = 1  # one parcel out of this many is kept
        self._calibration = Calibration()
        self.refresh((), 0.0)

    @property
    def finished(self) -> int:
        """The number of delivered parcels behind the forecasts."""
        return sum(one.delivered for one in self._ended.values())

    def learn(self, journeys: Iterable[Journey]) -> None:
        """Add parcels that ended, in any order; takes effect with `refresh`."""
        self._ended |= {one.key: one for one in journeys if self._wanted(one.key)}
        while len(self._ended) > KEPT:
            latest = sorted(self._ended.values(), key=lambda one: (one.start, one.key))[-KEPT:]
            if max(one.until for one in latest) - latest[0].start < _SPAN:
                self._share *= 2
                latest = [one for one in self._ended.values() if self._wanted(one.key)]
            self._ended = {one.key: one for one in latest}

    def refresh(self, under_way: Iterable[Journey], now: float, *, share: float = 1.0) -> None:
        """Judge past forecasts, and rebuild the tables from ended parcels and those under way.

        `share` is how much of all that are under way is given: each counts for as many more. Takes some ten
        milliseconds; may be called in a thread.
        """
        moving = [one for one in under_way if one.key not in self._ended]
        # Of parcels that started before the first kept one, only slow ones would be known.
        since = min((one.start for one in self._ended.values()), default=0.0) if self._full else 0.0
        comparable = [one for one in moving if self._wanted(one.key) and one.start >= since]
        coming = _chances(self._ended.values(), comparable, moving, share)
        arrived = {key: one.until for key, one in self._ended.items() if one.delivered}
        self._calibration.judge(arrived, coming, now)
        learned = [(one, 1.0) for one in self._ended.values()]
        learned += [(one, coming[one.key] / share) for one in comparable]
        clock = pace.paced(learned, Clock.weekly(arrived.values()), now)
        stays: dict[Stage, list[durations.Sample]] = {}
        onward: dict[Stage, list[durations.Sample]] = {}
        for one, counts in learned:
            bin_, end = durations.promise_bin(one.promised), clock.of(one.until)
            for stage, entered, left, over in one.stays():
                begin, leave = clock.of(entered), clock.of(left)
                weight = counts * _weight(entered, now)
                stays.setdefault(stage, []).append((leave - begin, over, weight, bin_, one.carrier))
                if over:
                    case = (end - leave, one.delivered, counts * _weight(left, now), bin_, one.carrier)
                    onward.setdefault(stage, []).append(case)
        self._clock = clock
        self._stays = {stage: Durations(cases, prior.stay(stage)) for stage, cases in stays.items()}
        self._onward = {
            stage: Durations(cases, _onward_prior(stage, cases)) for stage, cases in onward.items()
        }

    def forecast(self, case: Features, now: float) -> Forecast:
        """When the parcel arrives."""
        curve = self._curve(case, now)
        low = self._calibration.level(case.stage, 0)
        high = _cautious(self._calibration.level(case.stage, 1), curve)
        earliest, likely, latest = (self._moment(case, curve, level, now) for level in (low, 0.5, high))
        late = 0.0 if case.due is None else self._chance_after(case, curve, (low, high), case.due)
        return Forecast(earliest=earliest, likely=likely, latest=latest, late=late)

    def state(self, key: str, case: Features, now: float) -> None:
        """Record the current forecast of this parcel, to be judged when its moments have passed."""
        if self._calibration.asks(key, now):
            forecast = self.forecast(case, now)
            self._calibration.state(key, case.stage, (forecast.earliest, forecast.latest))

    def dump(self) -> str:
        """The state as a few kilobytes of text."""
        state = {
            "share": self._share,
            "ended": history.dump(self._ended.values()),
            "calibration": self._calibration.dump(),
        }
        packed = zlib.compress(json.dumps(state).encode())
        return base64.b85encode(packed).decode()

    def load(self, text: str | None) -> None:
        """Restore the state from `dump`; None starts anew. Call `refresh` afterwards."""
        state = json.loads(zlib.decompress(base64.b85decode(text))) if text else {}
        self._share = int(state.get("share") or 1)
        self._ended = {one.key: one for one in history.load(state.get("ended") or ())}
        self._calibration = Calibration.load(state.get("calibration") or {})

    @property
    def _full(self) -> bool:
        return len(self._ended) >= KEPT

    def _wanted(self, key: str) -> bool:
        return crc32(key.encode()) % self._share == 0

    def _curve(self, case: Features, now: float) -> Curve:
        """The curve of stretched days from entering the stage to delivery."""
        stage = case.stage
        bin_ = durations.promise_bin(None if case.promise is None else case.promise - case.start)
        lasted = max(self._clock.of(now) - self._clock.of(case.since), 0.0)
        stays = self._stays.get(stage) or Durations((), prior.stay(stage))
        onward = self._onward.get(stage) or Durations((), prior.onward(stage))
        return durations.convolve(stays.curve(bin_, case.carrier, lasted), onward.curve(bin_, case.carrier))

    def _chance_after(self, case: Features, curve: Curve, levels: tuple[float, float], at: float) -> float:
        """The chance that the parcel comes after `at`, calibrated like the range: linear in between."""
        depth = durations.chance_by(curve, self._clock.of(at) - self._clock.of(case.since))
        known = ((0.0, 0.0), (levels[0], LEVELS[0]), (0.5, 0.5), (levels[1], LEVELS[1]), (1.0, 1.0))
        for (left, below), (right, above) in pairwise(known):
            if depth < right:
                return 1.0 - below - (above - below) * (depth - left) / (right - left)
        return 0.0

    def _moment(self, case: Features, curve: Curve, level: float, now: float) -> float:
        length = durations.quantile(curve, level)
        return max(self._clock.back(self._clock.of(case.since) + length), now)


def _chances(
    ended: Iterable[Journey], comparable: Iterable[Journey], moving: Iterable[Journey], share: float
) -> dict[str, float]:
    """The chance of each parcel under way that it will be delivered at all, by its age.

    The survival curve does not fall to zero: what is left of it are the lost parcels. Forecasts are about
    those that arrive; without this, one lost parcel would count as many late ones, for weeks.
    """
    whole = [(one.until - one.start, one.delivered, 1.0, None, "") for one in ended]
    whole += [(one.until - one.start, False, 1.0 / share, None, "") for one in comparable]
    curve = Durations(whole, ()).curve(None, "")
    lost = min(1.0 - curve.over[-1], _LOST)
    chances = {}
    for one in moving:
        open_still = 1.0 - durations.chance_by(curve, one.until - one.start)
        chances[one.key] = 1.0 - lost / open_still if open_still > lost else 0.0
    return chances


def _weight(entered: float, now: float) -> float:
    """The weight by when the stage was entered; by when it ended, long stays would count for more."""
    return float(2.0 ** (min(entered - now, 0.0) / _HALF_LIFE))


def _cautious(level: float, curve: Curve) -> float:
    """The level raised where few similar parcels tell of the late end."""
    return max(level, min(level + _FEW / max(curve.cases, 1.0), _HIGHEST))


def _onward_prior(stage: Stage, cases: Iterable[durations.Sample]) -> list[tuple[float, float]]:
    if all(length <= 0.0 for length, *_ in cases):
        return [(0.0, prior.PARCELS)]  # so far it has always been the last stage
    return prior.onward(stage)
