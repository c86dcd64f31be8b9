"""SQLite's own promises: one writer, durable, private, copied whole, clear words when it fails."""

from __future__ import annotations

import asyncio
import os
import sqlite3
import stat
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
import sqlalchemy as sa

from bot.errors import SettingsError, StoreError
from bot.store import Store, sql
from tests.store.builders import ANNA, NOW, added, follow, later, node, order, pending


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "bot.db"


@pytest.fixture
async def file(path: Path) -> Store:
    store = Store(str(path))
    await store.start()
    return store


async def _pragma(store: Store, name: str) -> object:
    async with store.database.read() as on:
        return await on.scalar(sa.text(f"PRAGMA {name}"))


async def test_commits_survive_a_power_cut_and_references_hold(file: Store) -> None:
    assert await _pragma(file, "journal_mode") == "wal"
    assert await _pragma(file, "synchronous") == 2  # FULL
    assert await _pragma(file, "foreign_keys") == 1
    assert await _pragma(file, "wal_autocheckpoint") == 4000
    await file.close()


async def test_a_new_database_is_its_owners_alone(path: Path) -> None:
    before = os.umask(0)
    try:
        store = Store(str(path))
        await store.start()
        async with store.write() as tx:
            await tx.memory.put("k", 1)
        modes = {one.name: stat.S_IMODE(one.stat().st_mode) for one in path.parent.iterdir()}
        await store.close()
    finally:
        os.umask(before)
    assert set(modes) >= {"bot.db", "bot.db-wal"}
    assert set(modes.values()) == {0o600}


async def test_what_a_crashed_leader_held_is_due_at_once(file: Store) -> None:
    await follow(file, ANNA, "1")
    async with file.write() as tx:
        await tx.notices.enqueue([pending(ANNA, "1", "a")], NOW)
        await tx.checks.lease_due(NOW, 9, later(180) - NOW)
        await tx.notices.lease(NOW, 9, later(180) - NOW)
    await file.release_leases(later(1))
    async with file.write() as tx:
        assert len(await tx.checks.lease_due(later(1), 9, later(180) - NOW)) == 1
        assert len(await tx.notices.lease(later(1), 9, later(180) - NOW)) == 1
    await file.close()


def test_an_open_connection_keeps_no_process_from_ending(path: Path) -> None:
    program = """
import asyncio, sys
from bot.store import Store
async def main():
    store = Store(sys.argv[1])
    await store.start()
    raise ZeroDivisionError
asyncio.run(main())
"""
    command = [sys.executable, "-c", program, str(path)]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert (ended.returncode, ended.stderr.splitlines()[-1]) == (1, "ZeroDivisionError")


async def test_writers_queue_and_readers_do_not_wait(file: Store) -> None:
    order_of_events: list[str] = []

    async def write(name: str) -> None:
        async with file.write() as tx:
            order_of_events.append(f"{name} in")
            await tx.memory.put(name, 1)
            async with file.read() as reading:
                await reading.memory.get(name)
            order_of_events.append(f"{name} out")

    await asyncio.gather(write("a"), write("b"))
    assert order_of_events == ["a in", "a out", "b in", "b out"]
    await file.close()


async def test_a_locked_database_is_an_error_with_a_word_and_passes(path: Path, file: Store) -> None:
    async with file.database.engine.connect() as on:
        await on.exec_driver_sql("PRAGMA busy_timeout = 10")
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreError, match="locked"):
            async with file.write() as tx:
                await tx.memory.put("k", 1)
        other.execute("ROLLBACK")
    async with file.write() as tx:
        await tx.memory.put("k", 1)
    await file.close()


async def test_who_is_cancelled_while_writing_leaves_no_lock(path: Path, file: Store) -> None:
    async def write() -> None:
        async with file.write() as tx:
            await tx.memory.put("k", 1)

    with closing(sqlite3.connect(path, isolation_level=None, timeout=0)) as other:
        for steps in range(25):  # at every await from opening the transaction to its end
            writing = asyncio.create_task(write())
            for _ in range(steps):
                await asyncio.sleep(0)
            writing.cancel()
            await asyncio.gather(writing, return_exceptions=True)
            other.execute("BEGIN IMMEDIATE")
            other.execute("ROLLBACK")
    await file.close()


