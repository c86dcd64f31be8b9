"""Following orders: tracking one, stopping, its name, its notifications, "Did you get it?"."""

from __future__ import annotations

import base64
import hmac
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

from bot import audience
from bot.errors import SourceError, UnknownOrder
from bot.ids import read_link_token
from bot.model import (
    Chat,
    Follow,
    Importance,
    News,
    NewsKind,
    Order,
    OrderFacts,
    PendingNotice,
    Place,
    Snapshot,
)
from bot.sources import Source
from bot.store import Store, Transaction
from bot.tracking import cards
from bot.tracking.lookups import Lookups
from bot.tracking.outcomes import (
    AlreadyTracked,
    LimitReached,
    LockedOut,
    NotAllowed,
    NotFound,
    Outcome,
    Shown,
    Tracked,
    Unanswered,
)
from bot.tracking.policy import Policy
from bot.tracking.recording import Recording
from bot.tracking.texts import CANONICAL, Texts
from bot.tracking.viewing import Viewing

_LABEL_LENGTH = 64
_GUESSES = 5
_LOCK = timedelta(hours=6)
_PAUSE = timedelta(minutes=15)  # the lock where AliExpress gave no answer: nobody need have guessed
_UNCHECKED = 3  # orders that a chat may follow before AliExpress says that they exist
_STOPPED = "stopped "  # prefix of an update's effect; the order's id and name follow


