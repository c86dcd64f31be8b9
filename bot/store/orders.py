"""Orders with their parcels, nodes and texts; leasing and settling checks."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Sequence
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.model import (
    Changes,
    Node,
    Order,
    Parcel,
    Stage,
    Watch,
)
from bot.store import rows as shape
from bot.store import sql
from bot.store.tables import (
    IDLE,
    cases,
    checks,
    follows,
    nodes,
    orders,
    parcels,
    texts,
    webhook_endpoints,
)

_SLACK = timedelta(minutes=1)  # by how much later a corrected clock may be noticed
_PART = 5000  # ids that are in memory at a time

# Building a statement costs as much as running it, so those of every round are built once.
_CHANGED_AT = sa.select(orders.c.changed_at).where(orders.c.id == sa.bindparam("b_id"))
_HEADS = sa.select(orders).where(sql.among(orders.c.id, "ids")).order_by(orders.c.id)
_PARCELS = sa.select(parcels).where(sql.among(parcels.c.order_id, "ids")).order_by(parcels.c.index)
_NODES = (
    sa.select(nodes)
    .where(sql.among(nodes.c.order_id, "ids"))
    .order_by(nodes.c.at.desc(), nodes.c.ordinal, nodes.c.seq.desc())
)


class Orders:
    """Orders within one transaction."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._on = connection

    async def add(self, order_id: str, now: datetime) -> bool:
        """Add an order; False if it was known already."""
        new = Order(id=order_id, created_at=now)
        row = {
            "id": new.id,
            "stage": new.stage,
            "created_at": now,
            "next_check_at": None,
            "changed_at": now,
        }
        return await sql.add(self._on, orders, row)

    async def lock(self, order_ids: Iterable[str]) -> None:
        """Lock these orders until the transaction ends (PostgreSQL; SQLite has one writer).

        Lock an order before you change its follows, notices or case: the fixed order prevents deadlocks.
        """
        if not sql.is_sqlite(self._on):
            for ids in sql.chunks(sorted(order_ids)):
                await self._on.execute(LOCK, {"ids": ids})

    async def get(self, order_id: str) -> Order | None:
        return (await self.get_many([order_id])).get(order_id)

    async def changed_at(self, order_id: str) -> datetime | None:
        """When what is shown of the order last changed; None if it is not known."""
        when: datetime | None = await self._on.scalar(_CHANGED_AT, {"b_id": order_id})
        return when

    async def get_many(self, order_ids: Iterable[str], *, lock: bool = True) -> dict[str, Order]:
        """The known ones among `order_ids` with parcels and nodes, in three queries per few hundred.

        In a read-write transaction they are locked until its end, unless that is not wanted.
        """
        found: dict[str, Order] = {}
        for ids in sql.chunks(sorted(order_ids)):
            found |= await self._get_lot(ids, lock=lock)
        return found

    async def _get_lot(self, ids: Sequence[str], *, lock: bool) -> dict[str, Order]:
        these = {"ids": ids}
        by_parcel: dict[tuple[str, int], list[Node]] = {}
        heads = sql.locking(self._on, _HEADS) if lock else _HEADS
        found = (await self._on.execute(heads, these)).mappings().all()
        for row in (await self._on.execute(_NODES, these)).mappings():
            by_parcel.setdefault((row["order_id"], row["parcel"]), []).append(shape.to_node(row))
        by_order: dict[str, list[Parcel]] = {}
        for row in (await self._on.execute(_PARCELS, these)).mappings():
            parcel = shape.to_parcel(row, by_parcel.get((row["order_id"], row["index"]), ()))
            by_order.setdefault(row["order_id"], []).append(parcel)
        return {row["id"]: shape.to_order(row, by_order.get(row["id"], ())) for row in found}

    async def save(
        self,
        changes: Changes,
        *,
        silence_at: datetime | None = None,
        utc_offset_hours: float | None = None,
        ruleset: str = "",
        changed_at: datetime | None = None,
    ) -> None:
        """Store the order's row, its parcels, and new and edited nodes. Removes nothing.

        `changed_at`: now, where a shop reads something new; None: nothing that it reads has changed.
        """
        order = changes.order
        head = shape.order_row(order) | {
            "silence_at": silence_at,
            "utc_offset_hours": utc_offset_hours,
            "ruleset": ruleset,
        }
        if changed_at is not None:
            head["changed_at"] = changed_at
        await self._on.execute(ONE, head | {"b_id": order.id})
        await self._save_parts(changes)
        if changes.edited:
            await self._on.execute(
                sa.delete(texts).where(
                    texts.c.order_id == order.id, texts.c.seq.in_([node.seq for node in changes.edited])
                )
            )

    async def _save_parts(self, changes: Changes) -> None:
        order = changes.order
        if order.parcels:
            await self._on.execute(
                sql.upsert_whole(self._on, parcels),
                [shape.parcel_row(order.id, parcel) for parcel in order.parcels],
            )
        if changes.added or changes.edited:
            await self._on.execute(
                sql.upsert_whole(self._on, nodes),
                [shape.node_row(order.id, node) for node in (*changes.added, *changes.edited)],
            )

    async def restart_silence(self, order_id: str, now: datetime) -> None:
        """A given-up order was requested again: count its silence from now."""
        await self._on.execute(sa.update(orders).where(orders.c.id == order_id).values(created_at=now))

    async def with_similar_news(self, order_id: str, within: timedelta, limit: int) -> list[str]:
        """Checked orders in the same stage whose newest node is `within` that span of this order's."""
        watch = await self.watch(order_id)
        if watch is None or watch.last_node_at is None:
            return []
        newest = orders.c.last_node_at.between(watch.last_node_at - within, watch.last_node_at + within)
        found = await self._on.scalars(
            sa.select(orders.c.id)
            .where(newest, orders.c.stage == watch.stage, orders.c.next_check_at.is_not(None))
            .where(orders.c.id != order_id)
            .limit(limit)
        )
        return list(found)

    async def dated_ahead(self, now: datetime, back: timedelta, *, after: str, limit: int) -> list[str]:
        """Up to `limit` orders, by id after this one, that a clock which was ahead by `back` dated."""
        wrong = sa.or_(_planned_ahead(now, back), orders.c.fetched_at > now, orders.c.created_at > now)
        rows = sa.select(orders.c.id).where(orders.c.id > after, wrong).order_by(orders.c.id).limit(limit)
        return list((await self._on.execute(rows)).scalars())

    async def set_back(self, order_ids: Iterable[str], now: datetime, back: timedelta) -> None:
        """Correct these orders' times after the clock was ahead: planned checks move back by as much."""
        earlier = sql.moved_back(orders.c.next_check_at, back)
        values = {
            "next_check_at": sa.case((_planned_ahead(now, back), earlier), else_=orders.c.next_check_at)
        }
        for moment in (orders.c.fetched_at, orders.c.created_at):
            values[moment.name] = sa.case((moment > now, sa.literal(now, moment.type)), else_=moment)
        for ids in sql.chunks(order_ids):
            wrong = sql.in_order(orders, orders.c.id.in_(ids))
            await self._on.execute(sa.update(orders).where(wrong).values(values))

    async def watch(self, order_id: str) -> Watch | None:
        row = (await self._on.execute(_WATCH, {"b_id": order_id})).mappings().first()
        return None if row is None else shape.to_watch(row)

    async def with_other_ruleset(self, ruleset: str, limit: int) -> list[str]:
        """Up to `limit` orders whose nodes were classified by other rules."""
        found: list[str] = []
        for other in (
            orders.c.ruleset < ruleset,
            orders.c.ruleset > ruleset,
        ):  # "!=" would scan the whole table
            query = sa.select(orders.c.id).where(other, orders.c.fetched_at.is_not(None))
            found += (await self._on.execute(query.limit(limit - len(found)))).scalars()
        return found

    async def save_estimates(self, of: Sequence[Order]) -> None:
        """Replace the estimates of these orders' parcels, and since when they will probably be late."""
        if of:
            ordered = sorted(of, key=lambda one: one.id)  # a fixed order of locking prevents deadlocks
            late = [{"b_id": one.id, "late_expected_since": one.late_expected_since} for one in ordered]
            await self._on.execute(ONE, late)
            await self._on.execute(
                sa.update(parcels).where(
                    parcels.c.order_id == sa.bindparam("b_order"),
                    parcels.c["index"] == sa.bindparam("b_index"),
                ),
                [
                    {"b_order": one.id, "b_index": parcel.index, **shape.estimate_row(parcel)}
                    for one in ordered
                    for parcel in one.parcels
                ],
            )

    async def save_reclassified(self, changes: Changes, ruleset: str, changed_at: datetime | None) -> None:
        """Store an order's reclassified nodes and stage; `changed_at` as for `save`."""
        order = changes.order
        head = {"stage": order.stage, "reason": order.reason, "stage_since": order.stage_since}
        if changed_at is not None:
            head["changed_at"] = changed_at
        await self._on.execute(
            sa.update(orders).where(orders.c.id == order.id).values(head | {"ruleset": ruleset})
        )
        await self._save_parts(changes)

    async def delivered_lately(self, limit: int) -> list[str]:
        """Up to `limit` delivered orders, latest first."""
        rows = await self._on.execute(
            sa.select(orders.c.id)
            .where(orders.c.stage == Stage.DELIVERED, orders.c.finished_at.is_not(None))
            .order_by(orders.c.finished_at.desc())
            .limit(limit)
        )
        return list(rows.scalars())

    async def under_way(self, limit: int, part: int = _PART) -> AsyncIterator[Sequence[str]]:
        """Up to `limit` orders that are still checked, latest first, at most `part` of them at a time."""
        latest_first = query = (
            sa.select(orders.c.id, orders.c.created_at)
            .where(orders.c.next_check_at.is_not(None), orders.c.finished_at.is_(None))
            .order_by(orders.c.created_at.desc())
        )
        until: datetime | None = None  # where the last part ended
        at_until = 0  # orders of that moment so far
        while limit > 0:
            rows = (await self._on.execute(query.limit(min(limit, part)))).all()
            if not rows:
                return
            yield [row.id for row in rows]
            limit -= len(rows)
            before, until = until, rows[-1].created_at
            at_until = sum(row.created_at == until for row in rows) + (at_until if until == before else 0)
            query = latest_first.where(orders.c.created_at <= until).offset(at_until)

    async def under_way_after(self, order_id: str, limit: int) -> list[str]:
        """Up to `limit` orders that are still checked, by ascending id, from the first after this one."""
        rows = await self._on.execute(
            sa.select(orders.c.id)
            .where(orders.c.next_check_at.is_not(None), orders.c.finished_at.is_(None))
            .where(orders.c.id > order_id)
            .order_by(orders.c.id)
            .limit(limit)
        )
        return list(rows.scalars())

    async def count_delivered(self, since: datetime) -> int:
        """The number of orders delivered since then."""
        found = await self._on.scalar(
            sa.select(sa.func.count())
            .select_from(orders)
            .where(orders.c.finished_at >= since, orders.c.stage == Stage.DELIVERED)
        )
        return int(found or 0)

    async def purge(self, before: datetime, limit: int = 500) -> int:
        """Delete up to `limit` orders that finished before `before`, or that nobody watches since before it.

        Returned ones stay until the merchant is done with them, those with a report until it is solved.
        A booked order that is no longer checked, because it never had any tracking, is deleted, too. Returns
        how many orders; their parcels, nodes, texts and follows are deleted with them.
        """
        finished = sa.select(orders.c.id).where(orders.c.finished_at < before, ~_OPEN).limit(limit)
        idle = (
            sa.select(orders.c.id)
            .where(
                IDLE,
                ~_OPEN,
                sa.or_(
                    orders.c.fetched_at < before,
                    sa.and_(orders.c.fetched_at.is_(None), orders.c.created_at < before),
                ),
                ~sa.exists().where(follows.c.order_id == orders.c.id),
            )
            .limit(limit)
        )
        await self._on.execute(sa.delete(checks).where(checks.c.until < before))
        old = [id_ for query in (finished, idle) for id_ in (await self._on.execute(query)).scalars()]
        gone = 0
        for lot in sql.chunks(sorted(set(old[:limit]))):
            deleted = sa.delete(orders).where(sql.in_order(orders, orders.c.id.in_(lot)))
            gone += (await self._on.execute(deleted)).rowcount
        return gone


