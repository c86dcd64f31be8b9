"""Which replicas live: each holds a lock for as long as its session lasts, so that a dead one is noticed.

What a dead replica leased is due again within seconds then, not when its leases end.
"""

from __future__ import annotations

import zlib
from datetime import datetime
from typing import Any

import psycopg
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.store import sql
from bot.store.credentials import Credentials
from bot.store.memory import Memory
from bot.store.notices import Notices
from bot.store.orders import Orders
from bot.store.tables import memory
from bot.store.updates import Updates

_LOCKS = zlib.crc32(b"replicas") & 0x7FFFFFFF  # the first half of the advisory locks' keys
_KEY = "replica:"  # under which memory keeps a holder's name until its leases are released


async def announce(on: AsyncConnection, holder: str) -> None:
    """Tell that leases by this holder may be found."""
    await Memory(on).put(f"{_KEY}{holder}", 1)


async def hold(connection: psycopg.AsyncConnection[tuple[Any, ...]], holder: str) -> None:
    """Be alive for as long as this session lasts. Shared: the session before may linger on the server."""
    # First the lock, then the name: nobody is taken for dead in between.
    await connection.execute(b"SELECT pg_advisory_lock_shared(%s::int4, %s::int4)", (_LOCKS, int(holder, 16)))
    announced = b"INSERT INTO memory (key, value) VALUES (%s, '1') ON CONFLICT DO NOTHING"
    await connection.execute(announced, (f"{_KEY}{holder}",))


async def dead(on: AsyncConnection) -> set[str]:
    """Holders that were announced and hold no lock at this moment."""
    keys = await on.execute(sa.select(memory.c.key).where(memory.c.key.like(f"{_KEY}%")))
    announced = {key.removeprefix(_KEY) for key in keys.scalars()}
    locks = await on.execute(
        sa.text(
            "SELECT CAST(objid AS bigint) FROM pg_locks WHERE locktype = 'advisory' AND granted"
            " AND classid = CAST(:locks AS oid) AND objsubid = 2"
            " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
        ),
        {"locks": _LOCKS},
    )
    return announced - {sql.holder_name(number) for number in locks.scalars()}


async def bury(on: AsyncConnection, holder: str, now: datetime) -> int:
    """What this holder leased is due at once; how much it was."""
    released = await Orders(on).release_leases(now, holder)
    released += await Notices(on).release_leases(now, holder)
    released += await Updates(on).release_leases(now, holder)
    await Credentials.release_leases(on, holder)
    await Memory(on).drop(f"{_KEY}{holder}")
    return released
