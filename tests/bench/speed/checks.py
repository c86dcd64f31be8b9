"""Contestants of the quiet check: the bot's own loop, and bare loops that only call, sign and parse."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import hmac
import json
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import aiohttp
import httpx

from bot import settings
from bot.app import App, spare_the_collector
from bot.sources.aliexpress.payload import TRACKING
from tests.bench.speed.children import Watch, environment, peak_memory
from tests.bench.speed.stock import FIRST_ORDER

IN_FLIGHT = 64
_FEW = 20_000  # orders; so few would all be checked within the span, and are made due again


async def product(url: str, database: str, stored: int, warm: float, seconds: float) -> dict[str, float]:
    """Lease, signed call, parse, changes, settle: the poller as the app composes it, 64 in flight."""
    app = App(settings.load_settings(environment(url, Path(database)), dotenv=None))
    spare_the_collector()
    stopping, found = asyncio.Event(), dict[str, float]()

    async def measure(_ending: asyncio.Event) -> None:
        with _due_again(database) if stored <= _FEW else contextlib.nullcontext():
            found.update(await _polled(app, warm, seconds))
        stopping.set()

    await app.leadership.lead(stopping, measure)
    await app.store.close()
    return found


async def _polled(app: App, warm: float, seconds: float) -> dict[str, float]:
    polling = asyncio.create_task(app.leader.poller.run())
    await asyncio.sleep(warm)
    before, watch = _checked(app), Watch()
    await asyncio.sleep(seconds)
    span, checks = watch.read(), _checked(app) - before
    memory = peak_memory()
    app.leader.poller.stop()
    await polling
    await app.leader.merchant.source.aclose()
    assert _checked(app) == _checked(app, "quiet"), "a check was not quiet"
    return {"each": span.cpu / checks, "rate": checks / span.wall, "memory": memory}


@contextlib.contextmanager
def _due_again(database: str) -> Iterator[None]:
    """What was checked is due again after a second: a small stock feeds a long span.

    A process of its own does that, because it is no work of the bot's.
    """
    with subprocess.Popen([sys.executable, "-c", _DUE_AGAIN, database]) as again:
        try:
            yield
        finally:
            again.kill()


_DUE_AGAIN = """
import sqlite3, sys, time
on = sqlite3.connect(sys.argv[1], isolation_level=None, timeout=10)
while True:
    time.sleep(1.0)
    at = int(time.time() * 1000)
    free = "next_check_at > ? AND id NOT IN (SELECT order_id FROM checks)"
    on.execute(f"UPDATE orders SET next_check_at = ? WHERE {free}", (at, at))
"""


def _checked(app: App, outcome: str | None = None) -> float:
    samples = [sample for metric in app.metrics.checks.collect() for sample in metric.samples]
    return sum(
        sample.value
        for sample in samples
        if sample.name.endswith("_total") and outcome in (None, sample.labels["outcome"])
    )


async def bare_aiohttp(url: str, warm: float, seconds: float) -> dict[str, float]:
    """The signed calls and JSON parsing and nothing else, by aiohttp."""
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=IN_FLIGHT)) as session:

        async def call(body: str) -> None:
            async with session.post(f"{url}/sync", data=body, headers=_FORM) as response:
                json.loads(await response.read())

        return await _loop(call, warm, seconds)


async def bare_httpx(url: str, warm: float, seconds: float, *, kept: bool = False) -> dict[str, float]:
    """The same by httpx with its default pool, which keeps 20 connections and opens the others anew.

    `kept`: with the pool that the Telegram library gives it by default, 256 connections that are all kept.
    """
    default = httpx.Limits(max_connections=100, max_keepalive_connections=20)
    limits = httpx.Limits(max_connections=256) if kept else default
    async with httpx.AsyncClient(timeout=60.0, limits=limits) as client:

        async def call(body: str) -> None:
            json.loads((await client.post(f"{url}/sync", content=body, headers=_FORM)).content)

        return await _loop(call, warm, seconds)


_FORM = {"content-type": "application/x-www-form-urlencoded;charset=utf-8"}


async def _loop(call: Callable[[str], Awaitable[Any]], warm: float, seconds: float) -> dict[str, float]:
    calls = 0

    async def worker(number: int) -> None:
        nonlocal calls
        while True:
            await call(_signed(FIRST_ORDER + number))
            calls += 1

    workers = [asyncio.create_task(worker(number)) for number in range(IN_FLIGHT)]
    await asyncio.sleep(warm)
    before, watch = calls, Watch()
    await asyncio.sleep(seconds)
    span, done = watch.read(), calls - before
    for task in workers:
        task.cancel()
    await asyncio.gather(*workers, return_exceptions=True)
    return {"each": span.cpu / done, "rate": done / span.wall, "memory": peak_memory()}


def _signed(order: int) -> str:
    params = {
        "ae_order_id": str(order),
        "language": "en_US",
        "method": TRACKING,
        "access_token": "bench-access",
        "app_key": "500000",
        "sign_method": "sha256",
        "timestamp": str(int(time.time() * 1000)),
        "format": "json",
    }
    text = "".join(name + params[name] for name in sorted(params))
    params["sign"] = hmac.new(b"bench-secret", text.encode(), hashlib.sha256).hexdigest().upper()
    return urlencode(params)