async def test_a_full_disk_is_an_error_with_a_word_and_passes(file: Store) -> None:
    async with file.database.engine.connect() as on:
        pages = (await on.exec_driver_sql("PRAGMA page_count")).scalar_one()
        await on.exec_driver_sql(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(StoreError, match="full"):
        await _fill(file)
    async with file.database.engine.connect() as on:
        await on.exec_driver_sql("PRAGMA max_page_count = 1000000")
    async with file.read() as tx:
        assert await tx.memory.get("big") is None, "nothing half-written"
    await _fill(file)
    await file.close()


async def _fill(store: Store) -> None:
    async with store.write() as tx:
        await tx.memory.put("big", "x" * 200_000)


async def test_errors_show_no_customers_data(file: Store) -> None:
    async with file.write() as tx:
        with pytest.raises(sa.exc.IntegrityError) as caught:
            await tx.translations.save_texts("unknown", "ru", {1: node(1, name="a secret name")})  # type: ignore[dict-item]  # it has the texts
    assert "secret" not in str(caught.value)
    await file.close()


# ── backup and restore ──────────────────────────────────────────────────────────────────────────


async def test_a_backup_under_load_is_whole_and_a_bot_starts_on_it(file: Store, tmp_path: Path) -> None:
    """The restore drill: copy while orders and their notices are written, start on the copy, compare."""
    stop = asyncio.Event()
    written = 0

    async def keep_writing() -> None:
        nonlocal written
        while not stop.is_set():
            async with file.write() as tx:
                name = str(written)
                await tx.orders.add(name, NOW)
                await tx.orders.save(added(order(name, node(1), node(2))))
                await tx.notices.enqueue([pending(ANNA, name, "a")], NOW)
            written += 1

    load = asyncio.create_task(keep_writing())
    while written < 20:
        await asyncio.sleep(0)
    copies = [tmp_path / f"copy{number}.db" for number in range(3)]
    for copy in copies:
        await file.backup(copy, NOW)
    stop.set()
    await load
    await file.close()
    for copy in copies:
        assert stat.S_IMODE(copy.stat().st_mode) == 0o600
        restored = Store(str(copy))
        await restored.start()
        async with restored.read() as tx:
            depth = await tx.notices.depth()
            orders = await tx.orders.get_many(str(number) for number in range(written))
        await restored.close()
        assert depth.due == len(orders) >= 20, "an order and its notice are one transaction"
        assert all(len(one.nodes) == 2 for one in orders.values())
    assert not any("partial" in name for name in os.listdir(tmp_path))


async def test_a_backup_that_cannot_be_written_leaves_nothing(file: Store, tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="create it first"):
        await file.backup(tmp_path / "missing" / "copy.db", NOW)
    await file.close()


async def test_there_is_nothing_to_back_up_where_no_database_is(tmp_path: Path) -> None:
    store = Store(str(tmp_path / "none.db"))
    with pytest.raises(StoreError, match="no database"):
        await store.backup(tmp_path / "copy.db", NOW)
    await store.close()


# ── addresses ───────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("text", "driver"),
    [
        ("bot.db", "sqlite+aiosqlite"),
        ("sqlite:///bot.db", "sqlite+aiosqlite"),
        ("postgres://u:p@h/d", "postgresql+psycopg"),
        ("postgresql://u:p@h/d?sslmode=require", "postgresql+psycopg"),
    ],
)
def test_addresses_are_understood(text: str, driver: str) -> None:
    assert sql.database_url(text).drivername == driver


@pytest.mark.parametrize("text", ["mysql://h/d", "sqlite://", "http://example.org", "://"])
def test_other_addresses_are_refused_by_name(text: str) -> None:
    with pytest.raises(SettingsError, match="DATABASE_URL"):
        sql.database_url(text)


def test_a_password_is_not_shown() -> None:
    assert sql.redact_url("postgresql://u:pa:ss@h/d") == "postgresql://u:***@h/d"
    assert sql.redact_url("sqlite:///bot.db") == "sqlite:///bot.db"


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="missing"):
        Store(str(tmp_path / "missing" / "bot.db"))
    with pytest.raises(SettingsError, match="is a folder"):
        Store(str(tmp_path))
