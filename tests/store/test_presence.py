"""A replica that dies is noticed by its session's end, and what it had leased is due again."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from bot import replicas as together
from bot.errors import StoreError
from bot.model import RawUpdate
from bot.store import Store, presence
from bot.store.signals import listen
from tests.store.builders import ANNA, LEASE, NOW, follow, later, owed


@asynccontextmanager
async def alive(store: Store) -> AsyncIterator[None]:
    """The store's process lives meanwhile."""
    await store.take_over(NOW)
    heard, stopping = asyncio.Event(), asyncio.Event()
    task = asyncio.create_task(listen(store.database, stopping, lambda _signal: heard.set()))
    async with asyncio.timeout(10):
        await heard.wait()
    yield
    stopping.set()
    await task


async def _gone(store: Store, holder: str) -> None:
    async with asyncio.timeout(10):
        while holder not in await store.dead_replicas():
            await asyncio.sleep(0.02)


async def _lease_all(store: Store, at: float = 0.0) -> tuple[int, int, int]:
    """How many orders, turns and updates there were to lease."""
    async with store.write() as tx:
        orders = await tx.orders.lease_due(later(at), 9, LEASE)
        turns = await tx.notices.lease(later(at), 9, LEASE)
        updates = await tx.updates.take(9, later(at), LEASE)
    return len(orders), len(turns), len(updates)


async def test_what_a_dead_replica_leased_is_due_again_and_what_a_living_one_holds_is_not(
    replicas: list[Store],
) -> None:
    leader, living, dying = replicas
    for number, store in enumerate((living, dying)):
        await follow(store, ANNA, str(number))
    async with alive(leader), alive(living):
        async with living.write() as tx:
            assert await tx.orders.lease_due(NOW, 1, LEASE)
        async with alive(dying):
            async with dying.write() as tx:
                await tx.notices.owe([owed(ANNA, "1", "a")], NOW)
                await tx.updates.put([RawUpdate(update_id=1, chat_id=1, payload="", received_at=NOW)])
            assert await _lease_all(dying) == (1, 1, 1)
            assert await leader.dead_replicas() == set()
        assert await _lease_all(leader, 1) == (0, 0, 0)
        await _gone(leader, dying.database.holder)
        assert await leader.dead_replicas() == {dying.database.holder}
        assert await leader.bury(dying.database.holder, later(2)) == 3
        assert await leader.dead_replicas() == set()
        assert await _lease_all(leader, 3) == (1, 1, 1)


async def test_a_replica_that_was_taken_for_dead_is_known_again_when_it_comes_back(
    replicas: list[Store],
) -> None:
    leader, cut_off, _ = replicas
    async with alive(cut_off):
        await leader.bury(cut_off.database.holder, NOW)
    async with leader.database.read() as on:
        assert cut_off.database.holder not in await presence.dead(on)
    stopping = asyncio.Event()
    back = asyncio.Event()
    task = asyncio.create_task(listen(cut_off.database, stopping, lambda _signal: back.set()))
    await back.wait()
    stopping.set()
    await task
    await _gone(leader, cut_off.database.holder)


async def test_the_only_bot_on_sqlite_has_nobody_to_bury(tmp_path: object) -> None:
    store = Store(f"{tmp_path}/bot.db")
    await store.start()
    await store.take_over(NOW)
    assert await store.dead_replicas() == set()
    await store.close()


class Graveyard:
    """A store of which a test says who is dead, look by look."""

    def __init__(self, *looks: set[str]) -> None:
        self.looks = list(looks)
        self.buried: list[str] = []

    async def dead_replicas(self) -> set[str]:
        if not self.looks:
            raise asyncio.CancelledError
        seen = self.looks.pop(0)
        if "away" in seen:
            raise StoreError("away")
        return seen

    async def bury(self, holder: str, _now: object) -> int:
        self.buried.append(holder)
        return 0


async def _look(*looks: set[str]) -> list[str]:
    yard = Graveyard(*looks)

    async def at_once(_seconds: float) -> None:
        await asyncio.sleep(0)

    try:
        await together.look_after_the_dead(yard, lambda: NOW, at_once)
    except asyncio.CancelledError:
        return yard.buried
    raise AssertionError("it looks for ever")


async def test_only_who_was_away_for_several_looks_is_dead() -> None:
    assert await _look(*[{"a"}] * 4, set(), *[{"a"}] * 4) == []
    assert await _look(*[{"a", "b"}] * 4, {"a"}) == ["a"]


async def test_looks_are_counted_anew_after_the_server_was_away() -> None:
    assert await _look(*[{"a"}] * 4, {"away"}, *[{"a"}] * 4) == []
