"""Updates into the product without losing one: recorded, then acknowledged, handled in order per chat."""

from __future__ import annotations

import asyncio
import contextlib
import enum
import hmac
import json
import logging
import random
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Protocol

from telegram import Update
from telegram.error import BadRequest, Conflict, NetworkError, TelegramError

from bot.chat.telegram import FloodWait, TelegramBot
from bot.errors import StoreError, TokenRevoked
from bot.model import RawUpdate

log = logging.getLogger(__name__)

# Everything the handlers know. Telegram remembers the list, so it is always sent whole.
ALLOWED_UPDATES = ("message", "edited_message", "channel_post", "callback_query", "my_chat_member")

BODY_LIMIT = 1 << 20  # bytes; Telegram's largest updates are far smaller
_BATCH = 100

# After a quiet week Telegram may start numbering anew at a lower number; an old offset would then hide
# updates.
_OFFSET_VALID = timedelta(days=6)


class Inbox(Protocol):
    """The durable queue of updates; the store implements it.

    Done and set-aside rows must stay known for 48 hours at least (Telegram repeats for 24), so that a
    repeated update is not handled again. A store that knows itself alone clears all leases when it opens.
    """

    async def put(self, updates: Sequence[RawUpdate]) -> int:
        """Record those not known yet, by `update_id`; how many were new. Durable when it returns."""

    async def take(self, limit: int, now: datetime, lease: timedelta) -> Sequence[RawUpdate]:
        """Lease waiting updates, at most one a chat: its lowest `update_id`, if due and not leased."""

    async def done(self, update_id: int, now: datetime) -> None:
        """It was handled."""

    async def failed(self, update_id: int, error: str, now: datetime, retry_at: datetime | None) -> None:
        """It was not: count an attempt, release it for `retry_at`, or set it aside where that is None."""


class ReceiverState(enum.StrEnum):
    """What the receiver is doing, in words for the operator."""

    STARTING = "starting"
    RECEIVING = "receiving"
    TROUBLE = "trouble"  # network or server; tried again soon
    STANDING_BY = "standing by"  # another instance receives with this token
    TOKEN_REVOKED = "token revoked"  # noqa: S105 - a state, not a secret
    STOPPED = "stopped"


def raw_update(update: Mapping[str, Any], received_at: datetime) -> RawUpdate | None:
    """An update as received, for the inbox; None where it has no number and so cannot be kept apart."""
    update_id = update.get("update_id")
    if not isinstance(update_id, int) or isinstance(update_id, bool):
        return None
    return RawUpdate(
        update_id=update_id,
        chat_id=queue_of(update),
        payload=json.dumps(update, ensure_ascii=False, separators=(",", ":")),
        received_at=received_at,
    )


def queue_of(update: Mapping[str, Any]) -> int:
    """The chat whose updates stay in order with this one, else the user, else 0."""
    for content in update.values():
        if not isinstance(content, dict):
            continue
        message = content.get("message")
        within = message if isinstance(message, dict) else {}
        for party in (content.get("chat"), within.get("chat"), content.get("from"), content.get("user")):
            if isinstance(party, dict) and isinstance(party.get("id"), int):
                return int(party["id"])
    return 0


class Backoff:
    """Growing waits with jitter: half to all of `first` x 2^n seconds, `longest` at most."""

    def __init__(self, first: float, longest: float, rng: random.Random) -> None:
        self._first = first
        self._longest = longest
        self._rng = rng
        self._failures = 0

    def next(self) -> float:
        """Seconds to wait after one more failure."""
        full = min(self._longest, self._first * 2.0 ** min(self._failures, 30))
        self._failures += 1
        return full * self._rng.uniform(0.5, 1.0)

    def reset(self) -> None:
        self._failures = 0


