"""The speed bench's stock can be written and read, whatever columns were added to the schema."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bot.store import Store
from tests.bench.speed import stock

_BASE = 1_700_000_000.0
_LEASE = timedelta(minutes=3)


async def test_the_stock_is_due_and_owed(tmp_path: Path) -> None:
    path = tmp_path / "bot.db"
    await asyncio.to_thread(stock.fill, path, 3, _BASE, due=True, owed=3, cards=True)
    store, now = Store(str(path)), datetime.fromtimestamp(_BASE, UTC)
    async with store.write() as tx:
        due = await tx.checks.lease_due(now, 9, _LEASE)
        batches = await tx.notices.lease(now, 9, _LEASE)
        orders = await tx.orders.get_many([one.order_id for one in due])
        follows = await tx.chats.follows_of([batch.place for batch in batches], list(orders))
    await store.close()
    assert len(due) == len(batches) == len(follows) == 3
    assert all(order.nodes and order.fingerprint for order in orders.values())
