"""The use cases: track, refresh, stop, rename and the rest; one transaction each, no network inside."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol, TypeVar

import structlog
from msgspec.structs import replace

from bot import audience, silences, timeline
from bot.errors import Misconfigured, Reauthorise, SourceError, UnknownOrder
from bot.ids import read_link_token
from bot.model import (
    Changes,
    Chat,
    Follow,
    Importance,
    Localised,
    News,
    NewsKind,
    Node,
    NodeText,
    Order,
    OrderFacts,
    OrderStatus,
    Owed,
    Place,
    Snapshot,
    Stage,
    Watch,
)
from bot.pacing import Pacer
from bot.sources import Source
from bot.store import Due, Settled, Store, Transaction

_log = structlog.get_logger(__name__)

CANONICAL = "en"  # what events and stages are decided on, and what English readers read
_T = TypeVar("_T")
_FACTS_EVERY = timedelta(hours=12)  # how often an order without tracking is asked for its own state
_LABEL_LENGTH = 64
_FINISHED_KEPT_IN_MIND = 300  # delivered orders that "typical for this stage" is learnt from
_WITH_CARRIER = 3  # rank of "picked up"
_GUESS_WINDOW = timedelta(hours=1)
_GUESSES = 5
_LOCK = timedelta(hours=6)
_STOPPED = "stopped "  # an update's effect, with the order's id and name


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """What the operator allows. `cooldown` is the least time between two looks at one order by people."""

    access: str = "open"
    admins: frozenset[int] = frozenset()
    orders_per_chat: int = 50
    link_secret: str = ""
    cooldown: timedelta = timedelta(seconds=60)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """An order as a place sees it. `silent_since`: AliExpress gives no answer since then."""

    localised: Localised
    follow: Follow | None
    silent_since: datetime | None = None

    @property
    def order(self) -> Order:
        return self.localised.order


# ── outcomes of tracking ────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True, kw_only=True)
class Tracked:
    """The place follows the order from now on."""

    shown: Shown


@dataclass(frozen=True, slots=True, kw_only=True)
class AlreadyTracked:
    """It followed the order already."""

    shown: Shown


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitReached:
    """The place follows as many orders as one may."""

    limit: int


@dataclass(frozen=True, slots=True, kw_only=True)
class NotAllowed:
    """The operator admits orders in another way: `link` or `private`."""

    access: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LockedOut:
    """Too many wrong ids came from here."""

    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class NotFound:
    """No such order, or not this merchant's: the answer is the same for both."""

    order_id: str


Outcome = Tracked | AlreadyTracked | LimitReached | NotAllowed | LockedOut | NotFound


@dataclass(frozen=True, slots=True, kw_only=True)
class Refreshed:
    """A look at an order by a person. `fresh` False: it was looked at a moment ago, or nobody answered."""

    shown: Shown
    fresh: bool


class Telemetry(Protocol):
    """Hears what is counted."""

    def changed(self, added: int, delays: Sequence[float]) -> None:
        """Nodes were stored; `delays` are seconds from the last look without them to this one."""
        ...

    def unknown(self, texts: int) -> None:
        """So many texts no rule knew."""
        ...


