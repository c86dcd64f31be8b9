"""Checking orders: on schedule, on a person's request, and on AliExpress's pushes."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TypeVar

from bot import stages, timeline
from bot.errors import Misconfigured, Reauthorize, SourceError, UnknownOrder
from bot.model import (
    BookEntry,
    Importance,
    News,
    NewsKind,
    Order,
    OrderFacts,
    OrderStatus,
    PendingNotice,
    Place,
    Snapshot,
)
from bot.pacing import Pacer
from bot.sources import Source
from bot.store import Due, Settled, Store
from bot.tracking.policy import Policy
from bot.tracking.recording import Recording, earliest
from bot.tracking.texts import CANONICAL
from bot.tracking.webhooks import record_booked

_T = TypeVar("_T")
_FACTS_EVERY = timedelta(hours=12)  # how often the order call is made for an order without tracking
_BEGINNING = frozenset({OrderStatus.PLACED, OrderStatus.PREPARING, OrderStatus.SHIPPED})
_WITH_CARRIER = 3  # rank of "picked up"


OUTAGE = timedelta(minutes=1)
"""Without any answer for so long AliExpress is down: it is not one order that fails by itself."""


class Checking:
    """Asks the source outside of any transaction, then stores the answer in one."""

    def __init__(
        self,
        *,
        store: Store,
        source: Source,
        pacer: Pacer,
        recording: Recording,
        policy: Policy,
        now: Callable[[], datetime],
    ) -> None:
        self._store = store
        self._source = source
        self._pacer = pacer
        self._recording = recording
        self._policy = policy
        self._now = now
        self.source_silent = False  # no call can succeed: the login has expired, or the app is refused
        self.asked_at: datetime | None = None
        self.failing_since: datetime | None = None  # nothing was answered since

    async def check(self, due: Due) -> Settled | None:
        """The scheduled check. Raises SourceError.

        Without news, returns the values to settle it with, which the poller does in bulk. With news, stores
        them, settles the check and returns None.
        """
        silence = due.silence_at is not None and due.silence_at <= self._now()
        known = "" if silence else due.fingerprint
        try:
            snapshot = await self._answer(self._source.check(due.order_id, CANONICAL, known))
        except UnknownOrder:
            if await self._withdraw(due):
                return None
            raise
        now = self._now()
        try:
            facts = await self._facts(due, snapshot, now) if snapshot is not None else None
        except UnknownOrder:
            if await self._withdraw(due):
                return None
            facts = None
        if snapshot is None or (snapshot.digest == due.digest and not silence and facts is None):
            self._pacer.learn(due.watch, (), now, order=due.order_id)
            return self.unchanged(
                due, now, fingerprint=snapshot.fingerprint if snapshot is not None else None
            )
        async with self._store.write() as tx:
            await tx.orders.lock([due.order_id])
            if await tx.checks.holds_lease(due.order_id, due.lease):
                await self._recording.apply_snapshot(tx, due.order_id, snapshot, facts, asking=None)
        return None

    async def check_now(self, order_id: str, *, asking: Place) -> None:
        """Check now for a person who is waiting, whatever is scheduled. Raises SourceError."""
        snapshot = await self._answer(self._source.fetch(order_id, CANONICAL, urgent=True))
        async with self._store.write() as tx:
            await self._recording.apply_snapshot(tx, order_id, snapshot, None, asking=asking)

    async def _answer(self, asked: Awaitable[_T]) -> _T:
        """Await the source's answer and note whether there was one. Raises SourceError."""
        self.asked_at = self._now()
        try:
            answer = await asked
        except UnknownOrder:
            self.failing_since = None
            raise
        except SourceError as error:
            self.failing_since = self.failing_since or self._now()
            self.source_silent = self.source_silent or isinstance(error, Reauthorize | Misconfigured)
            raise
        self.source_silent, self.failing_since = False, None
        return answer

    async def _facts(self, due: Due, snapshot: Snapshot, now: datetime) -> OrderFacts | None:
        """The order's own state, requested every 12 h while there is no tracking. Raises UnknownOrder."""
        if snapshot.found and snapshot.parcels:
            return None
        if due.status_at is not None and timedelta(0) <= now - due.status_at < _FACTS_EVERY:
            return None
        try:
            return await self._source.order_facts(due.order_id)
        except UnknownOrder:
            raise
        except SourceError:
            return None  # this call is optional: tracking works without it

    async def _withdraw(self, due: Due) -> bool:
        """End the follows of an order that AliExpress does not know, and notify them.

        Only those made while AliExpress gave no answer; returns False if there are none.
        """
        now = self._now()
        news = News(
            kind=NewsKind.NOT_FOUND, key=f"not_found:{int(now.timestamp())}", importance=Importance.ACTION
        )
        async with self._store.write() as tx:
            await tx.orders.lock([due.order_id])
            if not await tx.checks.holds_lease(due.order_id, due.lease):
                return True  # the lease was lost: another check is running
            places = await tx.chats.withdraw_unchecked(due.order_id)
            if not places:
                return False
            await tx.notices.enqueue(
                [PendingNotice(place=one, order_id=due.order_id, news=news, due_at=now) for one in places],
                now,
            )
            await tx.checks.update_weights([due.order_id], now)
            await tx.checks.finish_check(due.order_id, now, now + _FACTS_EVERY, checked=False)
        return True

    # ── how a check without news ends ───────────────────────────────────────────────────────────

    def unchanged(self, due: Due, now: datetime, *, fingerprint: str | None = None) -> Settled:
        """Settle a check without news; `fingerprint` is the answer's, if it changed."""
        watch = replace(due.watch, failures=0) if due.watch.failures else due.watch
        return Settled(
            order_id=due.order_id,
            lease=due.lease,
            next_check_at=earliest(self._pacer.next_check(watch, now, order=due.order_id), due.silence_at),
            fingerprint=fingerprint,
        )

    def postponed(self, due: Due, until: datetime) -> Settled:
        """Reschedule a check that was never sent; it does not count as a failure."""
        return Settled(
            order_id=due.order_id,
            lease=due.lease,
            next_check_at=until,
            answered=False,
            failures=due.watch.failures,
        )

    def failed(self, due: Due, error: SourceError, now: datetime) -> Settled:
        """Settle a check without an answer: back off."""
        watch = replace(due.watch, failures=due.watch.failures + 1)
        return Settled(
            order_id=due.order_id,
            lease=due.lease,
            next_check_at=self._pacer.next_check(watch, now, order=due.order_id),
            answered=False,
            failures=watch.failures,
            error=str(error)[:300],
        )

    # ── what else changes an order ──────────────────────────────────────────────────────────────

    async def learn_status(self, order_id: str, status: OrderStatus, at: datetime | None, key: str) -> bool:
        """Store and announce a status that AliExpress pushed. `key` identifies the push.

        An unknown order is booked for the shop. A followed order becomes due at once; one that only the shop
        watches keeps its schedule: the push itself says what is new, and a flood of pushes costs no calls.
        Returns False for a repeated push and for an order that is neither known nor booked.
        """
        now = self._now()
        async with self._store.write() as tx:
            if not await tx.memory.first_push(key, now):
                return False
            planned = await tx.checks.next_check_at(order_id)
            if status in _BEGINNING and self._policy.watch_pushed and await tx.book.is_new(order_id):
                new = await tx.book.add([BookEntry(order_id=order_id)], now, [now])
                await record_booked(tx, new, now)
            known, watch = await tx.orders.get(order_id), await tx.orders.watch(order_id)
            if known is None or watch is None:
                return False
            if status is not OrderStatus.UNKNOWN:  # an unknown status must not overwrite a known one
                if status is OrderStatus.CANCELLED and _under_way(known):
                    status = OrderStatus.CLOSED  # AliExpress also closes orders that end well
                await self._recording.apply_status(tx, known, watch, status, at or now)
            if watch.weight > 0:
                await tx.checks.due_now(order_id, now)
            elif planned is not None:
                await tx.checks.due_by(order_id, planned)
        return True

    async def reclassify(self, limit: int = 200) -> int:
        """Classify stored nodes again after the rules changed; announces nothing. Returns how many orders."""
        async with self._store.write() as tx:
            stale = await tx.orders.with_other_ruleset(stages.version(), limit)
            for order in (await tx.orders.get_many(stale)).values():
                changes = timeline.reclassify(order)
                changed_at = self._now() if changes.edited or changes.order != order else None
                await tx.orders.save_reclassified(changes, stages.version(), changed_at)
        return len(stale)


def _under_way(order: Order) -> bool:
    """Whether a carrier has received any parcel of the order."""
    return any(node.stage.rank is not None and node.stage.rank >= _WITH_CARRIER for node in order.nodes)
