"""Webhooks: endpoints, and the queue of events for them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from operator import itemgetter
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.model import Endpoint, EventQueue, EventType, QueuedEvent
from bot.store import sql
from bot.store.tables import WATCHED, Utc, orders, state_is, webhook_endpoints, webhook_events

_due = state_is(webhook_events, "due")
_NOW = sa.bindparam("b_now", type_=Utc)
_THIS = sa.update(webhook_events).where(
    webhook_events.c.id == sa.bindparam("b_id"), webhook_events.c.lease == sa.bindparam("b_lease")
)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewEvent:
    """An event to send: its id and its body are the same for every endpoint."""

    event_id: str
    order_id: str
    type: EventType
    payload: str


class Webhooks:
    """Endpoints and their events within one transaction. Secrets are passed through as they are."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._on = connection

    # ── endpoints ───────────────────────────────────────────────────────────────────────────────

    async def endpoints(self) -> list[Endpoint]:
        """All endpoints, oldest first."""
        rows = (await self._on.execute(_ENDPOINTS)).mappings().all()
        return [_endpoint(row) for row in rows]

    async def add_endpoint(self, endpoint: Endpoint) -> None:
        values = {
            "id": endpoint.id,
            "url": endpoint.url,
            "events": [str(kind) for kind in endpoint.events],
            "secret": endpoint.secret,
            "created_at": endpoint.created_at,
        }
        await self._on.execute(sa.insert(webhook_endpoints), values)

    async def change_endpoint(self, endpoint_id: str, **values: Any) -> bool:
        """Change an endpoint; False if there is none of this id."""
        mine = webhook_endpoints.c.id == endpoint_id
        return bool(
            (await self._on.execute(sa.update(webhook_endpoints).where(mine).values(values))).rowcount
        )

    async def remove_endpoint(self, endpoint_id: str) -> bool:
        """Remove an endpoint with all its events; False if there is none of this id."""
        gone = await self._on.execute(
            sa.delete(webhook_endpoints).where(webhook_endpoints.c.id == endpoint_id)
        )
        await self._on.execute(sa.delete(webhook_events).where(webhook_events.c.endpoint_id == endpoint_id))
        return bool(gone.rowcount)

    # ── events ──────────────────────────────────────────────────────────────────────────────────

    async def enqueue(self, pairs: Sequence[tuple[str, NewEvent]], now: datetime) -> None:
        """Add events, each with the id of the endpoint that it is for."""
        if pairs:
            await self._on.execute(
                sa.insert(webhook_events),
                [
                    {
                        "endpoint_id": endpoint_id,
                        "event_id": event.event_id,
                        "order_id": event.order_id,
                        "type": event.type.value,
                        "payload": event.payload,
                        "created_at": now,
                        "due_at": now,
                    }
                    for endpoint_id, event in pairs
                ],
            )

    async def lease(self, endpoint_id: str, now: datetime, limit: int, lease: timedelta) -> list[QueuedEvent]:
        """Take up to `limit` events of an endpoint, at most one of an order: the oldest that is not settled.

        Each is due again after `lease`, so that nothing is lost in a crash; until then it holds back the
        later ones of its order.
        """
        token = sql.new_lease()
        these = {"b_endpoint": endpoint_id, "b_now": now, "b_limit": limit}
        taken = await self._on.execute(_TAKE, these | {"b_until": now + lease, "b_lease": token})
        return [_queued(row) for row in sorted(taken.mappings(), key=itemgetter("id"))]

    async def settle_sent(self, events: Sequence[QueuedEvent], now: datetime) -> None:
        """These were accepted."""
        await self._end(events, state="sent", settled_at=now, error="")

    async def settle_aside(self, event: QueuedEvent, now: datetime, error: str) -> None:
        """This one is not tried any more, unless somebody replays it."""
        await self._end([event], state="aside", settled_at=now, attempts=event.attempts + 1, error=error)

    async def settle_later(
        self, event: QueuedEvent, at: datetime, *, tried_at: datetime | None = None, error: str = ""
    ) -> None:
        """Try again at `at`; a `tried_at` counts an attempt. Later events of its order wait for it."""
        counted = {"attempts": event.attempts + 1, "tried_at": event.tried_at or tried_at, "error": error}
        await self._end([event], due_at=at, **(counted if tried_at is not None else {}))
        # They could not be leased before it; without this, each lease would look at all of them.
        later = (
            webhook_events.c.endpoint_id == event.endpoint_id,
            webhook_events.c.order_id == event.order_id,
            webhook_events.c.id > event.id,
            webhook_events.c.due_at < at,
        )
        await self._on.execute(sa.update(webhook_events).where(_due, *later).values(due_at=at))

    async def _end(self, events: Sequence[QueuedEvent], **values: Any) -> None:
        if events:
            rows = [{"b_id": one.id, "b_lease": one.lease} for one in events]
            await self._on.execute(_THIS.values(values | {"lease": ""}), rows)

    async def bring_forward(self, endpoint_id: str, now: datetime) -> int:
        """The endpoint works again: what waits for another attempt goes now. Returns how many."""
        waiting = (
            webhook_events.c.endpoint_id == endpoint_id,
            webhook_events.c.due_at > now,
            webhook_events.c.lease == "",
        )
        moved = await self._on.execute(sa.update(webhook_events).where(_due, *waiting).values(due_at=now))
        return moved.rowcount

    async def restart(self, endpoint_id: str, now: datetime) -> int:
        """Send what waits for the endpoint now, as if it had never been tried. Returns how many."""
        mine = webhook_events.c.endpoint_id == endpoint_id
        fresh = {"due_at": now, "attempts": 0, "tried_at": None}
        return (await self._on.execute(sa.update(webhook_events).where(_due, mine).values(fresh))).rowcount

    async def next_due(self, endpoint_ids: Iterable[str], after: datetime) -> datetime | None:
        """When the next event of these endpoints is due, later than `after`; None: never."""
        found: datetime | None = await self._on.scalar(
            sa.select(sa.func.min(webhook_events.c.due_at)).where(
                _due, webhook_events.c.endpoint_id.in_(list(endpoint_ids)), webhook_events.c.due_at > after
            )
        )
        return found

    async def release_leases(self, now: datetime) -> int:
        """Release the previous leader's leases: its events are due now. Returns how many."""
        result = await self._on.execute(
            sa.update(webhook_events).where(_due, webhook_events.c.lease != "").values(due_at=now, lease="")
        )
        return result.rowcount

    async def set_back(self, now: datetime, back: timedelta) -> None:
        """Correct times after the clock was ahead by `back`: due times move back by as much."""
        earlier = sql.moved_back(webhook_events.c.due_at, back)
        ahead = webhook_events.c.due_at >= now + back - timedelta(minutes=1)
        await self._on.execute(sa.update(webhook_events).where(_due, ahead).values(due_at=earlier))
        for moment in (webhook_events.c.tried_at, webhook_events.c.created_at):
            wrong = sa.update(webhook_events).where(_due, moment > now)
            await self._on.execute(wrong.values({moment.name: now}))
        since = webhook_endpoints.c.failing_since
        await self._on.execute(sa.update(webhook_endpoints).where(since > now).values(failing_since=now))

    # ── what the operator sees ──────────────────────────────────────────────────────────────────

    async def aside(
        self, limit: int = 100, *, endpoint_id: str | None = None, before: int | None = None
    ) -> list[QueuedEvent]:
        """Events that were set aside, newest first: of one endpoint, before the row of this id, or all."""
        query = sa.select(webhook_events).where(state_is(webhook_events, "aside"))
        if endpoint_id is not None:
            query = query.where(webhook_events.c.endpoint_id == endpoint_id)
        if before is not None:
            query = query.where(webhook_events.c.id < before)
        rows = await self._on.execute(query.order_by(webhook_events.c.id.desc()).limit(limit))
        return [_queued(row) for row in rows.mappings()]

    async def replay(
        self, now: datetime, event_id: str | None = None, *, endpoint_id: str | None = None
    ) -> int:
        """Send again what was set aside, or this one event even if it was accepted. Returns how many.

        `endpoint_id`: only to this endpoint.
        """
        again = sa.update(webhook_events).values(
            state="due", due_at=now, settled_at=None, attempts=0, tried_at=None
        )
        if event_id is None:
            which = state_is(webhook_events, "aside")
        else:
            which = sa.and_(webhook_events.c.event_id == event_id, webhook_events.c.settled_at.is_not(None))
        if endpoint_id is not None:
            which = sa.and_(which, webhook_events.c.endpoint_id == endpoint_id)
        return (await self._on.execute(again.where(which))).rowcount

    async def queue(self, endpoint_ids: Iterable[str]) -> EventQueue:
        """What waits for these endpoints, and what was set aside for any."""
        waiting = await self._on.execute(
            sa.select(sa.func.count(), sa.func.min(webhook_events.c.created_at)).where(
                _due, webhook_events.c.endpoint_id.in_(list(endpoint_ids))
            )
        )
        due, oldest = waiting.one()
        aside = await self._on.scalar(
            sa.select(sa.func.count()).select_from(webhook_events).where(state_is(webhook_events, "aside"))
        )
        return EventQueue(due=due, aside=int(aside or 0), oldest_at=oldest)

    async def waiting(self) -> dict[str, int]:
        """How many events wait, by the id of their endpoint."""
        rows = await self._on.execute(
            sa.select(webhook_events.c.endpoint_id, sa.func.count())
            .where(_due)
            .group_by(webhook_events.c.endpoint_id)
        )
        return {row[0]: row[1] for row in rows}

    async def purge(self, sent_before: datetime, before: datetime, limit: int = 2000) -> None:
        """Delete up to `limit` events accepted before `sent_before`, and all others of before `before`."""
        settled = webhook_events.c.settled_at
        sent = sa.and_(settled < sent_before, state_is(webhook_events, "sent"))
        for old in (sent, settled < before, sa.and_(_due, webhook_events.c.created_at < before)):
            ids = sa.select(webhook_events.c.id).where(old).limit(limit)
            await self._on.execute(sa.delete(webhook_events).where(webhook_events.c.id.in_(ids)))

    # ── orders that are late ────────────────────────────────────────────────────────────────────

    async def late(self, promised_before: datetime, limit: int) -> list[str]:
        """Watched orders under way that were promised before then; those marked with `mark_late` are not."""
        rows = await self._on.scalars(
            sa.select(orders.c.id)
            .where(
                orders.c.finished_at.is_(None),
                WATCHED,
                orders.c.eta <= promised_before,
                sa.or_(orders.c.missed_eta.is_(None), orders.c.missed_eta < orders.c.eta),
            )
            .limit(limit)
        )
        return list(rows)

    async def mark_late(self, order_ids: Sequence[str]) -> None:
        """These have missed their promised date: they are late again only after another one."""
        for ids in sql.chunks(sorted(order_ids)):
            mine = sql.in_order(orders, orders.c.id.in_(ids))
            await self._on.execute(sa.update(orders).where(mine).values(missed_eta=orders.c.eta))


