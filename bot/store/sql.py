"""The database engine, transactions, and all differences between SQLite and PostgreSQL."""

from __future__ import annotations

import asyncio
import functools
import os
import re
import secrets
import sqlite3
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager, nullcontext, suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from bot.errors import SettingsError, StoreError
from bot.store.sqlite import BUSY_TIMEOUT, connection_to, set_up

Row = Mapping[str, Any]
T = TypeVar("T")
Connect = Callable[[], Awaitable[Any]]  # opens a connection like `aiosqlite.connect`

_NO_CONNECTION = ("connection ", "failed to resolve", "[Errno")  # how psycopg's messages begin then
_IN_HURRY = 100  # milliseconds that a stopping bot waits for a lock
_FULL = 4 << 20  # bytes of free disk space below which SQLite may fail to write
_REFUSED_FOR = 60.0  # seconds for which a write that failed on a full disk is reported
_AT_ONCE = 500  # values in one IN list, within every database's limit of parameters

# The server's time-outs for hanging connections and statements (in milliseconds unless given).
_POSTGRES_SESSION = {
    "lock_timeout": "10s",
    "statement_timeout": "60s",
    "idle_in_transaction_session_timeout": "60s",
}


def database_url(text: str) -> sa.URL:
    """A setting (`bot.db`, `sqlite:///bot.db`, `postgresql://…`) as the URL of an async driver.

    Raises SettingsError for anything else.
    """
    fix = "give a path, sqlite:///… or postgresql://…"
    if "://" not in text:
        text = f"sqlite:///{text}"
    if text.startswith("postgres://"):
        text = text.replace("postgres://", "postgresql://", 1)
    try:
        url = sa.make_url(text)
    except (sa.exc.ArgumentError, ValueError):  # ValueError: the port is not a number
        raise SettingsError("DATABASE_URL", fix) from None
    drivers = {"sqlite": "sqlite+aiosqlite", "postgresql": "postgresql+psycopg"}
    name = drivers.get(url.get_backend_name())
    if name is None or (name == drivers["sqlite"] and url.database in (None, "", ":memory:")) or "\0" in text:
        raise SettingsError("DATABASE_URL", fix)
    return url.set(drivername=name)


def make_engine(url: sa.URL, connect: Connect) -> AsyncEngine:
    """An engine whose SQLite connections begin transactions explicitly and wait for each other.

    `connect` opens those connections. Errors never show statement parameters, which contain customers' data.
    """
    if url.get_backend_name() == "sqlite":
        return create_async_engine(
            url,
            async_creator=connect,
            pool_size=4,
            max_overflow=4,
            hide_parameters=True,
        )
    options = " ".join(f"-c {name}={value}" for name, value in _POSTGRES_SESSION.items())
    return create_async_engine(
        url,
        pool_size=8,
        max_overflow=8,
        pool_timeout=10,
        pool_pre_ping=True,  # so that the next transaction works after a restart of the server
        hide_parameters=True,
        connect_args={"options": options, "connect_timeout": 5, "application_name": "parcel-bot"},
    )


def _writes(connection: sa.Connection) -> bool:
    return bool(connection.get_execution_options().get("write", False))


@contextmanager
def _door(driver_error: type[Exception]) -> Iterator[None]:
    """Translate database errors, those of SQLAlchemy and of the driver itself, into StoreError.

    Errors that mean a wrong statement (IntegrityError, DataError, ProgrammingError) are bugs of ours and are
    raised as they are.
    """
    try:
        yield
    except (sa.exc.IntegrityError, sa.exc.DataError, sa.exc.ProgrammingError):
        raise
    except sa.exc.DBAPIError as error:
        raise StoreError(_words(error.orig or error)) from error
    except (sa.exc.TimeoutError, driver_error) as error:
        raise StoreError(_words(error)) from error


def first_line(error: BaseException) -> str:
    """The first line of an error's message, without passwords."""
    return redact_url((str(error).strip() or type(error).__name__).splitlines()[0])


def unusable(error: BaseException) -> str:
    """Why no connection to PostgreSQL could be had, with the fix."""
    return f"PostgreSQL cannot be used: {first_line(error)}; start it, or correct DATABASE_URL"


def _words(error: BaseException) -> str:
    first = first_line(error)
    fix = ""
    if isinstance(error, sqlite3.Error):
        if "not a database" in first or "malformed" in first:
            fix = "; restore a backup, or correct DATABASE_URL"
        elif "unable to open" in first or "readonly" in first:
            fix = "; DATABASE_URL must name a file that this user may write to, in a folder of theirs"
    elif first.startswith(_NO_CONNECTION):
        from psycopg import OperationalError  # takes 9 MB, which a bot on SQLite can do without

        if isinstance(error, OperationalError):
            return unusable(error)
    return f"database error: {first}{fix}"


