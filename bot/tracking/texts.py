"""Node texts in the reader's language: stored ones, and fetching those that are missing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta

from bot import matching
from bot.bounded import keep
from bot.errors import SourceError
from bot.model import Item, Localized, Node, NodeText, Order
from bot.sources import Source
from bot.store import Store, Transaction
from bot.tracking.typical import TypicalStages

_Texts = dict[int, NodeText]  # by node `seq`
_Articles = dict[int, tuple[Item, ...]]  # by parcel index
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
        self.fetched = 0  # how often texts came and were stored
        self._failed: dict[str, tuple[datetime, int]] = {}  # when, and how often
        self._asked: dict[tuple[str, str], str] = {}  # by (order, language): the digest of the last answer

    async def localized(
        self, order: Order, language: str, wanted: Iterable[Node], *, urgent: bool = True
    ) -> Localized:
        """The order with the texts of (at least) the `wanted` nodes, and how long its stage usually lasts.

        Texts that cannot be fetched now are left out: they are shown in English. `urgent`: a person waits.
        """
        if language == CANONICAL or not order.parcels:
            return self._put_together(order)
        async with self._store.read() as tx:
            texts, articles = await _read(tx, order, language)
        if self._lacks(order, language, wanted, texts, articles):
            texts, articles = await self._fetch(order, language, texts, articles, urgent=urgent)
        return self._put_together(order, texts, articles)

    async def stored(
        self, tx: Transaction, wanted: Sequence[tuple[Order, str]]
    ) -> list[tuple[Localized, bool]]:
        """Each order with the stored texts of a language, and whether `localized` would fetch no others."""
        foreign = [(one.id, language) for one, language in wanted if language != CANONICAL and one.parcels]
        texts, articles = await tx.translations.stored(foreign)
        found = []
        for order, language in wanted:
            key = (order.id, language)
            known, named = texts.get(key, {}), articles.get(key, {})
            lacks = key in foreign and self._lacks(order, language, order.nodes, known, named)
            found.append((self._put_together(order, known, named), not lacks))
        return found

    def asked(self, order_id: str, language: str) -> str:
        """The answer for which an order's texts were fetched last; changes when other ones are stored."""
        return self._asked.get((order_id, language), "")

    def _put_together(
        self, order: Order, texts: _Texts | None = None, articles: _Articles | None = None
    ) -> Localized:
        usual = self._typical.known.get(order.stage)
        return Localized(
            order=order.translated(articles or {}), texts=texts or {}, typical=usual.median if usual else None
        )

    def _lacks(
        self, order: Order, language: str, wanted: Iterable[Node], texts: _Texts, articles: _Articles
    ) -> bool:
        """Whether texts are missing that AliExpress may have."""
        missing = any(node.seq not in texts for node in wanted) or any(
            parcel.items and parcel.index not in articles for parcel in order.parcels
        )
        asked = self._asked.get((order.id, language)) == order.digest
        return missing and not asked and not self._rests(order.id)

    async def _fetch(
        self, order: Order, language: str, known: _Texts, articles: _Articles, *, urgent: bool
    ) -> tuple[_Texts, _Articles]:
        """The known texts with those that AliExpress has, which are stored."""
        try:
            snapshot = await self._source.fetch(order.id, language, urgent=urgent)
        except SourceError:
            _, times = self._failed.get(order.id, (None, 0))
            keep(self._failed, order.id, (self._now(), times + 1))
            return known, articles  # rather in English than late
        self._failed.pop(order.id, None)
        found = {seq: text for seq, text in matching.pair(order, snapshot).items() if known.get(seq) != text}
        named = {
            index: items
            for index, items in matching.translated(order, snapshot).items()
            if articles.get(index) != items
        }
        async with self._store.write() as tx:
            await tx.translations.save_texts(order.id, language, found)
            await tx.translations.save_articles(order.id, language, named)
        keep(self._asked, (order.id, language), order.digest)  # until the order's answer is another
        self.fetched += 1
        return known | found, articles | named

    def _rests(self, order_id: str) -> bool:
        """Whether it is too soon to ask again after a failure: 1 minute, doubled up to an hour."""
        at, times = self._failed.get(order_id, (None, 0))
        if at is None:
            return False
        return timedelta(0) <= self._now() - at < min(_LONGEST, _SHORTEST * (1 << min(times - 1, 10)))


async def _read(tx: Transaction, order: Order, language: str) -> tuple[_Texts, _Articles]:
    texts = await tx.translations.texts(order.id, language)
    return texts, (await tx.translations.articles([order.id], language)).get(order.id, {})
