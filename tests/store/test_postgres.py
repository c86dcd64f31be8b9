"""Several replicas on PostgreSQL: nothing is done twice, nothing is lost, and a restart passes."""

from __future__ import annotations

import asyncio
import random
import time
from collections import Counter
from datetime import timedelta

import pytest

from bot.errors import StoreError
from bot.model import Changes, Follow, Place, RawUpdate, Sending
from bot.store import Store
from bot.store.election import Election
from bot.store.signals import Signal, listen
from tests.store import postgres
from tests.store.builders import ANNA, GROUP, LEASE, NOW, added, follow, later, node, order, owed


async def test_replicas_lease_different_orders_at_the_same_time(replicas: list[Store]) -> None:
    async with replicas[0].write() as tx:
        for number in range(300):
            await tx.orders.add(str(number), NOW)
            await tx.chats.meet(ANNA, language="en", zone="UTC", now=NOW)
            await tx.chats.follow(Follow(place=ANNA, order_id=str(number), created_at=NOW))
        await tx.orders.reweigh((str(number) for number in range(300)), NOW)

    async def drain(store: Store) -> list[str]:
        found: list[str] = []
        while True:
            async with store.write() as tx:
                due = await tx.orders.lease_due(NOW, 7, LEASE)
            if not due:
                return found
            assert len(due) <= 7
            found += [one.order_id for one in due]

    shares = await asyncio.gather(*(drain(one) for one in replicas))
    assert Counter(one for share in shares for one in share) == Counter(str(number) for number in range(300))


async def test_updates_are_handled_once_and_each_chat_in_order(replicas: list[Store]) -> None:
    raws = [
        RawUpdate(update_id=number, chat_id=number % 5, payload="{}", received_at=NOW)
        for number in range(100)
    ]
    news = await asyncio.gather(*(one.inbox.put(raws) for one in replicas))
    assert sum(news) == 100
    handled: list[tuple[int, int]] = []

    async def work(store: Store) -> None:
        while len(handled) < 100:
            for one in await store.inbox.take(3, NOW, LEASE):
                handled.append((one.chat_id, one.update_id))
                await asyncio.sleep(0)
                await store.inbox.done(one.update_id)

    await asyncio.gather(*(work(one) for one in replicas))
    assert Counter(update for _, update in handled) == Counter(range(100))
    for chat in range(5):
        mine = [update for owner, update in handled if owner == chat]
        assert mine == sorted(mine)


async def test_no_chat_is_in_two_hands_and_its_news_come_in_order(replicas: list[Store]) -> None:
    """Senders of three replicas race while news is owed, some of it held, some of it retried."""
    dice = random.Random(7)
    places = [Place(number) for number in range(1, 5)] + [GROUP, Place(GROUP.chat_id, 7)]
    serving: set[int] = set()
    told: list[tuple[Place, int]] = []
    clock = [NOW]
    owing = 0

    async def owe() -> None:
        nonlocal owing
        for _ in range(150):
            held = dice.choice((0, 0, 0, 30))
            place = dice.choice(places)
            async with replicas[dice.randrange(3)].write() as tx:
                await tx.notices.owe(
                    [owed(place, "1", str(owing), due_at=clock[0] + timedelta(seconds=held))], clock[0]
                )
            owing += 1

    async def send(store: Store) -> None:
        while len(told) < 150:
            async with store.write() as tx:
                turns = await tx.notices.lease(clock[0], 2, LEASE)
            for turn in turns:
                assert turn.place.chat_id not in serving - {one.place.chat_id for one in turns}
            serving.update(turn.place.chat_id for turn in turns)
            for turn in turns:
                await asyncio.sleep(0)
                (notice,) = turn.notices
                async with store.write() as tx:
                    if dice.random() < 0.2:
                        await tx.notices.settle_later(
                            notice.ids, turn.lease, clock[0] + timedelta(seconds=5), error="try again"
                        )
                    else:
                        told.extend((turn.place, int(one.key)) for one in notice.news)
                        await tx.notices.settle_sent(notice.ids, turn.lease, clock[0], 1)
            serving.difference_update(turn.place.chat_id for turn in turns)
            clock[0] += timedelta(seconds=2)

    await asyncio.wait_for(asyncio.gather(owe(), *(send(one) for one in replicas)), 60)
    assert Counter(key for _, key in told) == Counter(range(150)), "each told once"


