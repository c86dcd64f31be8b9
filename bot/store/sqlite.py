"""Setting up SQLite connections: pragmas, and how transactions begin."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from typing import Any, cast

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


class _SelfClosing(sqlite3.Connection):
    """Closes itself when it is garbage-collected: aiosqlite leaks a connection whose opener is canceled."""

    def __del__(self) -> None:
        self.close()


# Python's driver would begin transactions by itself, and only before writes, so `set_up` does it instead.
# A connection may be closed by another thread than its own (see `_SelfClosing`).
CONNECT_ARGS = {"isolation_level": None, "factory": _SelfClosing, "check_same_thread": False}


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
