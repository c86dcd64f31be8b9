"""Chats with their settings, follows, moves of groups, wrong ids."""

from __future__ import annotations

from dataclasses import replace
from datetime import time, timedelta

import pytest

from bot.model import Chat, Follow, Level, Place, Quiet, RawUpdate
from bot.store import Store
from tests.make import there
from tests.store.builders import ANNA, BEN, GROUP, LEASE, NOW, TOPIC, follow, later, pending

SUPERGROUP = Place(-1_000_300)


async def _meet(store: Store, place: Place, language: str = "en") -> Chat:
    async with store.write() as tx:
        return await tx.chats.get_or_create(place, language=language, zone="Europe/Paris", now=NOW)


async def test_a_chat_is_met_once_and_keeps_what_was_set(store: Store) -> None:
    assert await _meet(store, ANNA) == Chat(place=ANNA, language="en", zone="Europe/Paris", created_at=NOW)
    async with store.write() as tx:
        changed = await tx.chats.change(
            ANNA,
            language="ru", language_set=True, zone="UTC", zone_set=True, level=Level.PROBLEMS,
            quiet_from=time(22, 30), quiet_to=time(7), quiet=Quiet.HELD, urgent_breaks_quiet=False,
            digest_at=time(18), paused_until=later(9), awaiting="rename:1",
        )  # fmt: skip
    assert await _meet(store, ANNA, "de") == changed
    assert (changed.language, changed.quiet_from, changed.digest_at) == ("ru", time(22, 30), time(18))
    assert (changed.level, changed.quiet, changed.paused_until) == (Level.PROBLEMS, Quiet.HELD, later(9))


async def test_settings_of_an_unknown_chat_cannot_be_changed(store: Store) -> None:
    async with store.write() as tx:
        assert await tx.chats.get(ANNA) is None
        with pytest.raises(LookupError):
            await tx.chats.change(ANNA, language="ru")


async def test_a_topic_starts_as_its_group_is(store: Store) -> None:
    await _meet(store, GROUP)
    async with store.write() as tx:
        await tx.chats.change(GROUP, language="fr", level=Level.MILESTONES, quiet_to=time(8))
    topic = await _meet(store, TOPIC, "en")
    assert (topic.language, topic.level, topic.quiet_to) == ("fr", Level.MILESTONES, time(8))


async def test_a_chat_that_left_is_told_nothing_until_it_is_back(store: Store) -> None:
    await follow(store, ANNA, "1")
    async with store.write() as tx:
        await tx.notices.enqueue([pending(ANNA, "1", "a")], NOW)
        assert await tx.chats.mark_left(ANNA.chat_id, NOW) == ["1"]
        assert await tx.chats.mark_left(ANNA.chat_id, later(9)) == ["1"]
        chat = there(await tx.chats.get(ANNA))
        assert (await tx.notices.depth()).due == 0
        assert await tx.chats.followers(["1"]) == []
        assert await tx.chats.count_followers(["1"]) == {}
        assert await tx.chats.count() == 0
    assert chat.left_at == NOW, "since the first time"
    async with store.write() as tx:
        assert await tx.chats.mark_returned(ANNA.chat_id) == ["1"]
        assert await tx.chats.mark_returned(ANNA.chat_id) == []
        assert [one.follow.order_id for one in await tx.chats.followers(["1"])] == ["1"]
        assert await tx.chats.count() == 1


# ── follows ─────────────────────────────────────────────────────────────────────────────────────


async def test_following_twice_is_following_once(store: Store) -> None:
    await follow(store, ANNA, "1", label="lamp")
    async with store.write() as tx:
        assert not await tx.chats.follow(Follow(place=ANNA, order_id="1", label="other", created_at=later(9)))
        assert await tx.chats.get_follow(ANNA, "1") == Follow(
            place=ANNA, order_id="1", label="lamp", created_at=NOW
        )
        assert await tx.chats.count_follows(ANNA) == 1


async def test_following_takes_back_what_was_put_away(store: Store) -> None:
    await follow(store, ANNA, "1")
    async with store.write() as tx:
        assert await tx.chats.change_follow(ANNA, "1", archived_at=NOW, card_message_id=5)
        assert await tx.chats.count_follows(ANNA) == 0
        assert len(await tx.chats.follows(ANNA)) == 1
        assert not await tx.chats.follow(Follow(place=ANNA, order_id="1", created_at=NOW))
        found = there(await tx.chats.get_follow(ANNA, "1"))
    assert (found.archived_at, found.card_message_id) == (None, 5)


async def test_follows_are_listed_newest_first(store: Store) -> None:
    for seconds, order_id in ((0, "b"), (0, "a"), (5, "c")):
        await follow(store, ANNA, order_id, now=later(seconds))
    async with store.read() as tx:
        assert [one.order_id for one in await tx.chats.follows(ANNA)] == ["c", "a", "b"]
        assert await tx.chats.follows(BEN) == []


