"""The outbox: once per place and piece of news, in order per place, never in two hands."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest

from bot.model import Blocker, Importance, News, NewsKind, OrderStatus, Place, Stage
from bot.store import ChatBatch, Store
from bot.store.notices import Notices
from tests.store.builders import ANNA, BEN, GROUP, LEASE, NOW, TOPIC, later, pending


async def _lease(store: Store, seconds: float = 0, limit: int = 10) -> list[ChatBatch]:
    async with store.write() as tx:
        return await tx.notices.lease(later(seconds), limit, LEASE)


def _keys(batch: ChatBatch) -> list[str]:
    return [one.key for notice in batch.notices for one in notice.news]


async def test_news_comes_back_as_it_was_owed(store: Store) -> None:
    told = News(
        kind=NewsKind.STATUS, key="s", importance=Importance.ACTION, nodes=(3, 2), parcel=1, days=4,
        stage=Stage.DELIVERED, eta_before=NOW, eta_after=later(5), status=OrderStatus.CANCELLED,
        merchant_only=True,
    )  # fmt: skip
    async with store.write() as tx:
        (one,) = [pending(ANNA, "1", "s")]
        await tx.notices.enqueue([type(one)(place=ANNA, order_id="1", news=told, due_at=NOW)], NOW)
    (batch,) = await _lease(store)
    (notice,) = batch.notices
    assert notice.news == (told,)
    assert (notice.importance, notice.created_at, notice.attempts) == (Importance.ACTION, NOW, 0)
    assert (batch.place, notice.lease) == (ANNA, batch.lease)


async def test_news_is_owed_once_whatever_became_of_it(store: Store) -> None:
    async with store.write() as tx:
        await tx.notices.enqueue([], NOW)
        await tx.notices.enqueue(
            [pending(ANNA, "1", "a"), pending(ANNA, "1", "a"), pending(BEN, "1", "a")], NOW
        )
    first, _ = await _lease(store)
    async with store.write() as tx:
        await tx.notices.settle_sent(first.notices[0].ids, first.lease, NOW, 55)
        await tx.notices.enqueue([pending(first.place, "1", "a")], later(9))
        assert (await tx.notices.depth()).due == 1
        told = await tx.notices.history(first.place)
    assert [(one.key, one.state) for one in told] == [("a", "sent")]


async def test_what_one_order_has_to_tell_is_one_notice(store: Store) -> None:
    async with store.write() as tx:
        await tx.notices.enqueue(
            [pending(ANNA, "1", "a"), pending(ANNA, "2", "b"), pending(ANNA, "1", "c")], NOW
        )
    (batch,) = await _lease(store)
    assert [(n.order_id, [one.key for one in n.news]) for n in batch.notices] == [
        ("1", ["a", "c"]),
        ("2", ["b"]),
    ]
    assert len(batch.notices[0].ids) == 2


async def test_two_replicas_serve_different_places(store: Store, replica: Store) -> None:
    async with store.write() as tx:
        await tx.notices.enqueue([pending(Place(number), "1", "a") for number in range(1, 6)], NOW)
    mine = await _lease(store, limit=3)
    others = await _lease(replica, limit=10)
    assert [batch.place.chat_id for batch in mine] == [1, 2, 3]
    assert [batch.place.chat_id for batch in others] == [4, 5]


async def test_the_important_goes_first_then_the_oldest(store: Store) -> None:
    async with store.write() as tx:
        await tx.notices.enqueue([pending(Place(1), "1", "a"), pending(Place(2), "1", "a")], NOW)
        await tx.notices.enqueue([pending(Place(3), "1", "a", importance=Importance.ACTION)], NOW)
    assert [batch.place.chat_id for batch in await _lease(store, limit=2)] == [3, 1]


async def test_nothing_more_of_a_place_is_given_out_while_it_is_served(store: Store, replica: Store) -> None:
    async with store.write() as tx:
        await tx.notices.enqueue([pending(ANNA, "1", "a"), pending(ANNA, "2", "held", due_at=later(5))], NOW)
    (batch,) = await _lease(store)
    async with store.write() as tx:
        await tx.notices.enqueue([pending(ANNA, "1", "b", importance=Importance.ACTION)], later(1))
    assert await _lease(replica, seconds=10) == []
    async with store.write() as tx:
        await tx.notices.settle_sent(batch.notices[0].ids, batch.lease, later(11), 1)
    (following,) = await _lease(replica, seconds=12)
    assert _keys(following) == ["held", "b"]


async def test_topics_of_one_group_share_its_limits_and_so_its_turn(store: Store, replica: Store) -> None:
    async with store.write() as tx:
        await tx.notices.enqueue([pending(GROUP, "1", "a")], NOW)
    await _lease(store)
    async with store.write() as tx:
        await tx.notices.enqueue([pending(TOPIC, "1", "a")], NOW)
    assert await _lease(replica) == []


async def test_a_turn_that_nobody_settles_comes_again_with_the_same_rows(store: Store) -> None:
    async with store.write() as tx:
        await tx.notices.enqueue([pending(ANNA, "1", "a"), pending(ANNA, "1", "b")], NOW)
    (first,) = await _lease(store)
    assert await _lease(store, seconds=LEASE.total_seconds() - 1) == []
    (again,) = await _lease(store, seconds=LEASE.total_seconds())
    assert _keys(again) == ["a", "b"]
    async with store.write() as tx:  # the first server wakes up: its outcome no longer counts
        await tx.notices.settle_dead(first.notices[0].ids, first.lease, NOW, "late")
        assert (await tx.notices.depth()).due == 2


async def test_behind_a_row_that_waits_for_another_attempt_only_its_order_waits(store: Store) -> None:
    async with store.write() as tx:
        await tx.notices.enqueue([pending(ANNA, "1", "a"), pending(ANNA, "2", "b")], NOW)
    (batch,) = await _lease(store)
    async with store.write() as tx:
        first, second = batch.notices
        await tx.notices.settle_later(first.ids, batch.lease, later(100), error="timed out", ambiguous=True)
        await tx.notices.settle_later(second.ids, batch.lease, later(50), counts=False)
        await tx.notices.enqueue([pending(ANNA, "1", "c", importance=Importance.ACTION)], later(1))
        await tx.notices.enqueue([pending(ANNA, "3", "d"), pending(BEN, "1", "a")], later(1))
    batches = await _lease(store, seconds=60)
    assert [(batch.place, _keys(batch)) for batch in batches] == [(ANNA, ["b", "d"]), (BEN, ["a"])]
    async with store.write() as tx:
        for batch in batches:
            await tx.notices.settle_sent([i for n in batch.notices for i in n.ids], batch.lease, later(60), 1)
    (batch,) = await _lease(store, seconds=100)
    assert _keys(batch) == ["a", "c"]
    assert [(n.attempts, n.ambiguous) for n in batch.notices] == [(1, 1)]


async def _waiting(store: Store, blocker: Blocker, *places: Place) -> None:
    """These places' notices failed by this, and wait for an hour."""
    async with store.write() as tx:
        await tx.notices.enqueue([pending(place, "1", "a") for place in places], NOW)
        for batch in await tx.notices.lease(NOW, 99, LEASE):
            ids = batch.notices[0].ids
            await tx.notices.settle_later(ids, batch.lease, later(3600), now=NOW, blocker=blocker)


