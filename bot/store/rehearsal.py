"""What a `/track` asks of the database, once for nobody: its statements are then put together."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from bot.model import Changes, Follow, Node, NodeText, Order, Parcel, Place, RawUpdate, Sending, Stage

if TYPE_CHECKING:
    from bot.store import Transaction

_ORDER, _UPDATE, _PLACE = "rehearsal", -1, Place(0)


async def rehearse(tx: Transaction, now: datetime) -> None:
    """Follow an order that nobody has; the caller takes the transaction back."""
    node = Node(seq=1, parcel=1, at=now, ordinal=0, name="", description="", stage=Stage.UPDATE, seen_at=now)
    order = Order(id=_ORDER, created_at=now, parcels=(Parcel(index=1, nodes=(node,)),))
    raw = RawUpdate(update_id=_UPDATE, chat_id=_PLACE.chat_id, payload="{}", received_at=now)
    await tx.updates.put([raw])
    await tx.updates.take(1, now, timedelta(minutes=1))
    await tx.chats.meet(_PLACE, language="en", zone="UTC", now=now)
    await tx.chats.get_follow(_PLACE, _ORDER)
    await tx.chats.locked_until(_PLACE.chat_id, now)
    await tx.chats.count_follows(_PLACE)
    await tx.orders.add(_ORDER, now)
    await tx.chats.follow(Follow(place=_PLACE, order_id=_ORDER, created_at=now))
    await tx.orders.reweigh([_ORDER], now)
    await tx.orders.watch(_ORDER)
    await tx.chats.followers([_ORDER])
    await tx.orders.save(Changes(order=order, added=(node,), first=True))
    await tx.orders.conclude(_ORDER, now, now, checked=True)
    await tx.orders.texts(_ORDER, "ru")
    await tx.orders.save_texts(_ORDER, "ru", {1: NodeText(name="")})
    await tx.orders.get(_ORDER)
    await tx.chats.change_follow(_PLACE, _ORDER, card_message_id=1)
    await tx.sends.book([Sending(chat_id=_PLACE.chat_id, at=now)])
    await tx.updates.done(_UPDATE)
