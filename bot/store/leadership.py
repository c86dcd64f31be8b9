"""Which process serves: the leader holds a lock for as long as it acts, everybody else stands by.

SQLite: a lock on a file beside the database. PostgreSQL: an advisory lock, held by a session that does
nothing else. No two processes ever act at once:

* The leader asks its lock's session twice a second whether it lives, and may act only until `FENCE` seconds
  after it asked for the last time with success. Then, or as soon as it knows that the lock is lost, it makes
  no further call to Telegram or AliExpress, and gives up what is on its way.
* Whoever gains the lock waits `GRACE` seconds, which is longer, before it acts: the last leader may have lost
  the lock right after it asked. Where the last leader wrote down that it has ended, nobody waits.
"""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import os
import secrets
import time
import zlib
from collections.abc import AsyncIterator, Awaitable, Callable
from functools import partial
from typing import IO, Any, Protocol

import psycopg
import sqlalchemy as sa
import structlog

from bot.errors import StoreError
from bot.store import migrations, sql
from bot.store.memory import Memory
from bot.store.tables import memory
from bot.worker import interruptible_sleep

_log = structlog.get_logger(__name__)

_LOOK = 0.1  # seconds between two tries of a stand-by
_ASK = 0.5  # seconds between two questions of the leader whether the lock is still its own
FENCE = 2.5  # seconds after the last such question in which the leader may act
GRACE = 3.0  # seconds that a successor waits: the fence, and a little for what is then given up
_ANSWER = 5.0  # seconds in which the database must answer a stand-by
_LEAST = 0.5  # seconds in which it must answer a leader, even one that was asleep for longer than the fence
_AGAIN = 1.0  # seconds of rest after something failed
_SIGN_OFF = 1.0  # seconds in which the end must be written down
_LEADER = "leader:"  # under which memory keeps the name of a leader until it has ended

# The server gives up a leader whose machine went dark within 6 s. One that was killed loses the lock at once.
_NOTICED_BY_SERVER = (
    "-c tcp_keepalives_idle=2 -c tcp_keepalives_interval=1 -c tcp_keepalives_count=4 -c tcp_user_timeout=6000"
)
_KEY = zlib.crc32(b"bot")  # PostgreSQL's advisory lock

# Goes on while the machine sleeps, where the system has such a clock: a leader that slept must know it.
_uptime = partial(time.clock_gettime, getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC))

Work = Callable[[asyncio.Event], Awaitable[None]]


class Lock(Protocol):
    """What one process holds at a time. Every method but `release` raises StoreError."""

    grace: float  # seconds in which a process that lost the lock may not know it yet

    async def acquire(self) -> bool:
        """Try to take it; False where another process has it."""
        ...

    async def confirm(self) -> None:
        """Raise StoreError where it is no longer ours."""
        ...

    async def release(self) -> None:
        """Let go of it, held or not."""
        ...


class FileLock:
    """A lock on `<database>.lock`: the system holds it for as long as the process lives."""

    grace = 0.0

    def __init__(self, database: sql.Database) -> None:
        if database.path is None:
            raise TypeError("only SQLite's database is a file")
        self._name = database.path.name
        self._path = database.path.with_name(self._name + ".lock")
        self._file: IO[str] | None = None

    async def acquire(self) -> bool:
        try:
            file = os.fdopen(os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600), "r+", encoding="utf-8")
        except OSError as error:
            raise StoreError(f"cannot write beside {self._name}: {error.strerror}") from error
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            file.close()
            return False
        self._file = file
        with contextlib.suppress(OSError):  # a full disk; the number is for `doctor` only
            file.truncate(0)
            file.write(str(os.getpid()))
            file.flush()
        return True

    async def confirm(self) -> None:
        if self._file is None or not self._in_place(self._file):
            raise StoreError(f"{self._path.name} was deleted or replaced")

    def _in_place(self, file: IO[str]) -> bool:
        try:
            return os.path.samestat(os.fstat(file.fileno()), self._path.stat())
        except OSError:
            return False

    async def release(self) -> None:
        if self._file is not None:
            file, self._file = self._file, None
            with contextlib.suppress(OSError):  # what a full disk kept in the buffer
                file.close()


class SessionLock:
    """PostgreSQL's advisory lock, held by a session of its own: the server frees it when the session ends."""

    grace = GRACE

    def __init__(self, database: sql.Database) -> None:
        self._database = database
        self._session: psycopg.AsyncConnection[tuple[Any, ...]] | None = None

    async def acquire(self) -> bool:
        try:
            if self._session is None:
                self._session = await sql.connect(self._database, _NOTICED_BY_SERVER)
            return bool(await self._ask("SELECT pg_try_advisory_lock(%s)", _KEY))
        except (psycopg.Error, OSError) as error:
            await self.release()
            raise StoreError(f"PostgreSQL does not answer: {sql.first_line(error)}") from error

    async def confirm(self) -> None:
        try:
            await self._ask("SELECT 1")
        except (psycopg.Error, OSError) as error:
            raise StoreError(f"the session that holds the lock has ended: {sql.first_line(error)}") from error

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


def lock_of(database: sql.Database) -> Lock:
    """The lock that this database's leader holds."""
    return FileLock(database) if database.is_sqlite else SessionLock(database)


@contextlib.asynccontextmanager
async def exclusive(database: sql.Database) -> AsyncIterator[None]:
    """Keep every bot off the database meanwhile. Raises StoreError where one is running on it."""
    lock = lock_of(database)
    try:
        if not await lock.acquire():
            raise StoreError(f"a bot is running on {database.url.database}; stop it first")
        yield
    finally:
        await lock.release()


