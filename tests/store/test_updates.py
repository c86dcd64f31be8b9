"""The inbox: recorded once, handled in order per chat, set aside when it cannot be."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta

from bot.model import Place, RawUpdate
from bot.store import Store
from tests.store.builders import LEASE, NOW, later


def raw(update_id: int, chat_id: int = 1, payload: str = '{"text":"héllo"}') -> RawUpdate:
    return RawUpdate(update_id=update_id, chat_id=chat_id, payload=payload, received_at=NOW)


async def _take(store: Store, seconds: float = 0, limit: int = 10) -> list[int]:
    return [one.update_id for one in await store.inbox.take(limit, later(seconds), LEASE)]


async def test_an_update_is_recorded_once(store: Store, replica: Store) -> None:
    assert await store.inbox.put([]) == 0
    assert await store.inbox.put([raw(1), raw(2), raw(2)]) == 2
    assert await replica.inbox.put([raw(2), raw(3)]) == 1
    async with store.read() as tx:
        assert await tx.updates.waiting() == 3


async def test_an_update_comes_back_as_it_was_put(store: Store) -> None:
    await store.inbox.put([raw(1)])
    assert await store.inbox.take(1, NOW, LEASE) == [raw(1)]


async def test_updates_are_put_and_leased_in_one_step(store: Store, replica: Store) -> None:
    await store.inbox.put([raw(1)])
    new, taken = await store.inbox.put_and_take([raw(1), raw(2), raw(3, 2), raw(4, 3)], 2, NOW, LEASE)
    assert new == 3
    assert [one.update_id for one in taken] == [1, 3]
    assert await _take(replica) == [4]


async def test_chats_are_taken_side_by_side_and_each_in_order(store: Store, replica: Store) -> None:
    await store.inbox.put([raw(3, 1), raw(1, 1), raw(2, 2), raw(4, 3)])
    assert await _take(store, limit=2) == [1, 2]
    assert await _take(replica) == [4]
    await store.inbox.done(1)
    assert await _take(replica) == [3]


async def test_a_chat_waits_for_its_failed_update_then_goes_on(store: Store) -> None:
    await store.inbox.put([raw(1), raw(2)])
    await _take(store)
    await store.inbox.failed(1, "boom", later(30))
    assert await _take(store, seconds=29) == []
    (again,) = await store.inbox.take(9, later(30), LEASE)
    assert (again.update_id, again.attempts) == (1, 1)
    await store.inbox.failed(1, "boom again", None)
    assert await _take(store, seconds=31) == [2]
    async with store.read() as tx:
        (aside,) = await tx.updates.failed_for_good()
    assert (aside.update_id, aside.error) == (1, "boom again")


async def test_an_update_in_dead_hands_comes_again(store: Store) -> None:
    await store.inbox.put([raw(1)])
    await _take(store)
    assert await _take(store, seconds=LEASE.total_seconds() - 1) == []
    assert await _take(store, seconds=LEASE.total_seconds()) == [1]


async def test_leases_can_be_released_after_a_crash(store: Store) -> None:
    await store.inbox.put([raw(1), raw(2, 2)])
    await _take(store)
    await store.inbox.failed(2, "later", later(60))
    async with store.write() as tx:
        await tx.updates.release_leases(later(1))
    assert await _take(store, seconds=1) == [1]


async def test_a_repeated_update_is_known_after_it_was_handled_but_its_words_are_gone(store: Store) -> None:
    await store.inbox.put([raw(1)])
    await _take(store)
    await store.inbox.done(1)
    assert await store.inbox.put([raw(1)]) == 0
    assert await _take(store, seconds=999) == []
    async with store.write() as tx:
        await tx.updates.purge(later(1))
    assert await store.inbox.put([raw(1)]) == 1, "nothing is left of it"


async def test_what_still_waits_is_never_purged(store: Store) -> None:
    await store.inbox.put([raw(1), raw(2, 2)])
    await _take(store, limit=1)
    await store.inbox.failed(1, "x", None)
    async with store.write() as tx:
        await tx.updates.purge(NOW + timedelta(days=9))
        assert await tx.updates.failed_for_good() == []
        assert await tx.updates.waiting() == 1


async def test_an_empty_inbox_has_nothing_to_say(store: Store) -> None:
    assert await _take(store) == []
    async with store.read() as tx:
        assert await tx.updates.waiting() == 0


async def test_what_took_effect_is_known_when_the_update_is_handled_again(store: Store) -> None:
    await store.inbox.put([raw(1), raw(2)])
    async with store.write() as tx:
        assert await tx.updates.first(1, "stopped 7 my shoes")
        assert await tx.updates.first(1, "stopped 8 ")
    async with store.write() as tx:
        assert not await tx.updates.first(1, "stopped 7 my shoes")
        assert await tx.updates.effects(1) == ["stopped 7 my shoes", "stopped 8 "]
        assert await tx.updates.effects(2) == []
    await store.inbox.done(1)
    async with store.read() as tx:
        assert await tx.updates.effects(1) == []


async def test_an_effect_that_no_update_asked_for_is_always_the_first(store: Store) -> None:
    async with store.write() as tx:
        assert await tx.updates.first(0, "stopped 7 ")
        assert await tx.updates.first(0, "stopped 7 ")


async def test_an_effect_that_was_rolled_back_was_none(store: Store) -> None:
    await store.inbox.put([raw(1)])
    with suppress(LookupError):
        async with store.write() as tx:
            await tx.updates.first(1, "stopped 7 ")
            await tx.chats.change(Place(404), language="en")
    async with store.read() as tx:
        assert await tx.updates.effects(1) == []
