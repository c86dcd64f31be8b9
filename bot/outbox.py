"""What became of leased notices, written down: sent, again later, dead or dropped; and when "later" is."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta

import structlog

from bot.errors import StoreError
from bot.model import Blocker, Importance, Later, News, NewsKind, Notice, PendingNotice, Place
from bot.outgoing import OutgoingMessage, is_card
from bot.store import ChatBatch, Store, Transaction

_log = structlog.get_logger(__name__)

_WRITE_AGAIN = 0.5  # seconds between tries to write down what became of a notice
# seconds before the next attempt, by attempts made; the last one repeats until _GIVE_UP
_BACK_OFF = (5, 30, 120, 600, 1800, 7200, 21600)
_GIVE_UP = timedelta(hours=72)
_COPIES = 2  # what may have arrived twice already waits as after so many attempts at least
_FEW = 5  # notices brought forward by each message that arrives after an outage


class Outage:
    """Whether Telegram as a whole fails, judged by single sends.

    It does when three chats were failed with no message arriving between, or any for a minute. The first
    message that arrives ends that: what failed before then need not wait for its own next attempt. Where
    fewer chats were failed, their messages may be to blame: they are brought forward a few times only.
    """

    CHATS = 3
    LASTING = timedelta(minutes=1)

    def __init__(self, now: datetime) -> None:
        self._failed: set[int] = set()
        self._since: datetime | None = now - self.LASTING  # what the last process met is not known
        self.ended_at: datetime | None = None  # until everything that failed in it was brought forward
        self.most_attempts = 0  # of what is brought forward

    def failed(self, chat_id: int, now: datetime) -> None:
        """Telegram did not take a message to this chat."""
        self._failed.add(chat_id)
        self._since = self._since or now

    def succeeded(self, now: datetime) -> None:
        """A message arrived."""
        clear = len(self._failed) >= self.CHATS
        if clear or (self._since is not None and now - self._since >= self.LASTING):
            self.ended_at = now
            self.most_attempts = 1_000_000 if clear else len(_BACK_OFF)
        self._failed.clear()
        self._since = None


class Outbox:
    """The sender's hand on the outbox. Each change is tried until the database takes it."""

    def __init__(
        self, store: Store, now: Callable[[], datetime], sleep: Callable[[float], Awaitable[None]]
    ) -> None:
        self._store = store
        self._now = now
        self._sleep = sleep
        self._outage = Outage(now())

    def failed(self, place: Place) -> None:
        """Telegram did not take a message to this place."""
        self._outage.failed(place.chat_id, self._now())

    async def sent(
        self, batch: ChatBatch, outgoing: OutgoingMessage, message_id: int, *, was_refused: bool
    ) -> None:
        """It arrived: the place can be written to and Telegram works, so what waited for that may go."""
        now, place, outage = self._now(), batch.place, self._outage
        outage.succeeded(now)
        ended_at, brought = outage.ended_at, 0

        async def settle(tx: Transaction) -> None:
            nonlocal brought
            await tx.notices.settle_sent(ids_of(outgoing.notices), batch.lease, now, message_id)
            if outgoing.edits is None and was_refused:
                await tx.notices.release_refused(place.chat_id, now, place.topic_id)
            if outgoing.edits not in (None, message_id):
                order_id = outgoing.notices[0].order_id
                await tx.chats.change_follow(place, order_id, card_message_id=message_id)
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
        """These again later, after a wait that grows with their attempts; dead letters after three days."""
        now = self._now()
        attempts = max(notice.attempts for notice in notices)
        age = now - min(notice.created_at for notice in notices)
        if outcome.counts and attempts >= len(_BACK_OFF) and age > _GIVE_UP:
            await self.give_up(batch, notices, outcome.reason)
            return
        if outcome.ambiguous and any(notice.ambiguous for notice in notices):
            step = max(attempts, _COPIES)  # once again soon; then each try may be one more copy on a phone
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

    async def put_off(self, batch: ChatBatch, notices: Sequence[Notice], at: datetime, reason: str) -> None:
        """These later, without an attempt having been made."""
        if notices:
            await self._write(
                lambda tx: tx.notices.settle_later(
                    ids_of(notices), batch.lease, at, counts=False, error=reason
                )
            )

    async def give_up(self, batch: ChatBatch, notices: Sequence[Notice], reason: str) -> None:
        """Dead letters for the operator; a card that cannot be edited is none."""
        now = self._now()
        await self.drop(batch, [one for one in notices if is_card(one)])
        dead = ids_of([one for one in notices if not is_card(one)])
        if dead:
            await self._write(lambda tx: tx.notices.settle_dead(dead, batch.lease, now, reason))

    async def drop(self, batch: ChatBatch, notices: Sequence[Notice]) -> None:
        """Nobody wants these any more."""
        if notices:
            now = self._now()
            await self._write(lambda tx: tx.notices.settle_dropped(ids_of(notices), batch.lease, now))

    async def enqueue_card(self, place: Place, notice: Notice, at: datetime) -> None:
        """The card of this notice's order could not be edited; it is to be, at `at` or soon."""
        now = self._now()
        news = News(kind=NewsKind.CARD, key=f"card:again:{notice.ids[-1]}", importance=Importance.SCAN)
        due_at = max(at, now + timedelta(seconds=_BACK_OFF[0]))
        pending = PendingNotice(place=place, order_id=notice.order_id, news=news, due_at=due_at)
        await self._write(lambda tx: tx.notices.enqueue([pending], now))

    async def keep_card(self, place: Place, order_id: str, message_id: int) -> None:
        """The card is another message now."""

        async def change(tx: Transaction) -> None:
            await tx.chats.change_follow(place, order_id, card_message_id=message_id)

        await self._write(change)

    async def _write(self, change: Callable[[Transaction], Awaitable[None]]) -> None:
        """Make the change once the database takes it: what was sent would be sent again without."""
        while True:
            try:
                async with self._store.write() as tx:
                    await change(tx)
            except StoreError as error:
                _log.warning("not written down yet", reason=str(error))
                await self._sleep(_WRITE_AGAIN)
            else:
                return


def ids_of(notices: Sequence[Notice]) -> list[int]:
    """The outbox rows of these notices."""
    return [one for notice in notices for one in notice.ids]
