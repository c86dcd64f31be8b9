"""Two replicas of the product on one PostgreSQL: one receives, both work, and either may go."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.app import App
from bot.replicas import Replicas
from bot.store import Store
from tests.world import EMMA, IVAN, PLAIN, World, world


class Pair:
    """Two running apps; each can be stopped by itself."""

    def __init__(self, play: World, url: str) -> None:
        self.play = play
        self.apps = [App(play.settings(DATABASE_URL=url)) for _ in range(2)]
        self._stops = [asyncio.Event() for _ in self.apps]
        self._tasks = [
            asyncio.create_task(app.run(stop)) for app, stop in zip(self.apps, self._stops, strict=True)
        ]

    async def stop(self, number: int) -> None:
        self._stops[number].set()
        await self._tasks[number]

    async def leader(self, *, other_than: int | None = None) -> int:
        """The one that receives; waits until there is one."""
        async with asyncio.timeout(15):
            while True:
                for number, app in enumerate(self.apps):
                    if app.replicas.leading and number != other_than:
                        return number
                await asyncio.sleep(0.02)


@pytest.fixture
async def pair(tmp_path: Path, fresh_postgres: str) -> AsyncIterator[Pair]:
    async with world(tmp_path) as play:
        made = Pair(play, fresh_postgres)
        yield made
        for number in range(2):
            with contextlib.suppress(asyncio.CancelledError):
                await made.stop(number)


async def test_one_receives_the_other_follows_within_ten_seconds_and_nothing_is_lost(pair: Pair) -> None:
    first = await pair.leader()
    assert sum(app.replicas.leading for app in pair.apps) == 1
    card = await pair.play.ask(EMMA, f"/track {PLAIN}", "Travelling between countries")
    ready = [await app.wrong() for app in pair.apps]
    assert not any("intake" in reasons for reasons in ready), "one that stands by is ready, too"
    said = await pair.play.say(IVAN, f"/track {PLAIN}")  # on its way when the leader goes
    started = time.monotonic()
    await pair.stop(first)
    assert await pair.leader(other_than=first) != first
    assert time.monotonic() - started < 10
    await pair.play.hears(IVAN, "В пути между странами", after=said)
    await pair.play.next_node(PLAIN)
    await pair.play.hears(EMMA, "Package arrived at transit country/region.", after=card["id"])
    told = [m for m in await pair.play.messages(EMMA) if "Package arrived at transit" in str(m.get("text"))]
    assert len([m for m in told if m["id"] != card["id"]]) == 1, "told once"


async def test_a_flood_wait_met_by_one_replica_is_kept_by_the_others(fresh_postgres: str) -> None:
    store = Store(fresh_postgres)
    await store.start()
    clock = datetime(2026, 3, 1, tzinfo=UTC)
    stopping = asyncio.Event()
    heard: dict[int, float] = {}
    waits = {7: 60.0, 8: 0.5}
    met = Replicas(
        store=store,
        now=lambda: clock,
        frozen=lambda: waits,
        freeze=lambda _chat, _seconds: None,
        froze=asyncio.Event(),
        wake={},
    )
    other = Replicas(
        store=store,
        now=lambda: clock,
        frozen=lambda: heard,
        freeze=heard.__setitem__,
        froze=asyncio.Event(),
        wake={},
    )
    tasks = [
        asyncio.create_task(run(stopping)) for run in (other.listen, other.share_freezes, met.share_freezes)
    ]
    async with asyncio.timeout(10):
        while 7 not in heard:
            await asyncio.sleep(0.02)
    stopping.set()
    await asyncio.gather(*tasks)
    assert heard == {7: 60.0}, "one that is over at once is nobody's business"
    async with store.read() as tx:
        assert await tx.chats.frozen(clock) == {7: clock + timedelta(seconds=60)}
    await store.close()