class Database:
    """Transactions on one database. SQLite allows one writer; in this process an asyncio lock queues them."""

    def __init__(self, url: str, connect: Connect | None = None) -> None:
        self.url = database_url(url)
        self._check_folder()
        self.engine = make_engine(self.url, connect or self._connect)
        self._patiently = True
        if self.is_sqlite:
            set_up(self.engine, lambda: BUSY_TIMEOUT if self._patiently else _IN_HURRY)
        self._writer = asyncio.Lock() if self.is_sqlite else None
        self._doors = {write: self.engine.execution_options(write=write) for write in (False, True)}
        # Called with the duration of each transaction.
        self.observe: Callable[[str, float], None] = lambda kind, seconds: None
        self._file: os.stat_result | None = None  # the file as it was opened first
        self._full_at = float("-inf")

    def wait_for_locks(self, *, patiently: bool) -> None:
        """Whether transactions that begin from now on wait for another program's lock: not at the end."""
        self._patiently = patiently

    @property
    def is_sqlite(self) -> bool:
        return self.url.get_backend_name() == "sqlite"

    @property
    def path(self) -> Path | None:
        """The database file; None on PostgreSQL."""
        return Path(self.url.database) if self.is_sqlite and self.url.database else None

    @asynccontextmanager
    async def write(self) -> AsyncIterator[AsyncConnection]:
        """A read-write transaction: committed at the end, rolled back by an exception.

        Raises StoreError if the database cannot be reached, stays locked, is full or is damaged.
        """
        with self._timed("write"):
            async with self._writer or nullcontext(), self._begin(write=True) as connection:
                yield connection

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncConnection]:
        """A read-only transaction, concurrent with any writer. Raises StoreError as `write` does."""
        with self._timed("read"):
            async with self._begin(write=False) as connection:
                yield connection

    @contextmanager
    def _timed(self, kind: str) -> Iterator[None]:
        started = time.perf_counter()
        try:
            yield
        finally:
            self.observe(kind, time.perf_counter() - started)

    @asynccontextmanager
    async def _begin(self, *, write: bool) -> AsyncIterator[AsyncConnection]:
        with _door(self.engine.dialect.loaded_dbapi.Error):
            self._check_file()
            try:
                async with self._doors[write].begin() as connection:
                    yield connection
            except sa.exc.OperationalError as error:
                if "full" in str(error.orig):
                    self._full_at = time.monotonic()
                raise

    def _check_folder(self) -> None:
        if self.path is None:
            return
        if not self.path.parent.is_dir():
            raise SettingsError(
                "DATABASE_URL", f"the folder {self.path.parent} does not exist; create it first"
            )
        if self.path.is_dir():
            raise SettingsError("DATABASE_URL", f"{self.path} is a folder; name a file in it, such as bot.db")

    def check(self) -> None:
        """Raise StoreError if the SQLite file was moved or replaced, or its disk is full."""
        if self.path is None:
            return
        self._check_file()
        if time.monotonic() - self._full_at < _REFUSED_FOR or _room(self.path.parent) < _FULL:
            raise StoreError(f"the disk of {self.path.name} is full; free some space")

    def _check_file(self) -> None:
        """Raise StoreError if the file was moved or replaced: what is written to it now would be lost."""
        if self.path is None or self._file is None:
            return
        try:
            there = os.path.samestat(self.path.stat(), self._file)
        except OSError:
            there = False
        if not there:
            raise StoreError(
                f"{self.path.name} was moved, deleted or replaced under the running bot: stop the bot, "
                f"put the right file there, start it again"
            )

    async def _connect(self) -> Any:
        """Open the file, checked before: SQLite would create a missing one, readable by all."""
        self._check_file()
        self.create_file()
        return await connection_to(Path(self.url.database or ""))

    def create_file(self) -> None:
        """Create a new SQLite file that only its owner may read, because it will hold tokens.

        From now on, `check` expects this very file at the path. Raises StoreError.
        """
        if self.path is None or self._file is not None:
            return
        try:
            with suppress(FileExistsError):
                os.close(os.open(self.path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
            self._file = self.path.stat()
        except OSError as error:
            raise StoreError(
                f"cannot create {self.path}: {error.strerror}; DATABASE_URL must name a file in a folder "
                f"that this user may write to"
            ) from error

    async def close(self) -> None:
        await self.engine.dispose()


def _room(folder: Path) -> int:
    """Free bytes on the disk."""
    disk = os.statvfs(folder)
    return disk.f_bavail * disk.f_frsize


def new_lease() -> str:
    """A new random lease token, which settling has to present."""
    return secrets.token_hex(8)


# Building a statement costs more than running it, so those on hot paths are built once.


def insert_or_ignore(connection: AsyncConnection, table: sa.Table, *returned: sa.Column[Any]) -> Any:
    """INSERT that leaves an existing row as it is, and returns these columns of a new one."""
    return _ignoring(table, returned, on_sqlite=is_sqlite(connection))


@functools.cache
def _ignoring(table: sa.Table, returned: tuple[sa.Column[Any], ...], *, on_sqlite: bool) -> Any:
    statement = insert_into(table, on_sqlite=on_sqlite).on_conflict_do_nothing()
    return statement.returning(*returned) if returned else statement


async def add(connection: AsyncConnection, table: sa.Table, row: Row) -> bool:
    """Insert the row; False if its key exists already, whose row is left as it is."""
    statement = insert_or_ignore(connection, table, next(iter(table.primary_key.columns)))
    return (
        await connection.execute(statement, row)
    ).first() is not None  # not every driver counts inserted rows


def upsert(connection: AsyncConnection, table: sa.Table, keys: Sequence[str], changing: Iterable[str]) -> Any:
    """INSERT that overwrites the `changing` columns of an existing row."""
    statement = insert(connection, table)
    return statement.on_conflict_do_update(
        index_elements=list(keys), set_={name: statement.excluded[name] for name in changing}
    )


def upsert_whole(connection: AsyncConnection, table: sa.Table) -> Any:
    """INSERT that overwrites all but the key of an existing row."""
    return _overwriting(table, on_sqlite=is_sqlite(connection))


@functools.cache
def _overwriting(table: sa.Table, *, on_sqlite: bool) -> Any:
    keys = [column.name for column in table.primary_key]
    statement = insert_into(table, on_sqlite=on_sqlite)
    rest = {column.name: statement.excluded[column.name] for column in table.c if column.name not in keys}
    return statement.on_conflict_do_update(index_elements=keys, set_=rest)


def insert(connection: AsyncConnection, table: sa.Table) -> Any:
    """The dialect's INSERT, which supports ON CONFLICT."""
    return insert_into(table, on_sqlite=is_sqlite(connection))


def insert_into(table: sa.Table, *, on_sqlite: bool) -> Any:
    """The same for statements that are built once per database."""
    return (sqlite if on_sqlite else postgresql).insert(table)


def locking(connection: AsyncConnection, query: sa.Select[Any]) -> sa.Select[Any]:
    """In a read-write transaction on PostgreSQL, lock the selected rows until its end.

    This makes reading, deciding and writing one step, as on SQLite, which has one writer. The lock still lets
    others check foreign keys against the rows.
    """
    sync = connection.sync_connection
    if connection.dialect.name == "postgresql" and sync is not None and _writes(sync):
        return query.with_for_update(key_share=True)
    return query


def in_order(
    table: sa.Table, *where: sa.ColumnElement[bool], skip_locked: bool = False
) -> sa.ColumnElement[bool]:
    """The condition for an UPDATE or DELETE of many rows that locks them in the order of their ids.

    So two of them never deadlock (PostgreSQL; SQLite has one writer). `skip_locked` leaves out the rows that
    other transactions have locked.
    """
    rows = sa.select(table.c.id).where(*where).order_by(table.c.id)
    return table.c.id.in_(rows.with_for_update(key_share=True, skip_locked=skip_locked))


def moved_back(moment: sa.Column[datetime], back: timedelta) -> sa.ColumnElement[datetime]:
    """The column's time, earlier by `back`."""
    span = back // timedelta(milliseconds=1)
    return sa.type_coerce(sa.type_coerce(moment, sa.BigInteger) - span, moment.type)


def among(column: sa.ColumnElement[Any], name: str) -> sa.ColumnElement[bool]:
    """SQL for: the column (or the tuple of columns) is one of the values in parameter `name`."""
    return column.in_(sa.bindparam(name, expanding=True))


def is_sqlite(connection: AsyncConnection) -> bool:
    """Whether this is SQLite, which differs in a few statements."""
    return connection.dialect.name == "sqlite"


def chunks(values: Iterable[T], size: int = _AT_ONCE) -> Iterator[list[T]]:
    """The distinct values in chunks that fit one IN list, in their order."""
    known = list(dict.fromkeys(values))
    for start in range(0, len(known), size):
        yield known[start : start + size]


def redact_url(text: str) -> str:
    """A database URL without its password."""
    return re.sub(r"(://[^:/@\s]*):[^@/\s]+@", r"\1:***@", text)
