"""Chat's parts together, against the sandbox's Telegram over real connections."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from bot.chat.delivery import RefusalReason, TelegramSender
from bot.chat.intake import Receiver, Webhook
from bot.errors import TokenRevoked
from bot.model import Button, ButtonStyle, Gone, Later, Message, Moved, Place, Sent, TopicGone
from bot.sandbox.faults import Fault
from bot.sandbox.telegram.late import LATE
from tests import bodies
from tests.chat.conftest import Sand
from tests.chat.standin import Memory

Now = Callable[[], datetime]
HELLO = Message(text="<b>Hello</b> &amp; welcome", buttons=((Button(text="Open", data="1:o:1"),),))


# ── delivery ────────────────────────────────────────────────────────────────────────────────────


async def test_a_message_arrives_as_it_was_meant(sand: Sand, now: Now) -> None:
    chat = sand.person()
    outcome = await TelegramSender(sand.bot, now).deliver(Place(chat), HELLO)
    assert isinstance(outcome, Sent)
    assert sand.texts(chat) == ["Hello & welcome"]


async def test_each_state_of_a_chat_has_its_outcome(sand: Sand, now: Now) -> None:
    telegram, sender = sand.box.telegram, TelegramSender(sand.bot, now)

    async def outcome(place: Place) -> type:
        return type(await sender.deliver(place, HELLO))

    blocked = telegram.chat(sand.person(11))
    telegram.set_blocked(blocked, blocked=True)
    assert await outcome(Place(blocked.id)) is Gone
    deactivated = telegram.chat(sand.person(12))
    deactivated.deactivated = True
    assert await outcome(Place(deactivated.id)) is Gone
    stranger = telegram.add_private(telegram.add_user("Eve"), started=False)
    assert await outcome(Place(stranger.id)) is Gone
    assert await outcome(Place(999)) is Later

    user = telegram.add_user("Bob").id
    kicked = telegram.add_group("Kicked", {user: "creator"})
    telegram.set_bot_status(kicked, "kicked")
    assert await outcome(Place(kicked.id)) is Gone
    muted = telegram.add_group("Muted", {user: "creator"})
    muted.muted = True
    assert await outcome(Place(muted.id)) is Later
    small = telegram.add_group("Small", {user: "creator"}, supergroup=False)
    big = telegram.upgrade(small)
    assert await sender.deliver(Place(small.id), HELLO) == Moved(chat_id=big.id)
    forum = telegram.add_group("Forum", {user: "creator"}, forum=True)
    topic = telegram.add_topic(forum, "Parcels")
    assert await outcome(Place(forum.id, topic.id)) is Sent
    topic.closed = True
    assert await outcome(Place(forum.id, topic.id)) is TopicGone
    assert await outcome(Place(forum.id, 424242)) is TopicGone
    assert await outcome(Place(forum.id)) is Sent


async def test_an_old_server_is_sent_only_what_it_knows(sand: Sand, now: Now) -> None:
    """Confetti, color and fold arrive at a new server; an old one refuses each once, and no word is lost."""
    chat, telegram = sand.person(), sand.box.telegram
    stop = Button(text="Stop", data="1:x:1", style=ButtonStyle.DANGER)
    festive = Message(
        text="new\n<blockquote expandable>old</blockquote>", buttons=((stop,),), celebrates=True
    )

    def shown() -> tuple[object, ...]:
        last = telegram.world.to_page(telegram.world.sent[-1])
        return last["text"], last["effect"], telegram.world.sent[-1].keyboard, last["entities"]

    told: list[RefusalReason] = []
    sender = TelegramSender(sand.bot, now, on_simplified=told.append)
    assert isinstance(await sender.deliver(Place(chat), festive), Sent)
    button = {"text": "Stop", "callback_data": "1:x:1"}
    fold = {"type": "expandable_blockquote", "offset": 4, "length": 3}
    assert shown() == ("new\nold", "🎉", [[button | {"style": "danger"}]], [fold])
    telegram.lacking = LATE
    for _ in range(2):
        assert isinstance(await sender.deliver(Place(chat), festive), Sent)
        assert shown() == ("new\nold", "", [[button]], [fold | {"type": "blockquote"}])
    assert set(told) == {
        RefusalReason.STYLE_UNKNOWN,
        RefusalReason.EFFECT_UNKNOWN,
        RefusalReason.FOLD_UNKNOWN,
    }
    assert len(told) == 3


async def test_pictures_and_documents_arrive(sand: Sand, now: Now) -> None:
    chat = sand.person()
    sender = TelegramSender(sand.bot, now)
    for message in (Message(text="Look", photo=b"png"), Message(text="Data", document=("d.json", b"{}"))):
        assert isinstance(await sender.deliver(Place(chat), message), Sent)
    assert [file.data for file in sand.box.telegram.world.files.values()] == [b"png", b"{}"]


async def test_edits_find_their_message_or_become_a_new_one(sand: Sand, now: Now) -> None:
    chat = sand.person()
    sender = TelegramSender(sand.bot, now)
    first = await sender.deliver(Place(chat), Message(text="one"))
    assert isinstance(first, Sent)
    for text in ("two", "two"):
        assert await sender.edit(Place(chat), first.message_id, Message(text=text)) == first
    sand.box.telegram.chat(chat).messages[first.message_id].deleted = True
    again = await sender.edit(Place(chat), first.message_id, Message(text="three"))
    assert isinstance(again, Sent)
    assert again.message_id != first.message_id
    assert sand.texts(chat)[-1] == "three"


@pytest.mark.parametrize("kind", ["close", "reset", "truncated", "garbage", "status"])
@pytest.mark.parametrize("effect", [False, True], ids=["before", "after"])
async def test_trouble_on_the_way_is_ambiguous(sand: Sand, now: Now, kind: str, effect: bool) -> None:
    chat = sand.person()
    sand.box.faults.add([Fault(target="telegram", kind=kind, method="sendMessage", effect=effect)])
    outcome = await TelegramSender(sand.bot, now).deliver(Place(chat), HELLO)
    assert isinstance(outcome, Later)
    assert outcome.ambiguous
    assert len(sand.texts(chat)) == effect


async def test_a_flood_wait_and_a_dead_token_are_told(sand: Sand, now: Now) -> None:
    chat, sender = sand.person(), TelegramSender(sand.bot, now)
    sand.box.faults.add([Fault(target="telegram", kind="too_many", retry_after=33)])
    outcome = await sender.deliver(Place(chat), HELLO)
    assert isinstance(outcome, Later)
    assert timedelta(seconds=32) < outcome.at - now() <= timedelta(seconds=33)
    assert not outcome.counts
    sand.box.faults.add([Fault(target="telegram", kind="unauthorized")])
    with pytest.raises(TokenRevoked):
        await sender.deliver(Place(chat), HELLO)


# ── intake ──────────────────────────────────────────────────────────────────────────────────────


async def test_a_webhook_call_and_a_poll_lead_to_the_same_inbox(sand: Sand, now: Now) -> None:
    _, issued = sand.box.telegram.say(sand.person(), "hi")
    assert issued is not None
    polled, pushed = Memory(), Memory()
    receiver = Receiver(sand.bot, polled, asyncio.Event(), now, long_poll=0)
    await receiver.poll()
    body = await sand.bot.call("getUpdates", {"timeout": 0})
    assert await Webhook(pushed, asyncio.Event(), "s", now).accept(json.dumps(body[0]).encode(), "s") == 200
    assert [(row.update_id, row.chat_id, row.payload) for row in polled.rows.values()] == [
        (row.update_id, row.chat_id, row.payload) for row in pushed.rows.values()
    ]


async def test_a_field_that_telegram_does_not_know_is_noted_and_would_fail_this_test(sand: Sand) -> None:
    await sand.bot.call("sendMessage", {"chat_id": sand.person(), "text": "x", "silent": True})
    bodies.note_all(sand.box.telegram.calls.entries)
    sand.box.telegram.calls.entries.clear()  # or the end of this test would find it once more
    assert bodies.noted() == ["sendMessage: no field silent"]
