"""Survival curves: how long something lasts, from weighted samples of which some are not over yet."""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import accumulate

_STEP = 0.05  # of the logarithm of promised days
_WIDTH = 0.25  # of the logarithm: promises this far apart count 60 %
_UNLIKE = 0.03  # the least that a different promise counts
_NO_PROMISE = 0.3
_KERNEL = tuple(
    _UNLIKE + (1.0 - _UNLIKE) * math.exp(-0.5 * (step * _STEP / _WIDTH) ** 2) for step in range(200)
)
_OTHERS = 6.0  # largest total weight of other carriers' parcels and of the prior beside a carrier's own
_POINTS = 24  # quantiles of each curve when two are added

Sample = tuple[float, bool, float, int | None, str]
"""Duration in days, whether it is over, weight, bin of its promise, carrier."""


@dataclass(frozen=True, slots=True)
class Curve:
    """Durations, ascending, the chance that it is over by each, and the weight of similar samples."""

    lengths: Sequence[float]
    over: Sequence[float]
    cases: float


def promise_bin(promised: float | None) -> int | None:
    """The bin of a promise: its logarithm in steps. None for no promise."""
    return None if promised is None else round(math.log(max(promised, 1.0)) / _STEP)


class Durations:
    """Samples of one kind and a prior (durations with weights)."""

    __slots__ = ("_bins", "_carriers", "_ended", "_lengths", "_weights")

    def __init__(self, cases: Iterable[Sample], prior: Iterable[tuple[float, float]]) -> None:
        everything = [*cases, *((length, True, weight, None, "") for length, weight in prior)]
        ordered = sorted(everything, key=lambda case: (case[0], not case[1], case[2:3], str(case[3:])))
        self._lengths = [case[0] for case in ordered]
        self._ended = [case[1] for case in ordered]
        self._weights = [case[2] for case in ordered]
        self._bins = [case[3] for case in ordered]
        self._carriers = [case[4] for case in ordered]

    def curve(self, bin_: int | None, carrier: str, lasted: float = -1.0) -> Curve:
        """The curve for this promise and carrier, given how long it has lasted (weighted Kaplan-Meier)."""
        first = bisect_right(self._lengths, lasted)
        weights = self._likeness(bin_, carrier, first)
        lengths: list[float] = []
        over: list[float] = []
        alive, at_risk = 1.0, math.fsum(weights)
        cases = at_risk
        for length, weight, ended in zip(self._lengths[first:], weights, self._ended[first:], strict=True):
            if ended:
                alive *= 1.0 - min(weight / at_risk, 1.0) if at_risk > 1e-12 else 0.0
                lengths.append(length)
                over.append(1.0 - alive)
            at_risk -= weight
        if not lengths:
            return Curve([max(lasted, 0.0)], [1.0], 0.0)
        return Curve(lengths, over, cases)

    def _likeness(self, bin_: int | None, carrier: str, first: int) -> list[float]:
        weights = self._weights[first:]
        if bin_ is not None:
            kernel, top = _KERNEL, len(_KERNEL) - 1
            weights = [
                weight * (_NO_PROMISE if other is None else kernel[min(abs(other - bin_), top)])
                for weight, other in zip(weights, self._bins[first:], strict=True)
            ]
        if carrier:
            own = [name == carrier for name in self._carriers[first:]]
            others = math.fsum(weight for weight, mine in zip(weights, own, strict=True) if not mine)
            if others > _OTHERS:
                less = _OTHERS / others
                weights = [w if mine else w * less for w, mine in zip(weights, own, strict=True)]
        return weights


def quantile(curve: Curve, level: float) -> float:
    """The duration at which the chance reaches `level`; the longest if it never does."""
    return curve.lengths[min(bisect_left(curve.over, level - 1e-12), len(curve.lengths) - 1)]


def chance_by(curve: Curve, length: float) -> float:
    """The chance that it is over by that duration."""
    place = bisect_right(curve.lengths, length)
    return curve.over[place - 1] if place else 0.0


def convolve(first: Curve, second: Curve) -> Curve:
    """The curve of the sum of both durations, assumed to be independent."""
    if second.lengths[-1] <= 0.0:
        return first
    levels = [(step + 0.5) / _POINTS for step in range(_POINTS)]
    rests = [quantile(second, level) for level in levels]
    sums = sorted(quantile(first, level) + rest for level in levels for rest in rests)
    return Curve(sums, list(accumulate([1.0 / len(sums)] * len(sums))), min(first.cases, second.cases))
