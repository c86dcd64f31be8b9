"""Small states that outlive a restart (JSON by key), handled pushes, and unknown texts."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.store import sql
from bot.store.tables import memory, pushes, unknowns


class Memory:
    """JSON values by key, handled pushes and unknown texts, within one transaction."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._on = connection

    async def get(self, key: str) -> Any:
        """The value stored under `key`; None if there is none."""
        return await self._on.scalar(sa.select(memory.c.value).where(memory.c.key == key))

    async def put(self, key: str, value: Any) -> None:
        """Store a JSON-able value."""
        await self._on.execute(sql.upsert(self._on, memory, ["key"], ["value"]), {"key": key, "value": value})

    async def drop(self, key: str) -> None:
        await self._on.execute(sa.delete(memory).where(memory.c.key == key))

    async def first_push(self, key: str, at: datetime) -> bool:
        """Whether a push with this key is new; its key is stored."""
        return await sql.add(self._on, pushes, {"key": key, "at": at})

    async def purge_pushes(self, before: datetime) -> None:
        await self._on.execute(sa.delete(pushes).where(pushes.c.at < before))

    async def count_unknown(self, found: Iterable[str], at: datetime) -> None:
        """Count occurrences of texts that no rule recognizes."""
        rows = [{"text": text[:500], "count": 1, "last_at": at} for text in sorted(found)]
        if rows:
            statement = sql.insert(self._on, unknowns)
            await self._on.execute(
                statement.on_conflict_do_update(
                    index_elements=["text"], set_={"count": unknowns.c.count + 1, "last_at": at}
                ),
                rows,
            )

    async def unknown(self, limit: int = 50) -> list[tuple[str, int]]:
        """The most frequent unknown texts with their counts."""
        rows = await self._on.execute(
            sa.select(unknowns.c.text, unknowns.c.count)
            .order_by(unknowns.c.count.desc(), unknowns.c.text)
            .limit(limit)
        )
        return [(row.text, row[1]) for row in rows]
