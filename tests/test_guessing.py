"""Guessing order ids does not pay, and trouble at AliExpress is no way around that."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.errors import Throttled, Transient
from bot.model import Flag, Place
from bot.tracking import LimitReached, LockedOut, NotFound, Outcome, Policy, Tracked, Unanswered
from tests import make
from tests.make import there
from tests.parts import Engine, several

GROUP, OTHER_GROUP, EMMA = Place(-7), Place(-8), 7001
BUSY = Throttled("DailyBudget", "the day's calls are spent", seconds=3600.0)


async def tries(engine: Engine, count: int, place: Place = make.HERE, person: int = 0) -> list[Outcome]:
    chat = await engine.chat(place)
    return [await engine.tracking.following.track(chat, order, person=person) for order in several(count)]


@pytest.mark.parametrize("trouble", [BUSY, Transient("ConnectError", "nobody answers")])
async def test_of_twenty_random_ids_three_are_taken_unchecked_and_then_it_locks(
    engine: Engine, trouble: Throttled | Transient
) -> None:
    engine.source.failing = trouble
    found = await tries(engine, 20)
    assert [type(one) for one in found[:6]] == [Tracked] * 3 + [Unanswered] * 2 + [LockedOut]
    assert all(isinstance(one, LockedOut) for one in found[5:])
    assert len(engine.source.asked) == 6, "a locked chat costs no calls"


async def test_twenty_at_once_are_no_more_than_twenty_in_a_row(engine: Engine) -> None:
    engine.source.failing = BUSY
    chat = await engine.chat()
    track = engine.tracking.following.track
    found = await asyncio.gather(*(track(chat, order) for order in several(20)))
    assert sum(isinstance(one, Tracked) for one in found) == 3


async def test_what_turns_out_unknown_is_removed_with_a_word(engine: Engine) -> None:
    right, wrong = several(2)
    engine.source.failing = BUSY
    await tries(engine, 2)
    engine.source.failing = None
    engine.source.add(right, "Package left sorting center of origin.")
    await engine.look_and_tell()
    assert [order.id for order, _ in await engine.tracking.viewing.orders(make.chat())] == [right]
    (word,) = [text for text in engine.post.texts() if "isn't one of this shop's" in text]
    assert wrong in word
    await engine.look_and_tell()
    assert len([text for text in engine.post.texts() if wrong in text]) == 1
    async with engine.store.read() as tx:
        assert await tx.chats.count_unchecked(make.HERE.chat_id) == 0


async def test_what_a_signed_link_vouches_for_stays(engine: Engine) -> None:
    engine.source.failing = BUSY
    outcome = await engine.tracking.following.track(await engine.chat(), make.ORDER, by_link=True)
    assert isinstance(outcome, Tracked)
    engine.source.failing = None
    await engine.look_and_tell()
    assert len(await engine.tracking.viewing.orders(make.chat())) == 1


async def test_a_person_guesses_in_all_chats_together(engine: Engine) -> None:
    assert [type(one) for one in await tries(engine, 3, GROUP, EMMA)] == [NotFound] * 3
    found = await tries(engine, 3, OTHER_GROUP, EMMA)
    assert [type(one) for one in found] == [NotFound, NotFound, LockedOut]
    assert isinstance((await tries(engine, 1, Place(EMMA), EMMA))[0], LockedOut)
    assert isinstance((await tries(engine, 1, GROUP, EMMA + 1))[0], NotFound), "others may go on"


async def test_forgetting_ends_neither_a_lock_nor_the_count(engine: Engine) -> None:
    assert len(await tries(engine, 5)) == 5
    await engine.tracking.places.forget(make.HERE.chat_id, 0)
    assert isinstance((await tries(engine, 1))[0], LockedOut)
    await engine.tracking.places.forget(make.HERE.chat_id, 0)
    assert isinstance((await tries(engine, 1))[0], LockedOut)
    engine.clock.pass_(hours=7)
    await engine.tracking.places.forget(make.HERE.chat_id, 0)
    assert isinstance((await tries(engine, 1))[0], NotFound)


async def test_the_limit_of_a_chat_holds_for_ids_sent_at_once(engine: Engine) -> None:
    engine = Engine(engine.store, policy=Policy(orders_per_chat=4))
    orders = list(several(12))
    for order in orders:
        engine.source.add(order, "Package left sorting center of origin.")
    chat = await engine.chat()
    found = await asyncio.gather(*(engine.tracking.following.track(chat, order) for order in orders))
    assert sum(isinstance(one, Tracked) for one in found) == 4
    assert sum(isinstance(one, LimitReached) for one in found) == 8
    assert len(await engine.tracking.viewing.orders(make.chat())) == 4


async def test_not_yet_pressed_many_times_asks_once(engine: Engine) -> None:
    await engine.follow()
    engine.clock.pass_(minutes=2)
    asked = len(engine.source.asked)
    for press in range(5):
        at = engine.clock.now().replace(hour=20, second=press)
        await engine.tracking.following.ask_again(make.HERE, make.ORDER, at, update=press + 1)
    assert (await engine.states()).count("due") == 1
    await engine.poller.step()
    await engine.poller.drain()
    assert len(engine.source.asked) == asked + 1


async def test_not_yet_after_all_is_asked_when_it_was_said_and_not_after_it_came(engine: Engine) -> None:
    await engine.follow()
    following, at = engine.tracking.following, engine.clock.now() + timedelta(days=2)
    assert await following.ask_again(make.HERE, make.ORDER, at, update=1) == at
    assert await following.ask_again(make.HERE, make.ORDER, at + timedelta(days=1), update=2) == at
    await following.received(make.HERE, make.ORDER)
    engine.clock.pass_(days=2, seconds=1)
    await engine.tell()
    assert await engine.states() == ["dropped"]
    again = engine.clock.now() + timedelta(days=2)
    await following.received(make.HERE, make.ORDER)
    assert await following.ask_again(make.HERE, make.ORDER, again, update=3) == again
    engine.clock.pass_(days=2, seconds=1)
    await engine.tell()
    assert (await engine.states())[0] == "sent", "it did not come after all: it is back in the list"


async def _report(engine: Engine, place: Place) -> None:
    await engine.tracking.flagging.dispute(make.ORDER, place)


async def test_nobody_closes_another_persons_dispute(engine: Engine) -> None:
    await engine.follow()
    await engine.follow(place=GROUP)
    for place in (make.HERE, GROUP):
        await _report(engine, place)
    following = engine.tracking.following
    await following.received(GROUP, make.ORDER)
    await following.received(Place(EMMA), make.ORDER)
    flagged = there(await engine.tracking.flagging.get(make.ORDER))
    assert flagged.flag is Flag.DISPUTED
    await following.received(make.HERE, make.ORDER)
    after = await engine.tracking.flagging.get(make.ORDER)
    assert after is None or after.flag is not Flag.DISPUTED


async def test_the_merchant_hears_of_each_place_once_however_often_it_presses(engine: Engine) -> None:
    merchant = Place(5)
    engine = Engine(engine.store, policy=Policy(admins=frozenset({merchant.chat_id})), source=engine.source)
    await engine.follow()
    await engine.follow(place=GROUP)
    for _press in range(5):
        for place in (make.HERE, GROUP):
            await _report(engine, place)
            await engine.tell()
            await engine.tracking.following.received(place, make.ORDER)
            engine.clock.pass_(seconds=1)
    assert len(engine.post.texts(merchant)) == 2
    engine.clock.pass_(days=1)
    await _report(engine, make.HERE)
    await engine.tell()
    assert len(engine.post.texts(merchant)) == 3, "a day later it is news"


@pytest.mark.parametrize("language", ["en", "uk"])
async def test_a_chats_failing_ids_cannot_spend_the_days_calls(engine: Engine, language: str) -> None:
    orders = list(several(3))
    engine.source.failing = Transient("ConnectError", "nobody answers")
    for order in orders:
        engine.source.errors[order] = engine.source.failing
    chat = replace(await engine.chat(), language=language)
    for _minute in range(60):
        for order in orders:
            await engine.tracking.following.track(chat, order, person=EMMA)
            await engine.tracking.viewing.refresh(chat, order, person=EMMA)
        engine.clock.pass_(minutes=1)
    assert len(engine.source.asked) <= 10
    other = await engine.chat(GROUP)
    await engine.tracking.viewing.refresh(other, orders[0], person=EMMA)
    assert len(engine.source.asked) <= 11, "a person's failures count in all chats"
    engine.clock.pass_(minutes=1)
    engine.source.failing, asked = None, len(engine.source.asked)
    engine.source.errors.clear()
    engine.source.add(orders[0], "Package left sorting center of origin.")
    refreshed = await engine.tracking.viewing.refresh(other, orders[0], person=EMMA + 1)
    assert refreshed.fresh, "others may look"
    assert len(engine.source.asked) == asked + 1


async def test_texts_that_cannot_be_had_are_not_asked_for_at_each_press(engine: Engine) -> None:
    await engine.follow()
    chat = replace(await engine.chat(), language="uk")
    engine.source.failing = Transient("ConnectError", "nobody answers")
    asked = len(engine.source.asked)
    for _press in range(60):
        shown = await engine.tracking.viewing.show(chat, make.ORDER)
        assert not shown.localized.texts
        engine.clock.pass_(minutes=1)
    assert len(engine.source.asked) - asked <= 6
    engine.source.failing = None
    engine.clock.pass_(hours=1)
    assert (await engine.tracking.viewing.show(chat, make.ORDER)).localized.texts


async def test_pages_in_a_language_where_an_entry_has_no_pair_cost_one_call(engine: Engine) -> None:
    await engine.follow()
    order = await engine.order()
    engine.source.nodes[make.ORDER] = []  # the answer in Ukrainian lacks what the English one had
    asked = len(engine.source.asked)
    for _page in range(5):
        await engine.tracking.texts.localized(order, "uk", order.nodes)
    assert len(engine.source.asked) == asked + 1
