"""The loop that tells: lease what places are owed, render it, deliver it, settle each at once."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Protocol, assert_never

import structlog

from bot import audience
from bot.errors import StoreError, TokenRevoked
from bot.i18n import Words
from bot.model import (
    Chat,
    Delivery,
    Follow,
    Gone,
    Importance,
    Later,
    Localised,
    Message,
    Moved,
    NewsKind,
    Node,
    Notice,
    Order,
    Place,
    Refused,
    Sent,
    TopicGone,
)
from bot.store import Store, Transaction, Turn
from bot.store.notices import ToldRow
from bot.store.together import Together
from bot.tracking import Tracking
from bot.views import card, pushes
from bot.worker import Worker

_log = structlog.get_logger(__name__)

_LEASE = timedelta(minutes=3)  # longer than the longest wait for a permit and one slow call
_IDLE = 2.0  # seconds: the longest sleep, so that what a command of the operator put in is seen
_REVOKED = 30.0  # seconds between looks whether a refused token works again
_UNREACHABLE = (1.0, 2.0, 4.0, 8.0, 15.0, 30.0)  # seconds of rest for all while no connection can be made
_WRITE_AGAIN = 0.5  # seconds between tries to write down what became of a notice
_SEVERAL, _MANY = 2, 4  # orders from which on a summary comes: of what was held on purpose; of anything
# seconds before the next attempt, by attempts made; the last one repeats until _GIVE_UP
_BACK_OFF = (5, 30, 120, 600, 1800, 7200, 21600)
_GIVE_UP = timedelta(hours=72)
_COPIES = 2  # what may have arrived twice already waits as after so many attempts at least


_Settle = ToldRow | Callable[[Transaction], Awaitable[None]]


class Deliver(Protocol):
    """Sends one message; never raises but TokenRevoked."""

    async def __call__(self, place: Place, message: Message, *, reply_to: int | None = None) -> Delivery:
        """Return what became of it."""
        ...


class Edit(Protocol):
    """Replaces a message, or sends a new one where it is gone."""

    async def __call__(self, place: Place, message_id: int, message: Message) -> Delivery:
        """Return what became of it; `Sent` with the id it has now."""
        ...


class Telemetry(Protocol):
    """Hears what is counted."""

    def told(self, outcome: str, seconds: float) -> None:
        """A notice ended so many seconds after it was owed."""
        ...

    def pushed(self, delays: Sequence[float]) -> None:
        """News reached a chat so many seconds after it happened."""
        ...

    def beat(self, loop: str) -> None:
        """The loop is alive."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class _Letter:
    """One message about to leave, and the notices it tells."""

    notices: tuple[Notice, ...]
    message: Message
    reply_to: int | None = None
    happened: tuple[datetime, ...] = ()  # when what it tells happened, by the carrier's word

    @property
    def ids(self) -> list[int]:
        return [one for notice in self.notices for one in notice.ids]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Known:
    """What leased turns are told from, read at once for all of them."""

    chats: Mapping[Place, Chat]
    orders: Mapping[str, Order]
    follows: Mapping[tuple[Place, str], Follow]


