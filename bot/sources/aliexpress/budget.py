"""Limits the app's calls per second and per day; calls for people go before checks."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Protocol

from bot.errors import Throttled
from bot.model import CallBudget

# The platform's day ends at 24:00 Beijing time.
_BEIJING = timedelta(hours=8)
_DAY = 86_400.0
_RESERVE = 0.1  # share of the day's calls reserved for people; it shrinks as the day passes
_PATIENCE = 20.0  # seconds a person's call may wait for its turn
_PATIENCE_OF_CHECKS = 60.0
_AHEAD = 5.0  # seconds in the future at which a ban can only have been booked by a wrong clock
_DAYS_KEPT = 3
_SOON = 0.005  # seconds; shorter waits are skipped, as timers are no finer


class CallLimiter(Protocol):
    """Counts and limits every call."""

    async def acquire(self, urgent: bool) -> None:
        """Wait for this call's turn; raises `Throttled` with the seconds to wait if that is too long."""
        ...

    async def acquire_for_tokens(self) -> None:
        """Wait for the turn of a call for tokens, which is made even if the day's calls are used up."""
        ...

    async def hold(self, seconds: float) -> None:
        """Block all calls for `seconds`, as the gateway demands."""
        ...

    async def usage(self) -> CallBudget:
        """Return the day's call budget."""
        ...


# ── decisions ───────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True, kw_only=True)
class CallLimits:
    """The allowed calls per second and per day; `per_day` None means no daily limit."""

    per_second: float = 1.0
    per_day: int | None = None

    @property
    def step(self) -> float:
        """Seconds between two calls."""
        return 1 / self.per_second


