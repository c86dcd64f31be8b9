"""The rate limiter for sends: keeps Telegram's limits, lets replies go first, honors flood waits per chat."""

from __future__ import annotations

import asyncio
import bisect
import contextlib
import itertools
from collections import deque
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass
from typing import Any

from telegram.ext import BaseRateLimiter

from bot.chat.send_log import Priority, Rules, SendLog, Ticket, Window
from bot.chat.telegram import FloodWait, NotSent, Turn, Withdrawn

__all__ = ["Priority", "Rules", "SendLimiter", "Ticket", "Window"]

_COUNTED = ("send", "edit", "copy", "forward")
_NOT_COUNTED = frozenset({"sendChatAction", "editForumTopic", "editGeneralForumTopic"})
_REPLY = Turn(priority=Priority.REPLY)
_REPLY_TRIES = 3
_REPLIES_KEPT = 1000  # until `replied` is called


@dataclass(slots=True, eq=False)
class _Waiter:
    chat_id: int
    priority: int
    key: tuple[float, int]
    granted: asyncio.Future[Ticket]


class SendLimiter(BaseRateLimiter[Turn]):
    """Starts sends as Telegram's limits allow, the most urgent first.

    Install it as the bot's rate limiter: every call that sends, edits, copies or forwards to a chat waits for
    its turn. The call's `rate_limit_args` are its Turn (a reply if absent). A send that cannot start within
    the `patience` of its priority (seconds), or that Telegram refuses for longer, raises FloodWait and was
    not sent. `clock` must be the monotonic clock of the event loop's timers. `allowed` tells whether this
    process may call Telegram at all, which only the leader may; otherwise NotSent is raised.
    """

    def __init__(
        self,
        *,
        clock: Callable[[], float],
        rules: Rules | None = None,
        allowed: Callable[[], bool] = lambda: True,
        patience: Mapping[int, float] | None = None,
    ) -> None:
        self._clock = clock
        self._send_log = SendLog(rules or Rules())
        self._allowed = allowed
        self._patience = patience or {Priority.REPLY: 20.0, Priority.PUSH: 10.0, Priority.MINOR: 10.0}
        self._waiters: list[_Waiter] = []
        self._numbers = itertools.count()
        self._changed = asyncio.Event()
        self._replies: deque[tuple[int, float]] = deque(maxlen=_REPLIES_KEPT)
        self.froze = asyncio.Event()  # set when a flood wait begins, which is to be stored
        self._pump: asyncio.Task[None] | None = None

    async def initialize(self) -> None:
        """Do nothing: the task that grants turns starts with the first waiter."""

    async def shutdown(self) -> None:
        """Cancel all waiting sends."""
        for waiter in self._waiters:
            waiter.granted.cancel()
        if self._pump is not None:
            self._pump.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._pump

    # State, and what is stored over a restart.

    @property
    def waiting(self) -> int:
        """How many sends wait for their turn."""
        return len(self._waiters)

    def ready_in(self, chat_id: int, priority: int = Priority.PUSH) -> float:
        """Seconds until a message to this chat could leave; 0 for at once."""
        now = self._clock()
        queue = self.waiting / self._send_log.rate(now)
        chat_ready = self._send_log.chat_ready_at(chat_id, priority, now)
        return max(chat_ready, self._send_log.bot_ready_at(now) + queue) - now

    def frozen(self) -> dict[int, float]:
        """Chats in a flood wait and their remaining seconds, to be kept over a restart."""
        return self._send_log.frozen(self._clock())

    def freeze(self, chat_id: int, seconds: float) -> None:
        """Restore a flood wait from before a restart."""
        self._send_log.freeze(chat_id, seconds, self._clock())

    def recall(self, chat_id: int, seconds: float) -> None:
        """Count a message sent `seconds` ago, before a restart: Telegram still counts it."""
        self._send_log.recall(chat_id, self._clock() - max(0.0, seconds))

    def replied(self) -> list[tuple[int, float]]:
        """The replies sent since the last call: chat and how many seconds ago.

        Pushes are recorded in the outbox; replies are recorded only here, so they must be stored to survive
        a restart.
        """
        now = self._clock()
        replies = [(chat_id, now - at) for chat_id, at in self._replies]
        self._replies.clear()
        return replies

    # Starting and ending one send.

    async def acquire(
        self, chat_id: int, priority: int = Priority.REPLY, patience: float | None = None
    ) -> Ticket:
        """Wait for this send's turn. Raises FloodWait when that takes longer than `patience` seconds."""
        limit = self._patience.get(priority, 10.0) if patience is None else patience
        now = self._clock()
        if (hold := self._send_log.chat_ready_at(chat_id, priority, now) - now) > limit:
            raise FloodWait(hold)
        waiter = self._enqueue(chat_id, priority, now)
        try:
            async with asyncio.timeout(limit):
                return await waiter.granted
        except BaseException as exc:
            if waiter.granted.done() and not waiter.granted.cancelled():
                # The turn was granted at the moment of giving up: return it.
                self._send_log.never_sent(waiter.granted.result())
                self._changed.set()
            if isinstance(exc, TimeoutError):
                raise FloodWait(max(1.0, self.ready_in(chat_id, priority))) from None
            raise
        finally:
            if waiter in self._waiters:
                self._waiters.remove(waiter)

    def settle(self, ticket: Ticket, error: BaseException | None = None) -> None:
        """Record how an acquired send ended."""
        now = self._clock()
        match error:
            case FloodWait(seconds=seconds):
                self._send_log.refused(ticket, seconds, now)
                self.froze.set()
            case NotSent():
                self._send_log.never_sent(ticket)
            case None:
                self._send_log.answered(ticket, now)
            case _:
                self._send_log.unknown(ticket, now)
        self._changed.set()

    async def process_request(
        self,
        callback: Callable[..., Coroutine[Any, Any, Any]],
        args: Any,
        kwargs: dict[str, Any],
        endpoint: str,
        data: dict[str, Any],
        rate_limit_args: Turn | None,
    ) -> Any:
        """Make one call of the bot in its turn; a reply refused by a short flood wait is retried after it."""
        chat_id = _counted_chat(endpoint, data)
        if chat_id is None:
            self._check_allowed()
            return await callback(*args, **kwargs)
        turn = rate_limit_args or _REPLY
        priority = turn.priority
        for tries_left in reversed(range(_REPLY_TRIES if priority == Priority.REPLY else 1)):
            try:
                return await self._attempt(chat_id, turn, callback, args, kwargs)
            except FloodWait as exc:
                if not tries_left or exc.seconds > self._patience.get(priority, 0.0):
                    raise
        raise AssertionError("the last try returns or raises")

    async def _attempt(
        self, chat_id: int, turn: Turn, callback: Callable[..., Any], args: Any, kwargs: dict[str, Any]
    ) -> Any:
        priority = turn.priority
        ticket = await self.acquire(chat_id, priority)
        try:
            self._check_allowed()
            await _check_wanted(turn)
            result = await callback(*args, **kwargs)
        except BaseException as exc:
            self.settle(ticket, exc)
            if not isinstance(exc, NotSent | FloodWait):
                self._book(ticket, priority)
            raise
        self.settle(ticket)
        self._book(ticket, priority)
        return result

    def _check_allowed(self) -> None:
        if not self._allowed():
            raise NotSent("not sent: this process is not the leader")

    def _book(self, ticket: Ticket, priority: int) -> None:
        if priority == Priority.REPLY:
            self._replies.append((ticket.chat_id, ticket.arrival))

    def _enqueue(self, chat_id: int, priority: int, now: float) -> _Waiter:
        # Waiters are ordered by arrival plus a penalty for lower priority: replies of the first seconds
        # overtake a push, later ones do not, so a push never starves.
        key = (now + priority * self._send_log.rules.ageing, next(self._numbers))
        waiter = _Waiter(chat_id, priority, key, asyncio.get_running_loop().create_future())
        bisect.insort(self._waiters, waiter, key=lambda other: other.key)
        self._changed.set()
        if self._pump is None or self._pump.done():
            self._pump = asyncio.create_task(self._run(), name="limits")
        return waiter

    async def _run(self) -> None:
        while self._waiters:
            self._changed.clear()
            if (delay := self._step()) > 0.0:
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(delay):
                        await self._changed.wait()

    def _step(self) -> float:
        """Start one waiter if its limits allow; return the seconds after which to look again."""
        now = self._clock()
        waiter, ready = self._next(now)
        if waiter is None:
            return ready - now
        self._waiters.remove(waiter)
        waiter.granted.set_result(self._send_log.start(waiter.chat_id, now))
        return 0.0

    def _next(self, now: float) -> tuple[_Waiter | None, float]:
        """The most urgent waiter that may start now, or None and the time when one may."""
        bot_ready = self._send_log.bot_ready_at(now)
        known: dict[tuple[int, int], float] = {}
        for waiter in self._waiters:
            if waiter.granted.done():
                continue
            asked = (waiter.chat_id, waiter.priority)
            if asked not in known:
                known[asked] = max(bot_ready, self._send_log.chat_ready_at(*asked, now))
            if known[asked] <= now:
                return waiter, now
        return None, min(known.values(), default=now + 1.0)


async def _check_wanted(turn: Turn) -> None:
    if turn.still_wanted is not None and not await turn.still_wanted():
        raise Withdrawn("not sent: no longer wanted")


def _counted_chat(endpoint: str, data: Mapping[str, Any]) -> int | None:
    """The target chat of a call that Telegram's limits count; None for other calls."""
    if endpoint in _NOT_COUNTED or not endpoint.startswith(_COUNTED):
        return None
    try:
        return int(data["chat_id"])
    except (KeyError, TypeError, ValueError):
        return None
