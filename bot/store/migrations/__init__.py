"""Database migrations, run when the bot starts."""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from bot.errors import StoreError
from bot.store.sql import Database

_LOCK = 0x70617263  # PostgreSQL advisory lock, so that only one process migrates at a time


def config(connection: sa.Connection | None = None) -> Config:
    """Alembic's configuration, without a file."""
    made = Config()
    made.set_main_option("script_location", str(Path(__file__).parent))
    made.attributes["connection"] = connection
    return made


def head() -> str:
    """The newest revision this code knows."""
    newest = ScriptDirectory.from_config(config()).get_current_head()
    if newest is None:
        raise StoreError("no migrations are shipped with this bot")
    return newest


async def revision(database: Database) -> str | None:
    """The revision a database is at; None for an empty one."""
    async with database.read() as connection:
        return await connection.run_sync(lambda c: MigrationContext.configure(c).get_current_revision())


async def upgrade(database: Database) -> None:
    """Migrate to `head`. Raises StoreError for a newer, foreign or corrupt database."""
    database.create_file()
    async with database.write() as connection:
        try:
            await connection.run_sync(_upgrade)
        except sa.exc.DatabaseError as error:
            hint = "check that DATABASE_URL is this bot's database, or restore a backup"
            raise StoreError(f"migration failed: {error.orig}; {hint}") from error


def _upgrade(connection: sa.Connection) -> None:
    if connection.dialect.name == "postgresql":
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_LOCK)))
    at = MigrationContext.configure(connection).get_current_revision()
    if at == head():
        return
    known = {script.revision for script in ScriptDirectory.from_config(config()).walk_revisions()}
    if at is not None and at not in known:
        raise StoreError(
            f"the database was written by a newer version of this bot (schema {at}); update the bot"
        )
    command.upgrade(config(connection), "head")
