"""Events under kill -9: `python -m tests.chaos.webhooks --events 100000 --kills 1000`.

A process changes orders in real transactions and sends the events that they make, and is killed again and
again. A shop's system keeps what it accepts. At the end each stored entry must have been told by exactly one
event, each event accepted, those of one order in their order, and twice only where a kill lies between.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import os
import random
import signal
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import NoReturn

import sqlalchemy as sa
from aiohttp import web

from bot.metrics import Metrics
from bot.model import BookEntry, FetchedNode, FetchedParcel, Place, Snapshot
from bot.pacing import CheckInterval, Pacer
from bot.store import Store
from bot.store.tables import nodes, webhook_events
from bot.tracking import Policy, Tracking
from bot.webhooks import WebhookSender
from bot.webhooks.client import new_client
from tests.parts import Clock, ScriptedSource

ROOT = Path(__file__).resolve().parents[2]
_BEGAN = datetime(2026, 11, 1, tzinfo=UTC)
_SCANS = (  # each another stage than the one before
    "Package left sorting center of origin.",
    "Export customs clearance complete",
    "Package arrived at transit country/region.",
    "Import customs clearance complete",
    "Out for delivery",
    "Delivery attempt failed",
)
_EVENTS_PER_ORDER = 40
_IN_FLIGHT = 8  # requests to one endpoint
_PRODUCERS = 2


# ── the process that is killed ──────────────────────────────────────────────────────────────────


def _now() -> datetime:
    return datetime.now(UTC)


class _Scans(ScriptedSource):
    """Each order has one entry more each time it is asked for; `known` are those in the database."""

    known: Counter[str]

    async def fetch(self, order_id: str, language: str, *, urgent: bool = False) -> Snapshot:
        count = self.known[order_id] + 1
        timeline = [
            FetchedNode(at=_BEGAN + timedelta(hours=number), description=_SCANS[number % len(_SCANS)])
            for number in reversed(range(count))
        ]
        parcel = FetchedParcel(number=f"LP{order_id}", carrier="Cainiao", nodes=tuple(timeline))
        return Snapshot(order_id=order_id, language=language, parcels=(parcel,), digest=str(count))


async def live(url: str, events: int) -> None:
    """Change orders until there are so many events, and send them; runs until it is killed."""
    store = Store(url)
    await store.release_leases(_now())
    source = _Scans(Clock())
    async with store.database.read() as on:
        rows = await on.execute(sa.select(nodes.c.order_id, sa.func.count()).group_by(nodes.c.order_id))
        source.known = Counter({row[0]: row[1] for row in rows})
    tracking = Tracking(
        store=store,
        source=source,
        pacer=Pacer(CheckInterval(floor=60, ceiling=3600), random.random),
        policy=Policy(private_webhooks=True),
        now=_now,
        metrics=Metrics(),
    )
    sender = WebhookSender(
        store=store,
        webhooks=tracking.webhooks,
        client=new_client(allow_private=True),
        now=_now,
        sleep=asyncio.sleep,
        telemetry=Metrics(),
    )

    async def produce(mine: list[str]) -> None:
        while await _made(store) < events:
            for order_id in random.sample(mine, min(20, len(mine))):
                await tracking.checking.check_now(order_id, asking=Place(7))
                source.known[order_id] += 1
                sender.wake()

    ids = orders_for(events)
    async with asyncio.TaskGroup() as parts:
        parts.create_task(sender.run())
        for number in range(_PRODUCERS):
            parts.create_task(produce(ids[number::_PRODUCERS]))


async def _made(store: Store) -> int:
    async with store.database.read() as on:
        return int(await on.scalar(sa.select(sa.func.max(webhook_events.c.id))) or 0)


def orders_for(events: int) -> list[str]:
    """As many orders as have a handful of events each."""
    return [str(8211744661000000 + number) for number in range(max(_PRODUCERS, events // _EVENTS_PER_ORDER))]


def serve(url: str, events: int) -> None:
    """Fork a process for each line `start`, and kill it at `kill`: importing anew would take longer."""
    child = 0
    for line in sys.stdin:
        if line.strip() == "kill":
            os.kill(child, signal.SIGKILL)
            _, status = os.waitpid(child, 0)
            answer = "killed" if os.WIFSIGNALED(status) else f"ended by itself: {status}"
        else:
            child = os.fork()
            if not child:
                _live(url, events)
            answer = "started"
        print(answer, flush=True)  # noqa: T201  its answer


def _live(url: str, events: int) -> NoReturn:
    """Be the process; it ends with its parent. What it logs is of no interest."""
    parent = os.getppid()

    async def with_parent() -> None:
        running = asyncio.create_task(live(url, events))
        while os.getppid() == parent and not running.done():
            await asyncio.sleep(0.5)

    os.dup2(os.open(os.devnull, os.O_RDWR), 1)
    try:
        asyncio.run(with_parent())
    finally:
        os._exit(1)


# ── the shop's system ───────────────────────────────────────────────────────────────────────────


@dataclass
class Shop:
    """Accepts events, except that some are refused the first time. `kills` are moments as in `accepted`."""

    refused_share: float = 0.002
    accepted: list[tuple[float, str, str]] = field(default_factory=list)  # when, event, order
    kills: list[float] = field(default_factory=list)
    changed: Counter[str] = field(default_factory=Counter)  # entries told, by order
    _at_work: int = 0  # requests that are being answered
    _once: set[str] = field(default_factory=set)
    _seen: set[str] = field(default_factory=set)

    async def drain(self) -> None:
        """Wait for what a killed process had sent: the shop accepts it, and nobody hears of that."""
        quiet = 0
        while quiet < 5:
            await asyncio.sleep(0.002)
            quiet = 0 if self._at_work else quiet + 1

    async def take(self, request: web.Request) -> web.Response:
        """Accept an event, or refuse it."""
        self._at_work += 1
        try:
            return await self._take(request)
        finally:
            self._at_work -= 1

    async def _take(self, request: web.Request) -> web.Response:
        event, body = request.headers["webhook-id"], json.loads(await request.read())
        if event not in self._once and random.random() < self.refused_share:
            self._once.add(event)
            return web.Response(status=500)
        order = body["data"]["id"]
        await asyncio.sleep(random.random() * 0.004)
        self.accepted.append((time.monotonic(), event, order))
        if event not in self._seen and body["type"] == "order.changed":
            self.changed[order] += len(body["data"]["nodes"])
        self._seen.add(event)
        return web.Response()

    @contextlib.asynccontextmanager
    async def open(self) -> AsyncIterator[str]:
        """Its address while it is open."""
        app = web.Application()
        app.router.add_post("/", self.take)
        runner = web.AppRunner(app, shutdown_timeout=0.1, access_log=None)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        try:
            yield f"http://127.0.0.1:{runner.addresses[0][1]}/"
        finally:
            await runner.cleanup()


# ── a run, and what is counted ──────────────────────────────────────────────────────────────────


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What a run found; all lists but `repeats` have to be empty."""

    events: int
    kills: int
    seconds: float
    repeats: int
    lost: list[str]  # events that were never accepted
    untold: list[str]  # orders with entries that no event told, or that two did
    disordered: list[str]  # orders whose events came in another order
    causeless: list[str]  # events accepted twice without a kill between

    @property
    def sound(self) -> bool:
        """Whether nothing is wrong."""
        few = self.repeats <= self.kills * _IN_FLIGHT
        return few and not (self.lost or self.untold or self.disordered or self.causeless)

    def __str__(self) -> str:
        return (
            f"{self.events:,} events, {self.kills:,} kills, {self.seconds:.0f} s: lost {len(self.lost)}, "
            f"untold {len(self.untold)}, out of order {len(self.disordered)}, "
            f"repeats {self.repeats} ({len(self.causeless)} without a kill)"
        )


