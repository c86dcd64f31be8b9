"""`backup`: a consistent copy of a running bot's database."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import Progress

from bot import settings


def backup(
    path: Annotated[Path, typer.Argument(help="where the copy goes; an older one is replaced")],
) -> None:
    """Copy the SQLite database while the bot runs. The copy holds customers' data: keep it safe."""
    from bot.store import backup as copying
    from bot.store.sql import Database

    database = Database(settings.load().database_url)
    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("Copying", total=None)

        def progress(done: int, total: int) -> None:
            bar.update(task, completed=done, total=total)

        asyncio.run(copying.copy(database, path, progress))
    typer.echo(f"{path}: {path.stat().st_size:,} bytes")
