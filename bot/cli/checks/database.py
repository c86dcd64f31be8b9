"""Checks of the database: version, integrity, schema, who writes to it, and its backlog."""

from __future__ import annotations

import asyncio
import fcntl
import os
import sqlite3
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path

from bot.book import book_needs
from bot.cli.checks import Finding, failure, ok, warning
from bot.cli.numbers import counted
from bot.cli.program import PROGRAM
from bot.model import BookNeeds
from bot.settings import Settings
from bot.store import Store, migrations
from bot.store.sql import redact_url

_RESET_RACE_FIXED = (3, 51, 3)
_BUSY = "check whether another program uses it and whether the disk is healthy, then try again"
_QUICK_CHECK_UP_TO = 200_000_000  # bytes; checking a larger file takes too long


async def sqlite(store: Store) -> Iterable[Finding]:
    """Check the SQLite file, its schema and its writer."""
    path = store.database.path
    if path is None:
        return []
    found = _version(path)
    if not path.exists():
        if not path.parent.is_dir() or not os.access(path.parent, os.W_OK):
            return [*found, failure("database", f"{path.parent} cannot be written to", "change DATABASE_URL")]
        return [*found, ok("database", f"SQLite, {path.name} will be created by the first run")]
    if not os.access(path, os.W_OK) or not os.access(path.parent, os.W_OK):
        return [
            *found,
            failure("database", f"{path} or its folder is read-only", "let the bot's user write to it"),
        ]
    try:
        verdict = await asyncio.to_thread(_sound, path)
    except sqlite3.OperationalError as error:  # locked, or a disk error: the file itself may be fine
        return [*found, failure("database", f"{path.name} cannot be read now: {error}", _BUSY)]
    if verdict != "ok":
        return [*found, failure("database", f"{path.name} is damaged: {verdict}", "restore a backup")]
    found.append(
        ok("database", f"SQLite {sqlite3.sqlite_version}, {path.name}, {path.stat().st_size / 1e6:.1f} MB")
    )
    return [*found, await _schema(store), _writer(path)]


async def postgresql(store: Store) -> Iterable[Finding]:
    """Check that the PostgreSQL server answers, and its schema."""
    if store.database.is_sqlite:
        return []
    shown = redact_url(store.database.url.render_as_string())
    try:
        schema = await _schema(store)
        async with store.database.read() as on:
            version = (await on.exec_driver_sql("SHOW server_version")).scalar_one()
    except Exception as error:  # noqa: BLE001  any driver error means the same here
        return [
            failure(
                "database",
                f"cannot connect to PostgreSQL at {shown}: {_first_line(error)}",
                "check that it is running, and the name and password in DATABASE_URL",
            )
        ]
    return [ok("database", f"PostgreSQL {version} at {shown}"), schema]


def _first_line(error: BaseException) -> str:
    cause = getattr(error, "orig", None) or error
    return (str(cause).strip().splitlines() or [type(error).__name__])[0]


async def _schema(store: Store) -> Finding:
    at, newest = await migrations.revision(store.database), migrations.head()
    if at == newest:
        return ok("schema", f"up to date ({at})")
    if at is None or at < newest:
        return warning(
            "schema",
            f"{at or 'empty'}, {newest} is current",
            f"`run` updates it, or `{PROGRAM} migrate` now",
        )
    return failure(
        "schema", f"{at} was written by a newer version of this bot", "update the bot, or restore a backup"
    )


def _version(path: Path) -> list[Finding]:
    """Whether this SQLite is too old for the second program that keeps its files beside the database."""
    copied = path.with_name(f".{path.name}-litestream").exists()
    if not copied or sqlite3.sqlite_version_info >= _RESET_RACE_FIXED:
        return []
    return [
        warning(
            "sqlite",
            f"Litestream uses this file, and SQLite {sqlite3.sqlite_version} can damage a file that two "
            "programs write to (fixed in 3.51.3)",
            "stop Litestream, or use a Python with a newer SQLite",
        )
    ]