class Tracking:
    """Every use case on orders, for the chat, the poller and the command line alike."""

    def __init__(
        self,
        *,
        store: Store,
        source: Source,
        pacer: Pacer,
        policy: Policy,
        now: Callable[[], datetime],
        telemetry: Telemetry,
    ) -> None:
        self.store = store
        self.policy = policy
        self._source = source
        self._pacer = pacer
        self._now = now
        self._telemetry = telemetry
        self._source_silent = False
        self._typical: Mapping[Stage, silences.Typical] = {}

    # ── following ───────────────────────────────────────────────────────────────────────────────

    def claimed(self, token: str) -> str | None:
        """The order id of a deep link's token, None where it was not signed by this shop."""
        return read_link_token(token, self.policy.link_secret) if self.policy.link_secret else None

    async def track(
        self, chat: Chat, order_id: str, *, by_link: bool = False, label: str = "", update: int = 0
    ) -> Outcome:
        """Follow an order and show it. `by_link`: a signed link vouches for the claim.

        A wrong id counts once for the `update` that asks, however often that is handled.
        """
        now = self._now()
        async with self.store.read() as tx:
            follow = await tx.chats.get_follow(chat.place, order_id)
            refusal = None if follow else await self._refusal(tx, chat.place, by_link, now)
            watch = await tx.orders.watch(order_id)
        if refusal is not None:
            return refusal
        if follow is not None:
            await self._take_back(follow)
            refreshed = await self.refresh(chat, order_id)
            return AlreadyTracked(shown=refreshed.shown)
        snapshot, facts, wrong = None, None, False
        unseen = watch is None or watch.checked_at is None
        if unseen:
            snapshot, facts, wrong = await self._first_look(order_id, chat.language)
        if wrong and not by_link:
            return await self._wrong_id(chat.place, order_id, update)
        follow, order = await self._follow(chat, order_id, label, snapshot, facts)
        if follow is not None and order is not None:  # just looked at: nothing about it has to be read again
            texts = await self.texts(order, chat.language, order.nodes)
            return Tracked(shown=Shown(localised=self.localised(order, texts), follow=follow))
        if not unseen:
            await self.refresh(chat, order_id)
        return Tracked(shown=await self.show(chat, order_id))

    async def _refusal(
        self, tx: Transaction, place: Place, by_link: bool, now: datetime
    ) -> NotAllowed | LockedOut | LimitReached | None:
        admin = place.chat_id in self.policy.admins
        if not admin and not by_link and self.policy.access != "open":
            return NotAllowed(access=self.policy.access)
        if not admin and self.policy.access == "private":
            return NotAllowed(access="private")
        locked = None if by_link or admin else await tx.chats.locked_until(place.chat_id, now)
        if locked is not None:
            return LockedOut(until=locked)
        if await tx.chats.count_follows(place) >= self.policy.orders_per_chat:
            return LimitReached(limit=self.policy.orders_per_chat)
        return None

    async def _first_look(
        self, order_id: str, language: str
    ) -> tuple[Snapshot | None, OrderFacts | None, bool]:
        """What the source says of a new order, and whether it says that the id is wrong.

        A source in trouble makes no id wrong: the order is followed, and looked at when it answers.
        """
        try:
            snapshot = await self._source.fetch(order_id, CANONICAL, urgent=True)
        except UnknownOrder:
            return None, None, True
        except SourceError:
            return None, None, False
        if snapshot.found and snapshot.parcels:
            return snapshot, None, False
        try:
            return snapshot, await self._source.order_facts(order_id, urgent=True), False
        except UnknownOrder:
            return None, None, True
        except SourceError:
            return snapshot, None, False

    async def _wrong_id(self, place: Place, order_id: str, update: int) -> NotFound | LockedOut:
        if place.chat_id in self.policy.admins:
            return NotFound(order_id=order_id)
        async with self.store.write() as tx:
            if not await tx.updates.first(update, f"wrong {order_id}"):
                return NotFound(order_id=order_id)
            locked = await tx.chats.count_wrong_id(
                place.chat_id, self._now(), window=_GUESS_WINDOW, limit=_GUESSES, lock=_LOCK
            )
        return LockedOut(until=locked) if locked else NotFound(order_id=order_id)

    async def _follow(
        self, chat: Chat, order_id: str, label: str, snapshot: Snapshot | None, facts: OrderFacts | None
    ) -> tuple[Follow | None, Order | None]:
        """The follow where it is a new one, and the order where the snapshot says how it is now."""
        now = self._now()
        follow = Follow(
            place=chat.place, order_id=order_id, label=label.strip()[:_LABEL_LENGTH], created_at=now
        )
        async with self.store.write() as tx:
            fresh = await tx.orders.add(order_id, now)
            new = await tx.chats.follow(follow)
            await tx.orders.reweigh([order_id], now)
            order = None
            if snapshot is not None:
                order = await self._absorb(tx, order_id, snapshot, facts, asking=chat.place, fresh=fresh)
        return (follow if new else None), order

    async def _take_back(self, follow: Follow) -> None:
        if follow.archived_at is not None:
            async with self.store.write() as tx:
                await tx.chats.change_follow(follow.place, follow.order_id, archived_at=None)
                await tx.orders.reweigh([follow.order_id], self._now())

    async def untrack(self, place: Place, order_id: str, *, update: int = 0) -> bool:
        """Stop following; False when it was not followed. The `update` that asks remembers it."""
        async with self.store.write() as tx:
            follow = await tx.chats.get_follow(place, order_id)
            stopped = await tx.chats.unfollow(place, order_id, self._now())
            await tx.orders.reweigh([order_id], self._now())
            if stopped and follow is not None:
                await tx.updates.first(update, f"{_STOPPED}{order_id} {follow.label}")
        return stopped

    async def stopped(self, place: Place, update: int) -> list[Follow]:
        """What this update stopped when it was handled before: a crash came before its end."""
        async with self.store.read() as tx:
            effects = await tx.updates.effects(update)
        known = [one.removeprefix(_STOPPED).partition(" ") for one in effects if one.startswith(_STOPPED)]
        return [
            Follow(place=place, order_id=order_id, label=label, created_at=self._now())
            for order_id, _, label in known
        ]

    async def rename(self, place: Place, order_id: str, label: str) -> bool:
        """Give the order a name of at most 64 characters (empty: none); False when it is not followed."""
        async with self.store.write() as tx:
            return await tx.chats.change_follow(place, order_id, label=label.strip()[:_LABEL_LENGTH])

    async def set_notify(self, place: Place, order_id: str, *, on: bool) -> bool:
        """Pushes about this order on or off; False when it is not followed."""
        async with self.store.write() as tx:
            changed = await tx.chats.change_follow(place, order_id, notify=on)
            await tx.orders.reweigh([order_id], self._now())
        return changed

    async def set_archived(self, place: Place, order_id: str, *, archived: bool) -> bool:
        """Put the order away, or take it back; False when it is not followed."""
        now = self._now()
        async with self.store.write() as tx:
            changed = await tx.chats.change_follow(place, order_id, archived_at=now if archived else None)
            await tx.orders.reweigh([order_id], now)
        return changed

    async def ask_again(self, place: Place, order_id: str, at: datetime, *, update: int = 0) -> None:
        """It was called delivered but is not there: ask the place again then, and look until then."""
        news = News(
            kind=NewsKind.CHECK_IN, key=f"check_in:{int(at.timestamp())}", importance=Importance.ACTION
        )
        async with self.store.write() as tx:
            if not await tx.updates.first(update, f"ask {order_id}"):
                return
            owed = Owed(place=place, order_id=order_id, news=news, due_at=at)
            await tx.notices.owe([owed], self._now())
            await tx.orders.due_now(order_id, self._now())

    async def place_left(self, chat_id: int) -> None:
        """The bot cannot write there any more: nobody is told there, and what only they follow rests."""
        now = self._now()
        async with self.store.write() as tx:
            await tx.orders.reweigh(await tx.chats.leave(chat_id, now), now)

    async def place_back(self, chat_id: int) -> None:
        """The bot can write there again."""
        async with self.store.write() as tx:
            await tx.orders.reweigh(await tx.chats.come_back(chat_id), self._now())

    async def place_moved(self, old: int, new: int) -> None:
        """A group became a supergroup."""
        async with self.store.write() as tx:
            await tx.orders.reweigh(await tx.chats.move(old, new), self._now())

    async def topic_gone(self, place: Place) -> None:
        """A topic is closed or deleted: its follows move to the group's General topic."""
        async with self.store.write() as tx:
            await tx.orders.reweigh(await tx.chats.drop_topic(place), self._now())

    async def forget(self, chat_id: int) -> None:
        """Delete everything about a chat."""
        async with self.store.write() as tx:
            await tx.orders.reweigh(await tx.chats.forget(chat_id), self._now())

    # ── looking ─────────────────────────────────────────────────────────────────────────────────

    async def show(self, chat: Chat, order_id: str) -> Shown:
        """The order as known, in the chat's language; fetches only texts that are missing.

        Raises LookupError for an order that is not known.
        """
        async with self.store.read() as tx:
            order = await tx.orders.get(order_id)
            follow = await tx.chats.get_follow(chat.place, order_id)
            watch = await tx.orders.watch(order_id)
        if order is None:
            raise LookupError(order_id)
        texts = await self.texts(order, chat.language, order.nodes)
        failing = self._source_silent or (watch is not None and watch.failures > 1)
        silent = order.fetched_at if failing and not order.stage.final else None
        return Shown(localised=self.localised(order, texts), follow=follow, silent_since=silent)

    def localised(self, order: Order, texts: Mapping[int, NodeText]) -> Localised:
        """The order with these texts, and how long its stage usually lasts where that is known."""
        usual = self._typical.get(order.stage)
        return Localised(order=order, texts=texts, typical=usual.median if usual else None)

    async def refresh(self, chat: Chat, order_id: str) -> Refreshed:
        """Look at the order now, for somebody who waits; raises LookupError when it is not known."""
        now = self._now()
        async with self.store.read() as tx:
            watch = await tx.orders.watch(order_id)
        if watch is None:
            raise LookupError(order_id)
        recent = watch.checked_at is not None and now - watch.checked_at < self.policy.cooldown
        fresh = False
        if not recent:
            try:
                await self._look(order_id, watch, asking=chat.place)
                fresh = True
            except SourceError:
                fresh = False  # the card says how old its data is
        return Refreshed(shown=await self.show(chat, order_id), fresh=fresh)

    async def _look(self, order_id: str, watch: Watch, *, asking: Place | None) -> None:
        snapshot = await self._answer(self._source.fetch(order_id, CANONICAL, urgent=True))
        async with self.store.write() as tx:
            await self._absorb(tx, order_id, snapshot, None, asking=asking)

    async def _answer(self, asked: Awaitable[_T]) -> _T:
        """Wait for the source, and notice whether anybody answers at all. Raises SourceError."""
        try:
            answer = await asked
        except (Reauthorise, Misconfigured):
            self._source_silent = True
            raise
        self._source_silent = False
        return answer

    async def check(self, due: Due) -> Settled | None:
        """The scheduled look. Returns the end of a check without news for the poller to settle in bulk;
        None where there was news, which is settled. Raises SourceError.
        """
        silence = due.silence_at is not None and due.silence_at <= self._now()
        known = "" if silence else due.mark
        snapshot = await self._answer(self._source.check(due.order_id, CANONICAL, known))
        now = self._now()
        facts = await self._facts(due, snapshot, now) if snapshot is not None else None
        if snapshot is None or (snapshot.digest == due.digest and not silence and facts is None):
            self._pacer.learn(due.watch, (), now)
            return self.quiet(due, now, mark=snapshot.mark if snapshot is not None else None)
        async with self.store.write() as tx:
            if await tx.orders.holds_lease(due.order_id, due.lease):
                await self._absorb(tx, due.order_id, snapshot, facts, asking=None)
        return None

    def quiet(self, due: Due, now: datetime, *, mark: str | None = None) -> Settled:
        """The end of a check that found nothing new; `mark` is the answer's, where it is another."""
        watch = replace(due.watch, failures=0) if due.watch.failures else due.watch
        return Settled(
            order_id=due.order_id,
            lease=due.lease,
            next_check_at=_earliest(self._pacer.next_check(watch, now), due.silence_at),
            mark=mark,
        )

    def postponed(self, due: Due, until: datetime) -> Settled:
        """The end of a check that was not allowed to ask: nothing is learnt, nothing is held against it."""
        return Settled(
            order_id=due.order_id,
            lease=due.lease,
            next_check_at=until,
            answered=False,
            failures=due.watch.failures,
        )

    def failed(self, due: Due, error: SourceError, now: datetime) -> Settled:
        """The end of a check that got no answer: back off."""
        watch = replace(due.watch, failures=due.watch.failures + 1)
        return Settled(
            order_id=due.order_id,
            lease=due.lease,
            next_check_at=self._pacer.next_check(watch, now),
            answered=False,
            failures=watch.failures,
            error=str(error)[:300],
        )

    async def _facts(self, due: Due, snapshot: Snapshot, now: datetime) -> OrderFacts | None:
        """The order's own state, asked for now and then while there is no tracking."""
        if snapshot.found and snapshot.parcels:
            return None
        if due.status_at is not None and now - due.status_at < _FACTS_EVERY:
            return None
        try:
            return await self._source.order_facts(due.order_id)
        except SourceError:
            return None  # the order call is an extra: tracking goes on without it

    # ── what a look brought ─────────────────────────────────────────────────────────────────────

    async def _absorb(
        self,
        tx: Transaction,
        order_id: str,
        snapshot: Snapshot,
        facts: OrderFacts | None,
        *,
        asking: Place | None,
        fresh: bool = False,
    ) -> Order | None:
        """Store what is new, owe it to the followers, set the next check: in the caller's transaction.

        Returns the order as it is now, None where it is not known. A `fresh` one was put in just before.
        """
        now = self._now()
        known = Order(id=order_id, created_at=now) if fresh else await tx.orders.get(order_id)
        watch = await tx.orders.watch(order_id)
        if known is None or watch is None:
            return None
        if asking is not None and watch.stopped and not known.stage.final:
            known = replace(silences.revived(known, now), created_at=now)
            watch = replace(watch, created_at=now)
            await tx.orders.begin_anew(order_id, now)
        changes = timeline.changes(known, snapshot, now)
        if facts is not None:
            changes = _with_facts(changes, facts, now)
        return await self._conclude(tx, known, watch, changes, now, asking=asking, checked=True)

    async def _conclude(
        self,
        tx: Transaction,
        known: Order,
        watch: Watch,
        changes: Changes,
        now: datetime,
        *,
        asking: Place | None,
        checked: bool,
    ) -> Order:
        late = () if changes.first else silences.due_silences(changes.order, now, typical=self._typical)
        order = replace(
            changes.order,
            told=changes.order.told | {one.key for one in late},
        )
        changes = replace(changes, order=order, news=(*changes.news, *late))
        followers = await tx.chats.followers([order.id])
        silence_at = silences.next_silence_at(order, now, typical=self._typical)
        offset = audience.utc_offset([one.chat.zone for one in followers], now)
        await tx.orders.save(
            changes, silence_at=silence_at, utc_offset_hours=offset, ruleset=timeline.RULESET
        )
        owed = audience.owed(order.id, changes.news, followers, now, asking=asking)
        if changes.first:
            owed += audience.cards(order.id, followers, of="first", asking=asking, now=now)
        elif order.status is not known.status:
            unheard = [one for one in followers if one.chat.place not in {each.place for each in owed}]
            of = f"status:{order.status}:{now:%Y%m%d%H%M%S}"
            owed += audience.cards(order.id, unheard, of=of, asking=asking, now=now)
        await tx.notices.owe(owed, now)
        if changes.added or changes.news:
            _log.info("news", order=order.id, entries=len(changes.added), owed=len(owed))
        await tx.memory.count_unknown(changes.unknown, now)
        if checked:
            self._learn(watch, changes, now)
        after = _watch_after(watch, order, now)
        await tx.orders.conclude(
            order.id, now, _earliest(self._pacer.next_check(after, now), silence_at), checked=checked
        )
        return order

    def _learn(self, watch: Watch, changes: Changes, now: datetime) -> None:
        stamped = [(node.at, node.stage) for node in changes.added]
        self._pacer.learn(watch, stamped, now)
        if changes.added and not changes.first:
            seen = [
                (now - max(node.at, watch.checked_at or node.at)).total_seconds() for node in changes.added
            ]
            self._telemetry.changed(len(changes.added), [max(0.0, one) for one in seen])
        self._telemetry.unknown(len(changes.unknown))

    async def learn_status(self, order_id: str, status: OrderStatus, at: datetime | None, key: str) -> bool:
        """AliExpress pushed the order's state: keep it, tell it, look. False for repeats and strangers."""
        now = self._now()
        async with self.store.write() as tx:
            if not await tx.memory.first_push(key, now):
                return False
            known, watch = await tx.orders.get(order_id), await tx.orders.watch(order_id)
            if known is None or watch is None:
                return False
            if status is OrderStatus.UNKNOWN:  # a word we do not know takes nothing away
                await tx.orders.due_now(order_id, now)
                return True
            if status is OrderStatus.CANCELLED and _under_way(known):
                status = OrderStatus.CLOSED  # also said of orders that end well: nothing ends by it
            if known.status is None:  # a push is an event, not the first reading of a state
                known = replace(known, status=OrderStatus.UNKNOWN)
            changes = timeline.with_status(known, status, at or now)
            await self._conclude(tx, known, watch, changes, now, asking=None, checked=False)
            await tx.orders.due_now(order_id, now)
        return True

    async def learn_typical(self) -> None:
        """Learn from the merchant's own finished orders how long each stage lasts."""
        async with self.store.read() as tx:
            finished = await tx.orders.get_many(await tx.orders.delivered_lately(_FINISHED_KEPT_IN_MIND))
        samples: dict[Stage, list[timedelta]] = {}
        for parcel in (parcel for order in finished.values() for parcel in order.live):
            for stage, spent in silences.stage_durations(parcel).items():
                samples.setdefault(stage, []).append(spent)
        found = {stage: silences.typical_for_stage(durations) for stage, durations in samples.items()}
        self._typical = {stage: typical for stage, typical in found.items() if typical is not None}

    async def reclassify(self, limit: int = 200) -> int:
        """Read stored nodes again after the rules changed, telling nobody. Returns how many."""
        async with self.store.write() as tx:
            stale = await tx.orders.with_other_ruleset(timeline.RULESET, limit)
            for order in (await tx.orders.get_many(stale)).values():
                changes = timeline.reclassify(order)
                await tx.orders.reword(changes, timeline.RULESET)
        return len(stale)

    # ── texts in the reader's language ──────────────────────────────────────────────────────────

    async def texts(self, order: Order, language: str, wanted: Iterable[Node]) -> dict[int, NodeText]:
        """Texts of the order's nodes in `language`; what cannot be had now is missing (read in English)."""
        if language == CANONICAL or not order.parcels:
            return {}
        async with self.store.read() as tx:
            known = await tx.orders.texts(order.id, language)
        if all(node.seq in known for node in wanted):
            return known
        try:
            snapshot = await self._source.fetch(order.id, language, urgent=True)
        except SourceError:
            return known  # told in English rather than late
        found = {seq: text for seq, text in timeline.pair(order, snapshot).items() if known.get(seq) != text}
        async with self.store.write() as tx:
            await tx.orders.save_texts(order.id, language, found)
        return known | found

    async def texts_of_many(self, orders: Sequence[Order], language: str) -> dict[str, dict[int, NodeText]]:
        """Texts of several orders, a few at a time."""
        gate = asyncio.Semaphore(4)

        async def one(order: Order) -> dict[int, NodeText]:
            async with gate:
                return await self.texts(order, language, order.nodes[:1])

        return dict(zip([o.id for o in orders], await asyncio.gather(*(one(o) for o in orders)), strict=True))


def _with_facts(changes: Changes, facts: OrderFacts, now: datetime) -> Changes:
    status = OrderStatus.CANCELLED if facts.cancelled else facts.status
    told = timeline.with_status(changes.order, status, now)
    news = () if changes.first else told.news
    order = replace(told.order, paid_at=facts.paid_at or told.order.paid_at)
    return replace(changes, order=order, news=(*changes.news, *news))


def _under_way(order: Order) -> bool:
    """Whether a carrier has any of it."""
    return any(node.stage.rank is not None and node.stage.rank >= _WITH_CARRIER for node in order.nodes)


def _watch_after(watch: Watch, order: Order, now: datetime) -> Watch:
    return replace(
        watch,
        stage=order.stage,
        status=order.status,
        last_node_at=order.last_node_at,
        checked_at=now,
        eta=order.next_eta,
        failures=0,
        finished_at=order.finished_at,
    )


def _earliest(*moments: datetime | None) -> datetime | None:
    return min((at for at in moments if at is not None), default=None)
