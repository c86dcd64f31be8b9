"""PostgreSQL, where transactions run side by side: none loses another's change, and a restart passes."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest
import structlog

from bot.errors import StoreError
from bot.model import Changes, OrderStatus, Place
from bot.store import Store
from bot.tracking import Policy
from tests import make
from tests.make import there
from tests.parts import Engine, several
from tests.store import postgres
from tests.store.builders import ANNA, LEASE, NOW, added, follow, later, node, order, pending


async def test_followers_that_come_at_once_all_weigh(replicas: list[Store]) -> None:
    async with replicas[0].write() as tx:
        await tx.orders.add("1", NOW)
    await asyncio.gather(*(follow(replicas[n % 3], Place(n), "1") for n in range(1, 13)))
    async with replicas[0].read() as tx:
        watch = there(await tx.orders.watch("1"))
    assert watch.weight == 12


async def test_two_looks_at_one_order_at_once_lose_no_node(replicas: list[Store]) -> None:
    """Reading, deciding and saving are one step: the second look builds on what the first one stored."""
    await follow(replicas[0], ANNA, "1")

    async def look(store: Store) -> None:
        async with store.write() as tx:
            known = there(await tx.orders.get("1"))
            await asyncio.sleep(0.01)
            seq = max((one.seq for one in known.nodes), default=0) + 1
            fresh = node(seq, at=NOW + timedelta(minutes=seq))
            whole = order("1", *known.nodes, fresh)
            await tx.orders.save(Changes(order=whole, added=(fresh,)))

    await asyncio.gather(*(look(replicas[n % 3]) for n in range(9)))
    async with replicas[0].read() as tx:
        found = there(await tx.orders.get("1"))
    assert sorted(one.seq for one in found.nodes) == list(range(1, 10))


async def test_a_push_taken_twice_at_once_is_first_for_one(replicas: list[Store]) -> None:
    async def take(store: Store) -> bool:
        async with store.write() as tx:
            return await tx.memory.first_push("p", NOW)

    assert sorted(await asyncio.gather(*(take(one) for one in replicas))) == [False, False, True]


async def test_following_and_looking_cross_without_a_deadlock(replicas: list[Store]) -> None:
    for number in range(4):
        await follow(replicas[0], ANNA, str(number))

    async def absorb(store: Store, order_id: str) -> None:
        async with store.write() as tx:
            there(await tx.orders.get(order_id))  # locks it
            followers = await tx.chats.followers([order_id])
            await tx.orders.save(added(order(order_id, node(1))))
            await tx.notices.enqueue([pending(one.chat.place, order_id, "a") for one in followers], NOW)
            await tx.checks.finish_check(order_id, NOW, later(60), checked=True)

    async def leave_and_return(store: Store) -> None:
        async with store.write() as tx:
            await tx.checks.update_weights(await tx.chats.mark_left(ANNA.chat_id, NOW), NOW)
        async with store.write() as tx:
            await tx.checks.update_weights(await tx.chats.mark_returned(ANNA.chat_id), NOW)

    for _ in range(5):
        await asyncio.gather(
            *(absorb(replicas[n % 3], str(n % 4)) for n in range(8)),
            leave_and_return(replicas[0]),
            follow(replicas[1], Place(2), "1"),
            *(store.inbox.take(3, NOW, LEASE) for store in replicas),
        )


async def _until(condition: object, seconds: float = 60.0) -> None:
    async with asyncio.timeout(seconds):
        while not condition():  # type: ignore[operator]  # any callable
            await asyncio.sleep(0.01)


# ── a restart of the server ─────────────────────────────────────────────────────────────────────


async def test_the_whole_house_at_once_meets_no_deadlock(replicas: list[Store]) -> None:
    """Orders are locked before chats, follows and notices by everybody: no two wait for each other."""
    dice = random.Random(7)
    engine = Engine(replicas[0], policy=Policy(orders_per_chat=1000, admins=frozenset({900})))
    ids = list(several(6))
    places = [Place(100 + number) for number in range(6)]
    for place in places:
        await engine.follow(*ids, place=place)
    deadlocks: list[str] = []
    following, at_places = engine.tracking.following, engine.tracking.places

    async def act(update: int) -> None:
        place, order_id = dice.choice(places), dice.choice(ids)
        chat = make.chat(place)
        some: list[Callable[[], Awaitable[object]]] = [
            lambda: following.track(chat, order_id),
            lambda: following.untrack(place, order_id, update=update),
            lambda: following.set_archived(place, order_id, archived=dice.random() < 0.5),
            lambda: following.set_notify(place, order_id, on=dice.random() < 0.5),
            lambda: following.received(place, order_id),
            lambda: following.ask_again(place, order_id, later(3000), update=update),
            lambda: engine.tracking.flagging.dispute(order_id, place),
            lambda: at_places.left(place.chat_id),
            lambda: at_places.back(place.chat_id),
            lambda: at_places.pause(place, None),
            lambda: at_places.forget(place.chat_id, 0),
            lambda: engine.follow(*ids, place=place),
            lambda: engine.tracking.checking.learn_status(
                order_id, OrderStatus.SHIPPED, engine.clock.now(), f"{update}"
            ),
            lambda: _house(engine),
        ]
        await _try(dice.choice(some))

    async def _try(what: Callable[[], Awaitable[object]]) -> None:
        try:
            await what()
        except (StoreError, LookupError) as error:
            if "deadlock" in str(error):
                deadlocks.append(str(error))

    async def check() -> None:
        for order_id in ids:
            engine.source.add(order_id, f"Departed from sorting center {dice.random()}")
        engine.clock.pass_(minutes=30)
        await engine.poller.step()
        await engine.poller.drain()

    async def tell() -> None:
        await engine.sender.step()
        await engine.sender.drain()

    with structlog.testing.capture_logs() as logs:
        for turn in range(4):
            acts = [act(100 * turn + number) for number in range(24)]
            await asyncio.gather(*acts, _try(check), _try(tell), _try(tell))
    deadlocks += [str(line) for line in logs if "deadlock" in str(line)]
    assert not deadlocks, f"{len(deadlocks)}: {deadlocks[:3]}"


async def _house(engine: Engine) -> None:
    """What upkeep and the poller do to many orders at once."""
    now = engine.clock.now()
    async with engine.store.write() as tx:
        await tx.checks.postpone_due(now + timedelta(minutes=1), timedelta(minutes=5), 2000)
    async with engine.store.write() as tx:
        latest = now + timedelta(minutes=2)
        beyond = await tx.checks.planned_beyond(latest, 1000, waited=False)
        await tx.checks.cap_next_checks(beyond, latest)
    async with engine.store.write() as tx:
        await tx.orders.purge(now - timedelta(days=1))
        await tx.notices.purge(now - timedelta(minutes=5))
    await engine.store.set_back(now, timedelta(hours=1))


async def test_a_crash_of_the_server_loses_nothing_committed_and_passes(
    own_postgres: postgres.Server,
) -> None:
    """Writers see StoreError while it is away, and go on afterwards."""
    store = Store(own_postgres.address)
    await store.start()
    stopping = asyncio.Event()
    committed: list[str] = []
    refusals: list[StoreError] = []

    async def write() -> None:
        number = 0
        while not stopping.is_set():
            number += 1
            try:
                async with store.write() as tx:
                    await tx.orders.add(str(number), NOW)
            except StoreError as error:
                refusals.append(error)
                await asyncio.sleep(0.02)
            else:
                committed.append(str(number))

    writing = asyncio.create_task(write())
    await _until(lambda: len(committed) > 20)
    await asyncio.to_thread(own_postgres.restart)
    before = len(committed)
    await _until(lambda: len(committed) > before + 20)
    stopping.set()
    await writing
    async with store.read() as tx:
        assert set(committed) <= (await tx.orders.get_many(committed)).keys()
    await store.close()
    assert refusals


async def test_a_server_that_is_away_is_a_store_error_within_seconds() -> None:
    store = Store("postgresql://nobody:secret@127.0.0.1:1/none")
    with pytest.raises(StoreError) as caught:
        async with asyncio.timeout(60):
            await store.start()
    assert "secret" not in str(caught.value)
    await store.close()
