"""The loop that checks orders at AliExpress: lease the due ones, check each, settle the lease."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

import structlog

from bot.errors import Misconfigured, Reauthorize, SourceError, StoreError, Throttled
from bot.store import Due, Settled, Store
from bot.tracking import Tracking
from bot.worker import Worker

_log = structlog.get_logger(__name__)

_LEASE = timedelta(minutes=3)  # longer than any check: the wait for a turn, three attempts, a token refresh
_SET_BACK = timedelta(minutes=1)  # a larger backward jump means that the clock was wrong before
_IDLE = 5.0  # seconds; the longest sleep, so that an order made due by another transaction is noticed
_LONG = timedelta(minutes=5)  # an outage this long leaves a crowd of overdue orders
_SPREAD = timedelta(minutes=30)  # overdue orders are spread over at most this long
_UNWRITTEN = timedelta(seconds=2)  # before rechecking an order whose result the database did not store
_BANNED = timedelta(seconds=30)  # shorter throttling is not worth an alert
_OUTAGES_EVERY = timedelta(seconds=3)
_PROBE = 30.0  # seconds between probes while AliExpress is unusable
_AHEAD = 5  # orders leased ahead for each check in flight
_TOGETHER = timedelta(seconds=0.4)  # checks that end within this time are settled in one transaction
_SETTLE_AT = 128  # most unchanged checks settled in one transaction
# Seconds that each of the slots rests between two checks while somebody waits for an answer. With answers in
# 150 ms, 55 checks a second remain, 33,000 in the ten minutes that a person may stay.
_GIVE_WAY = 1.0
_SPREAD_AT = 2000  # checks postponed in one transaction, which all others wait for


class PollerTelemetry(Protocol):
    """The poller's counters."""

    def checked(self, outcome: str, count: int = 1) -> None:
        """Count finished checks; the outcome is `quiet`, `changed` or the error's class name."""
        ...

    def beat(self, loop: str) -> None:
        """Record that the loop completed a round."""
        ...


@dataclass(slots=True)
class _Held:
    """A pause of all checks: since when the source is lost, until when not to call it, and why."""

    since: datetime | None = None
    until: datetime | None = None
    reason: str = ""

    def set_back(self, back: timedelta) -> None:
        """Correct the times after the clock was set back by `back`."""
        self.since = self.since and self.since - back
        self.until = self.until and self.until - back


