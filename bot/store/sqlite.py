"""Setting up SQLite connections: pragmas, and how transactions begin."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from threading import Thread
from typing import Any, cast

import aiosqlite
import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncEngine

BUSY_TIMEOUT = 5000  # milliseconds that a transaction waits for another program's lock

_PRAGMAS = (
    "journal_mode = WAL",
    # FULL: a committed update was acknowledged to Telegram and must survive a power cut (ARCHITECTURE.md)
    "synchronous = FULL",
    # pages, 16 MB: a busy poller writes a thousand a second, and writers wait during a checkpoint
    "wal_autocheckpoint = 4000",
    "foreign_keys = ON",
    "cache_size = -4096",  # KiB, for each of up to eight connections; the system caches the file, too
    "temp_store = MEMORY",
)


class _Rows(list[Any]):
    """All rows of a statement, with its cursor, which tells of their columns and count."""

    cursor: sqlite3.Cursor


class _Cursor(sqlite3.Cursor):
    def fetchall(self) -> _Rows:
        rows = _Rows(super().fetchall())
        rows.cursor = self
        return rows


class _Connection(sqlite3.Connection):
    """Closes itself when it is garbage-collected: aiosqlite leaks a connection whose opener is canceled."""

    def execute(self, statement: str, parameters: Any = (), /) -> sqlite3.Cursor:
        return self.cursor(_Cursor).execute(statement, parameters)

    def __del__(self) -> None:
        self.close()


class _FetchingCursor:
    """A cursor for SQLAlchemy's dialect that fetches all rows as it executes, with one change of thread.

    aiosqlite's own takes four: to be made, to execute, to fetch, to be closed. A new `/track` is some forty
    statements, and a fifth of its processor time went into that. Not for streams.
    """

    def __init__(self, connection: aiosqlite.Connection) -> None:
        self._connection = connection
        self._rows = _Rows()
        self._done: Any = None  # what tells of columns and counts once it is executed

    async def __aenter__(self) -> _FetchingCursor:
        return self

    async def execute(self, statement: str, parameters: Sequence[Any] = ()) -> _FetchingCursor:
        """Execute a statement and fetch its rows."""
        rows: Any = await self._connection.execute_fetchall(statement, parameters)
        self._rows, self._done = rows, rows.cursor
        return self

    async def executemany(self, statement: str, parameters: Sequence[Sequence[Any]]) -> _FetchingCursor:
        """Execute a statement without rows once for each entry of `parameters`."""
        self._done = await self._connection.executemany(statement, parameters)
        return self

    async def fetchall(self) -> _Rows:
        """The rows."""
        return self._rows

    async def close(self) -> None:
        """Nothing is left open once the rows are fetched."""

    def __getattr__(self, name: str) -> Any:
        return getattr(self._done, name)  # description, rowcount, lastrowid


class _AsyncConnection(aiosqlite.Connection):
    def cursor(self) -> Any:
        return _FetchingCursor(self)


def connection_to(path: Path) -> aiosqlite.Connection:
    """A connection to the file, opened when it is awaited; its thread keeps no process from ending."""
    # Python's driver would begin transactions by itself, and only before writes: `set_up` does it instead.
    # A connection may be closed by another thread than its own (see `_Connection`).
    connect = partial(
        sqlite3.connect, path, isolation_level=None, factory=_Connection, check_same_thread=False
    )
    made: list[aiosqlite.Connection] = []
    # A thread is a daemon if the one that made it is, and aiosqlite has no other way to say so.
    maker = Thread(target=lambda: made.append(_AsyncConnection(connect, iter_chunk_size=64)), daemon=True)
    maker.start()
    maker.join()
    return made[0]


def set_up(engine: AsyncEngine, busy_timeout: Callable[[], int]) -> None:
    """Prepare each new connection, and begin read-write transactions with the write lock.

    `busy_timeout` is called before each of both and returns milliseconds.
    """

    def prepare(connection: Any, record: Any) -> None:
        wait = record.info["busy_timeout"] = busy_timeout()
        cursor = connection.cursor()
        for pragma in (f"busy_timeout = {wait}", *_PRAGMAS):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    def begin(connection: sa.Connection) -> None:
        if not connection.get_execution_options().get("write", False):
            _execute(connection, "BEGIN")
            return
        if (wait := busy_timeout()) != connection.info["busy_timeout"]:
            _execute(connection, f"PRAGMA busy_timeout = {wait}")
            connection.info["busy_timeout"] = wait
        _execute(connection, "BEGIN IMMEDIATE")

    event.listen(engine.sync_engine, "connect", prepare)
    event.listen(engine.sync_engine, "begin", begin)


def _execute(connection: sa.Connection, command: str) -> None:
    """Run a command on aiosqlite's own connection: one thread switch, not a statement's three."""
    driver = cast(sa.AdaptedConnection, connection.connection.dbapi_connection)
    driver.run_async(lambda aiosqlite: aiosqlite.execute(command))
