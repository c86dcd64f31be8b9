"""Every order of the shop is watched, silently: by a push, by a list, until it is over."""

from __future__ import annotations

from datetime import timedelta
from itertools import islice

import pytest

from bot.book import book_needs, first_looks
from bot.model import BookEntry, Flag, OrderStatus, Place, Stage, Watch
from bot.pacing import CheckInterval, Pacer
from bot.tracking import Policy
from tests import make
from tests.make import there
from tests.parts import Engine, several

DAY = 86_400.0


async def _pushed(engine: Engine, order_id: str, status: OrderStatus) -> bool:
    now = engine.clock.now()
    key = f"{order_id}:{status}:{now}"
    return await engine.tracking.checking.learn_status(order_id, status, now, key)


async def test_pushes_of_orders_that_nobody_follows_book_them_and_find_every_trouble(engine: Engine) -> None:
    orders = list(several(80))
    for order in orders:
        assert await _pushed(engine, order, OrderStatus.PLACED)
        engine.source.add(order, "Package left sorting center of origin.")
    await engine.look()
    troubled = orders[::8]
    for order in troubled:
        engine.source.add(order, "Your package is being returned to the sender.")
    engine.source.asked.clear()
    await engine.look()
    board = await engine.tracking.flagging.page(0, length=100, asleep=0)
    assert {row.order.id for row in board.rows} == set(troubled)
    assert {row.flag for row in board.rows} == {Flag.RETURNED}
    assert len(engine.source.asked) <= len(orders)
    await engine.tell()
    assert engine.post.sent == []
    assert engine.post.edited == []


@pytest.mark.parametrize(
    ("status", "booked"),
    [
        (OrderStatus.PLACED, True),
        (OrderStatus.PREPARING, True),
        (OrderStatus.SHIPPED, True),
        (OrderStatus.FINISHED, False),
        (OrderStatus.CANCELLED, False),
        (OrderStatus.PAYMENT_FAILED, False),
        (OrderStatus.UNKNOWN, False),
    ],
)
async def test_only_what_begins_is_booked(engine: Engine, status: OrderStatus, booked: bool) -> None:
    assert await _pushed(engine, make.ORDER, status) is booked
    async with engine.store.read() as tx:
        assert (await tx.orders.get(make.ORDER) is not None) is booked


async def test_the_setting_lets_strangers_orders_pass(engine: Engine) -> None:
    choosy = Engine(engine.store, source=engine.source, policy=Policy(watch_pushed=False))
    assert not await _pushed(choosy, make.ORDER, OrderStatus.SHIPPED)


async def test_who_was_taken_out_is_not_booked_by_a_push(engine: Engine) -> None:
    await engine.tracking.booking.book([BookEntry(order_id=make.ORDER)])
    assert await engine.tracking.booking.unbook([make.ORDER]) == 1
    await _pushed(engine, make.ORDER, OrderStatus.SHIPPED)
    async with engine.store.read() as tx:
        assert await tx.checks.next_check_at(make.ORDER) is None


async def test_a_push_delays_no_look_that_is_planned_and_spends_none(engine: Engine) -> None:
    await engine.tracking.booking.book([BookEntry(order_id=make.ORDER)])
    engine.source.add(make.ORDER, "Package left sorting center of origin.")
    await engine.look(hours=0)
    planned = await engine.next_check()
    engine.clock.pass_(minutes=1)
    await _pushed(engine, make.ORDER, OrderStatus.SHIPPED)
    assert engine.clock.now() < await engine.next_check() <= planned


async def test_a_customer_s_coming_and_going_leaves_a_booked_order_in_the_book(engine: Engine) -> None:
    await engine.tracking.booking.book([BookEntry(order_id=make.ORDER)])
    await engine.follow()
    await engine.tracking.following.untrack(make.HERE, make.ORDER)
    engine.source.add(make.ORDER, "Your package is being returned to the sender.")
    await engine.look(hours=30)
    assert await engine.tracking.flagging.get(make.ORDER) is not None


async def test_a_list_is_booked_once_and_counted(engine: Engine) -> None:
    rows = [BookEntry(order_id=each) for each in several(600)]
    heard: list[tuple[int, int]] = []

    async def progress(done: int, total: int) -> None:
        heard.append((done, total))

    booked = await engine.tracking.booking.book([*rows, rows[0]], progress)
    again = await engine.tracking.booking.book(rows)
    assert (booked.added, booked.known) == (600, 0)
    assert (again.added, again.known) == (0, 600)
    assert heard[-1] == (600, 600)
    assert len(heard) > 1


