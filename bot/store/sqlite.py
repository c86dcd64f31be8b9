"""SQLite's connections: each lives in a thread of its own, which a statement visits once."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import aiosqlite


class Cursor:
    """One statement's results. They are few, so they are read where and when the statement is run."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._rows: list[Any] = []
        self.description: Sequence[Sequence[Any]] | None = None
        self.rowcount = -1
        self.lastrowid: int | None = None

    async def __aenter__(self) -> Cursor:
        return self

    async def execute(self, statement: str, parameters: Sequence[Any] = ()) -> Cursor:
        """Run one statement and read all its rows."""
        return await self._run(lambda on: on.execute(statement, parameters))

    async def executemany(self, statement: str, parameters: Iterable[Sequence[Any]]) -> Cursor:
        """Run one statement for each of many rows."""
        return await self._run(lambda on: on.executemany(statement, parameters))

    async def fetchall(self) -> list[Any]:
        """The rows, which are here already."""
        return self._rows

    async def close(self) -> None:
        """Nothing is left open."""

    async def _run(self, statement: Callable[[sqlite3.Connection], sqlite3.Cursor]) -> Cursor:
        def run(on: sqlite3.Connection) -> list[Any]:
            cursor = statement(on)
            self.description, self.rowcount = cursor.description, cursor.rowcount
            self.lastrowid = cursor.lastrowid
            return cursor.fetchall()

        self._rows = await self._connection.visit(run)
        return self


class Connection(aiosqlite.Connection):
    """A connection whose transaction begins with its first statement, on the same visit to its thread.

    A change of thread costs more than a small statement: the library makes eight of them for one.
    """

    def __init__(self, connector: Callable[[], sqlite3.Connection]) -> None:
        super().__init__(connector, iter_chunk_size=64)
        self._thread.daemon = True
        self._begin = ""
        self._begun = False
        self._writes = False

    def begin(self, *, write: bool) -> None:
        """Let the next statement begin a transaction; a writing one has the write lock from there on."""
        self._begin, self._writes = "BEGIN IMMEDIATE" if write else "BEGIN", write

    async def visit(self, work: Callable[[sqlite3.Connection], Any]) -> Any:
        """What `work` returns, done in the connection's thread and within the transaction."""
        on, begin, self._begin = self._conn, self._begin, ""
        self._begun = self._begun or bool(begin)  # already: who is cancelled while it begins must roll back

        def visit() -> Any:
            if begin:
                on.execute(begin)
            return work(on)

        return await self._in_thread(visit)

    def cursor(self) -> Cursor:  # type: ignore[override]  # without the library's own visit to make one
        """A cursor for one statement."""
        return Cursor(self)

    async def commit(self) -> None:
        """End the transaction; when it wrote, what it wrote is durable."""
        await self._end(self._conn.commit)

    async def rollback(self) -> None:
        """End the transaction without what it wrote."""
        await self._end(self._conn.rollback)

    async def _in_thread(self, work: Callable[[], Any]) -> Any:
        return await self._execute(work)  # type: ignore[no-untyped-call]  # the library's own has no types

    async def _end(self, end: Callable[[], None]) -> None:
        self._begin = ""
        if not self._begun:
            return
        if self._writes:
            await self._in_thread(end)
        else:  # nobody has to wait for that: the thread does it before the next transaction's work
            self._tx.put_nowait((None, end))
        self._begun = False


def connector(path: str, kind: type[Connection] = Connection) -> Callable[[], Any]:
    """What opens a connection to the file at `path`."""

    def open_file() -> sqlite3.Connection:
        return sqlite3.connect(path, check_same_thread=False, isolation_level=None)

    async def connect() -> aiosqlite.Connection:
        return await kind(open_file)

    return connect


def prepare(adapted: Any, _record: object) -> None:
    """Set up a new connection."""
    cursor = adapted.cursor()
    for pragma in (
        "busy_timeout = 5000",
        "journal_mode = WAL",
        # FULL: a commit that Telegram was told of must survive a power cut (ARCHITECTURE.md, Durability)
        "synchronous = FULL",
        # pages, 16 MB: a busy poller writes a thousand in a second, and whoever writes then waits meanwhile
        "wal_autocheckpoint = 4000",
        "foreign_keys = ON",
        "cache_size = -6144",  # KiB, for each of up to eight connections; the system caches the file, too
        "temp_store = MEMORY",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()
