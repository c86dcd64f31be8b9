"""Leader election: the process that holds the lock serves, all others stand by.

SQLite: a lock on a file beside the database. PostgreSQL: an advisory lock, held by a session that does
nothing else. No two processes ever serve at once:

* The leader confirms its lock twice a second. It may act until `FENCE` seconds after the start of the last
  successful confirmation. After that, or as soon as it knows that the lock is lost, it makes no further call
  to Telegram or AliExpress, and cancels those in progress.
* A process that gains the lock waits `GRACE` seconds, which is longer, before it acts, because the previous
  leader may have lost the lock right after a confirmation. It need not wait if the previous leader recorded
  that it has ended.
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

_RETRY = 0.1  # seconds between a stand-by's attempts to take the lock
_CONFIRM_EVERY = 0.5  # seconds between the leader's confirmations of the lock
FENCE = 2.5  # seconds after the last confirmation in which the leader may act
GRACE = 3.0  # seconds that a successor waits: the fence, and some time for calls to be canceled
_ANSWER = 5.0  # seconds within which the database must answer a stand-by
_LEAST_WAIT = 0.5  # seconds that a leader waits for an answer even after it slept past the fence
_PAUSE = 1.0  # seconds of pause after a failure
_SIGN_OFF = 1.0  # seconds within which the end must be recorded
_LEADER = "leader:"  # prefix of the key in `store.memory` that exists while a leader serves

# The server drops the session of a machine that disappeared within 6 s, that of a killed process at once.
_NOTICED_BY_SERVER = (
    "-c tcp_keepalives_idle=2 -c tcp_keepalives_interval=1 -c tcp_keepalives_count=4 -c tcp_user_timeout=6000"
)
_KEY = zlib.crc32(b"bot")  # key of the PostgreSQL advisory lock

# If available, a clock that includes suspended time, so that a leader notices that its machine slept.
_uptime = partial(time.clock_gettime, getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC))

Work = Callable[[asyncio.Event], Awaitable[None]]


class Lock(Protocol):
    """A lock that one process holds at a time. Every method except `release` raises StoreError."""

    grace: float  # seconds in which a process may not have noticed yet that it lost the lock

    async def acquire(self) -> bool:
        """Try to take the lock; False if another process holds it."""
        ...

    async def confirm(self) -> None:
        """Raise StoreError if this process no longer holds the lock."""
        ...

    async def release(self) -> None:
        """Release the lock, if held."""
        ...


class FileLock:
    """A lock on the file `<database>.lock`; the system releases it when the process ends."""

    grace = 0.0

    def __init__(self, database: sql.Database) -> None:
        if database.path is None:
            raise TypeError("a file lock needs a SQLite database")
        self._name = database.path.name
        self._path = database.path.with_name(self._name + ".lock")
        self._file: IO[str] | None = None

    async def acquire(self) -> bool:
        try:
            file = os.fdopen(os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600), "r+", encoding="utf-8")
        except OSError as error:
            raise StoreError(f"cannot create the lock file beside {self._name}: {error.strerror}") from error
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            file.close()
            return False
        self._file = file
        with contextlib.suppress(OSError):  # the disk may be full; only `doctor` reads the process id
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
            with contextlib.suppress(OSError):  # the disk may be full
                file.close()


class SessionLock:
    """A PostgreSQL advisory lock in a session of its own; the server releases it when the session ends."""

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
    """The lock for this database's leader."""
    return FileLock(database) if database.is_sqlite else SessionLock(database)


@contextlib.asynccontextmanager
async def exclusive(database: sql.Database) -> AsyncIterator[None]:
    """Hold the lock, so that no bot starts. Raises StoreError if one is running on the database."""
    lock = lock_of(database)
    try:
        if not await lock.acquire():
            raise StoreError(f"a bot is running on {database.url.database}; stop it first")
        yield
    finally:
        await lock.release()


class _LockLost(StoreError):
    """The leader lost the lock."""


