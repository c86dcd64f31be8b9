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
_COMPANIONS = ("", "-wal", "-shm", "-journal", ".lock")  # what belongs to a database in use
_HEADER = b"SQLite format 3\0"


async def copy(
    database: Database, path: Path, now: datetime, progress: Callable[[int, int], None] | None = None
) -> Path:
    """Copy to `path` (mode 0600), beside a running bot, and check what was written; returns where it lies.

    In a folder the copy's name holds the time. `progress` gets pages done and pages in all. Raises StoreError
    when it cannot, leaving nothing half-written, and where the copy would replace anything but an older copy.
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
    """Raise StoreError where the copy would replace what is in use, or no copy at all."""
    for end in _COMPANIONS:
        if _same(target, source.with_name(source.name + end)):
            raise StoreError(f"{target} belongs to the database itself; name another file for the copy")
    if not target.parent.is_dir():
        raise StoreError(f"there is no folder {target.parent}; make it first")
    if any(target.with_name(target.name + end).exists() for end in _COMPANIONS[1:]):
        raise StoreError(f"{target} looks like a database in use; name another file for the copy")
    if not target.exists():
        return
    if not target.is_file():
        raise StoreError(f"{target} is no file; name a file or a folder for the copy")
    with target.open("rb") as there:
        header = there.read(len(_HEADER))
    if header and header != _HEADER:
        raise StoreError(f"{target} is no older copy and is left as it is; name another file for the copy")


def _same(one: Path, other: Path) -> bool:
    if os.path.realpath(one) == os.path.realpath(other):
        return True
    try:
        return one.samefile(other)
    except OSError:  # one of them is not there
        return False


def _copy(source: Path, target: Path, progress: Callable[[int, int], None] | None) -> None:
    target = Path(os.path.realpath(target))  # a link goes on leading to the copy
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
    """Have the disk keep what was written to a file, or a folder's names."""
    opened = os.open(path, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


def _check(path: Path) -> None:
    """Read the whole copy anew, as a restored bot would. Raises StoreError where it is not sound."""
    with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as copied:
        (verdict,) = copied.execute("PRAGMA integrity_check(1)").fetchone()
        if verdict != "ok":
            raise StoreError(f"the copy is not sound ({verdict}); the live database needs repair")
        if copied.execute("SELECT 1 FROM sqlite_master WHERE name = 'orders'").fetchone() is None:
            raise StoreError("there is nothing in the database to copy: is DATABASE_URL right?")
