"""`backup`, `migrate`, `migrate-data`, `why`, `authorize`: what they do to a database, and what they say."""

from __future__ import annotations

import asyncio
import json
import re
import sqlite3
import stat
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.errors import BotError, StoreError
from bot.model import Follow, Place
from bot.store import Store
from tests.cli.conftest import Sandbox, Terminal
from tests.store.builders import added, node, order

ORDER = "8211744661738042"
NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)


async def _furnish(url: str = "bot.db") -> None:
    """One chat that follows one order."""
    store = Store(url)
    await store.start()
    async with store.write() as tx:
        await tx.chats.get_or_create(Place(1001), language="en", zone="UTC", now=NOW)
        await tx.orders.add(ORDER, NOW)
        await tx.chats.follow(Follow(place=Place(1001), order_id=ORDER, created_at=NOW))
        await tx.checks.update_weights([ORDER], NOW)
    await store.close()


@pytest.mark.parametrize("command", [["migrate"], ["unknown"], ["why", ORDER]])
def test_whichever_command_makes_the_database_it_is_the_owners_alone(
    working: Terminal, tmp_path: Path, command: list[str]
) -> None:
    working.run(*command)
    made = [path for path in tmp_path.glob("bot.db*") if path.suffix != ".lock"]
    assert all(stat.S_IMODE(path.stat().st_mode) == 0o600 for path in made)


def test_a_backup_is_whole_and_the_owners_alone(working: Terminal, tmp_path: Path) -> None:
    asyncio.run(_furnish())
    result = working.run("backup", "copy.db")
    assert result.exit_code == 0, result.output
    assert result.stdout.startswith("copy.db: ")
    assert stat.S_IMODE((tmp_path / "copy.db").stat().st_mode) == 0o600
    with closing(sqlite3.connect(tmp_path / "copy.db")) as connection:
        assert connection.execute("SELECT id FROM orders").fetchall() == [(ORDER,)]


@pytest.mark.parametrize(
    "name",
    ["bot.db", "./bot.db", "bot.db-wal", "bot.db-shm", "bot.db-journal", "bot.db.lock", "link.db", "hard.db"],
)
def test_a_backup_never_replaces_what_is_in_use(working: Terminal, tmp_path: Path, name: str) -> None:
    asyncio.run(_furnish())
    (tmp_path / "link.db").symlink_to("bot.db")
    (tmp_path / "hard.db").hardlink_to(tmp_path / "bot.db")
    before = (tmp_path / "bot.db").read_bytes()
    refused = working.run("backup", name)
    assert isinstance(refused.exception, StoreError)
    assert "belongs to the database" in str(refused.exception)
    assert (tmp_path / "bot.db").read_bytes() == before


def test_a_backup_replaces_older_copies_and_nothing_else(working: Terminal, tmp_path: Path) -> None:
    asyncio.run(_furnish())
    (tmp_path / "keep.env").write_text("TOKEN_KEY=x")
    for name in ("keep.env", "missing/copy.db"):
        assert isinstance(working.run("backup", name).exception, StoreError)
    assert (tmp_path / "keep.env").read_text() == "TOKEN_KEY=x"
    asyncio.run(_furnish("other.db"))
    (tmp_path / "other.db-wal").touch()
    assert "in use" in str(working.run("backup", "other.db").exception)
    for _ in range(2):
        assert working.run("backup", "copy.db").exit_code == 0


def test_a_folder_gets_a_dated_copy(working: Terminal, tmp_path: Path) -> None:
    asyncio.run(_furnish())
    (tmp_path / "copies").mkdir()
    result = working.run("backup", "copies")
    (copy,) = (tmp_path / "copies").iterdir()
    assert re.fullmatch(r"bot-\d{4}-\d\d-\d\d-\d{6}\.db", copy.name)
    assert f"copies/{copy.name}: " in result.stdout
    assert "verified." in result.stdout


def test_a_damaged_copy_is_not_called_verified(working: Terminal, tmp_path: Path) -> None:
    asyncio.run(_furnish())
    with closing(sqlite3.connect("bot.db")) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        page = connection.execute("SELECT rootpage FROM sqlite_master WHERE name = 'orders'").fetchone()[0]
        size = connection.execute("PRAGMA page_size").fetchone()[0]
    with (tmp_path / "bot.db").open("r+b") as file:
        file.seek((page - 1) * size)
        file.write(b"\x55" * size)
    result = working.run("backup", "copy.db")
    assert isinstance(result.exception, StoreError)
    assert "verified" not in result.output
    assert not (tmp_path / "copy.db").exists()


@pytest.mark.parametrize("url", ["postgresql://u:p@127.0.0.1:1/bot", "sqlite:///bot.db"])
def test_doctor_advises_no_restore_where_nothing_is_lost(working: Terminal, url: str) -> None:
    asyncio.run(_furnish())
    with closing(sqlite3.connect("bot.db", isolation_level=None)) as other:
        other.execute("PRAGMA locking_mode = EXCLUSIVE")
        other.execute("BEGIN EXCLUSIVE")
        found = json.loads(working.run("doctor", "--json", DATABASE_URL=url).stdout)["findings"]
    told = [one for one in found if one["check"] in ("database", "outbox", "schema")]
    assert any(one["verdict"] == "failure" for one in told) or url.startswith("sqlite")
    assert not any("restore" in f"{one['text']} {one['fix']}" for one in found), told


