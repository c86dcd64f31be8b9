"""Handlers of the buttons under a card: show, refresh, timeline, picture."""

from __future__ import annotations

import asyncio

from bot.chat.context import ChatContext
from bot.tracking import Shown
from bot.views import actions, picture, replies

_PATIENCE = 0.25  # seconds after which a pressed button says that AliExpress is being asked


async def show_card(ctx: ChatContext, action: actions.ShowCard) -> None:
    """Show the order's card: in place if the press came from the living card, else as a new living card."""
    if (shown := await _opened(ctx, action.order_id)) is None:
        return
    living = shown.follow.card_message_id if shown.follow else None
    if ctx.pressed is not None and ctx.pressed == living:
        await ctx.show_card(shown)
    else:
        await ctx.say_card(shown)


async def refresh(ctx: ChatContext, action: actions.Refresh) -> None:
    """Ask AliExpress now, unless somebody did a moment ago."""
    before = await shown_order(ctx, action.order_id)
    if before is None:
        return
    looking = asyncio.ensure_future(
        ctx.tracking.viewing.refresh(ctx.chat, action.order_id, person=ctx.user_id)
    )
    try:
        done, _ = await asyncio.wait({looking}, timeout=_PATIENCE)
        if not done:
            await ctx.toast(replies.looking(ctx.words))
        refreshed = await looking
    finally:
        looking.cancel()
    at = refreshed.shown.order.fetched_at
    if refreshed.fresh:
        changed = refreshed.shown.order.digest != before.order.digest
        await ctx.toast(replies.refreshed(ctx.words, changed=changed))
    elif refreshed.shown.silent_since is not None or at is None:
        await ctx.toast(replies.silent(ctx.words))
    else:
        await ctx.toast(replies.fresh(ctx.words, at, ctx.services.now()))
    await ctx.show_card(refreshed.shown)


async def show_timeline(ctx: ChatContext, action: actions.ShowTimeline) -> None:
    """Show a page of the full timeline in place of the card."""
    if (shown := await _opened(ctx, action.order_id)) is not None:
        await ctx.show_timeline(shown, action.parcel, action.page)


async def share(ctx: ChatContext, action: actions.Share) -> None:
    """Send the journey as a picture, drawn in a thread: it takes a tenth of a second."""
    if (shown := await _opened(ctx, action.order_id)) is not None:
        message = await asyncio.to_thread(
            picture.share,
            ctx.words,
            shown.localized,
            shown.follow,
            now=ctx.services.now(),
            shop=ctx.shop.name,
        )
        await ctx.say(message)


async def nothing(ctx: ChatContext, action: actions.Nothing) -> None:
    """Answer a button that only displays something."""
    await ctx.toast()


async def shown_order(ctx: ChatContext, order_id: str) -> Shown | None:
    """The order that a press is about, if this place follows it or is an operator's."""
    if not await _may_see(ctx, order_id):
        return None
    return await ctx.tracking.viewing.show(ctx.chat, order_id)


async def _opened(ctx: ChatContext, order_id: str) -> Shown | None:
    """Like `shown_order`, and answers the press at the same time, without a text."""
    if not await _may_see(ctx, order_id):
        return None
    shown, _ = await asyncio.gather(ctx.tracking.viewing.show(ctx.chat, order_id), ctx.toast())
    return shown


async def _may_see(ctx: ChatContext, order_id: str) -> bool:
    if ctx.is_admin and await ctx.tracking.viewing.is_known(order_id):
        return True
    return await ctx.followed(order_id) is not None
