"""Everything that must outlive a restart, on SQLite or PostgreSQL.

`async with store.write() as tx:` is one transaction; `tx.orders`, `tx.chats` … are its rooms.
No network call may happen inside one.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.store import backup, migrations
from bot.store.cases import Case, Cases
from bot.store.chats import Chats
from bot.store.memory import Memory
from bot.store.notices import DeadLetter, Depth, Notices, Turn
from bot.store.orders import Due, Orders, Settled
from bot.store.sql import Database
from bot.store.updates import Updates

__all__ = [
    "Case",
    "DeadLetter",
    "Depth",
    "Due",
    "Settled",
    "Store",
    "Transaction",
    "Turn",
]


class Transaction:
    """The rooms of the store, all in one transaction."""

    def __init__(self, connection: AsyncConnection) -> None:
        self.orders = Orders(connection)
        self.chats = Chats(connection)
        self.notices = Notices(connection)
        self.updates = Updates(connection)
        self.cases = Cases(connection)
        self.memory = Memory(connection)


class Store:
    """The database, opened by URL."""

    def __init__(self, url: str) -> None:
        self.database = Database(url)

    async def start(self, *, sole: bool = True) -> None:
        """Bring the schema up to date. `sole`: refuse beside another bot on the same SQLite file.

        Raises StoreError for a newer, corrupt or busy database.
        """
        if sole:
            self.database.hold_instance()
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

    async def backup(self, path: Path) -> None:
        """A consistent copy of a running bot's SQLite database; raises StoreError on PostgreSQL."""
        await backup.copy(self.database, path)

    async def close(self) -> None:
        """Let go of every connection."""
        await self.database.close()
