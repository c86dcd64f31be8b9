"""`backup`: makes a consistent copy of a running bot's database."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import Progress

from bot import settings


def backup(
    path: Annotated[Path, typer.Argument(help="a file, or a folder for dated copies")],
) -> None:
    """Copy the SQLite database while the bot runs. The copy holds customers' data: keep it safe."""
    from bot.store import backup as copying
    from bot.store.sql import Database

    database = Database(settings.load_settings().database_url)
    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("Copying", total=None)

        def progress(done: int, total: int) -> None:
            bar.update(task, completed=done, total=total)

        written = asyncio.run(copying.copy(database, path, datetime.now(UTC), progress))
    typer.echo(f"{written}: {written.stat().st_size:,} bytes, verified.")
