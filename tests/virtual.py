"""Time that passes at once, and SQLite called within the event loop: nothing depends on the machine."""

from __future__ import annotations

import asyncio
import selectors
import sqlite3
from collections.abc import Callable, Coroutine, Generator
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

import aiosqlite

from bot.store.sqlite import Connection

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


class _AtOnce:
    """Stands for the queue of the connection's thread: does what is put in."""

    def put_nowait(self, work: tuple[asyncio.Future[Any] | None, Callable[[], Any]]) -> None:
        future, function = work
        result = function()
        if future is not None:
            future.set_result(result)


class Inline(Connection):
    """A connection without a thread. Beginning and ending a transaction let the others run once."""

    def __init__(self, connector: Callable[[], sqlite3.Connection]) -> None:
        super().__init__(connector)
        self._tx = _AtOnce()  # type: ignore[assignment]  # all that is used of a queue

    def __await__(self) -> Generator[Any, None, aiosqlite.Connection]:
        return self._connect().__await__()

    async def _connect(self) -> aiosqlite.Connection:
        if self._connection is None:
            self._connection = self._connector()
        return self

    async def _in_thread(self, work: Callable[[], Any]) -> Any:
        if not self._conn.in_transaction:
            await asyncio.sleep(0)
        return work()

    async def commit(self) -> None:
        await asyncio.sleep(0)
        await super().commit()

    async def close(self) -> None:
        self.stop()

    def stop(self) -> None:
        """Close at once: there is no thread to end."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None