class _LockLost(StoreError):
    """The leader's lock is not its own any more."""


class Leadership:
    """One process's part: it stands by until it gains the lock, then leads until it stops or loses it."""

    def __init__(self, database: sql.Database, *, clock: Callable[[], float] = _uptime) -> None:
        self._database = database
        self._lock = lock_of(database)
        self._clock = clock
        self._key = f"{_LEADER}{secrets.token_hex(8)}"
        self._leading = False
        self._warm = False
        self._confirmed_until = float("-inf")

    @property
    def acting(self) -> bool:
        """Whether this process may call Telegram and AliExpress at this moment."""
        return self._leading and self._clock() < self._confirmed_until

    async def lead(self, stopping: asyncio.Event, work: Work) -> None:
        """Until stopped: whenever the lock is gained, run `work`, whose event is set when it has to end.

        The schema is up to date then. Work that has not ended when the fence falls is cancelled. A StoreError
        of the first attempt is raised, so that a wrong DATABASE_URL ends the start; later ones are logged,
        and it goes on trying.
        """
        known = False  # whether the database was ever in order
        try:
            while not stopping.is_set():
                wait = _LOOK
                try:
                    await self._attempt(stopping, work)
                    known = True
                except StoreError as error:
                    await self._lock.release()
                    if not known and not isinstance(error, _LockLost):
                        raise
                    known, wait = True, _AGAIN
                    _log.warning("standing by", reason=str(error))
                await interruptible_sleep(wait, stopping)
        finally:
            await self._lock.release()

    async def _attempt(self, stopping: asyncio.Event, work: Work) -> None:
        """Lead if the lock is free."""
        asked = self._clock()
        try:
            async with asyncio.timeout(_ANSWER):
                gained = await self._lock.acquire()
        except TimeoutError:
            raise StoreError("the database did not answer") from None
        if gained:
            self._confirmed_until = asked + FENCE
            await self._reign(stopping, work)
            await self._lock.release()
        elif not self._warm:  # a stand-by opens its first connection now, not while everybody waits for it
            if await migrations.revision(self._database) == migrations.head():
                await self._predecessor()
            self._warm = True

    async def _reign(self, stopping: asyncio.Event, work: Work) -> None:
        """Work until stopped, or until the lock is lost. Raises what the work raises."""
        ending = asyncio.Event()
        task = asyncio.create_task(self._succeed(work, ending))
        try:
            await self._keep(task, stopping, ending)
        except StoreError as error:
            self._leading = False  # no call begins any more
            _log.warning("the lock is lost", reason=str(error))
            ending.set()
            await asyncio.wait({task}, timeout=max(self._confirmed_until - self._clock(), 0.0))
            raise _LockLost(str(error)) from error
        finally:
            self._leading = False
            task.cancel()
            await asyncio.wait({task})
            await self._sign_off()
        task.result()

    async def _keep(self, task: asyncio.Task[None], stopping: asyncio.Event, ending: asyncio.Event) -> None:
        """Confirm the lock until the task is done, which is told to end when this process has to stop."""
        stop = asyncio.create_task(stopping.wait())
        try:
            while not task.done():
                waiting = {task} if stop.done() else {task, stop}
                await asyncio.wait(waiting, timeout=_ASK, return_when=asyncio.FIRST_COMPLETED)
                if stop.done():
                    ending.set()
                asked = self._clock()
                await self._confirm(max(self._confirmed_until - asked, _LEAST))
                self._confirmed_until = asked + FENCE
        finally:
            stop.cancel()

    async def _confirm(self, seconds: float) -> None:
        """Raise StoreError where the lock is lost, or the answer takes longer than `seconds`."""
        # No `asyncio.timeout`: a driver that is cancelled may still talk to its server before it returns.
        asking = asyncio.ensure_future(self._lock.confirm())
        await asyncio.wait({asking}, timeout=seconds)
        if not asking.done():
            asking.cancel()
            raise StoreError("the database did not answer in time")
        asking.result()

    # ── from leader to leader ───────────────────────────────────────────────────────────────────

    async def _succeed(self, work: Work, ending: asyncio.Event) -> None:
        """Begin to act when the leader before has surely ended."""
        await migrations.upgrade(self._database)
        patience = self._clock() + self._lock.grace
        while self._clock() < patience and await self._predecessor() and not ending.is_set():
            await interruptible_sleep(_LOOK, ending)
        if ending.is_set():
            return
        async with self._database.write() as on:
            await on.execute(sa.delete(memory).where(memory.c.key.startswith(_LEADER)))
            await Memory(on).put(self._key, True)
        self._leading = True
        _log.info("leading")
        await work(ending)

    async def _predecessor(self) -> bool:
        """Whether another leader did not write down that it has ended."""
        other = sa.and_(memory.c.key.startswith(_LEADER), memory.c.key != self._key)
        async with self._database.read() as on:
            return await on.scalar(sa.select(memory.c.key).where(other).limit(1)) is not None

    async def _sign_off(self) -> None:
        """Write down that this leader has ended. Where that fails, the next one waits for the fence."""
        try:
            async with asyncio.timeout(_SIGN_OFF), self._database.write() as on:
                await Memory(on).drop(self._key)
        except (StoreError, TimeoutError, sa.exc.SQLAlchemyError) as error:
            _log.info("the next leader has to wait", reason=type(error).__name__)