async def test_what_waits_for_a_chats_rights_goes_when_it_has_them(store: Store) -> None:
    await _waiting(store, Blocker.CHAT, ANNA, BEN, GROUP, TOPIC)
    async with store.write() as tx:
        assert await tx.notices.refused_chats() == {ANNA.chat_id, BEN.chat_id, GROUP.chat_id}
        assert await tx.notices.is_refused(ANNA.chat_id)
        assert await tx.notices.release_refused(ANNA.chat_id, later(9)) == 1
        assert not await tx.notices.is_refused(ANNA.chat_id)
        assert await tx.notices.release_refused(TOPIC.chat_id, later(9), TOPIC.topic_id) == 1
    assert {batch.place for batch in await _lease(store, seconds=9)} == {ANNA, TOPIC}
    async with store.read() as tx:
        assert await tx.notices.refused_chats() == {BEN.chat_id, GROUP.chat_id}


async def test_what_waits_for_telegram_is_brought_forward_a_few_at_a_time(store: Store) -> None:
    await _waiting(store, Blocker.TELEGRAM, *(Place(number) for number in range(1, 8)))
    await _waiting(store, Blocker.CHAT, BEN)

    async def bring(before: float, attempts: int = 9) -> int:
        async with store.write() as tx:
            return await tx.notices.bring_forward(
                later(9), tried_before=later(before), most_attempts=attempts, limit=5
            )

    assert await bring(0) == 0, "it failed after Telegram worked again"
    assert await bring(1, attempts=0) == 0, "it failed too often to be Telegram's fault"
    assert await bring(1) == 5
    assert len(await _lease(store, seconds=9)) == 5
    assert [await bring(1), await bring(1)] == [2, 0]


