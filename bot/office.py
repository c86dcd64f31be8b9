"""The merchant's matters beyond orders and chats: numbers, the daily brief, the AliExpress login."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime, time, timedelta

from bot import diary
from bot.errors import Reauthorise
from bot.model import CallBudget, Stats, Tokens
from bot.store import Store

_BRIEF = "brief_at"
_GOT = "authorized until "  # an update's effect


class Office:
    """Answers the operator's chats. `exchange` trades a login's code for tokens, which it stores."""

    def __init__(
        self,
        *,
        store: Store,
        now: Callable[[], datetime],
        login_url: str,
        exchange: Callable[[str], Awaitable[Tokens]],
        parse_code: Callable[[str], str | None],
        is_login: Callable[[str], bool],
        budget: Callable[[], Awaitable[CallBudget]],
        brief_at: time | None,
    ) -> None:
        self._store = store
        self._now = now
        self._login_url = login_url
        self._exchange = exchange
        self._parse_code = parse_code
        self._is_login = is_login
        self._budget = budget
        self._brief_default = brief_at

    async def stats(self, days: int) -> Stats:
        """The numbers of the last `days` days."""
        since = self._now() - timedelta(days=days)
        calls = await self._budget()
        async with self._store.read() as tx:
            counted = await tx.notices.counts(since)
            series = diary.read(await tx.memory.get(diary.KEY), since.date())
            delays = sorted(day.delay for day in series if day.delay is not None)
            return Stats(
                days=days,
                orders=await tx.chats.active_orders(),
                chats=await tx.chats.count(),
                delivered=await tx.orders.count_delivered(since),
                pushes=counted.sent,
                failed_pushes=counted.dead,
                calls=calls,
                delay=delays[len(delays) // 2] if delays else None,
                series=series,
            )

    async def brief_at(self) -> time | None:
        """When the daily brief comes: chosen in the chat, else as set at start."""
        async with self._store.read() as tx:
            chosen = await tx.memory.get(_BRIEF)
        if chosen is None:
            return self._brief_default
        return time.fromisoformat(chosen) if chosen else None

    async def set_brief_at(self, at: time | None) -> None:
        """Choose that; None: never."""
        async with self._store.write() as tx:
            await tx.memory.put(_BRIEF, at.isoformat("minutes") if at else "")

    def authorise_url(self) -> str:
        """Where the merchant logs in at AliExpress."""
        return self._login_url

    def is_login(self, text: str) -> bool:
        """Whether a text that nobody asked for is what a login leads to."""
        return self._is_login(text)

    async def authorise(self, pasted: str, *, update: int) -> datetime | None:
        """Exchange the pasted address or code; when the grant ends. Raises SourceError.

        A code works once: the second handling of the same `update` knows what the first one got.
        """
        async with self._store.read() as tx:
            effects = await tx.updates.effects(update)
        got = next((one.removeprefix(_GOT) for one in effects if one.startswith(_GOT)), None)
        if got is not None:
            return datetime.fromisoformat(got) if got else None
        code = self._parse_code(pasted)
        if code is None:
            raise Reauthorise("InvalidCode", "there is no code in it")
        until = (await self._exchange(code)).refresh_expires_at
        async with self._store.write() as tx:
            await tx.updates.first(update, _GOT + (until.isoformat() if until else ""))
        return until
