"""Texts of nodes and articles in readers' languages, each fetched once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.model import Item, NodeText
from bot.store import rows as shape
from bot.store import sql
from bot.store.tables import articles, texts

Pair = tuple[str, str]
"""An order's id and a language."""

# Not by pairs: for those SQLite walks the whole table.
_TEXTS = sa.select(texts).where(sql.among(texts.c.order_id, "ids"), sql.among(texts.c.language, "languages"))
_ARTICLES = sa.select(articles).where(
    sql.among(articles.c.order_id, "ids"), sql.among(articles.c.language, "languages")
)


class Translations:
    """Stored translations within one transaction."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._on = connection

    async def texts(self, order_id: str, language: str) -> dict[int, NodeText]:
        """The stored texts in this language, by node `seq`."""
        rows = await self._on.execute(
            sa.select(texts).where(texts.c.order_id == order_id, texts.c.language == language)
        )
        return {
            row["seq"]: NodeText(name=row["name"], description=row["description"]) for row in rows.mappings()
        }

    async def stored(
        self, wanted: Iterable[Pair]
    ) -> tuple[dict[Pair, dict[int, NodeText]], dict[Pair, dict[int, tuple[Item, ...]]]]:
        """`texts` and `articles` of several (order, language), in two queries per few hundred."""
        named: dict[Pair, dict[int, NodeText]] = {}
        articled: dict[Pair, dict[int, tuple[Item, ...]]] = {}
        for pairs in sql.chunks(wanted):
            these = {"ids": sorted({one for one, _ in pairs}), "languages": sorted({one for _, one in pairs})}
            for row in (await self._on.execute(_TEXTS, these)).mappings():
                if (key := (row["order_id"], row["language"])) in pairs:
                    text = NodeText(name=row["name"], description=row["description"])
                    named.setdefault(key, {})[row["seq"]] = text
            for row in (await self._on.execute(_ARTICLES, these)).mappings():
                if (key := (row["order_id"], row["language"])) in pairs:
                    articled.setdefault(key, {})[row["parcel"]] = shape.to_items(row["items"])
        return named, articled

    async def save_texts(self, order_id: str, language: str, known: Mapping[int, NodeText]) -> None:
        if known:
            await self._on.execute(
                sql.upsert(self._on, texts, ["order_id", "language", "seq"], ["name", "description"]),
                [
                    {
                        "order_id": order_id,
                        "language": language,
                        "seq": seq,
                        "name": text.name,
                        "description": text.description,
                    }
                    for seq, text in known.items()
                ],
            )

    async def articles(
        self, order_ids: Iterable[str], language: str
    ) -> dict[str, dict[int, tuple[Item, ...]]]:
        """Translated items by order and parcel index; only those fetched so far."""
        ids = list(order_ids)
        if not ids:
            return {}
        rows = await self._on.execute(
            sa.select(articles).where(articles.c.order_id.in_(ids), articles.c.language == language)
        )
        found: dict[str, dict[int, tuple[Item, ...]]] = {}
        for row in rows.mappings():
            found.setdefault(row["order_id"], {})[row["parcel"]] = shape.to_items(row["items"])
        return found

    async def save_articles(
        self, order_id: str, language: str, known: Mapping[int, tuple[Item, ...]]
    ) -> None:
        if known:
            await self._on.execute(
                sql.upsert(self._on, articles, ["order_id", "language", "parcel"], ["items"]),
                [
                    {
                        "order_id": order_id,
                        "language": language,
                        "parcel": index,
                        "items": shape.items_row(items),
                    }
                    for index, items in known.items()
                ],
            )
