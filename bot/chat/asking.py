"""Handlers for questions to the shop: the customer's side and the merchant's."""

from __future__ import annotations

from telegram import Message as TelegramMessage

from bot.chat.context import ChatContext
from bot.model import Dispute
from bot.tracking.asking import LETTER_LENGTH, QUESTIONS_PER_CHAT, Asked, Draft
from bot.views import actions, refusals, replies
from bot.views import asking as view
from bot.views import buttons as b

ASKS = "ask"  # the first word of `Chat.awaiting` while the next message is for the shop


# ── the customer ────────────────────────────────────────────────────────────────────────────────


async def ask_shop(ctx: ChatContext, action: actions.AskShop) -> None:
    """Ask for the question; the next message goes to the shop."""
    if await ctx.refuse_change():
        return
    if (follow := await ctx.followed(action.order_id)) is None:
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


async def ask_which(ctx: ChatContext, action: actions.AskWhich) -> None:
    """Ask which order the question is about."""
    rows = await ctx.tracking.viewing.orders(ctx.chat)
    if not rows:
        await ctx.toast(replies.old_button(ctx.words), alert=True)
        return
    await ctx.toast()
    await ctx.show(replies.choose(ctx.words, rows, replies.Purpose.ASK))


async def reply(ctx: ChatContext, action: actions.Reply) -> None:
    """Ask for what is to be said to the shop's answer."""
    problem = await ctx.tracking.asking.problem(action.dispute, ctx.place)
    if problem is None:
        await ctx.toast(replies.old_button(ctx.words), alert=True)
    else:
        await ask_shop(ctx, actions.AskShop(order_id=problem.order_id))


async def replied(ctx: ChatContext, dispute: int, message: TelegramMessage) -> None:
    """What replies to the shop's answer is for the shop, about the same problem."""
    problem = await ctx.tracking.asking.problem(dispute, ctx.place)
    if problem is None:  # deleted meanwhile
        await ctx.say(refusals.not_followed(ctx.words))
    else:
        await pass_on(ctx, problem.order_id, message)


async def pass_on(ctx: ChatContext, order_id: str, message: TelegramMessage) -> None:
    """Write the customer's message down for the merchant's chat."""
    if await ctx.refuse_change():
        return
    follow = await ctx.tracking.following.get(ctx.place, order_id)
    if follow is None:
        await ctx.say(refusals.not_followed(ctx.words))
        await ctx.expect("")
        return
    draft = _draft(ctx, message, _author(message))
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


# ── both ────────────────────────────────────────────────────────────────────────────────────────


async def passed_on(ctx: ChatContext, message: TelegramMessage, begun: tuple[Dispute, bool] | None) -> bool:
    """Pass on what replies to a letter, or continues an album that was `begun`; False: neither."""
    action = _replied_to(message, ctx.services.bot.id)
    if begun is not None:
        return await _join(ctx, *begun, message)
    if isinstance(action, actions.Solve) and ctx.is_admin:
        await answer(ctx, action.dispute, message)
    elif isinstance(action, actions.Reply):
        await replied(ctx, action.dispute, message)
    else:
        return False
    return True


async def _join(ctx: ChatContext, problem: Dispute, from_shop: bool, message: TelegramMessage) -> bool:
    """Pass on another part of an album that the shop or a customer began; False if it is another chat's."""
    if not (ctx.is_admin if from_shop else problem.place == ctx.place):
        return False
    draft = _draft(ctx, message, "" if from_shop else _author(message))
    if not draft.is_fit:  # a video among the photos
        await ctx.say(view.unfit(ctx.words, LETTER_LENGTH))
    elif from_shop:
        await ctx.tracking.asking.answer(problem.id, draft)
    else:
        await ctx.tracking.asking.ask(problem.order_id, ctx.chat, draft)
    return True


def _replied_to(message: TelegramMessage, bot_id: int) -> actions.Action | None:
    """What a letter's own button does, if the message replies to a letter that the bot brought.

    It is read from the button under the bot's message, which outlives the outbox's memory.
    """
    replied, sender = message.reply_to_message, message.from_user
    if replied is None or replied.from_user is None or replied.from_user.id != bot_id:
        return None
    if sender is not None and sender.is_bot and message.sender_chat is None:
        return None  # another bot of the group
    rows = replied.reply_markup.inline_keyboard if replied.reply_markup else ()
    data = [button.callback_data for row in rows for button in row]
    found = [b.decode(one) for one in data if isinstance(one, str)]
    return next((one for one in found if isinstance(one, actions.Solve | actions.Reply)), None)


def _author(message: TelegramMessage) -> str:
    return message.from_user.full_name if message.from_user is not None else ""


def _draft(ctx: ChatContext, message: TelegramMessage, author: str = "") -> Draft:
    """The message as a letter; operators write as the shop, without a name."""
    return Draft(
        update=ctx.update,
        author=author,
        text=(message.text or message.caption or "").strip(),
        photo=message.photo[-1].file_id if message.photo else "",
        album=message.media_group_id or "",
    )
