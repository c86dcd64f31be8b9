"""Time that passes at once, and SQLite called within the event loop: nothing depends on the machine."""

from __future__ import annotations

import asyncio
import selectors
import sqlite3
from collections.abc import Callable, Coroutine, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

T = TypeVar("T")
BEGIN = datetime(2026, 3, 2, tzinfo=UTC)


class _Selector(selectors.DefaultSelector):
    """Passes the time it is asked to wait."""

    def __init__(self) -> None:
        super().__init__()
        self.now = 1000.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if timeout is None:
            raise RuntimeError("everybody waits and nobody will ever wake them")
        self.now += max(0.0, timeout)
        return super().select(0)


class VirtualLoop(asyncio.SelectorEventLoop):
    """An event loop in which nobody really waits."""

    def __init__(self) -> None:
        self._passing = _Selector()
        super().__init__(self._passing)

    def time(self) -> float:
        return self._passing.now


def run(main: Coroutine[Any, Any, T]) -> T:
    """Run to the end in virtual time."""
    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        return runner.run(main)


def clock() -> float:
    """The virtual time in seconds."""
    return asyncio.get_running_loop().time()


def now() -> datetime:
    """The virtual time of day."""
    return BEGIN + timedelta(seconds=clock())


class _Cursor:
    """One statement, run where it is awaited."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._on = connection
        self._cursor = connection.cursor()

    async def __aenter__(self) -> _Cursor:
        return self

    async def execute(self, statement: str, parameters: Sequence[Any] = ()) -> _Cursor:
        """Run it; the others run once before a transaction begins."""
        if not self._on.in_transaction:
            await asyncio.sleep(0)
        self._cursor.execute(statement, parameters)
        return self

    async def executemany(self, statement: str, parameters: Sequence[Sequence[Any]]) -> _Cursor:
        """Run it for each of many rows."""
        self._cursor.executemany(statement, parameters)
        return self

    async def fetchall(self) -> list[Any]:
        """All rows."""
        return self._cursor.fetchall()

    async def close(self) -> None:
        """Let go of the statement."""
        self._cursor.close()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._cursor, name)  # description, rowcount, lastrowid


class _Inline:
    """What SQLAlchemy's dialect asks of aiosqlite's connections, without a thread."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection: sqlite3.Connection | None = connection  # the dialect looks whether it is open

    @property
    def _on(self) -> sqlite3.Connection:
        assert self._connection is not None
        return self._connection

    def cursor(self) -> _Cursor:
        """A cursor for one statement."""
        return _Cursor(self._on)

    async def execute(self, command: str) -> None:
        """Run a statement without parameters or rows."""
        self._on.execute(command)

    async def create_function(self, *args: Any, **options: Any) -> None:
        """Register a function of SQL."""
        self._on.create_function(*args, **options)

    async def commit(self) -> None:
        """End the transaction; the others run once before."""
        await asyncio.sleep(0)
        self._on.commit()

    async def rollback(self) -> None:
        """End the transaction without what it wrote."""
        self._on.rollback()

    async def close(self) -> None:
        """Close at once."""
        self.stop()

    def stop(self) -> None:
        """Close at once: there is no thread to end."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None


def inline(path: Path) -> Callable[[], Coroutine[Any, Any, _Inline]]:
    """What opens connections to the file at `path` that need no thread."""

    async def connect() -> _Inline:
        return _Inline(sqlite3.connect(path, isolation_level=None))

    return connect
