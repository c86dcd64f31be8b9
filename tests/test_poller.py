"""Looking at orders: leases, errors by their meaning, nobody starved, nothing stuck."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
import sqlalchemy as sa

from bot.board import flag
from bot.errors import Misconfigured, Reauthorize, StoreError, Throttled, Transient
from bot.model import Flag, OrderFacts, OrderStatus, Place
from bot.pacing import Price
from bot.poller import Poller
from bot.tracking import Tracked
from tests import make
from tests.make import there
from tests.parts import Engine, several

SCAN = "Package arrived at transit country/region."


async def test_a_new_scan_is_told_once_to_every_follower(engine: Engine) -> None:
    await engine.follow()
    await engine.follow(place=Place(2))
    engine.source.add(make.ORDER, SCAN)
    await engine.look_and_tell()
    await engine.look_and_tell()
    assert len(engine.post.texts()) == len(engine.post.texts(Place(2))) == 1
    assert SCAN in engine.post.texts()[0]


async def test_the_first_snapshot_is_never_pushed(engine: Engine) -> None:
    engine.source.add(make.ORDER, *(f"Package left facility {n}" for n in range(20)))
    await engine.follow()
    await engine.look_and_tell()
    assert engine.post.sent == []


@pytest.mark.parametrize("language", ["en", "uk"])
async def test_a_new_order_is_shown_just_as_it_is_stored(engine: Engine, language: str) -> None:
    engine.source.add(make.ORDER, *(f"Package left facility {n}" for n in range(20)))
    chat = await engine.chat(language=language)
    tracked = await engine.tracking.following.track(chat, make.ORDER, label=" Shoes ")
    assert isinstance(tracked, Tracked)
    stored = await engine.tracking.viewing.show(chat, make.ORDER)
    assert tracked.shown == stored
    assert tracked.shown.order.changed_at == stored.order.changed_at, (
        "or its card would be edited for nothing"
    )
    assert len(tracked.shown.order.nodes) == 20


async def test_a_new_order_without_tracking_is_shown_just_as_it_is_stored(engine: Engine) -> None:
    at = engine.clock.now()
    engine.source.facts[make.ORDER] = OrderFacts(
        order_id=make.ORDER, status=OrderStatus.PREPARING, paid_at=at
    )
    chat = await engine.chat()
    tracked = await engine.tracking.following.track(chat, make.ORDER)
    assert isinstance(tracked, Tracked)
    assert tracked.shown == await engine.tracking.viewing.show(chat, make.ORDER)


@pytest.mark.parametrize("waiting", [True, False])
async def test_checks_give_way_while_somebody_waits_for_an_answer(engine: Engine, waiting: bool) -> None:
    orders = list(several(6))
    await engine.follow(*orders)
    rests = []

    async def sleep(seconds: float) -> None:
        rests.append(seconds)
        await engine.clock.sleep(seconds)

    poller = Poller(
        store=engine.store,
        tracking=engine.tracking,
        now=engine.clock.now,
        sleep=sleep,
        telemetry=engine.metrics,
        width=2,
        someone_waits=lambda: waiting,
    )
    engine.clock.pass_(hours=2)
    checked = len(engine.source.asked)
    while await poller.step():
        pass
    await poller.drain()
    assert len(engine.source.asked) == checked + 6
    assert rests.count(1.0) == (6 if waiting else 0)


async def test_a_quiet_check_costs_one_call_and_moves_the_next(engine: Engine) -> None:
    await engine.follow()
    engine.source.asked.clear()
    await engine.look()
    assert engine.source.asked == [(make.ORDER, "en")]
    assert await engine.next_check() > engine.clock.now()


async def test_one_s_news_makes_those_in_the_same_bag_due(engine: Engine) -> None:
    orders = list(several(6))
    await engine.follow(*orders)
    for text in ("Package left facility 1", "Package left facility 2"):
        for order in orders:
            engine.source.add(order, text)
        await engine.look(hours=30)
    for order in orders:
        engine.source.add(order, SCAN)
    async with engine.store.write() as tx:
        now = engine.clock.now()
        planned = [await tx.checks.next_check_at(order) for order in orders]
        assert all(at is not None and at > now + timedelta(hours=0.3) for at in planned)
        await tx.checks.due_now(orders[3], now)
    engine.pacer.price = Price(value=0.05)
    for later in (0, 0.2, 0):  # the others are scanned minutes later: one is checked, then all
        await engine.look(hours=later)
    async with engine.store.read() as tx:
        known = await tx.orders.get_many(orders)
    assert [SCAN in known[order].nodes[0].description for order in orders] == [True] * 6


async def test_full_empty_full_pushes_nothing(engine: Engine) -> None:
    await engine.follow()
    kept = engine.source.nodes[make.ORDER]
    engine.source.nodes[make.ORDER] = []
    await engine.look_and_tell()
    engine.source.nodes[make.ORDER] = kept
    await engine.look_and_tell()
    assert engine.post.sent == []


async def test_one_failing_order_among_many_starves_nobody(engine: Engine) -> None:
    orders = list(several(40))
    await engine.follow(*orders)
    engine.source.errors[orders[0]] = Transient("ServiceTimeout", "")
    for order in orders:
        engine.source.add(order, SCAN)
    await engine.look()
    async with engine.store.read() as tx:
        known = await tx.orders.get_many(orders)
        failing = there(await tx.orders.watch(orders[0]))
    assert sum(SCAN in order.nodes[0].description for order in known.values()) == 39
    assert failing.failures >= 1
    assert await engine.next_check(orders[0]) > engine.clock.now()


async def test_a_poisoned_order_does_not_stop_the_others(engine: Engine) -> None:
    other = "8210560128429621"
    await engine.follow(make.ORDER, other)
    engine.source.errors[make.ORDER] = ValueError("a bug of ours")  # type: ignore[assignment]  # on purpose
    engine.source.add(other, SCAN)
    await engine.look_and_tell()
    assert any(SCAN in text for text in engine.post.texts())


async def test_a_throttled_source_is_left_alone_and_nothing_is_held_against_the_order(engine: Engine) -> None:
    await engine.follow()
    engine.source.failing = Throttled("ApiCallLimit", "", seconds=600)
    await engine.look()
    engine.source.asked.clear()
    engine.clock.pass_(seconds=300)
    assert not await engine.poller.step()
    assert engine.source.asked == []
    async with engine.store.read() as tx:
        watch = there(await tx.orders.watch(make.ORDER))
    assert watch.failures == 0


async def test_while_the_login_is_dead_one_order_probes_and_afterwards_all_go_on(engine: Engine) -> None:
    orders = list(several(30))
    await engine.follow(*orders)
    engine.source.failing = Reauthorize("IllegalRefreshToken", "")
    await engine.look()
    assert not _healthy(engine)
    engine.source.asked.clear()
    engine.clock.pass_(seconds=31)
    await engine.poller.step()
    await engine.poller.drain()
    assert len(engine.source.asked) == 1
    engine.source.failing = None
    engine.clock.pass_(minutes=30)
    await engine.poller.step()
    await engine.poller.drain()
    assert _healthy(engine)
    due = [await engine.next_check(order) for order in orders]
    assert max(due) - min(due) > timedelta(minutes=5)  # no crowd at once


async def _asked_after_an_outage(engine: Engine, **lasted: float) -> tuple[int, float]:
    """How many of thirty overdue orders are asked about at once, and how many minutes the others take."""
    orders = list(several(30))
    await engine.follow(*orders)
    engine.source.failing = Reauthorize("IllegalRefreshToken", "")
    await engine.look()
    engine.clock.pass_(**lasted)
    engine.source.failing = None
    engine.source.asked.clear()
    while await engine.poller.step():
        pass
    await engine.poller.drain()
    at_once = len(engine.source.asked)
    back = engine.clock.now()
    while len(engine.source.asked) < len(orders):
        await engine.look(hours=1 / 60)
    return at_once, (engine.clock.now() - back).total_seconds() / 60


async def test_after_a_long_outage_what_is_overdue_is_asked_within_half_an_hour_but_not_at_once(
    engine: Engine,
) -> None:
    at_once, minutes = await _asked_after_an_outage(engine, hours=3)
    assert at_once <= 5
    assert 10 < minutes <= 31


async def test_after_a_short_outage_what_is_overdue_is_asked_at_once(engine: Engine) -> None:
    assert await _asked_after_an_outage(engine, minutes=2) == (30, 0)


async def test_a_misconfigured_app_is_not_asked_again_and_again(engine: Engine) -> None:
    await engine.follow(*several(10))
    engine.source.failing = Misconfigured("InvalidAppKey", "")
    await engine.look()
    asked = len(engine.source.asked)
    assert not await engine.poller.step()
    assert len(engine.source.asked) == asked


async def test_an_order_nobody_follows_costs_nothing(engine: Engine) -> None:
    await engine.follow()
    await engine.tracking.following.untrack(make.HERE, make.ORDER)
    engine.source.asked.clear()
    await engine.look(hours=100)
    assert engine.source.asked == []


async def test_a_parcel_that_waits_at_the_pick_up_point_is_said_after_2_5_and_9_days(engine: Engine) -> None:
    await engine.follow()
    engine.source.add(make.ORDER, "Package arrived at pick-up point")
    for _ in range(24 * 12):
        await engine.look(hours=1)
        await engine.tell()
    arrived, *reminders = engine.post.texts()
    assert "pick-up point" in arrived
    assert len(reminders) == 3


async def test_no_tracking_after_three_days_is_the_merchants_matter(engine: Engine) -> None:
    engine.source.facts[make.ORDER] = OrderFacts(order_id=make.ORDER, status=OrderStatus.PREPARING)
    chat = await engine.chat()
    await engine.tracking.following.track(chat, make.ORDER)
    for _ in range(60):
        await engine.look(hours=2)
        await engine.tell()
    assert engine.post.sent == []
    order = await engine.order()
    flagged = there(flag(order, None, engine.clock.now()))
    assert flagged[0] is Flag.NO_TRACKING


async def test_an_order_paid_long_before_the_follow_shows_it_and_tells_nobody(engine: Engine) -> None:
    paid = engine.clock.now() - timedelta(days=8)
    engine.source.facts[make.ORDER] = OrderFacts(
        order_id=make.ORDER, status=OrderStatus.PREPARING, paid_at=paid
    )
    chat = await engine.chat()
    await engine.tracking.following.track(chat, make.ORDER)
    for _ in range(48):
        await engine.look(hours=2)
        await engine.tell()
    order = await engine.order()
    assert order.paid_at == paid
    assert flag(order, None, engine.clock.now()) == (Flag.NO_TRACKING, paid + timedelta(hours=72))
    assert "no_tracking" not in order.announced
    assert engine.post.sent == []


async def test_a_cancelled_order_is_told_and_no_longer_looked_at(engine: Engine) -> None:
    engine.source.facts[make.ORDER] = OrderFacts(order_id=make.ORDER, status=OrderStatus.PREPARING)
    chat = await engine.chat()
    await engine.tracking.following.track(chat, make.ORDER)
    engine.source.facts[make.ORDER] = OrderFacts(order_id=make.ORDER, status=OrderStatus.CANCELLED)
    for _ in range(12):
        await engine.look(hours=2)
        await engine.tell()
    assert len(engine.post.sent) == 1
    assert "cancel" in engine.post.texts()[0].lower()


async def test_a_pushed_status_is_taken_once_and_makes_the_order_due(engine: Engine) -> None:
    await engine.follow()
    now = engine.clock.now()
    assert await engine.tracking.checking.learn_status(make.ORDER, OrderStatus.SHIPPED, now, "push-1")
    assert not await engine.tracking.checking.learn_status(make.ORDER, OrderStatus.SHIPPED, now, "push-1")
    assert not await engine.tracking.checking.learn_status(
        "8210560128429621", OrderStatus.FINISHED, now, "push-2"
    )
    assert await engine.next_check() == now


async def _pushed(engine: Engine, *pushed: OrderStatus) -> None:
    """AliExpress says these one after the other of an order that a carrier has."""
    await engine.follow()
    engine.source.add(make.ORDER, "Accepted by carrier")
    await engine.look_and_tell()
    await engine.set_card(77)
    engine.post.sent.clear()
    engine.post.edited.clear()
    for number, status in enumerate(pushed):
        engine.clock.pass_(minutes=1)
        await engine.tracking.checking.learn_status(make.ORDER, status, engine.clock.now(), f"push-{number}")
        await engine.tell()


async def test_an_order_closed_with_a_carrier_says_so_on_its_card_and_rings_for_nobody(
    engine: Engine,
) -> None:
    await _pushed(engine, OrderStatus.CANCELLED)
    assert engine.post.sent == []
    ((_, card_id, card),) = engine.post.edited
    assert card_id == 77
    assert "🧾 Order closed by AliExpress" in card.text
    assert "cancel" not in card.text.lower()
    engine.source.add(make.ORDER, "Package delivered")
    await engine.look_and_tell()
    assert "delivered" in engine.post.texts()[0].lower()


@pytest.mark.parametrize(
    ("status", "line"),
    [
        (OrderStatus.FINISHED, "🧾 Order completed"),
        (OrderStatus.PAYMENT_FAILED, "🧾 Payment failed"),
        (OrderStatus.DISPUTED, "🧾 In dispute"),
    ],
)
async def test_a_pushed_status_that_is_no_news_appears_on_the_card_all_the_same(
    engine: Engine, status: OrderStatus, line: str
) -> None:
    await _pushed(engine, status)
    assert [line in card.text for _, _, card in engine.post.edited] == [True]
    assert engine.post.sent == []


async def test_a_pushed_word_that_nobody_knows_takes_no_status_away(engine: Engine) -> None:
    await _pushed(engine, OrderStatus.DISPUTED, OrderStatus.UNKNOWN)
    assert (await engine.order()).status is OrderStatus.DISPUTED
    assert len(engine.post.edited) == 1


async def test_a_late_worker_changes_nothing(engine: Engine) -> None:
    await engine.follow()
    engine.clock.pass_(hours=2)
    async with engine.store.write() as tx:
        (late,) = await tx.checks.lease_due(engine.clock.now(), 5, timedelta(minutes=1))
    engine.clock.pass_(minutes=2)
    async with engine.store.write() as tx:
        (present,) = await tx.checks.lease_due(engine.clock.now(), 5, timedelta(minutes=1))
    engine.source.add(make.ORDER, SCAN)
    await engine.tracking.checking.check(late)
    assert SCAN not in (await engine.order()).nodes[0].description
    await engine.tracking.checking.check(present)
    assert SCAN in (await engine.order()).nodes[0].description


def _healthy(engine: Engine) -> bool:
    return engine.poller.healthy


async def test_while_the_login_is_dead_cards_say_how_old_they_are(engine: Engine) -> None:
    await engine.follow()
    chat = await engine.chat()
    known_at = engine.clock.now()
    engine.source.failing = Reauthorize("IllegalRefreshToken", "")
    await engine.look()
    shown = await engine.tracking.viewing.show(chat, make.ORDER)
    assert shown.silent_since == known_at
    assert shown.order.nodes
    engine.source.failing = None
    await engine.look()
    assert (await engine.tracking.viewing.show(chat, make.ORDER)).silent_since is None


async def test_quiet_checks_outlive_a_database_that_is_busy_or_full(engine: Engine) -> None:
    await engine.follow()
    engine.clock.pass_(hours=2)
    await engine.poller.step()
    while not engine.poller._quiet:
        await asyncio.sleep(0)
    async with engine.store.database.write() as on:
        await on.execute(sa.text("ALTER TABLE orders RENAME TO mislaid"))
    with pytest.raises(StoreError):
        await engine.poller.drain()
    async with engine.store.database.write() as on:
        await on.execute(sa.text("ALTER TABLE mislaid RENAME TO orders"))
    await engine.poller.drain()
    assert await engine.next_check() > engine.clock.now() + timedelta(minutes=5)


async def test_news_that_the_database_did_not_take_are_looked_for_again_at_once(
    engine: Engine,
) -> None:
    await engine.follow()
    engine.source.add(make.ORDER, SCAN)
    engine.source.errors[make.ORDER] = StoreError("away")  # type: ignore[assignment]  # wherever it comes from
    await engine.look()
    assert await engine.next_check() <= engine.clock.now() + timedelta(seconds=2)
    async with engine.store.read() as tx:
        order = there(await tx.orders.watch(make.ORDER))
    assert order.failures == 0
    del engine.source.errors[make.ORDER]
    await engine.look_and_tell()
    assert any(SCAN in text for text in engine.post.texts())


async def test_a_silent_order_is_asked_about_given_up_and_taken_up_again(engine: Engine) -> None:
    await engine.follow()
    for _ in range(100):
        await engine.look(hours=24)
        await engine.tell()
    assert len(engine.post.sent) == 2  # "still waiting?" after 30 days, "we stop" after 90
    engine.source.asked.clear()
    await engine.look(hours=24 * 14)
    assert engine.source.asked == []
    await engine.follow()
    for _ in range(14):
        await engine.look(hours=24)
    assert len(engine.source.asked) > 10
