"""The database's door: engine, transactions, and every difference between SQLite and PostgreSQL."""

from __future__ import annotations

import asyncio
import fcntl
import os
import re
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import IO, Any

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from bot.errors import SettingsError, StoreError

Row = Mapping[str, Any]


def database_url(text: str) -> sa.URL:
    """A setting (`bot.db`, `sqlite:///bot.db`, `postgresql://…`) as the URL of an async driver.

    Raises SettingsError for anything else.
    """
    cure = "give a path, sqlite:///… or postgresql://…"
    if "://" not in text:
        text = f"sqlite:///{text}"
    if text.startswith("postgres://"):
        text = text.replace("postgres://", "postgresql://", 1)
    try:
        url = sa.make_url(text)
    except sa.exc.ArgumentError:
        raise SettingsError("DATABASE_URL", cure) from None
    drivers = {"sqlite": "sqlite+aiosqlite", "postgresql": "postgresql+psycopg"}
    name = drivers.get(url.get_backend_name())
    if name is None or (url.get_backend_name() == "sqlite" and not url.database):
        raise SettingsError("DATABASE_URL", cure)
    return url.set(drivername=name)


def make_engine(url: sa.URL) -> AsyncEngine:
    """An engine whose SQLite connections begin transactions explicitly and wait for each other."""
    if url.get_backend_name() == "sqlite":
        engine = create_async_engine(url, pool_size=4, max_overflow=4)
        event.listen(engine.sync_engine, "connect", _prepare_sqlite)
        event.listen(engine.sync_engine, "begin", _begin_sqlite)
        return engine
    return create_async_engine(url, pool_size=8, max_overflow=8, pool_pre_ping=True)


def _prepare_sqlite(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # the driver must not begin by itself
    cursor = connection.cursor()
    for pragma in (
        "busy_timeout = 5000",
        "journal_mode = WAL",
        # FULL: a commit that Telegram was told of must survive a power cut (ARCHITECTURE.md, Durability)
        "synchronous = FULL",
        "foreign_keys = ON",
        "cache_size = -16384",
        "temp_store = MEMORY",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: sa.Connection) -> None:
    write = connection.get_execution_options().get("write", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")


class Database:
    """Transactions on one database. SQLite has one writer: in this process an asyncio lock queues them."""

    def __init__(self, url: str) -> None:
        self.url = database_url(url)
        self.engine = make_engine(self.url)
        self._writer = asyncio.Lock() if self.is_sqlite else None
        self._instance: IO[str] | None = None

    @property
    def is_sqlite(self) -> bool:
        return self.url.get_backend_name() == "sqlite"

    @property
    def path(self) -> Path | None:
        """The database file, None on PostgreSQL."""
        return Path(self.url.database) if self.is_sqlite and self.url.database else None

    @asynccontextmanager
    async def write(self) -> AsyncIterator[AsyncConnection]:
        """One transaction that may write; committed at the end, rolled back by an exception."""
        if self._writer is None:
            async with self.engine.begin() as connection:
                yield connection
            return
        async with self._writer, self.engine.connect() as connection:
            await connection.execution_options(write=True)
            async with connection.begin():
                yield connection

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncConnection]:
        """One transaction that only reads, beside any writer."""
        async with self.engine.connect() as connection, connection.begin():
            yield connection

    def hold_instance(self) -> None:
        """Be the only bot on this SQLite file, or raise StoreError."""
        if self.path is None:
            return
        path = self.path.with_name(self.path.name + ".lock")
        handle = path.open("a+", encoding="utf-8")
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            handle.close()
            raise StoreError(
                f"{self.path.name} is in use by another running bot; stop it, or use PostgreSQL for several"
            ) from None
        handle.truncate(0)
        handle.write(str(os.getpid()))
        handle.flush()
        self._instance = handle

    async def close(self) -> None:
        await self.engine.dispose()
        if self._instance is not None:
            self._instance.close()
            self._instance = None


def insert_or_ignore(connection: AsyncConnection, table: sa.Table) -> Any:
    """INSERT that leaves an existing row as it is."""
    return insert(connection, table).on_conflict_do_nothing()


def upsert(connection: AsyncConnection, table: sa.Table, keys: Sequence[str], changing: Iterable[str]) -> Any:
    """INSERT that overwrites the `changing` columns of an existing row."""
    statement = insert(connection, table)
    return statement.on_conflict_do_update(
        index_elements=list(keys), set_={name: statement.excluded[name] for name in changing}
    )


def insert(connection: AsyncConnection, table: sa.Table) -> Any:
    """INSERT in the dialect that knows ON CONFLICT."""
    return (postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert)(table)


def skip_locked(connection: AsyncConnection, query: sa.Select[Any], of: sa.Table) -> sa.Select[Any]:
    """Let several replicas lease at once: rows another one is taking are passed over (PostgreSQL)."""
    if connection.dialect.name == "postgresql":
        return query.with_for_update(skip_locked=True, of=of)
    return query


def redact_url(text: str) -> str:
    """A database URL without its password."""
    return re.sub(r"(://[^:/@\s]+):[^@/\s]+@", r"\1:***@", text)
