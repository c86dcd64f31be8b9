"""Node texts in the reader's language: stored ones, and fetching those that are missing."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta

from bot import timeline
from bot.errors import SourceError
from bot.model import Item, Localized, Node, NodeText, Order
from bot.sources import Source
from bot.store import Store
from bot.tracking.lookups import keep
from bot.tracking.typical import TypicalStages

CANONICAL = "en"  # the language in which stages and changes are decided; also shown to English readers
_SHORTEST, _LONGEST = timedelta(minutes=1), timedelta(hours=1)  # between tries to get an order's texts


class Texts:
    """Fetches each text once per language, then stores it."""

    def __init__(
        self, store: Store, source: Source, typical: TypicalStages, now: Callable[[], datetime]
    ) -> None:
        self._store = store
        self._source = source
        self._typical = typical
        self._now = now
        self._failed: dict[str, tuple[datetime, int]] = {}  # when, and how often
        self._asked: dict[tuple[str, str], str] = {}  # by (order, language): the digest of the last answer

    async def localized(self, order: Order, language: str, wanted: Iterable[Node]) -> Localized:
        """The order with the texts of (at least) the `wanted` nodes, and how long its stage usually lasts.

        Texts that cannot be fetched now are left out: they are shown in English.
        """
        texts, articles = await self._translations(order, language, wanted)
        usual = self._typical.known.get(order.stage)
        return Localized(
            order=order.translated(articles), texts=texts, typical=usual.median if usual else None
        )

    async def _translations(
        self, order: Order, language: str, wanted: Iterable[Node]
    ) -> tuple[dict[int, NodeText], dict[int, tuple[Item, ...]]]:
        if language == CANONICAL or not order.parcels:
            return {}, {}
        async with self._store.read() as tx:
            known = await tx.orders.texts(order.id, language)
            articles = (await tx.orders.articles([order.id], language)).get(order.id, {})
        missing = any(node.seq not in known for node in wanted) or any(
            parcel.items and parcel.index not in articles for parcel in order.parcels
        )
        if not missing or self._asked.get((order.id, language)) == order.digest or self._rests(order.id):
            return known, articles
        try:
            snapshot = await self._source.fetch(order.id, language, urgent=True)
        except SourceError:
            _, times = self._failed.get(order.id, (None, 0))
            keep(self._failed, order.id, (self._now(), times + 1))
            return known, articles  # rather in English than late
        self._failed.pop(order.id, None)
        keep(self._asked, (order.id, language), order.digest)  # until the order's answer is another
        found = {seq: text for seq, text in timeline.pair(order, snapshot).items() if known.get(seq) != text}
        named = {
            index: items
            for index, items in timeline.translated(order, snapshot).items()
            if articles.get(index) != items
        }
        async with self._store.write() as tx:
            await tx.orders.save_texts(order.id, language, found)
            await tx.orders.save_articles(order.id, language, named)
        return known | found, articles | named

    def _rests(self, order_id: str) -> bool:
        """Whether it is too soon to ask again after a failure: 1 minute, doubled up to an hour."""
        at, times = self._failed.get(order_id, (None, 0))
        if at is None:
            return False
        return timedelta(0) <= self._now() - at < min(_LONGEST, _SHORTEST * (1 << min(times - 1, 10)))
