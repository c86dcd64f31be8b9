"""`watch`: has the bot watch every order of a list, beside a running bot."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.text import Text

from bot import settings
from bot.cli.checks.database import describe
from bot.cli.numbers import counted
from bot.cli.orders import HELP, left_out, read_orders
from bot.lists import OrderList
from bot.model import BookNeeds

if TYPE_CHECKING:
    from bot.tracking import Booked
    from bot.tracking.booking import Booking

_LONG = 500  # rows from which on a progress bar is shown
_BREATH = 0.02  # seconds in which a bot on the same SQLite file gets its turn


def watch(
    orders: Annotated[list[str], typer.Argument(help=HELP)],
    stop: Annotated[bool, typer.Option("--stop", help="watch them no more")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="for scripts")] = False,
) -> None:
    """Watch every order of a list: checked and put on the board when in trouble, with messages to nobody.

    Doing it again changes nothing. Works beside a running bot. Exit code 1: there was no order in the list.
    """
    chosen = settings.load_settings()
    listed = read_orders(orders, chosen.default_language)
    if stop:
        count = asyncio.run(_stop(chosen, listed))
        typer.echo(
            json.dumps({"removed": count})
            if as_json
            else f"{counted(count, 'order is', 'orders are')} no longer watched."
        )
        return
    booked, needs = asyncio.run(_watch(chosen, listed, quiet=as_json))
    if as_json:
        typer.echo(_as_json(listed, booked, needs))
    else:
        _show(listed, booked, needs, chosen.aliexpress_calls_per_day)
    sys.exit(0 if listed.numbers else 1)


async def _watch(chosen: settings.Settings, orders: OrderList, *, quiet: bool) -> tuple[Booked, BookNeeds]:
    entries = orders.entries
    columns = (TextColumn("orders"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    hidden = quiet or len(entries) < _LONG
    with Progress(*columns, console=Console(stderr=True), transient=True, disable=hidden) as bars:
        bar = bars.add_task("orders", total=len(entries))

        async def progress(done: int, total: int) -> None:
            bars.update(bar, completed=done, total=total)
            await asyncio.sleep(_BREATH)

        async with _booking(chosen) as booking:
            return await booking.book(entries, progress), await booking.needs()


async def _stop(chosen: settings.Settings, orders: OrderList) -> int:
    async with _booking(chosen) as booking:
        return await booking.unbook(orders.numbers)


@asynccontextmanager
async def _booking(chosen: settings.Settings) -> AsyncIterator[Booking]:
    """The book in the bot's database, which is closed afterwards."""
    from bot.leader import policy
    from bot.pacing import CheckInterval, Pacer
    from bot.store import Store
    from bot.tracking.booking import Booking

    store = Store(chosen.database_url)
    await store.start()
    interval = CheckInterval(floor=chosen.check_min_seconds, ceiling=chosen.check_max_seconds)
    pacer = Pacer(interval, lambda: 0.5, book_weight=chosen.book_weight)
    try:
        yield Booking(store, pacer, policy(chosen), lambda: datetime.now(UTC))
    finally:
        await store.close()


def _show(orders: OrderList, booked: Booked, needs: BookNeeds, budget: int) -> None:
    console = Console(highlight=False)
    console.print(f"{counted(booked.added, 'order')} added, {booked.known:,} watched already.")
    for line in left_out(orders):
        console.print(Text(line))
    if needs.orders:
        console.print(describe(needs, budget) + ".")


def _as_json(orders: OrderList, booked: Booked, needs: BookNeeds) -> str:
    refused = [
        {"row": row.line, "text": problem.text, "reason": problem.trouble.value}
        for row, problem in orders.problems
    ]
    calls = {"needed": needs.calls, "granted": needs.granted, "seconds_between_checks": needs.gap}
    summary = {"added": booked.added, "known": booked.known, "refused": refused, "calls_a_day": calls}
    return json.dumps(summary, ensure_ascii=False)