async def test_who_stops_following_is_told_nothing_more(store: Store) -> None:
    await follow(store, ANNA, "1")
    async with store.write() as tx:
        await tx.notices.enqueue([pending(ANNA, "1", "a"), pending(ANNA, "2", "a")], NOW)
        assert await tx.chats.unfollow(ANNA, "1", NOW)
        assert not await tx.chats.unfollow(ANNA, "1", NOW)
        assert not await tx.chats.change_follow(ANNA, "1", label="x")
        (turn,) = await tx.notices.lease(NOW, 9, LEASE)
    assert [one.order_id for one in turn.notices] == ["2"]


async def test_an_order_that_nobody_knows_cannot_be_followed(store: Store) -> None:
    await _meet(store, ANNA)
    with pytest.raises(Exception, match=r"(?i)foreign key"):
        async with store.write() as tx:
            await tx.chats.follow(Follow(place=ANNA, order_id="nobody's", created_at=NOW))


async def test_followers_come_with_their_settings(store: Store) -> None:
    await follow(store, BEN, "1", now=later(5))
    await follow(store, ANNA, "1", label="lamp", notify=False)
    await follow(store, ANNA, "2")
    async with store.write() as tx:
        await tx.chats.change(BEN, zone="Asia/Tokyo")
        await tx.chats.change_follow(ANNA, "2", archived_at=NOW)
        found = await tx.chats.followers(["1", "2", "unknown"])
        counts = await tx.chats.count_followers(["1", "2", "unknown"])
    assert [(one.chat.place, one.follow.label, one.follow.notify) for one in found] == [
        (ANNA, "lamp", False),
        (BEN, "", True),
    ]
    assert found[1].chat.zone == "Asia/Tokyo"
    assert counts == {"1": 2, "2": 1}


async def test_followers_of_thousands_of_orders_are_found_in_one_call(store: Store) -> None:
    await follow(store, ANNA, "1150")
    async with store.read() as tx:
        ids = [str(number) for number in range(1200)]
        assert [one.follow.order_id for one in await tx.chats.followers(ids)] == ["1150"]
        assert await tx.chats.count_followers(ids) == {"1150": 1}


# ── moves ───────────────────────────────────────────────────────────────────────────────────────


async def test_a_group_moves_with_everything_it_has(store: Store) -> None:
    await follow(store, GROUP, "1", label="lamp")
    await follow(store, TOPIC, "2")
    raw = RawUpdate(update_id=5, chat_id=GROUP.chat_id, payload="{}", received_at=NOW)
    async with store.write() as tx:
        await tx.chats.change(GROUP, language="fr", language_set=True)
        await tx.notices.enqueue([pending(GROUP, "1", "a"), pending(TOPIC, "2", "b")], NOW)
        await tx.updates.put([raw])
        await tx.chats.count_wrong_id(
            [GROUP.chat_id], NOW, window=timedelta(hours=1), limit=0, lock=timedelta(hours=6)
        )
        await tx.chats.move(GROUP.chat_id, SUPERGROUP.chat_id)
        moved = replace(TOPIC, chat_id=SUPERGROUP.chat_id)
        chat = there(await tx.chats.get(SUPERGROUP))
        assert await tx.chats.get(GROUP) is None
        assert [one.label for one in await tx.chats.follows(SUPERGROUP)] == ["lamp"]
        assert [one.order_id for one in await tx.chats.follows(moved)] == ["2"]
        assert {turn.place for turn in await tx.notices.lease(NOW, 9, LEASE)} == {SUPERGROUP, moved}
        (update,) = await tx.updates.take(9, NOW, LEASE)
        assert await tx.chats.locked_until([SUPERGROUP.chat_id], NOW) is not None
    assert chat.language == "fr"
    assert update.chat_id == SUPERGROUP.chat_id


async def test_moving_into_a_chat_that_is_known_keeps_settings_and_tells_nothing_twice(store: Store) -> None:
    await follow(store, GROUP, "1", label="old")
    await follow(store, GROUP, "2")
    await follow(store, SUPERGROUP, "1", label="new")
    async with store.write() as tx:
        await tx.chats.change(GROUP, language="fr", language_set=True)
        await tx.notices.enqueue([pending(SUPERGROUP, "1", "a"), pending(GROUP, "1", "a")], NOW)
        for _ in range(2):  # said twice by Telegram: once in each chat
            await tx.chats.move(GROUP.chat_id, SUPERGROUP.chat_id)
        chat = there(await tx.chats.get(SUPERGROUP))
        labels = {one.order_id: one.label for one in await tx.chats.follows(SUPERGROUP)}
        assert (await tx.notices.depth()).due == 1
    assert chat.language == "fr"
    assert labels == {"1": "new", "2": ""}


