"""Arrival forecasts, learned from the merchant's own parcels in the store and kept across restarts."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Container, Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from zlib import crc32

from bot import progress
from bot.arrival import Arrival, Features, Forecast, Journey, days, moment
from bot.arrival.said import LEAST_FINISHED, Said, say
from bot.eta import is_meaningful
from bot.model import Estimate, Order, Parcel, Stage
from bot.store import Store
from bot.tracking.typical import TypicalStages

_KEY = "arrival"
_DELIVERED, _UNDER_WAY = 300, 600  # how many of the latest orders are read each time


class Arriving:
    """`learn` runs periodically; forecasts come from memory and are available at any time."""

    def __init__(self, store: Store, typical: TypicalStages, now: Callable[[], datetime]) -> None:
        self._store = store
        self._typical = typical
        self._now = now
        self._arrival = Arrival()
        self._stated: int | None = None  # the day on which forecasts were last recorded for calibration

    async def load(self) -> None:
        """Load what was learned before the restart."""
        async with self._store.read() as tx:
            self._arrival.load(await tx.memory.get(_KEY))

    async def learn(self) -> None:
        """Learn from the latest orders and store the result."""
        async with self._store.read() as tx:
            ended = await tx.orders.get_many(await tx.orders.delivered_lately(_DELIVERED))
            moving = await tx.orders.get_many(await tx.orders.under_way(_UNDER_WAY))
        now = self._now()
        await asyncio.to_thread(self._count, list(ended.values()), list(moving.values()), now)
        again = {
            (order.id, parcel.index): estimate
            for order in moving.values()
            for parcel in order.live
            if (estimate := self._estimate(parcel, now, news=False)) != parcel.estimate
        }
        async with self._store.write() as tx:
            await tx.memory.put(_KEY, self._arrival.dump())
            await tx.orders.save_estimates(again)

    def with_estimates(self, order: Order, now: datetime, *, moved: Container[int]) -> Order:
        """The order with what to say of its arrival; `moved` are the indexes of parcels with news."""
        parcels = tuple(
            replace(parcel, estimate=self._estimate(parcel, now, news=parcel.index in moved))
            for parcel in order.parcels
        )
        return replace(order, parcels=parcels)

    def _estimate(self, parcel: Parcel, now: datetime, *, news: bool) -> Estimate | None:
        """The range to show; None where the parcel's state leaves no room for one, or too little is known."""
        if not is_meaningful(parcel) or (forecast := self.forecast(parcel, now)) is None:
            return None
        known = parcel.estimate
        before = None
        if known is not None:
            before = Said(first=days(known.first), last=days(known.last), at=days(known.at))
        said = say(before, forecast, days(now), news=news)
        if said is None or said is before:
            return known if said is before else None
        return Estimate(first=moment(said.first), last=moment(said.last), at=now)

    def forecast(self, parcel: Parcel, now: datetime) -> Forecast | None:
        """When the parcel arrives; None while too few of the merchant's parcels have been delivered."""
        case = _case(parcel)
        if case is None or parcel.stage.final or self._arrival.finished < LEAST_FINISHED:
            return None
        return self._arrival.forecast(case, days(now))

    def _count(self, ended: Sequence[Order], moving: Sequence[Order], now: datetime) -> None:
        parcels = [(order, parcel) for order in (*ended, *moving) for parcel in order.live]
        delivered = [parcel for _, parcel in parcels if parcel.stage is Stage.DELIVERED]
        self._typical.learn(delivered)
        found = [one for order, parcel in parcels if (one := journey(order.id, parcel, now)) is not None]
        self._arrival.learn(one for one in found if one.delivered)
        self._arrival.refresh((one for one in found if not one.delivered), days(now))
        self._state(moving, now)

    def _state(self, moving: Iterable[Order], now: datetime) -> None:
        """Record each parcel's forecast once a day, to compare it with the delivery later."""
        day = int(days(now))
        if day == self._stated or self._arrival.finished < LEAST_FINISHED:
            return
        self._stated = day
        for order in moving:
            for parcel in order.live:
                case = _case(parcel)
                if case is not None and not parcel.stage.final:
                    self._arrival.state(_name(order.id, parcel), case, days(now))


def journey(order_id: str, parcel: Parcel, now: datetime) -> Journey | None:
    """The parcel's journey for learning; None if it never left, or ended without delivery."""
    passages = progress.passages(parcel)
    delivered = parcel.stage is Stage.DELIVERED
    if not passages or (parcel.stage.final and not delivered):
        return None
    ends = [at for stage, at in passages if stage is Stage.DELIVERED]
    way = [(stage, days(at)) for stage, at in passages if stage is not Stage.DELIVERED]
    until = ends[-1] if delivered and ends else now
    if not way or days(until) <= way[0][1] or way[-1][1] > days(until):
        return None
    promise = parcel.first_eta or parcel.eta
    return Journey(
        key=_name(order_id, parcel),
        passages=tuple(way),
        until=days(until),
        delivered=delivered,
        carrier=parcel.carrier[:40],
        promise=None if promise is None else days(promise),
    )


def _case(parcel: Parcel) -> Features | None:
    if not parcel.nodes or parcel.stage_since is None:
        return None
    promise = parcel.first_eta or parcel.eta
    return Features(
        stage=parcel.stage,
        since=days(parcel.stage_since),
        start=days(min(node.at for node in parcel.nodes)),
        promise=None if promise is None else days(promise),
        carrier=parcel.carrier[:40],
    )


def _name(order_id: str, parcel: Parcel) -> str:
    """A short key that does not reveal the order's number, because it is kept longer than the order."""
    return f"{crc32(f'{order_id}:{parcel.index}'.encode()):x}"
