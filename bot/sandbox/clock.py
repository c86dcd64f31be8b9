"""The sandbox's clock: real time plus an offset that tests can change."""

from __future__ import annotations

import time
from collections.abc import Callable


class SandboxClock:
    """Seconds since the epoch. `elapsed` never jumps, `now` carries the offset."""

    def __init__(self, base: Callable[[], float] = time.time, *, offset: float = 0.0) -> None:
        self._base = base
        self.offset = offset

    def elapsed(self) -> float:
        """The time without the offset; parcels move by it, so that a clock jump does not deliver them."""
        return self._base()

    def now(self) -> float:
        """The time that both simulated services use."""
        return self._base() + self.offset

    def advance(self, seconds: float) -> None:
        """Jump, forwards or backwards."""
        self.offset += seconds
