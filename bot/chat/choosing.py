"""Which followed orders a command means; offers a choice where that is open."""

from __future__ import annotations

from bot.chat.context import ChatContext
from bot.ids import ParsedText
from bot.model import Follow, Order
from bot.views import refusals, replies
from bot.views.replies import Purpose

Row = tuple[Order, Follow]


async def meant(ctx: ChatContext, said: ParsedText, purpose: Purpose) -> list[Row]:
    """The orders that a command is about; offers a choice if that is open, explains if there is none."""
    if await ctx.refuse_change():
        return []
    if said.ids:
        found = await named(ctx, said)
        if not found:
            await ctx.say(refusals.not_followed(ctx.words))
        return found
    rows = await _rows(ctx)
    if len(rows) == 1:
        return rows
    await choose(ctx, purpose, rows)
    return []


async def named(ctx: ChatContext, said: ParsedText) -> list[Row]:
    """The followed orders whose ids were written."""
    return [row for row in await _rows(ctx) if row[0].id in said.ids]


async def _rows(ctx: ChatContext) -> list[Row]:
    """What the place follows, without what it archived."""
    return [row for row in await ctx.tracking.viewing.orders(ctx.chat) if row[1].archived_at is None]


async def choose(ctx: ChatContext, purpose: Purpose, rows: list[Row] | None = None) -> None:
    """Ask which order is meant; by default all that are not archived are offered."""
    if rows is None:
        rows = await _rows(ctx)
    if rows:
        await ctx.say(replies.choose(ctx.words, rows, purpose))
    else:
        await ctx.say(replies.nothing_followed(ctx.words, ctx.shop, ctx.entry))
