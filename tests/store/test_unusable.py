"""A database that cannot be used from the start: the message names the setting, and what to do."""

from __future__ import annotations

import asyncio
import socket
from pathlib import Path

import pytest

from bot.errors import SettingsError, StoreError
from bot.store import Store
from bot.store.leadership import Leadership


@pytest.fixture
def nobody() -> str:
    """The URL of a database server that does not answer."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        return f"postgresql://bot:canary@127.0.0.1:{free.getsockname()[1]}/bot"


async def _never(ending: asyncio.Event) -> None:
    raise AssertionError("it led")


@pytest.mark.parametrize(
    "url",
    ["{nobody}", "postgresql:///bot?host=/nowhere", "mysql://bot@localhost/bot", "sqlite://", "sqlite:///:memory:",
     "/no/such/bot.db", "/", "/proc/bot.db", "sqlite:///{folder}/text.db"],
)  # fmt: skip
async def test_the_setting_is_named_with_the_fix(url: str, nobody: str, tmp_path: Path) -> None:
    (tmp_path / "text.db").write_text("no database " * 500)
    with pytest.raises((SettingsError, StoreError), match="DATABASE_URL") as caught:
        await Leadership(Store(url.format(folder=tmp_path, nobody=nobody)).database).lead(
            asyncio.Event(), _never
        )
    assert "canary" not in str(caught.value)


async def test_a_command_names_it_too(nobody: str) -> None:
    with pytest.raises(StoreError, match=r"PostgreSQL cannot be used: .*DATABASE_URL"):
        async with Store(nobody).read():
            pass
