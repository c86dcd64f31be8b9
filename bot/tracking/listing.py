"""The shop's orders as a list, and one by any of its numbers, for the shop's own systems."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from bot import board
from bot.ids import is_order_id, shop_key
from bot.model import Flag, Listed, ListFilter, ListPlace, Localized
from bot.store import Store, Transaction
from bot.tracking.booking import signed_token
from bot.tracking.policy import Policy
from bot.tracking.texts import Texts

_OF_A_SHOP_ORDER = 20  # AliExpress orders of one shop order


class OrderListing:
    """Lists what the shop or a customer watches."""

    def __init__(self, store: Store, texts: Texts, policy: Policy, now: Callable[[], datetime]) -> None:
        self._store = store
        self._texts = texts
        self._policy = policy
        self._now = now
        self._rules = board.rules(policy.board)

    async def page(
        self, wanted: ListFilter, *, after: ListPlace | None, length: int
    ) -> tuple[list[Listed], ListPlace | None]:
        """A page of `length` orders, the oldest change first, and the place that the next one is after.

        None: there is no next page.
        """
        async with self._store.read() as tx:
            found = await tx.listing.page(wanted, self._rules, self._now(), after=after, limit=length + 1)
            shown = found[:length]
            rows = await self._rows(tx, shown)
        return rows, shown[-1][0] if len(found) > length else None

    async def find(self, text: str) -> list[Listed]:
        """The order with this AliExpress number, else the orders of this shop order, oldest first."""
        async with self._store.read() as tx:
            if is_order_id(text) and (rows := await self._of(tx, [text])):
                return rows
            return await self._of(tx, await tx.book.of_shop_order(text, _OF_A_SHOP_ORDER))

    async def localized(self, rows: Sequence[Listed], language: str) -> list[Localized]:
        """These orders with the texts that are stored in this language."""
        async with self._store.read() as tx:
            read = await self._texts.stored(tx, [(row.order, language) for row in rows])
        return [facts for facts, _ in read]

    async def _of(self, tx: Transaction, order_ids: Sequence[str]) -> list[Listed]:
        if not order_ids:
            return []
        these = ListFilter(order_ids=tuple(order_ids))
        found = await tx.listing.page(these, self._rules, self._now(), limit=len(order_ids))
        rows = {row.order.id: row for row in await self._rows(tx, found)}
        return [rows[one] for one in order_ids if one in rows]

    async def _rows(self, tx: Transaction, found: Sequence[tuple[ListPlace, Flag | None]]) -> list[Listed]:
        flags = {place.order_id: flag for place, flag in found}
        known = await tx.orders.get_many(flags, lock=False)
        followers = await tx.chats.count_followers(flags)
        keys = {one.id: shop_key(one.shop_order) or "" for one in known.values()}
        tokens = await tx.book.known_tokens(key for key in keys.values() if key)
        return [
            Listed(
                order=known[order_id],
                at=self._now(),
                flag=flag,
                followers=followers.get(order_id, 0),
                token=tokens.get(keys[order_id], "") or signed_token(order_id, self._policy.link_secret),
            )
            for order_id, flag in flags.items()
            if order_id in known
        ]
