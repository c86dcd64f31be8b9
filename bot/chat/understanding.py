"""Answers plain messages: a number, a name, a question, thanks, a photo."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence

from bot.chat import follows, lists, orders, settings, track
from bot.chat.context import ChatContext
from bot.i18n import Words
from bot.ids import ParsedText, shop_number
from bot.intents import Intent, complains, intent, may_ask
from bot.model import Message, Shop, Stage
from bot.views import receipts, replies

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
        if not quiet and complains(said.text):
            await _besides(ctx, replies.besides)
    elif quiet:
        return
    elif meant is None:
        await _unclear(ctx, said)
    else:
        await _ANSWERS[meant](ctx, said)


async def cannot_read(ctx: ChatContext) -> None:
    """Answer a photo, voice message or file without a text."""
    await ctx.say(replies.cannot_read(ctx.words, ctx.shop, ctx.entry))


async def _thanks(ctx: ChatContext, said: ParsedText) -> None:
    await ctx.react(_THANKS_BACK)


async def _greeting(ctx: ChatContext, said: ParsedText) -> None:
    await ctx.say(replies.start(ctx.words, ctx.shop, ctx.entry))


async def _stop(ctx: ChatContext, said: ParsedText) -> None:
    """ "Stop": mute the only order, or show the settings, where everything can be turned off."""
    rows = [row for row in await ctx.tracking.viewing.orders(ctx.chat) if row[1].archived_at is None]
    await (follows.unsubscribe if len(rows) == 1 else settings.settings)(ctx, said)


async def _yes_no(ctx: ChatContext, said: ParsedText) -> None:
    """A bare yes or no: "Did you get it?" is asked again, with its buttons, where one order has arrived."""
    rows = [row for row in await ctx.tracking.viewing.orders(ctx.chat) if row[1].archived_at is None]
    arrived = [row for row in rows if row[0].stage is Stage.DELIVERED]
    if len(arrived) != 1:
        await ctx.react(_THANKS_BACK)
        return
    order, follow = arrived[0]
    shown = await ctx.tracking.viewing.show(ctx.chat, order.id)
    await ctx.say(receipts.ask_receipt(ctx.words, shown.localized, follow, 0))


async def _shops_matter(ctx: ChatContext, said: ParsedText) -> None:
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


async def _unclear(ctx: ChatContext, said: ParsedText) -> None:
    """Whatever a follower writes that is nothing else is a question, in a language or in words that we lack.

    Shows the orders, and how to reach the shop; not again within minutes.
    """
    rows = await ctx.tracking.viewing.orders(ctx.chat)
    if not rows:
        await ctx.say(replies.not_understood(ctx.words, ctx.shop, ctx.entry))
    elif (
        ctx.place.is_group
        or not may_ask(said.text)
        or all(follow.archived_at for _, follow in rows)
        or not ctx.services.recent.may_guess(ctx.place, ctx.services.now())
    ):
        await _besides(ctx, replies.unclear)
    else:
        await _where(ctx, said)
        await _besides(ctx, replies.taken_as_question)


async def _besides(ctx: ChatContext, view: Callable[[Words, Shop, Sequence[str]], Message]) -> None:
    rows = await ctx.tracking.viewing.orders(ctx.chat)
    await ctx.say(view(ctx.words, ctx.shop, [order.id for order, _ in rows]))


_ANSWERS: Mapping[Intent, Callable[[ChatContext, ParsedText], Awaitable[None]]] = {
    Intent.THANKS: _thanks,
    Intent.GREETING: _greeting,
    Intent.HELP: track.help_,
    Intent.STOP: _stop,
    Intent.YES_NO: _yes_no,
    Intent.SHOP: _shops_matter,
}
