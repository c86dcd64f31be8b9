"""`why`: explains when an order will be checked next."""

from __future__ import annotations

import asyncio
import json
import random
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import Annotated
from zoneinfo import ZoneInfo

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from bot import settings
from bot.errors import BotError
from bot.i18n import Words
from bot.model import Stage, Watch
from bot.pacing import Bound, Explanation, Peer, hours
from bot.views.states import stage_name


def why(
    order: Annotated[str, typer.Argument(help="AliExpress order id")],
    as_json: Annotated[bool, typer.Option("--json", help="for scripts")] = False,
) -> None:
    """Print when an order is checked next, in your time zone, and the estimates that decide it."""
    asyncio.run(_why(settings.load_settings(), order, as_json=as_json))


_BECAUSE = {
    Bound.PRICE: "by then the waiting is worth a call",
    Bound.FLOOR: "no order is checked more often than every CHECK_MIN_SECONDS",
    Bound.CEILING: "no order that somebody waits for is checked less often than every CHECK_MAX_SECONDS",
    Bound.FAILURE: "the last check failed; the pause grows with each failure",
    Bound.FINISHED: "it has ended; a few late checks follow, as carriers are sometimes wrong",
    Bound.STOPPED: "it is not checked any more",
}
_NEAR = 50  # most orders compared as possible companions


async def _why(chosen: settings.Settings, order: str, *, as_json: bool) -> None:
    from bot.pacing import CheckInterval, Pacer
    from bot.store import Store

    store = Store(chosen.database_url)
    try:
        await store.start()
        async with store.read() as tx:
            watch = await tx.orders.watch(order)
            planned = await tx.checks.next_check_at(order)
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
    now = datetime.now(UTC)
    reasons = pacer.explain(watch, now)
    for each in known:
        carrier = each.parcels[0].carrier if each.parcels else ""
        before = Watch(stage=Stage.PRE_SHIPMENT, carrier=carrier, created_at=each.created_at)
        stamps = sorted((hours(node.at), node.stage) for node in each.nodes)
        pacer.companions.observe(each.id, before, stamps, hours(now))
    peers = sorted(pacer.companions.peers(order), key=lambda peer: -peer.shared)
    if as_json:
        typer.echo(_as_json(planned, reasons, peers))
    else:
        words = Words("en", chosen.default_time_zone)
        Console(highlight=False).print(_as_table(words, watch.stage, planned, reasons, peers))


def _as_json(planned: datetime | None, reasons: Explanation, peers: Sequence[Peer]) -> str:
    companions = [{"order": one.order, "shared": one.shared, "chance": one.chance} for one in peers]
    return json.dumps(asdict(reasons) | {"planned": planned, "companions": companions}, default=str)


def _as_table(
    words: Words, stage: Stage, planned: datetime | None, reasons: Explanation, peers: Sequence[Peer]
) -> Table:
    table = Table(show_header=False, box=None)
    for name, value in (
        ("parcel", stage_name(words, stage).unescape()),
        ("next check", _when(planned, words.zone) if planned else "none: nobody follows it, or it has ended"),
        ("because", _BECAUSE[reasons.bound]),
        ("news", f"{reasons.rate:.2f} timeline entries a day expected now"),
        ("unseen", f"{reasons.expected:.2f} entries have probably appeared since the last check"),
        ("waiting", f"{reasons.waiting:.2f} hours, times the chats that wait, for those entries so far"),
        ("price", f"{reasons.price:.3f} hours of waiting make a call worth its cost"),
        ("weight", f"{reasons.weight:.2f}: the chats notified, times what the next news is worth"),
        ("safeguard", _safeguard(reasons)),
        ("travels with", _together(peers)),
    ):
        table.add_row(f"[bold]{name}[/]", Text(value))
    return table


def _when(at: datetime, zone: str) -> str:
    """The moment in the operator's zone, which is named."""
    return f"{at.astimezone(ZoneInfo(zone)):%Y-%m-%d %H:%M:%S} ({zone})"


def _safeguard(reasons: Explanation) -> str:
    """How far the estimates are trusted, by how well they predicted the last entries."""
    ages, by_hour = (f"{100.0 * reasons.trust[name]:.0f} %" for name in ("ages", "hours"))
    return (
        f"waiting times are trusted by {ages}, hours of the week by {by_hour}, as far as they predicted the "
        "latest entries; the less, the more even the intervals between checks"
    )


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
