"""Everything that must outlive a restart, on SQLite or PostgreSQL.

`async with store.write() as tx:` is one transaction; `tx.orders`, `tx.chats` … are its rooms.
No network call may happen inside one.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.model import RawUpdate, SendRecord
from bot.store import backup, migrations
from bot.store.book import Book, Watched
from bot.store.cases import Case, Cases
from bot.store.chats import Chats
from bot.store.credentials import Credentials
from bot.store.memory import Memory
from bot.store.notices import ChatBatch, DeadLetter, Notices, OutboxDepth
from bot.store.orders import Due, Orders, Settled
from bot.store.sends import Sends
from bot.store.sql import Connect, Database
from bot.store.updates import Updates

__all__ = [
    "Case",
    "ChatBatch",
    "DeadLetter",
    "Due",
    "Inbox",
    "OutboxDepth",
    "Settled",
    "Store",
    "Transaction",
    "Watched",
]


class Transaction:
    """The rooms of the store, all in one transaction."""

    def __init__(self, connection: AsyncConnection) -> None:
        self.orders = Orders(connection)
        self.book = Book(connection)
        self.chats = Chats(connection)
        self.notices = Notices(connection)
        self.updates = Updates(connection)
        self.sends = Sends(connection)
        self.cases = Cases(connection)
        self.memory = Memory(connection)


class Inbox:
    """The updates' queue as intake sees it: every step is a transaction of its own."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def put(self, updates: Sequence[RawUpdate]) -> int:
        """Record those not known yet; how many were new. Durable when it returns."""
        async with self._database.write() as on:
            return await Updates(on).put(updates)

    async def put_and_take(
        self, updates: Sequence[RawUpdate], limit: int, now: datetime, lease: timedelta
    ) -> tuple[int, list[RawUpdate]]:
        """Both in one transaction: the disk is flushed once."""
        async with self._database.write() as on:
            return await Updates(on).put(updates), await Updates(on).take(limit, now, lease)

    async def take(self, limit: int, now: datetime, lease: timedelta) -> list[RawUpdate]:
        """Lease waiting updates, at most one a chat."""
        async with self._database.write() as on:
            return await Updates(on).take(limit, now, lease)

    async def done(self, update_id: int, sent: Sequence[SendRecord] = ()) -> None:
        """It was handled; `sent` are the answers to book with it."""
        async with self._database.write() as on:
            await Sends(on).record(sent)
            await Updates(on).done(update_id)

    async def failed(
        self, update_id: int, error: str, retry_at: datetime | None, sent: Sequence[SendRecord] = ()
    ) -> None:
        """It was not: again at `retry_at`, or set aside."""
        async with self._database.write() as on:
            await Sends(on).record(sent)
            await Updates(on).failed(update_id, retry_at=retry_at, error=error)


class Store:
    """The database, opened by URL; `connect` replaces aiosqlite's way to open a SQLite file."""

    def __init__(self, url: str, connect: Connect | None = None) -> None:
        self.database = Database(url, connect)
        self.inbox = Inbox(self.database)

    async def start(self) -> None:
        """Bring the schema up to date. Raises StoreError for a newer, corrupt or busy database."""
        await migrations.upgrade(self.database)

    @asynccontextmanager
    async def write(self) -> AsyncIterator[Transaction]:
        """One transaction that may write; committed at the end, rolled back by an exception."""
        async with self.database.write() as connection:
            yield Transaction(connection)

    @asynccontextmanager
    async def read(self) -> AsyncIterator[Transaction]:
        """One transaction that only reads."""
        async with self.database.read() as connection:
            yield Transaction(connection)

    async def release_leases(self, now: datetime) -> None:
        """Before a new leader's first lease: what the last one left is due at once, not when leases end."""
        async with self.database.write() as on:
            await Orders(on).release_leases()
            await Notices(on).release_leases(now)
            await Updates(on).release_leases(now)
            await Credentials.release_leases(on)

    async def set_back(self, now: datetime, back: timedelta) -> None:
        """The clock was ahead by `back` for a while: nothing waits for the time it showed."""
        async with self.database.write() as on:
            await Orders(on).set_back(now, back)
            await Notices(on).set_back(now, back)
            await Updates(on).set_back(now)

    async def backup(self, path: Path, now: datetime) -> Path:
        """A consistent copy of a running bot's SQLite database; raises StoreError on PostgreSQL."""
        return await backup.copy(self.database, path, now)

    async def close(self) -> None:
        """Let go of every connection."""
        await self.database.close()
