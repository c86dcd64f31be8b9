"""Storing what a check found: nodes, notices, the next check."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Protocol

import structlog

from bot import audience, eta, events, silences, stages, timeline
from bot.model import (
    Changes,
    Follower,
    Order,
    OrderFacts,
    OrderStatus,
    PendingNotice,
    Place,
    Snapshot,
    Watch,
)
from bot.pacing import Pacer
from bot.store import Transaction
from bot.tracking.arriving import Arriving
from bot.tracking.operators import ring
from bot.tracking.policy import Policy
from bot.tracking.typical import TypicalStages
from bot.tracking.webhooks import record_events

_log = structlog.get_logger(__name__)


class ChangeMetrics(Protocol):
    """Counts what checks find."""

    def changed(self, added: int, delays: Sequence[float]) -> None:
        """Count stored nodes; `delays` are seconds from the last check without them to this one."""
        ...

    def unknown(self, texts: int) -> None:
        """Count texts that no rule recognized."""
        ...


class Recording:
    """Applies snapshots and statuses to stored orders, in the caller's transaction."""

    def __init__(
        self,
        *,
        pacer: Pacer,
        typical: TypicalStages,
        arriving: Arriving,
        policy: Policy,
        now: Callable[[], datetime],
        metrics: ChangeMetrics,
    ) -> None:
        self._pacer = pacer
        self._policy = policy
        self._typical = typical
        self._arriving = arriving
        self._now = now
        self._metrics = metrics

    async def apply_snapshot(
        self,
        tx: Transaction,
        order_id: str,
        snapshot: Snapshot,
        facts: OrderFacts | None,
        *,
        asking: Place | None,
        fresh: bool = False,
    ) -> Order | None:
        """Store what is new, enqueue notices for the followers, set the next check.

        Returns the order as it is now; None for an unknown order. `fresh`: the order was added just before,
        in this transaction. `asking` is the place that requested the check and needs no notice.
        """
        now = self._now()
        known = Order(id=order_id, created_at=now) if fresh else await tx.orders.get(order_id)
        watch = await tx.orders.watch(order_id)
        if known is None or watch is None:
            return None
        if asking is not None and watch.stopped and not known.stage.final:
            known = replace(silences.revived(known, now), created_at=now)
            watch = replace(watch, created_at=now)
            await tx.orders.restart_silence(order_id, now)
        if not fresh and not known.parcels and (snapshot.parcels or facts is not None):
            await tx.chats.confirm(order_id)
        changes = timeline.changes(known, snapshot, now)
        if facts is not None:
            changes = _with_facts(changes, facts, now)
        return await self._save(tx, known, watch, changes, now, asking=asking, checked=True)

    async def apply_status(
        self, tx: Transaction, known: Order, watch: Watch, status: OrderStatus, at: datetime
    ) -> None:
        """Store and announce the order's own status as of `at`. Does not count as a check."""
        now = self._now()
        if known.status is None:  # a push is an event, not the first reading of a state
            known = replace(known, status=OrderStatus.UNKNOWN)
        changes = timeline.with_status(known, status, at)
        await self._save(tx, known, watch, changes, now, asking=None, checked=False)

    async def _save(
        self,
        tx: Transaction,
        known: Order,
        watch: Watch,
        changes: Changes,
        now: datetime,
        *,
        asking: Place | None,
        checked: bool,
    ) -> Order:
        typical = self._typical.known
        late = () if changes.first else silences.due_silences(changes.order, now, typical=typical)
        order = replace(changes.order, announced=changes.order.announced | {one.key for one in late})
        order = self._arriving.with_estimates(order, now, moved=_moved(known, order))
        order, news = eta.with_moves(order, (*changes.news, *late), now)
        changes = replace(changes, order=order, news=news)
        followers = await tx.chats.followers([order.id])
        if changed := _as_read(order) != _as_read(known):
            order = replace(order, changed_at=now)
        silence_at = silences.next_silence_at(order, now, typical=typical)
        offset = audience.utc_offset([one.chat.zone for one in followers], now)
        await tx.orders.save(
            changes,
            silence_at=silence_at,
            utc_offset_hours=offset,
            ruleset=stages.version(),
            changed_at=now if changed else None,
        )
        pending = _pending(known, changes, followers, asking, now)
        await tx.notices.enqueue(pending, now)
        if watch.heard:
            await record_events(tx, events.of_changes(known, changes, now), now)
        if not changes.first:
            await ring(tx, self._policy, known, order, now)
        if changes.added or changes.news:
            _log.info("order changed", order=order.id, nodes=len(changes.added), notices=len(pending))
        await tx.memory.count_unknown(changes.unknown, now)
        if checked:
            self._learn(watch, changes, now)
        await self._plan(tx, _watch_after(watch, order, now), order, silence_at, now, checked=checked)
        return order

    async def _plan(
        self,
        tx: Transaction,
        watch: Watch,
        order: Order,
        silence_at: datetime | None,
        now: datetime,
        *,
        checked: bool,
    ) -> None:
        """Set the next check of the order, and hasten those of its companions."""
        planned = self._pacer.next_check(watch, now, order=order.id)
        await tx.checks.finish_check(order.id, now, earliest(planned, silence_at), checked=checked)
        for at, companions in self._pacer.orders_to_hasten().items():
            await tx.checks.make_due(companions, at)
            _log.info("companion orders due", order=order.id, orders=len(companions), at=at)

    def _learn(self, watch: Watch, changes: Changes, now: datetime) -> None:
        stamped = [(node.at, node.stage) for node in changes.added]
        self._pacer.learn(watch, stamped, now, order=changes.order.id)
        if changes.added and not changes.first:
            seen = [
                (now - max(node.at, watch.checked_at or node.at)).total_seconds() for node in changes.added
            ]
            self._metrics.changed(len(changes.added), [max(0.0, one) for one in seen])
        self._metrics.unknown(len(changes.unknown))


