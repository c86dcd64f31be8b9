"""Answers plain messages: a number, a name, a question, thanks, a photo."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence

from bot.chat import follows, lists, orders, settings, track
from bot.chat.context import ChatContext
from bot.ids import ParsedText, shop_number
from bot.intents import Intent, complains, intent, may_ask
from bot.model import Follow, Order, Stage
from bot.views import receipts, replies

_Rows = Sequence[tuple[Order, Follow]]

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
        rows = await ctx.tracking.viewing.orders(ctx.chat)
        await _where(ctx, said, rows)
        if not quiet and complains(said.text):
            await ctx.say(replies.besides(ctx.words, ctx.shop, _ids(rows)))
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
    rows = _not_archived(await ctx.tracking.viewing.orders(ctx.chat))
    await (follows.unsubscribe if len(rows) == 1 else settings.settings)(ctx, said)


async def _yes_no(ctx: ChatContext, said: ParsedText) -> None:
    """A bare yes or no: "Did you get it?" is asked again, with its buttons, where one order has arrived."""
    rows = _not_archived(await ctx.tracking.viewing.orders(ctx.chat))
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
        await ctx.say(replies.ask_shop(ctx.words, ctx.shop, _ids(rows), begin=begin))


async def _where(ctx: ChatContext, said: ParsedText, rows: _Rows) -> None:
    """ "Where is my package?": show the only card or the list; explain how to add one if there is none."""
    current = [order for order, _ in _not_archived(rows)]
    on_the_way = [order for order in current if not order.stage.final]
    meant = on_the_way if len(on_the_way) == 1 else current
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
        or not _not_archived(rows)
        or not ctx.services.recent.may_guess(ctx.place, ctx.services.now())
    ):
        await ctx.say(replies.unclear(ctx.words, ctx.shop, _ids(rows)))
    else:
        await _where(ctx, said, rows)
        await ctx.say(replies.taken_as_question(ctx.words, ctx.shop, _ids(rows)))


def _not_archived(rows: _Rows) -> _Rows:
    return [row for row in rows if row[1].archived_at is None]


def _ids(rows: _Rows) -> list[str]:
    return [order.id for order, _ in rows]


_ANSWERS: Mapping[Intent, Callable[[ChatContext, ParsedText], Awaitable[None]]] = {
    Intent.THANKS: _thanks,
    Intent.GREETING: _greeting,
    Intent.HELP: track.help_,
    Intent.STOP: _stop,
    Intent.YES_NO: _yes_no,
    Intent.SHOP: _shops_matter,
}
