"""The loop that looks at orders: lease what is due, check it, settle."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

import structlog

from bot.errors import Misconfigured, Reauthorise, SourceError, StoreError, Throttled
from bot.store import Due, Settled, Store
from bot.tracking import Tracking
from bot.waker import Waker

_log = structlog.get_logger(__name__)

_LEASE = timedelta(minutes=3)  # the longest check: waiting for its turn, three attempts, a refreshed token
_IDLE = 5.0  # seconds: the longest sleep, so that an order made due from outside is seen
_LONG = timedelta(minutes=5)  # a source silent for so long left a crowd of overdue orders
_SPREAD = timedelta(minutes=30)  # over which they are looked at at most
_TROUBLED = 1.0  # seconds to wait after the database failed
_BANNED = timedelta(seconds=30)  # a ban that is worth a word to the operator
_PROBE = 30.0  # seconds between looks whether a dead source lives again
_SETTLE_AT = 64  # quiet checks settled in one transaction at most


class Telemetry(Protocol):
    """Hears what is counted."""

    def checked(self, outcome: str, count: int = 1) -> None:
        """Checks ended: `quiet`, `changed` or the error's name."""
        ...

    def beat(self, loop: str) -> None:
        """The loop is alive."""
        ...


@dataclass(slots=True)
class _Held:
    """Since when and until when nobody is asked, because asking cannot help."""

    since: datetime | None = None
    until: datetime | None = None
    reason: str = ""


class Poller:
    """Keeps `width` checks in flight while there is work; owns sleep, shutdown and error policy."""

    def __init__(
        self,
        *,
        store: Store,
        tracking: Tracking,
        now: Callable[[], datetime],
        sleep: Callable[[float], Awaitable[None]],
        telemetry: Telemetry,
        width: int,
    ) -> None:
        self._store = store
        self._tracking = tracking
        self._now = now
        self._telemetry = telemetry
        self._width = width
        self._running: set[asyncio.Task[None]] = set()
        self._quiet: list[Settled] = []
        self._held = _Held()
        self._stopping = False
        self._waker = Waker(sleep)

    @property
    def healthy(self) -> bool:
        """Whether the source answers, as far as checks know."""
        return self._held.since is None

    @property
    def throttled(self) -> bool:
        """Whether the source has forbidden calls for longer than the usual second."""
        until = self._held.until
        return self._held.reason == Throttled.__name__ and until is not None and until - self._now() > _BANNED

    def wake(self) -> None:
        """Look for due orders at once."""
        self._waker.wake()

    def stop(self) -> None:
        """Lease nothing more; `run` ends when what is in flight is settled."""
        self._stopping = True
        self._waker.wake()

    async def run(self) -> None:
        """Check until stopped."""
        while not self._stopping:
            self._telemetry.beat("poller")
            try:
                worked = await self.step()
            except StoreError as error:  # busy, full or away: a moment's patience, and no flood of traces
                _log.error("poller round failed", reason=str(error))
                await self._waker.wait(_TROUBLED)
                continue
            except Exception as error:  # noqa: BLE001  the loop outlives whatever one round meets
                _log.error("poller round failed", error=type(error).__name__, exc_info=error)
                worked = False
            if not worked:
                await self._waker.wait(0.0 if self._stopping else await self._idle_for())
        await self.drain()

    async def step(self) -> bool:
        """Settle what is done, lease what is due into free places. False when there was nothing to do."""
        await self._settle()
        if self._held.until is not None and self._now() < self._held.until:
            return False
        room = 1 if self._held.since else self._width - len(self._running)
        if room <= 0 or (self._held.since and self._running):
            await self._one_ended()
            return True
        now = self._now()
        async with self._store.write() as tx:
            leased = await tx.orders.lease_due(now, room, _LEASE)
        for due in leased:
            task = asyncio.create_task(self._check(due))
            self._running.add(task)
            task.add_done_callback(self._running.discard)
        if not leased and self._running:
            await self._one_ended()
            return True
        return bool(leased)

    async def drain(self) -> None:
        """Let what is in flight end, and settle it."""
        if self._running:
            await asyncio.wait(self._running)
        await self._settle()

    async def _check(self, due: Due) -> None:
        try:
            end = await self._tracking.check(due)
        except SourceError as error:
            self._telemetry.checked(type(error).__name__)
            _log.info("checked", order=due.order_id, outcome=type(error).__name__)
            self._quiet.append(self._after(due, error))
        except Exception as error:  # noqa: BLE001  one poisoned order must not stop the others
            self._telemetry.checked(type(error).__name__)
            _log.error("check failed", error=type(error).__name__, exc_info=error)
            failure = SourceError("InternalError", type(error).__name__)
            self._quiet.append(self._tracking.failed(due, failure, self._now()))
        else:
            await self._recovered()
            self._telemetry.checked("quiet" if end else "changed")
            _log.info("checked", order=due.order_id, outcome="quiet" if end else "changed")
            if end is not None:
                self._quiet.append(end)

    def _after(self, due: Due, error: SourceError) -> Settled:
        """What an error means for this order, and for all others."""
        now = self._now()
        match error:
            case Throttled():
                self._hold(error, timedelta(seconds=error.seconds))
                return self._tracking.postponed(due, now + timedelta(seconds=error.seconds))
            case Reauthorise() | Misconfigured():
                self._hold(error, timedelta(seconds=_PROBE))
                return self._tracking.postponed(due, now + timedelta(seconds=_PROBE))
            case _:
                return self._tracking.failed(due, error, now)

    def _hold(self, error: SourceError, span: timedelta) -> None:
        now = self._now()
        if self._held.since is None and not isinstance(error, Throttled):
            _log.warning("source lost", reason=type(error).__name__, detail=str(error))
            self._held.since = now
        self._held.until = max(self._held.until or now, now + span)
        self._held.reason = type(error).__name__

    async def _recovered(self) -> None:
        """The source answers: after a long silence what is overdue is spread out, not asked at once."""
        since, self._held = self._held.since, _Held(reason=self._held.reason)
        if since is None:
            return
        now = self._now()
        _log.info("source is back", reason=self._held.reason, silent=str(now - since))
        if now - since >= _LONG:
            async with self._store.write() as tx:
                await tx.orders.postpone_all(now, min(now - since, _SPREAD))

    async def _settle(self) -> None:
        while self._quiet:
            ends, self._quiet = self._quiet[:_SETTLE_AT], self._quiet[_SETTLE_AT:]
            try:
                async with self._store.write() as tx:
                    await tx.orders.settle(ends, self._now())
            except StoreError:  # busy or full: these ends stay to be written
                self._quiet = [*ends, *self._quiet]
                raise

    async def _one_ended(self) -> None:
        await self._waker.wait(_IDLE, *self._running)

    async def _idle_for(self) -> float:
        try:
            async with self._store.read() as tx:
                due = await tx.orders.next_due()
        except StoreError:
            return _IDLE  # the next round says what the matter is
        wait = _IDLE if due is None else (due - self._now()).total_seconds()
        if self._held.until is not None:
            wait = max(wait, (self._held.until - self._now()).total_seconds())
        return min(max(wait, 0.05), _IDLE)
