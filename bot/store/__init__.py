"""Everything that must outlive a restart, on SQLite or PostgreSQL.

`async with store.write() as tx:` is one transaction; `tx.orders`, `tx.chats` … group its queries by subject.
No network call may be made inside one.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.model import RawUpdate, SendRecord
from bot.store import backup, migrations
from bot.store.book import Book, State, Watched
from bot.store.cases import Cases
from bot.store.chats import Chats
from bot.store.checks import Checks, Due, Settled
from bot.store.credentials import Credentials
from bot.store.figures import FigureCounts
from bot.store.keys import Keys
from bot.store.listing import Listing
from bot.store.memory import Memory
from bot.store.notices import ChatBatch, DeadLetter, Notices, OutboxDepth
from bot.store.orders import Orders
from bot.store.sends import Sends
from bot.store.sql import Connect, Database
from bot.store.translations import Translations
from bot.store.updates import Updates
from bot.store.webhooks import NewEvent, Webhooks

__all__ = [
    "ChatBatch",
    "DeadLetter",
    "Due",
    "Inbox",
    "NewEvent",
    "OutboxDepth",
    "Settled",
    "State",
    "Store",
    "Transaction",
    "Watched",
]

_AT_ONCE = 2000  # orders corrected in one transaction


class Transaction:
    """All queries and changes, grouped by subject, in one transaction."""

    def __init__(self, connection: AsyncConnection) -> None:
        self.orders = Orders(connection)
        self.checks = Checks(connection)
        self.translations = Translations(connection)
        self.book = Book(connection)
        self.chats = Chats(connection)
        self.notices = Notices(connection)
        self.updates = Updates(connection)
        self.sends = Sends(connection)
        self.cases = Cases(connection)
        self.memory = Memory(connection)
        self.keys = Keys(connection)
        self.webhooks = Webhooks(connection)
        self.listing = Listing(connection)
        self.figures = FigureCounts(connection)


class Inbox:
    """The queue of Telegram updates for intake; every method is a transaction of its own."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def put(self, updates: Sequence[RawUpdate]) -> int:
        """Record updates that are not known yet; returns how many were new. Durable when it returns."""
        async with self._database.write() as on:
            return await Updates(on).put(updates)

    async def put_and_take(
        self, updates: Sequence[RawUpdate], limit: int, now: datetime, lease: timedelta
    ) -> tuple[int, list[RawUpdate]]:
        """`put` and `take` in one transaction, so that the disk is flushed only once."""
        async with self._database.write() as on:
            return await Updates(on).put(updates), await Updates(on).take(limit, now, lease)

    async def take(self, limit: int, now: datetime, lease: timedelta) -> list[RawUpdate]:
        """Lease waiting updates, at most one a chat."""
        async with self._database.write() as on:
            return await Updates(on).take(limit, now, lease)

    async def done(self, update_id: int, sent: Sequence[SendRecord] = ()) -> None:
        """Mark an update as handled, and record the answers `sent`."""
        async with self._database.write() as on:
            await Sends(on).record(sent)
            await Updates(on).done(update_id)

    async def failed(
        self, update_id: int, error: str, retry_at: datetime | None, sent: Sequence[SendRecord] = ()
    ) -> None:
        """Mark an update as failed: retry it at `retry_at`; None sets it aside for the operator."""
        async with self._database.write() as on:
            await Sends(on).record(sent)
            await Updates(on).failed(update_id, retry_at=retry_at, error=error)


class Store:
    """The database, opened by URL; `connect` replaces aiosqlite's `connect`."""

    def __init__(self, url: str, connect: Connect | None = None) -> None:
        self.database = Database(url, connect)
        self.inbox = Inbox(self.database)

    async def start(self) -> None:
        """Bring the schema up to date. Raises StoreError for a newer, corrupt or busy database."""
        await migrations.upgrade(self.database)

    @asynccontextmanager
    async def write(self) -> AsyncIterator[Transaction]:
        """A read-write transaction: committed at the end, rolled back by an exception."""
        async with self.database.write() as connection:
            yield Transaction(connection)

    @asynccontextmanager
    async def read(self) -> AsyncIterator[Transaction]:
        """A read-only transaction."""
        async with self.database.read() as connection:
            yield Transaction(connection)

    async def release_leases(self, now: datetime) -> None:
        """Release the previous leader's leases, so that its work is due at once. For a new leader's start."""
        async with self.database.write() as on:
            await Checks(on).release_leases()
            await Notices(on).release_leases(now)
            await Updates(on).release_leases(now)
            await Webhooks(on).release_leases(now)
            await Credentials.release_leases(on)

    async def set_back(self, now: datetime, back: timedelta) -> None:
        """Correct stored times after the clock was ahead by `back`: due times move back by as much.

        Orders are corrected some thousand at a time, so that nobody waits for all of them.
        """
        last = ""
        while True:
            async with self.database.read() as on:
                ids = await Orders(on).dated_ahead(now, back, after=last, limit=_AT_ONCE)
            if not ids:
                break
            last = ids[-1]
            async with self.database.write() as on:
                await Orders(on).set_back(ids, now, back)
        async with self.database.write() as on:
            await Notices(on).set_back(now, back)
            await Updates(on).set_back(now)
            await Webhooks(on).set_back(now, back)

    async def backup(self, path: Path, now: datetime) -> Path:
        """Copy the running bot's SQLite database consistently. Raises StoreError on PostgreSQL."""
        return await backup.copy(self.database, path, now)

    async def close(self) -> None:
        """Close all connections."""
        await self.database.close()
