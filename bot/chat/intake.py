"""Receives updates by long polling or webhook; each is recorded before it is acknowledged."""

from __future__ import annotations

import asyncio
import contextlib
import enum
import hmac
import json
import logging
import random
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from datetime import datetime, timedelta
from typing import Any

from telegram import Update
from telegram.error import Conflict, NetworkError, TelegramError

from bot.chat.inbox import Backoff, UpdateSink, raw_update
from bot.chat.telegram import FloodWait, TelegramBot
from bot.chat.workers import UpdateWorkers
from bot.errors import StoreError, TokenRevoked
from bot.model import RawUpdate
from bot.worker import interruptible_sleep

__all__ = [
    "ALLOWED_UPDATES",
    "BODY_LIMIT",
    "Receiver",
    "ReceiverState",
    "Update",
    "UpdateWorkers",
    "Webhook",
    "delete_webhook",
    "set_webhook",
]

log = logging.getLogger(__name__)

# The update types that have handlers. Telegram remembers the list, so it is always sent in full.
ALLOWED_UPDATES = ("message", "edited_message", "callback_query", "my_chat_member")

BODY_LIMIT = 1 << 20  # bytes; Telegram's largest updates are far smaller
_BATCH = 100

# After a week without updates Telegram may restart its numbering lower; an old offset would then hide
# updates.
_OFFSET_VALID = timedelta(days=6)

# Two instances with one token take the queue from each other at every poll. Each waits longer the more
# conflicts it met, even after a successful poll, until it has met none for this long.
_CONFLICT_OVER = timedelta(minutes=5)


class ReceiverState(enum.StrEnum):
    """What the receiver is doing, in the operator's words."""

    STARTING = "starting"
    RECEIVING = "receiving"
    TROUBLE = "retrying"  # a network or server error; tried again soon
    STANDING_BY = "standing by"  # another instance receives with this token
    TOKEN_REVOKED = "token revoked"  # noqa: S105 - a state, not a secret
    STOPPED = "stopped"


class Receiver:
    """Long polling. The offset advances only after the inbox has recorded the updates before it.

    `beat` is called after each answer from Telegram, `on_state` after each change of state with its reason.
    After a conflict or a revoked token it keeps trying, more and more slowly, and resumes by itself.
    """

    def __init__(
        self,
        bot: TelegramBot,
        inbox: UpdateSink,
        arrived: asyncio.Event,
        now: Callable[[], datetime],
        *,
        long_poll: float = 50.0,
        allowed: Sequence[str] = ALLOWED_UPDATES,
        on_state: Callable[[ReceiverState, str], None] = lambda state, reason: None,
        beat: Callable[[], None] = lambda: None,
        rng: random.Random | None = None,
        sleep: Callable[[float, asyncio.Event], Awaitable[None]] = interruptible_sleep,
    ) -> None:
        rng = rng or random.Random()  # noqa: S311 - jitter, not a secret
        self._sleep = sleep
        self._bot = bot
        self._inbox = inbox
        self._arrived = arrived
        self._now = now
        self._long_poll = long_poll
        self._allowed = list(allowed)
        self._on_state = on_state
        self._beat = beat
        self._trouble = Backoff(0.5, 30.0, rng)
        self._conflict = Backoff(2.0, 120.0, rng)
        self._revoked = Backoff(2.0, 60.0, rng)
        self._offset = 0
        self._offset_at: datetime | None = None
        self._conflict_at: datetime | None = None
        self.state = ReceiverState.STARTING
        self.last_ok: datetime | None = None

    async def run(self, stopping: asyncio.Event) -> None:
        """Receive until `stopping` is set; a poll in flight is then dropped, and its updates come again."""
        while not stopping.is_set():
            wait = await self._guarded_poll(stopping)
            if wait:
                await self._sleep(wait, stopping)
        self._enter(ReceiverState.STOPPED)

    async def poll(self, stopping: asyncio.Event | None = None) -> int:
        """Make one getUpdates and record its updates; return how many wait to be taken.

        Setting `stopping` interrupts the wait for Telegram, never the recording. Raises what the call or the
        inbox raises.
        """
        now = self._now()
        if self._offset_at is not None and now - self._offset_at > _OFFSET_VALID:
            self._offset = 0
        # The first poll does not wait: its answer shows whether receiving works, which /ready reports.
        wait = self._long_poll if self.last_ok else 0
        data = {"timeout": int(wait), "limit": _BATCH, "allowed_updates": self._allowed}
        if self._offset:
            data["offset"] = self._offset
        call = self._bot.call("getUpdates", data, read_timeout=self._long_poll + 10.0)
        result = await (call if stopping is None else _unless(stopping, call, instead=[]))
        updates = self._readable(result)
        waiting = await self._inbox.put(updates) if updates else 0
        # Only now, after recording: the next offset makes Telegram forget the updates before it.
        if updates:
            self._offset = max(update.update_id for update in updates) + 1
            self._offset_at = self._now()
        if waiting:
            self._arrived.set()
        return waiting

    async def _guarded_poll(self, stopping: asyncio.Event) -> float:
        """Poll once and handle every error; return the seconds to wait before the next poll."""
        try:
            await self.poll(stopping)
        except TokenRevoked as exc:
            self._enter(ReceiverState.TOKEN_REVOKED, str(exc))
            return self._revoked.next()
        except Conflict as exc:
            self._conflict_at = self._now()
            self._enter(ReceiverState.STANDING_BY, conflict_reason(exc))
            return self._conflict.next()
        except FloodWait as exc:
            self._enter(ReceiverState.TROUBLE, str(exc))
            return exc.seconds
        except (TelegramError, StoreError) as exc:
            self._enter(ReceiverState.TROUBLE, str(exc))
            return self._trouble.next()
        except Exception as exc:  # the top of the receiving loop: it must survive everything
            log.exception("Unexpected error while receiving")
            self._enter(ReceiverState.TROUBLE, type(exc).__name__)
            return self._trouble.next()
        self.last_ok = self._now()
        self._beat()
        self._enter(ReceiverState.RECEIVING)
        self._trouble.reset()
        self._revoked.reset()
        if self._conflict_at is not None and self.last_ok - self._conflict_at > _CONFLICT_OVER:
            self._conflict.reset()
        return 0.0

    def _readable(self, result: object) -> list[RawUpdate]:
        if not isinstance(result, list):
            raise NetworkError("the answer to getUpdates is not a list")
        now = self._now()
        updates = [raw_update(item, now) for item in result if isinstance(item, dict)]
        known = [update for update in updates if update is not None]
        if len(known) < len(result):
            log.error("%d unreadable updates skipped", len(result) - len(known))
            if not known:
                raise NetworkError("the answer to getUpdates holds only unreadable updates")
        return known

    def _enter(self, state: ReceiverState, reason: str = "") -> None:
        if state is not self.state:
            self.state = state
            self._on_state(state, reason)


