"""Contestants of the push: the sender, outbox to settled; a bare client with the same bodies."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import aiohttp
from telegram.ext import BaseRateLimiter

from bot import settings
from bot.app import App, now, spare_the_collector
from bot.chat.delivery import TelegramSender
from bot.chat.limits import Priority
from bot.chat.telegram import Turn, build_bot
from bot.sender import Sender
from tests.bench.speed.children import Watch, environment, peak_memory

IN_FLIGHT = 48


async def product(url: str, database: str, owed: int) -> dict[str, float]:
    """Lease, render, deliver, settle each: the sender as the app composes it, but for Telegram's limits."""
    env = environment(url, Path(database))
    app = App(settings.load_settings(env, dotenv=None))
    spare_the_collector()
    await app.store.start()
    bot = build_bot(env["TELEGRAM_BOT_TOKEN"], url, limiter=_Open())
    await bot.initialize()
    telegram = TelegramSender(bot, now)
    told = _Told(owed // 10, owed)
    sender = Sender(
        store=app.store,
        tracking=app.leader.tracking,
        deliver=partial(telegram.deliver, priority=Priority.PUSH),
        edit=partial(telegram.edit, priority=Priority.MINOR),
        now=now,
        sleep=asyncio.sleep,
        telemetry=told,
        width=IN_FLIGHT,
    )
    sending = asyncio.create_task(sender.run())
    result = await told.result
    sender.stop()
    await sending
    await bot.shutdown()
    await app.leader.merchant.source.aclose()
    await app.store.close()
    return result


class _Open(BaseRateLimiter[Turn]):
    """Every call may go at once."""

    async def initialize(self) -> None:
        """Nothing to prepare."""

    async def shutdown(self) -> None:
        """Nothing to end."""

    async def process_request(
        self,
        callback: Callable[..., Coroutine[Any, Any, Any]],
        args: Any,
        kwargs: dict[str, Any],
        endpoint: str,
        data: dict[str, Any],
        rate_limit_args: Turn | None,
    ) -> Any:
        """Make the call."""
        return await callback(*args, **kwargs)


class _Told:
    """Counts what was told: from the `first` to the `last`, so that warming up stays outside."""

    def __init__(self, first: int, last: int) -> None:
        self._first, self._last, self._count = first, last, 0
        self._watch = Watch()
        self.result: asyncio.Future[dict[str, float]] = asyncio.get_running_loop().create_future()

    def pushed(self, delays: Sequence[float]) -> None:
        """Nothing is counted here."""

    def sent(self, outcome: str, seconds: float) -> None:
        """One more."""
        assert outcome == "Sent", outcome
        self._count += 1
        if self._count == self._first:
            self._watch = Watch()
        if self._count == self._last:
            span, count = self._watch.read(), self._last - self._first
            self.result.set_result(
                {"each": span.cpu / count, "rate": count / span.wall, "memory": peak_memory()}
            )

    def beat(self, loop: str) -> None:
        """Ignore the loop's sign of life."""


async def bare_aiohttp(url: str, bodies: list[dict[str, str]], count: int) -> dict[str, float]:
    """The same bodies posted by aiohttp, answers read and parsed."""
    forms = [(f"{url}/bot1:AAbench/{one['method']}", dict(parse_qsl(one["body"]))) for one in bodies]
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=IN_FLIGHT)) as session:

        async def post(number: int) -> None:
            address, form = forms[number % len(forms)]
            async with session.post(address, data=form) as response:
                await response.json()

        return await _all(post, count)


async def _all(post: Callable[[int], Awaitable[None]], count: int) -> dict[str, float]:
    await _shared(post, count // 10)
    watch = Watch()
    await _shared(post, count)
    span = watch.read()
    return {"each": span.cpu / count, "rate": count / span.wall, "memory": peak_memory()}


async def _shared(post: Callable[[int], Awaitable[None]], count: int) -> None:
    numbers = iter(range(count))

    async def worker() -> None:
        for number in numbers:
            await post(number)

    await asyncio.gather(*(worker() for _ in range(IN_FLIGHT)))
