"""Moving all data from one database to another: in batches, resumable, verified at the end."""

from __future__ import annotations

import hashlib
import json
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.errors import StoreError
from bot.store import migrations, sql
from bot.store.locks import exclusive
from bot.store.tables import memory, metadata

_BATCH = 1000
_MARK = "moving"  # the key in `memory` of how far a move got
Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class CopiedTable:
    """One table after the move: its number of rows in both databases, and checksums of all values."""

    table: str
    rows: int
    rows_there: int
    checksum: str
    checksum_there: str

    @property
    def same(self) -> bool:
        return (self.rows, self.checksum) == (self.rows_there, self.checksum_there)


async def move(source: sql.Database, target: sql.Database, progress: Progress) -> list[CopiedTable]:
    """Copy every row and compare. `progress` gets a table's name, rows done and rows in all: copying, then
    comparing.

    No bot may run on either database. An interrupted move continues where it stopped. Raises StoreError for a
    source that is not up to date, and for a target in use, of a newer version or with other data.
    """
    async with AsyncExitStack() as locks:
        for database in (source, target):
            await locks.enter_async_context(exclusive(database))
        if await migrations.revision(source) != migrations.head():
            raise StoreError(
                "the source's schema is not this version's; run the bot or `migrate` on it first"
            )
        await migrations.upgrade(target)
        done = await _begin(target, redacted(source))
        for table in metadata.sorted_tables:
            await _copy(source, target, table, done, progress)
        await _number_on(target)
        report = [await _compare(source, target, table, progress) for table in metadata.sorted_tables]
        if all(one.same for one in report):
            await _mark(target, {"from": redacted(source), "finished": True})
        return report


def redacted(database: sql.Database) -> str:
    """The database's URL without its password."""
    return sql.redact_url(database.url.render_as_string(hide_password=True))


# ── progress ────────────────────────────────────────────────────────────────────────────────────


async def _begin(target: sql.Database, source: str) -> dict[str, Any]:
    """The progress of an earlier attempt of the same move; for an empty target, none."""
    async with target.read() as on:
        mark = await on.scalar(sa.select(memory.c.value).where(memory.c.key == _MARK))
        used = [
            table.name
            for table in metadata.sorted_tables
            if (await on.execute(sa.select(sa.literal(1)).select_from(table).limit(1))).first() is not None
        ]
    if mark is None and used:
        raise StoreError(f"the target holds a bot's data already (in {used[0]}); give an empty database")
    if mark is not None and (mark["from"] != source or mark.get("finished")):
        raise StoreError(f"the target was filled from {mark['from']} before; give an empty database")
    known: dict[str, Any] = mark or {"from": source}
    return known


async def _mark(target: sql.Database, value: dict[str, Any]) -> None:
    async with target.write() as on:
        await _put_mark(on, value)


async def _put_mark(on: AsyncConnection, value: dict[str, Any]) -> None:
    await on.execute(sql.upsert(on, memory, ["key"], ["value"]), {"key": _MARK, "value": value})


# ── copying ─────────────────────────────────────────────────────────────────────────────────────


async def _copy(
    source: sql.Database, target: sql.Database, table: sa.Table, done: dict[str, Any], progress: Progress
) -> None:
    keys = [column.name for column in table.primary_key.columns]
    others = [column.name for column in table.columns if column.name not in keys]
    total, count = await _count(source, table), 0
    after = done.get(table.name)
    if after is not None:
        count = total - await _count(source, table, after)
    progress(table.name, count, total)
    async for rows in _batches(source, table, after):
        async with target.write() as on:
            await on.execute(sql.upsert(on, table, keys, others or keys), [dict(row) for row in rows])
            done[table.name] = [rows[-1][name] for name in keys]
            await _put_mark(on, done)
        count += len(rows)
        progress(table.name, count, total)


async def _batches(
    database: sql.Database, table: sa.Table, after: Sequence[Any] | None = None
) -> AsyncIterator[Sequence[sa.RowMapping]]:
    """All rows after the key `after`, in the order of their keys, without the row about the move itself."""
    while True:
        async with database.read() as on:
            query = sa.select(table).where(_behind(table, after)).order_by(*table.primary_key.columns)
            rows = (await on.execute(query.limit(_BATCH))).mappings().all()
        if not rows:
            return
        yield rows
        after = [rows[-1][column.name] for column in table.primary_key.columns]


async def _count(database: sql.Database, table: sa.Table, after: Sequence[Any] | None = None) -> int:
    async with database.read() as on:
        found = await on.scalar(sa.select(sa.func.count()).select_from(table).where(_behind(table, after)))
    return int(found or 0)


def _behind(table: sa.Table, after: Sequence[Any] | None) -> sa.ColumnElement[bool]:
    columns = list(table.primary_key.columns)
    wanted: sa.ColumnElement[bool] = sa.true()
    if after is not None:
        values = [sa.literal(value, type_=column.type) for column, value in zip(columns, after, strict=True)]
        wanted = sa.tuple_(*columns) > sa.tuple_(*values)
    return sa.and_(wanted, memory.c.key != _MARK) if table is memory else wanted


async def _number_on(target: sql.Database) -> None:
    """Set PostgreSQL's sequences to continue after the copied rows (SQLite does so by itself)."""
    if target.is_sqlite:
        return
    async with target.write() as on:
        for table in metadata.sorted_tables:
            column = table.autoincrement_column
            if column is None:
                continue
            sequence = sa.func.pg_get_serial_sequence(table.name, column.name)
            highest = sa.select(sa.func.coalesce(sa.func.max(column), 0) + 1).scalar_subquery()
            await on.execute(sa.select(sa.func.setval(sequence, highest, False)))


# ── comparing ───────────────────────────────────────────────────────────────────────────────────


async def _compare(
    source: sql.Database, target: sql.Database, table: sa.Table, progress: Progress
) -> CopiedTable:
    total = await _count(source, table)
    sides = []
    for number, database in enumerate((source, target)):
        count, checksum = 0, 0
        async for rows in _batches(database, table):
            count += len(rows)
            checksum = (checksum + sum(_fingerprint(row) for row in rows)) % 2**64
            progress(f"{table.name} checked", (number * total + count) // 2, total)
        sides.append((count, f"{checksum:016x}"))
    progress(f"{table.name} checked", total, total)
    (rows_here, here), (rows_there, there) = sides
    return CopiedTable(
        table=table.name, rows=rows_here, rows_there=rows_there, checksum=here, checksum_there=there
    )


def _fingerprint(row: sa.RowMapping) -> int:
    """A hash of a row's values. A table's checksum is the sum over its rows, independent of their order."""
    text = json.dumps(list(row.values()), default=str, sort_keys=True)
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest())