def conflict_reason(error: Conflict) -> str:
    """Explain a 409 to the operator."""
    if "webhook" in error.message.lower():
        return "a webhook is set for this bot token, so long polling gets no updates"
    return "another instance of this bot is receiving updates with the same token"


class Webhook:
    """Receives Telegram's webhook calls; answers 200 only after the inbox has recorded the update."""

    def __init__(
        self, inbox: UpdateSink, arrived: asyncio.Event, secret: str, now: Callable[[], datetime]
    ) -> None:
        self._inbox = inbox
        self._arrived = arrived
        self._secret = secret.encode()
        self._now = now
        self.last_ok: datetime | None = None

    async def accept(self, body: bytes, secret: str) -> int:
        """Record one update and return the HTTP status to answer with.

        `secret` is the header X-Telegram-Bot-Api-Secret-Token. What the inbox raises becomes a 5xx, and
        Telegram repeats the update. An unreadable update gets 200 all the same: Telegram would repeat it for
        a day and hold back its chat meanwhile.
        """
        if not hmac.compare_digest(secret.encode(), self._secret):
            return 401
        if len(body) > BODY_LIMIT:
            return 413
        update = _read(body)
        raw = None if update is None else raw_update(update, self._now())
        if raw is None:
            log.error("Webhook call without a readable update skipped")
            return 200
        if await self._inbox.put([raw]):
            self._arrived.set()
        self.last_ok = self._now()
        return 200


def _read(body: bytes) -> dict[str, Any] | None:
    try:
        update = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return update if isinstance(update, dict) else None


async def set_webhook(
    bot: TelegramBot,
    url: str,
    secret: str,
    *,
    allowed: Sequence[str] = ALLOWED_UPDATES,
    connections: int = 40,
) -> None:
    """Have Telegram deliver to `url`; pending updates are kept. Raises TelegramError, TokenRevoked."""
    await bot.call(
        "setWebhook",
        {
            "url": url,
            "secret_token": secret,
            "allowed_updates": list(allowed),
            "max_connections": connections,
            "drop_pending_updates": False,
        },
    )


async def delete_webhook(bot: TelegramBot) -> None:
    """Return to long polling; pending updates are kept. Raises TelegramError, TokenRevoked."""
    await bot.call("deleteWebhook", {"drop_pending_updates": False})


async def _unless(stopping: asyncio.Event, work: Coroutine[Any, Any, Any], *, instead: object) -> Any:
    """Return the work's result, or cancel it and return `instead` as soon as `stopping` is set."""
    task = asyncio.create_task(work)
    stop = asyncio.create_task(stopping.wait())
    try:
        await asyncio.wait({task, stop}, return_when=asyncio.FIRST_COMPLETED)
        return task.result() if task.done() else instead
    finally:
        stop.cancel()
        if not task.done():
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task


async def keep_trying(
    call: Callable[[], Awaitable[None]], stopping: asyncio.Event, *, seconds: float = 30.0
) -> bool:
    """Repeat a call until Telegram accepts it; False if `stopping` is set first."""
    while not stopping.is_set():
        try:
            await call()
        except (TelegramError, TokenRevoked) as exc:
            log.warning("Telegram does not accept the webhook setting yet: %s", exc)
            await interruptible_sleep(seconds, stopping)
        else:
            return True
    return False