class Leadership:
    """One process: stands by until it gains the lock, then leads until it stops or loses the lock."""

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
        """Run `work` whenever this process leads, until `stopping` is set.

        `work` starts after migrations; the event passed to it is set when it has to end, and it is canceled
        if it is still running at the fence. A StoreError of the first attempt is raised, so that a wrong
        DATABASE_URL fails at start; later ones are logged and retried.
        """
        known = False  # whether the database has worked before
        try:
            while not stopping.is_set():
                wait = _RETRY
                try:
                    await self._attempt(stopping, work)
                    known = True
                except StoreError as error:
                    await self._lock.release()
                    if not known and not isinstance(error, _LockLost):
                        raise
                    known, wait = True, _PAUSE
                    _log.warning("standing by", reason=str(error))
                await interruptible_sleep(wait, stopping)
        finally:
            await self._lock.release()

    async def _attempt(self, stopping: asyncio.Event, work: Work) -> None:
        """Take the lock and lead; return at once if another process holds it."""
        asked = self._clock()
        try:
            async with asyncio.timeout(_ANSWER):
                gained = await self._lock.acquire()
        except TimeoutError:
            raise StoreError(f"no answer from the database within {_ANSWER:.0f} s") from None
        if gained:
            self._confirmed_until = asked + FENCE
            await self._hold_and_work(stopping, work)
            await self._lock.release()
        elif not self._warm:  # open the first connection now, so that taking over is faster
            if await migrations.revision(self._database) == migrations.head():
                await self._has_predecessor()
            self._warm = True

    async def _hold_and_work(self, stopping: asyncio.Event, work: Work) -> None:
        """Run the work until stopped or until the lock is lost. Raises what the work raises."""
        ending = asyncio.Event()
        task = asyncio.create_task(self._take_over(work, ending))
        try:
            await self._keep_confirming(task, stopping, ending)
        except StoreError as error:
            self._leading = False  # from here on no call may start
            _log.warning("leadership lost", reason=str(error))
            ending.set()
            await asyncio.wait({task}, timeout=max(self._confirmed_until - self._clock(), 0.0))
            raise _LockLost(str(error)) from error
        finally:
            self._leading = False
            task.cancel()
            await asyncio.wait({task})
            await self._sign_off()
        task.result()

    async def _keep_confirming(
        self, task: asyncio.Task[None], stopping: asyncio.Event, ending: asyncio.Event
    ) -> None:
        """Confirm the lock periodically until the task ends; set `ending` when this process has to stop."""
        stop = asyncio.create_task(stopping.wait())
        try:
            while not task.done():
                waiting = {task} if stop.done() else {task, stop}
                await asyncio.wait(waiting, timeout=_CONFIRM_EVERY, return_when=asyncio.FIRST_COMPLETED)
                if stop.done():
                    ending.set()
                asked = self._clock()
                await self._confirm(max(self._confirmed_until - asked, _LEAST_WAIT))
                self._confirmed_until = asked + FENCE
        finally:
            stop.cancel()

    async def _confirm(self, seconds: float) -> None:
        """Raise StoreError if the lock is lost or the answer takes longer than `seconds`."""
        # Not `asyncio.timeout`: a canceled driver may wait for its server before it returns.
        asking = asyncio.ensure_future(self._lock.confirm())
        await asyncio.wait({asking}, timeout=seconds)
        if not asking.done():
            asking.cancel()
            raise StoreError(f"no answer from the database within {seconds:.1f} s")
        asking.result()

    # ── handing over ────────────────────────────────────────────────────────────────────────────

    async def _take_over(self, work: Work, ending: asyncio.Event) -> None:
        """Migrate, wait until the previous leader has ended for certain, then run the work."""
        await migrations.upgrade(self._database)
        patience = self._clock() + self._lock.grace
        while self._clock() < patience and await self._has_predecessor() and not ending.is_set():
            await interruptible_sleep(_RETRY, ending)
        if ending.is_set():
            return
        async with self._database.write() as on:
            await on.execute(sa.delete(memory).where(memory.c.key.startswith(_LEADER)))
            await Memory(on).put(self._key, True)
        self._leading = True
        _log.info("leading")
        await work(ending)

    async def _has_predecessor(self) -> bool:
        """Whether another leader has not recorded its end."""
        other = sa.and_(memory.c.key.startswith(_LEADER), memory.c.key != self._key)
        async with self._database.read() as on:
            return await on.scalar(sa.select(memory.c.key).where(other).limit(1)) is not None

    async def _sign_off(self) -> None:
        """Record that this leader has ended. If that fails, the next leader waits `GRACE` seconds."""
        try:
            async with asyncio.timeout(_SIGN_OFF), self._database.write() as on:
                await Memory(on).drop(self._key)
        except (StoreError, TimeoutError, sa.exc.SQLAlchemyError) as error:
            _log.info("end of leadership not recorded", reason=type(error).__name__)
