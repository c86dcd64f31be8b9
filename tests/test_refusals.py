"""One refusal never stops a chat, one bad message no other order, one outage nothing that came after it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from bot.model import Delivery, Later, Message, Place
from tests import make
from tests.parts import Engine, PostOffice, several
from tests.world import EMMA, FAMILY, MERCHANT, PLAIN, World

SCAN = "Package arrived at transit country/region."
RIGHTS = "Bad Request: not enough rights to send text messages to the chat"


class Moody(PostOffice):
    """What `mood` says of a message happens to it, and what `edit_mood` says to an edit."""

    mood: Callable[[Place, Message], Delivery | None] = staticmethod(lambda place, message: None)
    edit_mood: Callable[[Place, Message], Delivery | None] = staticmethod(lambda place, message: None)
    tried = 0

    async def deliver(self, place: Place, message: Message, **how: Any) -> Delivery:
        self.tried += 1
        return self.mood(place, message) or await super().deliver(place, message, **how)

    async def edit(self, place: Place, message_id: int, message: Message, **how: Any) -> Delivery:
        return self.edit_mood(place, message) or await super().edit(place, message_id, message, **how)


@pytest.fixture
def post(engine: Engine) -> Moody:
    """The engine's post office, which is moody."""
    moody = Moody()
    engine.post = moody
    engine.sender._deliver, engine.sender._edit = moody.deliver, moody.edit
    return moody


async def _pass(engine: Engine, seconds: float, *, step: float = 1.0) -> None:
    """Time passes while the sender runs."""
    for _ in range(int(seconds / step)):
        await engine.tell()
        engine.clock.pass_(seconds=step)
    await engine.tell()


def _refused(engine: Engine) -> Later:
    return Later(at=engine.clock.now(), reason=RIGHTS, refused=True)


def _failed(engine: Engine) -> Later:
    return Later(at=engine.clock.now(), reason="Internal Server Error (500)", ambiguous=True)


# ── rights ──────────────────────────────────────────────────────────────────────────────────────


async def test_rights_that_lack_for_five_seconds_hold_nothing_for_longer(engine: Engine, post: Moody) -> None:
    orders = list(several(3))
    await engine.follow(*orders)
    began = engine.clock.now() + timedelta(hours=2)
    until = began + timedelta(seconds=5)
    post.mood = lambda place, message: _refused(engine) if engine.clock.now() < until else None
    for order_id in orders:
        engine.source.add(order_id, SCAN)
    await engine.look()
    await _pass(engine, 6)
    assert len(post.sent) == 3
    assert post.tried == 4, "after the first refusal the rest of the batch is not tried on the chat"


async def test_a_message_that_arrives_frees_what_waited_for_rights(engine: Engine, post: Moody) -> None:
    one, two = several(2)
    await engine.follow(one, two)
    post.mood = lambda place, message: _refused(engine)
    engine.source.add(one, SCAN)
    await engine.look()
    await _pass(engine, 3600, step=60)
    post.mood = Moody.mood
    engine.source.add(two, SCAN)
    await engine.look()
    await _pass(engine, 2)
    assert len(post.sent) == 2


@pytest.mark.parametrize("sign", ["membership", "command"])
async def test_signs_of_life_free_what_waited_for_rights(engine: Engine, post: Moody, sign: str) -> None:
    await engine.follow()
    post.mood = lambda place, message: _refused(engine)
    engine.source.add(make.ORDER, SCAN)
    await engine.look()
    await _pass(engine, 1200, step=120)
    post.mood = Moody.mood
    if sign == "membership":
        await engine.tracking.places.back(make.HERE.chat_id)
    else:
        await engine.tracking.places.open(make.HERE, language="en", zone="UTC")
    await engine.tell()
    assert len(post.sent) == 1


async def test_a_chat_that_refuses_for_days_ends_as_dead_letters(engine: Engine, post: Moody) -> None:
    await engine.follow()
    post.mood = lambda place, message: _refused(engine)
    engine.source.add(make.ORDER, SCAN)
    await engine.look()
    await _pass(engine, 100 * 3600, step=7200)
    assert await engine.states() == ["dead"]
    assert post.tried < 25