class Sender(Worker):
    """Serves up to `width` places at once; a place is served by one task, in order.

    Nothing is leased before it can be told, and many at once where much waits: none until half of the tasks
    are free.
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
        telemetry: Telemetry,
        width: int = 48,
        idle: float = _IDLE,
    ) -> None:
        self._store = store
        self._tracking = tracking
        self._deliver = deliver
        self._edit = edit
        self._now = now
        self._telemetry = telemetry
        self._width = width
        self._idle = idle
        self._rest_until: datetime | None = None
        self._unreached = 0
        self._sleep = sleep
        super().__init__("sender", sleep, telemetry.beat)
        self._together = Together(store.write, _settle)

    async def step(self) -> bool:
        """Lease into free places. False when there was nothing to do."""
        if self._resting():
            return False
        room = self._width - len(self._running)
        if 2 * room < self._width:
            await self._wake_event.wait(self._idle)
            return True
        async with self._store.write() as tx:
            turns = await tx.notices.lease(self._now(), room, _LEASE)
            known = await _read(tx, turns)
        for turn in turns:
            serving = asyncio.create_task(self._serve(turn, known))
            self._running.add(serving)
            serving.add_done_callback(self._served)
        return bool(turns)

    async def drain(self) -> None:
        """Let what is in flight end."""
        if self._running:
            await asyncio.wait(self._running)

    def _resting(self) -> bool:
        return self._rest_until is not None and self._now() < self._rest_until

    def _served(self, serving: asyncio.Task[None]) -> None:
        self._running.discard(serving)
        if 2 * len(self._running) <= self._width:
            self._wake_event.wake()

    async def _serve(self, turn: Turn, known: _Known) -> None:
        try:
            await self._tell(turn, known)
        except TokenRevoked:
            self._rest_until = self._now() + timedelta(seconds=_REVOKED)
            await self._later(turn.notices, turn, self._rest_until, counts=False, error="token revoked")
        except Exception as error:  # noqa: BLE001  one poisoned row must not stop the others
            _log.error("telling failed", error=type(error).__name__, exc_info=error)
            await self._fail(turn, type(error).__name__)

    async def _tell(self, turn: Turn, known: _Known) -> None:
        chat, orders = known.chats.get(turn.place), known.orders
        ids = (notice.order_id for notice in turn.notices)
        follows = {one: known.follows[turn.place, one] for one in ids if (turn.place, one) in known.follows}
        wanted = [n for n in turn.notices if n.order_id in orders and n.order_id in follows]
        unwanted = [one for n in turn.notices if n not in wanted for one in n.ids]
        if chat is None or chat.left_at is not None:
            wanted, unwanted = [], [one for n in turn.notices for one in n.ids]
        if unwanted:
            await self._drop(unwanted, turn)
        if chat is None or not wanted:
            return
        wanted = await self._only_cards(turn, chat, wanted, orders, follows)
        if not wanted:
            return
        occasion = _occasion(chat, wanted, self._now())
        if len(wanted) >= (_MANY if occasion is pushes.Occasion.AFTER_OUTAGE else _SEVERAL):
            letter = await self._summary(chat, wanted, orders, follows)
            await self._send(turn, letter, [])
            return
        for position, notice in enumerate(wanted):
            follow: Follow | None = follows[notice.order_id]
            if position:  # messages of one place leave a second apart: meanwhile somebody may have stopped
                async with self._store.read() as tx:
                    follow = await tx.chats.get_follow(turn.place, notice.order_id)
            if follow is None:
                await self._drop(notice.ids, turn)
                continue
            letter = await self._letter(chat, notice, orders[notice.order_id], follow)
            if not await self._send(turn, letter, wanted[position + 1 :]):
                return

    async def _drop(self, ids: Sequence[int], turn: Turn) -> None:
        """Nobody wants these any more."""
        await self._write(lambda tx: tx.notices.settle_dropped(list(ids), turn.lease, self._now()))

    async def _only_cards(
        self,
        turn: Turn,
        chat: Chat,
        notices: Sequence[Notice],
        orders: Mapping[str, Order],
        follows: dict[str, Follow],
    ) -> list[Notice]:
        """Bring cards up to date whose place wants no message; the notices that are left."""
        left: list[Notice] = []
        for notice in notices:
            news = tuple(one for one in notice.news if one.kind is not NewsKind.CARD)
            if news:
                left.append(notice if len(news) == len(notice.news) else replace(notice, news=news))
                continue
            facts = await self._facts(chat, notice, orders[notice.order_id])
            words = Words(language=chat.language, zone=chat.zone)
            card_id = await self._edit_card(words, chat, facts, follows[notice.order_id])
            async with self._store.write() as tx:  # a card that could not be edited is brought up next time
                await tx.notices.settle_sent(list(notice.ids), turn.lease, self._now(), card_id)
        return left

    # ── rendering ───────────────────────────────────────────────────────────────────────────────

    async def _letter(self, chat: Chat, notice: Notice, order: Order, follow: Follow) -> _Letter:
        """One order's news, as a reply to its card, which is brought up to date first."""
        facts = await self._facts(chat, notice, order)
        now, words = self._now(), Words(language=chat.language, zone=chat.zone)
        card_id = await self._edit_card(words, chat, facts, follow)
        message = pushes.push(words, facts, follow, notice.news, now=now)
        return _Letter(
            notices=(notice,),
            message=_as_wanted(message, chat, notice.importance, now),
            reply_to=card_id,
            happened=_happened(notice, order),
        )

    async def _edit_card(self, words: Words, chat: Chat, facts: Localised, follow: Follow) -> int | None:
        if follow.card_message_id is None:
            return None
        fresh = card.card(words, facts, follow, now=self._now(), masked=chat.place.is_group)
        match await self._edit(chat.place, follow.card_message_id, replace(fresh, silent=True)):
            case Sent(message_id=message_id):
                if message_id != follow.card_message_id:
                    async with self._store.write() as tx:
                        await tx.chats.change_follow(chat.place, facts.order.id, card_message_id=message_id)
                return message_id
            case _:
                return None  # the push goes out all the same, and says what the matter is

    async def _summary(
        self, chat: Chat, notices: Sequence[Notice], orders: Mapping[str, Order], follows: dict[str, Follow]
    ) -> _Letter:
        """What waited for many orders, as one message."""
        entries = [
            pushes.Entry(
                facts=await self._facts(chat, notice, orders[notice.order_id]),
                follow=follows[notice.order_id],
                news=notice.news,
            )
            for notice in notices
        ]
        now = self._now()
        occasion = _occasion(chat, notices, now)
        message = pushes.summary(
            Words(language=chat.language, zone=chat.zone), entries, occasion=occasion, now=now
        )
        message = _as_wanted(message, chat, max(notice.importance for notice in notices), now)
        happened = tuple(at for notice in notices for at in _happened(notice, orders[notice.order_id]))
        return _Letter(notices=tuple(notices), message=message, happened=happened)

    async def _facts(self, chat: Chat, notice: Notice, order: Order) -> Localised:
        nodes: Sequence[Node] = order.told_by(notice.news)
        if not nodes:  # only the card is to be read: it shows the latest entry of every parcel
            nodes = [parcel.nodes[0] for parcel in order.parcels if parcel.nodes]
        return await self._tracking.texts.localised(order, chat.language, nodes)

    # ── delivering and settling ─────────────────────────────────────────────────────────────────

    async def _send(self, turn: Turn, letter: _Letter, rest: Sequence[Notice]) -> bool:
        """Deliver and settle at once; False when the rest of the turn has to wait."""
        outcome = self._reached(await self._deliver(turn.place, letter.message, reply_to=letter.reply_to))
        now = self._now()
        for notice in letter.notices:
            seconds = (now - notice.created_at).total_seconds()
            self._telemetry.told(type(outcome).__name__, seconds)
            _log.info(
                "told",
                order=notice.order_id,
                chat=turn.place.chat_id,
                outcome=type(outcome).__name__,
                seconds=round(seconds, 1),
            )
        match outcome:
            case Sent(message_id=message_id):
                self._telemetry.pushed([max(0.0, (now - at).total_seconds()) for at in letter.happened])
                await self._write(ToldRow(ids=letter.ids, lease=turn.lease, at=now, message_id=message_id))
                return True
            case Later():
                await self._retry(turn, letter, outcome, now)
                await self._later(rest, turn, outcome.at, counts=False, error="")
            case Gone(reason=reason):
                _log.info("chat gone", reason=reason)
                await self._tracking.places.left(turn.place.chat_id)
            case Moved(chat_id=chat_id):
                await self._tracking.places.moved(turn.place.chat_id, chat_id)
                await self._later([*letter.notices, *rest], turn, now, counts=False, error="moved")
            case TopicGone(reason=reason):
                _log.info("topic gone", reason=reason)
                await self._tracking.places.topic_gone(turn.place)
                await self._later([*letter.notices, *rest], turn, now, counts=False, error=reason)
            case Refused(reason=reason):
                _log.error("notice refused", reason=reason, notices=letter.ids)
                await self._write(lambda tx: tx.notices.settle_dead(letter.ids, turn.lease, now, reason))
                return True
            case _:
                assert_never(outcome)
        return False

    def _reached(self, outcome: Delivery) -> Delivery:
        """While Telegram cannot be reached everybody rests, ever longer; it is no notice's failed attempt."""
        if not (isinstance(outcome, Later) and outcome.unreachable):
            self._unreached = 0
            return outcome
        now = self._now()
        if self._rest_until is None or now >= self._rest_until:  # not once for each that was in flight
            rest = _UNREACHABLE[min(self._unreached, len(_UNREACHABLE) - 1)]
            self._unreached += 1
            self._rest_until = now + timedelta(seconds=rest)
        return replace(outcome, at=max(outcome.at, self._rest_until))

    async def _retry(self, turn: Turn, letter: _Letter, outcome: Later, now: datetime) -> None:
        first = min(notice.created_at for notice in letter.notices)
        attempts = max(notice.attempts for notice in letter.notices)
        if outcome.counts and attempts >= len(_BACK_OFF) and now - first > _GIVE_UP:
            await self._write(lambda tx: tx.notices.settle_dead(letter.ids, turn.lease, now, outcome.reason))
            return
        if outcome.ambiguous and any(notice.ambiguous for notice in letter.notices):
            step = max(attempts, _COPIES)  # once again soon; then each try may be one more copy on a phone
        else:
            step = attempts
        wait = timedelta(seconds=_BACK_OFF[min(step, len(_BACK_OFF) - 1)])
        at = max(outcome.at, now + wait) if outcome.counts else outcome.at
        await self._write(
            lambda tx: tx.notices.settle_later(
                letter.ids,
                turn.lease,
                at,
                counts=outcome.counts,
                ambiguous=outcome.ambiguous,
                error=outcome.reason,
            )
        )

    async def _later(
        self, notices: Sequence[Notice], turn: Turn, at: datetime, *, counts: bool, error: str
    ) -> None:
        ids = [one for notice in notices for one in notice.ids]
        if ids:
            await self._write(
                lambda tx: tx.notices.settle_later(ids, turn.lease, at, counts=counts, error=error)
            )

    async def _fail(self, turn: Turn, error: str) -> None:
        """Our own mistake: again later, and a dead letter when it does not pass."""
        now = self._now()
        for notice in turn.notices:
            letter = _Letter(notices=(notice,), message=Message(text=""))
            await self._retry(turn, letter, Later(at=now, reason=error), now)

    async def _write(self, settle: _Settle) -> None:
        """Write down what became of a notice, once the database takes it: else it would be told again."""
        while True:
            try:
                await self._together.write(settle)
            except StoreError as error:
                _log.warning("not written down yet", reason=str(error))
                await self._sleep(_WRITE_AGAIN)
            else:
                return

    # ── waiting ─────────────────────────────────────────────────────────────────────────────────

    async def _idle_for(self) -> float:
        try:
            async with self._store.read() as tx:
                due = await tx.notices.next_due(after=self._now())
        except StoreError:
            return self._idle  # the next round says what the matter is
        wait = self._idle if due is None else (due - self._now()).total_seconds()
        if self._rest_until is not None:
            wait = max(wait, (self._rest_until - self._now()).total_seconds())
        return min(max(wait, 0.02), self._idle)