@dataclass(frozen=True, slots=True, kw_only=True)
class CallUsage:
    """The calls used so far. Times are epoch seconds; `free_at` is when the next call may start.

    `held_at` is when the ban until `held_until` was booked. `days` are the other days that the clock showed,
    each with its number, calls and urgent calls: a clock that was ahead for a while takes nothing away.
    """

    day: int = 0
    used: int = 0
    urgent: int = 0
    before: int = -1  # calls of the day before, -1 if unknown
    free_at: float = 0.0
    held_until: float = 0.0
    held_at: float = 0.0
    days: tuple[tuple[int, int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Go:
    """The call may start in `seconds`."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Wait:
    """Ask again in `seconds`; nothing was booked."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Exhausted:
    """The day's calls for this kind are used up; the next one is possible in `seconds`."""

    seconds: float


def decide(
    account: CallUsage, now: float, urgent: bool, limits: CallLimits
) -> tuple[CallUsage, Go | Wait | Exhausted]:
    """Decide on one call and book it if it may be made.

    A person's call books the next free slot in advance; a check takes only a slot that is free now, so that
    any number of waiting checks stay behind a person.
    """
    account = _today(account, now)
    if limits.per_day is not None:
        kept = 0 if urgent else math.ceil(limits.per_day * _RESERVE * _day_left(now))
        if account.used >= limits.per_day - kept:
            return account, Exhausted(_next_chance(account, now, urgent, limits.per_day))
    starts = _free(account, now, limits)
    if starts - now > (_PATIENCE if urgent else _SOON):
        return account, Wait(starts - now)
    return _booked(account, starts, urgent, limits), Go(starts - now)


def book_token_call(account: CallUsage, now: float, limits: CallLimits) -> tuple[CallUsage, Go]:
    """Book a call for tokens: limited like a person's, but neither a used-up day nor a long ban stops it."""
    account = _today(account, now)
    starts = min(_free(account, now, limits), now + _PATIENCE)
    return _booked(account, starts, True, limits), Go(starts - now)


def _free(account: CallUsage, now: float, limits: CallLimits) -> float:
    # Nothing is booked further ahead than _PATIENCE: a later slot was booked by a clock that was wrong.
    free_at = account.free_at if account.free_at <= now + _PATIENCE + limits.step else now
    return max(now, free_at, _held_until(account, now))


def _held_until(account: CallUsage, now: float) -> float:
    """When the ban ends; 0 for one that was booked by a clock that was ahead."""
    return account.held_until if account.held_at <= now + _AHEAD else 0.0


def _booked(account: CallUsage, starts: float, urgent: bool, limits: CallLimits) -> CallUsage:
    return CallUsage(  # spelled out instead of `replace`: this runs for every call
        day=account.day,
        used=account.used + 1,
        urgent=account.urgent + urgent,
        before=account.before,
        free_at=starts + limits.step,
        held_until=account.held_until,
        held_at=account.held_at,
        days=account.days,
    )


def book_ban(account: CallUsage, now: float, seconds: float) -> CallUsage:
    """Record a ban; a shorter one never ends a longer one."""
    account = _today(account, now)
    return replace(account, held_until=max(_held_until(account, now), now + seconds), held_at=now)


def call_budget(account: CallUsage, now: float, limits: CallLimits) -> CallBudget:
    """Return the budget's state; early in the day the forecast relies on yesterday."""
    account = _today(account, now)
    left = _day_left(now)
    rest = account.before * left if account.before >= 0 else 0.0
    if left < 0.95:
        at_this_pace = account.used / (1 - left) * left
        rest = at_this_pace if account.before < 0 else (1 - left) * at_this_pace + left * rest
    forecast = account.used + round(rest)
    return CallBudget(
        used=account.used,
        urgent=account.urgent,
        limit=limits.per_day,
        forecast=forecast if limits.per_day is None else min(forecast, max(limits.per_day, account.used)),
        held_for=max(_held_until(account, now) - now, 0.0),
    )


def _today(account: CallUsage, now: float) -> CallUsage:
    day = int((now + _BEIJING.total_seconds()) // _DAY)
    if day == account.day:
        return account
    known = {number: (used, urgent) for number, used, urgent in account.days}
    used, urgent = known.pop(day, (0, 0))
    if day < account.day:  # set back: what was called by the other time was called on this day as well
        used, urgent = used + account.used, urgent + account.urgent
    if account.day:
        known[account.day] = (account.used, account.urgent)
    before = known[day - 1][0] if day - 1 in known else 0 if known else -1
    near = sorted(known, key=lambda number: abs(number - day))[:_DAYS_KEPT]
    days = tuple((number, *known[number]) for number in near)
    return replace(account, day=day, used=used, urgent=urgent, before=before, days=days)


def _day_left(now: float) -> float:
    """The share of the day that is left, from 1 to 0."""
    return 1 - ((now + _BEIJING.total_seconds()) % _DAY) / _DAY


def _next_chance(account: CallUsage, now: float, urgent: bool, per_day: int) -> float:
    """Seconds until such a call is possible: at the day's end, or earlier as the reserve shrinks."""
    rest = _day_left(now) * _DAY
    if urgent or account.used >= per_day:
        return rest
    melts_at = _DAY * (per_day - account.used - 1) / (per_day * _RESERVE)  # seconds before the day's end
    return max(rest - melts_at, 1.0)


# ── the limiter ─────────────────────────────────────────────────────────────────────────────────


class LocalCallLimiter:
    """The limiter of one process; `load` and `dump` carry its state over a restart.

    `allowed` tells whether this process may call at all, which only the leader may. Waiting checks queue on a
    lock, so that only the first of them polls.
    """

    def __init__(
        self,
        *,
        limits: CallLimits,
        now: Callable[[], datetime],
        allowed: Callable[[], bool] = lambda: True,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._limits = limits
        self._now = now
        self._allowed = allowed
        self._sleep = sleep
        self._checks = asyncio.Lock()
        self._account = CallUsage()

    def load(self, state: Mapping[str, Any] | None) -> None:
        """Restore the state that `dump` returned before a restart."""
        if state:
            days = tuple((day, used, urgent) for day, used, urgent in state.get("days", ()))
            self._account = CallUsage(**{**state, "days": days})

    def dump(self) -> dict[str, Any]:
        """Return the state as JSON-compatible values."""
        return asdict(self._account)

    async def acquire(self, urgent: bool) -> None:
        """Wait for this call's turn; raises `Throttled` with the seconds to wait where that is long."""
        until = self._clock() + (_PATIENCE if urgent else _PATIENCE_OF_CHECKS)
        if urgent:
            wait = await self._book(urgent=True, until=until)
        else:
            async with self._checks:
                if self._clock() > until:
                    raise Throttled("CallPace", "too many checks are waiting", seconds=1.0)
                wait = await self._book(urgent=False, until=until)
        await self._rest(wait)  # outside the lock: the next check can book meanwhile

    async def acquire_for_tokens(self) -> None:
        """Wait at most 20 s for the turn of a call for tokens; a used-up day does not stop it."""
        self._account, go = book_token_call(self._account, self._clock(), self._limits)
        await self._rest(go.seconds)

    async def hold(self, seconds: float) -> None:
        """Block all calls for `seconds`."""
        self._account = book_ban(self._account, self._clock(), seconds)

    async def usage(self) -> CallBudget:
        """Return the day's call budget."""
        return call_budget(self._account, self._clock(), self._limits)

    async def _rest(self, seconds: float) -> None:
        if seconds > _SOON:
            await self._sleep(seconds)
        if not self._allowed():
            raise Throttled("StandingBy", "this process is not the leader", seconds=1.0)

    async def _book(self, *, urgent: bool, until: float) -> float:
        """Book a slot for this call, waiting until one is free; return the seconds until it."""
        while True:
            self._account, answer = decide(self._account, self._clock(), urgent, self._limits)
            match answer:
                case Go(seconds):
                    return seconds
                case Exhausted(seconds):
                    raise Throttled("DailyBudget", "the day's calls are used up", seconds=seconds)
                case Wait(seconds):
                    if self._clock() + seconds > until:
                        raise Throttled("CallPace", "too many calls are waiting", seconds=seconds)
                    await self._sleep(seconds)

    def _clock(self) -> float:
        return self._now().timestamp()
