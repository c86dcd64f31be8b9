"""Handlers for the merchant's figures and the bot's own."""

from __future__ import annotations

import asyncio

from bot.chat.context import ChatContext
from bot.ids import ParsedText
from bot.model import Message
from bot.views import actions, admin, chart
from bot.views import figures as view

_DAYS = 7  # of the bot's numbers


async def stats(ctx: ChatContext, said: ParsedText) -> None:
    """/stats; "/stats csv" gives the figures as files, "/stats bot" the bot's own numbers."""
    wanted = said.text.strip().casefold()
    if wanted == "csv":
        figures = await ctx.tracking.reporting.figures(ctx.chat.zone)
        for file in view.files(figures):
            await ctx.say(file)
    elif wanted == "bot":
        await ctx.say(await _bot(ctx, _DAYS))
    else:
        await ctx.say(await _shop(ctx))


async def show_figures(ctx: ChatContext, action: actions.ShowFigures) -> None:
    """Show the merchant's figures."""
    await ctx.toast()
    await ctx.show(await _shop(ctx))


async def show_stats(ctx: ChatContext, action: actions.ShowStats) -> None:
    """Show the bot's numbers of some days."""
    await ctx.toast()
    await ctx.show(await _bot(ctx, min(max(action.days, 1), 90)))


async def _shop(ctx: ChatContext) -> Message:
    figures = await ctx.tracking.reporting.figures(ctx.chat.zone)
    picture = await asyncio.to_thread(chart.draw_figures, ctx.words, figures.weeks)
    return view.figures(ctx.words, figures, now=ctx.services.now(), picture=picture)


async def _bot(ctx: ChatContext, days: int) -> Message:
    calls = await ctx.services.merchant.usage()
    numbers = await ctx.tracking.reporting.stats(days, calls, ctx.services.memory())
    picture = await asyncio.to_thread(chart.draw, ctx.words, numbers.series)
    needs = await ctx.tracking.booking.needs()
    return admin.stats(ctx.words, numbers, picture=picture, needs=needs)
