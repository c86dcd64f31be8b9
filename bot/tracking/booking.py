"""The shop's book: watching orders for the shop, the shop's own order numbers, and claim links."""

from __future__ import annotations

import secrets
from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from pydantic import TypeAdapter

from bot.book import first_looks
from bot.ids import claim_token, is_claim_token, link_token, shop_key
from bot.model import BookEntry, BookNeeds, Once, Order, Registered
from bot.pacing import Pacer
from bot.store import Store, Transaction
from bot.tracking.keys import repeated
from bot.tracking.policy import Policy
from bot.tracking.webhooks import record_booked

_REGISTERED = TypeAdapter(list[Registered])
_AT_ONCE = 250  # orders booked in one transaction; longer ones would delay people's requests
_SENT_AT_ONCE = 100  # the same for those that shops send at any hour, with their links

Progress = Callable[[int, int], Awaitable[None]]  # gets orders done, and orders in all


@dataclass(frozen=True, slots=True, kw_only=True)
class Booked:
    """The result of booking a list: orders newly watched, and those that were watched already."""

    added: int
    known: int


class Booking:
    """Books orders: they are checked and flagged like followed ones, but no chat is notified."""

    def __init__(
        self,
        store: Store,
        pacer: Pacer,
        policy: Policy,
        now: Callable[[], datetime],
        entropy: Callable[[int], bytes] = secrets.token_bytes,
    ) -> None:
        self._store = store
        self._pacer = pacer
        self._policy = policy
        self._now = now
        self._entropy = entropy

    async def book(self, entries: Iterable[BookEntry], progress: Progress | None = None) -> Booked:
        """Watch these orders. Booking one again changes only its shop number, if that is different.

        Runs in many short transactions; after an interruption, book the same list again.
        """
        rows = list(_by_order(entries).values())
        looks = first_looks(self._now(), self._policy.calls_per_day)
        added = 0
        for start in range(0, len(rows), _AT_ONCE):
            part = rows[start : start + _AT_ONCE]
            async with self._store.write() as tx:
                added += len(await self._add(tx, part, looks))
            if progress is not None:
                await progress(start + len(part), len(rows))
        return Booked(added=added, known=len(rows) - added)

    async def _add(
        self, tx: Transaction, entries: Sequence[BookEntry], looks: Iterator[datetime]
    ) -> list[str]:
        """Book these orders and record their events; those that were not booked before."""
        new = await tx.book.add(entries, self._now(), list(islice(looks, len(entries))))
        await record_booked(tx, new, self._now())
        return new

    async def register(self, entries: Iterable[BookEntry], once: Once | None = None) -> list[Registered]:
        """Watch the orders that a shop's system sends, and make their claim links. Each order once.

        Runs in short transactions, each of which stores its part of the answer if the request is to take
        effect `once`: a repeat, after a crash or at the same time, gets the same answer and does what is left
        to do. Raises RepeatedOtherwise if the key came before with another body.
        """
        rows = list(_by_order(entries).values())
        looks = first_looks(self._now(), self._policy.calls_per_day)
        found: list[Registered] = []
        for part, start in enumerate(range(0, len(rows), _SENT_AT_ONCE)):
            lot = rows[start : start + _SENT_AT_ONCE]
            async with self._store.write() as tx:
                done = await repeated(tx, once, part, self._now()) if once is not None else None
                if done is None:
                    registered = await self._register(tx, lot, looks)
                    if once is not None:
                        await tx.keys.finish(once, part, _REGISTERED.dump_python(registered, mode="json"))
                else:
                    registered = _REGISTERED.validate_python(done)
            found += registered
        return found

    async def _register(
        self, tx: Transaction, entries: Sequence[BookEntry], looks: Iterator[datetime]
    ) -> list[Registered]:
        added = set(await self._add(tx, entries, looks))
        heads = await tx.book.heads([entry.order_id for entry in entries])
        keys = {order_id: key for order_id, head in heads.items() if (key := shop_key(head.shop_order))}
        offered = [(key, claim_token(self._entropy(16))) for key in sorted(set(keys.values()))]
        tokens = await tx.book.claim_tokens(offered, self._now())
        secret = self._policy.link_secret
        return [
            Registered(
                order_id=order_id,
                added=order_id in added,
                stage=head.stage,
                shop_order=head.shop_order,
                language=head.language,
                token=tokens.get(keys.get(order_id, ""), "") or signed_token(order_id, secret),
            )
            for order_id, head in heads.items()
        ]

    async def unbook(self, order_ids: Iterable[str]) -> int:
        """Stop watching these orders for the shop, even if AliExpress pushes news of them. Follows are kept.

        Returns how many were booked.
        """
        async with self._store.write() as tx:
            return await tx.book.remove(order_ids, self._now())

    async def needs(self) -> BookNeeds:
        """How many calls a day the orders that nobody follows need, and how many they get."""
        async with self._store.read() as tx:
            counted = await tx.book.count()
        return self._pacer.measure_book(counted.unwaited, self._policy.calls_per_day)

    async def count_unbooked(self, entries: Iterable[BookEntry]) -> int:
        """How many of these orders are not in the book."""
        ids = {entry.order_id for entry in entries}
        async with self._store.read() as tx:
            return len(ids) - await tx.book.count_booked(ids)

    async def claim_tokens(self, entries: Iterable[BookEntry]) -> dict[str, str]:
        """The claim token of each shop order, by AliExpress order id; the same each time.

        Unknown orders are stored, but not watched unless they are booked or followed.
        """
        rows = list(_by_order(entries).values())
        keys = {row.order_id: key for row in rows if (key := shop_key(row.shop_order))}
        tokens: dict[str, str] = {}
        described = [row for row in rows if row.order_id in keys or row.language]
        for start in range(0, len(described), _AT_ONCE):
            part = described[start : start + _AT_ONCE]
            wanted = {keys[row.order_id] for row in part if row.order_id in keys} - tokens.keys()
            offered = [(key, claim_token(self._entropy(16))) for key in sorted(wanted)]
            async with self._store.write() as tx:
                await tx.book.number(part, self._now())
                tokens |= await tx.book.claim_tokens(offered, self._now())
        return {order_id: tokens[key] for order_id, key in keys.items()}

    async def claimed(self, token: str) -> list[str]:
        """The AliExpress orders of a claim link; empty if the link is invalid or no order is left."""
        if not is_claim_token(token):
            return []
        async with self._store.read() as tx:
            return await tx.book.claimed(token)

    async def customers_language(self, order_id: str) -> str:
        """The language that the shop says the order's customer speaks; empty where it says none."""
        async with self._store.read() as tx:
            heads = await tx.book.heads([order_id])
        return heads[order_id].language if order_id in heads else ""

    async def find(self, text: str, order_ids: Sequence[str], *, most: int) -> list[Order]:
        """What a merchant's word means: a shop order, else these order ids, else a tracking number."""
        async with self._store.read() as tx:
            meant = await tx.book.of_shop_order(text, most)
            meant += [one for one in order_ids if one not in meant]
            known = await tx.orders.get_many(meant[:most])
            if not known:
                meant = await tx.book.with_parcel("".join(text.split()).upper(), most)
                known = await tx.orders.get_many(meant)
        return [known[one] for one in meant if one in known]

    async def of_shop_order(self, shop_order: str) -> list[str]:
        """The AliExpress orders of a shop order, oldest first. Show them to the merchant only."""
        async with self._store.read() as tx:
            return await tx.book.of_shop_order(shop_order)


def _by_order(entries: Iterable[BookEntry]) -> dict[str, BookEntry]:
    """Each order once; of several shop numbers, the last one counts."""
    found: dict[str, BookEntry] = {}
    for entry in entries:
        if entry.shop_order or entry.order_id not in found:
            found[entry.order_id] = entry
    return found


def signed_token(order_id: str, secret: str) -> str:
    """The token of a single order's link; empty without a secret, and for a number beyond 8 bytes."""
    try:
        return link_token(order_id, secret) if secret else ""
    except ValueError:
        return ""
