"""Events are written in the transaction that changes an order, and only if somebody wants them."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from bot.model import BookEntry, EventType, OrderStatus
from bot.store import webhooks as room
from bot.store.tables import nodes, webhook_events
from tests import make
from tests.parts import Engine

URL = "https://shop.example.com/hooks"


async def _rows(engine: Engine) -> list[tuple[str, str]]:
    """Type and order of every event, oldest first."""
    async with engine.store.database.read() as on:
        found = await on.execute(
            sa.select(webhook_events.c.type, webhook_events.c.order_id).order_by(webhook_events.c.id)
        )
        return [(row[0], row[1]) for row in found]


async def test_without_an_endpoint_nothing_is_written(engine: Engine) -> None:
    await engine.follow()
    engine.source.add(make.ORDER, "Delivered")
    await engine.look()
    assert await _rows(engine) == []


async def test_followed_orders_make_events_too(engine: Engine) -> None:
    await engine.tracking.webhooks.add(URL)
    await engine.follow()
    assert await _rows(engine) == [("order.changed", make.ORDER), ("order.stage_changed", make.ORDER)]


async def test_a_change_that_is_not_stored_is_not_told(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    await engine.tracking.webhooks.add(URL)
    await engine.follow()
    before = await _rows(engine)
    engine.source.add(make.ORDER, "Delivered")

    async def failing(*_args: object, **_how: object) -> None:
        raise RuntimeError("a mistake of ours, after the events")

    with monkeypatch.context() as broken:
        broken.setattr("bot.store.memory.Memory.count_unknown", failing)
        await engine.look()
    assert await _rows(engine) == before
    async with engine.store.database.read() as on:
        assert await on.scalar(sa.select(sa.func.count()).select_from(nodes)) == 1
    await engine.look(hours=30)
    assert [kind for kind, _ in await _rows(engine)][len(before) :] == [
        "order.changed",
        "order.stage_changed",
        "order.delivered",
    ]


async def test_events_that_cannot_be_queued_leave_the_change_undone(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    await engine.tracking.webhooks.add(URL)
    await engine.follow()
    engine.source.add(make.ORDER, "Delivered")

    async def failing(*_args: object) -> None:
        raise RuntimeError("a mistake of ours")

    with monkeypatch.context() as broken:
        broken.setattr(room.Webhooks, "enqueue", failing)
        await engine.look()
    assert (await engine.order()).stage.value == "origin_transit"


async def test_a_push_of_aliexpress_makes_events(engine: Engine) -> None:
    await engine.tracking.webhooks.add(URL)
    learn = engine.tracking.checking.learn_status
    assert await learn(make.ORDER, OrderStatus.PLACED, engine.clock.at, "push-1")
    assert not await learn(make.ORDER, OrderStatus.PLACED, engine.clock.at, "push-1")
    assert await _rows(engine) == [("order.booked", make.ORDER), ("order.changed", make.ORDER)]


async def test_a_customers_report_is_a_problem(engine: Engine) -> None:
    await engine.tracking.webhooks.add(URL, [EventType.PROBLEM])
    await engine.follow()
    for _ in range(2):
        await engine.tracking.flagging.dispute(make.ORDER, make.HERE)
    assert await _rows(engine) == [("order.problem", make.ORDER)]
    async with engine.store.database.read() as on:
        body = await on.scalar(sa.select(webhook_events.c.payload))
    assert '"problem":"disputed"' in str(body)
    assert str(make.HERE.chat_id) not in str(body)


async def test_booking_again_is_no_event(engine: Engine) -> None:
    await engine.tracking.webhooks.add(URL, [EventType.BOOKED])
    for shop_order in ("#1001", "#1001", "#1002"):
        await engine.tracking.booking.book([BookEntry(order_id=make.ORDER, shop_order=shop_order)])
    assert await _rows(engine) == [("order.booked", make.ORDER)]
