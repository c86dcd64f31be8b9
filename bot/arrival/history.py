"""Parcels' journeys for learning: when each entered its stages, and how it ended."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from bot.model import Stage

_STAGES = tuple(Stage)
_UNIT = 10  # of a day: so fine are times kept


def days(moment: datetime) -> float:
    """Days since the epoch."""
    return moment.timestamp() / 86400.0


def moment(of_days: float) -> datetime:
    """The moment so many days after the epoch."""
    return datetime.fromtimestamp(of_days * 86400.0, UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Journey:
    """One parcel, in days since the epoch.

    `passages` are its stages in order, each with when it entered it, none twice in a row; the first one is
    the start. `until` is when it was `delivered`, or when it was last known to be on its way (then its
    duration is a lower bound). `promise` is AliExpress's first delivery promise.
    """

    key: str
    passages: tuple[tuple[Stage, float], ...]
    until: float
    delivered: bool
    carrier: str = ""
    promise: float | None = None

    @property
    def start(self) -> float:
        return self.passages[0][1]

    @property
    def promised(self) -> float | None:
        """Days from the start to the promise."""
        return None if self.promise is None else max(self.promise - self.start, 1.0)

    def stays(self) -> Iterable[tuple[Stage, float, float, bool]]:
        """Each stage with when the parcel entered and left it, and whether it has left it."""
        ends = [(at, True) for _, at in self.passages[1:]] + [(self.until, self.delivered)]
        return [(stage, at, end, left) for (stage, at), (end, left) in zip(self.passages, ends, strict=True)]


def dump(journeys: Iterable[Journey]) -> list[Any]:
    """JSON-able, by start; times to a tenth of a day, each start as the difference from the one before."""
    rows, before = [], 0
    for one in sorted(journeys, key=lambda one: (one.start, one.key)):
        start = round(_UNIT * one.start)
        times = [[_STAGES.index(stage), round(_UNIT * (at - one.start))] for stage, at in one.passages]
        flat = [number for pair in times for number in pair]
        promise = None if one.promise is None else round(one.promise - one.start)
        end = round(_UNIT * (one.until - one.start))
        rows.append([one.key, one.carrier, start - before, promise, int(one.delivered), end, *flat])
        before = start
    return rows


def load(rows: Iterable[Any]) -> list[Journey]:
    """Restore journeys from `dump`."""
    found, begun = [], 0
    for key, carrier, more, promise, delivered, end, *flat in rows:
        begun += more
        start = begun / _UNIT
        passages = tuple(
            (_STAGES[stage], start + at / _UNIT) for stage, at in zip(flat[::2], flat[1::2], strict=True)
        )
        found.append(
            Journey(
                key=key,
                passages=passages,
                until=start + end / _UNIT,
                delivered=bool(delivered),
                carrier=carrier,
                promise=None if promise is None else start + promise,
            )
        )
    return found