async def test_rows_that_are_not_held_never_overtake(replicas: list[Store]) -> None:
    told: list[int] = []
    clock = [NOW]

    async def owe() -> None:
        for number in range(60):
            async with replicas[number % 3].write() as tx:
                await tx.notices.owe([owed(ANNA, "1", str(number), due_at=clock[0])], clock[0])

    async def send(store: Store) -> None:
        while len(told) < 60:
            clock[0] += timedelta(seconds=2)
            async with store.write() as tx:
                turns = await tx.notices.lease(clock[0], 5, LEASE)
            for turn in turns:
                async with store.write() as tx:
                    (notice,) = turn.notices
                    if random.random() < 0.3:
                        await tx.notices.settle_later(notice.ids, turn.lease, clock[0])
                    else:
                        await tx.notices.settle_sent(notice.ids, turn.lease, clock[0], 1)
                        told.extend(int(one.key) for one in notice.news)
            await asyncio.sleep(0)

    await asyncio.wait_for(asyncio.gather(owe(), *(send(one) for one in replicas)), 60)
    assert told == list(range(60))


async def test_a_chats_limit_holds_when_its_next_turn_is_another_replicas(replicas: list[Store]) -> None:
    first, second, _ = replicas

    async def lease(store: Store, seconds: float) -> int:
        async with store.write() as tx:
            turns = await tx.notices.lease(later(seconds), 9, LEASE)
            for turn in turns:
                ids = [one for notice in turn.notices for one in notice.ids]
                await tx.notices.settle_sent(ids, turn.lease, later(seconds), 1)
        return len(turns)

    async def owe(place: Place, key: str, seconds: float) -> None:
        async with first.write() as tx:
            await tx.notices.owe([owed(place, key, key, due_at=later(seconds))], later(seconds))

    for place, step in ((ANNA, 1.0), (GROUP, 60 / 18)):
        await owe(place, "a", 0)
        await owe(place, "b", 0)  # two orders: two messages
        assert await lease(first, 0) == 1
        await owe(place, "c", 0.1)
        assert await lease(second, 2 * step - 0.1) == 0
        assert await lease(second, 2 * step + 0.1) == 1
    async with first.write() as tx:
        await tx.notices.purge(later(3600))
        assert (await tx.notices.depth()).due == 0


async def test_pushes_of_one_replica_wait_for_answers_of_another(replicas: list[Store]) -> None:
    first, second, _ = replicas
    for place, step in ((ANNA, 1.0), (GROUP, 60 / 18)):
        await follow(first, place, "1")
        async with first.write() as tx:
            await tx.notices.owe([owed(place, "1", "a")], NOW)
        answers = [Sending(chat_id=place.chat_id, at=later(seconds)) for seconds in (0, 0.5)]
        await first.inbox.done(1, answers)
        for seconds, turns in ((0.5 + 2 * step - 0.1, 0), (0.5 + 2 * step + 0.1, 1)):
            async with second.write() as tx:
                assert len(await tx.notices.lease(later(seconds), 9, LEASE)) == turns


async def test_answers_take_at_most_a_minute_in_advance(replicas: list[Store]) -> None:
    first, second, _ = replicas
    await follow(first, ANNA, "1")
    await first.inbox.done(1, [Sending(chat_id=ANNA.chat_id, at=NOW)] * 100)
    async with second.write() as tx:
        await tx.notices.owe([owed(ANNA, "1", "a")], NOW)
        assert not await tx.notices.lease(later(59), 9, LEASE)
        assert await tx.notices.lease(later(61), 9, LEASE)


async def test_followers_that_come_at_once_all_weigh(replicas: list[Store]) -> None:
    async with replicas[0].write() as tx:
        await tx.orders.add("1", NOW)
    await asyncio.gather(*(follow(replicas[n % 3], Place(n), "1") for n in range(1, 13)))
    async with replicas[0].read() as tx:
        watch = await tx.orders.watch("1")
    assert watch is not None
    assert watch.weight == 12


