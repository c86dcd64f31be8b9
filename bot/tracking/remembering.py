"""What Telegram knows of us beyond a restart: sent messages, flood waits, what was set there."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from bot.model import SendRecord
from bot.store import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class SendingState:
    """What Telegram's limits count still: messages, and chats in a flood wait with its end."""

    sent: list[SendRecord]
    waits: Mapping[int, datetime]


class Remembering:
    """Keeps it in the store."""

    def __init__(self, store: Store, now: Callable[[], datetime]) -> None:
        self._store = store
        self._now = now

    async def sending(self) -> SendingState:
        """What counts now; to be asked before leases are taken over."""
        at = self._now()
        async with self._store.read() as tx:
            return SendingState(sent=await tx.sends.lately(at), waits=await tx.chats.frozen(at))

    async def keep_waits(self, waits: Mapping[int, datetime]) -> None:
        """Keep the ends of flood waits by chat; those that are over are forgotten."""
        async with self._store.write() as tx:
            await tx.chats.freeze(waits)
            await tx.chats.thaw(self._now())

    async def noted(self, key: str) -> str | None:
        """What is noted under the key."""
        async with self._store.read() as tx:
            found: str | None = await tx.memory.get(key)
        return found

    async def note(self, key: str, value: str | None) -> None:
        """Note that; None: nothing any more."""
        async with self._store.write() as tx:
            if value is None:
                await tx.memory.drop(key)
            else:
                await tx.memory.put(key, value)
