"""Processes that share nothing but a database share one grant."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.errors import StoreError
from bot.sources.aliexpress.auth import TokenKeeper
from bot.sources.aliexpress.budget import CallLimits, LocalCallLimiter
from bot.sources.aliexpress.cipher import Cipher
from bot.sources.aliexpress.client import GatewayClient
from bot.sources.aliexpress.source import AliExpress
from bot.store import Store as Database
from bot.store.credentials import Credentials
from tests.sources.aliexpress.world import APP_KEY, SECRET, World, world


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    here = Database(f"sqlite:///{tmp_path / 'bot.db'}")
    await here.start()
    yield here
    await here.close()


def process(here: World, database: Database, owner: str, key: str | None = "passphrase") -> AliExpress:
    client = GatewayClient(app_key=APP_KEY, app_secret=SECRET, now=here.clock, via=here.gateway.transport())
    limiter = LocalCallLimiter(
        limits=CallLimits(per_second=1000),
        now=here.clock,
        sleep=here.clock.sleep,
    )
    keeper = TokenKeeper(
        client=client,
        store=Credentials(database.database, APP_KEY, Cipher(key), here.clock),
        limiter=limiter,
        now=here.clock,
        owner=owner,
        sleep=here.clock.sleep,
    )
    return AliExpress(
        client=client,
        keeper=keeper,
        limiter=limiter,
        now=here.clock,
        sleep=here.clock.sleep,
        draw=lambda: 0.5,
    )


async def test_three_processes_refresh_once(database: Database) -> None:
    here = world()
    processes = [process(here, database, name) for name in ("one", "two", "three")]
    await processes[0].keeper.exchange(_code(here))
    await asyncio.gather(*(one.fetch("8211744661738042", "en") for one in processes))
    here.clock.pass_by(days=31)
    orders = [str(10**15 + i) for i in range(5)]
    await asyncio.gather(*(one.fetch(order, "en", urgent=True) for one in processes for order in orders))
    assert here.gateway.refreshes == 1


async def test_a_restart_goes_on_with_the_stored_tokens(database: Database) -> None:
    here = world()
    before = process(here, database, "before")
    await before.keeper.exchange(_code(here))
    here.clock.pass_by(days=31)
    await before.fetch("8211744661738042", "en")
    after = process(here, database, "after")
    await after.fetch("8211744661738042", "en")
    assert here.gateway.refreshes == 1


async def test_the_database_never_holds_a_readable_token(database: Database, tmp_path: Path) -> None:
    here = world()
    await process(here, database, "one").keeper.exchange(_code(here))
    assert _readable(tmp_path) == []


async def test_without_its_key_the_grant_says_what_to_do(database: Database) -> None:
    here = world()
    await process(here, database, "one").keeper.exchange(_code(here))
    with pytest.raises(StoreError, match="log in again"):
        await process(here, database, "two", key=None).fetch("8211744661738042", "en")


def _code(here: World) -> str:
    code = f"3_500000_canarycode{len(here.gateway.calls):02}"
    here.gateway.codes.add(code)
    return code


def _readable(folder: Path) -> list[str]:
    return [file.name for file in folder.iterdir() if b"canary" in file.read_bytes()]
