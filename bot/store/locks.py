"""The locks that make one process the leader: a file beside SQLite's database, a session of PostgreSQL."""

from __future__ import annotations

import contextlib
import fcntl
import os
from collections.abc import AsyncIterator
from typing import IO, Protocol

from bot.errors import StoreError
from bot.store import sql

FENCE = 2.5  # seconds after the last confirmation in which the leader may act
GRACE = 3.0  # seconds that a successor waits: the fence, and some time for calls to be canceled


class Lock(Protocol):
    """A lock that one process holds at a time. Every method except `release` raises StoreError."""

    grace: float  # seconds in which a process may not have noticed yet that it lost the lock

    async def acquire(self) -> bool:
        """Try to take the lock; False if another process holds it."""
        ...

    async def confirm(self) -> None:
        """Raise StoreError if this process no longer holds the lock."""
        ...

    async def release(self) -> None:
        """Release the lock, if held."""
        ...


class FileLock:
    """A lock on the file `<database>.lock`; the system releases it when the process ends."""

    grace = 0.0

    def __init__(self, database: sql.Database) -> None:
        if database.path is None:
            raise TypeError("a file lock needs a SQLite database")
        self._name = database.path.name
        self._path = database.path.with_name(self._name + ".lock")
        self._file: IO[str] | None = None

    async def acquire(self) -> bool:
        try:
            file = os.fdopen(os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600), "r+", encoding="utf-8")
        except OSError as error:
            raise StoreError(
                f"cannot create the lock file beside {self._name}: {error.strerror}; DATABASE_URL must name "
                f"a file in a folder that this user may write to"
            ) from error
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            file.close()
            return False
        self._file = file
        with contextlib.suppress(OSError):  # the disk may be full; only `doctor` reads the process id
            file.truncate(0)
            file.write(str(os.getpid()))
            file.flush()
        return True

    async def confirm(self) -> None:
        if self._file is None or not self._in_place(self._file):
            raise StoreError(f"{self._path.name} was deleted or replaced")

    def _in_place(self, file: IO[str]) -> bool:
        try:
            return os.path.samestat(os.fstat(file.fileno()), self._path.stat())
        except OSError:
            return False

    async def release(self) -> None:
        if self._file is not None:
            file, self._file = self._file, None
            with contextlib.suppress(OSError):  # the disk may be full
                file.close()


def lock_of(database: sql.Database) -> Lock:
    """The lock for this database's leader."""
    if database.is_sqlite:
        return FileLock(database)
    from bot.store.session_lock import SessionLock  # psycopg takes 9 MB, which a bot on SQLite can do without

    return SessionLock(database, grace=GRACE)


@contextlib.asynccontextmanager
async def exclusive(database: sql.Database) -> AsyncIterator[None]:
    """Hold the lock, so that no bot starts. Raises StoreError if one is running on the database."""
    lock = lock_of(database)
    try:
        if not await lock.acquire():
            raise StoreError(f"a bot is running on {database.url.database}; stop it first")
        yield
    finally:
        await lock.release()