async def test_two_looks_at_one_order_at_once_lose_no_node(replicas: list[Store]) -> None:
    """Reading, deciding and saving are one step: the second look builds on what the first one stored."""
    await follow(replicas[0], ANNA, "1")

    async def look(store: Store) -> None:
        async with store.write() as tx:
            known = await tx.orders.get("1")
            assert known is not None
            await asyncio.sleep(0.01)
            seq = max((one.seq for one in known.nodes), default=0) + 1
            fresh = node(seq, at=NOW + timedelta(minutes=seq))
            whole = order("1", *known.nodes, fresh)
            await tx.orders.save(Changes(order=whole, added=(fresh,)))

    await asyncio.gather(*(look(replicas[n % 3]) for n in range(9)))
    async with replicas[0].read() as tx:
        found = await tx.orders.get("1")
    assert found is not None
    assert sorted(one.seq for one in found.nodes) == list(range(1, 10))


async def test_a_push_taken_by_two_replicas_at_once_is_first_for_one(replicas: list[Store]) -> None:
    async def take(store: Store) -> bool:
        async with store.write() as tx:
            return await tx.memory.first_push("p", NOW)

    assert sorted(await asyncio.gather(*(take(one) for one in replicas))) == [False, False, True]


async def test_following_and_looking_cross_without_a_deadlock(replicas: list[Store]) -> None:
    for number in range(4):
        await follow(replicas[0], ANNA, str(number))

    async def absorb(store: Store, order_id: str) -> None:
        async with store.write() as tx:
            known = await tx.orders.get(order_id)
            assert known is not None
            followers = await tx.chats.followers([order_id])
            await tx.orders.save(added(order(order_id, node(1))))
            await tx.notices.owe([owed(one.chat.place, order_id, "a") for one in followers], NOW)
            await tx.orders.conclude(order_id, NOW, later(60), checked=True)

    async def leave_and_return(store: Store) -> None:
        async with store.write() as tx:
            await tx.orders.reweigh(await tx.chats.leave(ANNA.chat_id, NOW), NOW)
        async with store.write() as tx:
            await tx.orders.reweigh(await tx.chats.come_back(ANNA.chat_id), NOW)

    for _ in range(5):
        await asyncio.gather(
            *(absorb(replicas[n % 3], str(n % 4)) for n in range(8)),
            leave_and_return(replicas[0]),
            follow(replicas[1], Place(2), "1"),
            *(store.inbox.take(3, NOW, LEASE) for store in replicas),
        )


async def test_leases_of_living_replicas_are_not_taken_over(replicas: list[Store]) -> None:
    await follow(replicas[0], ANNA, "1")
    async with replicas[0].write() as tx:
        await tx.orders.lease_due(NOW, 9, LEASE)
    await replicas[1].take_over(later(1))
    async with replicas[1].write() as tx:
        assert await tx.orders.lease_due(later(1), 9, LEASE) == []


# ── signals ─────────────────────────────────────────────────────────────────────────────────────


async def _until(condition: object, seconds: float = 10.0) -> None:
    async with asyncio.timeout(seconds):
        while not condition():  # type: ignore[operator]  # any callable
            await asyncio.sleep(0.01)


async def test_work_put_in_by_one_replica_wakes_the_others(replicas: list[Store]) -> None:
    heard: list[Signal] = []
    stopping = asyncio.Event()
    listener = asyncio.create_task(listen(replicas[1].database, stopping, heard.append))
    await _until(lambda: Signal.ANYTHING in heard)
    async with replicas[0].write() as tx:
        await tx.notices.owe([owed(ANNA, "1", "a")], NOW)
        await asyncio.sleep(0.05)
        assert Signal.NOTICES not in heard, "not before it is committed"
    await replicas[0].inbox.put([RawUpdate(update_id=1, chat_id=1, payload="", received_at=NOW)])
    await follow(replicas[0], ANNA, "1")
    async with replicas[0].write() as tx:
        await tx.chats.freeze({1: later(9)})
    await _until(lambda: {Signal.NOTICES, Signal.UPDATES, Signal.ORDERS, Signal.FREEZES} <= set(heard))
    stopping.set()
    await listener


