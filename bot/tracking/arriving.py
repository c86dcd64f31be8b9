"""Arrival forecasts, learned from the merchant's own parcels in the store and kept across restarts."""

from __future__ import annotations

import asyncio
import heapq
from collections.abc import Callable, Container, Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from zlib import crc32

from bot import progress
from bot.arrival import Arrival, Features, Forecast, Journey, days
from bot.arrival.said import LEAST_FINISHED, say
from bot.eta import has_day, is_meaningful
from bot.model import BoardSettings, Order, Parcel, Stage
from bot.store import Store, Transaction
from bot.tracking.typical import TypicalStages
from bot.tracking.webhooks import record_late_expected

_KEY = "arrival"
_DELIVERED, _UNDER_WAY = 300, 600  # how many orders are learned from each time
_COUNTED = 100_000  # orders under way that these are drawn from
_RESTATED = 1000  # orders whose estimates are renewed each time, in turn
_LESS_LATE = 0.1  # by how much the chance of being late must fall below the limit to be withdrawn


class Arriving:
    """`learn` runs periodically; forecasts come from memory and are available at any time."""

    def __init__(
        self, store: Store, typical: TypicalStages, board: BoardSettings, now: Callable[[], datetime]
    ) -> None:
        self._store = store
        self._typical = typical
        self._now = now
        self._late_after = timedelta(days=board.late)
        self._late_from = board.will_be_late / 100.0
        self._restated = ""  # the last order whose estimate was renewed
        self._arrival = Arrival()
        self._stated: int | None = None  # the day on which forecasts were last recorded for calibration

    async def load(self) -> None:
        """Load what was learned before the restart."""
        async with self._store.read() as tx:
            self._arrival.load(await tx.memory.get(_KEY))

    async def learn(self) -> None:
        """Learn from the latest orders, and renew the estimates of those whose turn it is; store both."""
        async with self._store.read() as tx:
            ended = await tx.orders.get_many(await tx.orders.delivered_lately(_DELIVERED))
            drawn, counted = await _draw(tx)
            moving = await tx.orders.get_many(drawn)
            turn = await tx.orders.under_way_after(self._restated, _RESTATED)
            others = await tx.orders.get_many(set(turn) - set(moving))
        self._restated = turn[-1] if len(turn) == _RESTATED else ""
        now, known = self._now(), moving | others
        share = min(_UNDER_WAY / max(counted, 1), 1.0)
        await asyncio.to_thread(self._count, list(ended.values()), list(moving.values()), share, now)
        renewed = await asyncio.to_thread(self._renew, [known[order_id] for order_id in turn], now)
        expected = {
            one.id: one
            for one in renewed
            if one.late_expected_since is not None and known[one.id].late_expected_since is None
        }
        async with self._store.write() as tx:
            await tx.memory.put(_KEY, self._arrival.dump())
            await record_late_expected(tx, expected, now)
            await tx.orders.save_estimates(renewed)

    def with_estimates(self, order: Order, now: datetime, *, moved: Container[int]) -> Order:
        """The order with what to say of its arrival; `moved` are the parcels in another stage than before."""
        parcels = tuple(
            self._with_estimate(parcel, now, news=parcel.index in moved) for parcel in order.parcels
        )
        return replace(order, parcels=parcels)

    def _renew(self, orders: Iterable[Order], now: datetime) -> list[Order]:
        """Those of the orders whose estimates change."""
        pairs = ((order, self.with_estimates(order, now, moved=())) for order in orders)
        return [after for before, after in pairs if after != before]

    def _with_estimate(self, parcel: Parcel, now: datetime, *, news: bool) -> Parcel:
        """The parcel with its estimate; none where its state leaves no room for it, or little is known."""
        forecast = self.forecast(parcel, now) if has_day(parcel) else None
        if forecast is None:
            return replace(parcel, estimate=None, late_expected_since=None)
        since = parcel.late_expected_since
        least = self._late_from if since is None else self._late_from - _LESS_LATE
        return replace(
            parcel,
            estimate=say(parcel.estimate, forecast, now, news=news),
            late_expected_since=(since or now) if forecast.late >= least and is_meaningful(parcel) else None,
        )

    def forecast(self, parcel: Parcel, now: datetime) -> Forecast | None:
        """When the parcel arrives; None while too few of the merchant's parcels have been delivered.

        Late is what the board calls so: some days after AliExpress's current promise.
        """
        case = _case(parcel)
        if case is None or parcel.stage.final or self._arrival.finished < LEAST_FINISHED:
            return None
        if parcel.eta is not None:
            case = replace(case, due=days(parcel.eta + self._late_after))
        return self._arrival.forecast(case, days(now))

    def _count(self, ended: Sequence[Order], moving: Sequence[Order], share: float, now: datetime) -> None:
        parcels = [(order, parcel) for order in (*ended, *moving) for parcel in order.live]
        delivered = [parcel for _, parcel in parcels if parcel.stage is Stage.DELIVERED]
        self._typical.learn(delivered)
        found = [one for order, parcel in parcels if (one := journey(order.id, parcel, now)) is not None]
        self._arrival.learn(one for one in found if one.delivered)
        self._arrival.refresh((one for one in found if not one.delivered), days(now), share=share)
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


async def _draw(tx: Transaction) -> tuple[list[str], int]:
    """Some of the orders under way, the same ones each time, whatever their age; and how many there are."""
    drawn: list[str] = []
    counted = 0
    async for part in tx.orders.under_way(_COUNTED):
        counted += len(part)
        drawn = heapq.nsmallest(_UNDER_WAY, (*drawn, *part), key=lambda order_id: crc32(order_id.encode()))
    return drawn, counted


def _name(order_id: str, parcel: Parcel) -> str:
    """A short key that does not reveal the order's number, because it is kept longer than the order."""
    return f"{crc32(f'{order_id}:{parcel.index}'.encode()) % 16**5:x}"
