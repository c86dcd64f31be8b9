"""Handlers for operators: board, the daily brief, the AliExpress login."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from bot.chat.context import ChatContext, Services
from bot.errors import NoLoginCode, SourceError, Throttled, Transient
from bot.ids import ParsedText
from bot.model import Flag, Message
from bot.views import actions, admin, replies
from bot.views import board as view

_NOTE_LENGTH = 200


async def board(ctx: ChatContext, said: ParsedText) -> None:
    """/board; "/board csv" gives it as a file."""
    if said.text.strip().casefold() == "csv":
        rows = await ctx.tracking.flagging.whole()
        await ctx.say(Message(text="", document=await asyncio.to_thread(view.table, rows)))
        return
    await ctx.say(await _board(ctx, 0))


async def show_board(ctx: ChatContext, action: actions.ShowBoard) -> None:
    """Show another page of the board."""
    await ctx.toast()
    await ctx.show(await _board(ctx, action.page))


async def filter_board(ctx: ChatContext, action: actions.FilterBoard) -> None:
    """Show a page of the orders with one flag."""
    await ctx.toast()
    await ctx.show(await _board(ctx, action.page, only=action.flag))


async def _board(ctx: ChatContext, page: int, *, only: Flag | None = None) -> Message:
    flagging, merchant = ctx.tracking.flagging, ctx.services.merchant
    state = await flagging.state(
        await merchant.usage(),
        logged_out=merchant.keeper.dead,
        app_refused=merchant.refusal,
        failing_since=merchant.failing_since,
    )
    found = await flagging.page(page, length=view.FLAGS_PER_PAGE, asleep=view.SLEEPERS_SHOWN, only=only)
    return view.board(
        ctx.words,
        found.rows,
        state=state,
        now=ctx.services.now(),
        total=found.total,
        counts=found.counts,
        only=found.only,
        page=found.page,
        asleep=found.asleep,
        snoozed=found.snoozed,
    )


async def open_flag(ctx: ChatContext, action: actions.OpenFlag) -> None:
    """Show one order of the board."""
    await ctx.toast()
    message = await _flagged(ctx, action.order_id)
    if message is None:
        await ctx.show(await _board(ctx, 0))
    else:
        await ctx.show(message)


async def _flagged(ctx: ChatContext, order_id: str) -> Message | None:
    row = await ctx.tracking.flagging.get(order_id)
    return view.flagged_order(ctx.words, row, now=ctx.services.now()) if row else None


async def snooze(ctx: ChatContext, action: actions.Snooze) -> None:
    """Keep an order off the board for some days."""
    until = ctx.services.now() + timedelta(days=action.days) if action.days else None
    if not await ctx.tracking.flagging.snooze(action.order_id, until):
        return
    await ctx.toast(replies.saved(ctx.words))
    await ctx.show(await _board(ctx, 0))


async def close(ctx: ChatContext, action: actions.CloseFlag) -> None:
    """Done: the order leaves the board until something new happens."""
    if await ctx.tracking.flagging.close(action.order_id):
        await ctx.toast(replies.saved(ctx.words))
    await ctx.show(await _board(ctx, 0))


async def show_timeline(ctx: ChatContext, action: actions.FlagTimeline) -> None:
    """Show a page of the timeline in place of the board's order."""
    await ctx.toast()
    shown = await ctx.tracking.viewing.show(ctx.chat, action.order_id)
    await ctx.show_timeline(shown, action.parcel, action.page, on_board=True)


async def ask_note(ctx: ChatContext, action: actions.AskNote) -> None:
    """Ask for a note; the next plain message is the answer."""
    await ctx.toast()
    await ctx.expect(f"note:{action.order_id}")
    await ctx.say(view.ask_note(ctx.words, action.order_id, _NOTE_LENGTH))


async def write_note(ctx: ChatContext, answer: tuple[str, str]) -> None:
    """Store the note."""
    order_id, text = answer
    if not ctx.is_admin:
        await ctx.expect("")
        return
    await ctx.tracking.flagging.write_note(order_id, text.strip()[:_NOTE_LENGTH])
    await ctx.say(await _flagged(ctx, order_id) or await _board(ctx, 0))
    await ctx.expect("")


# ── brief, login ────────────────────────────────────────────────────────────────────────────────


async def brief(ctx: ChatContext, said: ParsedText) -> None:
    """/brief: set the hour of the daily brief."""
    await ctx.say(view.brief_settings(ctx.words, await ctx.tracking.reporting.brief_at()))


async def set_brief(ctx: ChatContext, action: actions.SetBrief) -> None:
    """Set the hour of the daily brief."""
    await ctx.tracking.reporting.set_brief_at(action.start)
    await ctx.toast(replies.saved(ctx.words))
    await ctx.show(view.brief_settings(ctx.words, action.start))


async def authorize(ctx: ChatContext, said: ParsedText) -> None:
    """/authorize: show where to log in; the next message is the redirect's address or its code."""
    if ctx.place.is_group:  # any member could log in with an account of their own
        await ctx.say(admin.authorize_in_private(ctx.words))
        return
    if said.text.strip():
        await take_code(ctx, ("", said.text))
        return
    await ctx.expect("authorize:")
    await ctx.say(admin.authorize(ctx.words, ctx.services.merchant.login_url()))


def is_login(services: Services, chat_id: int, said: ParsedText) -> bool:
    """Whether an operator pasted the result of a login; a link to an order never counts as one."""
    return (
        chat_id > 0 and services.is_admin(chat_id) and services.merchant.is_login(said.text) and not said.ids
    )


async def take_code(ctx: ChatContext, answer: tuple[str, str]) -> None:
    """Exchange the pasted login code for tokens."""
    if not ctx.is_admin or ctx.place.is_group:
        await ctx.expect("")
        return
    try:
        async with ctx.typing():
            until = await ctx.services.merchant.authorize(answer[1], update=ctx.update)
    except NoLoginCode:
        message = admin.no_login_code(ctx.words)
    except (Transient, Throttled):  # nothing that AliExpress said about the code
        message = admin.login_unanswered(ctx.words)
    except SourceError as error:
        message = admin.not_authorized(ctx.words, error.detail or error.code)
    else:
        message = admin.authorized(ctx.words, until, ctx.services.now())
    await ctx.say(message)
    await ctx.expect("")  # last: handled again after a crash, the message must still be the answer
