"""What the store's orders teach of when parcels come, and what is kept of it."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa

from bot.arrival import days
from bot.model import Changes, EventType, Flag, Follow, Order, Parcel, Place, Stage
from bot.store import Store
from bot.store.tables import webhook_events
from bot.tracking import Tracking, arriving
from bot.tracking.arriving import journey
from tests import make
from tests.make import there
from tests.parts import Engine

DAY = timedelta(days=1)


def parcel(start: datetime, *stages: tuple[float, Stage], promised: float = 30.0) -> Parcel:
    """A parcel with an entry so many days after the start for each stage."""
    nodes = [
        make.node(seq, at=start + after * DAY, stage=stage, seen_at=start + after * DAY)
        for seq, (after, stage) in enumerate(stages, 1)
    ]
    after, stage = stages[-1]
    return Parcel(
        index=1,
        number="LP1",
        carrier="Cainiao",
        stage=stage,
        stage_since=start + after * DAY,
        nodes=tuple(reversed(nodes)),
        eta=start + promised * DAY,
        first_eta=start + promised * DAY,
    )


async def keep(engine: Engine, order_id: str, one: Parcel) -> None:
    """Followed by somebody, and this is what is known of it."""
    await put(engine.store, order_id, one, engine.clock.now())


async def put(store: Store, order_id: str, one: Parcel, now: datetime) -> None:
    """The same, of any store at any time."""
    ended = one.stage_since if one.stage.final else None
    order = Order(
        id=order_id,
        stage=one.stage,
        stage_since=one.stage_since,
        parcels=(one,),
        created_at=now,
        finished_at=ended,
    )
    async with store.write() as tx:
        await tx.chats.get_or_create(Place(1), language="en", zone="UTC", now=now)
        await tx.orders.add(order_id, now)
        await tx.orders.save(Changes(order=order, added=order.nodes))
        await tx.chats.follow(Follow(place=Place(1), order_id=order_id, created_at=now))
        await tx.checks.update_weights([order_id], now)
        await tx.checks.finish_check(order_id, now, None if ended else now + DAY, checked=True)


async def taught(engine: Engine, count: int) -> Parcel:
    """So many delivered orders of 12 to 16 days and one on its way, which is returned."""
    now = engine.clock.now()
    for number in range(count):
        lasted = 12.0 + number % 5
        start = now - (lasted + 1.0 + number % 20) * DAY
        way = ((0.0, Stage.INFO_RECEIVED), (4.0, Stage.PICKED_UP), (lasted, Stage.DELIVERED))
        await keep(engine, f"{number:016}", parcel(start, *way))
    moving = parcel(now - 6.0 * DAY, (0.0, Stage.INFO_RECEIVED), (4.0, Stage.PICKED_UP))
    await keep(engine, f"{count:016}", moving)
    await engine.tracking.arriving.learn()
    return moving


async def test_the_merchants_own_parcels_tell_when_the_next_one_comes(engine: Engine) -> None:
    moving = await taught(engine, 40)
    now = days(engine.clock.now())
    forecast = there(engine.tracking.arriving.forecast(moving, engine.clock.now()))
    assert now + 4.0 < forecast.likely < now + 12.0  # promised in 24 days
    assert forecast.latest < now + 20.0


async def test_too_few_tell_nothing(engine: Engine) -> None:
    moving = await taught(engine, 29)
    assert engine.tracking.arriving.forecast(moving, engine.clock.now()) is None
    assert engine.tracking.typical.known[Stage.INFO_RECEIVED].median == 4 * DAY  # eight are enough for that


async def test_what_was_learnt_outlives_the_process_and_the_orders(engine: Engine) -> None:
    moving = await taught(engine, 40)
    before = there(engine.tracking.arriving.forecast(moving, engine.clock.now()))
    async with engine.store.write() as tx:
        assert await tx.orders.purge(engine.clock.now() + 90 * DAY)
    again = Tracking(
        store=engine.store,
        source=engine.source,
        pacer=engine.pacer,
        policy=engine.tracking.policy,
        now=engine.clock.now,
        metrics=engine.metrics,
    ).arriving
    await again.load()
    await again.learn()
    after = there(again.forecast(moving, engine.clock.now()))
    assert abs(after.likely - before.likely) < 1.0


def test_what_ended_otherwise_is_no_delivery() -> None:
    way = ((0.0, Stage.INFO_RECEIVED), (4.0, Stage.PICKED_UP))
    assert journey("1", parcel(make.NOW - 9 * DAY, *way, (8.0, Stage.RETURNED)), make.NOW) is None
    open_ = there(journey("1", parcel(make.NOW - 9 * DAY, *way), make.NOW))
    assert not open_.delivered
    assert open_.until == days(make.NOW)
    assert [stage for stage, _ in open_.passages] == [Stage.INFO_RECEIVED, Stage.PICKED_UP]


def test_a_parcel_without_entries_teaches_nothing() -> None:
    assert journey("1", replace(parcel(make.NOW, (0.0, Stage.PICKED_UP)), nodes=()), make.NOW) is None


async def test_what_is_said_is_kept_and_stays_without_news(engine: Engine) -> None:
    await taught(engine, 40)
    (parcel,) = (await engine.order(f"{40:016}")).parcels
    said = there(parcel.estimate)
    assert engine.clock.now() <= said.first < said.last < engine.clock.now() + 20 * DAY
    engine.clock.pass_(hours=30)
    await engine.tracking.arriving.learn()
    (again,) = (await engine.order(f"{40:016}")).parcels
    assert again.estimate == said
    engine.clock.pass_(hours=30 * 24)
    await engine.tracking.arriving.learn()
    (late,) = (await engine.order(f"{40:016}")).parcels
    assert late.estimate is not None
    assert late.estimate.last < engine.clock.now()


async def test_news_may_change_what_is_said_at_once(engine: Engine) -> None:
    moving = await taught(engine, 40)
    order = await engine.order(f"{40:016}")
    now = engine.clock.now()
    near = replace(moving, stage=Stage.LOCAL_TRANSIT, stage_since=now, estimate=order.parcels[0].estimate)
    changed = engine.tracking.arriving.with_estimates(replace(order, parcels=(near,)), now, moved={1})
    assert changed.parcels[0].estimate != order.parcels[0].estimate
    ended = replace(near, stage=Stage.DELIVERED)
    over = engine.tracking.arriving.with_estimates(replace(order, parcels=(ended,)), now, moved={1})
    assert over.parcels[0].estimate is None


async def test_an_order_that_will_probably_be_late_is_on_the_board_before_its_promise_passes(
    engine: Engine,
) -> None:
    await engine.tracking.webhooks.add("https://shop.example.com/hooks", [EventType.LATE_EXPECTED])
    await taught(engine, 40)
    now = engine.clock.now()
    way = ((0.0, Stage.INFO_RECEIVED), (24.0, Stage.PICKED_UP))  # 8 to 12 more days are usual
    await keep(engine, "8" * 16, parcel(now - 25.0 * DAY, *way, promised=30.0))
    await keep(engine, "9" * 16, parcel(now - 25.0 * DAY, *way, promised=40.0))
    await engine.tracking.arriving.learn()
    (row,) = await engine.tracking.flagging.first(Flag.WILL_BE_LATE, 5)
    assert (row.order.id, row.days) == ("8" * 16, 0)
    assert row.order.next_eta is not None
    assert row.order.next_eta > now
    engine.clock.pass_(hours=24)
    await engine.tracking.arriving.learn()
    assert (await engine.order("8" * 16)).late_expected_since == now, "it stays flagged since then"
    async with engine.store.database.read() as on:
        told = json.loads((await on.scalars(sa.select(webhook_events.c.payload))).one())  # once
    assert (told["type"], told["data"]["id"]) == ("order.late_expected", "8" * 16)
    assert told["data"]["late_expected_since"] == "2026-11-20T12:00:00Z"
    promised_anew = replace(row.order.parcels[0], eta=now + 15 * DAY)
    later = replace(row.order, parcels=(promised_anew,))
    renewed = engine.tracking.arriving.with_estimates(later, engine.clock.now(), moved=())
    assert renewed.late_expected_since is None


async def test_every_order_under_way_has_its_turn(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(arriving, "_RESTATED", 3)
    moving = await taught(engine, 40)
    for number in range(41, 45):
        await keep(engine, f"{number:016}", moving)
    for _ in range(2):
        await engine.tracking.arriving.learn()
    estimates = [(await engine.order(f"{number:016}")).parcels[0].estimate for number in range(40, 45)]
    assert None not in estimates