async def test_what_is_held_on_purpose_lets_the_urgent_pass(store: Store) -> None:
    async with store.write() as tx:
        await tx.notices.enqueue([pending(ANNA, "1", "digest", due_at=later(3600))], NOW)
        await tx.notices.enqueue([pending(ANNA, "1", "urgent", importance=Importance.ACTION)], NOW)
    (batch,) = await _lease(store)
    assert _keys(batch) == ["urgent"]
    async with store.write() as tx:
        await tx.notices.settle_sent(batch.notices[0].ids, batch.lease, NOW, 1)
    (batch,) = await _lease(store, seconds=3600)
    assert _keys(batch) == ["digest"]


async def test_a_failed_row_holds_back_later_ones_even_if_it_was_held_before(store: Store) -> None:
    async with store.write() as tx:
        await tx.notices.enqueue([pending(ANNA, "1", "digest", due_at=later(10))], NOW)
    (batch,) = await _lease(store, seconds=10)
    async with store.write() as tx:
        await tx.notices.settle_later(batch.notices[0].ids, batch.lease, later(100))
        await tx.notices.enqueue([pending(ANNA, "1", "next")], later(11))
    assert await _lease(store, seconds=20) == []


async def test_pausing_holds_what_waits_and_resuming_frees_it(store: Store) -> None:
    async with store.write() as tx:
        await tx.notices.enqueue(
            [pending(ANNA, "1", "a"), pending(ANNA, "1", "check_in:9", due_at=later(9000))], NOW
        )
        await tx.notices.enqueue([pending(BEN, "1", "a")], NOW)
        await tx.notices.postpone(ANNA, later(3600))
    assert [batch.place for batch in await _lease(store)] == [BEN]
    async with store.write() as tx:
        await tx.notices.release(ANNA, later(60))
    (batch,) = await _lease(store, seconds=60)
    assert _keys(batch) == ["a"], "a question for later keeps its time"


async def test_pausing_does_not_repeat_what_is_being_told(store: Store) -> None:
    async with store.write() as tx:
        await tx.notices.enqueue([pending(ANNA, "1", "a")], NOW)
    (batch,) = await _lease(store)
    async with store.write() as tx:
        await tx.notices.postpone(ANNA, later(3600))
        await tx.notices.settle_sent(batch.notices[0].ids, batch.lease, NOW, 1)
        assert (await tx.notices.depth()).due == 0


_ENDS: dict[str, Callable[[Notices, ChatBatch], Awaitable[None]]] = {
    "sent": lambda box, batch: box.settle_sent(batch.notices[0].ids, batch.lease, NOW, 1),
    "later": lambda box, batch: box.settle_later(batch.notices[0].ids, batch.lease, later(9)),
    "dead": lambda box, batch: box.settle_dead(batch.notices[0].ids, batch.lease, NOW, "refused"),
    "dropped": lambda box, batch: box.settle_dropped(batch.notices[0].ids, batch.lease, NOW),
}


@pytest.mark.parametrize("end", list(_ENDS))
async def test_who_lost_the_lease_ends_nothing_whatever_they_say(store: Store, end: str) -> None:
    async with store.write() as tx:
        await tx.notices.enqueue([pending(ANNA, "1", "a")], NOW)
    (late,) = await _lease(store)
    (present,) = await _lease(store, seconds=LEASE.total_seconds())
    async with store.write() as tx:
        await _ENDS[end](tx.notices, late)
        (told,) = await tx.notices.history(ANNA)
        assert told.state == "due"
        assert await tx.notices.next_due() == NOW + 2 * LEASE
        await _ENDS[end](tx.notices, present)
        (told,) = await tx.notices.history(ANNA)
        assert (told.state, await tx.notices.next_due()) != ("due", NOW + 2 * LEASE)


