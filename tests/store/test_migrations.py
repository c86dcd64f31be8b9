"""The schema's history leads to the tables of today, from every release, on both databases."""

from __future__ import annotations

import asyncio
import sqlite3
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.script import ScriptDirectory

from bot.errors import StoreError
from bot.store import Store, migrations
from bot.store.sql import Database
from bot.store.tables import metadata
from tests.parts import migrated

REVISIONS = [one.revision for one in ScriptDirectory.from_config(migrations.config()).walk_revisions()]


def _described(connection: sa.Connection) -> dict[str, object]:
    """Every table with columns, keys, foreign keys and indexes, as the database itself tells them."""
    inspector = sa.inspect(connection)
    return {
        name: (
            sorted((c["name"], str(c["type"]), c["nullable"]) for c in inspector.get_columns(name)),
            inspector.get_pk_constraint(name)["constrained_columns"],
            sorted(
                (fk["constrained_columns"], fk["referred_table"], str(fk.get("options")))
                for fk in inspector.get_foreign_keys(name)
            ),
            sorted(str(one["column_names"]) for one in inspector.get_unique_constraints(name)),
            sorted(
                f"{one['name']} {one['unique']} {one['column_names']} {one.get('expressions')} "
                f"{one.get('column_sorting')} "
                f"{ {key: str(value) for key, value in one.get('dialect_options', {}).items()} }"
                for one in inspector.get_indexes(name)
            ),
        )
        for name in inspector.get_table_names()
        if name != "alembic_version"
    }


def _drop_all(connection: sa.Connection) -> None:
    metadata.drop_all(connection)
    connection.execute(sa.text("DROP TABLE alembic_version"))


async def test_migrations_lead_to_the_tables_of_today(bare_url: str) -> None:
    database = Database(bare_url)
    await migrations.upgrade(database)
    async with database.write() as on:
        by_migrations = await on.run_sync(_described)
        await on.run_sync(_drop_all)
        await on.run_sync(metadata.create_all)
        by_tables = await on.run_sync(_described)
    await database.close()
    assert by_migrations == by_tables
    assert {"orders", "notices", "updates"} <= by_tables.keys()


@pytest.mark.parametrize("revision", REVISIONS)
async def test_every_released_schema_is_brought_up_to_date(bare_url: str, revision: str) -> None:
    database = Database(bare_url)
    database.create_file()
    async with database.write() as on:
        await on.run_sync(lambda c: command.upgrade(migrations.config(c), revision))
    store = Store(bare_url)
    await store.start()
    assert await migrations.revision(database) == migrations.head()
    async with store.write() as tx:
        await tx.memory.put("k", 1)
    await store.close()
    await database.close()


async def test_a_newer_schema_is_refused_and_left_alone(bare_url: str) -> None:
    database = Database(bare_url)
    await migrations.upgrade(database)
    async with database.write() as on:
        await on.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
    store = Store(bare_url)
    with pytest.raises(StoreError, match="newer version of this bot"):
        await store.start()
    assert await migrations.revision(database) == "9999"
    await store.close()
    await database.close()


async def test_tables_of_something_else_are_refused(bare_url: str) -> None:
    database = Database(bare_url)
    database.create_file()
    async with database.write() as on:
        await on.execute(sa.text("CREATE TABLE orders (their_own integer)"))
    store = Store(bare_url)
    with pytest.raises(StoreError, match="migration failed"):
        await store.start()
    await store.close()
    async with database.read() as on:
        assert await on.run_sync(lambda c: sa.inspect(c).get_table_names()) == ["orders"], "nothing half-made"
    await database.close()


async def test_an_empty_database_has_no_revision(bare_url: str) -> None:
    database = Database(bare_url)
    assert await migrations.revision(database) is None
    await database.close()


async def test_replicas_that_start_together_migrate_once(fresh_postgres: str) -> None:
    stores = [Store(fresh_postgres) for _ in range(4)]
    await asyncio.gather(*(one.start() for one in stores))
    assert {await migrations.revision(one.database) for one in stores} == {migrations.head()}
    for one in stores:
        await one.close()


@pytest.mark.parametrize(
    "content", [b"this is not a database, but it is long enough to be one" * 99, b"SQLite"]
)
async def test_a_file_that_is_no_database_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "bot.db"
    path.write_bytes(content)
    store = Store(str(path))
    with pytest.raises(StoreError, match="not a database"):
        await store.start()
    await store.close()
    assert path.read_bytes() == content


@pytest.fixture
def damaged_file(tmp_path: Path) -> Path:
    damaged = bytearray(migrated())
    damaged[100:4096] = b"\xff" * (4096 - 100)
    path = tmp_path / "bot.db"
    path.write_bytes(damaged)
    return path


async def test_a_damaged_schema_is_refused(damaged_file: Path) -> None:
    store = Store(str(damaged_file))
    with pytest.raises(StoreError):
        await store.start()
    await store.close()


def test_the_shipped_history_is_one_line() -> None:
    assert ScriptDirectory.from_config(migrations.config()).get_heads() == [REVISIONS[0]]
    assert sqlite3.sqlite_version_info >= (3, 35), "RETURNING"
