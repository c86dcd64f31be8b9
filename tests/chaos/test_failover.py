"""Polling goes on within ten seconds after the replica that polls was killed; real processes."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import aiohttp
import pytest

from tests.chaos import databases, processes
from tests.chaos.control import Control
from tests.chaos.plan import Size, make
from tests.chaos.processes import Bot, Launcher
from tests.store import postgres

_ALIVE = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND objsubid = 2 AND granted"


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """Two replicas, the one that polls and the one that stands by, and somebody who writes to them."""

    control: Control
    polls: Bot
    stands_by: Bot
    chat_id: int

    async def ask(self) -> None:
        """Write, and wait for the answer."""
        said = await self.control.post(f"chats/{self.chat_id}/say", text="/help")
        after = said["message"]["id"]
        heard = await self.control.get(f"chats/{self.chat_id}/wait", after=after, timeout=60)
        assert "timeout" not in heard


@pytest.fixture
async def pair(tmp_path: Path) -> AsyncIterator[Pair]:
    plan = make(1, 1.0, Size(replicas=2, database="postgresql"))
    async with contextlib.AsyncExitStack() as within:
        try:
            base = await within.enter_async_context(databases.base(plan, tmp_path))
        except postgres.Unavailable as reason:
            pytest.skip(f"POSTGRESQL NOT TESTED: {reason}")
        said = await within.enter_async_context(processes.sandbox())
        http = await within.enter_async_context(aiohttp.ClientSession())
        launcher = Launcher(processes.settings(said, base.url), tmp_path, tmp_path / "bot.log")
        await within.enter_async_context(launcher.running())
        control = Control(said["url"], http)
        made = await control.post("chats", type="private", first_name="Person", started=True)
        polls, stands_by = Bot(launcher, {}), Bot(launcher, {})
        pair = Pair(control=control, polls=polls, stands_by=stands_by, chat_id=made["id"])
        for bot in (polls, stands_by):
            within.push_async_callback(bot.kill)
            await bot.start()
            await pair.ask()  # the first has the office before the second comes
        await _both_live(base)
        yield pair


async def _both_live(base: databases.Base) -> None:
    async with asyncio.timeout(30):
        while True:
            with base.reading() as on:
                if on.rows(_ALIVE) == [(2,)]:
                    return
            await asyncio.sleep(0.05)


@pytest.mark.process
async def test_the_next_replica_polls_within_ten_seconds_after_a_kill(pair: Pair) -> None:
    await pair.polls.kill()
    began = time.monotonic()
    await pair.ask()
    assert time.monotonic() - began < 10.0
    assert await pair.stands_by.alive()
