"""State about Telegram that outlives a restart: sent messages, flood waits, what was configured there."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from bot.model import SendRecord
from bot.store import Store

USERNAME = "username"
"""Key of a note: what Telegram last called the bot."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SendingState:
    """Recent messages that count against Telegram's limits, ends of flood waits by chat, the bot's name."""

    sent: list[SendRecord]
    waits: Mapping[int, datetime]
    username: str  # as it was last noted; empty: never


class Remembering:
    """Reads and writes this state in the store."""

    def __init__(self, store: Store, now: Callable[[], datetime]) -> None:
        self._store = store
        self._now = now

    async def sending(self) -> SendingState:
        """The current state. Call it before leases are released: leased notices may have been sent."""
        at = self._now()
        async with self._store.read() as tx:
            return SendingState(
                sent=await tx.sends.recent(at),
                waits=await tx.chats.flood_waits(at),
                username=await tx.memory.get(USERNAME) or "",
            )

    async def keep_waits(self, waits: Mapping[int, datetime]) -> None:
        """Store the ends of flood waits by chat; delete those that are over."""
        async with self._store.write() as tx:
            await tx.chats.set_flood_waits(waits)
            await tx.chats.purge_flood_waits(self._now())

    async def noted(self, key: str) -> str | None:
        """The JSON value stored under the key; None if there is none."""
        async with self._store.read() as tx:
            found: str | None = await tx.memory.get(key)
        return found

    async def note(self, key: str, value: str | None) -> None:
        """Store a JSON value under the key; None deletes it."""
        async with self._store.write() as tx:
            if value is None:
                await tx.memory.drop(key)
            else:
                await tx.memory.put(key, value)
