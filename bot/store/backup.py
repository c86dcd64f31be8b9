"""A consistent copy of a live SQLite database, by SQLite's own online backup."""

from __future__ import annotations

import asyncio
import os
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from bot.errors import StoreError
from bot.store.sql import Database

_PAGES_A_STEP = 512


async def copy(database: Database, path: Path, progress: Callable[[int, int], None] | None = None) -> None:
    """Copy to `path` (mode 0600), beside a running bot. `progress` gets pages done and pages in all.

    Raises StoreError when it cannot, leaving nothing half-written under `path`.
    """
    if database.path is None:
        raise StoreError("backup copies SQLite files; for PostgreSQL use pg_dump")
    if not database.path.exists():
        raise StoreError(f"there is no database at {database.path}")
    await asyncio.to_thread(_copy, database.path, path, progress)


def _copy(source: Path, target: Path, progress: Callable[[int, int], None] | None) -> None:
    partial = target.with_name(target.name + ".partial")
    partial.unlink(missing_ok=True)
    try:
        os.close(os.open(partial, os.O_CREAT | os.O_WRONLY, 0o600))
        with closing(sqlite3.connect(source)) as live, closing(sqlite3.connect(partial)) as saved:
            live.backup(
                saved,
                pages=_PAGES_A_STEP,
                progress=lambda _s, left, total: progress(total - left, total) if progress else None,
                sleep=0.01,
            )
            saved.execute("PRAGMA journal_mode = DELETE")
            (verdict,) = saved.execute("PRAGMA quick_check(1)").fetchone()
        if verdict != "ok":
            raise StoreError(f"the copy is not sound ({verdict}); the live database needs repair")
        partial.replace(target)
    except (sqlite3.Error, OSError) as error:
        raise StoreError(f"cannot back up to {target}: {error}") from error
    finally:
        partial.unlink(missing_ok=True)
