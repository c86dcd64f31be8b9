"""The one clock of the sandbox: real time plus an offset that a test may move."""

from __future__ import annotations

import time
from collections.abc import Callable


class SandboxClock:
    """Seconds since the epoch. `elapsed` never jumps, `now` carries the offset."""

    def __init__(self, base: Callable[[], float] = time.time, *, offset: float = 0.0) -> None:
        self._base = base
        self.offset = offset

    def elapsed(self) -> float:
        """The undisplaced time: what parcels move by, so that a jump of the clock delivers none of them."""
        return self._base()

    def now(self) -> float:
        """The time that both servers believe in."""
        return self._base() + self.offset

    def advance(self, seconds: float) -> None:
        """Jump, forwards or backwards."""
        self.offset += seconds
