"""The loop that sends pushes: lease due notices by place, render, deliver, settle each message at once.

A message that fails holds back only later news of the same order in the same place. A problem of the whole
chat (a flood wait, missing rights) postpones the rest of its batch; a problem of Telegram pauses everybody.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Container, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Protocol, assert_never

import structlog

from bot.errors import StoreError, TokenRevoked
from bot.model import (
    Blocker,
    Chat,
    Delivery,
    Follow,
    Gone,
    Later,
    Letter,
    Localized,
    Message,
    Moved,
    Notice,
    Order,
    Place,
    Refused,
    Sent,
    Shop,
    StillWanted,
    TopicGone,
)
from bot.outbox import Outbox, ids_of
from bot.outgoing import (
    OutgoingMessage,
    Renderer,
    is_card,
    is_complaint,
    is_question,
    is_report,
    occasion,
    split_reports,
)
from bot.store import ChatBatch, Store, Transaction
from bot.tracking import Tracking
from bot.views.summaries import Occasion
from bot.worker import Worker

_log = structlog.get_logger(__name__)

_LEASE = timedelta(minutes=3)  # longer than the longest wait for a turn plus one slow call
_IDLE = 2.0  # seconds; the longest sleep, so that notices put in by an operator's command are noticed
_REVOKED = 30.0  # seconds between tries while Telegram refuses the bot token
_LONGEST_REST = 30.0
_UNREACHABLE = (
    1.0,
    2.0,
    4.0,
    8.0,
    15.0,
    30.0,
)  # seconds that everybody pauses while no connection can be made
_FRESH = timedelta(milliseconds=50)  # what was read so lately is not read again
_STORE_AGAIN = 1.0  # seconds before a batch that met a database error is tried again
_SEVERAL, _MANY = 2, 4  # orders that become one summary: of news held on purpose, and of any news
_SPLIT_AFTER = 2  # attempts after which a failing summary is sent in halves


class Deliver(Protocol):
    """Sends one message; raises nothing but TokenRevoked."""

    async def __call__(
        self,
        place: Place,
        message: Message,
        *,
        reply_to: int | None = None,
        still_wanted: StillWanted | None = None,
    ) -> Delivery:
        """Send the message if it is still wanted when its turn comes, and return the outcome."""
        ...


class Edit(Protocol):
    """Edits a message, or sends a new one if the old one is gone."""

    async def __call__(
        self, place: Place, message_id: int, message: Message, *, still_wanted: StillWanted | None = None
    ) -> Delivery:
        """Edit the message and return the outcome; `Sent` carries its present id."""
        ...


class SenderTelemetry(Protocol):
    """The sender's counters."""

    def sent(self, outcome: str, seconds: float) -> None:
        """Count an attempt to send a notice that ended `seconds` after the notice was enqueued."""
        ...

    def pushed(self, delays: Sequence[float]) -> None:
        """Record how many seconds after they happened news items reached a chat."""
        ...

    def beat(self, loop: str) -> None:
        """Record that the loop completed a round."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class _Known:
    """The chats, orders and follows of the leased batches, read in one go."""

    chats: Mapping[Place, Chat]
    orders: Mapping[str, Order]
    follows: Mapping[tuple[Place, str], Follow]
    refused: Container[int]  # chats where the bot had no right to write
    letters: Mapping[int, Letter]
    at: datetime  # when it was read

    def wanted(self, notice: Notice) -> bool:
        """Whether the place still wants the notice: follows may have ended since it was enqueued."""
        follow = self.follows.get((notice.place, notice.order_id))
        if follow is not None and follow.archived_at is not None and is_question(notice):
            return False  # they said meanwhile that it came
        if any(one.letter is not None and one.letter not in self.letters for one in notice.news):
            return False  # who wrote it had everything deleted
        return notice.order_id in self.orders and (follow is not None or is_report(notice))

    def paused_until(self, notice: Notice, now: datetime) -> datetime | None:
        """Until when the place wants no such message; it may have paused since it was enqueued."""
        until = self.chats[notice.place].paused_until
        passes = is_card(notice) or is_report(notice)
        return until if until is not None and until > now and not passes else None


class Sender(Worker):
    """Serves up to `width` places at once, each by one task and in order.

    It leases only what it can start on at once, and only when half of the tasks are free, so that a busy
    sender leases many batches in one transaction.
    """

    def __init__(
        self,
        *,
        store: Store,
        tracking: Tracking,
        deliver: Deliver,
        edit: Edit,
        now: Callable[[], datetime],
        sleep: Callable[[float], Awaitable[None]],
        telemetry: SenderTelemetry,
        shop: Callable[[str], Shop] | None = None,
        width: int = 48,
        idle: float = _IDLE,
    ) -> None:
        self._store = store
        self._tracking = tracking
        self._renderer = Renderer(tracking, now, shop)
        self._deliver = deliver
        self._edit = edit
        self._now = now
        self._telemetry = telemetry
        self._width = width
        self._idle = idle
        self._rest_until: datetime | None = None
        self._unreached = 0
        self._outbox = Outbox(store, now, sleep)
        super().__init__("sender", sleep, telemetry.beat)

    async def step(self) -> bool:
        """Lease batches for the free tasks; False when there was nothing to do."""
        if self._resting():
            return False
        room = self._width - len(self._running)
        if 2 * room < self._width:
            await self._wake_event.wait(self._idle)
            return True
        async with self._store.write() as tx:
            batches = await tx.notices.lease(self._now(), room, _LEASE)
            known = await _read(tx, batches, self._now())
        for batch in batches:
            serving = asyncio.create_task(self._serve(batch, known))
            self._running.add(serving)
            serving.add_done_callback(self._served)
        return bool(batches)

    async def drain(self) -> None:
        """Wait for the batches in flight."""
        if self._running:
            await asyncio.wait(self._running)

    def _resting(self) -> bool:
        if self._rest_until is None:
            return False
        left = self._rest_until - self._now()
        return timedelta(0) < left <= timedelta(seconds=_LONGEST_REST)  # longer: the clock was set back

    def _served(self, serving: asyncio.Task[None]) -> None:
        self._running.discard(serving)
        if 2 * len(self._running) <= self._width:
            self._wake_event.wake()

    async def _serve(self, batch: ChatBatch, known: _Known) -> None:
        try:
            await self._tell(batch, known)
        except TokenRevoked:
            self._rest_until = self._now() + timedelta(seconds=_REVOKED)
            await self._outbox.put_off(batch, batch.notices, self._rest_until, "token revoked")
        except StoreError as error:  # the notices are not at fault
            at = self._now() + timedelta(seconds=_STORE_AGAIN)
            await self._outbox.put_off(batch, batch.notices, at, str(error))
        except Exception as error:  # noqa: BLE001  one bad batch must not stop the others
            _log.error("push failed", error=type(error).__name__, exc_info=error)
            for notice in batch.notices:
                await self._outbox.retry(batch, [notice], _mistake(error, self._now()))

    # ── one batch ───────────────────────────────────────────────────────────────────────────────

    async def _tell(self, batch: ChatBatch, known: _Known) -> None:
        chat = known.chats.get(batch.place)
        notices = [part for notice in batch.notices for part in split_reports(notice)]
        if chat is None or chat.left_at is not None:
            await self._outbox.keep(batch, [one for one in notices if is_complaint(one)], "the chat is away")
            await self._outbox.drop(batch, [one for one in notices if not is_complaint(one)])
            return
        await self._outbox.drop(batch, [one for one in notices if not known.wanted(one)])
        notices = [one for one in notices if known.wanted(one)]
        held = [one for one in notices if known.paused_until(one, self._now())]
        if held and chat.paused_until is not None:
            await self._outbox.put_off(batch, held, chat.paused_until, "paused")
        groups = _groups(chat, [one for one in notices if one not in held], self._now())
        for position, group in enumerate(groups):
            rest = [notice for later in groups[position + 1 :] for notice in later]
            if position:  # the chat may have unfollowed an order while earlier messages were sent
                known = await self._read_again(batch, known)
            if not await self._tell_group(batch, chat, known, group, rest):
                return

    def _still_wanted(self, batch: ChatBatch, group: Sequence[Notice], known: _Known) -> StillWanted:
        """Whether the group may be sent when its turn comes: people stop or pause while it waits."""

        async def still_wanted() -> bool:
            now = self._now()
            if timedelta(0) <= now - known.at < _FRESH:
                return True
            again = await self._read_again(batch, known)
            chat = again.chats.get(batch.place)
            if chat is None or chat.left_at is not None:
                return False
            return all(again.wanted(one) and not again.paused_until(one, now) for one in group)

        return still_wanted

    async def _read_again(self, batch: ChatBatch, known: _Known) -> _Known:
        ids = [notice.order_id for notice in batch.notices]
        async with self._store.read() as tx:
            chats = await tx.chats.at([batch.place])
            follows = await tx.chats.follows_of([batch.place], ids)
            letters = await _letters(tx, [batch])
        found = {(one.place, one.order_id): one for one in follows}
        return replace(known, chats=chats, follows=found, letters=letters, at=self._now())

    async def _tell_group(
        self, batch: ChatBatch, chat: Chat, known: _Known, group: Sequence[Notice], rest: Sequence[Notice]
    ) -> bool:
        """Send these notices as one message; False if the rest of the batch was settled with it."""
        try:
            still_wanted = self._still_wanted(batch, group, known)
            outgoing = await self._prepare(chat, known, group, still_wanted)
            if outgoing is None:
                await self._outbox.drop(batch, group)
                return True
            outcome = self._reached(await self._transmit(batch.place, outgoing, still_wanted))
        except (TokenRevoked, StoreError):
            raise
        except Exception as error:  # noqa: BLE001  one bad notice must not hold up the others
            _log.error("push failed", error=type(error).__name__, exc_info=error)
            if len(group) > 1:
                return await self._tell_halves(batch, chat, known, group, rest)
            await self._outbox.retry(batch, group, _mistake(error, self._now()))
            return True
        if len(group) > 1 and _may_be_its_own_fault(outcome, group):
            return await self._tell_halves(batch, chat, known, group, rest)
        refused = batch.place.chat_id in known.refused
        return await self._conclude(batch, outgoing, outcome, rest, was_refused=refused)

    async def _tell_halves(
        self, batch: ChatBatch, chat: Chat, known: _Known, group: Sequence[Notice], rest: Sequence[Notice]
    ) -> bool:
        """Send the group in halves: this isolates the notice at fault and delivers the others."""
        half = len(group) // 2
        first, second = group[:half], group[half:]
        return await self._tell_group(batch, chat, known, first, [*second, *rest]) and (
            await self._tell_group(batch, chat, known, second, rest)
        )

    async def _prepare(
        self, chat: Chat, known: _Known, group: Sequence[Notice], still_wanted: StillWanted
    ) -> OutgoingMessage | None:
        """Render these notices as one message; None if nobody follows the order any more."""
        if len(group) > 1:
            follows = {
                order_id: one for (place, order_id), one in known.follows.items() if place == chat.place
            }
            return await self._renderer.summary(chat, group, known.orders, follows)
        (notice,) = group
        order = known.orders[notice.order_id]
        follow = known.follows.get((chat.place, notice.order_id))
        if is_report(notice):
            return await self._renderer.report(chat, notice, order, follow, known.letters)
        if follow is None or (is_card(notice) and follow.card_message_id is None):
            return None
        facts = await self._renderer.facts(chat, order, notice.news)
        if is_card(notice):
            message = self._renderer.card(chat, facts, follow)
            return OutgoingMessage(
                notices=(notice,), message=message, edits=follow.card_message_id, card=order
            )
        card_id = await self._edit_card(chat, facts, follow, notice, still_wanted)
        return self._renderer.news(chat, facts, follow, notice, card_id)

    async def _edit_card(
        self, chat: Chat, facts: Localized, follow: Follow, notice: Notice, still_wanted: StillWanted
    ) -> int | None:
        """Update the living card and return its id; enqueue the update if it cannot be made now."""
        if follow.card_message_id is None:
            return None
        card = self._renderer.card(chat, facts, follow)
        match await self._edit(chat.place, follow.card_message_id, card, still_wanted=still_wanted):
            case Sent(message_id=message_id):
                if message_id != follow.card_message_id:
                    await self._outbox.keep_card(chat.place, follow.order_id, message_id)
                return message_id
            case Later(at=at):
                await self._outbox.enqueue_card(chat.place, notice, at)
                return follow.card_message_id
            case _:
                return None  # the push is sent all the same; its own outcome settles the chat

    async def _transmit(self, place: Place, outgoing: OutgoingMessage, still_wanted: StillWanted) -> Delivery:
        if outgoing.edits is not None:
            return await self._edit(place, outgoing.edits, outgoing.message, still_wanted=still_wanted)
        return await self._deliver(
            place, outgoing.message, reply_to=outgoing.reply_to, still_wanted=still_wanted
        )

    # ── outcomes ───────────────────────────────────────────────────────────────────────

    async def _conclude(
        self,
        batch: ChatBatch,
        outgoing: OutgoingMessage,
        outcome: Delivery,
        rest: Sequence[Notice],
        *,
        was_refused: bool,
    ) -> bool:
        """Settle by Telegram's answer; False if the rest of the batch was settled, too."""
        now, notices, place = self._now(), outgoing.notices, batch.place
        self._count(place, outgoing, outcome, now)
        match outcome:
            case Sent(message_id=message_id):
                await self._outbox.sent(batch, outgoing, message_id, was_refused=was_refused)
                return True
            case Later(refused=True):  # every other message to this chat would be refused, too
                for notice in (*notices, *rest):
                    await self._outbox.retry(batch, [notice], outcome, blocker=Blocker.CHAT)
            case Later():
                await self._outbox.retry(batch, notices, outcome, blocker=Blocker.TELEGRAM)
                if outcome.counts or (outgoing.edits is not None and not outcome.unreachable):
                    return True
                await self._outbox.put_off(batch, rest, outcome.at, outcome.reason)
            case Gone(reason=reason):
                _log.info("chat gone", reason=reason)
                await self._tracking.places.left(place.chat_id)
                await self._outbox.keep(
                    batch, [one for one in (*notices, *rest) if is_complaint(one)], reason
                )
            case Moved(chat_id=chat_id):
                await self._tracking.places.moved(place.chat_id, chat_id)
                await self._outbox.put_off(batch, [*notices, *rest], now, "moved")
            case TopicGone(reason=reason):
                _log.info("topic gone", reason=reason)
                await self._tracking.places.topic_gone(place)
                await self._outbox.put_off(batch, [*notices, *rest], now, reason)
            case Refused(reason=reason):
                _log.error("notice refused", reason=reason, notices=ids_of(notices))
                await self._outbox.give_up(batch, notices, reason)
                return True
            case _:
                assert_never(outcome)
        return False

    def _count(self, place: Place, outgoing: OutgoingMessage, outcome: Delivery, now: datetime) -> None:
        if isinstance(outcome, Later) and outcome.counts and not outcome.refused:
            self._outbox.failed(place)
        if outgoing.edits is not None:
            return
        for notice in outgoing.notices:
            seconds = (now - notice.created_at).total_seconds()
            name = type(outcome).__name__
            self._telemetry.sent(name, seconds)
            _log.info(
                "notice", order=notice.order_id, chat=place.chat_id, outcome=name, seconds=round(seconds, 1)
            )
        if isinstance(outcome, Sent):
            self._telemetry.pushed([max(0.0, (now - at).total_seconds()) for at in outgoing.happened])

    def _reached(self, outcome: Delivery) -> Delivery:
        """While Telegram is unreachable pause everybody, longer each time; this charges no attempt."""
        if not (isinstance(outcome, Later) and outcome.unreachable):
            self._unreached = 0
            return outcome
        now = self._now()
        if self._rest_until is None or now >= self._rest_until:  # once, not for each message in flight
            rest = _UNREACHABLE[min(self._unreached, len(_UNREACHABLE) - 1)]
            self._unreached += 1
            self._rest_until = now + timedelta(seconds=rest)
        return replace(outcome, at=max(outcome.at, self._rest_until))

    # ── waiting ─────────────────────────────────────────────────────────────────────────────────

    async def _idle_for(self) -> float:
        try:
            async with self._store.read() as tx:
                due = await tx.notices.next_due(after=self._now())
        except StoreError:
            return self._idle  # the next round logs the error
        wait = self._idle if due is None else (due - self._now()).total_seconds()
        if self._rest_until is not None:
            wait = max(wait, (self._rest_until - self._now()).total_seconds())
        return min(max(wait, 0.02), self._idle)


