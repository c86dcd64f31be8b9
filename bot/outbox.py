"""Settles leased notices as sent, retry later, dead letter or dropped, and decides when to retry."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta

import structlog

from bot import audience
from bot.errors import StoreError
from bot.model import Blocker, Later, Notice, PendingNotice, Place
from bot.outgoing import OutgoingMessage, is_card, is_complaint
from bot.store import ChatBatch, Store, Transaction
from bot.tracking import cards

_log = structlog.get_logger(__name__)

_Change = Callable[[Transaction], Awaitable[None]]

_WRITE_AGAIN = 0.5  # seconds between tries to store an outcome
# seconds before the next attempt, by attempts made; the last one repeats until _GIVE_UP
_BACK_OFF = (5, 30, 120, 600, 1800, 7200, 21600)
_GIVE_UP = timedelta(hours=72)
_COPIES = 2  # a message that may have arrived twice waits at least as if it had failed this often
_FEW = 5  # notices brought forward by each message delivered after an outage


class Outage:
    """Decides from single sends whether Telegram as a whole is failing.

    It is when sends to three chats failed with no success in between, or sends to any chat failed for a
    minute. The first success ends the outage, and what failed before need not wait for its next attempt.
    After failures in fewer chats the messages themselves may be at fault, so they are brought forward only
    a few times.
    """

    CHATS = 3
    LASTING = timedelta(minutes=1)

    def __init__(self, now: datetime) -> None:
        self._failed: set[int] = set()
        self._since: datetime | None = now - self.LASTING  # the last process may have ended in an outage
        self.ended_at: datetime | None = None  # set until everything that failed was brought forward
        self.most_attempts = 0  # notices with more attempts are not brought forward

    def failed(self, chat_id: int, now: datetime) -> None:
        """Record a failed send to this chat."""
        self._failed.add(chat_id)
        self._since = self._since or now

    def succeeded(self, now: datetime) -> None:
        """Record a success, which ends an outage."""
        clear = len(self._failed) >= self.CHATS
        if clear or (self._since is not None and now - self._since >= self.LASTING):
            self.ended_at = now
            self.most_attempts = 1_000_000 if clear else len(_BACK_OFF)
        self._failed.clear()
        self._since = None


class Outbox:
    """Settles the sender's notices. Each write is repeated until the database accepts it."""

    def __init__(
        self, store: Store, now: Callable[[], datetime], sleep: Callable[[float], Awaitable[None]]
    ) -> None:
        self._store = store
        self._now = now
        self._sleep = sleep
        self._outage = Outage(now())
        self._changes: list[_Change] = []  # that wait for the next transaction
        self._writing = asyncio.Lock()

    def failed(self, place: Place) -> None:
        """Record a failed send to this place."""
        self._outage.failed(place.chat_id, self._now())

    async def sent(
        self, batch: ChatBatch, outgoing: OutgoingMessage, message_id: int, *, was_refused: bool
    ) -> None:
        """Settle as sent, and release what waited for this place or for Telegram to work again."""
        now, place, outage = self._now(), batch.place, self._outage
        outage.succeeded(now)
        ended_at, brought = outage.ended_at, 0

        async def settle(tx: Transaction) -> None:
            nonlocal brought
            if outgoing.edits not in (None, message_id):
                order_id = outgoing.notices[0].order_id
                await tx.chats.change_follow(place, order_id, card_message_id=message_id)
            await tx.notices.settle_sent(ids_of(outgoing.notices), batch.lease, now, message_id)
            if outgoing.outdates_cards:
                edits = [_card_edit(place, one, now) for one in outgoing.notices]
                await tx.notices.enqueue(edits, now)
            if outgoing.card is not None:
                await cards.catch_up(tx, place, outgoing.card, now)
            if outgoing.edits is None and was_refused:
                await tx.notices.release_refused(place.chat_id, now, place.topic_id)
            if ended_at is not None:
                brought = await tx.notices.bring_forward(
                    now, tried_before=ended_at, most_attempts=outage.most_attempts, limit=_FEW
                )

        await self._write(settle)
        if ended_at is not None and brought < _FEW and outage.ended_at == ended_at:
            outage.ended_at = None

    async def retry(
        self,
        batch: ChatBatch,
        notices: Sequence[Notice],
        outcome: Later,
        *,
        blocker: Blocker | None = None,
    ) -> None:
        """Retry these after a back-off that grows with their attempts; dead letters after three days."""
        now = self._now()
        attempts = max(notice.attempts for notice in notices)
        age = now - min(notice.created_at for notice in notices)
        late = outcome.counts and attempts >= len(_BACK_OFF) and age > _GIVE_UP
        if late and not all(is_complaint(notice) for notice in notices):
            await self.give_up(batch, notices, outcome.reason)
            return
        if outcome.ambiguous and any(notice.ambiguous for notice in notices):
            step = max(attempts, _COPIES)  # one quick retry; after it each may be one more copy on a phone
        else:
            step = attempts
        wait = timedelta(seconds=_BACK_OFF[min(step, len(_BACK_OFF) - 1)])
        await self._write(
            lambda tx: tx.notices.settle_later(
                ids_of(notices),
                batch.lease,
                max(outcome.at, now + wait) if outcome.counts else outcome.at,
                now=now,
                counts=outcome.counts,
                ambiguous=outcome.ambiguous,
                held=all(is_card(notice) for notice in notices),
                blocker=blocker if outcome.counts else None,
                error=outcome.reason,
            )
        )

    async def keep(self, batch: ChatBatch, notices: Sequence[Notice], reason: str) -> None:
        """Keep customers' complaints for a chat that is away, and go on trying it now and then."""
        if notices:
            now = self._now()
            await self._write(
                lambda tx: tx.notices.settle_later(
                    ids_of(notices),
                    batch.lease,
                    now + timedelta(seconds=_BACK_OFF[-1]),
                    now=now,
                    counts=False,
                    held=True,
                    blocker=Blocker.CHAT,
                    error=reason,
                )
            )

    async def put_off(self, batch: ChatBatch, notices: Sequence[Notice], at: datetime, reason: str) -> None:
        """Postpone these without counting an attempt."""
        if notices:
            await self._write(
                lambda tx: tx.notices.settle_later(
                    ids_of(notices), batch.lease, at, counts=False, error=reason
                )
            )

    async def give_up(self, batch: ChatBatch, notices: Sequence[Notice], reason: str) -> None:
        """Turn these into dead letters; updates of a card are dropped instead."""
        now = self._now()
        await self.drop(batch, [one for one in notices if is_card(one)])
        dead = ids_of([one for one in notices if not is_card(one)])
        if dead:
            await self._write(lambda tx: tx.notices.settle_dead(dead, batch.lease, now, reason))

    async def drop(self, batch: ChatBatch, notices: Sequence[Notice]) -> None:
        """Drop these: nobody follows the order any more."""
        if notices:
            now = self._now()
            await self._write(lambda tx: tx.notices.settle_dropped(ids_of(notices), batch.lease, now))

    async def enqueue_card(self, place: Place, notice: Notice, at: datetime) -> None:
        """Enqueue another update of this order's card, at `at` at the earliest."""
        now = self._now()
        pending = _card_edit(place, notice, max(at, now + timedelta(seconds=_BACK_OFF[0])))
        await self._write(lambda tx: tx.notices.enqueue([pending], now))

    async def keep_card(self, place: Place, order_id: str, message_id: int) -> None:
        """Remember which message is the order's card now."""

        async def change(tx: Transaction) -> None:
            await tx.chats.change_follow(place, order_id, card_message_id=message_id)

        await self._write(change)

    async def _write(self, change: _Change) -> None:
        """Write, retrying until the database accepts it: a sent notice left unsettled would be sent again.

        Changes that arrive while one transaction runs share the next one. With one for each message,
        every push flushes the disk: less than a tenth of a bare client's rate (docs/speed.md).
        """
        self._changes.append(change)
        async with self._writing:
            if change not in self._changes:
                return  # written along with others
            together, self._changes = self._changes, []
            try:
                await self._make(together)
            except Exception:
                if together == [change]:
                    raise
                self._changes = [one for one in together if one is not change] + self._changes
                await self._make([change])  # one faulty change fails its own caller only

    async def _make(self, changes: Sequence[_Change]) -> None:
        while True:
            try:
                async with self._store.write() as tx:
                    for change in changes:
                        await change(tx)
            except StoreError as error:
                _log.warning("outcome not stored yet: database error", reason=str(error))
                await self._sleep(_WRITE_AGAIN)
            else:
                return


def _card_edit(place: Place, notice: Notice, due_at: datetime) -> PendingNotice:
    return audience.card_edit(place, notice.order_id, f"again:{notice.ids[-1]}", due_at)


def ids_of(notices: Sequence[Notice]) -> list[int]:
    """The row ids of these notices in the outbox."""
    return [one for notice in notices for one in notice.ids]
