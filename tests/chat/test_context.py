"""Answering an update whose chat changes its id, or loses its topic, while the answer is on its way."""

from __future__ import annotations

from typing import cast

import pytest

from bot.chat.context import ChatContext, Services
from bot.chat.delivery import TelegramSender
from bot.merchant import Merchant
from bot.model import Place, Shop
from tests import make
from tests.chat.standin import Answer, bot_on, message, refusal
from tests.make import there
from tests.parts import Engine

GROUP, TOPIC = -5, 7
MOVED = refusal(
    400, "Bad Request: group chat was upgraded to a supergroup chat", migrate_to_chat_id=-1001234567890
)
CLOSED = refusal(400, "Bad Request: TOPIC_CLOSED")


@pytest.mark.parametrize(
    ("refused", "now_at"), [(MOVED, Place(-1001234567890, TOPIC)), (CLOSED, Place(GROUP))]
)
async def test_the_card_that_arrives_at_the_new_place_is_the_living_one(
    engine: Engine, refused: Answer, now_at: Place
) -> None:
    place = Place(GROUP, TOPIC)
    await engine.follow(place=place)
    ctx = _context(engine, place, refused, message(9))
    await ctx.say_card(await engine.show(place))
    follow = there(await engine.tracking.following.get(now_at, make.ORDER))
    assert follow.card_message_id == 9


def _context(engine: Engine, place: Place, *answers: Answer) -> ChatContext:
    queue = list(answers)
    bot, _ = bot_on(lambda method, data: queue.pop(0))
    services = Services(
        bot=bot,
        sender=TelegramSender(bot, engine.clock.now),
        tracking=engine.tracking,
        merchant=cast(Merchant, None),
        now=engine.clock.now,
        shop=lambda language: Shop(),
        default_language="en",
        default_zone="UTC",
        memory=lambda: None,
    )
    return ChatContext(services=services, update=1, chat=make.chat(place), user_id=1)