def _pending(
    known: Order, changes: Changes, followers: Sequence[Follower], asking: Place | None, now: datetime
) -> list[PendingNotice]:
    """Notices of the news, and cards for those who get none though their order changed."""
    order = changes.order
    pending = audience.pending_notices(order.id, changes.news, followers, now, asking=asking)
    if changes.first:
        pending += audience.cards(order.id, followers, of="first", asking=asking, now=now)
    elif order.status is not known.status:
        unheard = [one for one in followers if one.chat.place not in {each.place for each in pending}]
        of = f"status:{order.status}:{now:%Y%m%d%H%M%S}"
        pending += audience.cards(order.id, unheard, of=of, asking=asking, now=now)
    return pending


def earliest(*moments: datetime | None) -> datetime | None:
    """The earliest of these times; None if all are None."""
    return min((at for at in moments if at is not None), default=None)


def _moved(before: Order, after: Order) -> set[int]:
    """The parcels that came into another stage; scans within a stage tell nothing new of the arrival."""
    stages = {parcel.index: (parcel.stage, parcel.stage_since) for parcel in before.parcels}
    return {p.index for p in after.parcels if (p.stage, p.stage_since) != stages.get(p.index)}


def _as_read(order: Order) -> Order:
    """The order without what no shop reads, and without forecasts, which move by themselves."""
    return replace(
        order,
        parcels=tuple(
            replace(parcel, eta_announced=None, eta_announced_at=None, estimate=None)
            for parcel in order.parcels
        ),
        fetched_at=None,
        digest="",
        fingerprint="",
        announced=frozenset(),
    )


def _with_facts(changes: Changes, facts: OrderFacts, now: datetime) -> Changes:
    with_status = timeline.with_status(changes.order, facts.status, now)
    news = () if changes.first else with_status.news
    order = replace(with_status.order, paid_at=facts.paid_at or with_status.order.paid_at)
    return replace(changes, order=order, news=(*changes.news, *news))


def _watch_after(watch: Watch, order: Order, now: datetime) -> Watch:
    return replace(
        watch,
        stage=order.stage,
        status=order.status,
        last_node_at=order.last_node_at,
        checked_at=now,
        eta=order.next_eta,
        carrier=order.parcels[0].carrier if order.parcels else watch.carrier,
        failures=0,
        finished_at=order.finished_at,
    )
