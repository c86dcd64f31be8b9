"""What counts against Telegram's limits is known after a restart, at no transaction of its own."""

from __future__ import annotations

from datetime import timedelta

from bot.model import Place, RawUpdate, SendRecord
from bot.store import Store
from tests.store.builders import ANNA, LEASE, NOW, follow, later, pending

GROUP = Place(-100)


async def _lately(store: Store, seconds: float = 0) -> list[tuple[int, float]]:
    """Chat and age in seconds."""
    async with store.read() as tx:
        found = await tx.sends.recent(later(seconds))
    return sorted((one.chat_id, (later(seconds) - one.at).total_seconds()) for one in found)


async def _owe(store: Store, place: Place, *keys: str) -> None:
    async with store.write() as tx:
        await tx.notices.enqueue([pending(place, "1", key) for key in keys], NOW)


async def test_what_was_told_in_the_last_minute_is_known_once_a_message(store: Store) -> None:
    await follow(store, GROUP, "1")
    await _owe(store, GROUP, "a", "b")
    async with store.write() as tx:
        (turn,) = await tx.notices.lease(NOW, 9, LEASE)
        ids = [one for notice in turn.notices for one in notice.ids]
        await tx.notices.settle_sent(ids, turn.lease, later(1), 7)
    assert await _lately(store, 5) == [(-100, 4.0)]
    assert await _lately(store, 90) == []


async def test_an_answer_is_booked_with_the_end_of_its_update(store: Store) -> None:
    await follow(store, ANNA, "1")
    raw = (RawUpdate(update_id=n, chat_id=100, payload="{}", received_at=NOW) for n in (1, 2))
    await store.inbox.put(list(raw))
    await store.inbox.done(1, [SendRecord(chat_id=100, at=later(1)), SendRecord(chat_id=100, at=later(2))])
    await store.inbox.failed(2, "502", later(9), [SendRecord(chat_id=100, at=later(3))])
    assert await _lately(store, 10) == [(100, 7.0), (100, 8.0), (100, 9.0)]


async def test_what_a_dead_process_had_in_hand_counts_as_sent_this_moment(store: Store) -> None:
    await follow(store, GROUP, "1")
    await _owe(store, GROUP, "a")
    await store.inbox.put([RawUpdate(update_id=1, chat_id=100, payload="{}", received_at=NOW)])
    async with store.write() as tx:
        await tx.notices.lease(NOW, 9, LEASE)
    await store.inbox.take(9, NOW, LEASE)
    assert await _lately(store, 3) == [(-100, 0.0), (100, 0.0), (100, 0.0)]


async def test_what_may_have_arrived_counts_too(store: Store) -> None:
    await follow(store, GROUP, "1")
    await _owe(store, GROUP, "a")
    async with store.write() as tx:
        (turn,) = await tx.notices.lease(NOW, 9, LEASE)
        await tx.notices.settle_later(turn.notices[0].ids, turn.lease, later(120), ambiguous=True)
    assert await _lately(store, 3) == [(-100, 0.0)]


async def test_a_clock_that_was_set_back_makes_no_answer_of_the_future(store: Store) -> None:
    await follow(store, ANNA, "1")
    async with store.write() as tx:
        await tx.sends.record(
            [SendRecord(chat_id=100, at=later(50)), SendRecord(chat_id=100, at=later(3600))]
        )
    assert await _lately(store) == [(100, 0.0)]


async def test_answers_are_forgotten_after_their_minute_and_with_their_chat(store: Store) -> None:
    await follow(store, ANNA, "1")
    async with store.write() as tx:
        await tx.sends.record([SendRecord(chat_id=100, at=NOW), SendRecord(chat_id=100, at=later(30))])
        await tx.sends.purge(NOW + timedelta(seconds=70))
    assert await _lately(store, 31) == [(100, 1.0)]
    async with store.write() as tx:
        await tx.chats.forget(100, 9, NOW, NOW)
        await tx.sends.record(
            [SendRecord(chat_id=100, at=later(31))]
        )  # "all is deleted", say, said afterwards
    assert await _lately(store, 31) == []