class Receiver:
    """Long polling. The offset moves only after the inbox holds the updates before it.

    `last_ok` is the time of the last answer from Telegram, for the watchdog. `on_state` hears each change of
    state with its reason. A conflict or a revoked token is probed ever more slowly, and receiving resumes by
    itself.
    """

    def __init__(
        self,
        bot: TelegramBot,
        inbox: Inbox,
        arrived: asyncio.Event,
        now: Callable[[], datetime],
        *,
        long_poll: float = 50.0,
        allowed: Sequence[str] = ALLOWED_UPDATES,
        on_state: Callable[[ReceiverState, str], None] = lambda state, reason: None,
        rng: random.Random | None = None,
        pause: Callable[[asyncio.Event, float], Awaitable[None]] | None = None,
    ) -> None:
        rng = rng or random.Random()  # noqa: S311 - jitter, not a secret
        self._pause = pause or wait_unless
        self._bot = bot
        self._inbox = inbox
        self._arrived = arrived
        self._now = now
        self._long_poll = long_poll
        self._allowed = list(allowed)
        self._on_state = on_state
        self._trouble = Backoff(0.5, 30.0, rng)
        self._conflict = Backoff(2.0, 120.0, rng)
        self._revoked = Backoff(2.0, 60.0, rng)
        self._offset = 0
        self._offset_at: datetime | None = None
        self.state = ReceiverState.STARTING
        self.last_ok: datetime | None = None

    async def run(self, stopping: asyncio.Event) -> None:
        """Receive until told to stop; a poll in the air is dropped then, its updates come again."""
        while not stopping.is_set():
            wait = await self._guarded_poll(stopping)
            if wait:
                await self._pause(stopping, wait)
        self._enter(ReceiverState.STOPPED)

    async def poll(self, stopping: asyncio.Event | None = None) -> int:
        """One getUpdates, recorded; how many were new. Raises what the call or the inbox raises.

        Stopping cuts the waiting for Telegram short, never the recording.
        """
        now = self._now()
        if self._offset_at is not None and now - self._offset_at > _OFFSET_VALID:
            self._offset = 0
        data = {"timeout": int(self._long_poll), "limit": _BATCH, "allowed_updates": self._allowed}
        if self._offset:
            data["offset"] = self._offset
        call = self._bot.call("getUpdates", data, read_timeout=self._long_poll + 10.0)
        result = await (call if stopping is None else _unless(stopping, call, instead=[]))
        updates = self._readable(result)
        new = await self._inbox.put(updates) if updates else 0
        # Only now: the next call's offset tells Telegram to forget what came before.
        if updates:
            self._offset = max(update.update_id for update in updates) + 1
            self._offset_at = self._now()
        if new:
            self._arrived.set()
        return new

    async def _guarded_poll(self, stopping: asyncio.Event) -> float:
        """One poll with every way it can fail; seconds to wait before the next."""
        try:
            await self.poll(stopping)
        except TokenRevoked as exc:
            self._enter(ReceiverState.TOKEN_REVOKED, str(exc))
            return self._revoked.next()
        except Conflict as exc:
            self._enter(ReceiverState.STANDING_BY, conflict_reason(exc))
            return self._conflict.next()
        except FloodWait as exc:
            self._enter(ReceiverState.TROUBLE, str(exc))
            return exc.seconds
        except (TelegramError, StoreError) as exc:
            self._enter(ReceiverState.TROUBLE, str(exc))
            return self._trouble.next()
        except Exception as exc:  # the top of the receiving loop: it must outlive everything
            log.exception("Receiving failed unexpectedly")
            self._enter(ReceiverState.TROUBLE, type(exc).__name__)
            return self._trouble.next()
        self.last_ok = self._now()
        self._enter(ReceiverState.RECEIVING)
        for backoff in (self._trouble, self._conflict, self._revoked):
            backoff.reset()
        return 0.0

    def _readable(self, result: object) -> list[RawUpdate]:
        if not isinstance(result, list):
            raise NetworkError("getUpdates answered no list")
        now = self._now()
        updates = [raw_update(item, now) for item in result if isinstance(item, dict)]
        known = [update for update in updates if update is not None]
        if len(known) < len(result):
            log.error("%d updates without a number were passed over", len(result) - len(known))
            if not known:
                raise NetworkError("getUpdates answered only updates without a number")
        return known

    def _enter(self, state: ReceiverState, reason: str = "") -> None:
        if state is not self.state:
            self.state = state
            self._on_state(state, reason)