_CASE = cases.c.order_id == orders.c.id
_OPEN = (
    sa.or_(  # the merchant has not dealt with it; PostgreSQL would read all cases to see which of them exist
        sa.and_(
            orders.c.stage == Stage.RETURNED,
            sa.select(cases.c.done_at).where(_CASE).scalar_subquery().is_(None),
        ),
        sa.select(cases.c.disputed_at).where(_CASE).scalar_subquery().is_not(None),
    )
)
FIRST_CARRIER = (
    sa.select(parcels.c.carrier)
    .where(parcels.c.order_id == orders.c.id)
    .order_by(parcels.c.index)
    .limit(1)
    .scalar_subquery()
    .label("first_carrier")
)


_HEARD = sa.exists().where(webhook_endpoints.c.id.is_not(None)).label("heard")
_WATCH = sa.select(orders, FIRST_CARRIER, _HEARD).where(orders.c.id == sa.bindparam("b_id"))
ONE = sa.update(orders).where(orders.c.id == sa.bindparam("b_id"))

LOCK = (
    sa.select(orders.c.id)
    .where(sql.among(orders.c.id, "ids"))
    .order_by(orders.c.id)
    .with_for_update(key_share=True)
)


def _planned_ahead(now: datetime, back: timedelta) -> sa.ColumnElement[bool]:
    return sa.and_(orders.c.next_check_at >= now + back - _SLACK, orders.c.finished_at.is_(None))
