"""Deliveries and problems, counted in the database."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from bot.model import Node, Order, Reason, Reported, Stage, Tally
from bot.store import Store
from tests.store.builders import ANNA, NOW, added, later, node, order

DAY = timedelta(days=1)


def _delivered(order_id: str, days: float, *, carrier: str = "Post", promised: float | None = 8) -> Order:
    """An order that was delivered now, so many days after its first entry, and promised for another."""
    made = order(order_id, node(1, at=NOW - days * DAY), node(2, at=NOW, stage=Stage.DELIVERED))
    (parcel,) = made.parcels
    eta = None if promised is None else NOW - days * DAY + promised * DAY
    parcel = replace(parcel, stage=Stage.DELIVERED, stage_since=NOW, carrier=carrier, first_eta=eta)
    return replace(made, stage=Stage.DELIVERED, finished_at=NOW, parcels=(parcel,))


async def _keep(store: Store, *known: Order) -> None:
    async with store.write() as tx:
        for each in known:
            await tx.orders.add(each.id, NOW)
            await tx.orders.save(added(each, first=True))


async def test_deliveries_are_counted_by_day_carrier_and_duration(store: Store) -> None:
    await _keep(
        store,
        _delivered("1", 10),
        _delivered("2", 10.4),
        _delivered("3", 7, carrier="Courier"),
        _delivered("4", 0, carrier="Courier", promised=None),  # nothing but its delivery
        order("5", node(1)),  # under way
    )
    async with store.read() as tx:
        found = await tx.figures.deliveries(NOW - DAY, later(1), timedelta(0))
        assert sorted(found, key=lambda one: (one.carrier, one.days or 0)) == [
            Tally(on=NOW.date(), carrier="Courier", days=None),
            Tally(on=NOW.date(), carrier="Courier", days=7, promised=1),
            Tally(on=NOW.date(), carrier="Post", days=10, parcels=2, promised=2, late=2),
        ]
        assert await tx.figures.deliveries(later(1), later(2), timedelta(0)) == []
        elsewhere = await tx.figures.deliveries(NOW - DAY, later(1), timedelta(hours=13))
        assert {one.on for one in elsewhere} == {NOW.date() + DAY}, "the reader's days"


async def test_the_promised_day_itself_is_not_late(store: Store) -> None:
    await _keep(store, _delivered("1", 10, promised=9.6), _delivered("2", 10, promised=9.4))
    async with store.read() as tx:
        found = await tx.figures.deliveries(NOW - DAY, later(1), timedelta(0))
    assert sum(one.late for one in found) == 1, (
        "promised for 02:24 of that day, and for 21:36 of the day before"
    )


async def test_troubles_count_an_order_once_a_kind_and_the_way_back_as_one(store: Store) -> None:
    def at(seq: int, stage: Stage, reason: Reason = Reason.NONE) -> Node:
        return node(seq, stage=stage, reason=reason, at=NOW - DAY + timedelta(minutes=seq))

    await _keep(
        store,
        order("1", at(1, Stage.EXCEPTION, Reason.CUSTOMS), at(2, Stage.EXCEPTION, Reason.CUSTOMS)),
        order("2", at(1, Stage.RETURNING), at(2, Stage.RETURNED)),
        order("3", at(1, Stage.FAILED_ATTEMPT, Reason.ABSENT), at(2, Stage.DELIVERED)),
        order("4", at(1, Stage.EXCEPTION, Reason.DAMAGED), at(2, Stage.RETURNING, Reason.REFUSED)),
    )
    async with store.read() as tx:
        assert await tx.figures.troubles(NOW - 2 * DAY, NOW) == {
            (Stage.EXCEPTION, Reason.CUSTOMS): 1,
            (Stage.EXCEPTION, Reason.DAMAGED): 1,
            (Stage.FAILED_ATTEMPT, Reason.NONE): 1,
            (Stage.RETURNED, Reason.NONE): 2,
        }
        assert await tx.figures.troubles(NOW, later(9)) == {}


async def test_reports_and_their_solutions_are_counted(store: Store) -> None:
    await _keep(store, order("1", node(1)), order("2", node(1)))
    async with store.write() as tx:
        assert await tx.figures.reported(NOW) == Reported(reported=0, solved=0)
        await tx.cases.dispute("1", ANNA, later(1))
        await tx.cases.dispute("2", ANNA, later(1))
        await tx.cases.withdraw("2", ANNA, later(2))
        assert await tx.figures.reported(NOW) == Reported(reported=2, solved=1)
        assert await tx.figures.reported(later(9)) == Reported(reported=0, solved=0)