def _sound(path: Path) -> str:
    """`ok`, or what SQLite finds wrong with the file."""
    if path.stat().st_size > _QUICK_CHECK_UP_TO:
        return "ok"
    try:
        with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=5)) as connection:
            return str(connection.execute("PRAGMA quick_check(1)").fetchone()[0])
    except sqlite3.OperationalError:
        raise
    except sqlite3.Error as error:  # not a database, or a damaged one
        return str(error)


def _writer(path: Path) -> Finding:
    lock = path.with_name(path.name + ".lock")
    if not lock.exists():
        return ok("writer", "no bot is running on it")
    with lock.open(encoding="utf-8") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except OSError:
            return ok("writer", f"a bot is running on it (process {handle.read().strip() or 'unknown'})")
    return ok("writer", "no bot is running on it")


async def is_current(store: Store) -> bool:
    """Whether there is a database of this version; whatever else there is has a line of its own."""
    if store.database.path is not None and not store.database.path.exists():
        return False
    return await migrations.revision(store.database) == migrations.head()


async def book(store: Store, chosen: Settings) -> Iterable[Finding]:
    """Whether the day's calls suffice for the orders that only the shop watches."""
    if not await is_current(store):
        return []
    async with store.read() as tx:
        watched = await tx.book.count()
    budget = chosen.aliexpress_calls_per_day
    needs = book_needs(watched.unwaited, chosen.check_max_seconds, budget)
    if not needs.orders:
        return [ok("watched", f"{counted(watched.orders, 'order')}, each with a follower")]
    if needs.short:
        fix = "raise ALIEXPRESS_CALLS_PER_DAY if your app allows more, or CHECK_MAX_SECONDS"
        return [warning("watched", describe(needs, budget), fix)]
    return [ok("watched", describe(needs, budget))]


def describe(needs: BookNeeds, budget: int) -> str:
    """What the book costs, and what happens where the day's calls do not suffice."""
    nouns = ("watched order that nobody follows needs", "watched orders that nobody follows need")
    text = f"{counted(needs.orders, *nouns)} {needs.calls:,} of {budget:,} calls a day"
    if not needs.short:
        return text
    days = needs.gap / 86_400
    return f"{text}; they get {needs.granted:,}, so each is checked about every {days:.1f} days"


async def backlog(store: Store) -> Iterable[Finding]:
    """Check the outbox, updates set aside, and unrecognized texts."""
    if not await is_current(store):
        return []
    async with store.read() as tx:
        depth, aside, texts = (
            await tx.notices.depth(),
            await tx.updates.failed_for_good(),
            await tx.memory.unknown(1),
        )
    found = [ok("outbox", f"{depth.due} waiting, {depth.dead} dead letters")]
    if depth.dead:
        found[0] = warning(
            "outbox", f"{depth.dead} messages could not be delivered", f"`{PROGRAM} dead-letters` shows why"
        )
    if aside:
        found.append(warning("updates", f"{len(aside)} could not be handled", f"`{PROGRAM} dead-letters`"))
    if texts:
        found.append(ok("texts", f"some carrier texts match no rule: `{PROGRAM} unknown` lists them"))
    return found


async def api(store: Store, chosen: Settings) -> Iterable[Finding]:
    """Whether the HTTP API can be reached by those who have a key."""
    if not await is_current(store):
        return []
    async with store.read() as tx:
        keys = await tx.keys.all()
    if not keys:
        return [ok("api", "off: there is no key")]
    count = counted(len(keys), "key")
    if chosen.listen_address() is None:
        return [failure("api", f"{count}, but no port: LISTEN is empty", "set LISTEN, or revoke the keys")]
    if not chosen.public_url:
        return [
            warning(
                "api", f"{count}, but no address for tracking pages", "set PUBLIC_URL to the public address"
            )
        ]
    if chosen.public_url.startswith("http://"):
        return [
            warning("api", f"{count}, sent unencrypted to {chosen.public_url}", "use https for PUBLIC_URL")
        ]
    return [ok("api", f"on, {count}, reached at {chosen.public_url}/api/v1")]
