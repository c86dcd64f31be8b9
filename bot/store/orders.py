"""Orders with their parcels, nodes and texts; leasing and settling checks."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from operator import itemgetter
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.model import (
    Changes,
    Item,
    Node,
    NodeText,
    Order,
    Parcel,
    Stage,
    Watch,
)
from bot.store import rows as shape
from bot.store import sql
from bot.store.tables import (
    EPOCH,
    IDLE,
    WAITED_FOR,
    WATCHED,
    Utc,
    articles,
    cases,
    chats,
    checks,
    follows,
    nodes,
    orders,
    parcels,
    texts,
    webhook_endpoints,
)

_SLACK = timedelta(minutes=1)  # by how much later a corrected clock may be noticed
_MUTED_WEIGHT = 0.2  # a muted follower wants a fresh card, but does not wait for news


# Building a statement costs as much as running it, so those of every round are built once.
_CHANGED_AT = sa.select(orders.c.changed_at).where(orders.c.id == sa.bindparam("b_id"))
_HEADS = sa.select(orders).where(sql.among(orders.c.id, "ids")).order_by(orders.c.id)
_PARCELS = sa.select(parcels).where(sql.among(parcels.c.order_id, "ids")).order_by(parcels.c.index)
_NODES = (
    sa.select(nodes)
    .where(sql.among(nodes.c.order_id, "ids"))
    .order_by(nodes.c.at.desc(), nodes.c.ordinal, nodes.c.seq.desc())
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """One leased check: what to fetch, what is known, and the lease that is needed to settle it."""

    order_id: str
    digest: str
    fingerprint: str
    lease: str
    watch: Watch
    silence_at: datetime | None = None
    status_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """The result of one check without news: when to check again (None: no more)."""

    order_id: str
    lease: str
    next_check_at: datetime | None
    answered: bool = True
    failures: int = 0
    error: str = ""
    fingerprint: str | None = None  # of the answer, if it changed


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
                await self._on.execute(_LOCK, {"ids": ids})

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
        head = {
            "stage": order.stage,
            "reason": order.reason,
            "stage_since": order.stage_since,
            "status": order.status,
            "status_at": order.status_at,
            "paid_at": order.paid_at,
            "fetched_at": order.fetched_at,
            "finished_at": order.finished_at,
            "digest": order.digest,
            "fingerprint": order.fingerprint,
            "announced": sorted(order.announced),
            "last_node_at": order.last_node_at,
            "eta": order.next_eta,
            "late_expected_since": order.late_expected_since,
            "silence_at": silence_at,
            "utc_offset_hours": utc_offset_hours,
            "ruleset": ruleset,
        }
        if changed_at is not None:
            head["changed_at"] = changed_at
        await self._on.execute(_THIS, head | {"b_id": order.id})
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

    # ── checks ──────────────────────────────────────────────────────────────────────────────────

    async def lease_due(self, now: datetime, limit: int, lease: timedelta) -> list[Due]:
        """Lease up to `limit` due orders; each is due again after `lease` unless it is settled before.

        Followed orders come first, so that a long queue of booked ones does not delay anybody's news.
        """
        token = sql.new_lease()
        these = {"b_now": now, "b_lease": token, "b_until": now + lease}
        for waited in (True, False):
            statement = _lease(on_sqlite=sql.is_sqlite(self._on), waited=waited)
            taken = await self._on.execute(statement, these | {"b_limit": limit})
            limit -= max(taken.rowcount, 0)
            if limit <= 0:
                break
        rows = (await self._on.execute(_LEASED, {"b_lease": token})).mappings()
        return [
            Due(
                order_id=row["id"],
                digest=row["digest"],
                fingerprint=row["fingerprint"],
                lease=token,
                watch=shape.to_watch(row),
                silence_at=row["silence_at"],
                status_at=row["status_at"],
            )
            for row in sorted(rows, key=itemgetter("next_check_at"))
        ]

    async def settle(self, ends: Sequence[Settled], now: datetime) -> None:
        """Settle checks; one whose lease was lost meanwhile is ignored."""
        if not ends:
            return
        rows = [
            {
                "b_id": end.order_id,
                "b_lease": end.lease,
                "b_next": end.next_check_at,
                "b_failures": end.failures,
                "b_error": end.error,
                "b_fetched": now if end.answered else None,
                "b_fingerprint": end.fingerprint,
            }
            for end in sorted(
                ends, key=lambda end: end.order_id
            )  # a fixed order of locking prevents deadlocks
        ]
        await self._on.execute(_SETTLE, rows)
        by_lease: dict[str, list[str]] = {}
        for end in ends:
            by_lease.setdefault(end.lease, []).append(end.order_id)
        for lease, ids in sorted(by_lease.items()):
            await self._on.execute(_RELEASE, {"b_lease": lease, "ids": ids})

    async def holds_lease(self, order_id: str, lease: str) -> bool:
        """Whether the lease is still held; without it, a newer check must not be overwritten."""
        query = sa.select(checks.c.order_id).where(checks.c.order_id == order_id, checks.c.lease == lease)
        return await self._on.scalar(sql.locking(self._on, query)) is not None

    async def _drop_leases(self, order_ids: Sequence[str]) -> None:
        """End the leases of these orders: checks in progress can no longer settle them."""
        await self._on.execute(_DROP_LEASES, {"ids": order_ids})

    async def finish_check(
        self, order_id: str, now: datetime, next_check_at: datetime | None, *, checked: bool
    ) -> None:
        """Set the next check (None: stop; an order that nobody watches is never checked) and end any lease.

        `checked`: the source has just answered.
        """
        known = {"fetched_at": now, "failures": 0, "last_error": ""} if checked else {}
        await self._on.execute(_CONCLUDE, known | {"b_id": order_id, "b_next": next_check_at})
        await self._drop_leases([order_id])

    async def restart_silence(self, order_id: str, now: datetime) -> None:
        """A given-up order was requested again: count its silence from now."""
        await self._on.execute(sa.update(orders).where(orders.c.id == order_id).values(created_at=now))

    async def due_now(self, order_id: str, now: datetime) -> bool:
        """Make a watched order due at once; False if there is none."""
        result = await self._on.execute(
            sa.update(orders).where(orders.c.id == order_id, WATCHED).values(next_check_at=now)
        )
        if result.rowcount:
            await self._drop_leases([order_id])
        return bool(result.rowcount)

    async def due_by(self, order_id: str, latest: datetime) -> None:
        """Check a watched order no later than that."""
        await self._on.execute(
            sa.update(orders)
            .where(orders.c.id == order_id, orders.c.next_check_at > latest)
            .values(next_check_at=latest)
        )

    async def make_due(self, order_ids: Sequence[str], now: datetime) -> None:
        """Make scheduled orders due now, except those that are stopped or failing."""
        for ids in sql.chunks(order_ids):
            await self._on.execute(
                sa.update(orders)
                .where(
                    sql.in_order(
                        orders,
                        orders.c.id.in_(ids),
                        orders.c.next_check_at > now,
                        orders.c.failures == 0,
                        skip_locked=True,  # they are being changed, and this transaction has locked its own
                    )
                )
                .values(next_check_at=now)
            )

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

    async def release_leases(self) -> int:
        """Release the previous leader's leases: its checks are due now. Returns how many."""
        return (await self._on.execute(sa.delete(checks))).rowcount

    async def postpone_due(self, until: datetime, spread: timedelta, limit: int) -> int:
        """Postpone up to `limit` checks due before `until` to random times within `spread` after it.

        Returns how many.
        """
        width = max(1, spread // timedelta(milliseconds=1))
        if self._on.dialect.name == "postgresql":
            gap: sa.ColumnElement[int] = sa.cast(sa.func.random() * width, sa.BigInteger)
        else:
            gap = sa.func.abs(sa.func.random()) % width
        floor = sa.literal((until - EPOCH) // timedelta(milliseconds=1), type_=sa.BigInteger)
        due = sa.select(orders.c.id).where(orders.c.next_check_at < until).order_by(orders.c.next_check_at)
        ids = (await self._on.scalars(due.limit(limit))).all()
        for some in sql.chunks(sorted(ids)):
            still = sql.in_order(orders, orders.c.id.in_(some), orders.c.next_check_at < until)
            await self._on.execute(
                sa.update(orders).where(still).values(next_check_at=sa.type_coerce(floor + gap, Utc))
            )
        return len(ids)

    async def set_back(self, now: datetime, back: timedelta) -> None:
        """Correct times after the clock was ahead by `back`: planned checks move back by as much."""
        await self._on.execute(
            sa.update(orders)
            .where(
                sql.in_order(
                    orders,
                    orders.c.next_check_at >= now + back - _SLACK,
                    orders.c.finished_at.is_(None),
                )
            )
            .values(next_check_at=sql.moved_back(orders.c.next_check_at, back))
        )
        for moment in (orders.c.fetched_at, orders.c.created_at):
            later = sql.in_order(orders, moment > now)
            await self._on.execute(sa.update(orders).where(later).values({moment.name: now}))

    async def newest_check(self, limit: int = 1000) -> datetime | None:
        """The latest check time among the orders whose next checks are furthest in the future."""
        last = (
            sa.select(orders.c.fetched_at)
            .where(orders.c.next_check_at.is_not(None), orders.c.finished_at.is_(None))
            .order_by(orders.c.next_check_at.desc())
            .limit(limit)
            .subquery()
        )
        found: datetime | None = await self._on.scalar(sa.select(sa.func.max(last.c.fetched_at)))
        return found

    async def planned_beyond(self, latest: datetime, limit: int, *, waited: bool) -> list[str]:
        """Unfinished orders whose next check is after `latest`; `waited`: only followed ones."""
        beyond = sa.select(orders.c.id).where(orders.c.next_check_at > latest, orders.c.finished_at.is_(None))
        return list(await self._on.scalars((beyond.where(WAITED_FOR) if waited else beyond).limit(limit)))

    async def cap_next_checks(self, order_ids: Iterable[str], latest: datetime) -> None:
        """Move the next checks of these orders to `latest`, if they are later."""
        for ids in sql.chunks(sorted(order_ids)):
            beyond = sql.in_order(
                orders,
                orders.c.id.in_(ids),
                orders.c.next_check_at > latest,
            )
            await self._on.execute(sa.update(orders).where(beyond).values(next_check_at=latest))

    async def watch(self, order_id: str) -> Watch | None:
        row = (await self._on.execute(_WATCH, {"b_id": order_id})).mappings().first()
        return None if row is None else shape.to_watch(row)

    async def next_due(self, now: datetime) -> datetime | None:
        """When the earliest check that is not leased is due; None for none."""
        found: datetime | None = await self._on.scalar(
            sa.select(orders.c.next_check_at)
            .where(orders.c.next_check_at.is_not(None), ~_HELD)
            .order_by(orders.c.next_check_at)
            .limit(1),
            {"b_now": now},
        )
        return found

    async def next_check_at(self, order_id: str) -> datetime | None:
        found: datetime | None = await self._on.scalar(
            sa.select(orders.c.next_check_at).where(orders.c.id == order_id)
        )
        return found

    async def update_weights(self, order_ids: Iterable[str], now: datetime) -> None:
        """Count followers again: unwatched orders are no longer checked, rewatched ones are due now."""
        for ids in sql.chunks(sorted(order_ids)):
            await self._update_chunk(ids, now)

    async def _update_chunk(self, ids: Sequence[str], now: datetime) -> None:
        these = {"ids": ids}
        if not sql.is_sqlite(self._on):  # lock first: the count below then sees what others did before
            await self._on.execute(_LOCK, these)
        weighed = (await self._on.execute(_WEIGH, these)).all()
        if resting := [row.id for row in weighed if not row.weight and row.booked_at is None]:
            await self._on.execute(_PLAN, {"ids": resting, "b_next": None})
            await self._drop_leases(resting)
        if waking := [
            row.id
            for row in weighed
            if (row.weight > 0 or row.booked_at) and row.next_check_at is None and row.finished_at is None
        ]:
            await self._on.execute(_PLAN, {"ids": waking, "b_next": now})

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
            await self._on.execute(_THIS, late)
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

    # ── texts in readers' languages ─────────────────────────────────────────────────────────────

    async def texts(self, order_id: str, language: str) -> dict[int, NodeText]:
        """The stored texts in this language, by node `seq`."""
        rows = await self._on.execute(
            sa.select(texts).where(texts.c.order_id == order_id, texts.c.language == language)
        )
        return {
            row["seq"]: NodeText(name=row["name"], description=row["description"]) for row in rows.mappings()
        }

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

    async def delivered_lately(self, limit: int) -> list[str]:
        """Up to `limit` delivered orders, latest first."""
        rows = await self._on.execute(
            sa.select(orders.c.id)
            .where(orders.c.stage == Stage.DELIVERED, orders.c.finished_at.is_not(None))
            .order_by(orders.c.finished_at.desc())
            .limit(limit)
        )
        return list(rows.scalars())

    async def under_way(self, limit: int) -> list[str]:
        """Up to `limit` orders that are still checked, latest first."""
        rows = await self._on.execute(
            sa.select(orders.c.id)
            .where(orders.c.next_check_at.is_not(None), orders.c.finished_at.is_(None))
            .order_by(orders.c.created_at.desc())
            .limit(limit)
        )
        return list(rows.scalars())

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
_NOW = sa.bindparam("b_now", type_=Utc)
_HELD = sa.exists().where(checks.c.order_id == orders.c.id, checks.c.until > _NOW)  # its check is leased
_LEASE = sa.bindparam("b_lease", type_=sa.Text)
_CARRIER = (
    sa.select(parcels.c.carrier)
    .where(parcels.c.order_id == orders.c.id)
    .order_by(parcels.c.index)
    .limit(1)
    .scalar_subquery()
    .label("first_carrier")
)
_LEASED = (
    sa.select(orders, _CARRIER)
    .join_from(checks, orders, orders.c.id == checks.c.order_id)
    .where(checks.c.lease == _LEASE, orders.c.next_check_at.is_not(None))
)
_SETTLE = (
    sa.update(orders)
    .where(
        orders.c.id == sa.bindparam("b_id"),
        sa.exists().where(checks.c.order_id == sa.bindparam("b_id"), checks.c.lease == _LEASE),
    )
    .values(
        next_check_at=sa.bindparam("b_next"),
        failures=sa.bindparam("b_failures"),
        last_error=sa.bindparam("b_error"),
        fetched_at=sa.func.coalesce(sa.bindparam("b_fetched", type_=Utc), orders.c.fetched_at),
        fingerprint=sa.func.coalesce(sa.bindparam("b_fingerprint", type_=sa.Text), orders.c.fingerprint),
    )
)


@functools.cache
def _lease(*, on_sqlite: bool, waited: bool) -> Any:
    """Lease the orders that have been due the longest and are not leased; `waited`: only followed ones."""
    due = (
        sa.select(orders.c.id)
        .where(orders.c.next_check_at <= _NOW, ~_HELD, WAITED_FOR if waited else sa.true())
        .order_by(orders.c.next_check_at)
        .limit(sa.bindparam("b_limit", type_=sa.Integer))
        .subquery("due")
    )
    taken = sa.select(due.c.id, _LEASE, sa.bindparam("b_until", type_=Utc)).where(sa.true())
    insert = sql.insert_into(checks, on_sqlite=on_sqlite).from_select(["order_id", "lease", "until"], taken)
    new = insert.excluded
    return insert.on_conflict_do_update(
        index_elements=["order_id"], set_={"lease": new.lease, "until": new.until}
    ).execution_options(preserve_rowcount=True)


_HEARD = sa.exists().where(webhook_endpoints.c.id.is_not(None)).label("heard")
_WATCH = sa.select(orders, _CARRIER, _HEARD).where(orders.c.id == sa.bindparam("b_id"))
_THIS = sa.update(orders).where(orders.c.id == sa.bindparam("b_id"))
_CONCLUDE = _THIS.values(next_check_at=sa.case((WATCHED, sa.bindparam("b_next", type_=Utc)), else_=sa.null()))


_reached = sa.and_(
    chats.c.chat_id == follows.c.chat_id,
    chats.c.topic_id == follows.c.topic_id,
    chats.c.left_at.is_(None),
)
_RELEASE = sa.delete(checks).where(sql.among(checks.c.order_id, "ids"), checks.c.lease == _LEASE)
_DROP_LEASES = sa.delete(checks).where(sql.among(checks.c.order_id, "ids"))
_LOCK = (
    sa.select(orders.c.id)
    .where(sql.among(orders.c.id, "ids"))
    .order_by(orders.c.id)
    .with_for_update(key_share=True)
)
_PLAN = (
    sa.update(orders)
    .where(sql.among(orders.c.id, "ids"))
    .values(next_check_at=sa.bindparam("b_next", type_=Utc))
)
_FOLLOWERS = (
    sa.select(sa.func.coalesce(sa.func.sum(sa.case((follows.c.notify, 1.0), else_=_MUTED_WEIGHT)), 0.0))
    .select_from(follows.join(chats, _reached))
    .where(follows.c.order_id == orders.c.id, follows.c.archived_at.is_(None))
    .scalar_subquery()
)
_WEIGH = (  # gives what the next check depends on
    sa.update(orders)
    .where(sql.among(orders.c.id, "ids"))
    .values(weight=_FOLLOWERS)
    .returning(orders.c.id, orders.c.weight, orders.c.booked_at, orders.c.next_check_at, orders.c.finished_at)
)
