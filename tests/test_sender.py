"""Telling: in order, coalesced, settled at once, each outcome by its meaning."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import time, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from bot.errors import TokenRevoked
from bot.i18n import LANGUAGES
from bot.model import Delivery, Gone, Later, Level, Message, Moved, Place, Refused, TopicGone
from bot.store import Store
from tests import make
from tests.parts import Clock, Engine, PostOffice, ScriptedSource, several

ONE, TWO = "Package arrived at transit country/region.", "Package left transit country/region."


async def _owed(engine: Engine) -> None:
    """A chat is owed news of one scan."""
    await engine.follow()
    engine.source.add(make.ORDER, ONE)
    await engine.look()


async def test_several_scans_of_one_check_become_one_message(engine: Engine) -> None:
    await engine.follow()
    engine.source.add(make.ORDER, ONE, TWO)
    await engine.look_and_tell()
    (text,) = engine.post.texts()
    assert ONE in text
    assert TWO in text


async def test_what_waited_for_one_order_is_told_in_one_message(engine: Engine) -> None:
    await engine.follow()
    for scan in (ONE, TWO):
        engine.source.add(make.ORDER, scan)
        await engine.look()
    await engine.tell()
    (text,) = engine.post.texts()
    assert ONE in text
    assert TWO in text


async def test_a_push_replies_to_the_living_card_which_is_edited_first(engine: Engine) -> None:
    await engine.follow()
    await engine.set_card(77)
    engine.source.add(make.ORDER, ONE)
    await engine.look_and_tell()
    ((_, _, reply_to),) = engine.post.sent
    ((_, edited, card),) = engine.post.edited
    assert reply_to == edited == 77
    assert ONE in card.text


async def test_a_muted_order_is_not_pushed_but_its_card_follows(engine: Engine) -> None:
    await engine.follow()
    await engine.set_card(77)
    await engine.tracking.following.set_notify(make.HERE, make.ORDER, on=False)
    engine.source.add(make.ORDER, ONE)
    await engine.look_and_tell()
    assert engine.post.sent == []
    assert ONE in engine.post.edited[-1][2].text


async def test_a_card_that_follows_silently_speaks_its_readers_language(
    engine: Engine, capsys: pytest.CaptureFixture[str]
) -> None:
    await engine.follow(language="ru")
    await engine.set_card(77)
    await engine.tracking.following.set_notify(make.HERE, make.ORDER, on=False)
    engine.source.add(make.ORDER, ONE)
    await engine.look_and_tell()
    assert f"ru: {ONE}" in engine.post.edited[-1][2].text
    assert "telling failed" not in capsys.readouterr().out


async def test_the_reader_hears_it_in_the_language_of_the_moment(engine: Engine) -> None:
    await _owed(engine)
    async with engine.store.write() as tx:
        await tx.chats.change(make.HERE, language="ru")
    await engine.tell()
    assert f"ru: {ONE}" in engine.post.texts()[0]


async def test_readers_of_every_language_are_told_in_it(engine: Engine) -> None:
    readers = {Place(100 + number): language for number, language in enumerate(LANGUAGES)}
    for place, language in readers.items():
        await engine.follow(place=place, language=language)
    engine.source.add(make.ORDER, ONE)
    await engine.look_and_tell()
    for place, language in readers.items():
        (text,) = engine.post.texts(place)
        assert (ONE if language == "en" else f"{language}: {ONE}") in text


async def test_a_language_costs_one_call_however_many_read_it(engine: Engine) -> None:
    for n in range(5):
        await engine.follow(place=Place(100 + n), language="ru")
    engine.source.asked.clear()
    engine.source.add(make.ORDER, ONE)
    await engine.look_and_tell()
    assert len([one for one in engine.source.asked if one[1] == "ru"]) <= 5
    engine.source.asked.clear()
    await engine.tell()
    assert engine.source.asked == []


async def test_changing_the_language_pushes_nothing(engine: Engine) -> None:
    await engine.follow()
    async with engine.store.write() as tx:
        await tx.chats.change(make.HERE, language="ar")
    await engine.look_and_tell()
    assert engine.post.sent == []


async def test_a_failed_send_is_tried_again_with_growing_waits(engine: Engine) -> None:
    await _owed(engine)
    engine.post.outcomes = [Later(at=engine.clock.now(), reason="502") for _ in range(3)]
    waits = 0
    while not engine.post.sent:
        await engine.tell()
        engine.clock.pass_(seconds=5)
        waits += 1
        assert waits < 100
    assert waits > 20  # 5 s, 30 s, 120 s


async def test_what_may_have_arrived_is_sent_once_more_soon_and_then_ever_more_rarely(engine: Engine) -> None:
    await _owed(engine)
    began, tried = engine.clock.now(), []
    for _ in range(4):
        engine.post.outcomes = [Later(at=engine.clock.now(), reason="time-out", ambiguous=True)]
        while engine.post.outcomes:
            await engine.tell()
            engine.clock.pass_(seconds=1)
        tried.append((engine.clock.now() - began).total_seconds() - 1)
    assert tried == [0, 5, 125, 245]  # a copy of it may be on somebody's phone each time
    assert await engine.states() == ["due"]  # and it is never given up for that


async def test_what_telegram_fails_to_take_becomes_a_dead_letter_after_three_days_and_no_sooner(
    engine: Engine,
) -> None:
    await _owed(engine)
    engine.post.outcomes = [Later(at=engine.clock.now(), reason="502") for _ in range(1000)]
    for _ in range(60):
        await engine.tell()
        engine.clock.pass_(hours=1)
    for hours, state in ((11.9, "due"), (6, "dead")):  # 71.9, 77.9: the last tries are six hours apart
        engine.clock.pass_(hours=hours)
        await engine.tell()
        assert await engine.states() == [state]
    async with engine.store.read() as tx:
        assert [letter.error for letter in await tx.notices.dead_letters()] == ["502"]


async def test_a_few_tries_are_made_however_old_the_news_is(engine: Engine) -> None:
    await _owed(engine)
    engine.clock.pass_(hours=100)  # nobody could send for so long
    engine.post.outcomes = [Later(at=engine.clock.now(), reason="502")]
    await engine.tell()
    engine.clock.pass_(seconds=5)
    await engine.tell()
    assert await engine.states() == ["sent"]


async def test_while_telegram_cannot_be_reached_nobody_is_tried_and_it_counts_as_no_attempt(
    engine: Engine,
) -> None:
    places = [Place(number) for number in range(1, 30)]
    for place in places:
        await engine.follow(place=place)
    engine.source.add(make.ORDER, ONE)
    await engine.look()
    away = Later(at=engine.clock.now(), reason="connection refused", counts=False, unreachable=True)
    tries = 0
    for _ in range(1200):  # seconds
        engine.post.outcomes = [away] * 100
        await engine.tell()
        tries += 100 - len(engine.post.outcomes)
        engine.clock.pass_(seconds=1)
    assert tries <= 48 * (6 + 1200 / 30)
    engine.post.outcomes = []
    engine.clock.pass_(seconds=30)
    await engine.tell()
    assert {place for place, _, _ in engine.post.sent} == set(places)


async def test_a_flood_wait_holds_exactly_its_chat(engine: Engine) -> None:
    other = Place(2)
    await engine.follow()
    await engine.follow(place=other)
    engine.source.add(make.ORDER, ONE)
    await engine.look()
    until = engine.clock.now() + timedelta(seconds=40)
    engine.post.outcomes = [Later(at=until, reason="flood wait", counts=False)]
    await engine.tell()
    assert len(engine.post.sent) == 1
    engine.clock.pass_(seconds=39)
    await engine.tell()
    assert len(engine.post.sent) == 1
    engine.clock.pass_(seconds=2)
    await engine.tell()
    assert {place for place, _, _ in engine.post.sent} == {make.HERE, other}


async def test_a_blocked_chat_is_left_alone_and_its_orders_rest(engine: Engine) -> None:
    await _owed(engine)
    engine.post.outcomes = [Gone(reason="bot was blocked by the user")]
    await engine.tell()
    engine.source.asked.clear()
    await engine.look_and_tell()
    assert engine.post.sent == []
    assert engine.source.asked == []
    await engine.tracking.places.back(make.HERE.chat_id)
    engine.source.add(make.ORDER, TWO)
    await engine.look_and_tell()
    assert any(TWO in text for text in engine.post.texts())


async def test_a_group_that_moved_is_told_at_its_new_place(engine: Engine) -> None:
    group = Place(-500)
    await engine.follow(place=group)
    engine.source.add(make.ORDER, ONE)
    await engine.look()
    engine.post.outcomes = [Moved(chat_id=-100500)]
    await engine.tell()
    assert [place for place, _, _ in engine.post.sent] == [Place(-100500)]


async def test_a_closed_topic_is_told_in_general(engine: Engine) -> None:
    topic = Place(-100500, 7)
    await engine.follow(place=topic)
    engine.source.add(make.ORDER, ONE)
    await engine.look()
    engine.post.outcomes = [TopicGone(reason="TOPIC_CLOSED")]
    await engine.tell()
    assert [place for place, _, _ in engine.post.sent] == [Place(-100500)]


async def test_what_telegram_will_never_take_becomes_a_dead_letter_that_can_be_replayed(
    engine: Engine,
) -> None:
    await _owed(engine)
    engine.post.outcomes = [Refused(reason="message is too long")]
    await engine.tell()
    async with engine.store.write() as tx:
        assert [letter.error for letter in await tx.notices.dead_letters()] == ["message is too long"]
        await tx.notices.replay_dead(engine.clock.now())
    await engine.tell()
    assert len(engine.post.sent) == 1


async def test_a_refused_token_keeps_the_outbox_until_it_works_again(engine: Engine) -> None:
    await _owed(engine)
    engine.post.outcomes = [TokenRevoked("401")]
    await engine.tell()
    assert await engine.states() == ["due"]
    engine.clock.pass_(seconds=31)
    await engine.tell()
    assert await engine.states() == ["sent"]


async def test_a_bug_in_telling_is_tried_again_and_stops_nobody(engine: Engine) -> None:
    await engine.follow()
    await engine.follow(place=Place(2))
    engine.source.add(make.ORDER, ONE)
    await engine.look()
    engine.post.outcomes = [ValueError("a bug of ours")]
    await engine.tell()
    assert len(engine.post.sent) == 1
    engine.clock.pass_(minutes=1)
    await engine.tell()
    assert len(engine.post.sent) == 2


async def test_after_a_pause_one_summary_comes_instead_of_a_burst(engine: Engine) -> None:
    orders = list(several(12))
    until = engine.clock.now() + timedelta(days=3)
    await engine.follow(*orders, paused_until=until)
    for order in orders:
        engine.source.add(order, ONE)
    await engine.look_and_tell()
    assert engine.post.sent == []
    engine.clock.pass_(days=3)
    await engine.tell()
    assert len(engine.post.sent) == 1
    assert len(engine.post.texts()[0]) < 4096


@pytest.mark.parametrize(("level", "told"), [(Level.EVERYTHING, 1), (Level.PROBLEMS, 0)])
async def test_the_level_decides_what_is_told(engine: Engine, level: Level, told: int) -> None:
    await engine.follow(level=level)
    engine.source.add(make.ORDER, ONE)
    await engine.look_and_tell()
    assert len(engine.post.sent) == told


async def test_within_quiet_hours_a_push_makes_no_sound(engine: Engine) -> None:
    await engine.follow(quiet_from=time(0), quiet_to=time(23, 59))
    engine.source.add(make.ORDER, ONE)
    await engine.look_and_tell()
    ((_, message, _),) = engine.post.sent
    assert message.silent


async def test_what_is_no_longer_followed_is_not_told(engine: Engine) -> None:
    await _owed(engine)
    await engine.tracking.following.untrack(make.HERE, make.ORDER)
    await engine.tell()
    assert engine.post.sent == []


@dataclass
class _Mended(Clock):
    """The table of notices comes back while the sender waits for the third time."""

    waits: list[float] = field(default_factory=list)

    async def sleep(self, seconds: float) -> None:
        self.waits.append(seconds)
        if len(self.waits) == 3:
            await _rename(self.store, "mislaid", "notices")
        await super().sleep(seconds)

    store: Store = field(init=False)


class _FullDisk(PostOffice):
    """Once the first message has arrived the database takes nothing more."""

    store: Store

    async def deliver(self, place: Place, message: Message, **how: Any) -> Delivery:
        outcome = await super().deliver(place, message, **how)
        await _rename(self.store, "notices", "mislaid")
        return outcome


async def _rename(store: Store, old: str, new: str) -> None:
    """Without its table the database does not serve, as when it is locked or its disk is full."""
    async with store.database.write() as on:
        await on.execute(sa.text(f"ALTER TABLE {old} RENAME TO {new}"))


async def test_what_was_told_is_written_down_once_the_database_takes_it(engine: Engine) -> None:
    clock, post = _Mended(), _FullDisk()
    clock.store = post.store = engine.store
    engine = Engine(post.store, source=ScriptedSource(clock), post=post)
    await _owed(engine)
    clock.waits.clear()
    assert await engine.sender.step()
    await engine.sender.drain()
    assert len(clock.waits) == 3  # the database refused three times
    assert await engine.states() == ["sent"]
    assert len(post.sent) == 1


async def test_a_daily_summary_is_one_message_for_all_orders(engine: Engine) -> None:
    orders = list(several(2))
    await engine.follow(*orders, digest_at=time(20))
    for order in orders:
        engine.source.add(order, ONE)
    await engine.look_and_tell()
    assert engine.post.sent == []
    engine.clock.pass_(hours=8)
    await engine.tell()
    assert len(engine.post.sent) == 1


async def test_how_long_news_took_from_its_own_time_to_the_chat_is_counted(engine: Engine) -> None:
    await _owed(engine)
    engine.clock.pass_(hours=1)
    await engine.tell()
    exposed = engine.metrics.expose().decode()
    assert "parcelbot_push_delay_seconds_count 1.0" in exposed
    total = next(line for line in exposed.splitlines() if line.startswith("parcelbot_push_delay_seconds_sum"))
    assert 2.9 * 3600 < float(total.split()[1]) < 3.1 * 3600


async def test_who_stops_between_two_messages_of_a_turn_hears_no_more(engine: Engine) -> None:
    class StopsAll(PostOffice):
        async def deliver(self, place: Place, message: Message, **how: Any) -> Delivery:
            for order_id in several(2):
                await engine.tracking.following.untrack(place, order_id)
            return await super().deliver(place, message, **how)

    engine = Engine(engine.store, post=StopsAll())
    orders = list(several(2))
    await engine.follow(*orders)
    for order_id in orders:
        engine.source.add(order_id, ONE)
    await engine.look()
    await engine.tell()
    await engine.tell()
    assert len(engine.post.texts()) == 1


class _Queue(PostOffice):
    """A message waits for seconds for its turn, in which something else happens."""

    clock: Clock
    meanwhile: Callable[[], Awaitable[object]] | None = None

    async def deliver(self, place: Place, message: Message, **how: Any) -> Delivery:
        self.clock.pass_(seconds=4)
        if (happens := self.meanwhile) is not None:
            self.meanwhile = None
            await happens()
        return await super().deliver(place, message, **how)


@pytest.mark.parametrize("how", ["stop", "forget", "pause"])
async def test_who_stops_while_a_push_waits_for_its_turn_does_not_get_it(engine: Engine, how: str) -> None:
    post = _Queue()
    engine = Engine(engine.store, post=post)
    post.clock = engine.clock
    await _owed(engine)
    tomorrow = engine.clock.now() + timedelta(days=1)
    post.meanwhile = {
        "stop": lambda: engine.tracking.following.untrack(make.HERE, make.ORDER),
        "forget": lambda: engine.tracking.places.forget(make.HERE.chat_id, 7),
        "pause": lambda: engine.tracking.places.pause(make.HERE, tomorrow),
    }[how]
    for _ in range(3):
        await engine.tell()
    assert post.texts() == []
    engine.clock.pass_(hours=25)
    await engine.tell()
    assert len(post.texts()) == (1 if how == "pause" else 0)  # what a pause held back comes after it


class _Counter(PostOffice):
    """Notes how many messages were under way at most, and does something at the first."""

    def __init__(self) -> None:
        super().__init__()
        self.under_way = self.most = self.asked = 0
        self.at_first: Callable[[], object] = lambda: None

    async def deliver(self, place: Place, message: Message, **how: Any) -> Delivery:
        self.asked += 1
        self.under_way += 1
        self.most = max(self.most, self.under_way)
        if self.asked == 1:
            self.at_first()
        await asyncio.sleep(0)
        self.under_way -= 1
        return await super().deliver(place, message, **how)


async def _crowd(store: Store, post: _Counter) -> Engine:
    """Thirty places that are owed news, of which two are told at once."""
    engine = Engine(store, post=post, hands=2)
    for number in range(1, 31):
        await engine.follow(place=Place(number))
    engine.source.add(make.ORDER, ONE)
    await engine.look()
    return engine


async def test_no_more_is_leased_than_can_be_told_at_once(engine: Engine) -> None:
    post = _Counter()
    engine = await _crowd(engine.store, post)
    assert await engine.sender.step()
    again = Engine(engine.store, post=PostOffice(), source=engine.source)
    await again.tell()
    await engine.sender.drain()
    assert len(again.post.sent) == 28
    assert len(post.sent) == 2
    assert post.most <= 2


@pytest.mark.parametrize("stop", [True, False])
async def test_at_a_stop_or_a_rest_nothing_more_is_leased(engine: Engine, stop: bool) -> None:
    post = _Counter()
    engine = await _crowd(engine.store, post)
    if stop:
        post.at_first = engine.sender.stop
    else:
        away = Later(at=engine.clock.now(), reason="connection refused", counts=False, unreachable=True)
        post.outcomes = [away, away]
    await engine.sender.run() if stop else await engine.tell()
    assert post.asked == 2
    engine.clock.pass_(seconds=0 if stop else 1)
    again = Engine(engine.store, post=PostOffice(), source=engine.source)
    await again.tell()
    assert len(again.post.sent) == (28 if stop else 30)


class _Interrupted(PostOffice):
    """While the first card is edited, something else happens."""

    meanwhile: Callable[[], Awaitable[object]] | None = None

    async def edit(self, place: Place, message_id: int, message: Message, **how: Any) -> Delivery:
        if (happens := self.meanwhile) is not None:
            self.meanwhile = None
            await happens()
        return await super().edit(place, message_id, message, **how)


async def test_a_card_is_edited_again_when_its_reader_learned_more_while_news_was_on_its_way(
    engine: Engine,
) -> None:
    async def refreshed() -> None:
        engine.source.add(make.ORDER, TWO)
        engine.clock.pass_(seconds=61)
        await engine.tracking.viewing.refresh(await engine.chat(), make.ORDER)

    post = _Interrupted()
    engine = Engine(engine.store, source=engine.source, post=post)
    await engine.follow()
    await engine.set_card(77)
    engine.source.add(make.ORDER, ONE)
    post.meanwhile = refreshed
    await engine.look_and_tell()
    assert TWO in post.edited[-1][2].text
    assert len(post.sent) == 1, "who asked is not told again"


@pytest.mark.parametrize("new", [True, False], ids=["a new card", "an edited card"])
async def test_a_card_that_was_overtaken_on_its_way_is_edited_again(engine: Engine, new: bool) -> None:
    await engine.follow()
    if not new:
        await engine.set_card(77)
    shown = await engine.show()
    engine.source.add(make.ORDER, ONE)
    await engine.look_and_tell()
    edited = len(engine.post.edited)
    if new:
        await engine.tracking.following.set_card(make.HERE, shown.order, 77)
    else:
        await engine.tracking.following.card_edited(make.HERE, shown.order)
    engine.clock.pass_(seconds=5)
    await engine.tell()
    ((_, card_id, card),) = engine.post.edited[edited:]
    assert card_id == 77
    assert ONE in card.text


async def test_a_card_that_shows_the_present_state_is_not_edited_again(engine: Engine) -> None:
    await engine.follow()
    engine.source.add(make.ORDER, ONE)
    await engine.look_and_tell()
    shown = await engine.show()
    await engine.tracking.following.set_card(make.HERE, shown.order, 77)
    await engine.tracking.following.card_edited(make.HERE, shown.order)
    engine.clock.pass_(seconds=5)
    await engine.tell()
    assert engine.post.edited == []
