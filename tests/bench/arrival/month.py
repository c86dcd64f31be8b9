"""A month of the demo's shop, replayed: what was said of each order's arrival, and when it came.

`python -m tests.bench.arrival.month`: parcels travel along the demo's journeys, each at a speed of its own,
through the real tracking and a real store, looked at twice a day. The shop has been open for two months when
the month begins.
"""

from __future__ import annotations

import asyncio
import logging
import math
import random
import re
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import structlog

from bot.i18n import Words
from bot.model import FetchedNode, FetchedParcel, Parcel, Snapshot
from bot.sandbox.aliexpress.phrases import load_phrases
from bot.sandbox.aliexpress.scenarios import SCENARIOS
from bot.store import Store
from bot.views.card import expected
from tests.parts import Clock, Engine, ScriptedSource

_BEFORE, _MONTH = 65, 31  # days
_A_DAY = 1.6  # orders
_SHOWN, _OVER = 4, 2  # orders that began in the month, in full; of those that came later than usual
_HELD_UP, _FOR = 20, timedelta(days=20)  # one of so many parcels is held up somewhere on its way, for so long
_USUAL = ("plain", "plain", "plain", "customs", "delayed", "untranslated", "relabelled")
_PHRASES = load_phrases()
_DAY = timedelta(days=1)
_WORDS = Words("en")
_TO_GO = re.compile(r",? in \d+ days?|today|tomorrow")


@dataclass(slots=True)
class _Journey:
    """An order of the shop: all that will be scanned, with the promise of that moment."""

    scenario: str
    scans: list[tuple[FetchedNode, datetime | None]]
    said: list[tuple[datetime, str]] = field(default_factory=list)
    held: list[bool] = field(default_factory=list)
    promises: list[float] = field(default_factory=list)
    middles: list[float] = field(default_factory=list)
    over: bool = False

    @property
    def begin(self) -> datetime:
        return self.scans[0][0].at

    @property
    def end(self) -> datetime:
        return self.scans[-1][0].at


class _Shop(ScriptedSource):
    """The demo's journeys in time: what was scanned until now."""

    def __init__(self, clock: Clock, journeys: dict[str, _Journey]) -> None:
        super().__init__(clock)
        self.journeys = journeys

    async def fetch(self, order_id: str, language: str, *, urgent: bool = False) -> Snapshot:
        scans = [scan for scan in self.journeys[order_id].scans if scan[0].at <= self.clock.now()]
        promise = [eta for _, eta in scans if eta is not None]
        parcel = FetchedParcel(
            number=f"LP{order_id}",
            carrier="AliExpress Selection Standard",
            eta=promise[-1] if promise else None,
            nodes=tuple(node for node, _ in reversed(scans)),
        )
        digest = f"{len(scans)}"
        return Snapshot(
            order_id=order_id, language=language, parcels=(parcel,), digest=digest, fingerprint=digest
        )


def _drawn(rng: random.Random, begin: datetime, *, held_up: bool) -> _Journey:
    """One of the demo's journeys, at a speed of its own."""
    scenario = rng.choice(_USUAL)
    speed = math.exp(rng.gauss(0.0, 0.25))
    scans, at, steps = [], begin, SCENARIOS[scenario].journeys[0]
    stop = rng.randrange(3, len(steps)) if held_up else None
    for number, step in enumerate(steps):
        at += timedelta(days=step.gap * speed * math.exp(rng.gauss(0.0, 0.4)))
        at += _FOR if number == stop else timedelta(0)
        name, description = _PHRASES[step.phrase]["en"]
        place = step.place or "Dongguan"
        node = FetchedNode(at=at, name=name, description=description.replace("{place}", place))
        scans.append((node, None if step.eta is None else at + timedelta(days=step.eta * 1.3)))
    return _Journey(scenario, scans)


