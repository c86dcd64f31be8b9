"""What is rehearsed at the start leaves nothing behind."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import sqlalchemy as sa

from bot.model import RawUpdate
from bot.store import Store
from bot.store.tables import metadata

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
WAITING = RawUpdate(update_id=7, chat_id=5, payload="{}", received_at=NOW)


async def _rows(store: Store) -> dict[str, list[tuple[object, ...]]]:
    async with store.database.read() as on:
        return {
            table.name: [tuple(row) for row in await on.execute(sa.select(table))]
            for table in metadata.sorted_tables
        }


async def test_a_rehearsal_is_taken_back(store: Store) -> None:
    await store.inbox.put([WAITING])
    before = await _rows(store)
    await store.rehearse(NOW)
    await store.rehearse(NOW)
    assert await _rows(store) == before
    assert len(before["updates"]) == 1


async def test_what_waits_is_still_taken_after_it(store: Store) -> None:
    await store.inbox.put([WAITING])
    await store.rehearse(NOW)
    async with store.write() as tx:
        taken = await tx.updates.take(5, NOW, timedelta(minutes=1))
    assert [one.update_id for one in taken] == [7]