class Poller(Worker):
    """Keeps up to `width` checks in flight.

    It leases several times as many orders ahead, so that a free slot is filled at once and one transaction
    leases or settles many: at hundreds a second, a transaction for each would cost more than the checks.

    While `someone_waits` for an answer, or did a moment ago, each slot rests after a check: hundreds a second
    keep the event loop and the database's only writer busy, which people would feel.
    """

    def __init__(
        self,
        *,
        store: Store,
        tracking: Tracking,
        now: Callable[[], datetime],
        sleep: Callable[[float], Awaitable[None]],
        telemetry: PollerTelemetry,
        width: int,
        idle: float = _IDLE,
        someone_waits: Callable[[], bool] = lambda: False,
    ) -> None:
        self._store = store
        self._tracking = tracking
        self._now = now
        self._sleep = sleep
        self._telemetry = telemetry
        self._width = width
        self._idle = idle
        self._someone_waits = someone_waits
        self._ahead: deque[Due] = deque()
        self._quiet: list[Settled] = []
        self._turned_at = now()
        self._latest: datetime | None = None  # the latest time that the clock has shown
        self._minded_at: datetime | None = None
        self._held = _Held()
        self._spread: timedelta | None = None  # set: overdue orders are yet to be spread over this time
        super().__init__("poller", sleep, telemetry.beat)

    @property
    def healthy(self) -> bool:
        """Whether the last check that says so reached the source."""
        return self._held.since is None

    @property
    def throttled(self) -> bool:
        """Whether AliExpress has banned calls for longer than the usual second."""
        until = self._held.until
        return self._held.reason == Throttled.__name__ and until is not None and until - self._now() > _BANNED

    async def mind_the_clock(self) -> None:
        """Detect a clock that was set back and move planned times back with it.

        Otherwise nothing would be checked until the clock reached the time it showed before. At the start
        the planned checks show it: the previous process may have had the wrong time.
        """
        now, latest = self._now(), self._latest
        if latest is None:
            async with self._store.read() as tx:
                latest = await tx.checks.newest_check()
        self._latest = max(now, latest or now)
        if (back := self._latest - now) > _SET_BACK:
            _log.warning("clock set back", seconds=round(back.total_seconds()))
            await self._store.set_back(now, back)
            self._held.set_back(back)
            self._turned_at = self._latest = now

    async def step(self) -> bool:
        """Settle finished checks and lease due orders; False when there was nothing to do."""
        await self.mind_the_clock()
        room = self._room()
        if not room and self._running:
            await self._wake_event.wait(_TOGETHER.total_seconds())
            room = self._room()
            if not room and self._running and self._now() - self._turned_at < _TOGETHER:
                return True
        await self._mind_outages()
        leased = await self._turn_over(room)
        self._ahead.extend(leased)
        if self._held.until is not None and self._now() < self._held.until:
            self._put_back(self._held.until)  # the source was lost while these were being leased
        self._start()
        if room and not leased and self._running:
            await self._wake_event.wait(self._idle)
            await self._sleep(0.0 if self._stopping else _TOGETHER.total_seconds())
        return bool(leased or self._running)

    async def _mind_outages(self) -> None:
        now = self._now()
        if self._minded_at is None or not timedelta(0) <= now - self._minded_at < _OUTAGES_EVERY:
            self._minded_at = now
            await self._tracking.outages.mind()

    async def drain(self) -> None:
        """Finish and settle the checks in flight; orders only leased become due again at once."""
        self._put_back(self._now())
        if self._running:
            await asyncio.wait(self._running)
        await self._turn_over(0)

    def _room(self) -> int:
        """How many orders to lease; 0 until half of the reserve is used up, so that one lease takes many."""
        if self._held.until is not None and self._now() < self._held.until:
            return 0
        if self._held.since:
            return 0 if self._running else 1
        free = (1 + _AHEAD) * self._width - len(self._running) - len(self._ahead)
        return free if 2 * free >= _AHEAD * self._width else 0

    async def _turn_over(self, room: int) -> list[Due]:
        """Settle finished checks and lease `room` due orders, briefly: commands wait for each transaction."""
        self._turned_at = self._now()
        if self._spread is not None:
            await self._spread_out(self._now(), self._spread)
            self._spread = None  # only after the commits, as below
        while self._quiet:
            ends = self._quiet[:_SETTLE_AT]
            async with self._store.write() as tx:
                await tx.checks.settle(ends, self._now())
            del self._quiet[: len(ends)]  # only after the commit: a failed transaction is tried again
        if not room:
            return []
        async with self._store.write() as tx:
            return await tx.checks.lease_due(self._now(), room, _LEASE)

    async def _spread_out(self, now: datetime, spread: timedelta) -> None:
        postponed = _SPREAD_AT
        while postponed == _SPREAD_AT:
            async with self._store.write() as tx:
                postponed = await tx.checks.postpone_due(now, spread, _SPREAD_AT)

    def _start(self) -> None:
        """Start checks for the orders leased ahead, up to `width`."""
        for _ in range(min(self._width - len(self._running), len(self._ahead))):
            task = asyncio.create_task(self._work(self._ahead.popleft()))
            self._running.add(task)
            task.add_done_callback(self._over)

    async def _work(self, due: Due | None) -> None:
        """Run checks one after the other: a task for each would cost as much as signing its call."""
        while due is not None:
            await self._check(due)
            if self._room():
                self._wake_event.wake()
            if self._someone_waits():
                await self._sleep(_GIVE_WAY)
            due = self._ahead.popleft() if self._ahead else None

    def _over(self, task: asyncio.Task[None]) -> None:
        self._running.discard(task)
        if not self._running or self._room():
            self._wake_event.wake()

    def _put_back(self, until: datetime) -> None:
        """Postpone the orders leased ahead to `until`."""
        self._quiet += [self._tracking.checking.postponed(due, until) for due in self._ahead]
        self._ahead.clear()

    async def _check(self, due: Due) -> None:
        try:
            end = await self._tracking.checking.check(due)
        except SourceError as error:
            self._telemetry.checked(type(error).__name__)
            _log.info("checked", order=due.order_id, outcome=type(error).__name__)
            self._quiet.append(self._after(due, error))
        except StoreError as error:  # neither the order nor the source is at fault
            self._telemetry.checked(type(error).__name__)
            _log.warning("check not stored: database error", order=due.order_id, reason=str(error))
            self._quiet.append(self._tracking.checking.postponed(due, self._now() + _UNWRITTEN))
        except Exception as error:  # noqa: BLE001  one bad order must not stop the others
            self._telemetry.checked(type(error).__name__)
            _log.error("check failed", error=type(error).__name__, exc_info=error)
            failure = SourceError("InternalError", type(error).__name__)
            self._quiet.append(self._tracking.checking.failed(due, failure, self._now()))
        else:
            self._recovered()
            self._telemetry.checked("quiet" if end else "changed")
            if end is None:
                _log.info("checked", order=due.order_id, outcome="changed")
            else:
                _log.debug("checked", order=due.order_id, outcome="quiet")  # debug: hundreds a second
                self._quiet.append(end)

    def _after(self, due: Due, error: SourceError) -> Settled:
        """Settle a failed check; throttling, a dead login and bad settings pause all checks."""
        now = self._now()
        match error:
            case Throttled():
                self._hold(error, timedelta(seconds=error.seconds))
                return self._tracking.checking.postponed(due, now + timedelta(seconds=error.seconds))
            case Reauthorize() | Misconfigured():
                self._hold(error, timedelta(seconds=_PROBE))
                return self._tracking.checking.postponed(due, now + timedelta(seconds=_PROBE))
            case _:
                return self._tracking.checking.failed(due, error, now)

    def _hold(self, error: SourceError, span: timedelta) -> None:
        now = self._now()
        if self._held.since is None and not isinstance(error, Throttled):
            _log.warning("AliExpress unusable", reason=type(error).__name__, detail=str(error))
            self._held.since = now
        self._held.until = max(self._held.until or now, now + span)
        self._held.reason = type(error).__name__
        self._put_back(self._held.until)

    def _recovered(self) -> None:
        """End the pause; after a long one, have overdue orders spread out instead of checked all at once."""
        since, self._held = self._held.since, _Held(reason=self._held.reason)
        if since is None:
            return
        now = self._now()
        _log.info("AliExpress usable again", reason=self._held.reason, after=str(now - since))
        if now - since >= _LONG:
            self._spread = min(now - since, _SPREAD)

    async def _idle_for(self) -> float:
        try:
            async with self._store.read() as tx:
                due = await tx.checks.next_due(self._now())
        except StoreError:
            return self._idle  # the next round logs the error
        wait = self._idle if due is None else (due - self._now()).total_seconds()
        if self._held.until is not None:
            wait = max(wait, (self._held.until - self._now()).total_seconds())
        return min(max(wait, 0.05), self._idle)
