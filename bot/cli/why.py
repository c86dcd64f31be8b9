"""`why`: explains when an order will be checked next."""

from __future__ import annotations

import asyncio
import json
import random
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from bot import settings
from bot.errors import BotError
from bot.model import Stage, Watch
from bot.pacing import Peer, hours


def why(
    order: Annotated[str, typer.Argument(help="AliExpress order id")],
    as_json: Annotated[bool, typer.Option("--json", help="for scripts")] = False,
) -> None:
    """Print the rate, price and weight that decide when an order is checked next."""
    asyncio.run(_why(settings.load_settings(), order, as_json=as_json))


_NEAR = 50  # most orders compared as possible companions


async def _why(chosen: settings.Settings, order: str, *, as_json: bool) -> None:
    from bot.pacing import CheckInterval, Pacer
    from bot.store import Store

    store = Store(chosen.database_url)
    try:
        await store.start()
        async with store.read() as tx:
            watch = await tx.orders.watch(order)
            planned = await tx.orders.next_check_at(order)
            state = await tx.memory.get("pacer")
            near = await tx.orders.with_similar_news(order, timedelta(minutes=10), _NEAR)
            known = [found for each in (order, *near) if (found := await tx.orders.get(each))]
    finally:
        await store.close()
    if watch is None:
        raise BotError(f"order {order} is not in the database")
    interval = CheckInterval(floor=chosen.check_min_seconds, ceiling=chosen.check_max_seconds)
    pacer = Pacer(interval, random.random, book_weight=chosen.book_weight)
    pacer.load(state)
    reasons = pacer.explain(watch, datetime.now(UTC))
    for each in known:
        carrier = each.parcels[0].carrier if each.parcels else ""
        before = Watch(stage=Stage.PRE_SHIPMENT, carrier=carrier, created_at=each.created_at)
        stamps = sorted((hours(node.at), node.stage) for node in each.nodes)
        pacer.companions.observe(each.id, before, stamps)
    peers = sorted(pacer.companions.peers(order), key=lambda peer: -peer.shared)
    if as_json:
        typer.echo(
            json.dumps(
                asdict(reasons)
                | {
                    "planned": planned,
                    "companions": [
                        {"order": one.order, "shared": one.shared, "chance": one.chance} for one in peers
                    ],
                },
                default=str,
            )
        )
        return
    table = Table(show_header=False, box=None)
    for name, value in (
        ("stage", watch.stage.value),
        ("rate", f"{reasons.rate:.2f} timeline entries a day expected now"),
        ("price", f"{reasons.price:.3f} hours of waiting that a call must save"),
        ("weight", f"{reasons.weight:.2f} (chats notified × value of the next news)"),
        ("expected", f"{reasons.expected:.2f} entries probably unseen by now"),
        ("waiting", f"{reasons.waiting:.2f} hours accumulated since the last check"),
        ("decided by", reasons.bound.value),
        ("travels with", _together(peers)),
        (
            "next check",
            f"{planned:%Y-%m-%d %H:%M:%S} UTC" if planned else "none: nobody follows it, or it has ended",
        ),
    ):
        table.add_row(f"[bold]{name}[/]", value)
    Console(highlight=False).print(table)


def _together(peers: Sequence[Peer]) -> str:
    """The companion that shares the most entries, and how likely its news means news of this order."""
    if not peers:
        return "none known: no other order had entries in the same minutes"
    peer = peers[0]
    others = f" and {len(peers) - 1} more" if len(peers) > 1 else ""
    return (
        f"order {peer.order}{others} ({peer.shared} entries in the same minutes); when one moves, the others "
        f"have moved with probability {peer.chance:.2f}, and are checked if that is worth a call"
    )
