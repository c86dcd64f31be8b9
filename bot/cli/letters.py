"""`dead-letters` and `unknown`: lists undelivered notices, failed updates, and unrecognized carrier texts."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, TypeVar
from zoneinfo import ZoneInfo

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from bot import settings, stages
from bot.cli.numbers import counted
from bot.stages import lexicon

if TYPE_CHECKING:
    from bot.store import DeadLetter, Store
    from bot.store.updates import FailedUpdate

T = TypeVar("T")


def dead_letters(
    replay: Annotated[bool, typer.Option("--replay", help="send the notices again")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="for scripts")] = False,
) -> None:
    """Show notices that could not be delivered and updates that could not be handled, with the reasons."""
    notices, updates, again = asyncio.run(_with_store(lambda store: _dead(store, replay=replay)))
    if as_json:
        listed = {
            "notices": [
                {"id": n.id, "chat": n.place.chat_id, "at": str(n.settled_at), "error": n.error}
                for n in notices
            ],
            "updates": [{"id": one.update_id, "error": one.error} for one in updates],
            "replayed": again,
        }
        typer.echo(json.dumps(listed))
        return
    console = Console(highlight=False)
    if not notices and not updates:
        console.print("No dead letters.")
        return
    zone = settings.load_settings().default_time_zone
    table = Table("what", "where", f"when ({zone})", "why", box=None)
    for one in notices:
        at = f"{one.settled_at.astimezone(ZoneInfo(zone)):%Y-%m-%d %H:%M}"
        table.add_row(f"notice {one.id}", str(one.place.chat_id), at, Text(one.error))
    for aside in updates:
        table.add_row(f"update {aside.update_id}", "", "", Text(aside.error))
    console.print(table)
    if replay:
        console.print(
            f"\n{counted(again, 'notice')} will be sent again; a running bot starts within seconds."
        )


async def _dead(store: Store, *, replay: bool) -> tuple[list[DeadLetter], list[FailedUpdate], int]:
    async with store.write() as tx:
        notices, updates = await tx.notices.dead_letters(), await tx.updates.failed_for_good()
        again = await tx.notices.replay_dead(datetime.now(UTC)) if replay else 0
    return notices, updates, again


def unknown(
    limit: Annotated[int, typer.Option(help="most texts to show")] = 50,
    as_json: Annotated[bool, typer.Option("--json", help="for scripts")] = False,
) -> None:
    """Show carriers' texts that match no rule, the most frequent first, with original examples.

    Texts that differ only in numbers count as one. Add rules for them in PHRASES_FILE (docs/carriers.md).
    """
    chosen = settings.load_settings()
    stages.teach(chosen.phrases_file)
    texts = _gathered(asyncio.run(_with_store(_unknown)))[:limit]
    if as_json:
        listed = [{"text": examples[0], "count": count, "examples": examples} for count, examples in texts]
        typer.echo(json.dumps(listed, ensure_ascii=False))
        return
    console = Console(highlight=False)
    if not texts:
        console.print("All texts so far matched a rule.")
        return
    table = Table("times", "text", box=None)
    for count, examples in texts:
        table.add_row(str(count), Text("\n".join(examples)))
    console.print(table)


_KINDS_LOOKED_AT = 5000
_EXAMPLES = 3


async def _unknown(store: Store) -> list[tuple[str, int]]:
    async with store.read() as tx:
        return await tx.memory.unknown(_KINDS_LOOKED_AT)


def _gathered(texts: Iterable[tuple[str, int]]) -> list[tuple[int, list[str]]]:
    """Counts and examples of the texts that no rule matches now, the most frequent first."""
    kinds: dict[str, tuple[int, list[str]]] = {}
    for text, count in texts:
        if not stages.read("", text).known:
            key = lexicon.key(text)
            so_far, examples = kinds.get(key, (0, []))
            kinds[key] = (so_far + count, [*examples, text][:_EXAMPLES])
    return sorted(kinds.values(), key=lambda kind: -kind[0])


async def _with_store(work: Callable[[Store], Awaitable[T]]) -> T:
    """Run `work` with the store; safe while the bot is running."""
    from bot.store import Store

    store = Store(settings.load_settings().database_url)
    try:
        await store.start()
        return await work(store)
    finally:
        await store.close()
