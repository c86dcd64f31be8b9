"""Handles the updates in the inbox: chats in parallel, each chat in order, a failing update set aside."""

from __future__ import annotations

import asyncio
import json
import logging
import random
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial

from telegram import Update
from telegram.error import BadRequest, NetworkError

from bot.chat.inbox import Backoff, Postponed, Unanswerable, UpdateInbox
from bot.chat.telegram import FloodWait, TelegramBot
from bot.errors import StoreError, TokenRevoked
from bot.model import RawUpdate, SendRecord
from bot.worker import interruptible_sleep

log = logging.getLogger(__name__)

_Ending = Callable[[], Awaitable[None]]  # stores the outcome of an update

_IN_USE = timedelta(seconds=1)  # after an answer, in which the next press is likely
_TOKEN_RETRY = timedelta(seconds=30)
_PRESS_LIVES = timedelta(seconds=150)  # how long Telegram accepts the answer to a button press


class UpdateWorkers:
    """Handles updates: chats in parallel, each chat in order; an update that keeps failing is set aside.

    An update whose handler raises is tried up to `attempts` times with growing waits, and its chat waits with
    it. Errors that are not the update's fault (network, database) count only after `patience`. `put` also
    leases what it records, as far as there is room, and starts on it. `on_aside` is called for each update
    set aside, `beat` after each good round; `sent` returns the replies sent since its last call, which are
    stored with the outcomes. An outcome is stored as soon as the database accepts it: an update is handled
    twice only if the process dies before that.
    """

    def __init__(
        self,
        bot: TelegramBot,
        inbox: UpdateInbox,
        arrived: asyncio.Event,
        handle: Callable[[Update], Awaitable[None]],
        now: Callable[[], datetime],
        *,
        concurrency: int = 32,
        attempts: int = 5,
        lease: timedelta = timedelta(seconds=120),
        patience: timedelta = timedelta(hours=1),
        idle: float = 2.0,
        on_aside: Callable[[RawUpdate, str], Awaitable[None]] | None = None,
        sent: Callable[[], Sequence[SendRecord]] = tuple,
        beat: Callable[[], None] = lambda: None,
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
        self._sent = sent
        self._beat = beat
        self._rng = rng or random.Random()  # noqa: S311 - jitter, not a secret
        self._running: set[asyncio.Task[None]] = set()
        self._handled_at = datetime.min.replace(tzinfo=UTC)
        self._retry_at: list[datetime] = []
        self._unwritten: list[_Ending] = []
        self._open = False  # whether `put` may start updates at once
        self._taking = asyncio.Lock()  # from counting the free slots until they are filled
        self._trouble = Backoff(0.1, 2.0, self._rng)

    @property
    def busy(self) -> bool:
        """Whether updates are being handled, or were a moment ago."""
        return bool(self._running) or timedelta(0) <= self._now() - self._handled_at < _IN_USE

    async def run(self, stopping: asyncio.Event, *, drain: float = 8.0) -> None:
        """Handle updates until `stopping` is set; those being handled then get `drain` seconds to finish."""
        self._open = True
        try:
            await self._rounds(stopping)
            await self._drain(drain)
        finally:
            for task in self._running:
                task.cancel()

    async def _rounds(self, stopping: asyncio.Event) -> None:
        while not stopping.is_set():
            self._arrived.clear()
            try:
                await self.step()
            except StoreError as exc:  # locked, full or unreachable: wait a moment
                log.error("Cannot take updates: %s", exc)  # noqa: TRY400 - the message says enough
                await interruptible_sleep(self._trouble.next(), stopping)
                continue
            except Exception:  # the top of the loop
                log.exception("Cannot take updates")
                await interruptible_sleep(self._trouble.next(), stopping)
                continue
            self._trouble.reset()
            self._beat()
            await interruptible_sleep(
                self._until_next(), stopping, self._arrived
            )  # one step takes all it may

    async def step(self) -> int:
        """Store pending outcomes, then take and start as many updates as fit; return how many."""
        await self._write_down()
        async with self._taking:
            if (room := self._concurrency - len(self._running)) <= 0:
                return 0
            taken = await self._inbox.take(room, self._now(), self._lease)
            self._begin(taken)
        return len(taken)

    async def put(self, updates: Sequence[RawUpdate]) -> int:
        """Record updates durably, start those there is room for; return how many wait to be taken.

        Both happen in one transaction, because somebody waits for each flush to disk. Raises what the inbox
        raises.
        """
        async with self._taking:
            room = self._concurrency - len(self._running)
            if not self._open or self._unwritten or room <= 0:
                return await self._inbox.put(updates)
            new, taken = await self._inbox.put_and_take(updates, room, self._now(), self._lease)
            self._begin(taken)
        begun = {one.update_id for one in taken} & {one.update_id for one in updates}
        return max(0, new - len(begun))

    def _begin(self, taken: Sequence[RawUpdate]) -> None:
        for update in taken:
            task = asyncio.create_task(self._work(update), name=f"update {update.update_id}")
            self._running.add(task)
            task.add_done_callback(self._finished)

    def _finished(self, task: asyncio.Task[None]) -> None:
        self._running.discard(task)
        self._handled_at = self._now()
        self._arrived.set()  # its chat's next update may be taken now
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("Outcome of an update not stored; it will be handled again", exc_info=error)

    async def _work(self, raw: RawUpdate) -> None:
        error = await self._try(raw)
        if error is None:
            await self._end(partial(self._inbox.done, raw.update_id, self._sent()))
            return
        retry_at = self._next_try(raw, error, self._now())
        text = f"{type(error).__name__}: {error}"
        if retry_at is None and isinstance(error, Unanswerable):  # done except for the answer
            log.warning("Update %d cannot be answered: %s", raw.update_id, error)
            await self._end(partial(self._inbox.done, raw.update_id, self._sent()))
            return
        await self._end(partial(self._inbox.failed, raw.update_id, text, retry_at, self._sent()))
        if retry_at is None:
            log.error("Update %d set aside: %s", raw.update_id, text)
            await self._tell_of(raw, text)
        else:
            self._retry_at.append(retry_at)

    async def _tell_of(self, raw: RawUpdate, error: str) -> None:
        if self._on_aside is None:
            return
        try:
            await self._on_aside(raw, error)
        except Exception as exc:  # any error: the update's outcome is already stored
            log.warning("Could not apologize for update %d", raw.update_id, exc_info=exc)

    async def _end(self, ending: _Ending) -> None:
        """Store the outcome of an update; if the database fails, the next round tries again."""
        try:
            await ending()
        except StoreError as exc:
            log.warning("Outcome of an update not stored yet: %s", exc)
            self._unwritten.append(ending)

    async def _write_down(self) -> None:
        """Store pending outcomes before taking updates, or expired leases would be handled again."""
        while self._unwritten:
            ending = self._unwritten.pop()
            try:
                await ending()
            except StoreError:
                self._unwritten.append(ending)
                raise

    async def _try(self, raw: RawUpdate) -> Exception | None:
        try:
            update = Update.de_json(json.loads(raw.payload), self._bot)
        except Exception as exc:  # noqa: BLE001 - any parsing error is the update's fault
            return UnreadableUpdate(f"{type(exc).__name__}: {exc}")
        try:
            # Shorter than the lease, so that nobody else can start on it meanwhile.
            async with asyncio.timeout(self._lease.total_seconds() * 0.75):
                await self._handle(update)
        except Exception as exc:  # the top of handling: an error concerns its own update only
            # What lies outside names itself; where it is a bug, the traceback says where.
            log.warning("Update %d failed: %s", raw.update_id, exc, exc_info=None if is_outside(exc) else exc)
            return exc
        return None

    def _next_try(self, raw: RawUpdate, error: Exception, now: datetime) -> datetime | None:
        """When to try again; None means never."""
        if isinstance(error, UnreadableUpdate):
            return None
        if isinstance(error, FloodWait):
            return now + timedelta(seconds=error.seconds)
        if isinstance(error, TokenRevoked):  # nothing can be answered until there is a new token
            return now + _TOKEN_RETRY
        outside = is_outside(error)
        asked = (isinstance(error, Postponed) and error.at) or now
        waited = max(asked, now) - raw.received_at
        patient = outside and waited <= self._patience
        if not patient and (raw.attempts + 1 >= self._attempts or asked > now):
            return None
        return asked if asked > now else now + timedelta(seconds=self._wait(raw, now, outside=outside))

    def _wait(self, raw: RawUpdate, now: datetime, *, outside: bool) -> float:
        """Seconds before the next try, growing with the attempts made.

        After outside errors 1, 2, 4 … with full jitter, so that many chats do not retry in step, and at most
        15 while a pressed button can still be answered.
        """
        if not outside:
            return min(10.0, 0.2 * 4.0 ** min(raw.attempts, 10)) * self._rng.uniform(0.8, 1.0)
        longest = 15.0 if now - raw.received_at < _PRESS_LIVES else 60.0
        return min(longest, 2.0 ** min(raw.attempts, 10)) * self._rng.random()

    def _until_next(self) -> float:
        now = self._now()
        self._retry_at = [at for at in self._retry_at if at > now]
        soonest = min(self._retry_at, default=now + timedelta(seconds=self._idle))
        return min(self._idle, (soonest - now).total_seconds() + 0.001)

    async def _drain(self, seconds: float) -> None:
        self._open = False
        async with self._taking:  # wait for updates that are being taken right now
            pass
        if self._running:
            _, late = await asyncio.wait(self._running, timeout=seconds)
            for task in late:
                task.cancel()
            if late:
                log.warning("%d updates not finished in time; they will be handled again", len(late))
                await asyncio.wait(late)
        try:
            await self._write_down()
        except StoreError as exc:
            log.warning("%d updates will be handled again: %s", len(self._unwritten), exc)


class UnreadableUpdate(Exception):
    """An update that the library cannot parse."""


def is_outside(error: BaseException) -> bool:
    """Whether the cause of an error is outside the update, so that the same update may succeed later."""
    if isinstance(error, BadRequest):
        return False
    return isinstance(error, Postponed | NetworkError | StoreError | OSError)