async def run(folder: Path, events: int, kills: int, *, patience: float = 90.0) -> Outcome:
    """Make, send and accept so many events through so many kills. Raises TimeoutError if it gets stuck."""
    url, shop, began = f"sqlite:///{folder / 'bot.db'}", Shop(), time.monotonic()
    store = Store(url)
    await store.start()
    tracking = Tracking(
        store=store,
        source=ScriptedSource(Clock()),
        pacer=Pacer(CheckInterval(floor=60, ceiling=3600), random.random),
        policy=Policy(private_webhooks=True),
        now=_now,
        metrics=Metrics(),
    )
    async with shop.open() as address:
        await tracking.webhooks.add(address)
        await tracking.booking.book([BookEntry(order_id=one) for one in orders_for(events)])
        await _be_killed(url, events, kills, shop, store, patience)
    found = await _audit(store, shop, time.monotonic() - began)
    await store.close()
    return found


async def _be_killed(url: str, events: int, kills: int, shop: Shop, store: Store, patience: float) -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.chaos.webhooks", "--serve", url, "--events", str(events),
        cwd=ROOT, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip

    async def ask(word: str) -> None:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(f"{word}\n".encode())
        answer = (await process.stdout.readline()).decode().strip()
        assert answer in ("started", "killed"), answer

    try:
        await ask("start")
        for moment in sorted(random.randrange(events) for _ in range(kills)):
            await _accepts(shop, moment, patience)
            await ask("kill")
            await shop.drain()
            shop.kills.append(time.monotonic())
            await ask("start")
        async with asyncio.timeout(patience + events / 50):
            while await _waits(store, events):
                await asyncio.sleep(0.2)
        await ask("kill")
    finally:
        process.kill()
        await process.wait()


