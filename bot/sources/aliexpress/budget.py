"""Spends the app's calls: so many a second, so many a day, people before checks, over all replicas."""

from __future__ import annotations

import asyncio
import json
import math
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Protocol, TypeVar

from bot.errors import Throttled
from bot.model import CallBudget

T = TypeVar("T")

# The platform's day ends at 24:00 Beijing time.
_BEIJING = timedelta(hours=8)
_DAY = 86_400.0
_RESERVE = 0.1  # of the day's calls, kept for people; it melts as the day passes
_PATIENCE = 20.0  # seconds a person's call may wait for its turn before it is told to come again
_PATIENCE_OF_CHECKS = 60.0
_SOON = 0.005  # seconds: nobody sleeps so short, for timers and networks are not finer


class Ledger(Protocol):
    """Counts and paces every call."""

    async def acquire(self, urgent: bool) -> None:
        """Wait for this call's turn; raises `Throttled` with the seconds to wait where that is long."""
        ...

    async def insist(self) -> None:
        """Wait for the turn of a call that has to be made whatever is left of the day: one for tokens."""
        ...

    async def hold(self, seconds: float) -> None:
        """Let nobody call for `seconds`: the gateway said so."""
        ...

    async def usage(self) -> CallBudget:
        """Return where the budget stands."""
        ...


class Cell(Protocol):
    """One small text that all replicas share."""

    async def change(self, decide: Callable[[str], tuple[str, T]]) -> T:
        """Replace the text (at first empty) by `decide`'s first result, atomically; return the second.

        `decide` is pure and may be called again where another replica was faster.
        """
        ...


class MemoryCell:
    """The cell of a single process."""

    def __init__(self) -> None:
        self._text = ""

    async def change(self, decide: Callable[[str], tuple[str, T]]) -> T:
        """Change the text; nothing awaits between reading and writing."""
        self._text, outcome = decide(self._text)
        return outcome


# ── decisions ───────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What may be spent. `per_day` None means no daily limit.

    `jitter` (seconds) is by how much a call may leave later than booked: calls are so much further apart
    that no second sees too many. `ahead` (seconds) is how far in advance a check may book its moment, so
    that replicas need not all ask again at that moment; a person's call comes behind what is booked.
    """

    per_second: float = 1.0
    per_day: int | None = None
    jitter: float = 0.0
    ahead: float = 0.0

    @property
    def step(self) -> float:
        """Seconds between two calls."""
        return (1 + self.jitter) / self.per_second


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """What all replicas know. Times are epoch seconds; `free_at` is when the next call may start."""

    day: int = 0
    used: int = 0
    urgent: int = 0
    before: int = -1  # calls of the day before, -1 where unknown
    free_at: float = 0.0
    held_until: float = 0.0


@dataclass(frozen=True, slots=True)
class Go:
    """Call, after `seconds`."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Wait:
    """Ask again after `seconds`: nothing was spent."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Spent:
    """The day's calls are used up for this kind of call; new ones come in `seconds`."""

    seconds: float


def ask(account: Account, now: float, urgent: bool, limits: Limits) -> tuple[Account, Go | Wait | Spent]:
    """Decide on one call and book it where it may go.

    A person's call books the next free moment ahead of time; a check takes only a moment that is free now
    (or within `ahead`), so that any number of waiting checks stand behind one person.
    """
    account = _today(account, now)
    if limits.per_day is not None:
        kept = 0 if urgent else math.ceil(limits.per_day * _RESERVE * _day_left(now))
        if account.used >= limits.per_day - kept:
            return account, Spent(_next_chance(account, now, urgent, limits.per_day))
    starts = _free(account, now, limits)
    if starts - now > max(limits.ahead, _SOON) and not urgent:
        return account, Wait(starts - now - limits.ahead)
    if starts - now > _PATIENCE:
        return account, Wait(starts - now)
    return _booked(account, starts, urgent, limits), Go(starts - now)


def insist(account: Account, now: float, limits: Limits) -> tuple[Account, Go]:
    """Book a call for tokens: counted and paced as a person's, but no spent day or long ban stops it."""
    account = _today(account, now)
    starts = min(_free(account, now, limits), now + _PATIENCE)
    return _booked(account, starts, True, limits), Go(starts - now)


def _free(account: Account, now: float, limits: Limits) -> float:
    # Nobody books further ahead than patience reaches: what lies beyond was booked by a clock that is wrong.
    free_at = account.free_at if account.free_at <= now + _PATIENCE + limits.step else now
    return max(now, free_at, account.held_until)


def _booked(account: Account, starts: float, urgent: bool, limits: Limits) -> Account:
    return Account(  # said in full: this is made for every call
        day=account.day,
        used=account.used + 1,
        urgent=account.urgent + urgent,
        before=account.before,
        free_at=starts + limits.step,
        held_until=account.held_until,
    )


def unspent(account: Account, urgent: bool) -> Account:
    """Give back a call that was booked but not made; its moment has passed."""
    return replace(account, used=max(account.used - 1, 0), urgent=max(account.urgent - urgent, 0))


def hold(account: Account, now: float, seconds: float) -> Account:
    """Book a ban; a shorter one never ends a longer one."""
    account = _today(account, now)
    return replace(account, held_until=max(account.held_until, now + seconds))