def conflict_reason(error: Conflict) -> str:
    """A 409 in plain words."""
    if "webhook" in error.message.lower():
        return "a webhook is set for this bot token: somebody else receives its updates"
    return "another instance of this bot is receiving updates with the same token"


class Webhook:
    """Telegram's calls to us: 200 only after the inbox holds the update."""

    def __init__(
        self, inbox: Inbox, arrived: asyncio.Event, secret: str, now: Callable[[], datetime]
    ) -> None:
        self._inbox = inbox
        self._arrived = arrived
        self._secret = secret.encode()
        self._now = now
        self.last_ok: datetime | None = None

    async def accept(self, body: bytes, secret: str | None) -> int:
        """Record one update, name the HTTP status to answer; what the inbox raises asks for a repeat (5xx).

        `secret` is the header X-Telegram-Bot-Api-Secret-Token. An update that cannot be read is taken all the
        same: Telegram would repeat it for a day and hold back its chat meanwhile.
        """
        if not hmac.compare_digest((secret or "").encode(), self._secret):
            return 401
        if len(body) > BODY_LIMIT:
            return 413
        update = _read(body)
        raw = None if update is None else raw_update(update, self._now())
        if raw is None:
            log.error("A webhook call held no update; passed over")
            return 200
        if await self._inbox.put([raw]):
            self._arrived.set()
        self.last_ok = self._now()
        return 200


def _read(body: bytes) -> dict[str, Any] | None:
    try:
        update = json.loads(body)
    except ValueError:
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
    """Have Telegram deliver to `url`. Updates that wait are kept. Raises TelegramError, TokenRevoked."""
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
    """Make way for long polling. Updates that wait are kept. Raises TelegramError, TokenRevoked."""
    await bot.call("deleteWebhook", {"drop_pending_updates": False})


