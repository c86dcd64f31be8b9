"""`keys`: makes, lists and revokes keys of the HTTP API."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.table import Table

from bot import settings
from bot.cli.program import PROGRAM
from bot.errors import BotError
from bot.model import ApiKey

if TYPE_CHECKING:
    from bot.tracking.keys import ApiKeys

app = typer.Typer(
    no_args_is_help=True, help="Make, list and revoke keys of the HTTP API; it is off without one."
)


@app.command()
def add(
    name: Annotated[str, typer.Argument(help="what you will know it by, such as the shop that uses it")],
) -> None:
    """Make a key and print it. It is shown only now: the bot stores its hash."""
    from bot.tracking.keys import NAME_LENGTH

    name = name.strip()
    if not name.isprintable() or not 0 < len(name) <= NAME_LENGTH:
        raise typer.BadParameter(f"give a name of 1 to {NAME_LENGTH} characters")
    chosen = settings.load_settings()
    key = asyncio.run(_add(chosen, name))
    if key is None:
        raise BotError(f"there is a key named {name}; revoke it first, or choose another name")
    typer.echo(key)
    console = Console(stderr=True, highlight=False)
    console.print("Keep it like a password. It is shown only this once.")
    if chosen.listen_address() is None:
        console.print("LISTEN is empty, so nothing can reach the API.")
    elif not chosen.public_url:
        console.print("PUBLIC_URL is not set, so answers contain no addresses of tracking pages.")


@app.command("list")
def list_(as_json: Annotated[bool, typer.Option("--json", help="for scripts")] = False) -> None:
    """List the keys with their last use, exact to a minute."""
    keys = asyncio.run(_all(settings.load_settings()))
    if as_json:
        rows = [
            {
                "id": key.id,
                "name": key.name,
                "created_at": _iso(key.created_at),
                "used_at": _iso(key.used_at) if key.used_at else None,
            }
            for key in keys
        ]
        typer.echo(json.dumps(rows, ensure_ascii=False))
        return
    if not keys:
        typer.echo(f"There is no key, so the API is off. `{PROGRAM} keys add NAME` makes one.")
        return
    table = Table("name", "begins with", "created (UTC)", "last use (UTC)")
    for key in keys:
        table.add_row(key.name, f"pk_{key.id}_", _shown(key.created_at), _shown(key.used_at))
    Console(highlight=False).print(table)


@app.command()
def revoke(name: Annotated[str, typer.Argument(help="the key's name")]) -> None:
    """Delete a key. A running bot refuses it from the next request on."""
    if not asyncio.run(_revoke(settings.load_settings(), name.strip())):
        raise BotError(f"there is no key named {name}; `{PROGRAM} keys list` shows all")
    typer.echo(f"{name} is revoked.")


async def _add(chosen: settings.Settings, name: str) -> str | None:
    async with _keys(chosen) as keys:
        return await keys.add(name)


async def _all(chosen: settings.Settings) -> list[ApiKey]:
    async with _keys(chosen) as keys:
        return await keys.all()


async def _revoke(chosen: settings.Settings, name: str) -> bool:
    async with _keys(chosen) as keys:
        return await keys.revoke(name)


@asynccontextmanager
async def _keys(chosen: settings.Settings) -> AsyncIterator[ApiKeys]:
    """The keys in the bot's database, which is closed afterwards."""
    from bot.store import Store
    from bot.tracking.keys import ApiKeys

    store = Store(chosen.database_url)
    await store.start()
    try:
        yield ApiKeys(store, lambda: datetime.now(UTC))
    finally:
        await store.close()


def _iso(at: datetime) -> str:
    return at.isoformat(timespec="seconds").replace("+00:00", "Z")


def _shown(at: datetime | None) -> str:
    return f"{at:%Y-%m-%d %H:%M}" if at else "never"