async def test_news_of_a_stopped_order_is_dropped_with_what_waited(engine: Engine, post: Moody) -> None:
    await engine.follow()
    post.mood = lambda place, message: _refused(engine)
    engine.source.add(make.ORDER, SCAN)
    await engine.look_and_tell()
    await engine.tracking.following.untrack(make.HERE, make.ORDER)
    post.mood = Moody.mood
    await _pass(engine, 60)
    assert await engine.states() == ["dropped"]


# ── one bad message ─────────────────────────────────────────────────────────────────────────────


async def test_one_message_that_always_fails_holds_up_no_other_orders_news(
    engine: Engine, post: Moody
) -> None:
    bad, good = several(2)
    await engine.follow(bad, good)
    post.mood = lambda place, message: _failed(engine) if "POISON" in message.text else None
    engine.source.add(bad, "POISON")
    await engine.look()
    await _pass(engine, 60)
    engine.source.add(good, SCAN)
    await engine.look()
    await _pass(engine, 2)
    assert any(SCAN in text for text in post.texts())
    engine.source.add(bad, "and then this")
    await engine.look()
    await _pass(engine, 2)
    assert not any("and then this" in text for text in post.texts()), "one order's news stay in their order"


async def test_in_a_summary_the_order_that_always_fails_is_found(engine: Engine, post: Moody) -> None:
    orders = list(several(6))
    await engine.follow(*orders)
    bad = orders[3]
    post.mood = lambda place, message: _failed(engine) if bad[-4:] in message.text else None
    for order_id in orders:
        engine.source.add(order_id, SCAN)
    await engine.look()
    await _pass(engine, 300, step=5)
    told = " ".join(post.texts())
    assert all(order_id[-4:] in told for order_id in orders if order_id != bad)
    assert bad[-4:] not in told


async def test_a_message_that_cannot_be_made_holds_up_no_other(
    engine: Engine, post: Moody, monkeypatch: pytest.MonkeyPatch
) -> None:
    bad, good = several(2)
    await engine.follow(bad, good)
    facts = engine.sender._renderer.facts

    async def poisoned(chat: object, order: object, news: object) -> object:
        if getattr(order, "id", "") == bad:
            raise ValueError("a bug of ours")
        return await facts(chat, order, news)  # type: ignore[arg-type]  # passed through

    monkeypatch.setattr(engine.sender._renderer, "facts", poisoned)
    for order_id in (bad, good):
        engine.source.add(order_id, SCAN)
    await engine.look()
    await engine.tell()
    assert len(post.sent) == 1


# ── outages ─────────────────────────────────────────────────────────────────────────────────────


async def test_after_an_outage_what_waits_is_brought_forward_a_few_at_a_time(
    engine: Engine, post: Moody
) -> None:
    places = [Place(number) for number in range(1, 21)]
    for place in places:
        await engine.follow(place=place)
    other = Place(99)
    await engine.follow("8211744661000001", place=other)
    post.mood = lambda place, message: _failed(engine)
    engine.source.add(make.ORDER, SCAN)
    await engine.look()
    await _pass(engine, 3.5 * 3600, step=300)  # by then each waits for six hours
    post.mood = Moody.mood
    engine.source.add("8211744661000001", SCAN)
    await engine.look()
    await engine.sender.step()
    await engine.sender.drain()
    assert len(post.sent) == 1
    await engine.sender.step()
    await engine.sender.drain()
    assert len(post.sent) == 6, "five at a time"
    await _pass(engine, 5)
    assert {place for place, _, _ in post.sent} == {*places, other}


async def test_a_message_that_always_fails_is_not_tried_whenever_others_arrive(
    engine: Engine, post: Moody
) -> None:
    bad, good = several(2)
    await engine.follow(bad)
    await engine.follow(good, place=Place(2))
    post.mood = lambda place, message: _failed(engine) if "POISON" in message.text else None
    engine.source.add(bad, "POISON")
    for number in range(30):
        engine.source.add(good, f"{SCAN} {number}")
        await engine.look(hours=1)
        await engine.tell()
    assert len(post.texts(Place(2))) > 25
    assert post.tried - len(post.sent) <= 12


