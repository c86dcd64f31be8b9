"""The queue of events: one of an order at a time, leases, attempts, replays, deletion."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

from bot.model import BookEntry, EventType, Order, QueuedEvent
from bot.store import Store
from tests.store.builders import ANNA, LEASE, NOW, added, endpoint, follow, later, new_event, node, order

_DAY = 86_400.0


async def _queue(store: Store, *orders: str, to: str = "wh_1") -> None:
    """An event of each, with ids in their order."""
    async with store.write() as tx:
        for number, order_id in enumerate(orders):
            await tx.webhooks.enqueue([(to, new_event(order_id, f"evt_{number}"))], NOW)


async def _lease(store: Store, now: float = 0, limit: int = 9, *, to: str = "wh_1") -> list[QueuedEvent]:
    async with store.write() as tx:
        return await tx.webhooks.lease(to, later(now), limit, LEASE)


def _names(events: list[QueuedEvent]) -> list[str]:
    return [event.event_id for event in events]


async def test_endpoints_come_back_as_they_were(store: Store) -> None:
    known = endpoint(events=("order.delivered",))
    async with store.write() as tx:
        await tx.webhooks.add_endpoint(known)
        assert await tx.webhooks.endpoints() == [known]
        paused: dict[str, Any] = {
            "paused_at": NOW,
            "failures": 3,
            "failing_since": later(-9),
            "error": "it answered 500",
        }
        assert await tx.webhooks.change_endpoint("wh_1", **paused)
        assert await tx.webhooks.endpoints() == [replace(known, **paused)]
        assert not await tx.webhooks.change_endpoint("wh_2", paused_at=None)
    assert known.wants(EventType.DELIVERED)
    assert not known.wants(EventType.BOOKED)
    assert replace(known, events=()).wants(EventType.BOOKED)
    assert "whsec" not in repr(known)
    assert "example" not in repr(known)


async def test_of_one_order_one_event_at_a_time_and_other_orders_beside_it(store: Store) -> None:
    await _queue(store, "1", "1", "2", "1")
    first = await _lease(store)
    assert _names(first) == ["evt_0", "evt_2"]
    assert await _lease(store, 1) == []
    async with store.write() as tx:
        await tx.webhooks.settle_sent(first[:1], later(1))
    second = await _lease(store, 2)
    assert _names(second) == ["evt_1"]
    assert second[0].payload == '{"data":"ä"}'


async def test_endpoints_do_not_wait_for_each_other(store: Store) -> None:
    await _queue(store, "1", to="wh_1")
    await _queue(store, "1", to="wh_2")
    assert len(await _lease(store)) == 1
    assert len(await _lease(store, to="wh_2")) == 1


async def test_what_failed_holds_back_its_order_until_it_is_set_aside(store: Store) -> None:
    await _queue(store, "1", "1", "2")
    event, _ = await _lease(store)
    async with store.write() as tx:
        await tx.webhooks.settle_later(event, later(100), tried_at=later(1), error="it answered 500")
        assert await tx.webhooks.next_due(["wh_1"], later(2)) == later(100)
    assert await _lease(store, 99) == []
    (again,) = await _lease(store, 100)
    assert (again.event_id, again.attempts, again.tried_at, again.error) == (
        "evt_0",
        1,
        later(1),
        "it answered 500",
    )
    async with store.write() as tx:
        await tx.webhooks.settle_aside(again, later(101), "it answered 500")
        (aside,) = await tx.webhooks.aside()
        assert (aside.event_id, aside.attempts, aside.settled_at) == ("evt_0", 2, later(101))
        queue = await tx.webhooks.queue(["wh_1"])
        assert (queue.due, queue.aside, queue.oldest_at) == (2, 1, NOW)
        assert (await tx.webhooks.queue([])).due == 0
    assert _names(await _lease(store, 101)) == ["evt_1"]


async def test_a_lease_that_ended_settles_nothing(store: Store) -> None:
    await _queue(store, "1")
    (late,) = await _lease(store)
    (again,) = await _lease(store, LEASE.total_seconds())
    async with store.write() as tx:
        await tx.webhooks.settle_sent([late], NOW)
        assert (await tx.webhooks.queue(["wh_1"])).due == 1
        await tx.webhooks.settle_sent([again], NOW)
        assert (await tx.webhooks.queue(["wh_1"])).due == 0


async def test_a_new_leader_sends_what_the_last_one_leased(store: Store) -> None:
    await _queue(store, "1")
    await _lease(store)
    await store.release_leases(later(1))
    assert len(await _lease(store, 1)) == 1


async def test_an_endpoint_that_works_again_gets_everything_now(store: Store) -> None:
    await _queue(store, "1", "2")
    async with store.write() as tx:
        for event in await tx.webhooks.lease("wh_1", NOW, 9, LEASE):
            await tx.webhooks.settle_later(event, later(9999), tried_at=NOW, error="no")
        assert await tx.webhooks.bring_forward("wh_1", later(1)) == 2
        (one, other) = await tx.webhooks.lease("wh_1", later(1), 9, LEASE)
        assert one.attempts == other.attempts == 1
        assert await tx.webhooks.restart("wh_1", later(2)) == 2
        assert [event.attempts for event in await tx.webhooks.lease("wh_1", later(2), 9, LEASE)] == [0, 0]


async def test_replaying_sends_one_or_all_again(store: Store) -> None:
    await _queue(store, "1", "2", "3")
    sent, aside, _ = await _lease(store)
    async with store.write() as tx:
        await tx.webhooks.settle_sent([sent], NOW)
        await tx.webhooks.settle_aside(aside, NOW, "no")
        assert await tx.webhooks.replay(later(1)) == 1
        assert await tx.webhooks.replay(later(1), "evt_0") == 1
        assert await tx.webhooks.replay(later(1), "evt_2") == 0  # it is being sent
        assert await tx.webhooks.replay(later(1), "evt_9") == 0
    assert _names(await _lease(store, 1)) == ["evt_0", "evt_1"]


async def test_removing_an_endpoint_forgets_its_events(store: Store) -> None:
    async with store.write() as tx:
        await tx.webhooks.add_endpoint(endpoint())
    await _queue(store, "1")
    async with store.write() as tx:
        assert await tx.webhooks.waiting() == {"wh_1": 1}
        assert await tx.webhooks.remove_endpoint("wh_1")
        assert not await tx.webhooks.remove_endpoint("wh_1")
        assert await tx.webhooks.waiting() == {}


async def test_old_events_are_deleted_the_unsent_ones_later(store: Store) -> None:
    await _queue(store, "1", "2", "3")
    sent, aside, _ = await _lease(store)
    async with store.write() as tx:
        await tx.webhooks.settle_sent([sent], NOW)
        await tx.webhooks.settle_aside(aside, NOW, "no")
        await tx.webhooks.purge(later(7 * _DAY), NOW)
        assert await tx.webhooks.replay(NOW, "evt_0") == 0
        queue = await tx.webhooks.queue(["wh_1"])
        assert (queue.due, queue.aside) == (1, 1)
        await tx.webhooks.purge(later(_DAY), later(_DAY))
        queue = await tx.webhooks.queue(["wh_1"])
        assert (queue.due, queue.aside) == (0, 0)


async def test_a_clock_that_was_ahead_delays_nothing(store: Store) -> None:
    ahead = timedelta(hours=5)
    async with store.write() as tx:
        await tx.webhooks.add_endpoint(endpoint(failing_since=NOW + ahead))
        await tx.webhooks.change_endpoint("wh_1", failing_since=NOW + ahead)
        await tx.webhooks.enqueue([("wh_1", new_event("1"))], NOW + ahead)
    await store.set_back(NOW, ahead)
    (event,) = await _lease(store, 1)
    assert event.created_at == NOW
    async with store.read() as tx:
        assert [one.failing_since for one in await tx.webhooks.endpoints()] == [NOW]


async def test_an_order_is_late_once_for_each_promise(store: Store) -> None:
    async with store.write() as tx:
        await tx.book.add([BookEntry(order_id="1"), BookEntry(order_id="2")], NOW, [NOW] * 2)
        await tx.orders.add("3", NOW)
    await follow(store, ANNA, "4")
    async with store.write() as tx:
        for order_id in "134":
            await tx.orders.save(added(_promised(order_id, 1)))
        assert sorted(await tx.webhooks.late(later(2 * _DAY), 9)) == ["1", "4"]  # nobody watches 3
        assert await tx.webhooks.late(NOW, 9) == []
        await tx.webhooks.mark_late(["1", "4"])
        assert await tx.webhooks.late(later(2 * _DAY), 9) == []
        await tx.orders.save(added(_promised("1", 3)))
        assert await tx.webhooks.late(later(4 * _DAY), 9) == ["1"]


def _promised(order_id: str, days: int) -> Order:
    found = order(order_id, node(1))
    parcels = tuple(replace(one, eta=later(days * _DAY)) for one in found.parcels)
    return replace(found, parcels=parcels)
