"""The engine with its outside replaced at the seams: a scripted source, a scripted post office, a clock."""

from __future__ import annotations

import asyncio
import functools
import tempfile
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from bot.errors import SourceError, UnknownOrder
from bot.metrics import Metrics
from bot.model import (
    Chat,
    Delivery,
    FetchedNode,
    FetchedParcel,
    Follow,
    Later,
    Message,
    Order,
    OrderFacts,
    OrderStatus,
    Place,
    Sent,
    Snapshot,
    StillWanted,
)
from bot.pacing import CheckInterval, Pacer
from bot.poller import Poller
from bot.sender import Sender
from bot.store import Store
from bot.tracking import Policy, Shown, Tracking
from tests import make


@functools.cache
def migrated() -> bytes:
    """An empty SQLite database with today's schema, to be copied: migrating takes a quarter of a second."""

    async def migrate(path: Path) -> None:
        store = Store(str(path))
        await store.start()
        await store.close()

    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(1) as elsewhere:
        path = Path(folder) / "bot.db"
        elsewhere.submit(asyncio.run, migrate(path)).result()
        return path.read_bytes()


@dataclass
class Clock:
    """A clock that stands still until told; sleeping lets everything else run once."""

    at: datetime = make.NOW

    def now(self) -> datetime:
        return self.at

    def pass_(self, **span: float) -> None:
        self.at += timedelta(**span)

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(0)


@dataclass
class ScriptedSource:
    """Answers with what the test put in: nodes per order, or an error for an order or for all."""

    clock: Clock
    nodes: dict[str, list[FetchedNode]] = field(default_factory=dict)
    errors: dict[str, SourceError] = field(default_factory=dict)
    failing: SourceError | None = None
    facts: dict[str, OrderFacts] = field(default_factory=dict)
    asked: list[tuple[str, str]] = field(default_factory=list)

    def add(self, order_id: str, *texts: str) -> None:
        """New scans, stamped now, one second apart."""
        known = self.nodes.setdefault(order_id, [])
        for text in texts:
            at = self.clock.now() + timedelta(seconds=len(known))
            known.insert(0, FetchedNode(at=at, name="Shipping update", description=text))

    async def fetch(self, order_id: str, language: str, *, urgent: bool = False) -> Snapshot:
        self.asked.append((order_id, language))
        if error := self.failing or self.errors.get(order_id):
            raise error
        if order_id not in self.nodes:
            return Snapshot(order_id=order_id, language=language, found=False, digest="none")
        nodes = [
            node
            if language == "en"
            else FetchedNode(at=node.at, description=f"{language}: {node.description}")
            for node in self.nodes[order_id]
        ]
        parcel = FetchedParcel(number="LP00675700340000", carrier="Cainiao", nodes=tuple(nodes))
        digest = repr([(node.at, node.description) for node in self.nodes[order_id]])
        return Snapshot(
            order_id=order_id, language=language, parcels=(parcel,), digest=digest, fingerprint=digest
        )

    async def check(self, order_id: str, language: str, fingerprint: str) -> Snapshot | None:
        snapshot = await self.fetch(order_id, language)
        return None if fingerprint and snapshot.fingerprint == fingerprint else snapshot

    async def order_facts(self, order_id: str, *, urgent: bool = False) -> OrderFacts:
        if order_id in self.facts:
            return self.facts[order_id]
        if order_id in self.nodes:
            return OrderFacts(order_id=order_id, status=OrderStatus.SHIPPED)
        raise UnknownOrder("isv.invalid-authorization", "not yours")

    async def aclose(self) -> None:
        """Nothing to close."""


@dataclass
class PostOffice:
    """Takes every message, unless the test scripted another outcome."""

    sent: list[tuple[Place, Message, int | None]] = field(default_factory=list)
    edited: list[tuple[Place, int, Message]] = field(default_factory=list)
    outcomes: list[Delivery | Exception] = field(default_factory=list)

    async def deliver(
        self,
        place: Place,
        message: Message,
        *,
        reply_to: int | None = None,
        still_wanted: StillWanted | None = None,
    ) -> Delivery:
        if still_wanted is not None and not await still_wanted():
            return Later(at=make.NOW, reason="no longer wanted", counts=False)
        outcome = self.outcomes.pop(0) if self.outcomes else Sent(message_id=500 + len(self.sent))
        if isinstance(outcome, Exception):
            raise outcome
        if isinstance(outcome, Sent):
            self.sent.append((place, message, reply_to))
        return outcome

    async def edit(
        self, place: Place, message_id: int, message: Message, *, still_wanted: StillWanted | None = None
    ) -> Delivery:
        if still_wanted is not None and not await still_wanted():
            return Later(at=make.NOW, reason="no longer wanted", counts=False)
        self.edited.append((place, message_id, message))
        return Sent(message_id=message_id)

    def texts(self, place: Place = make.HERE) -> list[str]:
        return [message.text for to, message, _ in self.sent if to == place]


