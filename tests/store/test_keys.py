"""Keys of the HTTP API, requests that take effect once, and the list of orders, in both databases."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from bot import board
from bot.model import ApiKey, BookEntry, Flag, ListFilter, ListPlace, Once, Stage
from bot.store import Store
from tests.make import there
from tests.store.builders import ANNA, NOW, follow, later

ONCE = Once(api_key="k", key="order-1001", fingerprint="hash")
DAY = timedelta(days=1)


async def test_a_key_is_found_by_its_public_part_until_it_is_removed(store: Store) -> None:
    key = ApiKey(id="k", name="shop", created_at=NOW)
    async with store.write() as tx:
        assert not await tx.keys.exist()
        assert await tx.keys.add(key, "hash")
        assert not await tx.keys.add(ApiKey(id="l", name="shop", created_at=NOW), "other")
        assert await tx.keys.get("k") == (key, "hash")
        assert await tx.keys.get("l") is None
        await tx.keys.used("k", later(5))
        assert [one.used_at for one in await tx.keys.all()] == [later(5)]
        await tx.keys.begin(ONCE, 0, NOW, NOW - DAY)
        assert await tx.keys.remove("shop")
        assert not await tx.keys.remove("shop")
        assert await tx.keys.begin(ONCE, 0, NOW, NOW - DAY), "what its requests did is forgotten, too"


async def test_a_part_is_taken_once_until_it_is_forgotten(store: Store) -> None:
    async with store.write() as tx:
        assert await tx.keys.begin(ONCE, 0, NOW, NOW - DAY)
        await tx.keys.finish(ONCE, 0, [{"a": 1}])
    async with store.write() as tx:
        assert not await tx.keys.begin(ONCE, 0, later(60), NOW - DAY)
        assert await tx.keys.done(ONCE, 0) == ("hash", [{"a": 1}])
        assert await tx.keys.begin(ONCE, 1, later(60), NOW - DAY)
        assert await tx.keys.begin(ONCE, 0, NOW + DAY, NOW + timedelta(seconds=1))
        await tx.keys.purge_requests(NOW + 2 * DAY)
        assert await tx.keys.begin(ONCE, 1, later(60), NOW - DAY)


async def test_a_second_one_waits_for_the_first_one_s_end(store: Store, replica: Store) -> None:
    entered, effects = asyncio.Event(), []

    async def take(which: Store, *, slow: bool) -> object:
        async with which.write() as tx:
            if not await tx.keys.begin(ONCE, 0, NOW, NOW - DAY):
                return (await tx.keys.done(ONCE, 0))[1]
            entered.set()
            if slow:
                await asyncio.sleep(0.2)
            effects.append(which)
            await tx.keys.finish(ONCE, 0, "the answer")
        return "the answer"

    first = asyncio.create_task(take(store, slow=True))
    await entered.wait()
    assert await take(replica, slow=False) == "the answer"
    assert await first == "the answer"
    assert len(effects) == 1


async def test_one_that_fails_leaves_the_part_to_the_next(store: Store, replica: Store) -> None:
    entered = asyncio.Event()

    async def fail() -> None:
        async with store.write() as tx:
            await tx.keys.begin(ONCE, 0, NOW, NOW - DAY)
            entered.set()
            await asyncio.sleep(0.1)
            raise RuntimeError("killed")

    failing = asyncio.create_task(fail())
    await entered.wait()
    async with replica.write() as tx:
        assert await tx.keys.begin(ONCE, 0, NOW, NOW - DAY)
    assert isinstance(await asyncio.wait_for(asyncio.gather(failing, return_exceptions=True), 60), list)


async def test_the_list_is_in_the_order_of_changes_and_holds_what_is_watched(store: Store) -> None:
    numbers = [f"82117446617380{n:02}" for n in range(6)]
    for n, number in enumerate(numbers):
        async with store.write() as tx:
            await tx.book.add([BookEntry(order_id=number, shop_order=f"#{n}")], later(n), [later(n)])
    await follow(store, ANNA, numbers[1])
    async with store.write() as tx:
        await tx.book.remove(numbers[:2], later(50))
        await tx.cases.snooze(numbers[4], NOW + 30 * DAY)
    at = NOW + 9 * DAY

    async def ids(wanted: ListFilter, after: ListPlace | None = None, limit: int = 9) -> list[str]:
        async with store.read() as tx:
            found = await tx.listing.page(wanted, board.RULES, at, after=after, limit=limit)
        return [place.order_id for place, _ in found]

    everything = [*numbers[2:], numbers[1]]
    assert await ids(ListFilter()) == everything, "nobody watches the first one"
    place = ListPlace(changed_at=later(3), order_id=numbers[3])
    assert await ids(ListFilter(), after=place) == everything[2:]
    assert await ids(ListFilter(), limit=2) == everything[:2]
    assert await ids(ListFilter(changed_since=later(5))) == everything[3:]
    assert await ids(ListFilter(shop_order="5")) == [numbers[5]]
    assert await ids(ListFilter(stage=Stage.DELIVERED)) == []
    assert await ids(ListFilter(order_ids=(numbers[0], numbers[2]))) == [numbers[2]]
    assert numbers[4] not in await ids(ListFilter(flag=Flag.NO_TRACKING)), "it is snoozed"
    assert numbers[5] in await ids(ListFilter(flag=Flag.NO_TRACKING))


async def test_what_the_shop_says_of_an_order_is_kept_until_it_says_otherwise(store: Store) -> None:
    number = "8211744661738042"

    async def say(now: int, **said: str) -> tuple[str, str, str, object]:
        async with store.write() as tx:
            await tx.book.add([BookEntry(order_id=number, **said)], later(now), [later(now)])
            order = there(await tx.orders.get(number))
        return order.shop_order, order.name, order.language, order.changed_at

    assert await say(0, shop_order="#1", name="Lamp", language="de") == ("#1", "Lamp", "de", later(0))
    assert await say(1) == ("#1", "Lamp", "de", later(0))
    assert await say(2, name="Blue lamp") == ("#1", "Blue lamp", "de", later(2))
    async with store.read() as tx:
        assert await tx.book.heads([number, "8211744661738043"]) == {number: (Stage.PRE_SHIPMENT, "#1", "de")}
