"""Small texts that all replicas share, changed atomically: budgets, rates, cool-downs."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import sqlalchemy as sa

from bot.store import sql
from bot.store.tables import cells

T = TypeVar("T")


class SharedCell:
    """One named text in the database."""

    def __init__(self, database: sql.Database, name: str) -> None:
        self._database = database
        self._name = name

    async def change(self, decide: Callable[[str], tuple[str, T]]) -> T:
        """Replace the text (at first empty) by `decide`'s first result, atomically; return the second."""
        query = sa.select(cells.c.content).where(cells.c.name == self._name)
        async with self._database.write() as on:
            content = await on.scalar(sql.locking(on, query))
            if content is None:
                await on.execute(sql.insert_or_ignore(on, cells), {"name": self._name, "content": ""})
                content = await on.scalar(sql.locking(on, query))
            after, outcome = decide(content or "")
            if after != content:
                await on.execute(sa.update(cells).where(cells.c.name == self._name).values(content=after))
        return outcome


class OwnCell:
    """The same for a single process: kept in memory and flushed now and then.

    A limit that is spent call by call would cost a disk flush a call; only one process reads it, so it
    is enough that `flush` writes what changed now and then, and at the end. What a crash loses is
    bounded by the time between two flushes.
    """

    def __init__(self, database: sql.Database, name: str) -> None:
        self._stored = SharedCell(database, name)
        self._content: str | None = None
        self._flushed = ""

    async def change(self, decide: Callable[[str], tuple[str, T]]) -> T:
        """Change the text in memory, read once from the database."""
        if self._content is None:
            stored = await self._stored.change(lambda text: (text, text))
            if self._content is None:
                self._content = self._flushed = stored
        self._content, outcome = decide(self._content)
        return outcome

    async def flush(self) -> None:
        """Write the text where it changed."""
        content = self._content
        if content is not None and content != self._flushed:
            await self._stored.change(lambda _text: (content, None))
            self._flushed = content