async def test_every_end_of_a_notice_is_counted(store: Store) -> None:
    async with store.write() as tx:
        await tx.notices.enqueue([pending(Place(n), "1", "a", due_at=later(-n)) for n in range(1, 6)], NOW)
    batches = {batch.place.chat_id: batch for batch in await _lease(store)}
    async with store.write() as tx:
        await tx.notices.settle_sent(batches[1].notices[0].ids, batches[1].lease, later(1), 7)
        await tx.notices.settle_dead(batches[2].notices[0].ids, batches[2].lease, later(2), "refused")
        await tx.notices.settle_dropped(batches[3].notices[0].ids, batches[3].lease, later(3))
        await tx.notices.settle_later(batches[4].notices[0].ids, batches[4].lease, later(60))
        depth, counts = await tx.notices.depth(), await tx.notices.counts(NOW)
        letters = await tx.notices.dead_letters()
        states = {n: (await tx.notices.history(Place(n)))[0].state for n in range(1, 6)}
        assert await tx.notices.next_due() == later(60)
        assert await tx.notices.next_due(after=later(60)) == NOW + LEASE
    assert (depth.due, depth.dead, depth.oldest_due_at) == (2, 1, later(60))
    assert (counts.sent, counts.dead) == (1, 1)
    assert [(one.place, one.error, one.settled_at) for one in letters] == [(Place(2), "refused", later(2))]
    assert states == {1: "sent", 2: "dead", 3: "dropped", 4: "due", 5: "due"}


async def test_dead_letters_are_tried_again_when_the_operator_says_so(store: Store) -> None:
    async with store.write() as tx:
        await tx.notices.enqueue([pending(ANNA, "1", "a")], NOW)
    (batch,) = await _lease(store)
    async with store.write() as tx:
        await tx.notices.settle_dead(batch.notices[0].ids, batch.lease, NOW, "refused")
        assert await tx.notices.replay_dead(later(5)) == 1
        assert await tx.notices.replay_dead(later(5)) == 0
        assert await tx.notices.purge(later(99)) == 0, "it is no longer settled"
    (batch,) = await _lease(store, seconds=5)
    assert batch.notices[0].attempts == 0


async def test_leases_can_be_released_after_a_crash(store: Store) -> None:
    async with store.write() as tx:
        await tx.notices.enqueue([pending(ANNA, "1", "a"), pending(BEN, "1", "b", due_at=later(99))], NOW)
    await _lease(store)
    async with store.write() as tx:
        assert await tx.notices.release_leases(later(1)) == 1
    assert [batch.place for batch in await _lease(store, seconds=1)] == [ANNA]


async def test_settled_rows_go_after_their_time_a_bite_at_a_time(store: Store) -> None:
    async with store.write() as tx:
        await tx.notices.enqueue([pending(ANNA, "1", str(n)) for n in range(5)], NOW)
    (batch,) = await _lease(store)
    async with store.write() as tx:
        await tx.notices.settle_sent(batch.notices[0].ids[:4], batch.lease, NOW, 1)
        assert await tx.notices.purge(NOW) == 0
        assert await tx.notices.purge(later(1), limit=3) == 3
        assert await tx.notices.purge(later(1), limit=3) == 1
        assert (await tx.notices.depth()).due == 1


async def test_history_is_newest_first(store: Store) -> None:
    async with store.write() as tx:
        await tx.notices.enqueue([pending(ANNA, "1", "a")], NOW)
        await tx.notices.enqueue([pending(ANNA, "1", "b")], later(1))
        history = await tx.notices.history(ANNA)
    assert [(one.key, one.created_at) for one in history] == [("b", later(1)), ("a", NOW)]


async def test_an_outbox_of_nobody_is_empty(store: Store) -> None:
    assert await _lease(store) == []
    async with store.read() as tx:
        assert await tx.notices.next_due() is None
        assert (await tx.notices.depth()).oldest_due_at is None
    assert timedelta(0) < LEASE
