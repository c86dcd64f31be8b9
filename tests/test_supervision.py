"""No part of the bot dies unnoticed, and "ready" means that everything works. The whole product runs."""

from __future__ import annotations

import shutil
import socket
from datetime import UTC, datetime
from typing import Any

import pytest
import sqlalchemy as sa

from bot import leader
from bot.chat import service
from bot.errors import StoreError
from bot.sender import Sender
from bot.store import Store, sql
from bot.tracking.remembering import Remembering
from tests.world import EMMA, MERCHANT, World


@pytest.fixture
def here(idle: World, monkeypatch: pytest.MonkeyPatch) -> World:
    """A world whose bot looks after itself twenty times a second."""
    monkeypatch.setattr(leader, "_UPKEEP_EVERY", 0.05)
    monkeypatch.setattr(service, "_LOOK_AT_WEBHOOK", 0.05)
    monkeypatch.setattr(service, "_AGAIN", 0.01)
    return idle


async def wrong(play: World) -> dict[str, str]:
    return dict(await play.app.wrong())


async def ready(play: World) -> None:
    async def is_ready() -> bool:
        return await wrong(play) == {}

    await play.until(is_ready)


async def says(play: World, name: str, text: str) -> None:
    async def is_said() -> bool:
        return text in (await wrong(play)).get(name, "")

    await play.until(is_said)


@pytest.mark.parametrize("error", [StoreError("the database is locked"), RuntimeError("a mistake of ours")])
async def test_an_error_while_the_chat_side_starts_leaves_no_deaf_bot(
    here: World, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    noted, failures = Remembering.noted, [error] * 4

    async def failing(self: Remembering, name: str) -> Any:
        if failures:
            raise failures.pop()
        return await noted(self, name)

    monkeypatch.setattr(Remembering, "noted", failing)
    await here.start()
    await here.ask(EMMA, "/start", "order")
    assert failures == []
    await ready(here)


@pytest.mark.parametrize("part", ["_keep_waits", "_receive"])
async def test_a_part_that_dies_is_started_again(
    here: World, monkeypatch: pytest.MonkeyPatch, part: str
) -> None:
    run = getattr(service.TelegramService, part)
    died: list[str] = []

    async def dying(self: Any, stopping: Any) -> None:
        if not died:
            died.append(part)
            raise RuntimeError("a mistake of ours")
        await run(self, stopping)

    monkeypatch.setattr(service.TelegramService, part, dying)
    await here.start()
    await here.ask(EMMA, "/start", "order")
    await ready(here)
    assert died


async def test_a_loop_whose_every_round_fails_is_not_ready(
    here: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def failing(self: Sender) -> bool:
        raise RuntimeError("a mistake of ours")

    monkeypatch.setattr(Sender, "step", failing)
    await here.start()
    await here.ask(EMMA, "/start", "order")

    async def all_others() -> bool:
        return list(await wrong(here)) == ["sender"]

    await here.until(all_others)


async def test_a_database_moved_under_the_bot_is_noticed_and_told_and_loses_nothing(here: World) -> None:
    await here.start()
    await here.ask(MERCHANT, "/start", "order")
    await ready(here)
    database, away = here.folder / "bot.db", here.folder / "away.db"
    last = (await here.messages(MERCHANT))[-1]["id"]
    database.rename(away)
    await says(here, "database", "moved, deleted or replaced")
    await here.hears(MERCHANT, "moved, deleted or replaced", after=last)
    assert not database.exists(), "no empty file in its place"
    said = await here.say(EMMA, "/start")
    away.rename(database)
    await here.hears(EMMA, "order", after=said)
    await ready(here)
    await here.hears(MERCHANT, "Resolved", after=last)


async def test_a_database_replaced_under_the_bot_is_not_written_to(here: World) -> None:
    await here.start()
    await ready(here)
    database = here.folder / "bot.db"
    shutil.copy(database, here.folder / "copy.db")
    before = (here.folder / "copy.db").read_bytes()
    (here.folder / "copy.db").replace(database)
    await says(here, "database", "replaced")
    await here.say(EMMA, "/start")
    await says(here, "database", "replaced")
    assert database.read_bytes() == before


async def test_a_full_disk_is_noticed_and_told(here: World, monkeypatch: pytest.MonkeyPatch) -> None:
    await here.start()
    last = (await here.ask(MERCHANT, "/start", "order"))["id"]
    await ready(here)
    with monkeypatch.context() as full:
        full.setattr(sql, "_FULL", 2**62)  # every disk has less room
        await says(here, "database", "full")
        await here.hears(MERCHANT, "full", after=last)
    await ready(here)
    await here.hears(MERCHANT, "Resolved", after=last)


async def test_a_write_that_found_the_disk_full_is_remembered(here: World) -> None:
    app = await here.start()
    await ready(here)
    with pytest.raises(StoreError, match="full"):
        await fill(app.store)
    await says(here, "database", "full")


async def fill(store: Store) -> None:
    async with store.database.write() as on:
        await on.exec_driver_sql("PRAGMA max_page_count = 1")
        await on.execute(sa.text("INSERT INTO memory VALUES ('large', :it)"), {"it": "x" * 1_000_000})


async def test_a_webhook_whose_certificate_has_expired_is_noticed_and_told(here: World) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    await here.start(
        LISTEN=f"127.0.0.1:{port}",
        WEBHOOK_URL=f"http://127.0.0.1:{port}/telegram",
        WEBHOOK_SECRET="a-secret",
    )
    last = (await here.ask(MERCHANT, "/start", "order"))["id"]
    await ready(here)
    known = here.box.telegram.webhook
    reason = "SSL error {error:0A000086:SSL routines::certificate verify failed}"
    known |= {"last_error_date": int(datetime.now(UTC).timestamp()) + 1, "last_error_message": reason}
    await says(here, "intake", reason)
    await here.hears(MERCHANT, "certificate verify failed", after=last)
    del known["last_error_date"]
    await ready(here)
    await here.hears(MERCHANT, "Resolved", after=last)
