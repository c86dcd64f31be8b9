"""`dead-letters` and `unknown`: what could not be told or handled, and carrier texts that no rule knows."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from bot import settings

if TYPE_CHECKING:
    from bot.store import DeadLetter, Store
    from bot.store.updates import Aside

T = TypeVar("T")


def dead_letters(
    replay: Annotated[bool, typer.Option("--replay", help="try the notices again")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="for scripts")] = False,
) -> None:
    """Show notices that Telegram would not take and updates that could not be handled, with the reasons."""
    notices, updates, again = asyncio.run(_with_store(lambda store: _dead(store, replay=replay)))
    if as_json:
        told = {
            "notices": [
                {"id": n.id, "chat": n.place.chat_id, "at": str(n.settled_at), "error": n.error}
                for n in notices
            ],
            "updates": [{"id": one.update_id, "error": one.error} for one in updates],
            "replayed": again,
        }
        typer.echo(json.dumps(told))
        return
    console = Console(highlight=False)
    if not notices and not updates:
        console.print("Nothing was given up.")
        return
    table = Table("what", "where", "when (UTC)", "why", box=None)
    for one in notices:
        table.add_row(
            f"notice {one.id}", str(one.place.chat_id), f"{one.settled_at:%Y-%m-%d %H:%M}", Text(one.error)
        )
    for aside in updates:
        table.add_row(f"update {aside.update_id}", "", "", Text(aside.error))
    console.print(table)
    if replay:
        console.print(f"\n{again} notices are tried again; a running bot starts within seconds.")


async def _dead(store: Store, *, replay: bool) -> tuple[list[DeadLetter], list[Aside], int]:
    async with store.write() as tx:
        notices, updates = await tx.notices.dead_letters(), await tx.updates.aside()
        again = await tx.notices.replay_dead(datetime.now(UTC)) if replay else 0
    return notices, updates, again


def unknown(
    limit: Annotated[int, typer.Option(help="at most so many")] = 50,
    as_json: Annotated[bool, typer.Option("--json", help="for scripts")] = False,
) -> None:
    """Show the carriers' texts that no rule knows, the most frequent first. They are told word by word."""
    texts = asyncio.run(_with_store(lambda store: _unknown(store, limit)))
    if as_json:
        typer.echo(json.dumps([{"text": text, "count": count} for text, count in texts], ensure_ascii=False))
        return
    console = Console(highlight=False)
    if not texts:
        console.print("Every text so far was known.")
        return
    table = Table("times", "text", box=None)
    for text, count in texts:
        table.add_row(str(count), Text(text))
    console.print(table)


async def _unknown(store: Store, limit: int) -> list[tuple[str, int]]:
    async with store.read() as tx:
        return await tx.memory.unknown(limit)


async def _with_store(work: Callable[[Store], Awaitable[T]]) -> T:
    """Do it beside a running bot."""
    from bot.store import Store

    store = Store(settings.load().database_url)
    try:
        await store.start()
        return await work(store)
    finally:
        await store.close()
