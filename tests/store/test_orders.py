"""Orders: stored whole, leased once, settled by whoever holds the lease."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.model import Changes, Item, NodeText, Order, Place, Stage
from bot.store import Settled, Store
from tests.make import there
from tests.store.builders import ANNA, BEN, LEASE, NOW, added, follow, later, node, order


async def test_an_order_is_added_once_and_starts_empty(store: Store) -> None:
    async with store.write() as tx:
        assert await tx.orders.add("1", NOW)
        assert not await tx.orders.add("1", later(9))
        assert await tx.orders.get("1") == Order(id="1", created_at=NOW)
        assert await tx.orders.get("2") is None


async def test_an_order_comes_back_as_it_was_saved(store: Store) -> None:
    known = order("1", node(1), node(2, backfilled=True, rule="r", place="Lyon", description="d"))
    async with store.write() as tx:
        await tx.orders.add("1", NOW)
        await tx.orders.save(added(known), silence_at=later(60), utc_offset_hours=3.5, ruleset="7")
    async with store.read() as tx:
        assert await tx.orders.get("1") == known
        watch = there(await tx.orders.watch("1"))
    assert (watch.stage, watch.utc_offset_hours) == (Stage.ORIGIN_TRANSIT, 3.5)
    assert (watch.last_node_at, watch.eta) == (known.last_node_at, known.parcels[0].eta)


async def test_saving_again_overwrites_what_was_edited_and_removes_nothing(store: Store) -> None:
    first = order("1", node(1), node(2))
    edited = replace(first.nodes[0], description="corrected")
    async with store.write() as tx:
        await tx.orders.add("1", NOW)
        await tx.orders.save(added(first))
        await tx.translations.save_texts("1", "ru", {1: NodeText(name="один"), 2: NodeText(name="два")})
        only = replace(first, parcels=(replace(first.parcels[0], nodes=(edited,)),))
        await tx.orders.save(Changes(order=only, edited=(edited,)))
        found = there(await tx.orders.get("1"))
        texts = await tx.translations.texts("1", "ru")
    assert [one.description for one in found.nodes] == ["corrected", ""]
    assert texts == {1: NodeText(name="один")}, "the edited node's translation is no longer its own"


async def test_nodes_of_one_moment_keep_the_source_order(store: Store) -> None:
    at = NOW - timedelta(days=1)
    known = order("1", *(node(seq, at=at, ordinal=ordinal) for seq, ordinal in ((1, 0), (2, 2), (3, 1))))
    async with store.write() as tx:
        await tx.orders.add("1", NOW)
        await tx.orders.save(added(known))
        found = there(await tx.orders.get("1"))
    assert [one.ordinal for one in found.parcels[0].nodes] == [0, 1, 2]


async def test_hostile_texts_are_kept_without_what_no_database_holds(store: Store) -> None:
    known = order("1", node(1, name="a\0b", description="half \ud83d pair ©"))
    async with store.write() as tx:
        await tx.orders.add("1", NOW)
        await tx.orders.save(added(known))
        found = there(await tx.orders.get("1"))
    assert (found.nodes[0].name, found.nodes[0].description) == ("ab", "half ? pair ©")


async def test_thousands_of_orders_are_read_in_one_call(store: Store) -> None:
    ids = [str(number) for number in range(1200)]
    async with store.write() as tx:
        for one in ids[::100]:
            await tx.orders.add(one, NOW)
        assert sorted(await tx.orders.get_many(ids), key=int) == ids[::100]
        assert await tx.orders.get_many([]) == {}


# ── leases ──────────────────────────────────────────────────────────────────────────────────────


async def test_due_orders_are_leased_once_the_longest_due_first(store: Store, replica: Store) -> None:
    for number in range(4):
        await follow(store, ANNA, str(number), now=later(-number))
    async with store.write() as tx:
        mine = await tx.checks.lease_due(NOW, 3, LEASE)
    async with replica.write() as tx:
        others = await tx.checks.lease_due(NOW, 3, LEASE)
    assert {due.order_id for due in mine} == {"3", "2", "1"}
    assert [due.order_id for due in others] == ["0"]


async def test_what_is_not_due_is_not_leased(store: Store) -> None:
    await follow(store, ANNA, "1", now=later(1))
    async with store.write() as tx:
        assert await tx.checks.lease_due(NOW, 9, LEASE) == []
        assert await tx.checks.next_due(NOW) == later(1)


async def test_a_lease_that_nobody_settles_ends_by_itself(store: Store) -> None:
    await follow(store, ANNA, "1")
    async with store.write() as tx:
        (first,) = await tx.checks.lease_due(NOW, 9, LEASE)
        assert await tx.checks.lease_due(NOW + LEASE - timedelta(seconds=1), 9, LEASE) == []
        (again,) = await tx.checks.lease_due(NOW + LEASE, 9, LEASE)
        assert not await tx.checks.holds_lease("1", first.lease)
        assert await tx.checks.holds_lease("1", again.lease)


async def test_settling_ends_a_check_and_shows_in_the_next(store: Store) -> None:
    await follow(store, ANNA, "1")
    async with store.write() as tx:
        (due,) = await tx.checks.lease_due(NOW, 9, LEASE)
        end = Settled(
            order_id="1", lease=due.lease, next_check_at=later(600), answered=False, failures=2, error="x"
        )
        await tx.checks.settle([end], later(5))
        (due,) = await tx.checks.lease_due(later(600), 9, LEASE)
        assert (due.watch.failures, due.watch.checked_at) == (2, None)
        await tx.checks.settle([replace(end, lease=due.lease, answered=True, failures=0)], later(605))
        watch = there(await tx.orders.watch("1"))
    assert (watch.failures, watch.checked_at) == (0, later(605))


async def test_a_late_settler_changes_nothing(store: Store) -> None:
    await follow(store, ANNA, "1")
    async with store.write() as tx:
        (late,) = await tx.checks.lease_due(NOW, 9, LEASE)
        (present,) = await tx.checks.lease_due(NOW + LEASE, 9, LEASE)
        await tx.checks.settle([Settled(order_id="1", lease=late.lease, next_check_at=None)], NOW)
        assert await tx.checks.holds_lease("1", present.lease)
        assert await tx.checks.next_check_at("1") is not None
        assert await tx.checks.next_due(NOW + LEASE) is None
        assert await tx.checks.next_due(NOW + 2 * LEASE) == NOW


async def test_leases_can_be_released_after_a_crash(store: Store) -> None:
    await follow(store, ANNA, "1")
    await follow(store, ANNA, "2", now=later(900))
    async with store.write() as tx:
        await tx.checks.lease_due(NOW, 9, LEASE)
        assert await tx.checks.release_leases() == 1
        assert [due.order_id for due in await tx.checks.lease_due(later(1), 9, LEASE)] == ["1"]


async def test_concluding_ends_the_lease_and_stops_what_nobody_follows(store: Store) -> None:
    await follow(store, ANNA, "1")
    async with store.write() as tx:
        await tx.orders.add("2", NOW)
        (due,) = await tx.checks.lease_due(NOW, 9, LEASE)
        await tx.checks.finish_check("1", later(3), later(700), checked=True)
        await tx.checks.finish_check("2", later(3), later(700), checked=False)
        assert not await tx.checks.holds_lease("1", due.lease)
        assert await tx.checks.next_check_at("1") == later(700)
        assert await tx.checks.next_check_at("2") is None
        first, second = await tx.orders.watch("1"), await tx.orders.watch("2")
    assert first is not None
    assert second is not None
    assert (first.checked_at, second.checked_at, second.stopped) == (later(3), None, True)


async def test_only_followed_orders_can_be_made_due(store: Store) -> None:
    await follow(store, ANNA, "1", now=later(900))
    async with store.write() as tx:
        await tx.orders.add("2", NOW)
        assert await tx.checks.due_now("1", NOW)
        assert not await tx.checks.due_now("2", NOW)
        assert not await tx.checks.due_now("3", NOW)
        assert await tx.checks.next_due(NOW) == NOW


async def test_hastened_orders_are_due_now_but_not_those_that_stopped_or_fail(store: Store) -> None:
    for one in ("1", "2"):
        await follow(store, ANNA, one, now=later(900))
    async with store.write() as tx:
        await tx.orders.add("3", NOW)  # nobody follows it
        (due,) = await tx.checks.lease_due(later(900), 1, LEASE)
        failed = Settled(
            order_id=due.order_id, lease=due.lease, next_check_at=later(1200), answered=False, failures=1
        )
        await tx.checks.settle([failed], later(901))
        await tx.checks.make_due(["1", "2", "3"], NOW)
        planned = {one: await tx.checks.next_check_at(one) for one in ("1", "2", "3")}
    other = "2" if due.order_id == "1" else "1"
    assert planned == {due.order_id: later(1200), other: NOW, "3": None}


async def test_orders_alongside_share_stage_and_moment_of_the_newest_entry(store: Store) -> None:
    at = NOW - timedelta(days=1)
    moments = {"1": at, "2": at + timedelta(minutes=4), "3": at + timedelta(minutes=6), "4": at}
    for one, moment in moments.items():
        await follow(store, ANNA, one)
        async with store.write() as tx:
            stage = Stage.LOCAL_TRANSIT if one == "4" else Stage.ORIGIN_TRANSIT
            await tx.orders.save(added(order(one, node(1, at=moment), stage=stage)))
    async with store.read() as tx:
        assert await tx.orders.with_similar_news("1", timedelta(minutes=5), 9) == ["2"]
        assert await tx.orders.with_similar_news("9", timedelta(minutes=5), 9) == []


async def test_a_watch_names_the_carrier_of_the_first_parcel(store: Store) -> None:
    await follow(store, ANNA, "1")
    async with store.write() as tx:
        fresh = there(await tx.orders.watch("1"))
        await tx.orders.save(added(order("1", node(1))))
        known = there(await tx.orders.watch("1"))
        (due,) = await tx.checks.lease_due(later(1), 1, LEASE)
    assert (fresh.carrier, known.carrier, due.watch.carrier) == (
        "",
        "AliExpress standard",
        "AliExpress standard",
    )


async def test_postponing_spreads_what_was_due(store: Store) -> None:
    for number in range(20):
        await follow(store, ANNA, str(number))
    await follow(store, ANNA, "later", now=later(9000))
    async with store.write() as tx:
        postponed = [await tx.checks.postpone_due(later(100), timedelta(seconds=50), 15) for _ in range(3)]
        assert postponed == [15, 5, 0]
        moments = [await tx.checks.next_check_at(str(number)) for number in range(20)]
        assert await tx.checks.next_check_at("later") == later(9000)
    assert all(one is not None and later(100) <= one <= later(150) for one in moments)
    assert len(set(moments)) > 10


# ── weight ──────────────────────────────────────────────────────────────────────────────────────


async def _weight(store: Store, order_id: str = "1") -> float:
    async with store.read() as tx:
        watch = there(await tx.orders.watch(order_id))
    return watch.weight


async def test_an_order_weighs_as_much_as_it_has_readers(store: Store) -> None:
    await follow(store, ANNA, "1")
    await follow(store, BEN, "1")
    assert await _weight(store) == 2
    async with store.write() as tx:
        await tx.chats.change_follow(BEN, "1", notify=False)
        await tx.checks.update_weights(["1", "unknown"], NOW)
    assert await _weight(store) == pytest.approx(1.2)
    async with store.write() as tx:
        await tx.chats.change_follow(BEN, "1", archived_at=NOW)
        await tx.checks.update_weights(["1"], NOW)
    assert await _weight(store) == 1


async def test_an_order_rests_when_nobody_can_be_told_and_wakes_again(store: Store) -> None:
    await follow(store, ANNA, "1")
    async with store.write() as tx:
        (due,) = await tx.checks.lease_due(NOW, 9, LEASE)
        await tx.checks.update_weights(await tx.chats.mark_left(ANNA.chat_id, NOW), NOW)
        assert await tx.checks.next_check_at("1") is None
        assert not await tx.checks.holds_lease("1", due.lease)
        assert await tx.chats.active_orders() == 0
        await tx.checks.update_weights(await tx.chats.mark_returned(ANNA.chat_id), later(60))
        assert await tx.checks.next_check_at("1") == later(60)
        assert await tx.chats.active_orders() == 1


async def test_a_finished_order_does_not_wake_for_a_new_reader(store: Store) -> None:
    await follow(store, ANNA, "1")
    async with store.write() as tx:
        await tx.orders.save(added(order("1", stage=Stage.DELIVERED, finished_at=NOW)))
        await tx.checks.finish_check("1", NOW, None, checked=True)
        await tx.checks.update_weights(["1"], NOW)
        assert await tx.checks.next_check_at("1") is None


# ── the rest ────────────────────────────────────────────────────────────────────────────────────


async def test_texts_are_kept_a_language(store: Store) -> None:
    async with store.write() as tx:
        await tx.orders.add("1", NOW)
        await tx.translations.save_texts(
            "1", "ru", {1: NodeText(name="старое"), 2: NodeText(description="д")}
        )
        await tx.translations.save_texts("1", "ru", {1: NodeText(name="новое")})
        await tx.translations.save_texts("1", "ar", {})
        assert await tx.translations.texts("1", "ru") == {
            1: NodeText(name="новое"),
            2: NodeText(description="д"),
        }
        assert await tx.translations.texts("1", "ar") == {}


async def test_articles_are_kept_a_language(store: Store) -> None:
    lamp, light = (Item(id="7", title=title, variant="Blue") for title in ("Лампа", "Светильник"))
    async with store.write() as tx:
        await tx.orders.add("1", NOW)
        await tx.translations.save_articles("1", "ru", {1: (lamp,), 2: (lamp, lamp)})
        await tx.translations.save_articles("1", "ru", {1: (light,)})
        assert await tx.translations.articles(["1", "2"], "ru") == {"1": {1: (light,), 2: (lamp, lamp)}}
        assert await tx.translations.articles(["1"], "ar") == {}
        assert await tx.translations.articles([], "ru") == {}


async def test_orders_read_by_other_rules_are_found_and_read_again(store: Store) -> None:
    async with store.write() as tx:
        for order_id, ruleset in (("1", "6"), ("2", "7"), ("3", "8")):
            await tx.orders.add(order_id, NOW)
            await tx.orders.save(added(order(order_id, node(1))), ruleset=ruleset)
        await tx.orders.add("4", NOW)
        assert sorted(await tx.orders.with_other_ruleset("7", 9)) == ["1", "3"]
        assert len(await tx.orders.with_other_ruleset("7", 1)) == 1
        reread = order("1", node(1, stage=Stage.DELIVERED), stage=Stage.DELIVERED, digest="unseen")
        await tx.orders.save_reclassified(Changes(order=reread, edited=reread.nodes), "7", None)
        found = there(await tx.orders.get("1"))
        assert await tx.orders.with_other_ruleset("7", 9) == ["3"]
    assert (found.stage, found.nodes[0].stage, found.digest) == (Stage.DELIVERED, Stage.DELIVERED, "abc")


async def test_figures_count_what_is_followed_and_what_arrived(store: Store) -> None:
    await follow(store, ANNA, "1")
    await follow(store, ANNA, "2")
    async with store.write() as tx:
        await tx.orders.add("unfollowed", NOW)
        await tx.orders.save(added(order("1", node(1), stage=Stage.DELIVERED, finished_at=later(5))))
        assert await tx.orders.count_delivered(NOW) == 1
        assert await tx.orders.count_delivered(later(6)) == 0
        assert await tx.orders.delivered_lately(9) == ["1"]
        assert await tx.orders.delivered_lately(0) == []
        assert [part async for part in tx.orders.under_way(9)] == [["2"]]


@pytest.mark.parametrize("part", [1, 2, 3, 9])
async def test_orders_under_way_come_in_parts_latest_first(store: Store, part: int) -> None:
    for order_id, at in (("old", 0), ("a", 1), ("b", 1), ("c", 1), ("new", 2)):
        await follow(store, ANNA, order_id, now=later(at))
    async with store.write() as tx:
        await tx.orders.add("unfollowed", NOW)
        parts = [list(one) async for one in tx.orders.under_way(9, part)]
        found = [order_id for one in parts for order_id in one]
        assert (found[0], set(found[1:4]), found[4:]) == ("new", {"a", "b", "c"}, ["old"])
        assert max(map(len, parts)) == min(part, 5)
        assert [one async for one in tx.orders.under_way(1, part)] == [["new"]]
        assert sum([len(one) async for one in tx.orders.under_way(2, part)]) == 2


async def test_old_orders_go_with_all_that_belongs_to_them(store: Store) -> None:
    old = NOW - timedelta(days=100)
    for order_id in ("finished", "watched"):
        await follow(store, ANNA, order_id, now=old)
    async with store.write() as tx:
        for order_id in ("unfollowed", "seen"):
            await tx.orders.add(order_id, old)
        await tx.orders.add("new", NOW)
        for order_id, done in (("finished", old), ("watched", None), ("seen", None)):
            fetched = NOW if order_id == "seen" else old
            await tx.orders.save(added(order(order_id, node(1), finished_at=done, fetched_at=fetched)))
        await tx.cases.write_note("finished", "a note")
        await tx.translations.save_texts("finished", "ru", {1: NodeText(name="x")})
        assert await tx.orders.purge(NOW - timedelta(days=90)) == 2
        left = await tx.orders.get_many(["finished", "watched", "unfollowed", "seen", "new"])
        assert sorted(left) == ["new", "seen", "watched"]
        assert await tx.translations.texts("finished", "ru") == {}
        assert await tx.chats.get_follow(ANNA, "finished") is None
        assert (await tx.cases.get("finished")).note == ""


async def test_purging_takes_a_bounded_bite(store: Store) -> None:
    async with store.write() as tx:
        for number in range(7):
            await tx.orders.add(str(number), NOW - timedelta(days=100))
        assert await tx.orders.purge(NOW, limit=5) == 5
        assert await tx.orders.purge(NOW, limit=5) == 2
        assert await tx.orders.purge(NOW, limit=5) == 0


async def test_what_an_exception_ends_did_not_happen(store: Store) -> None:
    async def fail() -> None:
        async with store.write() as tx:
            await tx.orders.add("1", NOW)
            raise LookupError

    with pytest.raises(LookupError):
        await fail()
    async with store.read() as tx:
        assert await tx.orders.get("1") is None


async def test_a_place_is_not_a_number(store: Store) -> None:
    """Ids of channels exceed 32 bits; both databases keep them."""
    await follow(store, Place(-1_001_234_567_890_123), "9" * 20)
    assert await _weight(store, "9" * 20) == 1
