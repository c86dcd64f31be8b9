"""Replicas tell each other that there is work, so that nobody has to poll often (PostgreSQL's NOTIFY)."""

from __future__ import annotations

import asyncio
import enum
from collections.abc import Callable

import psycopg
import structlog
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.store import presence, sql

_log = structlog.get_logger(__name__)

_CHANNEL = "parcel_bot"
_PATIENCE = 5.0  # seconds of silence after which the connection is tried
_AGAIN = 1.0


class Signal(enum.StrEnum):
    """What there is to do. `ANYTHING`: signals may have been missed, look everywhere."""

    ORDERS = "orders"
    NOTICES = "notices"
    UPDATES = "updates"
    FREEZES = "freezes"
    ANYTHING = "anything"


_KNOWN = {signal.value: signal for signal in Signal}


async def send(connection: AsyncConnection, signal: Signal) -> None:
    """Tell all replicas when this transaction is committed. Nothing on SQLite: there is nobody to tell."""
    if connection.dialect.name == "postgresql":
        await connection.execute(select(func.pg_notify(_CHANNEL, signal.value)))


async def listen(database: sql.Database, stopping: asyncio.Event, heard: Callable[[Signal], None]) -> None:
    """Hear the others until stopped; reconnects by itself. Who listens is alive. Returns at once on SQLite.

    A lost signal costs little: every loop looks by itself every few seconds.
    """
    while not database.is_sqlite and not stopping.is_set():
        task = asyncio.ensure_future(_hear(database, heard))
        stop = asyncio.ensure_future(stopping.wait())
        await asyncio.wait({task, stop}, return_when=asyncio.FIRST_COMPLETED)
        for one in (task, stop):
            one.cancel()
        (outcome,) = await asyncio.gather(task, return_exceptions=True)
        if isinstance(outcome, psycopg.Error | OSError | TimeoutError):
            _log.warning("deaf to other replicas", reason=type(outcome).__name__)
            await asyncio.wait({asyncio.ensure_future(stopping.wait())}, timeout=_AGAIN)
        elif isinstance(outcome, Exception):
            raise outcome


async def _hear(database: sql.Database, heard: Callable[[Signal], None]) -> None:
    async with sql.session(database) as connection:
        await connection.execute(f"LISTEN {_CHANNEL}".encode())
        await presence.hold(connection, database.holder)
        heard(Signal.ANYTHING)
        while True:
            async for notify in connection.notifies(timeout=_PATIENCE):
                heard(_KNOWN.get(notify.payload, Signal.ANYTHING))
            async with asyncio.timeout(_PATIENCE):
                await connection.execute(b"SELECT 1")
