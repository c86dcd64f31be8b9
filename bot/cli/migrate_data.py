"""`migrate-data`: copies all data into another database."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from bot.errors import StoreError

if TYPE_CHECKING:
    from bot.store.moving import CopiedTable


def migrate_data(
    source: Annotated[str, typer.Argument(help="the present database, such as sqlite:///bot.db")],
    target: Annotated[str, typer.Argument(help="an empty database, such as postgresql://user@host/name")],
) -> None:
    """Copy all data from SQLite to PostgreSQL, or back. Stop the bot first.

    After an interruption it can be run again. PGPASSWORD can hold the password instead of the address.
    """
    report = asyncio.run(_move(source, target))
    Console().print(_table(report))
    wrong = [one.table for one in report if not one.same]
    if wrong:
        raise StoreError(f"these tables differ: {', '.join(wrong)}; try again with an empty target")
    typer.echo("All data was copied. Set DATABASE_URL to the target and start the bot.")


async def _move(source: str, target: str) -> list[CopiedTable]:
    from bot.store import moving
    from bot.store.sql import Database

    left, entered = Database(source), Database(target)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bars:
        tasks: dict[str, int] = {}

        def progress(name: str, done: int, total: int) -> None:
            if name not in tasks:
                tasks[name] = bars.add_task(name, total=total)
            bars.update(tasks[name], completed=done, total=total, visible=done < total)  # type: ignore[arg-type]  # TaskID is an int

        try:
            if left.path is not None and not left.path.exists():
                raise StoreError(f"there is no database at {left.path}")
            return await moving.move(left, entered, progress)
        finally:
            await left.close()
            await entered.close()


def _table(report: list[CopiedTable]) -> Table:
    table = Table("table", "rows", "checksum", "target")
    for one in report:
        there = "identical" if one.same else f"{one.rows_there:,} rows, {one.checksum_there}"
        table.add_row(one.table, f"{one.rows:,}", one.checksum, there)
    return table