async def test_one_link_opens_every_parcel_of_a_shop_order(engine: Engine) -> None:
    one, two, other = several(3)
    booking = engine.tracking.booking
    rows = [BookEntry(order_id=one, shop_order="#1001"), BookEntry(order_id=other, shop_order="#1002")]
    tokens = await booking.claim_tokens([*rows, BookEntry(order_id=two, shop_order="1001")])
    assert tokens[one] == tokens[two] != tokens[other]
    assert await booking.claimed(tokens[one]) == [one, two]
    assert await booking.claim_tokens(rows) == {one: tokens[one], other: tokens[other]}
    assert await booking.claimed("c-" + "A" * 22) == []


def _watch(weight: float = 0, *, booked: bool = True, stage: Stage = Stage.ORIGIN_TRANSIT) -> Watch:
    at = make.NOW - timedelta(hours=9)
    return Watch(
        stage=stage, weight=weight, booked=booked, last_node_at=at, checked_at=make.NOW, created_at=at
    )


def _gap(watch: Watch, book_weight: float = 0.2) -> timedelta:
    pacer = Pacer(CheckInterval(floor=600, ceiling=DAY), lambda: 0.5, book_weight=book_weight)
    at = there(pacer.next_check(watch, make.NOW))
    return at - make.NOW


def test_a_booked_order_weighs_less_than_a_person_and_as_much_in_trouble() -> None:
    person, booked = _gap(_watch(1, booked=False)), _gap(_watch())
    assert person < booked <= timedelta(days=1)
    assert _gap(_watch(), book_weight=1.0) == person
    assert _gap(_watch(stage=Stage.EXCEPTION)) == _gap(_watch(1, booked=False, stage=Stage.EXCEPTION))


def test_a_person_beside_the_shop_waits_no_longer() -> None:
    assert _gap(_watch(1)) <= _gap(_watch(1, booked=False))


def test_a_book_that_fits_is_looked_at_as_often_as_any_order() -> None:
    needs = book_needs(2000, DAY, 5000)
    assert (needs.calls, needs.granted, needs.gap, needs.short) == (2000, 2000, DAY, False)


def test_a_book_that_does_not_fit_leaves_half_of_the_calls_to_people() -> None:
    needs = book_needs(50_000, DAY, 5000)
    assert needs.short
    assert (needs.calls, needs.granted) == (50_000, 2500)
    assert needs.gap == 20 * DAY
    pacer = Pacer(CheckInterval(floor=600, ceiling=DAY), lambda: 0.5)
    pacer.measure_book(50_000, 5000)
    pacer.price = pacer.price.__class__(value=1e6)
    booked, waited = pacer.next_check(_watch(), make.NOW), pacer.next_check(_watch(1), make.NOW)
    assert booked is not None
    assert waited is not None
    assert booked - make.NOW > timedelta(days=2)
    assert waited - make.NOW <= timedelta(days=1)


def test_first_looks_of_a_long_list_are_spread_and_of_a_short_one_now() -> None:
    looks = first_looks(make.NOW, 5000)
    spread = [next(looks) - make.NOW for _ in range(5250)]
    assert spread[:250] == [timedelta(0)] * 250
    assert spread == sorted(spread)
    assert spread[-1] == pytest.approx(timedelta(days=2), abs=timedelta(minutes=1))


async def test_a_place_that_only_the_shop_watches_is_told_nothing(engine: Engine) -> None:
    await engine.tracking.booking.book([BookEntry(order_id=make.ORDER)])
    engine.source.add(make.ORDER, "Package left sorting center of origin.")
    await engine.look()
    engine.source.add(make.ORDER, "Delivered")
    await engine.look_and_tell()
    assert engine.post.texts(Place(1001)) == []


def test_of_many_new_orders_some_are_looked_at_at_once_and_the_others_evenly() -> None:
    looks = list(islice(first_looks(make.NOW, 100), 8))
    step = timedelta(seconds=86_400 / 50)
    assert looks == [make.NOW] * 5 + [make.NOW + n * step for n in (1, 2, 3)]
    assert list(islice(first_looks(make.NOW, 2), 2)) == [make.NOW, make.NOW + timedelta(days=1)]
    assert list(islice(first_looks(make.NOW, None), 3)) == [make.NOW] * 3
