"""Handlers that change what a place follows: an order's name, its notifications, its end."""

from __future__ import annotations

from bot.chat import choosing
from bot.chat.card import shown_order
from bot.chat.context import ChatContext
from bot.ids import ParsedText
from bot.model import Follow, Later, Order, Sent
from bot.views import actions, refusals, replies
from bot.views.replies import Purpose

LABEL_LENGTH = 64


async def untrack(ctx: ChatContext, said: ParsedText) -> None:
    """/untrack with an id, or offer a choice."""
    if before := await ctx.tracking.following.stopped(ctx.place, ctx.update):
        meant = await choosing.named(ctx, said)  # an update handled again: the orders not yet stopped
    else:
        meant = await choosing.meant(ctx, said, Purpose.STOP)
    for follow in (*before, *(follow for _, follow in meant)):
        await _stop(ctx, follow)


async def subscribe(ctx: ChatContext, said: ParsedText) -> None:
    """/subscribe: turn an order's pushes on."""
    await _switch(ctx, said, on=True)


async def unsubscribe(ctx: ChatContext, said: ParsedText) -> None:
    """/unsubscribe: turn an order's pushes off; it stays in the list."""
    await _switch(ctx, said, on=False)


async def rename(ctx: ChatContext, said: ParsedText) -> None:
    """/rename with an id and perhaps a name, or offer a choice."""
    for order, follow in await choosing.meant(ctx, said, Purpose.RENAME):
        if said.rest:
            await give_name(ctx, order.id, said.rest)
        else:
            await _ask_name(ctx, order, follow)
        return


async def _switch(ctx: ChatContext, said: ParsedText, *, on: bool) -> None:
    for order, _ in await choosing.meant(ctx, said, Purpose.NOTIFY if on else Purpose.MUTE):
        await ctx.tracking.following.set_notify(ctx.place, order.id, on=on)
        now_is = await ctx.tracking.following.get(ctx.place, order.id)
        if now_is is not None:
            await ctx.say(replies.notifications(ctx.words, order, now_is))


async def give_name(ctx: ChatContext, order_id: str, label: str) -> None:
    """Set an order's label."""
    if await ctx.refuse_change():
        return
    label = " ".join(label.split())
    if len(label) > LABEL_LENGTH:
        await ctx.say(replies.label_too_long(ctx.words, len(label), LABEL_LENGTH))
        return
    if not await ctx.tracking.following.rename(ctx.place, order_id, label):
        await ctx.say(refusals.not_followed(ctx.words))
        await ctx.expect("")
        return
    shown = await ctx.tracking.viewing.show(ctx.chat, order_id)
    if shown.follow is not None:
        await ctx.say(replies.renamed(ctx.words, shown.order, shown.follow))
        if shown.follow.card_message_id is not None:
            card_id = shown.follow.card_message_id
            match await ctx.services.sender.edit(ctx.place, card_id, ctx.card(shown)):
                case Sent(message_id=message_id):
                    await ctx.remember_card(shown, message_id)
                case Later():
                    await ctx.tracking.following.enqueue_card(ctx.place, order_id)
                case _:
                    pass  # the message about the new name, which was sent before, settled the chat
    await ctx.expect("")  # last: handled again after a crash, the message must still be the answer


async def give_name_to(ctx: ChatContext, answer: tuple[str, str]) -> None:
    """Take the next plain message as the label asked for."""
    await give_name(ctx, *answer)


async def set_notify(ctx: ChatContext, action: actions.SetNotify) -> None:
    """Turn this order's notifications on or off."""
    if await ctx.refuse_change() or await shown_order(ctx, action.order_id) is None:
        return
    await ctx.tracking.following.set_notify(ctx.place, action.order_id, on=action.on)
    await ctx.toast(replies.notify_switched(ctx.words, on=action.on))
    await ctx.show_card(await ctx.tracking.viewing.show(ctx.chat, action.order_id))


async def ask_rename(ctx: ChatContext, action: actions.AskRename) -> None:
    """Ask for a new label; the next plain message is the answer."""
    if await ctx.refuse_change():
        return
    follow = await ctx.followed(action.order_id)
    if follow is not None:
        await ctx.toast()
        await _ask_name(ctx, await ctx.tracking.viewing.order(ctx.chat, follow.order_id), follow)


async def _ask_name(ctx: ChatContext, order: Order, follow: Follow) -> None:
    await ctx.expect(f"rename:{order.id}")
    await ctx.say(replies.ask_rename(ctx.words, order, follow, LABEL_LENGTH))


async def ask_stop(ctx: ChatContext, action: actions.AskStop) -> None:
    """Ask for confirmation before unfollowing."""
    if await ctx.refuse_change():
        return
    follow = await ctx.followed(action.order_id)
    if follow is not None:
        await ctx.toast()
        order = await ctx.tracking.viewing.order(ctx.chat, follow.order_id)
        await ctx.say(replies.ask_stop(ctx.words, order, follow))


async def stop(ctx: ChatContext, action: actions.Stop) -> None:
    """Unfollow the order."""
    if await ctx.refuse_change():
        return
    before = await ctx.tracking.following.stopped(ctx.place, ctx.update)
    follow = before[0] if before else await ctx.followed(action.order_id)
    if follow is not None:
        await ctx.toast()
        await _stop(ctx, follow)


async def _stop(ctx: ChatContext, follow: Follow) -> None:
    await ctx.tracking.following.untrack(ctx.place, follow.order_id, update=ctx.update)
    proof = ctx.tracking.following.proof(ctx.place, follow.order_id)
    order = await ctx.tracking.viewing.order(ctx.chat, follow.order_id)
    await ctx.show(replies.stopped(ctx.words, order, follow, proof))


async def cancel(ctx: ChatContext, said: ParsedText) -> None:
    """/cancel: like any command, it ends an open question."""
    await ctx.say(replies.dismissed(ctx.words))


async def dismiss(ctx: ChatContext, action: actions.Dismiss) -> None:
    """Cancel an open question."""
    await ctx.expect("")
    await ctx.toast()
    await ctx.show(replies.dismissed(ctx.words))
