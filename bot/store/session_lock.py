"""PostgreSQL's lock, held by a session that does nothing else."""

from __future__ import annotations

import zlib
from typing import Any

import psycopg

from bot.errors import StoreError
from bot.store import sql

# The server drops the session of a machine that disappeared within 6 s, that of a killed process at once.
_NOTICED_BY_SERVER = (
    "-c tcp_keepalives_idle=2 -c tcp_keepalives_interval=1 -c tcp_keepalives_count=4 -c tcp_user_timeout=6000"
)
_KEY = zlib.crc32(b"bot")  # key of the PostgreSQL advisory lock


class SessionLock:
    """A PostgreSQL advisory lock in a session of its own; the server releases it when the session ends."""

    def __init__(self, database: sql.Database, *, grace: float) -> None:
        self.grace = grace
        self._database = database
        self._session: psycopg.AsyncConnection[tuple[Any, ...]] | None = None

    async def acquire(self) -> bool:
        try:
            if self._session is None:
                self._session = await self._connect()
            return bool(await self._ask("SELECT pg_try_advisory_lock(%s)", _KEY))
        except (psycopg.Error, OSError) as error:
            await self.release()
            raise StoreError(sql.unusable(error)) from error

    async def confirm(self) -> None:
        try:
            await self._ask("SELECT 1")
        except (psycopg.Error, OSError) as error:
            raise StoreError(f"the session that holds the lock has ended: {sql.first_line(error)}") from error

    async def _connect(self) -> psycopg.AsyncConnection[tuple[Any, ...]]:
        """A connection outside the pool."""
        url = self._database.url.set(drivername="postgresql").render_as_string(hide_password=False)
        return await psycopg.AsyncConnection.connect(
            url,
            autocommit=True,
            connect_timeout=5,
            options=_NOTICED_BY_SERVER,
            application_name="parcel-bot",
        )

    async def _ask(self, query: str, *values: object) -> object:
        if self._session is None:
            raise StoreError("no session holds the lock")
        cursor = await self._session.execute(query.encode(), values)
        row = await cursor.fetchone()
        return row[0] if row else None

    async def release(self) -> None:
        if self._session is not None:
            session, self._session = self._session, None
            await session.close()
