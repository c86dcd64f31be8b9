"""A consistent copy of a live SQLite database, by SQLite's own online backup."""

from __future__ import annotations

import asyncio
import os
import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import datetime
from pathlib import Path

from bot.errors import StoreError
from bot.store.sql import Database

_PAGES_A_STEP = 512
_COMPANIONS = ("", "-wal", "-shm", "-journal", ".lock")  # file name suffixes of a database in use
_HEADER = b"SQLite format 3\0"


async def copy(
    database: Database, path: Path, now: datetime, progress: Callable[[int, int], None] | None = None
) -> Path:
    """Copy to `path` (mode 0600) while the bot may be running, check the copy, and return its path.

    If `path` is a folder, the file name contains the time. `progress` gets pages done and pages in all.
    Raises StoreError, leaving no partial file, if copying fails or would replace anything but an older copy.
    """
    if database.path is None:
        raise StoreError("backup copies SQLite files; for PostgreSQL use pg_dump")
    if not database.path.exists():
        raise StoreError(f"there is no database at {database.path}")
    return await asyncio.to_thread(_copy_to, database.path, path, now, progress)


def _copy_to(source: Path, path: Path, now: datetime, progress: Callable[[int, int], None] | None) -> Path:
    target = path / f"{source.stem}-{now:%Y-%m-%d-%H%M%S}.db" if path.is_dir() else path
    _refuse_harm(source, target)
    _copy(source, target, progress)
    return target


def _refuse_harm(source: Path, target: Path) -> None:
    """Raise StoreError if the copy would replace a database in use, or a file that is not a database."""
    for end in _COMPANIONS:
        if _same(target, source.with_name(source.name + end)):
            raise StoreError(f"{target} belongs to the database itself; choose another path for the copy")
    if not target.parent.is_dir():
        raise StoreError(f"the folder {target.parent} does not exist; create it first")
    if any(target.with_name(target.name + end).exists() for end in _COMPANIONS[1:]):
        raise StoreError(f"{target} looks like a database in use; choose another path for the copy")
    if not target.exists():
        return
    if not target.is_file():
        raise StoreError(f"{target} is not a regular file; choose another path for the copy")
    with target.open("rb") as there:
        header = there.read(len(_HEADER))
    if header and header != _HEADER:
        raise StoreError(f"{target} is not a database and was not replaced; choose another path for the copy")


def _same(one: Path, other: Path) -> bool:
    if os.path.realpath(one) == os.path.realpath(other):
        return True
    try:
        return one.samefile(other)
    except OSError:  # one of them does not exist
        return False


def _copy(source: Path, target: Path, progress: Callable[[int, int], None] | None) -> None:
    target = Path(os.path.realpath(target))  # a symbolic link keeps pointing to the copy
    partial = target.with_name(target.name + ".partial")
    try:
        partial.unlink(missing_ok=True)
        os.close(os.open(partial, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        with closing(sqlite3.connect(source)) as live, closing(sqlite3.connect(partial)) as saved:
            live.backup(
                saved,
                pages=_PAGES_A_STEP,
                progress=lambda _s, left, total: progress(total - left, total) if progress else None,
                sleep=0.01,
            )
            saved.execute("PRAGMA journal_mode = DELETE")
        _flush(partial)
        _check(partial)
        partial.replace(target)
        _flush(target.parent)
    except (sqlite3.Error, OSError) as error:
        raise StoreError(f"cannot back up to {target}: {error}") from error
    finally:
        partial.unlink(missing_ok=True)


def _flush(path: Path) -> None:
    """Flush a file's content, or a folder's entries, to disk."""
    opened = os.open(path, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


def _check(path: Path) -> None:
    """Check the copy's integrity. Raises StoreError if it is damaged."""
    with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as copied:
        (verdict,) = copied.execute("PRAGMA integrity_check(1)").fetchone()
        if verdict != "ok":
            raise StoreError(
                f"the copy is damaged ({verdict}), so the live database is, too: restore an older backup"
            )
        if copied.execute("SELECT 1 FROM sqlite_master WHERE name = 'orders'").fetchone() is None:
            raise StoreError("the database is empty; check DATABASE_URL")
