"""Checks of orders: when each is due next, leases of those in progress, and their results."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from operator import itemgetter
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.model import Watch
from bot.store import rows as shape
from bot.store import sql
from bot.store.orders import FIRST_CARRIER, LOCK, ONE
from bot.store.tables import EPOCH, WAITED_FOR, WATCHED, Utc, chats, checks, follows, orders

_MUTED_WEIGHT = 0.2  # a muted follower wants a fresh card, but does not wait for news


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


class Checks:
    """Checks within one transaction."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._on = connection

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
            for end in sorted(ends, key=lambda end: end.order_id)  # in one order: prevents deadlocks
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
            await self._on.execute(LOCK, these)
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


_NOW = sa.bindparam("b_now", type_=Utc)
_HELD = sa.exists().where(checks.c.order_id == orders.c.id, checks.c.until > _NOW)  # its check is leased
_LEASE = sa.bindparam("b_lease", type_=sa.Text)
_LEASED = (
    sa.select(orders, FIRST_CARRIER)
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


_CONCLUDE = ONE.values(next_check_at=sa.case((WATCHED, sa.bindparam("b_next", type_=Utc)), else_=sa.null()))
_reached = sa.and_(
    chats.c.chat_id == follows.c.chat_id,
    chats.c.topic_id == follows.c.topic_id,
    chats.c.left_at.is_(None),
)
_RELEASE = sa.delete(checks).where(sql.among(checks.c.order_id, "ids"), checks.c.lease == _LEASE)
_DROP_LEASES = sa.delete(checks).where(sql.among(checks.c.order_id, "ids"))
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
