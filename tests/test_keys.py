"""Keys of the HTTP API: shown once, stored as a hash, recognized, revoked."""

from __future__ import annotations

import re

import pytest

from bot.tracking.keys import ApiKeys
from tests.make import there
from tests.parts import Engine


@pytest.fixture
def keys(engine: Engine) -> ApiKeys:
    return engine.tracking.keys


async def test_a_key_is_recognized_until_it_is_revoked(keys: ApiKeys) -> None:
    assert await keys.identify("anything") == (None, False)
    key = there(await keys.add("shop"))
    assert re.fullmatch(r"pk_[0-9a-f]{12}_[A-Za-z0-9_-]{43}", key)
    found, _ = await keys.identify(key)
    assert found is not None
    assert found.name == "shop"
    assert await keys.identify(key[:-1] + ("A" if key[-1] != "A" else "B")) == (None, True)
    assert await keys.revoke("shop")
    assert await keys.identify(key) == (None, False)
    assert not await keys.revoke("shop")


async def test_a_name_is_given_once(keys: ApiKeys) -> None:
    first = there(await keys.add("shop"))
    assert await keys.add("shop") is None
    assert (await keys.identify(first))[0] is not None


async def test_the_last_use_is_noted_once_a_minute(engine: Engine, keys: ApiKeys) -> None:
    key = there(await keys.add("shop"))
    assert (await keys.all())[0].used_at is None
    await keys.identify(key)
    first = engine.clock.now()
    engine.clock.pass_(seconds=59)
    await keys.identify(key)
    assert (await keys.all())[0].used_at == first
    engine.clock.pass_(seconds=1)
    await keys.identify(key)
    assert (await keys.all())[0].used_at == engine.clock.now()


async def test_nothing_of_the_key_is_stored(engine: Engine, keys: ApiKeys) -> None:
    key = there(await keys.add("shop"))
    path = there(engine.store.database.path)
    stored = b"".join(each.read_bytes() for each in path.parent.iterdir())
    assert key[-43:].encode() not in stored
    assert key.split("_")[1].encode() in stored
