"""Orders as a place sees them: one in full, all in a list, one refreshed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from bot.errors import SourceError
from bot.model import Chat, Follow, News, Order, Place
from bot.store import Store
from bot.tracking.checking import Checking
from bot.tracking.lookups import Lookups
from bot.tracking.outages import OLD
from bot.tracking.outcomes import Refreshed, Shown
from bot.tracking.policy import Policy
from bot.tracking.texts import Texts


class Viewing:
    """Reads orders, and checks one again when a person asks for it."""

    def __init__(
        self,
        *,
        store: Store,
        checking: Checking,
        texts: Texts,
        policy: Policy,
        lookups: Lookups,
        now: Callable[[], datetime],
    ) -> None:
        self._store = store
        self._checking = checking
        self._texts = texts
        self._policy = policy
        self._lookups = lookups
        self._now = now

    async def show(self, chat: Chat, order_id: str, *, unanswered: bool = False) -> Shown:
        """The stored order in the chat's language; fetches only missing texts.

        `unanswered`: AliExpress was asked just now. Raises LookupError for an order that is not known.
        """
        async with self._store.read() as tx:
            order = await tx.orders.get(order_id)
            follow = await tx.chats.get_follow(chat.place, order_id)
            watch = await tx.orders.watch(order_id)
        if order is None:
            raise LookupError(order_id)
        failing = unanswered or self._checking.source_silent or (watch is not None and watch.failures > 1)
        return Shown(
            localized=await self._texts.localized(order, chat.language, order.nodes),
            follow=follow,
            silent_since=silent_since(order, self._now(), failing=failing, unanswered=unanswered),
        )

    async def refresh(self, chat: Chat, order_id: str, *, person: int = 0) -> Refreshed:
        """Look at the order now, for the `person` who waits; raises LookupError when it is not known."""
        async with self._store.read() as tx:
            watch = await tx.orders.watch(order_id)
        if watch is None:
            raise LookupError(order_id)
        tried = not watch.is_recent(self._now(), self._policy.cooldown)
        fresh = tried and await self._look(order_id, chat.place, person)
        unanswered = tried and not fresh and self._lookups.is_unanswered(order_id)
        return Refreshed(shown=await self.show(chat, order_id, unanswered=unanswered), fresh=fresh)

    async def _look(self, order_id: str, place: Place, person: int) -> bool:
        """Whether the source answered; it is not asked where they asked too often."""
        lookups = self._lookups
        if not lookups.may_ask(order_id, place, person):
            return False
        lookups.begin(place, person)
        try:
            await self._checking.check_now(order_id, asking=place)
        except SourceError:
            lookups.unanswered(order_id)
            return False  # the card shows how old its data is
        lookups.answered(order_id, place, person)
        return True

    async def orders(self, chat: Chat) -> list[tuple[Order, Follow]]:
        """All orders that the chat follows, archived ones included, newest follow first.

        Articles are in the chat's language, as far as that was fetched before.
        """
        async with self._store.read() as tx:
            follows = await tx.chats.follows(chat.place)
            known = await tx.orders.get_many(follow.order_id for follow in follows)
            articles = await tx.translations.articles(known, chat.language)
        return [
            (known[follow.order_id].translated(articles.get(follow.order_id, {})), follow)
            for follow in follows
            if follow.order_id in known
        ]

    async def order(self, chat: Chat, order_id: str) -> Order:
        """One order in the same way; raises LookupError when it is not known."""
        async with self._store.read() as tx:
            order = await tx.orders.get(order_id)
            articles = await tx.translations.articles([order_id], chat.language)
        if order is None:
            raise LookupError(order_id)
        return order.translated(articles.get(order_id, {}))

    async def last_announced(self, place: Place, order_id: str) -> News | None:
        """The last news of the order that the place was told."""
        async with self._store.read() as tx:
            return await tx.notices.last_announced(place, order_id)

    async def is_known(self, order_id: str) -> bool:
        """Whether anybody follows or followed the order."""
        async with self._store.read() as tx:
            return await tx.orders.watch(order_id) is not None


def silent_since(order: Order, now: datetime, *, failing: bool, unanswered: bool) -> datetime | None:
    """Since when AliExpress is silent about the order; None where that is not worth telling."""
    at = order.fetched_at or (order.created_at if unanswered else None)
    telling = failing and at is not None and (order.fetched_at is None or now - at >= OLD)
    return at if telling and not order.stage.final else None
