"""Telegram's sending limits kept on our side: per chat and in all, replies first, flood waits per chat."""

from __future__ import annotations

import asyncio
import bisect
import contextlib
import enum
import itertools
import logging
from collections import deque
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from telegram.ext import BaseRateLimiter

from bot.chat.telegram import FloodWait, NotSent

_COUNTED = ("send", "edit", "copy", "forward")
_NOT_COUNTED = frozenset({"sendChatAction", "editForumTopic", "editGeneralForumTopic"})
_REPLY_TRIES = 3
_STALE_SLOT = 1.0  # seconds after which an unused permit is given up

log = logging.getLogger(__name__)


class Priority(enum.IntEnum):
    """Who goes first; a lower one overtakes until the other has waited long enough."""

    REPLY = 0  # somebody is waiting for it
    PUSH = 1
    MINOR = 2  # scans, digests, edits of cards


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """At most `count` sends within any `seconds`."""

    count: int
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """The limits to keep. Telegram publishes "about 30 a second, 1 a second a chat, 20 a minute a group".

    Replies may burst within a chat and use a group's last places of the minute; pushes are evenly spaced.
    `margin` lengthens every window, `ageing` is how long one step of priority overtakes (both seconds).
    """

    overall: Window = Window(count=30, seconds=1.0)
    burst: int = 5
    chat_push: tuple[Window, ...] = (Window(count=1, seconds=1.0), Window(count=3, seconds=3.0))
    chat_reply: tuple[Window, ...] = (Window(count=3, seconds=3.0),)
    group_push: tuple[Window, ...] = (
        Window(count=1, seconds=1.0),
        Window(count=3, seconds=3.0),
        Window(count=18, seconds=60.0),
    )
    group_reply: tuple[Window, ...] = (Window(count=3, seconds=3.0), Window(count=20, seconds=60.0))
    margin: float = 0.004
    ageing: float = 5.0

    @property
    def full_rate(self) -> float:
        """Messages a second when nothing is wrong."""
        return self.overall.count / self.overall.seconds

    def memory(self, chat_id: int) -> float:
        """Seconds after which a send matters to none of its chat's windows."""
        windows = self.of(chat_id, Priority.REPLY) + self.of(chat_id, Priority.PUSH)
        return max((window.seconds for window in windows), default=0.0) + self.margin

    def of(self, chat_id: int, priority: int) -> tuple[Window, ...]:
        """The windows that hold for one chat; negative ids are groups and channels."""
        if chat_id < 0:
            return self.group_reply if priority == Priority.REPLY else self.group_push
        return self.chat_reply if priority == Priority.REPLY else self.chat_push


class Permits(Protocol):
    """Where the overall rate is kept: in this process, or in a database row that replicas share."""

    async def reserve(self, count: int, now: float, *, per_second: float, burst: int) -> float:
        """Take `count` permits in one step; seconds from now (negative: past) when the first may be used.

        The others follow at `per_second`. The generic cell rate: only the time of the next permit is kept,
        and it lags behind now by at most `burst` permits. `now` is the caller's monotonic time; a shared one
        uses its own.
        """


class LocalPermits:
    """The overall rate of one process."""

    def __init__(self) -> None:
        self._next = float("-inf")

    async def reserve(self, count: int, now: float, *, per_second: float, burst: int) -> float:
        step = 1.0 / per_second
        start = max(self._next, now - (burst - 1) * step)
        self._next = start + count * step
        return start - now


# ── the core: arithmetic only, all times in seconds of one monotonic clock ──────────────────────


@dataclass(slots=True, eq=False)
class Ticket:
    """One send that was allowed to start. `arrival` is the latest time Telegram may have counted it."""

    chat_id: int
    started: float
    arrival: float


@dataclass(slots=True)
class _Log:
    """The recent sends that share some windows."""

    tickets: list[Ticket] = field(default_factory=list)

    def ready_at(self, windows: tuple[Window, ...], margin: float, now: float) -> float:
        """When one more send keeps all the windows, as far as is known now."""
        arrivals = sorted((ticket.arrival for ticket in self.tickets), reverse=True)
        return max(
            (
                arrivals[window.count - 1] + window.seconds + margin
                for window in windows
                if len(arrivals) >= window.count
            ),
            default=now,
        )

    def forget(self, before: float) -> None:
        self.tickets = [ticket for ticket in self.tickets if ticket.arrival > before]


