"""What the merchant's own parcels teach of when parcels come: read from the store, kept over a restart."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from zlib import crc32

from bot import progress
from bot.arrival import Arrival, Features, Forecast, Journey, days
from bot.arrival.said import LEAST_FINISHED
from bot.model import Order, Parcel, Stage
from bot.store import Store
from bot.tracking.typical import TypicalStages

_KEY = "arrival"
_DELIVERED, _UNDER_WAY = 300, 600  # orders read each time, the latest


class Arriving:
    """Learns now and then; answers from memory at any time."""

    def __init__(self, store: Store, typical: TypicalStages, now: Callable[[], datetime]) -> None:
        self._store = store
        self._typical = typical
        self._now = now
        self._arrival = Arrival()
        self._stated: int | None = None  # the day on which estimates were last noted, to be judged later

    async def load(self) -> None:
        """Know what the last leader learnt."""
        async with self._store.read() as tx:
            self._arrival.load(await tx.memory.get(_KEY))

    async def learn(self) -> None:
        """Read the latest orders again, and keep what they teach."""
        async with self._store.read() as tx:
            ended = await tx.orders.get_many(await tx.orders.delivered_lately(_DELIVERED))
            moving = await tx.orders.get_many(await tx.orders.under_way(_UNDER_WAY))
        now = self._now()
        await asyncio.to_thread(self._count, list(ended.values()), list(moving.values()), now)
        async with self._store.write() as tx:
            await tx.memory.put(_KEY, self._arrival.dump())

    def forecast(self, parcel: Parcel, now: datetime) -> Forecast | None:
        """When the parcel comes; None while too few of the merchant's parcels were delivered to tell."""
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
        """Note once a day what is estimated of each parcel."""
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
    """The parcel's way as history keeps it; None for one that never set out, or did not end as meant."""
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
    """Short, and no order's number: it is kept longer than the order is."""
    return f"{crc32(f'{order_id}:{parcel.index}'.encode()):x}"