class Following:
    """Following and unfollowing orders, and each follow's own settings."""

    def __init__(
        self,
        *,
        store: Store,
        source: Source,
        policy: Policy,
        recording: Recording,
        viewing: Viewing,
        texts: Texts,
        lookups: Lookups,
        now: Callable[[], datetime],
    ) -> None:
        self._store = store
        self._source = source
        self._policy = policy
        self._recording = recording
        self._viewing = viewing
        self._texts = texts
        self._lookups = lookups
        self._now = now

    def claimed(self, token: str) -> str | None:
        """The order id in a deep link's token; None if this shop did not sign it."""
        return read_link_token(token, self._policy.link_secret) if self._policy.link_secret else None

    async def track(
        self,
        chat: Chat,
        order_id: str,
        *,
        by_link: bool = False,
        label: str = "",
        person: int = 0,
        update: int = 0,
    ) -> Outcome:
        """Follow an order and show it. `by_link`: the id came from a signed link.

        A wrong id counts for the chat and the `person` (0: nobody in particular), once for the `update` that
        asks, however often that is handled.
        """
        now = self._now()
        async with self._store.read() as tx:
            follow = await tx.chats.get_follow(chat.place, order_id)
            refusal = None if follow else await self._refusal(tx, chat.place, by_link, person, now)
            watch = await tx.orders.watch(order_id)
        if refusal is not None:
            return refusal
        if follow is not None:
            await self._take_back(follow)
            refreshed = await self._viewing.refresh(chat, order_id, person=person)
            return AlreadyTracked(shown=refreshed.shown)
        if watch is not None and watch.checked_at is not None:
            added = await self._follow(chat, order_id, label, None, None, unchecked=False, by_link=by_link)
            if isinstance(added, LimitReached | Unanswered):
                return added
            return Tracked(shown=(await self._viewing.refresh(chat, order_id, person=person)).shown)
        snapshot, facts, wrong = await self._first_look(chat.place, order_id, person)
        if wrong and not by_link:
            locked = await self._count_guess(chat.place, order_id, person, update, lock=_LOCK)
            return LockedOut(until=locked) if locked else NotFound(order_id=order_id)
        known = (snapshot is not None and snapshot.parcels) or facts is not None
        unchecked = not known and not by_link and not self._is_admin(chat.place)
        if unchecked and (
            locked := await self._count_guess(chat.place, order_id, person, update, lock=_PAUSE)
        ):
            return LockedOut(until=locked)
        added = await self._follow(
            chat, order_id, label, snapshot, facts, unchecked=unchecked, by_link=by_link
        )
        if isinstance(added, LimitReached | Unanswered):
            return added
        return Tracked(shown=await self._just_added(chat, order_id, *added, answered=snapshot is not None))

    async def _just_added(
        self, chat: Chat, order_id: str, follow: Follow | None, order: Order | None, *, answered: bool
    ) -> Shown:
        if follow is not None and order is not None:  # it was just stored: no need to read it again
            localized = await self._texts.localized(order, chat.language, order.nodes)
            return Shown(localized=localized, follow=follow)
        unanswered = not answered and self._lookups.is_unanswered(order_id)
        return await self._viewing.show(chat, order_id, unanswered=unanswered)

    def proof(self, place: Place, order_id: str) -> str:
        """What lets this place alone follow the order again where only shops' links let follow.

        11 characters; empty where no proof is asked for.
        """
        if self._policy.access != "link" or not self._policy.link_secret:
            return ""
        text = f"again:{place.chat_id}:{place.topic_id}:{order_id}"
        digest = hmac.digest(self._policy.link_secret.encode(), text.encode(), "sha256")
        return base64.urlsafe_b64encode(digest[:8]).decode().rstrip("=")

    def is_proof(self, place: Place, order_id: str, proof: str) -> bool:
        """Whether `proof` was made for this place."""
        return bool(proof) and hmac.compare_digest(proof, self.proof(place, order_id))

    async def _refusal(
        self, tx: Transaction, place: Place, by_link: bool, person: int, now: datetime
    ) -> NotAllowed | LockedOut | LimitReached | None:
        admin = place.chat_id in self._policy.admins
        if not admin and not by_link and self._policy.access != "open":
            return NotAllowed(access=self._policy.access)
        if not admin and self._policy.access == "private":
            return NotAllowed(access="private")
        if not by_link and not admin:
            locked = await tx.chats.locked_until(_guessers(place, person), now)
            locked = locked or self._lookups.blocked_until(place, person)
            if locked is not None:
                return LockedOut(until=locked)
        if await tx.chats.count_follows(place) >= self._policy.orders_per_chat:
            return LimitReached(limit=self._policy.orders_per_chat)
        return None

    async def _first_look(
        self, place: Place, order_id: str, person: int
    ) -> tuple[Snapshot | None, OrderFacts | None, bool]:
        """What the source says of a new order, and whether it says that the id is wrong.

        A source in trouble makes no id wrong: the order is followed, and looked at when it answers.
        """
        lookups = self._lookups
        if not lookups.may_ask(order_id, place, person):
            return None, None, False
        lookups.begin(place, person)
        snapshot, facts = None, None
        try:
            snapshot = await self._source.fetch(order_id, CANONICAL, urgent=True)
            if not snapshot.found or not snapshot.parcels:
                facts = await self._source.order_facts(order_id, urgent=True)
        except UnknownOrder:
            return None, None, True
        except SourceError:
            lookups.unanswered(order_id)
            return snapshot, None, False
        lookups.answered(order_id, place, person)
        return snapshot, facts, False

    async def _count_guess(
        self, place: Place, order_id: str, person: int, update: int, *, lock: timedelta
    ) -> datetime | None:
        """Count an id that AliExpress does not know, or does not say that it knows; until when that locks."""
        if self._is_admin(place):
            return None
        async with self._store.write() as tx:
            if not await tx.updates.first(update, f"wrong {order_id}"):
                return None
            return await tx.chats.count_wrong_id(
                _guessers(place, person),
                self._now(),
                window=self._policy.guess_window,
                limit=_GUESSES,
                lock=lock,
            )

    def _is_admin(self, place: Place) -> bool:
        return place.chat_id in self._policy.admins

    async def _follow(
        self,
        chat: Chat,
        order_id: str,
        label: str,
        snapshot: Snapshot | None,
        facts: OrderFacts | None,
        *,
        unchecked: bool,
        by_link: bool,
    ) -> tuple[Follow | None, Order | None] | LimitReached | Unanswered:
        """The follow if it is new, and the order if the snapshot has its current state.

        Who comes by the shop's link finds the shop's name for the order, until they choose another.
        The chat's limits are counted in the transaction that adds to it: ids sent at once do not pass them.
        """
        now, place, limit = self._now(), chat.place, self._policy.orders_per_chat
        follow = Follow(place=place, order_id=order_id, label=label.strip()[:_LABEL_LENGTH], created_at=now)
        async with self._store.write() as tx:
            await tx.orders.lock([order_id])
            await tx.chats.lock(place)
            if await tx.chats.get_follow(place, order_id) is None:
                if await tx.chats.count_follows(place) >= limit:
                    return LimitReached(limit=limit)
                if unchecked and await tx.chats.count_unchecked(place.chat_id) >= _UNCHECKED:
                    return Unanswered(order_id=order_id)
            fresh = await tx.orders.add(order_id, now)
            if by_link and not follow.label:
                follow = replace(follow, label=await tx.book.name(order_id))
            new = await tx.chats.follow(follow, unchecked=unchecked)
            await tx.checks.update_weights([order_id], now)
            order = None
            if snapshot is not None:
                order = await self._recording.apply_snapshot(
                    tx, order_id, snapshot, facts, asking=place, fresh=fresh
                )
        return (follow if new else None), order

    async def _take_back(self, follow: Follow) -> None:
        if follow.archived_at is not None:
            async with self._store.write() as tx:
                await tx.orders.lock([follow.order_id])
                await tx.chats.change_follow(follow.place, follow.order_id, archived_at=None)
                await tx.checks.update_weights([follow.order_id], self._now())

    async def untrack(self, place: Place, order_id: str, *, update: int = 0) -> bool:
        """Stop following; False if it was not followed. Recorded with the `update` that asked for it."""
        async with self._store.write() as tx:
            follow = await tx.chats.get_follow(place, order_id)
            stopped = await tx.chats.unfollow(place, order_id, self._now())
            await tx.checks.update_weights([order_id], self._now())
            if stopped and follow is not None:
                await tx.updates.first(update, f"{_STOPPED}{order_id} {follow.label}")
        return stopped

    async def stopped(self, place: Place, update: int) -> list[Follow]:
        """What this update stopped when it was handled before and a crash interrupted it."""
        async with self._store.read() as tx:
            effects = await tx.updates.effects(update)
        known = [one.removeprefix(_STOPPED).partition(" ") for one in effects if one.startswith(_STOPPED)]
        return [
            Follow(place=place, order_id=order_id, label=label, created_at=self._now())
            for order_id, _, label in known
        ]

    async def get(self, place: Place, order_id: str) -> Follow | None:
        """The place's follow, even an archived one; None if it does not follow the order."""
        async with self._store.read() as tx:
            return await tx.chats.get_follow(place, order_id)

    async def set_card(self, place: Place, shown: Order, message_id: int) -> None:
        """Remember the order's card: pushes reply to this message and edit it.

        `shown` is the order as the card shows it; if it has changed since, an edit is enqueued.
        """
        async with self._store.write() as tx:
            await tx.orders.lock([shown.id])
            await tx.chats.change_follow(place, shown.id, card_message_id=message_id)
            await cards.catch_up(tx, place, shown, self._now())

    async def card_edited(self, place: Place, shown: Order) -> None:
        """The card shows the order as it is in `shown`; if it has changed since, an edit is enqueued."""
        async with self._store.read() as tx:
            outdated = await cards.is_outdated(tx, shown)
        if outdated:
            await self.enqueue_card(place, shown.id)

    async def rename(self, place: Place, order_id: str, label: str) -> bool:
        """Name the order, in at most 64 characters (empty: no name); False if it is not followed."""
        async with self._store.write() as tx:
            return await tx.chats.change_follow(place, order_id, label=label.strip()[:_LABEL_LENGTH])

    async def set_notify(self, place: Place, order_id: str, *, on: bool) -> bool:
        """Turn pushes about this order on or off; False if it is not followed."""
        async with self._store.write() as tx:
            await tx.orders.lock([order_id])
            changed = await tx.chats.change_follow(place, order_id, notify=on)
            await tx.checks.update_weights([order_id], self._now())
        return changed

    async def set_archived(self, place: Place, order_id: str, *, archived: bool) -> bool:
        """Archive the order, or take it back; False if it is not followed."""
        now = self._now()
        async with self._store.write() as tx:
            await tx.orders.lock([order_id])
            changed = await tx.chats.change_follow(place, order_id, archived_at=now if archived else None)
            await tx.checks.update_weights([order_id], now)
        return changed

    async def enqueue_card(self, place: Place, order_id: str) -> None:
        """Enqueue an edit of the order's card, soon: it could not be edited, or shows an older state."""
        now = self._now()
        pending = audience.card_edit(place, order_id, cards.again(now), now + timedelta(seconds=5))
        async with self._store.write() as tx:
            await tx.notices.enqueue([pending], now)

    async def received(self, place: Place, order_id: str, *, update: int = 0, review: bool = False) -> bool:
        """It came: put the order away; a problem that this place reported before is solved.

        True where the place is to be asked for a `review`: once, and never after a problem. `update` is who
        asks.
        """
        now = self._now()
        async with self._store.write() as tx:
            await tx.orders.lock([order_id])
            await tx.chats.change_follow(place, order_id, archived_at=now)
            await tx.checks.update_weights([order_id], now)
            await tx.cases.withdraw(order_id, place, now)
            await tx.notices.drop_waiting(place, order_id, NewsKind.CHECK_IN, now)
            return review and await _asks_review(tx, place, order_id, update)

    async def ask_again(self, place: Place, order_id: str, at: datetime, *, update: int = 0) -> datetime:
        """It was called delivered but is not there: ask the place again then, and look until then.

        When it will be asked: one open question is enough.
        """
        now = self._now()
        news = News(
            kind=NewsKind.CHECK_IN, key=f"check_in:{int(at.timestamp())}", importance=Importance.ACTION
        )
        async with self._store.write() as tx:
            await tx.orders.lock([order_id])
            await tx.chats.change_follow(place, order_id, archived_at=None)
            await tx.checks.update_weights([order_id], now)
            waits = await tx.notices.waits_until(place, order_id, NewsKind.CHECK_IN)
            if waits is not None or not await tx.updates.first(update, f"ask {order_id}"):
                return waits or at
            notice = PendingNotice(place=place, order_id=order_id, news=news, due_at=at)
            await tx.notices.enqueue([notice], now)
            watch = await tx.orders.watch(order_id)
            if watch is not None and not watch.is_recent(now, self._policy.cooldown):
                await tx.checks.due_now(order_id, now)
        return at


async def _asks_review(tx: Transaction, place: Place, order_id: str, update: int) -> bool:
    """Whether to ask the place for a review: the first time, and when its update is handled again."""
    if await tx.cases.was_reported(order_id):
        return False
    effect = f"review {order_id}"
    if not await tx.chats.ask_review(place, order_id):
        return effect in await tx.updates.effects(update)
    await tx.updates.first(update, effect)
    return True


def _guessers(place: Place, person: int) -> set[int]:
    """Whose guesses are counted: a person's over all chats, as a private chat has its person's id."""
    return {place.chat_id, person or place.chat_id}