class Workers:
    """Handles what the inbox holds: chats side by side, one chat in order, a poison update set aside.

    An update whose handler raises is tried `attempts` times with growing waits; its chat waits with it, then
    goes on. Trouble that is not the update's fault (network, database) counts only after `patience`.
    `on_aside` hears of each update set aside. An update is handled again when the process died between
    handling and `done`.
    """

    def __init__(
        self,
        bot: TelegramBot,
        inbox: Inbox,
        arrived: asyncio.Event,
        handle: Callable[[Update], Awaitable[None]],
        now: Callable[[], datetime],
        *,
        concurrency: int = 32,
        attempts: int = 5,
        lease: timedelta = timedelta(seconds=120),
        patience: timedelta = timedelta(hours=1),
        idle: float = 2.0,
        on_aside: Callable[[RawUpdate, str], None] = lambda update, error: None,
        rng: random.Random | None = None,
    ) -> None:
        self._bot = bot
        self._inbox = inbox
        self._arrived = arrived
        self._handle = handle
        self._now = now
        self._concurrency = concurrency
        self._attempts = attempts
        self._lease = lease
        self._patience = patience
        self._idle = idle
        self._on_aside = on_aside
        self._rng = rng or random.Random()  # noqa: S311 - jitter, not a secret
        self._running: set[asyncio.Task[None]] = set()
        self._retry_at: list[datetime] = []
        self._trouble = Backoff(0.1, 5.0, self._rng)
        self.last_ok: datetime | None = None

    @property
    def busy(self) -> int:
        """How many updates are being handled."""
        return len(self._running)

    async def run(self, stopping: asyncio.Event, *, drain: float = 8.0) -> None:
        """Handle updates until told to stop; then those in hand get `drain` seconds to finish."""
        while not stopping.is_set():
            self._arrived.clear()
            try:
                took = await self.step()
            except Exception:  # the top of the loop: the database may be busy or away
                log.exception("Taking updates failed")
                await wait_unless(stopping, self._trouble.next())
                continue
            self._trouble.reset()
            self.last_ok = self._now()
            if not took or len(self._running) >= self._concurrency:
                await _first(stopping, self._arrived, self._until_next())
        await self._drain(drain)

    async def step(self) -> int:
        """Take as many updates as there is room for and start on them; how many."""
        room = self._concurrency - len(self._running)
        if room <= 0:
            return 0
        taken = await self._inbox.take(room, self._now(), self._lease)
        for update in taken:
            task = asyncio.create_task(self._work(update), name=f"update {update.update_id}")
            self._running.add(task)
            task.add_done_callback(self._finished)
        return len(taken)

    def _finished(self, task: asyncio.Task[None]) -> None:
        self._running.discard(task)
        self._arrived.set()  # its chat's next update may be taken now
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("The outcome of an update was not recorded; it comes again", exc_info=error)

    async def _work(self, raw: RawUpdate) -> None:
        error = await self._try(raw)
        if error is None:
            await self._inbox.done(raw.update_id, self._now())
            return
        now = self._now()
        retry_at = self._next_try(raw, error, now)
        text = f"{type(error).__name__}: {error}"
        await self._inbox.failed(raw.update_id, text, now, retry_at)
        if retry_at is None:
            log.error("Update %d is set aside: %s", raw.update_id, text)
            self._on_aside(raw, text)
        else:
            self._retry_at.append(retry_at)

    async def _try(self, raw: RawUpdate) -> Exception | None:
        try:
            update = Update.de_json(json.loads(raw.payload), self._bot)
        except Exception as exc:  # noqa: BLE001 - whatever parsing meets, the update is at fault
            return Unreadable(f"{type(exc).__name__}: {exc}")
        try:
            # Shorter than the lease: nobody else may start on it meanwhile.
            async with asyncio.timeout(self._lease.total_seconds() * 0.75):
                await self._handle(update)
        except Exception as exc:  # the top of handling: one update's error is that update's only
            log.warning("Update %d failed", raw.update_id, exc_info=exc)
            return exc
        return None

    def _next_try(self, raw: RawUpdate, error: Exception, now: datetime) -> datetime | None:
        """When to try again, None for never."""
        if isinstance(error, Unreadable):
            return None
        if isinstance(error, FloodWait):
            return now + timedelta(seconds=error.seconds)
        outside = is_outside(error)
        if raw.attempts + 1 >= self._attempts and not (outside and now - raw.received_at <= self._patience):
            return None
        longest = 60.0 if outside else 10.0
        wait = min(longest, 0.2 * 4.0 ** min(raw.attempts, 10)) * self._rng.uniform(0.8, 1.0)
        return now + timedelta(seconds=wait)

    def _until_next(self) -> float:
        now = self._now()
        self._retry_at = [at for at in self._retry_at if at > now]
        soonest = min(self._retry_at, default=now + timedelta(seconds=self._idle))
        return min(self._idle, (soonest - now).total_seconds() + 0.001)

    async def _drain(self, seconds: float) -> None:
        if not self._running:
            return
        _, late = await asyncio.wait(self._running, timeout=seconds)
        for task in late:
            task.cancel()
        if late:
            log.warning("%d updates were not finished in time; they come again", len(late))
            await asyncio.wait(late)


class Unreadable(Exception):
    """An update that the library cannot parse."""


def is_outside(error: BaseException) -> bool:
    """Whether an error lies outside the update: the same update may well succeed later."""
    if isinstance(error, BadRequest):
        return False
    return isinstance(error, NetworkError | FloodWait | TokenRevoked | StoreError | OSError)


async def wait_unless(stopping: asyncio.Event, seconds: float) -> None:
    """Let time pass, less of it when stopping is asked for."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await stopping.wait()


async def _first(stopping: asyncio.Event, other: asyncio.Event, seconds: float) -> None:
    """Wait for either event, `seconds` at most."""
    tasks = [asyncio.create_task(stopping.wait()), asyncio.create_task(other.wait())]
    try:
        await asyncio.wait(tasks, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()


async def _unless(stopping: asyncio.Event, work: Coroutine[Any, Any, Any], *, instead: object) -> Any:
    """The work's result, or `instead` as soon as stopping is asked for; the work is cancelled then."""
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