def stand(account: Account, now: float, limits: Limits) -> CallBudget:
    """Return the budget's state; the forecast leans on yesterday while today is young."""
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
        resets_at=datetime.fromtimestamp(now + left * _DAY, UTC),
        held_for=max(account.held_until - now, 0.0),
    )


def _today(account: Account, now: float) -> Account:
    day = int((now + _BEIJING.total_seconds()) // _DAY)
    if day <= account.day:  # a replica whose clock lags does not bring yesterday back
        return account
    before = account.used if day == account.day + 1 else -1 if account.day == 0 else 0
    return replace(account, day=day, used=0, urgent=0, before=before)


def _day_left(now: float) -> float:
    """The part of the day that is still to come, 1 to 0."""
    return 1 - ((now + _BEIJING.total_seconds()) % _DAY) / _DAY


def _next_chance(account: Account, now: float, urgent: bool, per_day: int) -> float:
    """Seconds until a call of this kind may go: at the day's end, or earlier when the reserve has melted."""
    rest = _day_left(now) * _DAY
    if urgent or account.used >= per_day:
        return rest
    melts_at = _DAY * (per_day - account.used - 1) / (per_day * _RESERVE)  # seconds before the day's end
    return max(rest - melts_at, 1.0)


# ── the ledger ──────────────────────────────────────────────────────────────────────────────────


class SharedLedger:
    """The ledger over a cell. One process's checks queue here, so that only the first of them asks."""

    def __init__(
        self,
        *,
        limits: Limits,
        now: Callable[[], datetime],
        cell: Cell | None = None,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._limits = limits
        self._now = now
        self._cell = cell or MemoryCell()
        self._sleep = sleep
        self._checks = asyncio.Lock()
        self._last = "", Account()  # what was written last, and its meaning: mostly it is found again

    async def acquire(self, urgent: bool) -> None:
        """Wait for this call's turn; raises `Throttled` with the seconds to wait where that is long."""
        until = self._clock() + (_PATIENCE if urgent else _PATIENCE_OF_CHECKS)
        missed = False
        while True:
            if urgent:
                now = self._clock()
                starts = await self._book(now, urgent=True, until=until, missed=missed)
            else:
                async with self._checks:
                    now = self._clock()
                    if now > until:
                        raise Throttled("CallPace", "too many checks are waiting", seconds=1.0)
                    starts = await self._book(now, urgent=False, until=until, missed=missed)
            if starts > now:
                await self._rest(starts - self._clock())  # the next check books meanwhile
            missed = self._limits.jitter > 0.0 and self._clock() - starts > self._limits.jitter
            if not missed:
                return
            # The processor was elsewhere: by now another replica's call may start. The moment is given up.
            if self._clock() > until:
                raise Throttled("CallPace", "the machine is too busy to keep its turns", seconds=1.0)

    async def insist(self) -> None:
        """Wait for the turn of a call for tokens, 20 s at most; it is never refused."""
        now = self._clock()

        def decide(text: str) -> tuple[str, Go]:
            account, go = insist(_read(text), now, self._limits)
            return _write(account), go

        await self._rest((await self._cell.change(decide)).seconds)

    async def hold(self, seconds: float) -> None:
        """Let nobody call for `seconds`."""
        now = self._clock()
        await self._cell.change(lambda text: (_write(hold(_read(text), now, seconds)), None))

    async def usage(self) -> CallBudget:
        """Return where the budget stands."""
        now = self._clock()
        return await self._cell.change(lambda text: (text, stand(_read(text), now, self._limits)))

    async def _rest(self, seconds: float) -> None:
        if seconds > _SOON:
            await self._sleep(seconds)

    async def _book(self, asked: float, *, urgent: bool, until: float, missed: bool) -> float:
        """The moment that is booked for this call, by our clock; waits until one can be booked."""
        while True:
            match await self._ask(asked, urgent=urgent, missed=missed):
                case Go(seconds):
                    return asked + seconds
                case Spent(seconds):
                    raise Throttled("DailyBudget", "the day's calls are spent", seconds=seconds)
                case Wait(seconds):
                    if self._clock() + seconds > until:
                        raise Throttled("CallPace", "too many calls are waiting", seconds=seconds)
                    await self._sleep(seconds)
                    missed = False  # that call was given back when this wait was answered
                    asked = self._clock()

    async def _ask(self, now: float, *, urgent: bool, missed: bool) -> Go | Wait | Spent:
        def decide(text: str) -> tuple[str, Go | Wait | Spent]:
            known_text, account = self._last
            before = account if text == known_text else _read(text)
            given_back = unspent(before, urgent) if missed else before
            account, answer = ask(given_back, now, urgent, self._limits)
            if account is not before:
                self._last = _write(account), account
                return self._last[0], answer
            return text, answer

        return await self._cell.change(decide)

    def _clock(self) -> float:
        return self._now().timestamp()


def _read(text: str) -> Account:
    return Account(**json.loads(text)) if text else Account()


def _write(account: Account) -> str:
    return _JSON % (
        account.day,
        account.used,
        account.urgent,
        account.before,
        account.free_at,
        account.held_until,
    )


_JSON = '{"day": %d, "used": %d, "urgent": %d, "before": %d, "free_at": %r, "held_until": %r}'
