"""Handlers for questions to the shop: the customer's side and the merchant's."""

from __future__ import annotations

from telegram import Message as TelegramMessage

from bot.chat.context import ChatContext
from bot.tracking.asking import LETTER_LENGTH, QUESTIONS_PER_CHAT, Asked, Draft
from bot.views import actions, replies
from bot.views import asking as view
from bot.views import buttons as b

ASKS = "ask"  # the first word of `Chat.awaiting` while the next message is for the shop


# ── the customer ────────────────────────────────────────────────────────────────────────────────


async def ask_shop(ctx: ChatContext, action: actions.AskShop) -> None:
    """Ask for the question; the next message goes to the shop."""
    if await ctx.refuse_change():
        return
    follow = await ctx.tracking.following.get(ctx.place, action.order_id)
    if follow is None:
        await ctx.toast(replies.old_button(ctx.words), alert=True)
        return
    if not ctx.tracking.asking.is_open:  # a button from before it was turned off
        await ctx.toast()
        await ctx.say(replies.ask_shop(ctx.words, ctx.shop))
        return
    if not await ctx.tracking.asking.may_ask(ctx.place.chat_id, ctx.update):
        await ctx.toast(view.too_many(ctx.words, QUESTIONS_PER_CHAT), alert=True)
        return
    await ctx.toast()
    await ctx.expect(f"{ASKS}:{action.order_id}")
    order = await ctx.tracking.viewing.order(ctx.chat, action.order_id)
    await ctx.say(view.prompt(ctx.words, order, follow, LETTER_LENGTH))


async def pass_on(ctx: ChatContext, order_id: str, message: TelegramMessage) -> None:
    """Write the customer's message down for the merchant's chat."""
    if await ctx.refuse_change():
        return
    follow = await ctx.tracking.following.get(ctx.place, order_id)
    if follow is None:
        await ctx.say(replies.not_followed(ctx.words))
        await ctx.expect("")
        return
    sender = message.from_user
    draft = _draft(ctx, message, sender.full_name if sender is not None else "")
    if not draft.is_fit:
        await ctx.say(view.unfit(ctx.words, LETTER_LENGTH))  # the question stays open
        return
    match await ctx.tracking.asking.ask(order_id, ctx.chat, draft):
        case Asked.WRITTEN:
            order = await ctx.tracking.viewing.order(ctx.chat, order_id)
            await ctx.say(view.written(ctx.words, order, follow))
        case Asked.TOO_MANY:
            await ctx.toast(view.too_many(ctx.words, QUESTIONS_PER_CHAT))
        case Asked.NOBODY:
            await ctx.say(replies.ask_shop(ctx.words, ctx.shop))
    await ctx.expect("")  # last: handled again after a crash, the message must still be the question


# ── the merchant ────────────────────────────────────────────────────────────────────────────────


def answered_problem(ctx: ChatContext, message: TelegramMessage, bot_id: int) -> int | None:
    """The id of the customer's problem whose message an operator replies to; None for anything else.

    It is read from the button under the bot's own message, which outlives the outbox's memory.
    """
    replied, sender = message.reply_to_message, message.from_user
    if not ctx.is_admin or replied is None or replied.from_user is None or replied.from_user.id != bot_id:
        return None
    if sender is not None and sender.is_bot and message.sender_chat is None:
        return None  # another bot of the group
    rows = replied.reply_markup.inline_keyboard if replied.reply_markup else ()
    for button in (button for row in rows for button in row):
        data = button.callback_data
        action = b.decode(data) if isinstance(data, str) else None
        if isinstance(action, actions.Solve):
            return action.dispute
    return None


async def answer(ctx: ChatContext, dispute: int, message: TelegramMessage) -> None:
    """Write the operator's reply down for the customer."""
    draft = _draft(ctx, message)
    if not draft.is_fit:
        await ctx.say(view.unfit(ctx.words, LETTER_LENGTH))
    elif await ctx.tracking.asking.answer(dispute, draft):
        await ctx.say(view.passed_on(ctx.words))
    else:
        await ctx.say(view.not_passed_on(ctx.words))


async def solve(ctx: ChatContext, action: actions.Solve) -> None:
    """The problem is solved: take it off the board and tell the customer."""
    if await ctx.tracking.asking.solve(action.dispute):
        await ctx.toast(view.closed(ctx.words))
    else:
        await ctx.toast(replies.old_button(ctx.words), alert=True)


def _draft(ctx: ChatContext, message: TelegramMessage, author: str = "") -> Draft:
    """The message as a letter; operators write as the shop, without a name."""
    return Draft(
        update=ctx.update,
        author=author,
        text=(message.text or message.caption or "").strip(),
        photo=message.photo[-1].file_id if message.photo else "",
    )
