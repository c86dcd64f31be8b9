"""Handlers for the list of orders, the archive, and "Did you get it?"."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

from bot.chat.context import ChatContext
from bot.ids import ParsedText
from bot.model import Follow, Message, Order, OrderStatus, Stage
from bot.views import actions, explanation, receipts, replies
from bot.views import orders as view
from bot.views.actions import Receipt, Shelf

_LOOK_AGAIN = timedelta(days=2)


async def orders(ctx: ChatContext, said: ParsedText) -> None:
    """/orders."""
    await ctx.say(await _page(ctx, actions.ShowOrders()))


async def show_orders(ctx: ChatContext, action: actions.ShowOrders) -> None:
    """Show another page or shelf in place of the list."""
    await ctx.toast()
    await ctx.show(await _page(ctx, action))


async def _page(ctx: ChatContext, action: actions.ShowOrders) -> Message:
    rows = await ctx.tracking.viewing.orders(ctx.chat)
    if not rows:
        return replies.nothing_followed(ctx.words, ctx.shop, ctx.entry)
    counts = Counter(view.shelf_of(order, follow) for order, follow in rows)
    now = ctx.services.now()
    chosen = [row for row in rows if _on_shelf(action.shelf, *row)]
    chosen = view.sorted_for_reading(ctx.words, chosen, now)
    pages = max(1, -(-len(chosen) // view.ORDERS_PER_PAGE))
    page = min(action.page, pages - 1)
    first = page * view.ORDERS_PER_PAGE
    return view.orders(
        ctx.words,
        chosen[first : first + view.ORDERS_PER_PAGE],
        shelf=action.shelf,
        page=page,
        total=len(chosen),
        counts=counts,
        now=now,
    )


def _on_shelf(shelf: Shelf, order: Order, follow: Follow) -> bool:
    stands = view.shelf_of(order, follow)
    return stands is not Shelf.ARCHIVED if shelf is Shelf.ACTIVE else stands is shelf


async def archive(ctx: ChatContext, action: actions.Archive) -> None:
    """Archive an order or take it back."""
    if await ctx.refuse_change():
        return
    following, id_ = ctx.tracking.following, action.order_id
    if not await following.set_archived(ctx.place, id_, archived=action.archived):
        await ctx.toast(replies.old_button(ctx.words), alert=True)
        return
    await ctx.toast(replies.archive_switched(ctx.words, archived=action.archived))
    await ctx.show_card(await ctx.tracking.viewing.show(ctx.chat, id_))


async def confirm(ctx: ChatContext, action: actions.Confirm) -> None:
    """The answer to "Did you get it?": archive it, ask again later, or report a problem to the merchant."""
    if await ctx.refuse_change():
        return
    tracking, place, id_ = ctx.tracking, ctx.place, action.order_id
    if await ctx.followed(id_) is None:
        return
    shown = await tracking.viewing.show(ctx.chat, id_)
    reported, days, review = False, _LOOK_AGAIN.days, False
    match action.receipt:
        case Receipt.YES:
            wanted = bool(ctx.shop.review_url) and _may_be_reviewed(shown.localized.order, action.parcel)
            review = await tracking.following.received(place, id_, update=ctx.update, review=wanted)
        case Receipt.NOT_YET:
            now = ctx.services.now()
            at = await tracking.following.ask_again(place, id_, now + _LOOK_AGAIN, update=ctx.update)
            days = max(1, round((at - now) / timedelta(days=1)))
        case Receipt.PROBLEM:
            await tracking.following.set_archived(place, id_, archived=False)
            reported = await tracking.flagging.dispute(id_, place, update=ctx.update)
    await ctx.toast()
    await ctx.show(
        receipts.received(
            ctx.words,
            shown.localized,
            shown.follow,
            action.receipt,
            days=days,
            parcel=action.parcel,
            reported=reported,
            review=review,
            shop=ctx.shop,
        )
    )


def _may_be_reviewed(order: Order, parcel: int) -> bool:
    """Whether all of the order came (`parcel` 0 says so), and nobody disputes it at AliExpress."""
    disputed = order.status in {OrderStatus.DISPUTED, OrderStatus.FROZEN}
    return not disputed and (not parcel or order.stage is Stage.DELIVERED)


async def ask_receipt(ctx: ChatContext, action: actions.AskReceipt) -> None:
    """ "Did you get it?" is to be answered otherwise."""
    if await ctx.refuse_change():
        return
    if (follow := await ctx.followed(action.order_id)) is None:
        return
    shown = await ctx.tracking.viewing.show(ctx.chat, action.order_id)
    await ctx.toast()
    await ctx.show(receipts.ask_receipt(ctx.words, shown.localized, follow, action.parcel))


async def why(ctx: ChatContext, action: actions.Why) -> None:
    """ "Why did I get this?"."""
    if (follow := await ctx.followed(action.order_id)) is None:
        return
    shown = await ctx.tracking.viewing.show(ctx.chat, action.order_id)
    news = await ctx.tracking.viewing.last_announced(ctx.place, action.order_id)
    await ctx.toast()
    await ctx.say(explanation.why(ctx.words, shown.localized, follow, ctx.chat, news))
