"""Sleep that can be cut short: how a loop waits for work."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any


class Waker:
    """One loop's alarm clock. `wake` may be called from anywhere in the event loop."""

    def __init__(self, sleep: Callable[[float], Awaitable[None]]) -> None:
        self._sleep = sleep
        self._event = asyncio.Event()

    def wake(self) -> None:
        """End the present sleep, or the next one at once."""
        self._event.set()

    async def wait(self, seconds: float, *others: asyncio.Future[Any]) -> None:
        """Return after `seconds`, when woken, or when one of `others` ends, whatever comes first."""
        woken = asyncio.ensure_future(self._event.wait())
        slept = asyncio.ensure_future(self._sleep(seconds))
        try:
            waiting: set[asyncio.Future[Any]] = {woken, slept, *others}
            await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        finally:
            woken.cancel()
            slept.cancel()
            self._event.clear()
