"""The loops' common frame: rounds of work, interruptible sleep, error handling, a clean stop."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import structlog

from bot.errors import StoreError

_log = structlog.get_logger(__name__)

_TROUBLED = 1.0  # seconds between rounds while the database fails


async def interruptible_sleep(
    seconds: float,
    *unless: asyncio.Event,
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
) -> None:
    """Sleep for `seconds`, or until one of the events is set."""
    waits = [asyncio.ensure_future(sleep(seconds)), *(asyncio.create_task(one.wait()) for one in unless)]
    try:
        await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for wait in waits:
            wait.cancel()


async def keep_running(
    name: str, run: Callable[[], Awaitable[None]], stopping: asyncio.Event, *, rest: float = 1.0
) -> None:
    """Run a loop until `stopping` is set; restart it `rest` seconds after it fails or returns."""
    while not stopping.is_set():
        try:
            await run()
        except StoreError as error:  # locked, full or unreachable: the message says enough
            _log.error("loop restarted after a database error", loop=name, reason=str(error))
        except Exception as error:  # noqa: BLE001  the top of a loop
            _log.error("loop restarted after an error", loop=name, exc_info=error)
        if not stopping.is_set():
            await interruptible_sleep(rest, stopping)


class WakeEvent:
    """Wakes one sleeping loop. `wake` may be called from anywhere in the event loop."""

    def __init__(self, sleep: Callable[[float], Awaitable[None]]) -> None:
        self._sleep = sleep
        self._event = asyncio.Event()

    def wake(self) -> None:
        """End the current sleep; if there is none, the next one ends at once."""
        self._event.set()

    async def wait(self, seconds: float) -> None:
        """Return after `seconds`, or when woken."""
        try:
            await interruptible_sleep(seconds, self._event, sleep=self._sleep)
        finally:
            self._event.clear()


class Worker:
    """A loop that works in rounds. This class sleeps, stops and handles errors; a subclass does the work."""

    def __init__(
        self, name: str, sleep: Callable[[float], Awaitable[None]], beat: Callable[[str], None]
    ) -> None:
        self._name = name
        self._beat = beat
        self._stopping = False
        self._running: set[asyncio.Task[None]] = set()
        self._wake_event = WakeEvent(sleep)

    def wake(self) -> None:
        """Start the next round at once."""
        self._wake_event.wake()

    def stop(self) -> None:
        """Take no more work; `run` returns once the work in flight is settled."""
        self._stopping = True
        self._wake_event.wake()

    async def run(self) -> None:
        """Work until stopped, then finish the work in flight. Cancelling this cancels that, too."""
        try:
            await self._rounds()
            await self.drain()
        finally:
            for task in self._running:
                task.cancel()

    async def _rounds(self) -> None:
        while not self._stopping:
            try:
                worked = await self.step()
            except StoreError as error:  # locked, full or unreachable: wait a moment; the message says enough
                _log.error(f"{self._name} round failed", reason=str(error))
                await self._wake_event.wait(_TROUBLED)
                continue
            except Exception as error:  # noqa: BLE001  the loop must survive any error of one round
                _log.error(f"{self._name} round failed", error=type(error).__name__, exc_info=error)
                worked = False
            else:
                self._beat(self._name)  # only after a good round: /ready must mean that the loop works
            if not worked:
                await self._wake_event.wait(0.0 if self._stopping else await self._idle_for())

    async def step(self) -> bool:
        """Do the due work; False when there was none."""
        raise NotImplementedError

    async def drain(self) -> None:
        """Finish the work in flight."""
        raise NotImplementedError

    async def _idle_for(self) -> float:
        """Seconds to sleep before looking for work again."""
        raise NotImplementedError