async def _accepts(shop: Shop, count: int, patience: float) -> None:
    """Wait until the shop accepted so many, and a moment more, so that the kill falls anywhere."""
    async with asyncio.timeout(patience):
        while len(shop.accepted) < count:
            await asyncio.sleep(0.002)
    await asyncio.sleep(random.random() * 0.3)


async def _waits(store: Store, events: int) -> bool:
    """Whether events are still to be made or to be accepted."""
    async with store.database.read() as on:
        unsent = webhook_events.c.state != "sent"
        left = await on.scalar(sa.select(sa.func.count()).select_from(webhook_events).where(unsent))
    return bool(left) or await _made(store) < events


async def _audit(store: Store, shop: Shop, seconds: float) -> Outcome:
    async with store.database.read() as on:
        rows = (
            await on.execute(
                sa.select(webhook_events.c.event_id, webhook_events.c.order_id).order_by(webhook_events.c.id)
            )
        ).all()
        counted = await on.execute(sa.select(nodes.c.order_id, sa.func.count()).group_by(nodes.c.order_id))
        stored = Counter({row[0]: row[1] for row in counted})
    made: dict[str, list[str]] = defaultdict(list)
    for event_id, order_id in rows:
        made[order_id].append(event_id)
    came: dict[str, list[str]] = defaultdict(list)
    times: dict[str, list[float]] = defaultdict(list)
    for at, event_id, order_id in shop.accepted:
        if event_id not in times:
            came[order_id].append(event_id)
        times[event_id].append(at)
    return Outcome(
        events=len(rows),
        kills=len(shop.kills),
        seconds=seconds,
        repeats=sum(len(found) - 1 for found in times.values()),
        lost=[event_id for event_id, _ in rows if event_id not in times],
        untold=[one for one in stored.keys() | shop.changed.keys() if stored[one] != shop.changed[one]],
        disordered=[one for one, ids in came.items() if ids != made[one]],
        causeless=[
            one
            for one, found in times.items()
            for first, second in pairwise(found)
            if not any(first <= kill <= second for kill in shop.kills)
        ],
    )


def main() -> int:
    """Run as the command line says; 1 if anything is wrong."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--events", type=int, default=100_000)
    options.add_argument("--kills", type=int, default=1000)
    options.add_argument("--serve", metavar="URL", help=argparse.SUPPRESS)
    chosen = options.parse_args()
    if chosen.serve:
        serve(chosen.serve, chosen.events)
        return 0
    with tempfile.TemporaryDirectory() as folder:
        found = asyncio.run(run(Path(folder), chosen.events, chosen.kills))
    print(found)  # noqa: T201
    return 0 if found.sound else 1


if __name__ == "__main__":
    sys.exit(main())
