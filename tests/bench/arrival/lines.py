"""Timelines for the bench: read from a file, or generated."""

from __future__ import annotations

import csv
import math
import random
from collections import defaultdict
from datetime import UTC, datetime
from pathlib import Path

from bot.arrival import Journey, days
from bot.model import Stage

_FORM = "order,time_utc,stage,followers,eta_utc[,carrier]"


def read(path: Path) -> list[Journey]:
    """Delivered and unfinished parcels of a CSV file in this form; ValueError names a bad line.

    Times are ISO 8601, UTC where no zone is given. Rows may come in any order. What did not arrive is known
    until its last entry.
    """
    entries: dict[str, list[tuple[float, Stage]]] = defaultdict(list)
    promises: dict[str, float] = {}
    carriers: dict[str, str] = {}
    with path.open(newline="", encoding="utf-8-sig") as file:
        for number, row in enumerate(csv.reader(file), 1):
            cells = [cell.strip() for cell in row]
            if not any(cells) or (number == 1 and cells[0].lower() == "order"):
                continue
            try:
                entries[cells[0]].append((_days(cells[1]), Stage(cells[2])))
                if len(cells) > 4 and cells[4]:
                    promises.setdefault(cells[0], _days(cells[4]))
                if len(cells) > 5:
                    carriers[cells[0]] = cells[5]
            except (IndexError, ValueError) as exc:
                raise ValueError(f"{path.name}, line {number}: want {_FORM}") from exc
    found = (journey(key, rows, promises.get(key), carriers.get(key, "")) for key, rows in entries.items())
    return [one for one in found if one is not None]


def journey(key: str, rows: list[tuple[float, Stage]], promise: float | None, carrier: str) -> Journey | None:
    """The parcel of these entries; None where it begins with its end."""
    passages: list[tuple[Stage, float]] = []
    until, delivered = 0.0, False
    for at, stage in sorted(rows, key=lambda row: row[0]):
        until = at
        if stage.final:
            delivered = stage is Stage.DELIVERED
            break
        if stage is not Stage.UPDATE and (not passages or passages[-1][0] is not stage):
            passages.append((stage, at))
    if not passages or until <= passages[0][1]:
        return None
    return Journey(
        key=key, passages=tuple(passages), until=until, delivered=delivered, carrier=carrier, promise=promise
    )


def _days(text: str) -> float:
    moment = datetime.fromisoformat(text)
    return days(moment if moment.tzinfo else moment.replace(tzinfo=UTC))


# ── a generated world ───────────────────────────────────────────────────────────────────────────

_WAY = (
    (Stage.INFO_RECEIVED, 1.5),
    (Stage.PICKED_UP, 2.0),
    (Stage.INTERNATIONAL_TRANSIT, 5.0),
    (Stage.ARRIVED_DESTINATION, 2.0),
    (Stage.LOCAL_TRANSIT, 2.5),
    (Stage.OUT_FOR_DELIVERY, 0.4),
)
_CARRIERS = (("swift", 0.7), ("plain", 1.0), ("slow", 1.6))
BEGIN = 20458.0  # a Monday
LENGTH = 300.0
DRIFT = BEGIN + 150.0
_HOLIDAYS = (BEGIN + 70.0, BEGIN + 77.0)


def world(seed: int, *, drift: float, a_day: float = 5.0) -> list[Journey]:
    """Parcels of three carriers, with closed Sundays, a week of holidays, 5 % that are never delivered.

    From `DRIFT` on everything takes `drift` times as long.
    """
    rng = random.Random(seed)
    found: list[Journey] = []
    at = BEGIN
    while at < BEGIN + LENGTH:
        at += rng.expovariate(a_day)
        carrier, pace = rng.choice(_CARRIERS)
        lost = rng.random() < 0.05
        rows, now = [], at
        for stage, median in _WAY[: rng.randint(2, 5) if lost else None]:
            rows.append((now, stage))
            slow = drift if now >= DRIFT else 1.0
            now = _open(now + slow * pace * median * math.exp(rng.gauss(0.0, 0.5)))
        if not lost:
            rows.append((now, Stage.DELIVERED))
        else:
            rows.append((now + 60.0, Stage.CANCELLED))
        promise = at + 30.0 * pace * rng.uniform(0.8, 1.2)
        if (one := journey(str(len(found)), rows, promise, carrier)) is not None:
            found.append(one)
    return found


def _open(at: float) -> float:
    """The next moment at which parcels are moved."""
    if _HOLIDAYS[0] <= at < _HOLIDAYS[1]:
        at = _HOLIDAYS[1] + at % 1.0
    return at + 1.0 if math.floor(at - BEGIN) % 7 == 6 else at
