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


# ── a generated year ────────────────────────────────────────────────────────────────────────────

YEAR = 365.0
_WAYS = (
    ((Stage.INFO_RECEIVED, 0.6), (Stage.PREPARING, 2.0), (Stage.PICKED_UP, 7.5)),
    _WAY,
)


def year(seed: int, *, a_day: float = 5.0) -> list[Journey]:
    """Thirteen months of parcels as a real year may be, each year another one.

    Odd seeds have three stages, as marketplaces within one country do, even ones six. All takes up to 30 %
    longer or shorter in the course of four months, and again; two strikes of a week or two stop most of what
    moves; from the tenth month on (as before Christmas) there are up to 2.5 times as many parcels, which take
    20 to 60 % longer, some of them much longer; a carrier appears and takes over up to half of them. 3 % are
    never delivered, nothing moves on Sundays and few things on Saturdays.
    """
    rng = random.Random(1000 + seed)
    way = _WAYS[(seed + 1) % 2]
    drifts = [(BEGIN + begin + rng.uniform(0.0, 40.0), rng.uniform(-0.3, 0.3)) for begin in (60.0, 190.0)]
    strikes = [
        (at := BEGIN + begin + rng.uniform(0.0, 60.0), at + rng.uniform(7.0, 14.0)) for begin in (90.0, 220.0)
    ]
    peak, crowd, slow = BEGIN + rng.uniform(290.0, 310.0), rng.uniform(1.5, 2.5), rng.uniform(1.2, 1.6)
    fresh, share, pace = BEGIN + rng.uniform(120.0, 240.0), rng.uniform(0.3, 0.5), rng.choice((0.6, 1.4))
    found: list[Journey] = []
    at = BEGIN
    while at < BEGIN + YEAR + 30.0:
        season = min(max((at - peak) / 14.0, 0.0), 1.0, max((BEGIN + YEAR - at) / 14.0, 0.0))
        at += rng.expovariate(a_day * (1.0 + season * (crowd - 1.0)))
        carrier, usual = rng.choice(_CARRIERS)
        if at > fresh and rng.random() < share:
            carrier, usual = "fresh", pace
        lost = rng.random() < 0.03
        rows, now = [], at
        for stage, median in way[: rng.randint(2, len(way)) if lost else None]:
            rows.append((now, stage))
            drift = math.exp(sum(by * min(max((now - begin) / 120.0, 0.0), 1.0) for begin, by in drifts))
            crowded = min(max((now - peak) / 14.0, 0.0), 1.0) * (now < BEGIN + YEAR)
            factor = usual * drift * slow**crowded
            if rng.random() < 0.04 + 0.06 * crowded:
                factor *= 2.5  # missorted, or left lying
            now += factor * median * math.exp(rng.gauss(0.0, 0.5))
            for begin, end in strikes:
                if begin <= now < end and rng.random() < 0.85:
                    now = end + (now - begin) * 0.3
            day = math.floor(now - BEGIN) % 7
            if day == 6 or (day == 5 and rng.random() < 0.6):
                now += 7.0 - day
        rows.append((now + 60.0, Stage.CANCELLED) if lost else (now, Stage.DELIVERED))
        promise = at + 3.0 * sum(median for _, median in way) * usual * rng.uniform(0.6, 1.2)
        if (one := journey(str(len(found)), rows, promise, carrier)) is not None:
            found.append(one)
    return found
