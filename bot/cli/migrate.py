"""`migrate`: brings the database's schema up to date."""

from __future__ import annotations

import asyncio

import typer

from bot import settings


def migrate() -> None:
    """Bring the database schema up to date; `run` does this at its start, too."""
    from bot.store import Store, migrations

    async def upgrade() -> tuple[str | None, str | None]:
        store = Store(settings.load_settings().database_url)
        try:
            before = await migrations.revision(store.database)
            await store.start()
            return before, await migrations.revision(store.database)
        finally:
            await store.close()

    before, after = asyncio.run(upgrade())
    typer.echo(f"schema {after}" if before == after else f"schema {before or 'empty'} → {after}")
