"""Timelines to replay: drawn from made-up worlds fitted to public data, or read from a file."""

from __future__ import annotations

import csv
import math
import random
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import pairwise
from pathlib import Path

from bot.model import Stage
from bot.pacing.profile import ORIGIN_OFFSET, Leg, WeeklyProfile, hours, leg
from tests.bench.histories import histories

BEGIN = datetime(2026, 1, 5, tzinfo=UTC)  # a Monday


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One timeline entry: stamped `at`, to be seen from `visible` on, bringing `stage`."""

    at: datetime
    visible: datetime
    stage: Stage


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeline:
    """One order's life. The first entry is known from the start and is no news."""

    order: str
    entries: tuple[Entry, ...]
    followers: float = 1.0
    utc_offset_hours: float | None = None
    eta: datetime | None = None  # what the shop promised, known from the start

    @property
    def start(self) -> datetime:
        return self.entries[0].visible


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """A way parcels move: stage medians in operating hours, spread, working days, zones, publication lag.

    `day` gives, for each leg, the opening hour, the closing hour, the activity outside of them, and that of
    Saturday and Sunday. `lag` is the mean time in hours from an entry's stamp until it can be seen.
    """

    name: str
    medians: Mapping[Stage, float]
    spread: tuple[float, float] = (0.5, 1.0)
    day: Mapping[Leg, tuple[float, float, float, float, float]]
    offsets: tuple[float, ...] = (-3.0,)
    offset_known: bool = True
    repeats: float = 0.45  # chance of one more step within the same stage
    burst: float = 0.35  # chance that a step brings a second entry at once
    burst_hours: float = 0.5
    lag: float = 0.0
    followers: tuple[int, ...] = (1,)
    bags: tuple[int, int] = (1, 1)  # parcels in one bag, fewest and most, even in the logarithm
    opened: tuple[Stage, ...] = ()  # with which entry bags are opened: one of these
    scatter: float = 3.0  # minutes over which the scans of one bag are spread
    astray: float = 0.02  # chance at each entry that a parcel leaves its bag
    unseen: float = 0.0  # chance that a parcel has no entry between the first and "delivered"
    silence: tuple[float, float] = (
        0.0,
        0.0,
    )  # days without an entry once underway, in place of one stage's time
    closed: tuple[int, int] = (0, 0)  # days of the world in which nobody works: a holiday
    published: float | None = None  # hour (UTC) of the nightly batch in which all entries are published
    even: bool = False  # entries at a constant rate in each stage, which medians give the mean of: no pattern
    recounted: bool = False  # stages in the order of real histories, of which only the times are made up
    china: bool = True  # False: parcels that never were in China, from warehouses in the destination

    def profile(self, where: Leg) -> WeeklyProfile:
        """The activity over that leg's local week."""
        opens, closes, night, saturday, sunday = self.day[where]
        week = [1.0] * 5 + [saturday, sunday]
        return WeeklyProfile(
            [week[h // 24] * (1.0 if opens <= h % 24 < closes else night) for h in range(168)]
        )

    def spread_of(self, stage: Stage) -> float:
        """Sigma of the logarithm of this stage's time; fixed by the stage's place on the ladder."""
        low, high = self.spread
        return low + (high - low) * ((stage.rank or 0) * 5 % 7) / 6.0


_MEDIANS = {
    Stage.INFO_RECEIVED: 18.0,
    Stage.PICKED_UP: 6.0,
    Stage.ORIGIN_TRANSIT: 9.0,
    Stage.EXPORT_CUSTOMS: 12.0,
    Stage.AWAITING_DEPARTURE: 24.0,
    Stage.INTERNATIONAL_TRANSIT: 30.0,
    Stage.ARRIVED_DESTINATION: 12.0,
    Stage.IMPORT_CUSTOMS: 16.0,
    Stage.LOCAL_TRANSIT: 9.0,
    Stage.OUT_FOR_DELIVERY: 4.0,
}
_DAY = {
    Leg.ORIGIN: (8.0, 22.0, 0.15, 0.9, 0.8),
    Leg.LINEHAUL: (0.0, 24.0, 1.0, 1.0, 1.0),
    Leg.DESTINATION: (8.0, 20.0, 0.04, 0.6, 0.2),
    Leg.DOOR: (8.0, 20.0, 0.04, 0.6, 0.2),
}
_BASE = World(name="air", medians=_MEDIANS, day=_DAY)
_HOME = {
    Stage.INFO_RECEIVED: 12.0,
    Stage.PICKED_UP: 8.0,
    Stage.LOCAL_TRANSIT: 10.0,
    Stage.OUT_FOR_DELIVERY: 4.0,
}
_EVEN = World(
    name="constant",
    medians=dict.fromkeys(_MEDIANS, 30.0),
    day=dict.fromkeys(Leg, (0.0, 24.0, 1.0, 1.0, 1.0)),
    repeats=0.0,
    burst=0.0,
    even=True,
)
BAGS = ("bags", "flights")  # in which parcels travel together
MADE_UP = ("air", "many-lands", "slow-post", "express")  # what the older figures of docs/pacing.md are about
WORLDS = {
    world.name: world
    for world in (
        _BASE,
        replace(_BASE, name="bags", bags=(5, 50), opened=(Stage.LOCAL_TRANSIT, Stage.OUT_FOR_DELIVERY)),
        replace(
            _BASE,
            name="flights",
            bags=(5, 50),
            opened=(Stage.ARRIVED_DESTINATION, Stage.IMPORT_CUSTOMS),
            scatter=6.0,
            astray=0.05,
        ),
        replace(_BASE, name="local", medians=_HOME, china=False, offsets=(-3.0,), offset_known=False),
        replace(_BASE, name="economy", silence=(20.0, 60.0), repeats=0.2, burst=0.1, unseen=0.1),
        replace(_BASE, name="unseen", unseen=0.6),
        replace(_BASE, name="holiday", closed=(18, 25)),
        replace(_BASE, name="nightly", published=18.5),
        replace(_BASE, name="histories", recounted=True, burst=0.26),
        _EVEN,
        replace(
            _EVEN,
            name="slow-end",
            medians=dict.fromkeys(_MEDIANS, 15.0) | {Stage.OUT_FOR_DELIVERY: 240.0},
        ),
        replace(
            _BASE,
            name="many-lands",
            offsets=(-8.0, -5.0, -3.0, 0.0, 1.0, 2.0, 3.0, 9.0, 10.0),
            offset_known=False,
            spread=(0.7, 1.1),
            lag=1.4,
            followers=(1, 1, 1, 1, 2, 2, 3, 8),
        ),
        replace(
            _BASE,
            name="slow-post",
            medians={
                stage: hours * (2.5 if leg(stage) is Leg.LINEHAUL else 1.4)
                for stage, hours in _MEDIANS.items()
            },
            spread=(0.8, 1.2),
            offsets=(3.0, 5.0),
            repeats=0.3,
            burst=0.2,
            lag=3.0,
        ),
        replace(
            _BASE,
            name="express",
            medians={stage: hours * 0.5 for stage, hours in _MEDIANS.items()},
            spread=(0.4, 0.7),
            offsets=(1.0,),
            repeats=0.8,
            day={
                **_DAY,
                Leg.DESTINATION: (5.0, 11.0, 0.08, 0.5, 0.1),
                Leg.DOOR: (9.0, 18.0, 0.02, 0.5, 0.02),
            },
        ),
    )
}


def draw(world: World, seed: int, *, orders: int, days: float) -> list[Timeline]:
    """`orders` timelines starting evenly over `days`; as in files, nothing follows a final stage."""
    dice = random.Random(f"{world.name}/{seed}")
    profiles = {where: world.profile(where) for where in Leg}
    lines: list[Timeline] = []
    while len(lines) < orders:
        low, high = map(math.log, world.bags)
        size = min(round(math.exp(low + (high - low) * dice.random())), orders - len(lines))
        start = BEGIN + timedelta(days=days * dice.random())
        offset = dice.choice(world.offsets)
        if world.recounted:
            first = _recounted(world, profiles, dice, offset, start)
        else:
            first = _steps(world, profiles, dice, offset, [(start, next(iter(world.medians)))])
        for _ in range(size):
            steps = first if size == 1 else _companion(world, profiles, dice, offset, first)
            lines.append(_published(world, dice, f"{world.name}-{len(lines)}", offset, steps))
    return lines


_Steps = list[tuple[datetime, Stage]]


@cache
def _histories() -> list[list[Stage]]:
    """The stages after each scan of the real histories that are told to their end (they carry no times)."""
    told = [[min(stages) for stages, _, _ in scans] for _, scans in histories()]
    return [stages for stages in told if len(stages) > 3 and any(stage.final for stage in stages[1:])]


def _recounted(
    world: World, profiles: Mapping[Leg, WeeklyProfile], dice: random.Random, offset: float, at: datetime
) -> _Steps:
    """The scans of a real history; `burst` is the chance that one follows at once (recorded: a quarter)."""
    stages = dice.choice(_histories())
    steps = [(at, stages[0])]
    for before, stage in pairwise(stages):
        if dice.random() < world.burst:
            at += timedelta(hours=dice.expovariate(1.0 / world.burst_hours))
        else:
            wait = world.medians.get(before, 16.0) * math.exp(world.spread_of(before) * dice.gauss(0.0, 1.0))
            origin = leg(before) in (Leg.ORIGIN, Leg.LINEHAUL)
            at = _later(profiles[leg(before)], at, ORIGIN_OFFSET if origin else offset, wait)
        steps.append((at, stage))
    return steps


def _companion(
    world: World, profiles: Mapping[Leg, WeeklyProfile], dice: random.Random, offset: float, first: _Steps
) -> _Steps:
    """Steps of a parcel in the same bag: scanned minutes apart until the bag is opened or it goes astray."""
    opened = dice.choice(world.opened)
    shared: _Steps = []
    for at, stage in first:
        shared.append((at + timedelta(minutes=world.scatter * dice.random()), stage))
        if stage is opened or dice.random() < world.astray:
            break
    shared.sort(key=lambda step: step[0])
    return _steps(world, profiles, dice, offset, shared)


def _steps(
    world: World, profiles: Mapping[Leg, WeeklyProfile], dice: random.Random, offset: float, begun: _Steps
) -> _Steps:
    """All steps of a parcel that has `begun` with these."""
    ladder = list(world.medians)
    steps = list(begun)
    at, reached = steps[-1]
    if reached is Stage.DELIVERED:
        return steps
    for index in range(ladder.index(reached), len(ladder)):
        stage = ladder[index]
        following = [stage] * (dice.random() < world.repeats) + [
            ladder[index + 1] if index + 1 < len(ladder) else Stage.DELIVERED
        ]
        for brought in following:
            wait = world.medians[stage] * math.exp(world.spread_of(stage) * dice.gauss(0.0, 1.0))
            if world.even:
                wait = dice.expovariate(1.0 / world.medians[stage])
            origin = world.china and leg(stage) in (Leg.ORIGIN, Leg.LINEHAUL)
            where = leg(stage) if origin or world.china else Leg.DESTINATION
            if stage is Stage.INTERNATIONAL_TRANSIT and world.silence[1]:
                at += timedelta(days=dice.uniform(*world.silence))
            at = _later(profiles[where], at, ORIGIN_OFFSET if origin else offset, wait)
            if world.closed[0] <= (at - BEGIN).days < world.closed[1]:
                at = _later(profiles[where], BEGIN + timedelta(days=world.closed[1]), offset, wait)
            steps.append((at, brought))
            if brought is not Stage.DELIVERED and dice.random() < world.burst:
                at += timedelta(hours=dice.expovariate(1.0 / world.burst_hours))
                steps.append((at, brought))
    return steps


def _published(world: World, dice: random.Random, name: str, offset: float, steps: _Steps) -> Timeline:
    if dice.random() < world.unseen:
        steps = [steps[0], next(step for step in steps if step[1] is Stage.DELIVERED)]
    entries = sorted((_entry(world, dice, at, stage) for at, stage in steps), key=lambda e: e.visible)
    end = next(n for n, entry in enumerate(entries, 1) if entry.stage.final)
    return Timeline(
        order=name,
        entries=tuple(entries[:end]),  # what is published after the end is no news
        followers=dice.choice(world.followers),
        utc_offset_hours=offset if world.offset_known else None,
    )


def _entry(world: World, dice: random.Random, at: datetime, stage: Stage) -> Entry:
    lag = dice.expovariate(1.0 / world.lag) if world.lag else 0.0
    if world.published is not None:
        lag = (world.published - hours(at)) % 24.0 + 0.1 * dice.random()
    return Entry(at=at, visible=at + timedelta(hours=lag), stage=stage)


def _later(profile: WeeklyProfile, at: datetime, shift: float, wait: float) -> datetime:
    """The moment at which `wait` operating hours have passed since `at`."""
    begin = now = hours(at) + shift
    while True:
        pace = profile.pace_at(now)
        rest = math.floor(now) + 1.0 - now
        if wait <= pace * rest:
            return at + timedelta(hours=now + wait / pace - begin)
        wait -= pace * rest
        now = math.floor(now) + 1.0


# ── files ───────────────────────────────────────────────────────────────────────────────────────


def read(path: Path) -> list[Timeline]:
    """Timelines of a CSV file `order,time_utc,stage[,followers[,eta_utc]]`, a header line is optional.

    `time_utc` is ISO 8601 (a zone may be given) or seconds since 1970; `stage` one of `Stage`'s values, any
    other text keeps the stage. Rows may come in any order; what follows a final stage is left out.
    Raises ValueError naming the bad line.
    """
    rows: dict[str, list[tuple[datetime, Stage]]] = defaultdict(list)
    followers: dict[str, float] = {}
    etas: dict[str, datetime] = {}
    with path.open(newline="", encoding="utf-8-sig") as file:
        for number, row in enumerate(csv.reader(file), 1):
            cells = [cell.strip() for cell in row]
            if not any(cells) or cells[0].startswith("#") or (number == 1 and cells[0].lower() == "order"):
                continue
            try:
                rows[cells[0]].append((_moment(cells[1]), _stage(cells[2])))
                if len(cells) > 3 and cells[3]:
                    followers[cells[0]] = float(cells[3])
                if len(cells) > 4 and cells[4]:
                    etas[cells[0]] = _moment(cells[4])
            except (IndexError, ValueError) as exc:
                raise ValueError(
                    f"{path.name}, line {number}: want order,time_utc,stage[,followers[,eta_utc]]"
                ) from exc
    return [
        replace(_timeline(order, entries), followers=followers.get(order, 1.0), eta=etas.get(order))
        for order, entries in rows.items()
    ]


def write(path: Path, timelines: Sequence[Timeline]) -> None:
    """The same form, as `read` takes it."""
    with path.open("w", newline="", encoding="utf-8") as file:
        table = csv.writer(file)
        table.writerow(["order", "time_utc", "stage", "followers", "eta_utc"])
        for line in timelines:
            rest = [f"{line.followers:g}", line.eta.isoformat() if line.eta else ""]
            for entry in line.entries:
                table.writerow([line.order, entry.visible.isoformat(), entry.stage.value, *rest])


def _moment(text: str) -> datetime:
    if text.replace(".", "", 1).isdigit():
        return datetime.fromtimestamp(float(text), UTC)
    moment = datetime.fromisoformat(text)
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def _stage(text: str) -> Stage:
    word = text.lower().replace(" ", "_").replace("-", "_")
    return next((stage for stage in Stage if stage.value == word), Stage.UPDATE)


def _timeline(order: str, entries: list[tuple[datetime, Stage]]) -> Timeline:
    stage = Stage.PRE_SHIPMENT
    told = []
    for at, brought in sorted(entries, key=lambda pair: pair[0]):
        stage = stage if brought is Stage.UPDATE else brought
        told.append(Entry(at=at, visible=at, stage=stage))
        if stage.final:
            break
    return Timeline(order=order, entries=tuple(told))
