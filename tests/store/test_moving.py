"""Moving an installation between databases: whole, resumable, and never over somebody else's data."""

from __future__ import annotations

import asyncio
import contextlib
import re
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import psycopg
import pytest
import sqlalchemy as sa
from typer.testing import CliRunner

from bot.cli import app
from bot.errors import StoreError
from bot.model import ApiKey, Item, NodeText, Once, RawUpdate, SendRecord
from bot.store import Store, moving
from bot.store.credentials import Credentials
from bot.store.locks import lock_of
from bot.store.sql import Database
from bot.store.tables import metadata
from tests.make import there
from tests.store.builders import (
    ANNA,
    GROUP,
    LEASE,
    NOW,
    TOPIC,
    added,
    endpoint,
    follow,
    later,
    new_event,
    node,
    order,
    pending,
)
from tests.store.test_credentials import TOKENS, Reversed

_LOCKED = (
    "SELECT 1 FROM pg_locks JOIN pg_database ON pg_database.oid = database "
    "WHERE locktype = 'advisory' AND datname = current_database()"
)


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'old.db'}"


async def _fill(url: str, orders: int = 3) -> None:
    """Something in every table."""
    store = Store(url)
    await store.start()
    for number in range(orders):
        await follow(store, ANNA, str(number), label="mañana 🎁")
    for place in (GROUP, TOPIC):
        await follow(store, place, "0")
    async with store.write() as tx:
        for number in range(orders):
            name = str(number)
            await tx.orders.save(added(order(name, node(1), node(2, backfilled=True))), utc_offset_hours=5.75)
            await tx.translations.save_texts(name, "ar", {1: NodeText(name="تم", description="")})
            await tx.translations.save_articles(name, "ar", {1: (Item(id="1", title="مصباح"),)})
            await tx.notices.enqueue([pending(ANNA, name, f"k{n}") for n in range(3)], NOW)
            await tx.updates.put([RawUpdate(update_id=number, chat_id=1, payload='{"a":1}', received_at=NOW)])
        await tx.chats.change(ANNA, language="ru", paused_until=later(5))
        await tx.chats.set_flood_waits({5: later(9)})
        await tx.chats.ask_review(ANNA, "0")
        await tx.chats.count_wrong_id([7], NOW, window=LEASE, limit=3, lock=LEASE)
        await tx.cases.write_note("0", "note")
        await tx.cases.dispute("0", ANNA, NOW)
        problem = there(await tx.cases.find_dispute("0", ANNA))
        await tx.cases.write_letter(problem.id, 1, NOW, from_shop=False, author="Anna", text="Where is it?")
        await tx.memory.put("pacer", {"rates": [0.1, 1e-9, 12345.678901234567]})
        await tx.memory.first_push("p", NOW)
        await tx.book.claim_tokens([("1001", "c-token")], NOW)
        await tx.keys.add(ApiKey(id="k", name="shop", created_at=NOW), "hash")
        once = Once(api_key="k", key="order-1001", fingerprint="hash of the body")
        await tx.keys.begin(once, 0, NOW, NOW)
        await tx.keys.finish(once, 0, [{"order_id": "0"}])
        await tx.sends.record([SendRecord(chat_id=ANNA.chat_id, at=NOW)])
        await tx.webhooks.add_endpoint(endpoint())
        await tx.webhooks.enqueue([("wh_1", new_event("1"))], NOW)
        await tx.memory.count_unknown(["what?"], NOW)
        await tx.checks.lease_due(NOW, 1, LEASE)
    await Credentials(store.database, "app", Reversed(), lambda: NOW).save(TOKENS, None)
    await store.close()


async def _move(source: str, target: str, progress: Any = lambda *_: None) -> list[moving.CopiedTable]:
    left, entered = Store(source), Store(target)
    try:
        report = await moving.move(left.database, entered.database, progress)
    finally:
        await left.close()
        await entered.close()
    await asyncio.to_thread(_let_go, source, target)
    return report


def _let_go(*urls: str) -> None:
    """Wait until the sessions that locked are over: PostgreSQL needs a moment to end them."""
    for url in urls:
        if url.startswith("postgresql"):
            with psycopg.connect(url, autocommit=True) as on:
                while on.execute(_LOCKED).fetchone():
                    time.sleep(0.01)


