"""Another process serves within seconds after the leader's end, and never two at once; real processes."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web

from tests.chaos import databases, processes
from tests.chaos.balancer import free_port
from tests.chaos.control import Control
from tests.chaos.plan import Size, make
from tests.chaos.processes import Bot, Launcher
from tests.store import postgres

_ORDERS = 12
_WAIT = 30.0


@dataclass(slots=True, kw_only=True)
class Replica:
    """One process of the bot, its port, and when its calls arrived at Telegram or AliExpress."""

    bot: Bot
    port: int
    calls: list[float] = field(default_factory=list)

    async def ready(self, http: aiohttp.ClientSession) -> tuple[int, int, str]:
        """What `/live` and `/ready` answer; 0 where nobody does."""
        url = f"http://127.0.0.1:{self.port}"
        try:
            async with http.get(f"{url}/live") as live, http.get(f"{url}/ready") as ready:
                return live.status, ready.status, await ready.text()
        except aiohttp.ClientConnectionError:
            return 0, 0, ""


@dataclass(slots=True, kw_only=True)
class Cluster:
    """Two replicas and somebody who writes to them."""

    control: Control
    http: aiohttp.ClientSession
    base: databases.Base
    replicas: list[Replica]
    chat_id: int = 0

    async def leader(self, *, other_than: Replica | None = None) -> Replica:
        """The one that serves; waits until there is one."""
        async with asyncio.timeout(_WAIT):
            while True:
                for one in self.replicas:
                    if one is not other_than and (await one.ready(self.http))[1] == 200:
                        return one
                await asyncio.sleep(0.02)

    async def stands_by(self, replica: Replica) -> None:
        """Wait until it has tried for the lock."""
        async with asyncio.timeout(_WAIT):
            while (await replica.ready(self.http))[0] != 200:
                await asyncio.sleep(0.02)
        await asyncio.sleep(1.0)  # its first look at the database

    async def ask(self, text: str = "/help") -> None:
        """Write, and wait for the answer."""
        said = await self.control.post(f"chats/{self.chat_id}/say", text=text)
        after = said["message"]["id"]
        heard = await self.control.get(f"chats/{self.chat_id}/wait", after=after, timeout=_WAIT)
        assert "timeout" not in heard

    async def until(self, met: Callable[[], bool]) -> None:
        async with asyncio.timeout(_WAIT):
            while not met():
                await asyncio.sleep(0.02)


@contextlib.asynccontextmanager
async def _tapped(sandbox: str, http: aiohttp.ClientSession, calls: list[float]) -> AsyncIterator[str]:
    """An address that passes every call on to the sandbox and notes when it came."""

    async def pass_on(request: web.Request) -> web.Response:
        calls.append(time.monotonic())
        headers = {"Content-Type": request.headers.get("Content-Type", "")}
        async with http.request(
            request.method, f"{sandbox}{request.path_qs}", data=await request.read(), headers=headers
        ) as answer:
            return web.Response(
                body=await answer.read(), status=answer.status, content_type=answer.content_type
            )

    app = web.Application()
    app.router.add_route("*", "/{path:.*}", pass_on)
    runner = web.AppRunner(app, handler_cancellation=True, shutdown_timeout=0.1)
    await runner.setup()
    port = free_port()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        await runner.cleanup()


@pytest.fixture(params=["sqlite", "postgresql"])
async def cluster(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Cluster]:
    """A leader and a stand-by; somebody follows orders, which are looked at every second or two."""
    plan = make(1, 1.0, Size(replicas=2, database=request.param))
    async with contextlib.AsyncExitStack() as within:
        try:
            base = await within.enter_async_context(databases.base(plan, tmp_path))
        except postgres.Unavailable as reason:
            pytest.skip(f"POSTGRESQL NOT TESTED: {reason}")
        said = await within.enter_async_context(processes.sandbox())
        http = await within.enter_async_context(aiohttp.ClientSession())
        launcher = Launcher(processes.settings(said, base.url), tmp_path, tmp_path / "bot.log")
        await within.enter_async_context(launcher.running())
        replicas: list[Replica] = []
        for _ in range(2):
            port, calls = free_port(), list[float]()
            tap = await within.enter_async_context(_tapped(said["url"], http, calls))
            own = {
                "LISTEN": f"127.0.0.1:{port}",
                "TELEGRAM_API_URL": said["telegram_api_url"].replace(said["url"], tap),
                "ALIEXPRESS_API_URL": said["aliexpress_api_url"].replace(said["url"], tap),
            }
            replicas.append(Replica(bot=Bot(launcher, own), port=port, calls=calls))
        cluster = Cluster(control=Control(said["url"], http), http=http, base=base, replicas=replicas)
        await _begin(cluster)
        for one in replicas:
            within.push_async_callback(one.bot.kill)
        yield cluster


async def _begin(cluster: Cluster) -> None:
    orders = [str(8211744600000000 + number) for number in range(_ORDERS)]
    for order in orders:
        await cluster.control.post("orders", id=order, nodes=[{"description": "Package left sorting center"}])
    made = await cluster.control.post("chats", type="private", first_name="Person", started=True)
    cluster.chat_id = made["id"]
    first, second = cluster.replicas
    await first.bot.start()
    assert await cluster.leader() is first
    for order in orders:
        await cluster.ask(f"/track {order}")
    await second.bot.start()
    await cluster.stands_by(second)


async def _taken_over(cluster: Cluster, end: Callable[[Replica], object]) -> float:
    """Seconds from the end of the leader until the stand-by is ready and answers."""
    first = await cluster.leader()
    (second,) = [one for one in cluster.replicas if one is not first]
    live, ready, text = await second.ready(cluster.http)
    assert (live, ready) == (200, 503)
    assert "standing by" in text
    before, began = len(second.calls), time.monotonic()
    end(first)
    assert await cluster.leader(other_than=first) is second
    taken = time.monotonic() - began
    await cluster.ask()
    assert second.calls[before] > began, "a stand-by calls nobody"
    assert not [at for at in first.calls if at > second.calls[before]]
    print(f"taken over in {taken:.2f} s, answered after {time.monotonic() - began:.2f} s")  # noqa: T201
    return taken


@pytest.mark.process
@pytest.mark.alone
async def test_another_serves_within_a_second_after_a_sigterm_and_within_five_after_a_kill(
    cluster: Cluster,
) -> None:
    for _ in range(3):  # one of three: the machine may be busy
        leader = await cluster.leader()
        taken = await _taken_over(cluster, lambda leader: leader.bot.signal_stop())
        await leader.bot.stop()
        await leader.bot.start()
        await cluster.stands_by(leader)
        if taken < 1.0:
            break
    assert taken < 1.0
    assert await _taken_over(cluster, lambda leader: leader.bot.signal_kill()) < 5.0


@pytest.mark.process
@pytest.mark.parametrize("cluster", ["postgresql"], indirect=True)
async def test_two_never_serve_at_once_when_their_sessions_are_cut(cluster: Cluster) -> None:
    """At most one change of hands a cut: two that serve at once would take turns many times a second."""
    cuts = 8
    for _ in range(cuts):
        before = sum(len(one.calls) for one in cluster.replicas)
        await cluster.base.cut()
        await cluster.leader()
        await cluster.until(lambda: sum(len(one.calls) for one in cluster.replicas) > before + 20)  # noqa: B023
    await cluster.ask()
    arrived = sorted((at, number) for number, one in enumerate(cluster.replicas) for at in one.calls)
    changes = sum(one != other for (_, one), (_, other) in itertools.pairwise(arrived))
    print(f"{len(arrived)} calls, {changes} changes of hands in {cuts} cuts")  # noqa: T201
    assert len(arrived) > 20 * cuts
    assert changes <= cuts
