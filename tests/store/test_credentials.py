"""The merchant's grant at rest: newest tokens win, one refreshes at a time, nothing readable leaks."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa

from bot.errors import StoreError
from bot.model import Tokens
from bot.store import Store
from bot.store.credentials import Credentials
from bot.store.tables import credentials
from tests.store.builders import NOW, later

TOKENS = Tokens(
    access_token="access-1",
    refresh_token="refresh-1",
    access_expires_at=NOW + timedelta(days=1),
    obtained_at=NOW,
    authorized_at=NOW,
    account="shop",
)


class Reversed:
    """A seal that can be seen through, but not by accident."""

    def seal(self, text: str) -> str:
        return "sealed:" + text[::-1]

    def open(self, stored: str) -> str:
        if not stored.startswith("sealed:"):
            raise StoreError("not sealed with this key")
        return stored.removeprefix("sealed:")[::-1]


class Clock:
    def __init__(self) -> None:
        self.at = NOW

    def __call__(self) -> datetime:
        return self.at


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def grant(store: Store, clock: Clock) -> Credentials:
    return Credentials(store.database, "app", Reversed(), clock)


async def test_tokens_come_back_and_are_not_readable_at_rest(grant: Credentials, store: Store) -> None:
    assert await grant.load() is None
    assert await grant.save(TOKENS, None)
    assert await grant.load() == TOKENS
    async with store.database.read() as on:
        stored = await on.scalar(sa.select(credentials.c.tokens))
    assert "access-1" not in str(stored)
    assert "access-1" not in repr(grant)


async def test_a_refresh_that_lost_the_race_overwrites_nothing(grant: Credentials) -> None:
    await grant.save(TOKENS, None)
    newer = replace(TOKENS, access_token="access-2")
    assert await grant.save(newer, TOKENS)
    assert not await grant.save(replace(TOKENS, access_token="access-3"), TOKENS)
    assert await grant.load() == newer


async def test_a_login_replaces_whatever_is_there_and_its_warnings(grant: Credentials) -> None:
    await grant.save(TOKENS, None)
    await grant.remember_warned(["7 days"])
    await grant.remember_warned(["1 day"])
    assert await grant.warned() == {"7 days", "1 day"}
    newer = replace(TOKENS, access_token="access-2")
    assert await grant.save(newer, TOKENS)
    assert await grant.warned() == {"7 days", "1 day"}, "a refresh is not a login"
    assert await grant.save(replace(TOKENS, access_token="access-9"), None)
    assert await grant.warned() == frozenset()


async def test_a_warning_whose_reason_is_over_may_be_given_again(grant: Credentials) -> None:
    await grant.save(TOKENS, None)
    await grant.remember_warned(["7 days", "dead"])
    await grant.forget_warned(["dead", "never given"])
    assert await grant.warned() == {"7 days"}


async def test_one_owner_refreshes_at_a_time_over_all_replicas(
    grant: Credentials, replica: Store, clock: Clock
) -> None:
    other = Credentials(replica.database, "app", Reversed(), clock)
    async with grant.refreshing("me", 30) as mine:
        assert mine
        async with other.refreshing("other", 30) as theirs:
            assert not theirs
    async with other.refreshing("other", 30) as theirs:
        assert theirs


async def test_the_right_to_refresh_ends_with_its_time(grant: Credentials, clock: Clock) -> None:
    async with grant.refreshing("crashed", 30):
        clock.at = later(31)
        async with grant.refreshing("next", 30) as got:
            assert got


async def test_each_app_has_a_row_of_its_own(grant: Credentials, store: Store, clock: Clock) -> None:
    other = Credentials(store.database, "other app", Reversed(), clock)
    await grant.save(TOKENS, None)
    assert await other.load() is None
    assert await other.warned() == frozenset()


async def test_tokens_under_another_key_say_so(grant: Credentials, store: Store) -> None:
    await grant.save(TOKENS, None)
    async with store.database.write() as on:
        await on.execute(sa.update(credentials).values(tokens="other"))
    with pytest.raises(StoreError):
        await grant.load()


async def test_a_refresh_that_a_crash_cut_off_holds_up_no_restart(grant: Credentials, store: Store) -> None:
    await grant.save(TOKENS, None)
    crashed = grant.refreshing("before", 60.0)
    assert await crashed.__aenter__()
    await store.release_leases(NOW)
    async with grant.refreshing("after", 60.0) as ours:
        assert ours
    await crashed.__aexit__(None, None, None)