async def replay(seed: int = 1, *, before: int = _BEFORE, month: int = _MONTH) -> list[_Journey]:
    """All orders that began within the month, with what was said of them on each day."""
    rng, clock = random.Random(seed), Clock()
    begin = clock.now()
    starts = [begin + (before + month) * _DAY * rng.random() for _ in range(int((before + month) * _A_DAY))]
    journeys = {
        f"{8211744660000000 + n}": _drawn(rng, at, held_up=n % _HELD_UP == 0)
        for n, at in enumerate(sorted(starts))
    }
    waiting = sorted(journeys.items(), key=lambda item: item[1].begin)
    with tempfile.TemporaryDirectory() as folder:
        store = Store(f"sqlite:///{Path(folder) / 'month.db'}")
        await store.start()
        try:
            engine = Engine(store, source=_Shop(clock, journeys))
            end = max([begin + (before + month) * _DAY, *(one.end for one in journeys.values())])
            while clock.now() < end:
                await engine.look(hours=12)
                while waiting and waiting[0][1].begin <= clock.now():
                    await engine.follow(waiting.pop(0)[0])
                await engine.tracking.arriving.learn()
                await _note(engine, journeys)
        finally:
            await store.close()
    return [one for one in journeys.values() if one.begin >= begin + before * _DAY]


async def _note(engine: Engine, journeys: dict[str, _Journey]) -> None:
    now = engine.clock.now()
    open_ = [order_id for order_id, one in journeys.items() if one.begin <= now < one.end]
    async with engine.store.read() as tx:
        orders = await tx.orders.get_many(open_)
    for order_id, order in orders.items():
        for parcel in order.live:
            _note_parcel(journeys[order_id], parcel, now)


def _note_parcel(one: _Journey, parcel: Parcel, now: datetime) -> None:
    text = " · ".join(line.striptags() for line in expected(_WORDS, parcel, now))
    if not one.said or _dates(one.said[-1][1]) != _dates(text):
        one.said.append((now, text))
    if parcel.estimate is None or parcel.eta is None:
        return
    one.over |= parcel.estimate.is_over(now)
    first, last = parcel.estimate.first, parcel.estimate.last
    one.held.append(first.date() <= one.end.date() <= last.date())
    one.middles.append(abs((first + (last - first) / 2 - one.end) / _DAY))
    one.promises.append(abs((parcel.eta - one.end) / _DAY))


def _dates(text: str) -> str:
    """The text without the days to go, which change daily."""
    return _TO_GO.sub("", text)


def report(journeys: Sequence[_Journey]) -> str:
    """All that was said of the first orders, as a Markdown table, and figures over all."""
    rows = ["| ordered | journey | what its card said, and from when | came |", "|---|---|---|---|"]
    shown = [*journeys[:_SHOWN], *[one for one in journeys[_SHOWN:] if one.over][:_OVER]]
    for one in shown:
        said = "<br>".join(f"{at:%b %-d}: {text or 'nothing'}" for at, text in one.said)
        rows.append(f"| {one.begin:%b %-d} | {one.scenario} | {said} | {one.end:%a, %b %-d} |")
    estimated = [one for one in journeys if one.held]
    held = [right for one in estimated for right in one.held]
    days = math.fsum(len(one.held) for one in estimated) / 2
    rows += [
        f"\n{len(journeys)} orders began in the month; {len(estimated)} had an estimate, on {days:.0f} days "
        "in all.",
        f"The day of delivery lay within it on {100 * sum(held) / len(held):.0f} % of these days.",
        f"Its middle was {_mean(estimated, 'middles'):.1f} days off at the mean, AliExpress's promise "
        f"{_mean(estimated, 'promises'):.1f}.",
        f"{sum(one.over for one in journeys)} orders were said to be later than usual.",
    ]
    return "\n".join(rows)


def _mean(journeys: Sequence[_Journey], name: str) -> float:
    values = [value for one in journeys for value in getattr(one, name)]
    return math.fsum(values) / len(values)


def main() -> int:
    """Replay and print."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    sys.stdout.write(report(asyncio.run(replay())) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