# Building a statement costs more than running it, so those that run all the time are built once.
_ENDPOINTS = sa.select(webhook_endpoints).order_by(webhook_endpoints.c.created_at, webhook_endpoints.c.id)


def _none_before() -> sa.ColumnElement[bool]:
    """No earlier event of the same order waits for the same endpoint."""
    earlier = webhook_events.alias("earlier")
    return ~sa.exists().where(
        state_is(earlier, "due"),
        earlier.c.endpoint_id == webhook_events.c.endpoint_id,
        earlier.c.order_id == webhook_events.c.order_id,
        earlier.c.id < webhook_events.c.id,
    )


_READY = (
    sa.select(webhook_events.c.id)
    .where(
        _due,
        webhook_events.c.endpoint_id == sa.bindparam("b_endpoint"),
        webhook_events.c.due_at <= _NOW,
        _none_before(),
    )
    .order_by(webhook_events.c.due_at)
    .limit(sa.bindparam("b_limit", type_=sa.Integer))
)
_TAKE = (
    sa.update(webhook_events)
    .where(webhook_events.c.id.in_(_READY))
    .values(due_at=sa.bindparam("b_until", type_=Utc), lease=sa.bindparam("b_lease"))
    .returning(*webhook_events.c)
)


def _endpoint(row: sa.RowMapping) -> Endpoint:
    return Endpoint(
        id=row["id"],
        url=row["url"],
        events=tuple(row["events"]),
        secret=row["secret"],
        former_secret=row["former_secret"],
        former_until=row["former_until"],
        created_at=row["created_at"],
        failures=row["failures"],
        failing_since=row["failing_since"],
        delivered_at=row["delivered_at"],
        paused_at=row["paused_at"],
        error=row["error"],
    )


def _queued(row: sa.RowMapping) -> QueuedEvent:
    return QueuedEvent(
        id=row["id"],
        endpoint_id=row["endpoint_id"],
        event_id=row["event_id"],
        order_id=row["order_id"],
        type=row["type"],
        payload=row["payload"],
        created_at=row["created_at"],
        attempts=row["attempts"],
        tried_at=row["tried_at"],
        lease=row["lease"],
        error=row["error"],
        settled_at=row["settled_at"],
    )