async def _settle(tx: Transaction, settles: list[_Settle]) -> None:
    """What several messages became, in one transaction; those that arrived, in one statement."""
    await tx.notices.settle_told([one for one in settles if isinstance(one, ToldRow)])
    for one in settles:
        if not isinstance(one, ToldRow):
            await one(tx)


async def _read(tx: Transaction, turns: Sequence[Turn]) -> _Known:
    """In the transaction that leases: should it fail, nothing is leased."""
    if not turns:
        return _Known(chats={}, orders={}, follows={})
    places = [turn.place for turn in turns]
    ids = [notice.order_id for turn in turns for notice in turn.notices]
    return _Known(
        chats=await tx.chats.at(places),
        orders=await tx.orders.get_many(ids),
        follows={(one.place, one.order_id): one for one in await tx.chats.follows_of(places, ids)},
    )


def _as_wanted(message: Message, chat: Chat, importance: Importance, now: datetime) -> Message:
    """Without a sound where the chat wants none."""
    return replace(message, silent=True) if audience.is_silent(chat, importance, now) else message


def _happened(notice: Notice, order: Order) -> tuple[datetime, ...]:
    """The times of the nodes that a notice tells."""
    return tuple(node.at for node in order.told_by(notice.news))


def _occasion(chat: Chat, notices: Sequence[Notice], now: datetime) -> pushes.Occasion:
    """Why so much comes at once."""
    waited = now - min(notice.created_at for notice in notices)
    if chat.paused_until is not None and chat.paused_until <= now and waited > timedelta(hours=1):
        return pushes.Occasion.AFTER_PAUSE
    if chat.digest_at is not None and all(n.importance is not Importance.ACTION for n in notices):
        return pushes.Occasion.DAILY
    if chat.quiet_to is not None and waited > timedelta(minutes=30):
        return pushes.Occasion.AFTER_QUIET
    return pushes.Occasion.AFTER_OUTAGE
