"""The list of orders, the archive, and "Did you get it?"."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

from bot.chat.conversation import Conversation
from bot.i18n import Words
from bot.ids import Reading
from bot.model import Follow, Message, Order, Place
from bot.views import actions, pushes, talk
from bot.views import admin as admin_view
from bot.views import orders as view
from bot.views.actions import Receipt, Shelf

_LOOK_AGAIN = timedelta(days=2)


async def orders(talking: Conversation, said: Reading) -> None:
    """/orders."""
    await talking.say(await _page(talking, actions.ShowOrders()))


async def show_orders(talking: Conversation, action: actions.ShowOrders) -> None:
    """Another page or shelf in the list's place."""
    await talking.toast()
    await talking.show(await _page(talking, action))


async def _page(talking: Conversation, action: actions.ShowOrders) -> Message:
    rows = await talking.tracking.viewing.orders(talking.place)
    counts = Counter(view.shelf_of(order, follow) for order, follow in rows)
    chosen = [row for row in rows if _on_shelf(action.shelf, *row)]
    pages = max(1, -(-len(chosen) // view.ORDERS_PER_PAGE))
    page = min(action.page, pages - 1)
    first = page * view.ORDERS_PER_PAGE
    return view.orders(
        talking.words,
        chosen[first : first + view.ORDERS_PER_PAGE],
        shelf=action.shelf,
        page=page,
        total=len(chosen),
        counts=counts,
        now=talking.desk.now(),
    )


def _on_shelf(shelf: Shelf, order: Order, follow: Follow) -> bool:
    stands = view.shelf_of(order, follow)
    return stands is not Shelf.ARCHIVED if shelf is Shelf.ACTIVE else stands is shelf


async def archive(talking: Conversation, action: actions.Archive) -> None:
    """Put an order away, or take it back."""
    if await talking.refuse_change():
        return
    following, id_ = talking.tracking.following, action.order_id
    if not await following.set_archived(talking.place, id_, archived=action.archived):
        await talking.toast(talk.old_button(talking.words), alert=True)
        return
    await talking.toast(talk.archive_switched(talking.words, archived=action.archived))
    await talking.show_card(await talking.tracking.viewing.show(talking.chat, id_))


async def confirm(talking: Conversation, action: actions.Confirm) -> None:
    """The answer to "Did you get it?": away with it, look again, or tell the merchant."""
    if await talking.refuse_change():
        return
    tracking, place, id_ = talking.tracking, talking.place, action.order_id
    if await tracking.following.get(place, id_) is None:
        await talking.toast(talk.old_button(talking.words), alert=True)
        return
    shown = await tracking.viewing.show(talking.chat, id_)
    match action.receipt:
        case Receipt.YES:
            await tracking.following.received(place, id_)
        case Receipt.NOT_YET:
            at = talking.desk.now() + _LOOK_AGAIN
            await tracking.following.ask_again(place, id_, at, update=talking.update)
        case Receipt.PROBLEM:
            if not await tracking.flagging.is_disputed(id_):
                await _tell_merchant(talking, shown.order)
            await tracking.flagging.dispute(id_)
    await talking.toast()
    await talking.say(
        pushes.received(talking.words, shown.localised, shown.follow, action.receipt, days=_LOOK_AGAIN.days)
    )


async def _tell_merchant(talking: Conversation, order: Order) -> None:
    """Hand the order, its carrier and timeline to the operator's chats."""
    desk = talking.desk
    for chat_id in sorted(desk.tracking.policy.admins):
        chat = await desk.tracking.places.get(Place(chat_id))
        language = chat.language if chat else desk.default_language
        zone = chat.zone if chat else desk.default_zone
        message = admin_view.customer_problem(Words(language=language, zone=zone), order)
        await desk.courier.deliver(Place(chat_id), message)


async def why(talking: Conversation, action: actions.Why) -> None:
    """ "Why did I get this?"."""
    follow = await talking.tracking.following.get(talking.place, action.order_id)
    if follow is None:
        await talking.toast(talk.old_button(talking.words), alert=True)
        return
    shown = await talking.tracking.viewing.show(talking.chat, action.order_id)
    await talking.toast()
    await talking.say(
        pushes.why(talking.words, shown.localised, follow, talking.chat, kind=action.kind, node=action.node)
    )