def test_a_backup_of_nothing_fails(working: Terminal, tmp_path: Path) -> None:
    assert isinstance(working.run("backup", "copy.db").exception, StoreError)
    assert not (tmp_path / "copy.db").exists()


def test_migrating_says_from_where_to_where(working: Terminal) -> None:
    assert working.run("migrate").stdout.startswith("schema empty → ")
    assert "→" not in working.run("migrate").stdout


def test_data_moves_whole_and_only_into_a_new_place(working: Terminal, tmp_path: Path) -> None:
    asyncio.run(_furnish())
    result = working.run("migrate-data", "sqlite:///bot.db", "sqlite:///other.db")
    assert result.exit_code == 0, result.output
    assert "All data was copied" in result.stdout
    with closing(sqlite3.connect(tmp_path / "other.db")) as connection:
        assert connection.execute("SELECT order_id FROM follows").fetchall() == [(ORDER,)]
    assert isinstance(working.run("migrate-data", "sqlite:///none.db", "x.db").exception, StoreError)


def test_why_tells_the_reasons_behind_the_next_look(working: Terminal) -> None:
    asyncio.run(_furnish())
    lines = working.run("why", ORDER).stdout
    assert "Waiting to be shipped" in lines
    assert "(Asia/Tokyo)" in working.run("why", ORDER, DEFAULT_TIME_ZONE="Asia/Tokyo").stdout
    told = json.loads(working.run("why", ORDER, "--json").stdout)
    assert told.keys() >= {"rate", "price", "weight", "bound", "planned"}
    assert told["trust"] == {"ages": 1.0, "hours": 1.0}
    assert "waiting times are trusted by 100 %" in lines
    assert told["companions"] == []
    assert "none known" in lines
    assert isinstance(working.run("why", "8299999999999999").exception, BotError)


def test_why_names_who_travels_with_an_order(working: Terminal) -> None:
    sibling = "8211744661738043"
    asyncio.run(_furnish())
    asyncio.run(_pack(ORDER, sibling))
    (told,) = json.loads(working.run("why", ORDER, "--json").stdout)["companions"]
    assert (told["order"], told["shared"]) == (sibling, 2)
    assert 0.0 < told["chance"] < 1.0
    assert sibling in working.run("why", ORDER).stdout


async def _pack(*orders: str) -> None:
    """Put orders in one bag: two entries each, seconds apart."""
    store = Store("bot.db")
    await store.start()
    async with store.write() as tx:
        for n, one in enumerate(orders):
            await tx.orders.add(one, NOW)
            await tx.chats.follow(Follow(place=Place(1001), order_id=one, created_at=NOW))
            await tx.checks.update_weights([one], NOW)
            entries = [node(seq, at=NOW - timedelta(hours=20 - seq, seconds=n)) for seq in (1, 2)]
            await tx.orders.save(added(order(one, *entries)))
    await store.close()


# ── authorize ───────────────────────────────────────────────────────────────────────────────────


def _code(sandbox: Sandbox) -> str:
    return str(sandbox.control("/aliexpress/tokens", action="code")["code"])


@pytest.mark.parametrize(
    "form", ["{}", "https://127.0.0.1/callback?code={}&state=x", " <http://x/?code={}> "]
)
def test_a_login_is_taken_as_code_or_address_and_stored(
    form: str, own: Terminal, own_sandbox: Sandbox
) -> None:
    environment = {"ALIEXPRESS_ACCESS_TOKEN": "", "ALIEXPRESS_REFRESH_TOKEN": ""}
    code = _code(own_sandbox)
    result = own.run("authorize", answers=form.format(code) + "\n", **environment)
    assert result.exit_code == 0, result.output
    assert "Connected." in result.stdout
    assert "/oauth/authorize?response_type=code" in result.stdout
    found = own.findings(**environment)["login"]
    assert found["verdict"] == "ok"
    assert "days left" in found["text"]


def test_tokens_are_sealed_where_a_key_is_set(own: Terminal, own_sandbox: Sandbox, tmp_path: Path) -> None:
    assert own.run("authorize", "--code", _code(own_sandbox)).exit_code == 0
    with closing(sqlite3.connect(tmp_path / "bot.db")) as connection:
        (stored,) = connection.execute("SELECT tokens FROM credentials").fetchone()
    assert stored.startswith("sealed1:")
    found = own.findings(TOKEN_KEY="another key of mine")
    assert found["aliexpress"]["verdict"] == "ok"
    assert found["login"]["verdict"] == "failure"
    assert "TOKEN_KEY" in found["login"]["fix"]


def test_what_holds_no_code_is_refused_before_anybody_is_asked(working: Terminal) -> None:
    result = working.run("authorize", "--code", "https://127.0.0.1/callback?error=denied")
    assert isinstance(result.exception, BotError)
    assert "no code" in str(result.exception)


def test_a_wrong_code_fails_with_what_aliexpress_says(working: Terminal) -> None:
    result = working.run("authorize", "--code", "3_500000_wrongwrongwrong")
    assert isinstance(result.exception, BotError)
    assert "wrongwrong" not in str(result.exception)