async def test_what_a_lost_topic_had_goes_to_general(store: Store) -> None:
    await follow(store, TOPIC, "1", label="lamp")
    await follow(store, TOPIC, "2", label="topic's")
    async with store.write() as tx:
        await tx.chats.change(TOPIC, language="fr", quiet_to=time(8))
        await tx.notices.enqueue([pending(TOPIC, "1", "a")], NOW)
        await tx.chats.drop_topic(TOPIC)
        general = there(await tx.chats.get(GROUP))
        assert await tx.chats.get(TOPIC) is None
        assert {one.label for one in await tx.chats.follows(GROUP)} == {"lamp", "topic's"}
        assert [turn.place for turn in await tx.notices.lease(NOW, 9, LEASE)] == [GROUP]
    assert (general.language, general.quiet_to) == ("fr", time(8))


async def test_a_lost_topic_does_not_overwrite_general(store: Store) -> None:
    await follow(store, GROUP, "1", label="general's")
    await follow(store, TOPIC, "1", label="topic's")
    async with store.write() as tx:
        await tx.notices.enqueue([pending(GROUP, "1", "a"), pending(TOPIC, "1", "a")], NOW)
        await tx.chats.drop_topic(TOPIC)
        await tx.chats.drop_topic(TOPIC)
        assert [one.label for one in await tx.chats.follows(GROUP)] == ["general's"]
        assert (await tx.notices.depth()).due == 1


async def test_forgetting_a_chat_leaves_nothing_of_it(store: Store) -> None:
    for place in (GROUP, TOPIC, ANNA):
        await follow(store, place, "1")
    async with store.write() as tx:
        await tx.notices.enqueue(
            [pending(GROUP, "1", "a"), pending(TOPIC, "1", "a"), pending(ANNA, "1", "a")], NOW
        )
        await tx.updates.put(
            [RawUpdate(update_id=n, chat_id=-300, payload="secret", received_at=NOW) for n in (1, 2, 3)]
        )
        await tx.chats.count_wrong_id(
            [-300], NOW, window=timedelta(hours=1), limit=0, lock=timedelta(hours=6)
        )
        await tx.chats.set_flood_waits({-300: later(60)})
        assert await tx.chats.forget(GROUP.chat_id, 2, NOW, NOW) == ["1"]
        assert await tx.chats.get(GROUP) is None
        assert await tx.chats.get(TOPIC) is None
        assert await tx.chats.follows(TOPIC) == []
        assert await tx.notices.history(TOPIC) == []
        assert await tx.updates.waiting() == 1, "what was written after it is still to be answered"
        assert await tx.chats.locked_until([-300], NOW) == later(6 * 3600), "else whoever guesses goes on"
        assert await tx.chats.flood_waits(NOW) == {}
        assert [one.chat.place for one in await tx.chats.followers(["1"])] == [ANNA]


# ── wrong ids, flood waits ──────────────────────────────────────────────────────────────────────


async def test_more_wrong_ids_than_allowed_lock_a_chat(store: Store) -> None:
    async def wrong(seconds: float) -> object:
        async with store.write() as tx:
            return await tx.chats.count_wrong_id(
                [7], later(seconds), window=timedelta(hours=1), limit=2, lock=timedelta(hours=6)
            )

    assert [await wrong(second) for second in (0, 10)] == [None, None]
    assert await wrong(20) == later(20 + 6 * 3600)
    async with store.read() as tx:
        assert await tx.chats.locked_until([7], later(30)) == later(20 + 6 * 3600)
        assert await tx.chats.locked_until([7], later(20 + 6 * 3600)) is None
        assert await tx.chats.locked_until([8], NOW) is None
    assert await wrong(7 * 3600) is None, "a new hour begins"


async def test_wrong_ids_far_apart_lock_nobody(store: Store) -> None:
    async with store.write() as tx:
        for hour in range(0, 40, 2):
            assert (
                await tx.chats.count_wrong_id(
                    [7], later(hour * 3600), window=timedelta(hours=1), limit=2, lock=timedelta(hours=6)
                )
                is None
            )


async def test_flood_waits_outlive_a_restart_and_never_get_shorter(store: Store) -> None:
    async with store.write() as tx:
        await tx.chats.set_flood_waits({})
        await tx.chats.set_flood_waits({1: later(60), 2: later(10)})
        await tx.chats.set_flood_waits({1: later(30), 3: later(5)})
        assert await tx.chats.flood_waits(later(5)) == {1: later(60), 2: later(10)}
        await tx.chats.purge_flood_waits(later(20))
        assert await tx.chats.flood_waits(NOW) == {1: later(60)}