async def _read(tx: Transaction, batches: Sequence[ChatBatch], now: datetime) -> _Known:
    """Read what the batches need, in the leasing transaction: if this fails, nothing is leased."""
    if not batches:
        return _Known(chats={}, orders={}, follows={}, refused=(), letters={}, at=now)
    places = [batch.place for batch in batches]
    ids = [notice.order_id for batch in batches for notice in batch.notices]
    return _Known(
        chats=await tx.chats.at(places),
        orders=await tx.orders.get_many(ids, lock=False),
        follows={(one.place, one.order_id): one for one in await tx.chats.follows_of(places, ids)},
        refused=await tx.notices.refused_chats(),
        letters=await _letters(tx, batches),
        at=now,
    )


async def _letters(tx: Transaction, batches: Sequence[ChatBatch]) -> Mapping[int, Letter]:
    """What people wrote to each other, of these notices; without what its writer had deleted."""
    notices = [notice for batch in batches for notice in batch.notices]
    return await tx.cases.letters(
        one.letter for notice in notices for one in notice.news if one.letter is not None
    )


def _groups(chat: Chat, notices: Sequence[Notice], now: datetime) -> list[list[Notice]]:
    """Group notices into messages: cards and reports alone, news of many orders as one summary."""
    news = [one for one in notices if not is_card(one) and not is_report(one)]
    alone = [[one] for one in notices if one not in news]
    if not news:
        return alone
    several = _MANY if occasion(chat, news, now) is Occasion.AFTER_OUTAGE else _SEVERAL
    return alone + ([news] if len(news) >= several else [[one] for one in news])


def _may_be_its_own_fault(outcome: Delivery, notices: Sequence[Notice]) -> bool:
    """Whether a summary failed often enough that one order's part of it may be the cause."""
    failed = isinstance(outcome, Later) and outcome.counts and not outcome.refused
    return isinstance(outcome, Refused) or (
        failed and max(notice.attempts for notice in notices) >= _SPLIT_AFTER
    )


def _mistake(error: Exception, now: datetime) -> Later:
    """The outcome of a bug of ours: retried, and finally a dead letter."""
    return Later(at=now, reason=type(error).__name__)
