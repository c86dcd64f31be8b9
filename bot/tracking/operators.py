"""What the operator's chats are told of single orders: urgent flags, and customers' reports."""

from __future__ import annotations

from datetime import datetime

from bot import board
from bot.model import Importance, News, NewsKind, Order, OrderStatus, PendingNotice, Place, Reason, Stage
from bot.store import Transaction
from bot.tracking.policy import Policy


async def tell_operators(
    tx: Transaction,
    policy: Policy,
    order_id: str,
    kind: NewsKind,
    key: str,
    now: datetime,
    *,
    dispute: int | None = None,
) -> None:
    """Enqueue this news of an order for every operator's chat, those that never wrote included.

    `dispute` is the customer's problem that it is about.
    """
    news = News(kind=kind, key=key, importance=Importance.ACTION, merchant_only=True, dispute=dispute)
    places = [Place(chat_id) for chat_id in sorted(policy.admins)]
    for place in places:
        await tx.chats.get_or_create(place, language=policy.language, zone=policy.zone, now=now)
    pending = [PendingNotice(place=one, order_id=order_id, news=news, due_at=now) for one in places]
    await tx.notices.enqueue(pending, now)


async def ring(tx: Transaction, policy: Policy, known: Order, order: Order, now: datetime) -> None:
    """Tell the operator's chats at once that an order became urgent, where the shop wants that."""
    if not policy.board.ring or not board.urgent(order):
        return
    if board.urgent(known) and _state(known) == _state(order):
        return
    since = (order.status_at if _in_dispute(order) else order.stage_since) or now
    key = f"flagged:{order.status if _in_dispute(order) else order.stage}:{int(since.timestamp())}"
    await tell_operators(tx, policy, order.id, NewsKind.FLAGGED, key, now)


def _in_dispute(order: Order) -> bool:
    return order.status is OrderStatus.DISPUTED


def _state(order: Order) -> tuple[Stage, Reason, bool]:
    """What makes an order urgent."""
    return order.stage, order.reason, _in_dispute(order)
