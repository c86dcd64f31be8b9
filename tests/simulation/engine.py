"""One simulated life of the engine: people follow and leave, parcels travel, it dies and is reborn."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import random
import shutil
import tempfile
from collections.abc import Coroutine, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa
import structlog

from bot.model import Place
from bot.pacing import CheckInterval, Pacer
from bot.poller import Poller
from bot.sender import Sender
from bot.sources.aliexpress.budget import CallLimits, LocalCallLimiter
from bot.store import Store
from bot.store.tables import notices
from bot.tracking import Policy, Tracking
from tests.parts import migrated
from tests.simulation.world import CALM, Arrived, FaultRates, Post, Shop, Trace
from tests.virtual import BEGIN, inline, now, run

FLOOR, CEILING = 600.0, 21_600.0  # seconds
PER_DAY, PER_SECOND = 10, 2.0  # calls: a day and order (ten times what a new app is allowed), a second
_NOTICED = 2.0  # seconds until the sender's idle look finds what the poller put in
_IDLE = 3600.0  # the loops' own idle sleep, where nobody else can put work in
_METER = 1800.0
_FIRST = 8211744600000000


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """What is simulated."""

    seed: int
    days: float = 12.0
    orders: int = 12
    chats: int = 8
    faults: FaultRates = CALM
    calls: int = PER_DAY  # a day and order

    @property
    def per_day(self) -> int:
        return self.calls * self.orders


@dataclass(frozen=True, slots=True, kw_only=True)
class Interest:
    """A chat follows an order between two moments, `until` None: to the end."""

    place: Place
    order: str
    since: datetime
    until: datetime | None


@dataclass(slots=True, kw_only=True)
class Outcome:
    """What a simulation left behind."""

    case: Case
    trace: Trace
    arrived: list[Arrived]
    doubtful: set[int]
    interests: list[Interest]
    scans: dict[str, list[tuple[datetime, str]]]
    looks: dict[str, list[datetime]]
    outages: list[tuple[datetime, datetime]]
    spent: list[tuple[datetime, datetime]]  # a check found the day's calls used up, until the next day
    deaths: int
    told_by_row: set[tuple[int, str]]  # chat, mark: the outbox says so, and names a message that arrived
    waiting: int
    most_a_day: int
    most_a_second: int


class Silent:
    """Telemetry that nobody reads."""

    def __getattr__(self, name: str) -> Any:
        return lambda *args, **kwargs: None


@dataclass(slots=True)
class _Simulation:
    case: Case
    folder: Path
    rng: random.Random = field(init=False)
    trace: Trace = field(default_factory=Trace)
    shop: Shop = field(init=False)
    post: Post = field(init=False)
    pacer: Pacer = field(init=False)
    interests: list[Interest] = field(default_factory=list)
    outages: list[tuple[datetime, datetime]] = field(default_factory=list)
    deaths: int = 0
    _store: Store = field(init=False)
    _tracking: Tracking = field(init=False)
    _poller: Poller = field(init=False)
    _sender: Sender = field(init=False)
    _life: list[asyncio.Task[None]] = field(default_factory=list)
    _following: dict[tuple[Place, str], datetime] = field(default_factory=dict)
    _alive: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        case, path = self.case, self.folder / "bot.db"
        path.write_bytes(migrated())
        self._store = Store(f"sqlite:///{path}", inline(path))
        self.rng = random.Random(f"life {case.seed}")
        limiter = LocalCallLimiter(limits=CallLimits(per_second=PER_SECOND, per_day=case.per_day), now=now)
        self.shop = Shop(random.Random(f"shop {case.seed}"), case.faults, self.trace, limiter)
        self.post = Post(random.Random(f"post {case.seed}"), case.faults, self.trace)
        drawn = random.Random(f"drawn {case.seed}")
        self.pacer = Pacer(CheckInterval(floor=FLOOR, ceiling=CEILING), drawn.random)
        self.shop.news = self._news

    def _news(self) -> None:
        """Stands for the sender's next idle look, which is left out."""
        asyncio.get_running_loop().call_later(_NOTICED, self._sender.wake)

    async def run(self) -> Outcome:
        """Run to the end, then let everything be told."""
        self._draw_journeys()
        await self._store.start()
        await self._be_born()
        jobs: Sequence[Coroutine[Any, Any, None]] = (
            self._people(),
            self._fate(),
            self._weather(),
            self._meter(),
        )
        tasks = [asyncio.create_task(job) for job in jobs]
        await asyncio.sleep(self.case.days * 86_400)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self.shop.faults = self.post.faults = CALM
        await self._rest()
        outcome = await self._outcome()
        await self._die()
        return outcome

    # ── the process ─────────────────────────────────────────────────────────────────────────────

    async def _be_born(self) -> None:
        await self._store.release_leases(now())
        silent = Silent()
        self._tracking = Tracking(
            store=self._store, source=self.shop, pacer=self.pacer, policy=Policy(), now=now, metrics=silent
        )
        self._poller = Poller(
            store=self._store,
            tracking=self._tracking,
            now=now,
            sleep=asyncio.sleep,
            telemetry=silent,
            width=4,
            idle=_IDLE,
        )
        self._sender = Sender(
            store=self._store,
            tracking=self._tracking,
            deliver=self.post.deliver,
            edit=self.post.edit,
            now=now,
            sleep=asyncio.sleep,
            telemetry=silent,
            idle=_IDLE,
        )
        self._life = [asyncio.create_task(self._poller.run()), asyncio.create_task(self._sender.run())]
        self._alive.set()

    async def _die(self) -> None:
        """As a kill: whatever is in hand is dropped where it stands."""
        self._alive.clear()
        for task in (*self._life, *self._poller._running, *self._sender._running):
            task.cancel()
        while any(not task.done() for task in (*self._life, *self._poller._running, *self._sender._running)):
            await asyncio.sleep(0)
        await asyncio.gather(*self._life, return_exceptions=True)
        await self._store.close()

    async def _fate(self) -> None:
        while self.case.faults.deaths:
            await asyncio.sleep(self.rng.expovariate(self.case.faults.deaths / 86_400))
            # Mostly while something is being told, not in the middle of nothing.
            self.post.telling.clear()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self.post.telling.wait(), 3 * 3600)
            await asyncio.sleep(self.rng.uniform(0.0, 0.4))
            await self._die()
            self.deaths += 1
            self.trace.note("death")
            await asyncio.sleep(self.rng.uniform(0.5, 20.0))
            await self._be_born()

    # ── the world ───────────────────────────────────────────────────────────────────────────────

    def _draw_journeys(self) -> None:
        serial = 0
        for number in range(self.case.orders):
            at = BEGIN + timedelta(days=self.rng.uniform(-2.0, 0.6 * self.case.days))
            journey = []
            for _ in range(self.rng.randint(8, 24)):
                serial += 1
                journey.append((at, f"Departed from sorting center K{serial:06d}"))
                burst = self.rng.random() < 0.2
                at += timedelta(
                    hours=self.rng.uniform(0.02, 0.5) if burst else self.rng.expovariate(1 / 14.0)
                )
            self.shop.journeys[str(_FIRST + number * 10_001)] = journey

    async def _people(self) -> None:
        """Everybody follows a few orders soon, and changes their mind now and then."""
        orders, places = list(self.shop.journeys), [Place(1001 + number) for number in range(self.case.chats)]
        for place in places:
            for order in self.rng.sample(orders, min(3, len(orders))):
                await asyncio.sleep(self.rng.uniform(0.0, 3600.0))
                await self._follow(place, order)
        while True:
            await asyncio.sleep(self.rng.expovariate(1 / 20_000))
            place, order = self.rng.choice(places), self.rng.choice(orders)
            if (place, order) in self._following and self.rng.random() < 0.5:
                await self._leave(place, order)
            else:
                await self._follow(place, order)

    async def _follow(self, place: Place, order: str) -> None:
        """Until it worked: the inbox would see to that."""
        while (place, order) not in self._following:
            await self._alive.wait()
            with contextlib.suppress(Exception):  # a death in the middle
                async with self._store.write() as tx:
                    chat = await tx.chats.get_or_create(place, language="en", zone="UTC", now=now())
                await self._tracking.following.track(chat, order)
                self._poller.wake()
                self._following[place, order] = now()
                self.trace.note("follow", place.chat_id, order)

    async def _leave(self, place: Place, order: str) -> None:
        await self._alive.wait()
        since = self._following.pop((place, order))
        self.interests.append(Interest(place=place, order=order, since=since, until=now()))
        with contextlib.suppress(Exception):
            await self._tracking.following.untrack(place, order)
            self._poller.wake()
        self.trace.note("leave", place.chat_id, order)

    async def _weather(self) -> None:
        while self.case.faults.outages:
            await asyncio.sleep(self.rng.expovariate(self.case.faults.outages / 86_400))
            until = now() + timedelta(hours=self.rng.uniform(0.5, 6.0))
            self.shop.away_until = until
            self.outages.append((now(), until))
            await asyncio.sleep((until - now()).total_seconds())

    async def _meter(self) -> None:
        """What upkeep does for the price of a call."""
        while True:
            await asyncio.sleep(_METER)
            await self._alive.wait()
            self.pacer.rates.refresh()
            usage = await self.shop.limiter.usage()
            with contextlib.suppress(Exception):
                async with self._store.read() as tx:
                    active = await tx.chats.active_orders()
                self.pacer.meter(
                    now=now(),
                    spent=usage.used,
                    budget=float(self.case.per_day),
                    active=active,
                    healthy=self._poller.healthy,
                )

    # ── the end ─────────────────────────────────────────────────────────────────────────────────

    async def _rest(self) -> None:
        """Some hours without new scans: every order is looked at, everything is told."""
        if not self._alive.is_set():
            await self._be_born()
        end = now()
        for order, journey in self.shop.journeys.items():
            self.shop.journeys[order] = [scan for scan in journey if scan[0] <= end]
        await asyncio.sleep(CEILING * 1.2 + 3 * 3600)

    async def _outcome(self) -> Outcome:
        for (place, order), since in self._following.items():
            self.interests.append(Interest(place=place, order=order, since=since, until=None))
        told, waiting = await self._rows()
        return Outcome(
            case=self.case,
            trace=self.trace,
            arrived=self.post.arrived,
            doubtful=self.post.doubtful,
            interests=self.interests,
            scans=self.shop.journeys,
            looks=self.shop.looks,
            outages=self.outages,
            spent=self.shop.spent,
            deaths=self.deaths,
            told_by_row=told,
            waiting=waiting,
            most_a_day=max(self.shop.per_day.values(), default=0),
            most_a_second=max(self.shop.per_second.values(), default=0),
        )

    async def _rows(self) -> tuple[set[tuple[int, str]], int]:
        """What the outbox says was told with a message that arrived."""
        ids = {one.id for one in self.post.arrived}
        told: set[tuple[int, str]] = set()
        async with self._store.database.read() as on:
            sent = (await on.execute(sa.select(notices).where(notices.c.state == "sent"))).mappings().all()
        async with self._store.read() as tx:
            known = await tx.orders.get_many(self.shop.journeys)
            waiting = (await tx.notices.depth()).due
        for row in sent:
            if row["message_id"] in ids:
                texts = {node.seq: node.text for node in known[row["order_id"]].nodes}
                told |= {(row["chat_id"], texts[seq].rpartition(" ")[2]) for seq in row["news"]["nodes"]}
        return told, waiting


def simulate(case: Case) -> Outcome:
    """Run one case in virtual time."""
    shared = Path("/dev/shm")  # memory, where there is such a place: no disk has to turn
    folder = Path(tempfile.mkdtemp(prefix="parcel-bot-sim-", dir=shared if shared.is_dir() else None))
    try:

        async def life() -> Outcome:
            return await _Simulation(case, folder).run()

        with silence():
            return run(life())
    finally:
        shutil.rmtree(folder)


@contextlib.contextmanager
def silence() -> Iterator[None]:
    """Nobody reads the log of ten thousand looks."""
    before = structlog.get_config()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    try:
        yield
    finally:
        structlog.configure(**before)