# ── cards ───────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("counts", [True, False], ids=["failed", "flood wait"])
async def test_a_card_whose_edit_fails_with_the_last_news_is_edited_later(
    engine: Engine, post: Moody, counts: bool
) -> None:
    await engine.follow()
    await engine.set_card(77)
    until = engine.clock.now() + timedelta(hours=2, seconds=40)

    def mood(place: Place, message: Message) -> Delivery | None:
        if engine.clock.now() >= until:
            return None
        return Later(at=until if not counts else engine.clock.now(), reason="edit", counts=counts)

    post.edit_mood = mood
    engine.source.add(make.ORDER, SCAN)
    await engine.look()
    await engine.tell()
    assert len(post.sent) == 1, "the news does not wait for its card"
    assert post.sent[0][2] == 77
    assert post.edited == []
    await _pass(engine, 60)
    assert [message_id for _, message_id, _ in post.edited] == [77]
    assert SCAN in post.edited[0][2].text
    assert await engine.states() == ["sent", "sent"]


async def test_after_a_summary_of_an_outage_every_card_is_edited(engine: Engine, post: Moody) -> None:
    orders = list(several(5))
    await engine.follow(*orders)
    for number, order in enumerate(orders):
        await engine.set_card(100 + number, order_id=order)
        engine.source.add(order, SCAN)
    await engine.look_and_tell()
    assert len(post.texts()) == 1, "one summary"
    assert {message_id for _, message_id, _ in post.edited} == {100, 101, 102, 103, 104}


async def test_cards_show_what_came_while_the_bot_was_blocked(engine: Engine, post: Moody) -> None:
    await engine.follow()
    await engine.set_card(7)
    await engine.tracking.places.left(make.HERE.chat_id)
    await engine.follow(place=Place(77))  # somebody else, so that it is looked at
    engine.source.add(make.ORDER, SCAN)
    await engine.look_and_tell()
    assert not post.edited
    await engine.tracking.places.back(make.HERE.chat_id)
    await engine.tell()
    ((_, message_id, card),) = [one for one in post.edited if one[0] == make.HERE]
    assert message_id == 7
    assert SCAN in card.text
    assert not post.texts(), "what is past is not told"


async def test_an_owed_edit_holds_up_no_news(engine: Engine, post: Moody) -> None:
    await engine.follow()
    await engine.set_card(77)
    post.edit_mood = lambda place, message: _failed(engine)
    for number in range(3):
        engine.source.add(make.ORDER, f"{SCAN} {number}")
        await engine.look()
        await _pass(engine, 2)
    assert len(post.sent) == 3


async def test_a_card_that_can_never_be_edited_is_no_dead_letter(engine: Engine, post: Moody) -> None:
    await engine.follow()
    await engine.set_card(77)
    post.edit_mood = lambda place, message: _failed(engine)
    engine.source.add(make.ORDER, SCAN)
    await engine.look()
    await _pass(engine, 120 * 3600, step=7200)
    assert await engine.states() == ["dropped", "sent"]


# ── the whole product ───────────────────────────────────────────────────────────────────────────


async def test_a_group_that_muted_the_bot_is_on_the_board_until_it_may_write(play: World) -> None:
    card = await play.ask(FAMILY, f"/track {PLAIN}", "In transit between", user_id=EMMA)
    await play.control("POST", f"chats/{FAMILY}/state", action="mute")
    await play.next_node(PLAIN)

    async def refused() -> bool:
        async with play.app.store.read() as tx:
            return await tx.notices.refused_chats() == {FAMILY}

    await play.until(refused)
    board = await play.ask(MERCHANT, "/board", "not allowed to write: 1")
    await play.control("POST", f"chats/{FAMILY}/state", action="unmute")
    await play.control("POST", f"chats/{FAMILY}/state", action="promote")
    await play.hears(FAMILY, SCAN, after=card["id"])
    answer = await play.ask(MERCHANT, "/board", "Nothing needs your attention")
    assert answer["id"] > board["id"]
    assert "not allowed to write" not in answer["text"]
