"""Simulates Telegram's flood limits; messages and edits count together."""

from __future__ import annotations

import math
from collections import Counter, defaultdict, deque
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class FloodRates:
    """The allowed rates. `slack` messages above 30 in one second pass, for the jitter of a network."""

    enabled: bool = False
    overall_per_second: int = 30
    slack: int = 3
    private_per_second: float = 1.0
    private_burst: int = 3
    group_per_minute: int = 20


class FloodLimiter:
    """Sliding windows for all chats and for groups, a small bucket for each private chat."""

    def __init__(self, rates: FloodRates) -> None:
        self.rates = rates
        self.violations: Counter[str] = Counter()
        self._all: deque[float] = deque()
        self._groups: defaultdict[int, deque[float]] = defaultdict(deque)
        self._buckets: dict[int, tuple[float, float]] = {}

    def admit(self, chat_id: int, now: float) -> int:
        """Count a message or edit and return 0, or return the whole seconds to wait; `now` in seconds."""
        if not self.rates.enabled:
            return 0
        waits = {
            "overall": self._wait(self._all, 1.0, self.rates.overall_per_second + self.rates.slack, now),
            "chat": self._wait_group(chat_id, now) if chat_id < 0 else self._wait_private(chat_id, now),
        }
        worst = max(waits, key=lambda name: waits[name])
        if waits[worst] > 0:
            self.violations[worst] += 1
            return max(1, math.ceil(waits[worst]))
        self._count(chat_id, now)
        return 0

    @staticmethod
    def _wait(window: deque[float], span: float, allowed: int, now: float) -> float:
        while window and window[0] <= now - span:
            window.popleft()
        return window[-allowed] + span - now if len(window) >= allowed else 0.0

    def _wait_group(self, chat_id: int, now: float) -> float:
        return self._wait(self._groups[chat_id], 60.0, self.rates.group_per_minute, now)

    def _tokens(self, chat_id: int, now: float) -> float:
        full = float(self.rates.private_burst)
        tokens, at = self._buckets.get(chat_id, (full, now))
        return min(full, tokens + (now - at) * self.rates.private_per_second)

    def _wait_private(self, chat_id: int, now: float) -> float:
        missing = 1.0 - self._tokens(chat_id, now)
        # A hair of tolerance: a sender that waits exactly one second must not fail by rounding.
        return missing / self.rates.private_per_second if missing > 0.02 else 0.0

    def _count(self, chat_id: int, now: float) -> None:
        self._all.append(now)
        if chat_id < 0:
            self._groups[chat_id].append(now)
        else:
            self._buckets[chat_id] = (self._tokens(chat_id, now) - 1.0, now)
