"""The outside of the simulated engine: parcels that travel, a post office, and how often they fail."""

from __future__ import annotations

import asyncio
import hashlib
import random
import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from bot.errors import SourceError, Throttled, Transient
from bot.model import (
    Delivery,
    FetchedNode,
    FetchedParcel,
    Later,
    Message,
    OrderFacts,
    OrderStatus,
    Place,
    Sent,
    Snapshot,
    StillWanted,
)
from bot.sources.aliexpress.budget import LocalCallLimiter
from tests.virtual import now

MARK = re.compile(r"K\d{6}")
_BEIJING = timedelta(hours=8)


@dataclass(frozen=True, slots=True, kw_only=True)
class FaultRates:
    """What goes wrong: shares of the calls, and how often (a day) the engine dies or AliExpress is away."""

    failing: float = 0.0
    empty: float = 0.0
    refused: float = 0.0  # flood waits
    lost: float = 0.0  # no answer, and nothing arrived
    ambiguous: float = 0.0  # no answer, but it arrived
    deaths: float = 0.0
    outages: float = 0.0


CALM = FaultRates()
ROUGH = FaultRates(failing=0.05, empty=0.03, refused=0.03, lost=0.03, ambiguous=0.03, deaths=4.0, outages=0.2)


@dataclass(slots=True)
class Trace:
    """Everything that happened, as one hash."""

    events: int = 0
    _hash: Any = field(default_factory=hashlib.sha256)

    def note(self, *what: object) -> None:
        """One event."""
        self.events += 1
        at = asyncio.get_running_loop().time()
        self._hash.update(repr((round(at, 6), *what)).encode())

    @property
    def digest(self) -> str:
        return str(self._hash.hexdigest())


@dataclass(slots=True)
class Shop:
    """The source: orders whose scans appear at times drawn beforehand, under a budget that is really kept."""

    rng: random.Random
    faults: FaultRates
    trace: Trace
    limiter: LocalCallLimiter
    news: Callable[[], None] = lambda: None  # called when a look brought something
    journeys: dict[str, list[tuple[datetime, str]]] = field(default_factory=dict)
    away_until: datetime | None = None
    looks: dict[str, list[datetime]] = field(default_factory=dict)
    per_day: Counter[str] = field(default_factory=Counter)
    per_second: Counter[int] = field(default_factory=Counter)
    spent: list[tuple[datetime, datetime]] = field(default_factory=list)  # no call was left, until when
    _shown: dict[str, int] = field(default_factory=dict)

    async def fetch(self, order_id: str, language: str, *, urgent: bool = False) -> Snapshot:
        """The order as it is now."""
        self.looks.setdefault(order_id, []).append(now())
        await self._call(urgent)
        scans = [one for one in self.journeys[order_id] if one[0] <= now()]
        if scans and self.rng.random() < self.faults.empty:
            scans = []
        if len(scans) > self._shown.get(order_id, 0):
            self._shown[order_id] = len(scans)
            self.news()
        self.trace.note("fetch", order_id, len(scans))
        nodes = tuple(FetchedNode(at=at, description=text) for at, text in reversed(scans))
        parcel = FetchedParcel(number=f"LP{order_id[-8:]}", carrier="Cainiao", nodes=nodes)
        return Snapshot(
            order_id=order_id,
            language=language,
            parcels=(parcel,) if nodes else (),
            found=bool(nodes),
            digest=str(len(nodes)),
        )

    async def check(self, order_id: str, language: str, fingerprint: str) -> Snapshot | None:
        """The same, always read."""
        return await self.fetch(order_id, language)

    async def order_facts(self, order_id: str, *, urgent: bool = False) -> OrderFacts:
        """Paid and shipped."""
        await self._call(urgent)
        return OrderFacts(order_id=order_id, status=OrderStatus.SHIPPED)

    async def aclose(self) -> None:
        """Nothing is open."""

    async def _call(self, urgent: bool) -> None:
        try:
            await self.limiter.acquire(urgent)
        except Throttled as error:
            self.spent.append((now(), now() + timedelta(seconds=error.seconds)))
            raise
        self.per_day[(now() + _BEIJING).date().isoformat()] += 1
        self.per_second[int(now().timestamp())] += 1
        await asyncio.sleep(self.rng.uniform(0.1, 0.6))
        if self.away_until is not None and now() < self.away_until:
            raise Transient("ServiceUnavailable", "away")
        drawn = self.rng.random()
        if drawn < self.faults.failing:
            self.trace.note("failed")
            raise self._trouble(drawn)

    def _trouble(self, drawn: float) -> SourceError:
        if drawn < self.faults.failing / 5:
            return Throttled("ApiCallLimit", "too many", seconds=1.5)
        return Transient("ServiceUnavailable", "try again")


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrived:
    """A message that a place received."""

    place: Place
    id: int
    at: datetime
    marks: tuple[str, ...]


@dataclass(slots=True)
class Post:
    """The post office: takes a tenth of a second or so, and does not always say what became of a message."""

    rng: random.Random
    faults: FaultRates
    trace: Trace
    arrived: list[Arrived] = field(default_factory=list)
    doubtful: set[int] = field(default_factory=set)  # arrived, but the sender was not told
    telling: asyncio.Event = field(default_factory=asyncio.Event)  # set when something is being sent

    async def deliver(
        self,
        place: Place,
        message: Message,
        *,
        reply_to: int | None = None,
        still_wanted: StillWanted | None = None,
    ) -> Delivery:
        """Send it."""
        self.telling.set()
        await asyncio.sleep(self.rng.uniform(0.02, 0.2))
        drawn, faults = self.rng.random(), self.faults
        if drawn < faults.refused:
            self.trace.note("refused", place.chat_id)
            return Later(at=now() + timedelta(seconds=self.rng.randint(1, 40)), reason="wait", counts=False)
        drawn -= faults.refused
        if drawn < faults.lost:
            self.trace.note("lost", place.chat_id)
            return Later(at=now() + timedelta(seconds=30), reason="closed", ambiguous=True)
        number = len(self.arrived) + 1
        marks = tuple(dict.fromkeys(MARK.findall(message.text)))
        self.arrived.append(Arrived(place=place, id=number, at=now(), marks=marks))
        self.trace.note("arrived", place.chat_id, marks)
        self.doubtful.add(number)  # until the answer is there, whatever ends it
        await asyncio.sleep(self.rng.uniform(0.02, 0.2))
        if drawn - faults.lost < faults.ambiguous:
            return Later(at=now() + timedelta(seconds=30), reason="time-out", ambiguous=True)
        self.doubtful.discard(number)
        return Sent(message_id=number)

    async def edit(
        self, place: Place, message_id: int, message: Message, *, still_wanted: StillWanted | None = None
    ) -> Delivery:
        """Change it."""
        await asyncio.sleep(self.rng.uniform(0.02, 0.2))
        return Sent(message_id=message_id)