async def test_everything_arrives_on_postgresql_and_comes_back(
    sqlite_url: str, fresh_postgres: str, tmp_path: Path
) -> None:
    await _fill(sqlite_url)
    there = await _move(sqlite_url, fresh_postgres)
    assert {one.table for one in there} == {table.name for table in metadata.sorted_tables}
    assert all(one.same and one.rows for one in there), "every table has rows, the same on both sides"
    async with contextlib.AsyncExitStack() as closing:
        store = Store(fresh_postgres)
        closing.push_async_callback(store.close)
        await store.start()
        async with store.write() as tx:
            found = await tx.orders.get("1")
            await tx.notices.enqueue([pending(ANNA, "1", "new")], NOW)
            (turn,) = await tx.notices.lease(later(1), 1, LEASE)
            await tx.memory.drop("moving")
        assert found == order("1", node(1), node(2, backfilled=True))
        assert turn.place == ANNA
    back = await _move(fresh_postgres, f"sqlite:///{tmp_path / 'back.db'}")
    assert all(one.same for one in back)


async def test_an_interrupted_move_goes_on_where_it_stopped(
    sqlite_url: str, fresh_postgres: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    await _fill(sqlite_url, orders=9)
    monkeypatch.setattr(moving, "_BATCH", 2)
    steps: list[tuple[str, int]] = []

    def power_cut(table: str, done: int, _total: int) -> None:
        steps.append((table, done))
        if table == "notices" and done > 8:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        await _move(sqlite_url, fresh_postgres, power_cut)
    await asyncio.to_thread(_let_go, fresh_postgres)
    again: list[tuple[str, int]] = []
    report = await _move(sqlite_url, fresh_postgres, lambda table, done, _total: again.append((table, done)))
    assert all(one.same for one in report)
    assert next(done for table, done in again if table == "notices") >= 8, "not from the beginning"
    store = Store(fresh_postgres)
    async with store.write() as tx:
        await tx.notices.enqueue([pending(ANNA, "1", "after")], NOW)
    await store.close()


async def test_a_finished_move_is_not_repeated_over_newer_data(sqlite_url: str, fresh_postgres: str) -> None:
    await _fill(sqlite_url)
    await _move(sqlite_url, fresh_postgres)
    with pytest.raises(StoreError, match="filled from"):
        await _move(sqlite_url, fresh_postgres)


async def test_a_target_with_other_data_is_refused(sqlite_url: str, fresh_postgres: str) -> None:
    await _fill(sqlite_url)
    await _fill(fresh_postgres, orders=1)
    with pytest.raises(StoreError, match="already"):
        await _move(sqlite_url, fresh_postgres)


async def test_a_newer_target_is_refused(sqlite_url: str, fresh_postgres: str) -> None:
    await _fill(sqlite_url)
    store = Store(fresh_postgres)
    await store.start()
    async with store.database.write() as on:
        await on.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
    await store.close()
    with pytest.raises(StoreError, match="newer"):
        await _move(sqlite_url, fresh_postgres)


async def test_a_source_of_another_version_is_refused(sqlite_url: str, fresh_postgres: str) -> None:
    with pytest.raises(StoreError, match="not this version's"):
        await _move(sqlite_url, fresh_postgres)


async def test_databases_in_use_are_refused(sqlite_url: str, fresh_postgres: str) -> None:
    await _fill(sqlite_url)
    for url in (sqlite_url, fresh_postgres):
        database = Database(url)
        lock = lock_of(database)
        assert await lock.acquire()
        with pytest.raises(StoreError, match="running"):
            await _move(sqlite_url, fresh_postgres)
        await lock.release()
        await database.close()


async def test_a_difference_is_found(sqlite_url: str, fresh_postgres: str) -> None:
    await _fill(sqlite_url)

    spoilt: list[str] = []

    def spoil(table: str, _done: int, _total: int) -> None:
        if table.endswith("checked") and not spoilt:
            spoilt.append(table)
            with psycopg.connect(fresh_postgres) as on:
                on.execute("UPDATE follows SET label = 'other' WHERE order_id = '1'")

    report = {one.table: one for one in await _move(sqlite_url, fresh_postgres, spoil)}
    assert spoilt
    assert not report["follows"].same
    assert replace(report["follows"], checksum_there=report["follows"].checksum).same


def test_the_command_shows_a_report(sqlite_url: str, fresh_postgres: str) -> None:
    asyncio.run(_fill(sqlite_url))
    result = CliRunner().invoke(app, ["migrate-data", sqlite_url, fresh_postgres])
    assert result.exit_code == 0, result.output
    assert re.search(r"orders\W+3\W+[0-9a-f]{16}\W+identical", result.output)
    assert "All data was copied" in result.output
