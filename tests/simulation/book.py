"""Orders that nobody follows, known from pushes, watched within a budget of calls in virtual time."""

from __future__ import annotations

import asyncio
import random
import tempfile
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from bot.model import OrderStatus
from bot.pacing import CheckInterval, Pacer
from bot.poller import Poller
from bot.sources.aliexpress.budget import CallLimits, LocalCallLimiter
from bot.store import Store
from bot.tracking import Policy, Tracking
from tests.simulation.engine import Silent, silence
from tests.simulation.world import CALM, Shop, Trace
from tests.virtual import inline, now, run

_FIRST = 8_210_000_000_000_000
_METER = timedelta(minutes=5)
_ON_ITS_WAY, _RETURNING = (
    "Package left sorting center of origin.",
    "Your package is being returned to the sender.",
)
_TURN_WITHIN = 2.0  # days


@dataclass(frozen=True, slots=True, kw_only=True)
class Watched:
    """What became of them. `owed` counts messages for anybody.

    `unseen` counts the orders that were looked at after they turned back and are not on the board.
    """

    booked: int
    looks: int
    most_a_day: int
    returned: int
    on_board: int
    unseen: int
    owed: int


def watch_book(*, orders: int, calls: int, days: float, every: int, seed: int = 1) -> Watched:
    """Take a push for each of `orders`, then watch them for `days` with `calls` a day.

    One in `every` is on its way back to the sender from a random moment in the first two days on.
    """
    with tempfile.TemporaryDirectory() as folder, silence():
        return run(_watch(Path(folder) / "bot.db", orders, calls, days, every, random.Random(seed)))


async def _watch(path: Path, orders: int, calls: int, days: float, every: int, rng: random.Random) -> Watched:
    began, ids = now(), [str(_FIRST + 37 * n) for n in range(orders)]
    limiter = LocalCallLimiter(limits=CallLimits(per_second=2.0, per_day=calls), now=now)
    shop = Shop(rng, CALM, Trace(), limiter)
    for number, order in enumerate(ids):
        shop.journeys[order] = [(began - timedelta(days=1, seconds=number), _ON_ITS_WAY)]
        if number % every == 0:
            at = began + timedelta(days=rng.uniform(0.0, _TURN_WITHIN))
            shop.journeys[order].append((at, _RETURNING))
    store = Store(f"sqlite:///{path}", inline(path))
    await store.start()
    pacer = Pacer(CheckInterval(), rng.random)
    tracking = Tracking(
        store=store, source=shop, pacer=pacer, policy=Policy(calls_per_day=calls), now=now, metrics=Silent()
    )
    for order in ids:
        await tracking.checking.learn_status(order, OrderStatus.PLACED, now(), order)
    poller = Poller(
        store=store, tracking=tracking, now=now, sleep=asyncio.sleep, telemetry=Silent(), width=4, idle=600.0
    )
    tasks = [
        asyncio.create_task(poller.run()),
        asyncio.create_task(_meter(shop, pacer, store, poller, calls)),
    ]
    await asyncio.sleep(days * 86_400)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    flagged = {row.order.id for row in await tracking.flagging.whole(orders)}
    async with store.read() as tx:
        booked, owed = await tx.book.count_booked(ids), (await tx.notices.depth()).due
    await store.close()
    returned = {order: shop.journeys[order][1][0] for order in ids if len(shop.journeys[order]) > 1}
    seen = [order for order, at in returned.items() if max(shop.looks.get(order, [began])) > at]
    return Watched(
        booked=booked,
        looks=shop.per_day.total(),
        most_a_day=max(shop.per_day.values()),
        returned=len(returned),
        on_board=len(flagged),
        unseen=len(set(seen) - flagged),
        owed=owed,
    )


async def _meter(shop: Shop, pacer: Pacer, store: Store, poller: Poller, calls: int) -> None:
    """What upkeep does for the price of a call."""
    while True:
        await asyncio.sleep(_METER.total_seconds())
        pacer.rates.refresh()
        usage = await shop.limiter.usage()
        async with store.read() as tx:
            active = await tx.chats.active_orders()
        pacer.meter(now=now(), spent=usage.used, budget=float(calls), active=active, healthy=poller.healthy)
