"""The shop's book in both databases."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from bot import board
from bot.model import BookEntry, Flag, Stage
from bot.store import Store, Watched
from tests.make import there
from tests.store.builders import ANNA, LEASE, NOW, added, follow, later, order

ONE, TWO, THREE = "8211744661738042", "8211744661738043", "8211744661738044"


async def _book(store: Store, *entries: BookEntry, now: int = 0) -> int:
    async with store.write() as tx:
        return len(await tx.book.add(entries, later(now), [later(now)] * len(entries)))


def _entry(order_id: str, shop_order: str = "") -> BookEntry:
    return BookEntry(order_id=order_id, shop_order=shop_order)


async def test_a_booked_order_is_looked_at_though_nobody_follows_it(store: Store) -> None:
    assert await _book(store, _entry(ONE, "#1001"), _entry(TWO)) == 2
    assert await _book(store, _entry(ONE), _entry(TWO)) == 0
    async with store.write() as tx:
        assert await tx.book.count() == Watched(orders=2, unwaited=2)
        due = await tx.checks.lease_due(later(60), 9, LEASE)
        assert {one.order_id for one in due} == {ONE, TWO}
        assert all(one.watch.booked and one.watch.weight == 0 for one in due)
        await tx.checks.finish_check(ONE, NOW, later(600), checked=True)
        assert await tx.checks.next_check_at(ONE) == later(600)
        known = there(await tx.orders.get(ONE))
    assert (known.booked_at, known.shop_order) == (NOW, "#1001")


async def test_orders_that_somebody_waits_for_are_leased_first(store: Store) -> None:
    await _book(store, _entry(ONE), _entry(TWO))
    await follow(store, ANNA, THREE, now=later(30))
    async with store.write() as tx:
        first = await tx.checks.lease_due(later(60), 2, LEASE)
        rest = await tx.checks.lease_due(later(60), 2, LEASE)
    assert THREE in {one.order_id for one in first}
    assert len({one.order_id for one in (*first, *rest)}) == 3


async def test_a_booked_order_outlives_its_followers(store: Store) -> None:
    await _book(store, _entry(ONE))
    await follow(store, ANNA, ONE)
    async with store.write() as tx:
        assert await tx.book.count() == Watched(orders=1, unwaited=0)
        followed = await tx.chats.forget(ANNA.chat_id, 9, NOW, NOW)
        await tx.checks.update_weights(followed, NOW)
        assert await tx.book.count() == Watched(orders=1, unwaited=1)
        assert await tx.orders.purge(NOW + timedelta(days=900)) == 0
        assert await tx.checks.due_now(ONE, NOW)


async def test_a_followed_order_keeps_its_plan_when_it_is_booked(store: Store) -> None:
    await follow(store, ANNA, ONE)
    async with store.write() as tx:
        await tx.checks.finish_check(ONE, NOW, later(900), checked=True)
    assert await _book(store, _entry(ONE, "#7")) == 1
    async with store.read() as tx:
        assert await tx.checks.next_check_at(ONE) == later(900)
        assert await tx.book.of_shop_order("7") == [ONE]


async def test_who_is_taken_out_rests_unless_somebody_follows(store: Store) -> None:
    await _book(store, _entry(ONE), _entry(TWO))
    await follow(store, ANNA, TWO)
    async with store.write() as tx:
        assert await tx.book.remove([ONE, TWO, THREE], NOW) == 2
        assert await tx.checks.next_check_at(ONE) is None
        assert await tx.checks.next_check_at(TWO) is not None
        assert not await tx.book.is_new(ONE)
        assert await tx.book.is_new(THREE)
        assert await tx.orders.purge(NOW + timedelta(days=900)) == 1
    assert await _book(store, _entry(TWO)) == 1


async def test_only_watched_orders_are_on_the_board(store: Store) -> None:
    await _book(store, _entry(ONE), _entry(TWO))
    much_later = NOW + timedelta(days=30)
    async with store.write() as tx:
        await tx.book.remove([TWO], NOW)
        counts, _ = await tx.cases.count_flags(board.RULES, much_later)
        flagged = await tx.cases.flagged(board.RULES, board.GRAVITY, much_later, most=9)
    assert counts == {Flag.NO_TRACKING: 1}
    assert [case.order_id for case in flagged] == [ONE]


async def test_a_booked_order_of_which_nothing_ever_came_leaves_in_the_end(store: Store) -> None:
    await _book(store, _entry(ONE))
    async with store.write() as tx:
        await tx.checks.finish_check(ONE, NOW, None, checked=True)
        assert await tx.orders.purge(NOW) == 0
        assert await tx.orders.purge(later(1)) == 1


async def test_what_the_merchant_has_not_dealt_with_is_not_deleted(store: Store) -> None:
    async with store.write() as tx:
        for order_id, stage in ((ONE, Stage.RETURNED), (TWO, Stage.DELIVERED)):
            await tx.orders.add(order_id, NOW)
            ended = replace(order(order_id), stage=stage, finished_at=NOW)
            await tx.orders.save(added(ended, first=True))
        await tx.cases.dispute(TWO, ANNA, NOW)
        assert await tx.orders.purge(later(1)) == 0
        await tx.cases.write_note(ONE, "asked the carrier")
        assert await tx.orders.purge(later(1)) == 0
        await tx.cases.close(ONE, Stage.RETURNED, NOW)
        assert await tx.orders.purge(later(1)) == 1
        await tx.cases.withdraw(TWO, ANNA, NOW)
        assert await tx.orders.purge(later(1)) == 1


async def test_nothing_waited_for_is_planned_beyond_the_limit(store: Store) -> None:
    await _book(store, _entry(ONE), _entry(TWO))
    await follow(store, ANNA, TWO)
    async with store.write() as tx:
        for one in (ONE, TWO):
            await tx.checks.finish_check(one, NOW, later(9000), checked=True)
        assert await tx.checks.planned_beyond(later(600), 9, waited=True) == [TWO]
        assert sorted(await tx.checks.planned_beyond(later(6000), 9, waited=False)) == sorted([ONE, TWO])
        assert len(await tx.checks.planned_beyond(later(6000), 1, waited=False)) == 1
        assert await tx.checks.planned_beyond(later(9000), 9, waited=False) == []
        await tx.checks.cap_next_checks([TWO], later(600))
        await tx.checks.cap_next_checks([ONE, TWO], later(6000))
        assert await tx.checks.next_check_at(ONE) == later(6000)
        assert await tx.checks.next_check_at(TWO) == later(600)


async def test_a_shop_order_has_one_token_and_all_its_parcels(store: Store) -> None:
    await _book(store, _entry(ONE, "# 1001"))
    async with store.write() as tx:
        await tx.book.number([_entry(TWO, "#1001"), _entry(THREE, "1002")], later(1))
        first = await tx.book.claim_tokens([("1001", "c-a"), ("1002", "c-b")], NOW)
        again = await tx.book.claim_tokens([("1001", "c-z")], NOW)
        assert first == {"1001": "c-a", "1002": "c-b"}
        assert again == {"1001": "c-a"}
        assert await tx.book.claimed("c-a") == [ONE, TWO]
        assert await tx.book.claimed("c-z") == []
        assert await tx.book.count() == Watched(orders=1, unwaited=1)


async def test_a_link_stays_as_long_as_its_orders(store: Store) -> None:
    await _book(store, _entry(ONE, "1001"))
    async with store.write() as tx:
        await tx.book.claim_tokens([("1001", "c-a"), ("1002", "c-b")], NOW)
        assert await tx.book.purge_claims(later(1)) == 1
        assert await tx.book.claimed("c-a") == [ONE]


async def test_a_shop_s_number_is_changed_and_never_lost(store: Store) -> None:
    await _book(store, _entry(ONE, "1001"))
    await _book(store, _entry(ONE))
    await _book(store, _entry(ONE, "1002"))
    async with store.read() as tx:
        assert await tx.book.of_shop_order("1001") == []
        assert await tx.book.of_shop_order("#1002") == [ONE]