class Ledger:
    """What was sent when, and so when the next may be.

    Telegram counts an arrival, which lies between our start and the answer. Each send is counted from its
    answer, less the least round trip seen lately: so the limits hold whatever the network's jitter does to
    single requests.
    """

    # An open send counts as if it arrived this long after its start (seconds): a hung one holds no place for
    # ever.
    HUNG = 2.0
    RECOVERY = 60.0  # seconds to regain one message a second after a slow-down
    SLOW_DOWN = 0.7
    SLOWEST = 1.0  # messages a second
    SLOW_AFTER = 3  # different chats refused with no success between: the bot as a whole is too fast
    PAUSE_AFTER = 5  # so many: the bot as a whole is asked to wait
    ENOUGH = 8  # round trips seen before they are believed
    CALM = 5.0  # seconds between two slow-downs

    def __init__(self, rules: Rules) -> None:
        self.rules = rules
        self._all = _Log()
        self._chats: dict[int, _Log] = {}
        self._frozen: dict[int, float] = {}
        self._paused_until = float("-inf")
        self._trips: deque[float] = deque(maxlen=50)
        self._slowed_at = float("-inf")
        self._slowed_to = rules.full_rate
        self._streak: dict[int, float] = {}
        self._sweep_at = 0

    def rate(self, now: float) -> float:
        """Messages a second at present: the full rate, or less after the bot as a whole was refused."""
        if self._slowed_at == float("-inf"):
            return self.rules.full_rate
        return min(self.rules.full_rate, self._slowed_to + (now - self._slowed_at) / self.RECOVERY)

    def bot_ready_at(self, now: float) -> float:
        """When anything may be sent at all."""
        return max(now, self._paused_until, self._all.ready_at((self.rules.overall,), self.rules.margin, now))

    def chat_ready_at(self, chat_id: int, priority: int, now: float) -> float:
        """When this chat may be sent to, the overall rate aside."""
        ready = self._frozen.get(chat_id, now)
        if log := self._chats.get(chat_id):
            ready = max(ready, log.ready_at(self.rules.of(chat_id, priority), self.rules.margin, now))
        return max(now, ready)

    def start(self, chat_id: int, now: float) -> Ticket:
        """Note that a send starts now."""
        ticket = Ticket(chat_id, now, now + self.HUNG)
        self._all.forget(now - self.rules.overall.seconds - self.rules.margin)
        self._all.tickets.append(ticket)
        log = self._chats.setdefault(chat_id, _Log())
        log.forget(now - self.rules.memory(chat_id))
        log.tickets.append(ticket)
        self._sweep(now)
        return ticket

    def answered(self, ticket: Ticket, now: float) -> None:
        """Telegram took it."""
        self._arrived(ticket, now)
        self._streak.clear()

    def refused(self, ticket: Ticket, seconds: float, now: float) -> None:
        """Telegram asked to wait so long before anything more goes to this chat."""
        self._arrived(ticket, now)
        self.freeze(ticket.chat_id, seconds, now)
        self._streak[ticket.chat_id] = now + seconds
        if len(self._streak) >= self.SLOW_AFTER and now - self._slowed_at >= self.CALM:
            self._slowed_to = max(self.SLOWEST, self.rate(now) * self.SLOW_DOWN)
            self._slowed_at = now
        if len(self._streak) >= self.PAUSE_AFTER:
            self._paused_until = max(self._paused_until, min(self._streak.values()))

    def unknown(self, ticket: Ticket, now: float) -> None:
        """No readable answer came: it may have arrived."""
        ticket.arrival = min(ticket.arrival, now)

    def never_sent(self, ticket: Ticket) -> None:
        """It surely did not arrive: its place is free again."""
        for log in (self._all, self._chats.get(ticket.chat_id, _Log())):
            if ticket in log.tickets:
                log.tickets.remove(ticket)

    def freeze(self, chat_id: int, seconds: float, now: float) -> None:
        """Nothing to this chat before `seconds` have passed."""
        self._frozen[chat_id] = max(self._frozen.get(chat_id, now), now + seconds)

    def frozen(self, now: float) -> dict[int, float]:
        """Seconds that each frozen chat still has to wait."""
        self._frozen = {chat_id: until for chat_id, until in self._frozen.items() if until > now}
        return {chat_id: until - now for chat_id, until in self._frozen.items()}

    def _arrived(self, ticket: Ticket, now: float) -> None:
        self._trips.append(now - ticket.started)
        ticket.arrival = min(ticket.arrival, max(ticket.started, now - self._certain_trip()))

    def _certain_trip(self) -> float:
        """Seconds that every request is on its way at least: a cautious guess from the last ones."""
        if len(self._trips) < self.ENOUGH:
            return 0.0
        trips = sorted(self._trips)
        return max(0.0, trips[0] - (trips[len(trips) // 2] - trips[0]) / 2)

    def _sweep(self, now: float) -> None:
        """Forget quiet chats now and then, so that memory follows the traffic of a minute."""
        if len(self._chats) <= self._sweep_at:
            return
        for chat_id, log in list(self._chats.items()):
            log.forget(now - self.rules.memory(chat_id))
            if not log.tickets:
                del self._chats[chat_id]
        self.frozen(now)
        self._sweep_at = 2 * len(self._chats) + 100


# ── the shell: who waits, in which order ────────────────────────────────────────────────────────


@dataclass(slots=True, eq=False)
class _Waiter:
    chat_id: int
    priority: int
    key: tuple[float, int]
    granted: asyncio.Future[Ticket]


class Limits(BaseRateLimiter[int]):
    """Lets sends start when Telegram's limits allow, the most urgent first.

    Install it as the bot's rate limiter: every call that sends, edits, copies or forwards to a chat waits its
    turn, with the call's `rate_limit_args` as its Priority (REPLY when absent). A send that could not start
    within the `patience` of its priority (seconds), or that Telegram refuses for longer than that, raises
    FloodWait: not sent. `clock` is monotonic and must be the one the event loop's timers go by; `batch`
    permits are reserved at a time.
    """

    def __init__(
        self,
        *,
        clock: Callable[[], float],
        rules: Rules | None = None,
        permits: Permits | None = None,
        batch: int = 1,
        patience: Mapping[int, float] | None = None,
    ) -> None:
        self._clock = clock
        self._ledger = Ledger(rules or Rules())
        self._permits = permits or LocalPermits()
        self._batch = batch
        self._patience = patience or {Priority.REPLY: 20.0, Priority.PUSH: 10.0, Priority.MINOR: 10.0}
        self._slots: deque[float] = deque()
        self._waiters: list[_Waiter] = []
        self._numbers = itertools.count()
        self._changed = asyncio.Event()
        self._pump: asyncio.Task[None] | None = None

    async def initialize(self) -> None:
        """Nothing to prepare: the pump starts with the first waiter."""

    async def shutdown(self) -> None:
        """Let nobody wait any longer."""
        for waiter in self._waiters:
            waiter.granted.cancel()
        if self._pump is not None:
            self._pump.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._pump

    # What the sender asks before it leases.

    @property
    def waiting(self) -> int:
        """How many sends wait for their turn."""
        return len(self._waiters)

    @property
    def rate(self) -> float:
        """Messages a second at present."""
        return self._ledger.rate(self._clock())

    def ready_in(self, chat_id: int, priority: int = Priority.PUSH) -> float:
        """Seconds until a send to this chat could start; 0 for at once."""
        now = self._clock()
        queue = self.waiting / self._ledger.rate(now)
        ready = max(
            self._ledger.chat_ready_at(chat_id, priority, now), self._ledger.bot_ready_at(now) + queue
        )
        return ready - now

    def frozen(self) -> dict[int, float]:
        """Chats in a flood wait and the seconds they still have, for keeping over a restart."""
        return self._ledger.frozen(self._clock())

    def frozen_until(self, chat_id: int) -> float | None:
        """The monotonic time at which the chat's flood wait ends, None where it has none."""
        left = self.frozen().get(chat_id)
        return None if left is None else self._clock() + left

    def freeze(self, chat_id: int, seconds: float) -> None:
        """Put back a flood wait known from before a restart."""
        self._ledger.freeze(chat_id, seconds, self._clock())

    # Starting and ending one send.

    async def acquire(
        self, chat_id: int, priority: int = Priority.REPLY, patience: float | None = None
    ) -> Ticket:
        """Wait for this send's turn. Raises FloodWait when that takes longer than `patience` seconds."""
        limit = self._patience.get(priority, 10.0) if patience is None else patience
        now = self._clock()
        if (hold := self._ledger.chat_ready_at(chat_id, priority, now) - now) > limit:
            raise FloodWait(hold)
        waiter = self._enqueue(chat_id, priority, now)
        try:
            async with asyncio.timeout(limit):
                return await waiter.granted
        except BaseException as exc:
            if waiter.granted.done() and not waiter.granted.cancelled():
                # Granted in the very moment of giving up: the place is free again.
                self._ledger.never_sent(waiter.granted.result())
                self._changed.set()
            if isinstance(exc, TimeoutError):
                raise FloodWait(max(1.0, self.ready_in(chat_id, priority))) from None
            raise
        finally:
            if waiter in self._waiters:
                self._waiters.remove(waiter)

    def settle(self, ticket: Ticket, error: BaseException | None = None) -> None:
        """Tell how a send that was acquired ended."""
        now = self._clock()
        match error:
            case FloodWait(seconds=seconds):
                self._ledger.refused(ticket, seconds, now)
            case NotSent():
                self._ledger.never_sent(ticket)
            case None:
                self._ledger.answered(ticket, now)
            case _:
                self._ledger.unknown(ticket, now)
        self._changed.set()

    async def process_request(
        self,
        callback: Callable[..., Coroutine[Any, Any, Any]],
        args: Any,
        kwargs: dict[str, Any],
        endpoint: str,
        data: dict[str, Any],
        rate_limit_args: int | None,
    ) -> Any:
        """Make one call of the bot in its turn. A reply met by a short flood wait is tried again after it."""
        chat_id = _chat_of(endpoint, data)
        if chat_id is None:
            return await callback(*args, **kwargs)
        priority = Priority.REPLY if rate_limit_args is None else rate_limit_args
        for tries_left in reversed(range(_REPLY_TRIES if priority == Priority.REPLY else 1)):
            try:
                return await self._attempt(chat_id, priority, callback, args, kwargs)
            except FloodWait as exc:
                if not tries_left or exc.seconds > self._patience.get(priority, 0.0):
                    raise
        raise AssertionError("the last try returns or raises")

    async def _attempt(
        self, chat_id: int, priority: int, callback: Callable[..., Any], args: Any, kwargs: dict[str, Any]
    ) -> Any:
        ticket = await self.acquire(chat_id, priority)
        try:
            result = await callback(*args, **kwargs)
        except BaseException as exc:
            self.settle(ticket, exc)
            raise
        self.settle(ticket)
        return result

    def _enqueue(self, chat_id: int, priority: int, now: float) -> _Waiter:
        # One order for all: by the time at which it would be unfair to wait longer. So a push is overtaken by
        # the replies of its first seconds only, and never starves.
        key = (now + priority * self._ledger.rules.ageing, next(self._numbers))
        waiter = _Waiter(chat_id, priority, key, asyncio.get_running_loop().create_future())
        bisect.insort(self._waiters, waiter, key=lambda other: other.key)
        self._changed.set()
        if self._pump is None or self._pump.done():
            self._pump = asyncio.create_task(self._run(), name="limits")
        return waiter

    async def _run(self) -> None:
        while self._waiters:
            self._changed.clear()
            try:
                delay = await self._step()
            except Exception:  # the top of this loop: shared permits may fail, waiting senders must not hang
                log.exception("No permit to send could be had; trying again")
                delay = 1.0
            if delay > 0.0:
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(delay):
                        await self._changed.wait()

    async def _step(self) -> float:
        """Let one waiter start if one may; seconds after which to look again."""
        now = self._clock()
        if (bot_ready := self._ledger.bot_ready_at(now)) > now:
            return bot_ready - now
        waiter, ready = self._next(now)
        if waiter is None:
            return ready - now
        while self._slots and self._slots[0] < now - _STALE_SLOT:
            self._slots.popleft()
        if not self._slots:
            await self._reserve(now)
            return 0.0
        if self._slots[0] > now:
            return self._slots[0] - now
        self._slots.popleft()
        self._waiters.remove(waiter)
        waiter.granted.set_result(self._ledger.start(waiter.chat_id, now))
        return 0.0

    def _next(self, now: float) -> tuple[_Waiter | None, float]:
        """The most urgent waiter whose chat may be sent to, or None and the time when one will be."""
        known: dict[tuple[int, int], float] = {}
        for waiter in self._waiters:
            if waiter.granted.done():
                continue
            place = (waiter.chat_id, waiter.priority)
            if place not in known:
                known[place] = self._ledger.chat_ready_at(*place, now)
            if known[place] <= now:
                return waiter, now
        return None, min(known.values(), default=now + 1.0)

    async def _reserve(self, now: float) -> None:
        rate = self._ledger.rate(now)
        first = await self._permits.reserve(self._batch, now, per_second=rate, burst=self._ledger.rules.burst)
        self._slots.extend(now + first + number / rate for number in range(self._batch))


def _chat_of(endpoint: str, data: Mapping[str, Any]) -> int | None:
    """The chat that a counted call goes to; None for calls that no limit counts."""
    if endpoint in _NOT_COUNTED or not endpoint.startswith(_COUNTED):
        return None
    try:
        return int(data["chat_id"])
    except (KeyError, TypeError, ValueError):
        return None
