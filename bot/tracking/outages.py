"""Cards that say that AliExpress gives no answer: they say so no longer than that is true."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from bot import audience
from bot.model import Place
from bot.store import Store
from bot.tracking.checking import OUTAGE, Checking

OLD = timedelta(minutes=30)
"""Younger data is worth no word of an outage."""
_PROBE = timedelta(seconds=20)  # without anybody asking, until one order is looked at to see
_AGAIN = timedelta(seconds=10)  # between looks at the same order once AliExpress answers
_TRIES = 3  # looks at an order then; one that still fails does so by itself, and keeps its own pace
_AT_ONCE = 100  # orders looked at in one round
_LONGEST = timedelta(days=30)


class Outages:
    """The cards that tell of an outage wait in the outbox as edits; `mind` lets them go."""

    def __init__(self, store: Store, checking: Checking, now: Callable[[], datetime]) -> None:
        self._store = store
        self._checking = checking
        self._now = now
        self._any = True  # until the outbox was looked into
        self._tried: dict[str, tuple[int, datetime]] = {}  # looks since AliExpress answers, and the last one

    async def shown(self, place: Place, order_id: str, since: datetime) -> None:
        """The place's card of the order says that AliExpress is silent since then."""
        now = self._now()
        pending = audience.card_edit(place, order_id, f"outage:{since:%Y%m%d%H%M%S}", now + _LONGEST)
        async with self._store.write() as tx:
            await tx.notices.enqueue([pending], now)
        self._any = True

    async def mind(self) -> None:
        """Bring cards up to date whose orders were answered since, and see to it that the others are.

        To be called every few seconds; costs nothing while no card tells of an outage.
        """
        if not self._any:
            return
        now = self._now()
        async with self._store.read() as tx:
            waiting = await tx.notices.outages(now)
        self._any = bool(waiting)
        answered = {order_id for order_id, is_answered in waiting.items() if is_answered}
        chosen = self._to_look_at([one for one in waiting if one not in answered], now)
        self._tried = {one: tries for one, tries in self._tried.items() if one in waiting.keys() - answered}
        if answered or chosen:
            async with self._store.write() as tx:
                await tx.notices.end_outages(answered, now)
                for order_id in chosen:
                    await tx.checks.due_now(order_id, now)

    def _to_look_at(self, silent: list[str], now: datetime) -> list[str]:
        since, asked_at = self._checking.failing_since, self._checking.asked_at
        if since is not None:
            idle = asked_at is None or now - asked_at >= _PROBE
            if now - since < OUTAGE or not idle:
                return []
            self._tried.clear()
            return silent[:1]
        chosen = [one for one in silent if self._is_due(one, now)][:_AT_ONCE]
        for one in chosen:
            self._tried[one] = (self._tried.get(one, (0, now))[0] + 1, now)
        return chosen

    def _is_due(self, order_id: str, now: datetime) -> bool:
        tries, last = self._tried.get(order_id, (0, None))
        return tries < _TRIES and (last is None or now - last >= _AGAIN)
