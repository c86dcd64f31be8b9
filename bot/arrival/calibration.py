"""Calibration: how often past ranges held true, and how much to widen or narrow new ones.

Each end of a range is judged when its moment has passed, whatever became of the parcel. Judging at delivery
would be biased, because fast parcels are delivered first. The raw forecast is judged, so that a correction
does not feed back on itself. A range that held too few deliveries is widened by what was missing; one that
held too many is narrowed by two fifths of that: conditions drift, and a narrow range misleads more.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from zlib import crc32

from bot.model import Stage

LEVELS = (0.1, 0.9)
"""The quantiles of delivery that the two ends of a range stand for."""
_HALF_LIFE = 14.0  # days
_SURE = 50.0  # weight, in statements, of the prior that all is calibrated: over all stages, then in each
_NARROWING = 0.4
_FARTHEST = (0.06, 0.04)  # how far the level of each end may be moved; the late end is far out already
_LAG = 1.0  # days after its moment when a statement is judged, because deliveries are reported late
_PENDING = 300  # statements waiting to be judged, at most; beyond that, fewer are sampled
_STAGES = tuple(Stage)
_ALL = "all"


class Calibration:
    """Mutable. Moments are days since the epoch."""

    def __init__(self) -> None:
        self._pending: dict[str, list[tuple[float, Stage, int]]] = {}
        self._waiting = 0
        self._share = 1  # one statement out of this many is sampled
        self._counts: dict[str, list[float]] = {}  # by stage: statements and hits at each end
        self._at = 0.0

    def asks(self, key: str, now: float) -> bool:
        """Whether this parcel's forecast of now is in the sample."""
        return self._drawn(f"{key} {now:.0f}")

    def state(self, key: str, stage: Stage, ends: Iterable[float]) -> None:
        """Record a parcel's raw forecast, to be judged later."""
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
        """Judge all statements whose moment has passed; unknown parcels are skipped.

        `open_` are the parcels under way, each with the chance that it will be delivered at all.
        """
        due: list[tuple[float, Stage, int, float, float]] = []
        kept = {}
        for key, rows in self._pending.items():
            came = arrived.get(key, float("inf"))
            passed = [row for row in rows if row[0] + _LAG <= now]
            counts = 1.0 if key in arrived else open_.get(key)
            if counts is not None:
                due += [(at, stage, end, counts, came <= at) for at, stage, end in passed]
                if rest := [row for row in rows if row[0] + _LAG > now]:
                    kept[key] = rest
        self._pending = kept
        self._waiting = sum(map(len, kept.values()))
        if self._share > 1 and self._waiting < _PENDING // 2:
            self._share //= 2
        self._fade(now)
        for at, stage, end, counts, hit in due:
            weight = counts * 2.0 ** (min(at - self._at, 0.0) / _HALF_LIFE)
            for name in (_ALL, stage.value):
                row = self._counts.setdefault(name, [0.0] * 4)
                row[2 * end] += weight
                row[2 * end + 1] += weight * hit

    def level(self, stage: Stage, end: int) -> float:
        """The raw quantile to use, so that the range's end holds as often as it should."""
        wanted = hit = LEVELS[end]
        for name in (_ALL, stage.value):
            row = self._counts.get(name, [0.0] * 4)
            hit = (row[2 * end + 1] + _SURE * hit) / (row[2 * end] + _SURE)
        missing = wanted - hit
        if (missing > 0.0) != (end == 1):
            missing *= _NARROWING
        return wanted + max(min(missing, _FARTHEST[end]), -_FARTHEST[end])

    def _drawn(self, text: str) -> bool:
        return crc32(text.encode()) % self._share == 0

    def _fade(self, now: float) -> None:
        if now > self._at:
            factor = 2.0 ** ((self._at - now) / _HALF_LIFE)
            for row in self._counts.values():
                row[:] = [value * factor for value in row]
            self._at = now

    def dump(self) -> dict[str, Any]:
        """JSON-able state."""
        pending = {
            key: [n for at, stage, end in rows for n in (round(at, 1), _STAGES.index(stage), end)]
            for key, rows in self._pending.items()
        }
        counts = {name: [round(value, 3) for value in row] for name, row in self._counts.items()}
        return {"pending": pending, "counts": counts, "share": self._share, "at": self._at}

    @classmethod
    def load(cls, state: Mapping[str, Any]) -> Calibration:
        """Restore the state from `dump`."""
        made = cls()
        for key, flat in (state.get("pending") or {}).items():
            rows = zip(flat[::3], flat[1::3], flat[2::3], strict=True)
            made._pending[key] = [(at, _STAGES[stage], end) for at, stage, end in rows]
        made._waiting = sum(map(len, made._pending.values()))
        made._counts = {name: list(row) for name, row in (state.get("counts") or {}).items()}
        made._share, made._at = int(state.get("share") or 1), float(state.get("at") or 0.0)
        return made
