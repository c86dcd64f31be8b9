"""The sandbox's Telegram on loopback, served within the test, and a bot that speaks to it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest

from bot.chat.telegram import AiohttpRequest, SecretRedactor, TelegramBot, build_bot
from bot.sandbox.box import Config, Sandbox
from tests import bodies
from tests.virtual import VirtualLoop
from tests.world import served


def pytest_asyncio_loop_factories(
    config: pytest.Config, item: pytest.Item
) -> Mapping[str, Callable[[], asyncio.AbstractEventLoop]]:
    """Limits are tested in virtual time."""
    return {"loop": VirtualLoop if item.path.name == "test_limits.py" else asyncio.new_event_loop}


@dataclass
class Sand:
    """The sandbox, and how to make bots that speak to it."""

    box: Sandbox
    bot: TelegramBot
    make_bot: Callable[..., TelegramBot]

    def person(self, user_id: int = 5) -> int:
        """Somebody who has started the bot; the chat's id."""
        telegram = self.box.telegram
        return telegram.add_private(telegram.add_user("Ann", user_id=user_id)).id

    def texts(self, chat_id: int) -> list[str]:
        """What the bot wrote into a chat."""
        chat = self.box.telegram.chat(chat_id)
        return [message.rich.text for message in chat.messages.values() if message.sender.is_bot]


@pytest.fixture
async def sand() -> AsyncIterator[Sand]:
    box = Sandbox(Config(demo=False, seconds_per_day=0))
    wires: list[AiohttpRequest] = []
    async with served(box) as url:

        def make_bot(**options: Any) -> TelegramBot:
            wires.append(wire := AiohttpRequest(SecretRedactor(box.config.bot_token), read_timeout=5.0))
            address = f"{url}/telegram"
            return build_bot(box.config.bot_token, address, request=wire, updates_request=wire, **options)

        bot = make_bot()
        await bot.initialize()
        yield Sand(box, bot, make_bot)
        bodies.note_all(box.telegram.calls.entries)
        for wire in wires:
            await wire.shutdown()


@pytest.fixture
def now() -> Callable[[], datetime]:
    return lambda: datetime.now(UTC)
