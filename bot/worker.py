"""How a loop lives: rounds of work, sleep that can be cut short, errors survived, an orderly end."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import structlog

from bot.errors import StoreError

_log = structlog.get_logger(__name__)

_TROUBLED = 1.0  # seconds of patience while the database fails


async def interruptible_sleep(
    seconds: float,
    *unless: asyncio.Event,
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
) -> None:
    """Let `seconds` pass, fewer where one of the events is set before they are over."""
    waits = [asyncio.ensure_future(sleep(seconds)), *(asyncio.create_task(one.wait()) for one in unless)]
    try:
        await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for wait in waits:
            wait.cancel()


async def keep_running(
    name: str, run: Callable[[], Awaitable[None]], stopping: asyncio.Event, *, rest: float = 1.0
) -> None:
    """Run a loop until `stopping` is set; one that ends by itself or fails is started again after a rest."""
    while not stopping.is_set():
        try:
            await run()
        except StoreError as error:  # busy, full or away: no flood of traces
            _log.error("loop died and is started again", loop=name, reason=str(error))
        except Exception as error:  # noqa: BLE001  the top of a loop
            _log.error("loop died and is started again", loop=name, exc_info=error)
        if not stopping.is_set():
            await interruptible_sleep(rest, stopping)


class WakeEvent:
    """One loop's alarm clock. `wake` may be called from anywhere in the event loop."""

    def __init__(self, sleep: Callable[[float], Awaitable[None]]) -> None:
        self._sleep = sleep
        self._event = asyncio.Event()

    def wake(self) -> None:
        """End the present sleep, or the next one at once."""
        self._event.set()

    async def wait(self, seconds: float) -> None:
        """Return after `seconds`, or when woken."""
        try:
            await interruptible_sleep(seconds, self._event, sleep=self._sleep)
        finally:
            self._event.clear()


class Worker:
    """A loop that works round by round; it owns sleep, shutdown and error policy, the subclass the work."""

    def __init__(
        self, name: str, sleep: Callable[[float], Awaitable[None]], beat: Callable[[str], None]
    ) -> None:
        self._name = name
        self._beat = beat
        self._stopping = False
        self._running: set[asyncio.Task[None]] = set()
        self._wake_event = WakeEvent(sleep)

    def wake(self) -> None:
        """Look for work at once."""
        self._wake_event.wake()

    def stop(self) -> None:
        """Take nothing more; `run` ends when what is in flight is settled."""
        self._stopping = True
        self._wake_event.wake()

    async def run(self) -> None:
        """Work until stopped, then let what is in flight end; where this is cancelled, so is that."""
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
            except StoreError as error:  # busy, full or away: a moment's patience, and no flood of traces
                _log.error(f"{self._name} round failed", reason=str(error))
                await self._wake_event.wait(_TROUBLED)
                continue
            except Exception as error:  # noqa: BLE001  the loop outlives whatever one round meets
                _log.error(f"{self._name} round failed", error=type(error).__name__, exc_info=error)
                worked = False
            else:
                self._beat(self._name)  # only of a round that went well: ready means that it works
            if not worked:
                await self._wake_event.wait(0.0 if self._stopping else await self._idle_for())

    async def step(self) -> bool:
        """Do what is due. False when there was nothing to do."""
        raise NotImplementedError

    async def drain(self) -> None:
        """Let what is in flight end."""
        raise NotImplementedError

    async def _idle_for(self) -> float:
        """Seconds until there may be work."""
        raise NotImplementedError
