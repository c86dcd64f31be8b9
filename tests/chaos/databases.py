"""The database of a run: read from outside, and disturbed by another session."""

from __future__ import annotations

import asyncio
import contextlib
import sqlite3
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any, Protocol

import psycopg

from tests.chaos.plan import Lock, Plan
from tests.store import postgres

_OURS = "application_name = 'parcel-bot'"
_TABLES = ("orders", "nodes", "notices", "updates", "follows", "chats")


class Reading(Protocol):
    """An open look at the database."""

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """All rows of a query."""
        ...

    def integrity(self) -> str:
        """What is broken; `ok` for nothing."""
        ...


class Base(Protocol):
    """A database that replicas run on."""

    url: str

    def reading(self) -> contextlib.AbstractContextManager[Reading]:
        """The database as it is, for looking only. Raises OSError if the database does not answer."""
        ...

    async def hold(self, lock: Lock) -> None:
        """Hold a lock, as another program would."""
        ...

    async def cut(self) -> None:
        """End every session of the bot."""
        ...

    async def restart(self, how: str) -> None:
        """Stop the server and start it again: `fast`, `immediate` or `kill`."""
        ...


class _SqliteReading:
    def __init__(self, connection: sqlite3.Connection) -> None:
        self._on = connection

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        return self._on.execute(query).fetchall()

    def integrity(self) -> str:
        ((said,),) = self.rows("PRAGMA integrity_check")
        return str(said)


class Sqlite:
    """A file."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / "bot.db"
        self.url = f"sqlite:///{self._path}"

    @contextlib.contextmanager
    def reading(self) -> Iterator[Reading]:
        connection = sqlite3.connect(f"file:{self._path}?mode=ro", uri=True, timeout=10.0)
        try:
            yield _SqliteReading(connection)
        finally:
            connection.close()

    async def hold(self, lock: Lock) -> None:
        if not self._path.exists():
            return
        connection = sqlite3.connect(self._path, isolation_level=None, timeout=0.2)
        try:
            connection.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError:  # the bot holds it at this moment
            connection.close()
            return
        try:
            await asyncio.sleep(lock.seconds)
        finally:
            connection.execute("ROLLBACK")
            connection.close()

    async def cut(self) -> None:
        raise NotImplementedError("a file has no sessions")

    async def restart(self, how: str) -> None:
        raise NotImplementedError("a file has no server")


class _PostgresReading:
    def __init__(self, connection: psycopg.Connection[tuple[Any, ...]]) -> None:
        self._on = connection

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        return self._on.execute(query.encode()).fetchall()

    def integrity(self) -> str:
        """Whether tables and their keys' indexes hold the same rows; the wheel has no amcheck."""
        found = []
        for table in _TABLES:
            counts = []
            for way, other in (("seqscan", "indexonlyscan"), ("indexonlyscan", "seqscan")):
                self._on.execute(f"SET enable_{way} = on".encode())
                self._on.execute(f"SET enable_{other} = off".encode())
                counts.append(self.rows(f"SELECT count(*) FROM {table}")[0][0])  # fixed names
            if len(set(counts)) > 1:
                found.append(f"{table}: {counts}")
        return ", ".join(found) or "ok"


class Postgres:
    """A server of the run alone, which writes everything down before it says so."""

    def __init__(self, server: postgres.Server) -> None:
        self._server = server
        self.url = server.address
        self._restarting = asyncio.Lock()

    @contextlib.contextmanager
    def reading(self) -> Iterator[Reading]:
        # A lock of ours is released by the very loop that a look holds up: never wait for it.
        options = "-c lock_timeout=200"
        try:
            with psycopg.connect(self.url, autocommit=True, connect_timeout=5, options=options) as connection:
                yield _PostgresReading(connection)
        except psycopg.OperationalError as error:
            raise OSError(str(error)) from error

    async def hold(self, lock: Lock) -> None:
        statement = f"LOCK TABLE {lock.what} IN ACCESS EXCLUSIVE MODE"
        if lock.rows:
            statement = f"SELECT count(*) FROM (SELECT 1 FROM {lock.what} FOR UPDATE) AS held"  # fixed names
        with contextlib.suppress(psycopg.Error):  # a restart of the server ends it early
            async with await psycopg.AsyncConnection.connect(self.url, connect_timeout=5) as connection:
                await connection.execute(b"SET lock_timeout = '2s'")
                await connection.execute(statement.encode())
                await asyncio.sleep(lock.seconds)
                await connection.rollback()

    async def cut(self) -> None:
        with contextlib.suppress(psycopg.Error):
            async with await psycopg.AsyncConnection.connect(self.url, connect_timeout=5) as connection:
                await connection.execute(
                    f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE {_OURS}".encode()
                )

    async def restart(self, how: str) -> None:
        async with self._restarting:
            if how == "kill":
                await asyncio.to_thread(self._server.kill)
            else:
                await asyncio.to_thread(self._server.restart, how)


@contextlib.asynccontextmanager
async def base(plan: Plan, folder: Path) -> AsyncIterator[Base]:
    """The database that the plan asks for. Raises postgres.Unavailable."""
    if plan.size.database == "sqlite":
        yield Sqlite(folder)
        return
    with postgres.server(hasty=False) as server:
        yield Postgres(server)
