"""What replicas on one database tell each other: who leads, that there is work, which chats must wait."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime, timedelta
from typing import Protocol

import structlog

from bot.errors import StoreError
from bot.store import Store
from bot.store.election import Election
from bot.store.signals import Signal, listen
from bot.waker import first_of

_log = structlog.get_logger(__name__)

_LOOK = 1.0  # seconds between two looks for new flood waits
# A replica that was not there at so many looks, so many seconds apart, is dead. After a restart of the server
# all sessions are gone, and replicas need a moment to come back: what they hold must not be told twice.
_LOOKS, _LOOK_FOR_DEAD = 4, 2.0
_NOTEWORTHY = timedelta(seconds=2)  # shorter waits are over before anybody hears of them


class Replicas:
    """One replica's view of the others; alone on SQLite it always leads and hears nobody.

    `frozen` tells this process's flood waits (seconds left by chat), `froze` is set when one began, `freeze`
    adds one. `wake` says what to
    do when another replica put work in.
    """

    def __init__(
        self,
        *,
        store: Store,
        now: Callable[[], datetime],
        frozen: Callable[[], Mapping[int, float]],
        freeze: Callable[[int, float], None],
        froze: asyncio.Event,
        wake: Mapping[Signal, Callable[[], None]],
    ) -> None:
        self._store = store
        self._now = now
        self._frozen = frozen
        self._freeze = freeze
        self._froze = froze
        self._wake = wake
        self._election = Election(store.database)
        self._known: dict[int, datetime] = {}
        self._stale = asyncio.Event()

    @property
    def leading(self) -> bool:
        """Whether this replica receives by polling and keeps house."""
        return self._election.leading

    async def lead(self, stopping: asyncio.Event, work: Callable[[asyncio.Event], Awaitable[None]]) -> None:
        """Run `work` whenever this replica is elected, until its event is set, and look after the dead."""

        async def both(ending: asyncio.Event) -> None:
            looking = asyncio.create_task(look_after_the_dead(self._store, self._now, asyncio.sleep))
            try:
                await work(ending)
            finally:
                looking.cancel()
                await asyncio.gather(looking, return_exceptions=True)

        await self._election.lead(stopping, both)

    async def listen(self, stopping: asyncio.Event) -> None:
        """Hear of the others' work until stopped."""
        await listen(self._store.database, stopping, self._hear)
        await stopping.wait()

    def _hear(self, signal: Signal) -> None:
        if signal in (Signal.FREEZES, Signal.ANYTHING):
            self._stale.set()
        for kind, wake in self._wake.items():
            if signal in (kind, Signal.ANYTHING):
                wake()

    async def share_freezes(self, stopping: asyncio.Event) -> None:
        """Tell flood waits to the others, and take over theirs and those from before a restart."""
        self._stale.set()
        while not stopping.is_set():
            try:
                await self._share()
            except StoreError as error:  # Telegram's next refusal says it again
                _log.warning("flood waits are not shared", reason=str(error))
            await first_of(stopping, self._froze, _LOOK)

    async def _share(self) -> None:
        now = self._now()
        self._froze.clear()
        if self._stale.is_set():
            self._stale.clear()
            async with self._store.read() as tx:
                theirs = await tx.chats.frozen(now)
            for chat_id, until in theirs.items():
                self._freeze(chat_id, (until - now).total_seconds())
            self._known |= theirs
        ours = {chat_id: now + timedelta(seconds=left) for chat_id, left in self._frozen().items()}
        news = {
            chat_id: until
            for chat_id, until in ours.items()
            if until - max(self._known.get(chat_id, now), now) > _NOTEWORTHY
        }
        if news:
            async with self._store.write() as tx:
                await tx.chats.freeze(news)
                await tx.chats.thaw(now)
        self._known = {chat_id: until for chat_id, until in (self._known | news).items() if until > now}


class Graveyard(Protocol):
    """Where dead replicas are found and what they leased is released."""

    async def dead_replicas(self) -> set[str]:
        """Return the names of replicas that were seen and are gone."""
        ...

    async def bury(self, holder: str, now: datetime) -> int:
        """Make due what it leased; how much that was."""
        ...


async def look_after_the_dead(
    yard: Graveyard, now: Callable[[], datetime], sleep: Callable[[float], Awaitable[None]]
) -> None:
    """For ever: what a dead replica had leased is due at once."""
    absent: dict[str, int] = {}  # looks in a row at which a replica was not there
    while True:
        try:
            gone = await yard.dead_replicas()
            absent = {holder: absent.get(holder, 0) + 1 for holder in gone}
            for holder in [holder for holder, looks in absent.items() if looks > _LOOKS]:
                released = await yard.bury(holder, now())
                _log.info("replica is gone", holder=holder, released=released)
        except StoreError as error:
            _log.warning("the dead are not looked after", reason=str(error))
            absent = {}  # nobody is there while the server is away
        except Exception as error:  # noqa: BLE001  the top of a loop
            _log.error("the dead are not looked after", exc_info=error)
        await sleep(_LOOK_FOR_DEAD)
