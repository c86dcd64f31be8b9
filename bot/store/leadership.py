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
import secrets
import time
from collections.abc import Awaitable, Callable
from functools import partial

import sqlalchemy as sa
import structlog

from bot.errors import StoreError
from bot.store import migrations, sql
from bot.store.locks import FENCE, lock_of
from bot.store.memory import Memory
from bot.store.tables import memory
from bot.worker import interruptible_sleep

_log = structlog.get_logger(__name__)

_RETRY = 0.1  # seconds between a stand-by's attempts to take the lock
_CONFIRM_EVERY = 0.5  # seconds between the leader's confirmations of the lock
_ANSWER = 5.0  # seconds within which the database must answer a stand-by
_LEAST_WAIT = 0.5  # seconds that a leader waits for an answer even after it slept past the fence
_PAUSE = 1.0  # seconds of pause after a failure
_SIGN_OFF = 1.0  # seconds within which the end must be recorded
_LEADER = "leader:"  # prefix of the key in `store.memory` that exists while a leader serves

# If available, a clock that includes suspended time, so that a leader notices that its machine slept.
_uptime = partial(time.clock_gettime, getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC))

Work = Callable[[asyncio.Event], Awaitable[None]]


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
            raise StoreError(
                f"no answer from the database within {_ANSWER:.0f} s; start it, or correct DATABASE_URL"
            ) from None
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