async def test_sqlite_has_nobody_to_listen_to(tmp_path: object) -> None:
    store = Store(f"{tmp_path}/bot.db")
    await listen(store.database, asyncio.Event(), lambda _signal: None)
    await store.close()


# ── elections ───────────────────────────────────────────────────────────────────────────────────


async def _serve(election: Election, stopping: asyncio.Event, log: list[str], name: str) -> None:
    async def work(ending: asyncio.Event) -> None:
        log.append(f"{name} in")
        await ending.wait()
        log.append(f"{name} out")

    await election.lead(stopping, work)


async def test_one_replica_is_elected_and_the_next_follows_within_seconds(replicas: list[Store]) -> None:
    log: list[str] = []
    elections = [Election(one.database, "intake", retry=0.2) for one in replicas]
    stops = [asyncio.Event() for _ in replicas]
    tasks = [
        asyncio.create_task(_serve(election, stop, log, str(number)))
        for number, (election, stop) in enumerate(zip(elections, stops, strict=True))
    ]
    await _until(lambda: len(log) == 1)
    await asyncio.sleep(0.5)
    assert len(log) == 1, "the others stand by"
    (first,) = [number for number, one in enumerate(elections) if one.leading]
    stops[first].set()
    await _until(lambda: len(log) == 3)
    assert log[:2] == [f"{first} in", f"{first} out"]
    assert sum(one.leading for one in elections) == 1
    for stop in stops:
        stop.set()
    await asyncio.gather(*tasks)
    assert not any(one.leading for one in elections)


async def test_work_that_fails_gives_the_office_back(replicas: list[Store]) -> None:
    async def fail(_ending: asyncio.Event) -> None:
        raise LookupError

    with pytest.raises(LookupError):
        await Election(replicas[0].database, "intake").lead(asyncio.Event(), fail)
    log: list[str] = []
    stopping = asyncio.Event()
    second = asyncio.create_task(_serve(Election(replicas[1].database, "intake"), stopping, log, "second"))
    await _until(lambda: log == ["second in"])
    stopping.set()
    await second


async def test_the_only_bot_on_sqlite_is_always_elected(tmp_path: object) -> None:
    store = Store(f"{tmp_path}/bot.db")
    log: list[str] = []
    stopping = asyncio.Event()
    stopping.set()
    await _serve(Election(store.database, "intake"), stopping, log, "only")
    assert log == ["only in", "only out"]
    await store.close()


# ── a restart of the server ─────────────────────────────────────────────────────────────────────


async def test_a_crash_of_the_server_loses_nothing_committed_and_passes(
    own_postgres: postgres.Server,
) -> None:
    """Writers see StoreError while it is away, go on afterwards; the office is handed over; ears are back."""
    store = Store(own_postgres.address)
    await store.start()
    stopping = asyncio.Event()
    log: list[str] = []
    heard: list[Signal] = []
    committed: list[str] = []
    refusals: list[StoreError] = []
    election = Election(store.database, "intake", retry=0.2)

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

    tasks = [
        asyncio.create_task(write()),
        asyncio.create_task(_serve(election, stopping, log, "a")),
        asyncio.create_task(listen(store.database, stopping, heard.append)),
    ]
    await _until(lambda: len(committed) > 20 and log == ["a in"] and heard == [Signal.ANYTHING])
    await asyncio.to_thread(own_postgres.restart)
    before = len(committed)
    await _until(lambda: len(committed) > before + 20)
    await _until(lambda: log == ["a in", "a out", "a in"])
    await _until(lambda: heard.count(Signal.ANYTHING) == 2)
    stopping.set()
    await asyncio.gather(*tasks)
    async with store.read() as tx:
        assert set(committed) <= (await tx.orders.get_many(committed)).keys()
    await store.close()
    assert refusals


async def test_a_server_that_is_away_is_a_store_error_within_seconds() -> None:
    store = Store("postgresql://nobody:secret@127.0.0.1:1/none")
    started = time.monotonic()
    with pytest.raises(StoreError) as caught:
        await store.start()
    assert time.monotonic() - started < 10
    assert "secret" not in str(caught.value)
    await store.close()
