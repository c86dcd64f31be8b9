"""Calibration: which quantile each end of a range must be, so that ranges hold as often as they should.

Adaptive conformal inference (Gibbs and Candès, 2021): once a day the level of each end takes a small step
toward what the ends judged that day would have needed, for all stages and for each. Over time each end holds
as often as it should, whatever the model gets wrong. Levels move in the normal scale, so that they stay
between 0 and 1.

Each end is judged when its moment has passed, whatever became of the parcel. Judging at delivery would be
biased, because fast parcels are delivered first.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from statistics import NormalDist
from typing import Any
from zlib import crc32

from bot.model import Stage

LEVELS = (0.1, 0.9)
"""The quantiles of delivery that the two ends of a range stand for."""
_NORMAL = NormalDist()
_STEP, _STAGE_STEP = 0.05, 0.02  # standard deviations a day where all ends were wrong: of all stages, of one
_FEW = 5.0  # ends judged in a day: so many take half a step
_FARTHEST = 1.0  # standard deviations
_LAG = 1.0  # days after its moment when an end is judged, because deliveries are reported late
_PENDING = 300  # statements waiting to be judged, at most; beyond that, fewer are sampled
_STAGES = tuple(Stage)
_ALL = "all"


class Calibration:
    """Mutable. Moments are days since the epoch."""

    def __init__(self) -> None:
        self._pending: dict[str, list[tuple[float, Stage, int]]] = {}
        self._waiting = 0
        self._share = 1  # one statement out of this many is sampled
        self._moved: dict[str, list[float]] = {}  # by stage: how far the level of each end was moved
        self._judged = 0  # the day on which ends were judged last

    def asks(self, key: str, now: float) -> bool:
        """Whether this parcel's forecast of now is in the sample."""
        return self._drawn(f"{key} {now:.0f}")

    def state(self, key: str, stage: Stage, ends: Iterable[float]) -> None:
        """Record the range that a parcel's forecast gives, to be judged later."""
        self._pending.setdefault(key, []).extend((at, stage, end) for end, at in enumerate(ends))
        self._waiting += 2
        while self._waiting > 2 * _PENDING:
            self._share *= 2
            thinned = {
                key: [row for row in rows if self._drawn(f"{key} {row[0]:.1f}")]
                for key, rows in self._pending.items()
            }
            self._pending = {key: rows for key, rows in thinned.items() if rows}
            self._waiting = sum(map(len, self._pending.values()))

    def judge(self, arrived: Mapping[str, float], open_: Mapping[str, float], now: float) -> None:
        """Once a day, judge all ends whose moment has passed, and move the levels; forget unknown parcels.

        `open_` are the parcels under way, each with the chance that it will be delivered at all.
        """
        if int(now) == self._judged:
            return
        self._judged = int(now)
        kept = {}
        sums: dict[tuple[str, int], list[float]] = {}
        for key, rows in self._pending.items():
            counts = 1.0 if key in arrived else open_.get(key)
            if counts is None:
                continue
            came = arrived.get(key, float("inf"))
            for at, stage, end in rows:
                if at + _LAG <= now:
                    for name in (_ALL, stage.value):
                        row = sums.setdefault((name, end), [0.0, 0.0])
                        row[0] += counts
                        row[1] += counts * (LEVELS[end] - (came <= at))
            if rest := [row for row in rows if row[0] + _LAG > now]:
                kept[key] = rest
        self._pending = kept
        self._waiting = sum(map(len, kept.values()))
        if self._share > 1 and self._waiting < _PENDING // 2:
            self._share //= 2
        for (name, end), (judged, missing) in sums.items():
            step = (_STEP if name == _ALL else _STAGE_STEP) * missing / (judged + _FEW)
            self._moved.setdefault(name, [0.0, 0.0])[end] += step

    def level(self, stage: Stage, end: int) -> float:
        """The model's quantile to use as this end of the range."""
        moved = sum(self._moved.get(name, (0.0, 0.0))[end] for name in (_ALL, stage.value))
        return _NORMAL.cdf(_NORMAL.inv_cdf(LEVELS[end]) + max(min(moved, _FARTHEST), -_FARTHEST))

    def _drawn(self, text: str) -> bool:
        return crc32(text.encode()) % self._share == 0

    def dump(self) -> dict[str, Any]:
        """JSON-able state."""
        pending = {
            key: [n for at, stage, end in rows for n in (round(at, 1), _STAGES.index(stage), end)]
            for key, rows in self._pending.items()
        }
        moved = {name: [round(value, 5) for value in row] for name, row in self._moved.items()}
        return {"pending": pending, "moved": moved, "share": self._share, "judged": self._judged}

    @classmethod
    def load(cls, state: Mapping[str, Any]) -> Calibration:
        """Restore the state from `dump`."""
        made = cls()
        for key, flat in (state.get("pending") or {}).items():
            rows = zip(flat[::3], flat[1::3], flat[2::3], strict=True)
            made._pending[key] = [(at, _STAGES[stage], end) for at, stage, end in rows]
        made._waiting = sum(map(len, made._pending.values()))
        made._moved = {name: list(row) for name, row in (state.get("moved") or {}).items()}
        made._share, made._judged = int(state.get("share") or 1), int(state.get("judged") or 0)
        return made
