"""The shop's book: orders watched for the shop, the shop's own order numbers, and claim links."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.ids import shop_key
from bot.model import BookEntry, Stage
from bot.store import sql
from bot.store.rows import stage_of
from bot.store.tables import WAITED_FOR, Utc, checks, claims, orders, parcels

_Described = tuple[str, str, str, datetime | None]  # shop order, name, language, when it was booked


class Head(NamedTuple):
    """An order's stage, the shop's number for it, and its customer's language."""

    stage: Stage
    shop_order: str
    language: str


class State(NamedTuple):
    """What tells whether an order may look different from before; `failures` are checks in a row."""

    order_id: str
    changed_at: datetime | None
    fetched_at: datetime | None
    failures: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Watched:
    """The number of orders that are checked, and how many of them only because they are booked."""

    orders: int
    unwaited: int


class Book:
    """The book within one transaction."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._on = connection

    async def add(
        self, entries: Sequence[BookEntry], now: datetime, first_looks: Sequence[datetime]
    ) -> list[str]:
        """Book these orders. Returns those that were not booked before.

        `entries` (a few hundred, each order once) are first checked at `first_looks`, in the same order; an
        order that is checked already keeps its schedule. What is given replaces what is known.
        """
        known = await self._known([entry.order_id for entry in entries])
        looks = iter(first_looks)
        rows = [_row(entry, now, next(looks)) for entry in entries if entry.order_id not in known]
        if rows:
            await self._on.execute(sql.upsert(self._on, orders, ["id"], _BOOKING), rows)
        booking = [
            one.order_id for one in entries if one.order_id in known and known[one.order_id][3] is None
        ]
        if booking:
            await self._on.execute(
                _BOOK, [{"b_id": order_id, "b_now": now, "b_next": next(looks)} for order_id in booking]
            )
        await self._describe(entries, known, now)
        return [str(row["id"]) for row in rows] + booking

    async def _describe(
        self, entries: Sequence[BookEntry], known: Mapping[str, _Described], now: datetime
    ) -> None:
        """Store what the shop says of orders that it has described otherwise or not at all."""
        renamed = []
        for entry in entries:
            before = known.get(entry.order_id)
            if before is None:
                continue
            said = (entry.shop_order, entry.name, entry.language)
            after = tuple(new or old for new, old in zip(said, before[:3], strict=True))
            if after != before[:3]:
                shop_order, name, language = after
                renamed.append(
                    {
                        "b_id": entry.order_id,
                        "b_shop": shop_order,
                        "b_key": shop_key(shop_order),
                        "b_name": name,
                        "b_language": language,
                        "b_changed": now,
                    }
                )
        if renamed:
            await self._on.execute(_DESCRIBE, renamed)

    async def number(self, entries: Sequence[BookEntry], now: datetime) -> None:
        """Store the shop's numbers and customers' languages of orders, whether they are watched or not."""
        rows = [_row(entry, now) for entry in sorted(entries, key=lambda entry: entry.order_id)]
        for column, changing in (("shop_order", ("shop_order", "shop_key")), ("language", ("language",))):
            if some := [row for row in rows if row[column]]:
                statement = sql.upsert(self._on, orders, ["id"], (*changing, "changed_at"))
                await self._on.execute(statement, some)

    async def _known(self, ids: Sequence[str]) -> dict[str, _Described]:
        """The known orders."""
        query = sa.select(
            orders.c.id, orders.c.shop_order, orders.c.name, orders.c.language, orders.c.booked_at
        )
        rows = await self._on.execute(
            sql.locking(self._on, query.where(orders.c.id.in_(ids)).order_by(orders.c.id))
        )
        return {row.id: (row.shop_order, row.name, row.language, row.booked_at) for row in rows}

    async def heads(self, order_ids: Iterable[str]) -> dict[str, Head]:
        """The stage of these orders, and what the shop says of them."""
        found: dict[str, Head] = {}
        columns = (orders.c.id, orders.c.stage, orders.c.shop_order, orders.c.language)
        for ids in sql.chunks(order_ids):
            rows = await self._on.execute(sa.select(*columns).where(orders.c.id.in_(ids)))
            heads = {row.id: Head(stage_of(row.stage), row.shop_order, row.language) for row in rows}
            found |= {order_id: heads[order_id] for order_id in ids if order_id in heads}
        return found

    async def name(self, order_id: str) -> str:
        """What the shop calls the order for its customer; empty where it gave no name."""
        return str(await self._on.scalar(sa.select(orders.c.name).where(orders.c.id == order_id)) or "")

    async def remove(self, order_ids: Iterable[str], now: datetime) -> int:
        """Unbook orders; those that nobody follows are no longer checked. Returns how many were booked."""
        gone = 0
        for ids in sql.chunks(sorted(order_ids)):
            taken = sa.and_(orders.c.id.in_(ids), orders.c.booked_at.is_not(None))
            values = {"booked_at": None, "unbooked_at": now, "changed_at": now}
            gone += (await self._on.execute(sa.update(orders).where(taken).values(values))).rowcount
            resting = sa.and_(orders.c.id.in_(ids), orders.c.weight == 0)
            await self._on.execute(sa.update(orders).where(resting).values(next_check_at=None))
            await self._on.execute(sa.delete(checks).where(checks.c.order_id.in_(ids)))
        return gone

    async def is_new(self, order_id: str) -> bool:
        """Whether the order was never booked (nor booked and removed)."""
        row = (
            await self._on.execute(
                sa.select(orders.c.booked_at, orders.c.unbooked_at).where(orders.c.id == order_id)
            )
        ).first()
        return row is None or (row.booked_at is None and row.unbooked_at is None)

    async def count_booked(self, order_ids: Iterable[str]) -> int:
        """How many of these are in the book."""
        found = 0
        for ids in sql.chunks(sorted(order_ids)):
            query = sa.select(sa.func.count()).where(orders.c.id.in_(ids), orders.c.booked_at.is_not(None))
            found += int(await self._on.scalar(query) or 0)
        return found

    async def count(self) -> Watched:
        """The number of orders that are checked."""
        planned = orders.c.next_check_at.is_not(None)
        every = sa.select(sa.func.count()).select_from(orders).where(planned)
        waited = await self._on.scalar(every.where(WAITED_FOR))
        total = await self._on.scalar(every)
        return Watched(orders=int(total or 0), unwaited=int((total or 0) - (waited or 0)))

    # ── shop orders ─────────────────────────────────────────────────────────────────────────────

    async def of_shop_order(self, shop_order: str, limit: int = 20) -> list[str]:
        """The AliExpress orders of a shop order, oldest first."""
        key = shop_key(shop_order)
        if key is None:
            return []
        rows = await self._on.scalars(
            sa.select(orders.c.id)
            .where(orders.c.shop_key == key)
            .order_by(orders.c.created_at, orders.c.id)
            .limit(limit)
        )
        return list(rows)

    async def with_parcel(self, number: str, limit: int = 20) -> list[str]:
        """The orders that have a parcel with this tracking number; looks through all parcels."""
        rows = await self._on.scalars(
            sa.select(parcels.c.order_id)
            .where(sa.func.upper(parcels.c.number) == number)
            .order_by(parcels.c.order_id)
            .limit(limit)
        )
        return list(rows)

    async def claim_tokens(self, offered: Sequence[tuple[str, str]], now: datetime) -> dict[str, str]:
        """The claim tokens of shop orders, by key; a new one gets the token offered as (key, token)."""
        rows = [{"shop_key": key, "token": token, "created_at": now} for key, token in offered]
        if rows:
            await self._on.execute(sql.insert_or_ignore(self._on, claims), rows)
        return await self.known_tokens(key for key, _ in offered)

    async def known_tokens(self, keys: Iterable[str]) -> dict[str, str]:
        """The claim tokens that were made for these shop orders, by key."""
        found: dict[str, str] = {}
        for lot in sql.chunks(keys):
            query = sa.select(claims.c.shop_key, claims.c.token).where(claims.c.shop_key.in_(lot))
            found |= {row.shop_key: row.token for row in await self._on.execute(query)}
        return found

    async def claimed(self, token: str, limit: int = 20) -> list[str]:
        """The AliExpress orders of a claim token, oldest first; empty for an unknown token."""
        key = await self._on.scalar(sa.select(claims.c.shop_key).where(claims.c.token == token))
        return await self.of_shop_order(key, limit) if key is not None else []

    async def opened(
        self, tokens: Sequence[str], order_ids: Sequence[str], limit: int = 20
    ) -> tuple[dict[str, list[State]], dict[str, State]]:
        """The states of the orders that claim tokens open, oldest first, and of these orders: one query.

        A token that opens nothing and an order that is unknown are left out.
        """
        rows = await self._on.execute(_OPENED, {"tokens": tokens, "ids": order_ids, "b_limit": limit})
        claimed: dict[str, list[State]] = {}
        single: dict[str, State] = {}
        for token, *state, _ in rows:
            if token:
                claimed.setdefault(token, []).append(State(*state))
            else:
                single[state[0]] = State(*state)
        return claimed, single

    async def purge_claims(self, before: datetime, limit: int = 500) -> int:
        """Delete claim links older than that whose shop orders have no order left. Returns how many."""
        orphaned = (
            sa.select(claims.c.shop_key)
            .where(claims.c.created_at < before)
            .where(~sa.exists().where(orders.c.shop_key == claims.c.shop_key))
            .limit(limit)
        )
        return (await self._on.execute(sa.delete(claims).where(claims.c.shop_key.in_(orphaned)))).rowcount


_BOOKING = ("booked_at", "unbooked_at", "shop_order", "shop_key", "name", "language", "changed_at")
_THIS = sa.update(orders).where(orders.c.id == sa.bindparam("b_id"))
_BOOK = _THIS.values(
    booked_at=sa.bindparam("b_now", type_=Utc),
    unbooked_at=None,
    changed_at=sa.bindparam("b_now", type_=Utc),
    next_check_at=sa.case(
        (orders.c.finished_at.is_not(None), orders.c.next_check_at),
        else_=sa.func.coalesce(orders.c.next_check_at, sa.bindparam("b_next", type_=Utc)),
    ),
)
_DESCRIBE = _THIS.values(
    shop_order=sa.bindparam("b_shop"),
    shop_key=sa.bindparam("b_key"),
    name=sa.bindparam("b_name"),
    language=sa.bindparam("b_language"),
    changed_at=sa.bindparam("b_changed", type_=Utc),
)


def _row(entry: BookEntry, now: datetime, first_look: datetime | None = None) -> dict[str, object]:
    """The row of a new order; booked if it has a first check."""
    return {
        "id": entry.order_id,
        "stage": Stage.PRE_SHIPMENT,
        "created_at": now,
        "booked_at": now if first_look is not None else None,
        "unbooked_at": None,
        "next_check_at": first_look,
        "shop_order": entry.shop_order,
        "shop_key": shop_key(entry.shop_order),
        "name": entry.name,
        "language": entry.language,
        "changed_at": now,
    }


def _opened() -> sa.CompoundSelect[Any]:
    state = (orders.c.id, orders.c.changed_at, orders.c.fetched_at, orders.c.failures)
    place = sa.func.row_number().over(
        partition_by=claims.c.token, order_by=(orders.c.created_at, orders.c.id)
    )
    of_claims = (
        sa.select(claims.c.token.label("token"), *state, place.label("place"))
        .join(orders, orders.c.shop_key == claims.c.shop_key)
        .where(sql.among(claims.c.token, "tokens"))
        .subquery("heads")
    )
    columns = [of_claims.c[name] for name in ("token", *(column.name for column in state), "place")]
    few = sa.select(*columns).where(of_claims.c.place <= sa.bindparam("b_limit"))
    single = sa.select(sa.literal("").label("token"), *state, sa.literal(0)).where(
        sql.among(orders.c.id, "ids")
    )
    return few.union_all(single).order_by("token", "place")


_OPENED = _opened()
