"""Answers plain messages: a number, a name, a question, thanks, a photo."""

from __future__ import annotations

from bot.chat import lists, orders, track
from bot.chat.context import ChatContext
from bot.ids import ParsedText, shop_number
from bot.intents import Intent, intent
from bot.views import replies

_THANKS_BACK = "👍"


async def answer(ctx: ChatContext, said: ParsedText, *, quiet: bool = False) -> None:
    """Answer a plain message; with `quiet` ignore what is neither an order nor a question about one."""
    if await track.open_named(ctx, said):
        return
    if not said.ids and (number := shop_number(said.text)) is not None:
        if ctx.is_admin:
            await lists.find(ctx, said)
        elif not quiet:
            await ctx.say(replies.shop_number(ctx.words, number, ctx.shop))
        return
    if said.ids or said.mistakes:
        await track.track(ctx, said)
        return
    meant = intent(said.text)
    if meant is Intent.WHERE:
        await _where(ctx, said)
    elif quiet:
        return
    elif meant is Intent.THANKS:
        await ctx.react(_THANKS_BACK)
    elif meant is Intent.GREETING:
        await ctx.say(replies.start(ctx.words, ctx.shop, ctx.entry))
    elif meant is Intent.SHOP:
        await _shops_matter(ctx)
    elif followed := await ctx.tracking.viewing.orders(ctx.chat):
        await ctx.say(replies.unclear(ctx.words, ctx.shop, [order.id for order, _ in followed]))
    else:
        await ctx.say(replies.not_understood(ctx.words, ctx.shop, ctx.entry))


async def cannot_read(ctx: ChatContext) -> None:
    """Answer a photo, voice message or file without a text."""
    await ctx.say(replies.cannot_read(ctx.words, ctx.shop, ctx.entry))


async def _shops_matter(ctx: ChatContext) -> None:
    """What only the shop can help with: ask it, about an order of this chat."""
    rows = await ctx.tracking.viewing.orders(ctx.chat)
    if ctx.shop.asks and len(rows) > 1:
        await ctx.say(replies.choose(ctx.words, rows, replies.Purpose.ASK))
    else:
        begin = None if rows else ctx.entry
        await ctx.say(replies.ask_shop(ctx.words, ctx.shop, [order.id for order, _ in rows], begin=begin))


async def _where(ctx: ChatContext, said: ParsedText) -> None:
    """ "Where is my package?": show the only card or the list; explain how to add one if there is none."""
    rows = [row for row in await ctx.tracking.viewing.orders(ctx.chat) if row[1].archived_at is None]
    on_the_way = [order for order, _ in rows if not order.stage.final]
    meant = on_the_way if len(on_the_way) == 1 else [order for order, _ in rows]
    if len(meant) == 1:
        await track.open_order(ctx, meant[0].id)
    elif meant:
        await orders.orders(ctx, said)
    else:
        await ctx.say(replies.nothing_followed(ctx.words, ctx.shop, ctx.entry))
