"""Handling of what the inbox holds: chats side by side, one chat in order, nobody blocked by one update."""

from __future__ import annotations

import asyncio
import json
import logging
import random
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta
from functools import partial

from telegram import Update
from telegram.error import BadRequest, NetworkError

from bot.chat.inbox import Backoff, Postponed, Unanswerable, UpdateInbox
from bot.chat.telegram import FloodWait, TelegramBot
from bot.errors import StoreError, TokenRevoked
from bot.model import RawUpdate, SendRecord
from bot.worker import interruptible_sleep

log = logging.getLogger(__name__)

_Ending = Callable[[], Awaitable[None]]  # writes down what became of an update

_TOKEN_RETRY = timedelta(seconds=30)
_PRESS_LIVES = timedelta(seconds=150)  # so long Telegram takes the answer to a button press


class UpdateWorkers:
    """Handles what the inbox holds: chats side by side, one chat in order, a poison update set aside.

    An update whose handler raises is tried `attempts` times with growing waits; its chat waits with it, then
    goes on. Trouble that is not the update's fault (network, database) counts only after `patience`.
    What is put in is leased in the same step and begun with, as far as there is room. `on_aside` hears of
    each update set aside, `beat` of each good round; `sent` tells the answers that went out since it was
    asked last, to be booked with the ends of updates. What became of an update is written down as soon as the
    database takes it; it is handled again only when the process died between handling and that.
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
        self._retry_at: list[datetime] = []
        self._unwritten: list[_Ending] = []
        self._open = False  # for updates on their way in
        self._taking = asyncio.Lock()  # who knows the room fills it before anybody else looks
        self._trouble = Backoff(0.1, 2.0, self._rng)

    @property
    def busy(self) -> int:
        """How many updates are being handled."""
        return len(self._running)

    async def run(self, stopping: asyncio.Event, *, drain: float = 8.0) -> None:
        """Handle updates until told to stop; then those in hand get `drain` seconds to finish."""
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
            except StoreError as exc:  # busy, full or away: a moment's patience, and no flood of traces
                log.error("Taking updates failed: %s", exc)  # noqa: TRY400 - the reason says it all
                await interruptible_sleep(self._trouble.next(), stopping)
                continue
            except Exception:  # the top of the loop: the database may be busy or away
                log.exception("Taking updates failed")
                await interruptible_sleep(self._trouble.next(), stopping)
                continue
            self._trouble.reset()
            self._beat()
            await interruptible_sleep(
                self._until_next(), stopping, self._arrived
            )  # one step takes all it may

    async def step(self) -> int:
        """Write down what could not be before, then take what there is room for and start on it; how many."""
        await self._write_down()
        async with self._taking:
            if (room := self._concurrency - len(self._running)) <= 0:
                return 0
            taken = await self._inbox.take(room, self._now(), self._lease)
            self._begin(taken)
        return len(taken)

    async def put(self, updates: Sequence[RawUpdate]) -> int:
        """Record updates, and begin with those there is room for; how many wait to be taken. Durable then.

        One transaction for both: somebody waits for each flush of the disk. Raises what the inbox raises.
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
        self._arrived.set()  # its chat's next update may be taken now
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("The outcome of an update was not recorded; it comes again", exc_info=error)

    async def _work(self, raw: RawUpdate) -> None:
        error = await self._try(raw)
        if error is None:
            await self._end(partial(self._inbox.done, raw.update_id, self._sent()))
            return
        retry_at = self._next_try(raw, error, self._now())
        text = f"{type(error).__name__}: {error}"
        if retry_at is None and isinstance(error, Unanswerable):  # all but the answer is done
            log.warning("Update %d cannot be answered: %s", raw.update_id, error)
            await self._end(partial(self._inbox.done, raw.update_id, self._sent()))
            return
        await self._end(partial(self._inbox.failed, raw.update_id, text, retry_at, self._sent()))
        if retry_at is None:
            log.error("Update %d is set aside: %s", raw.update_id, text)
            await self._tell_of(raw, text)
        else:
            self._retry_at.append(retry_at)

    async def _tell_of(self, raw: RawUpdate, error: str) -> None:
        if self._on_aside is None:
            return
        try:
            await self._on_aside(raw, error)
        except Exception as exc:  # whatever it meets: the update's end is written down already
            log.warning("Nobody was told of update %d", raw.update_id, exc_info=exc)

    async def _end(self, ending: _Ending) -> None:
        """Write down what became of an update; what the database does not take now, the next round writes."""
        try:
            await ending()
        except StoreError as exc:
            log.warning("What became of an update is not written down yet: %s", exc)
            self._unwritten.append(ending)

    async def _write_down(self) -> None:
        """Before anything is taken: an update whose lease has ended must not come to be handled again."""
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
        except Exception as exc:  # noqa: BLE001 - whatever parsing meets, the update is at fault
            return UnreadableUpdate(f"{type(exc).__name__}: {exc}")
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
        if isinstance(error, UnreadableUpdate):
            return None
        if isinstance(error, FloodWait):
            return now + timedelta(seconds=error.seconds)
        if isinstance(error, TokenRevoked):  # nobody can be answered: it waits for the new token
            return now + _TOKEN_RETRY
        outside = is_outside(error)
        asked = (isinstance(error, Postponed) and error.at) or now
        waited = max(asked, now) - raw.received_at
        patient = outside and waited <= self._patience
        if not patient and (raw.attempts + 1 >= self._attempts or asked > now):
            return None
        return asked if asked > now else now + timedelta(seconds=self._wait(raw, now, outside=outside))

    def _wait(self, raw: RawUpdate, now: datetime, *, outside: bool) -> float:
        """Seconds before the next try, growing with those made.

        Trouble outside: 1, 2, 4 … with full jitter, so that many chats do not come back in step, and short
        while a pressed button still waits for its answer.
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
        async with self._taking:  # what was being taken is in hand now
            pass
        if self._running:
            _, late = await asyncio.wait(self._running, timeout=seconds)
            for task in late:
                task.cancel()
            if late:
                log.warning("%d updates were not finished in time; they come again", len(late))
                await asyncio.wait(late)
        try:
            await self._write_down()
        except StoreError as exc:
            log.warning("%d updates come again after the start: %s", len(self._unwritten), exc)


class UnreadableUpdate(Exception):
    """An update that the library cannot parse."""


def is_outside(error: BaseException) -> bool:
    """Whether an error lies outside the update: the same update may well succeed later."""
    if isinstance(error, BadRequest):
        return False
    return isinstance(error, Postponed | NetworkError | StoreError | OSError)
