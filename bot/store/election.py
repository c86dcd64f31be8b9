"""One of several replicas does what only one may do: receive by polling, tell the admins, clean up."""

from __future__ import annotations

import asyncio
import contextlib
import zlib
from collections.abc import AsyncIterator, Awaitable, Callable

import psycopg
import structlog

from bot.errors import StoreError
from bot.store import sql

_log = structlog.get_logger(__name__)

_RETRY = 2.0  # seconds between two looks whether the office is free, and whether it is still ours
_ANSWER = 3.0  # seconds in which the database must say that it is still ours

# The server gives up a holder whose machine went dark within 6 s; with _RETRY another one has the office
# within 10 s. One that was killed loses it at once.
_NOTICED_BY_SERVER = (
    "-c tcp_keepalives_idle=2 -c tcp_keepalives_interval=1 -c tcp_keepalives_count=4 -c tcp_user_timeout=6000"
)


OFFICE = "bot"  # what the running bot's one leading replica holds


@contextlib.asynccontextmanager
async def occupied(database: sql.Database) -> AsyncIterator[None]:
    """Keep every bot off the database meanwhile; raises StoreError where one is running on it."""
    if database.is_sqlite:
        database.create_file()
        database.hold_instance()
        yield
        return
    try:
        async with sql.session(database) as connection:
            if not await _ask(connection, "SELECT pg_try_advisory_lock(%s)", _key(OFFICE)):
                raise StoreError(f"a bot is running on {database.url.database}; stop it first")
            yield
    except psycopg.OperationalError as error:
        raise StoreError(f"the database does not serve: {type(error).__name__}") from error


class Election:
    """An office of one name, held by a session-level advisory lock. On SQLite there is only one candidate."""

    def __init__(self, database: sql.Database, name: str = OFFICE, *, retry: float = _RETRY) -> None:
        self._database = database
        self._key = _key(name)
        self._name = name
        self._retry = retry
        self.leading = False

    async def lead(self, stopping: asyncio.Event, work: Callable[[asyncio.Event], Awaitable[None]]) -> None:
        """Until stopped: whenever elected, run `work`, whose event is set when it has to end.

        Work that ends by itself gives the office back. What it raises comes out here, the office given back.
        """
        if self._database.is_sqlite:
            self.leading = True
            await work(stopping)
            return
        while not stopping.is_set():
            try:
                await self._stand(stopping, work)
            except (psycopg.Error, TimeoutError, OSError) as error:
                _log.warning("no election", office=self._name, reason=type(error).__name__)
            await _pause(stopping, self._retry)

    async def _stand(self, stopping: asyncio.Event, work: Callable[[asyncio.Event], Awaitable[None]]) -> None:
        """Hold one connection: wait for the office, work while it is ours."""
        async with sql.session(self._database, _NOTICED_BY_SERVER) as connection:
            while not stopping.is_set():
                if await _ask(connection, "SELECT pg_try_advisory_lock(%s)", self._key):
                    await self._hold(connection, stopping, work)
                    return
                await _pause(stopping, self._retry)

    async def _hold(
        self,
        connection: psycopg.AsyncConnection[tuple[object, ...]],
        stopping: asyncio.Event,
        work: Callable[[asyncio.Event], Awaitable[None]],
    ) -> None:
        ending = asyncio.Event()
        _log.info("elected", office=self._name)
        self.leading = True
        task = asyncio.ensure_future(work(ending))
        try:
            while not task.done() and not stopping.is_set():
                waiter = asyncio.ensure_future(stopping.wait())
                await asyncio.wait({task, waiter}, timeout=self._retry, return_when=asyncio.FIRST_COMPLETED)
                waiter.cancel()
                await _ask(connection, "SELECT 1")
        except asyncio.CancelledError:
            task.cancel()
            raise
        finally:
            self.leading = False
            ending.set()
            _log.info("office given back", office=self._name)
            await task


def _key(name: str) -> int:
    return zlib.crc32(name.encode())


async def _ask(
    connection: psycopg.AsyncConnection[tuple[object, ...]], query: str, *values: object
) -> object:
    """The one value that a query answers; raises TimeoutError when that takes long."""
    async with asyncio.timeout(_ANSWER):
        cursor = await connection.execute(query.encode(), values)
        row = await cursor.fetchone()
    if row is None:
        raise StoreError("the database answered nothing")
    return row[0]


async def _pause(stopping: asyncio.Event, seconds: float) -> None:
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await stopping.wait()