class Engine:
    """Tracking, poller and sender over a real SQLite file."""

    def __init__(
        self,
        store: Store,
        *,
        luck: Callable[[], float] = lambda: 0.5,
        source: ScriptedSource | None = None,
        post: PostOffice | None = None,
        hands: int = 48,
        policy: Policy | None = None,
    ) -> None:
        self.source = source or ScriptedSource(Clock())
        self.clock = self.source.clock
        self.store = store
        self.post = post or PostOffice()
        self.metrics = Metrics()
        self.pacer = Pacer(CheckInterval(floor=60, ceiling=3600), luck)
        self.tracking = Tracking(
            store=store,
            source=self.source,
            pacer=self.pacer,
            policy=policy or Policy(orders_per_chat=1000),
            now=self.clock.now,
            metrics=self.metrics,
        )
        self.poller = Poller(
            store=store,
            tracking=self.tracking,
            now=self.clock.now,
            sleep=self.clock.sleep,
            telemetry=self.metrics,
            width=8,
        )
        self.sender = Sender(
            store=store,
            tracking=self.tracking,
            deliver=self.post.deliver,
            edit=self.post.edit,
            now=self.clock.now,
            sleep=self.clock.sleep,
            telemetry=self.metrics,
            width=hands,
        )

    async def follow(self, *orders: str, place: Place = make.HERE, **settings: object) -> None:
        """A place follows orders whose first snapshot it has seen."""
        for order_id in orders or (make.ORDER,):
            if order_id not in self.source.nodes:
                self.source.add(order_id, "Package left sorting center of origin.")
            async with self.store.write() as tx:
                chat = await tx.chats.get_or_create(place, language="en", zone="UTC", now=self.clock.now())
                if settings:
                    chat = await tx.chats.change(place, **settings)
            await self.tracking.following.track(chat, order_id)

    async def order(self, order_id: str = make.ORDER) -> Order:
        """The order as it is stored."""
        async with self.store.read() as tx:
            order = await tx.orders.get(order_id)
        assert order is not None
        return order

    async def chat(self, place: Place = make.HERE, language: str = "en") -> Chat:
        """The place's chat, made known if it was not."""
        async with self.store.write() as tx:
            return await tx.chats.get_or_create(place, language=language, zone="UTC", now=self.clock.now())

    async def next_check(self, order_id: str = make.ORDER) -> datetime:
        """When the order is checked next."""
        async with self.store.read() as tx:
            at = await tx.checks.next_check_at(order_id)
        assert at is not None
        return at

    async def set_card(self, message_id: int, place: Place = make.HERE, order_id: str = make.ORDER) -> Follow:
        """The order's living card is this message."""
        async with self.store.write() as tx:
            await tx.chats.change_follow(place, order_id, card_message_id=message_id)
            follow = await tx.chats.get_follow(place, order_id)
        assert follow is not None
        return follow

    async def show(self, place: Place = make.HERE, order_id: str = make.ORDER) -> Shown:
        """The order as an answer to the place would show it now."""
        return await self.tracking.viewing.show(await self.chat(place), order_id)

    async def look(self, *, hours: float = 2) -> None:
        """Time passes, and everything due is looked at."""
        self.clock.pass_(hours=hours)
        while await self.poller.step():
            pass
        await self.poller.drain()

    async def tell(self) -> None:
        """Everything owed is told, as far as it may be now."""
        while await self.sender.step():
            await self.sender.drain()

    async def look_and_tell(self) -> None:
        """Both."""
        await self.look()
        await self.tell()

    async def states(self) -> Sequence[str]:
        """What became of every notice, the newest first."""
        async with self.store.read() as tx:
            return [told.state for told in await tx.notices.history(make.HERE)]


def several(count: int) -> Iterable[str]:
    """Order ids."""
    return (str(8211744661000000 + n) for n in range(count))
