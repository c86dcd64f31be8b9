"""The card of an order in a chat shows the present state, although it takes its time to arrive."""

from __future__ import annotations

from datetime import datetime

from bot import audience
from bot.model import Order, Place
from bot.store import Transaction


async def catch_up(tx: Transaction, place: Place, shown: Order, now: datetime) -> None:
    """Enqueue an edit if the order has changed since it was read for the card that just arrived.

    What happened while the card was on its way found no card to edit, or an older one, or its edit arrived
    first and was overwritten.
    """
    if await is_outdated(tx, shown):
        await tx.notices.enqueue([audience.card_edit(place, shown.id, again(now), now)], now)


async def is_outdated(tx: Transaction, shown: Order) -> bool:
    """Whether the order has changed since it was read."""
    return await tx.orders.changed_at(shown.id) != shown.changed_at


def again(now: datetime) -> str:
    """The name of an edit that makes up for one that failed or came too early."""
    return f"again:{now:%Y%m%d%H%M%S%f}"
