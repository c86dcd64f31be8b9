"""Handlers for following orders: commands, bare ids, links, and the buttons under cards."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import assert_never

from bot.chat.context import ChatContext
from bot.chat.mentions import find_mentioned
from bot.i18n import guess_zone
from bot.ids import Mistake, ParsedText, is_claim_token, is_damaged_token
from bot.model import Follow, Later, Order, Sent
from bot.tracking import (
    AlreadyTracked,
    LimitReached,
    LockedOut,
    NotAllowed,
    NotFound,
    Outcome,
    Shown,
    Tracked,
    Unanswered,
)
from bot.views import actions, picture, refusals, replies
from bot.views.refusals import Tried
from bot.views.replies import EntryPoint, Purpose

MOST_AT_ONCE = 20
LABEL_LENGTH = 64
_CARDS = 2  # most orders meant by name that are shown as cards; more become a choice
_MISTAKES = 3  # most mistakes of one message that are answered
_SEVERAL = 3  # this many ids or more are answered by one list instead of cards
_AT_A_TIME = 4
_PATIENCE = 0.25  # seconds after which a pressed button says that AliExpress is being asked

Row = tuple[Order, Follow]


async def start(ctx: ChatContext, said: ParsedText) -> None:
    """/start, also from a shop's deep link: `/start TOKEN` follows the order in one tap."""
    await ctx.expect("")
    token = said.text.strip()
    claimed = await _claimed(ctx, token)
    if not claimed:
        if said.ids:
            await track(ctx, said)
        elif is_damaged_token(token) or is_claim_token(token):
            await ctx.say(refusals.bad_link(ctx.words, ctx.shop))
        else:  # the parameter of some other link, such as `ref_123` of an advertisement
            await ctx.say(replies.start(ctx.words, ctx.shop, ctx.entry))
        return
    if await ctx.refuse_change():
        return
    await _speak_as_the_shop_says(ctx, claimed[0])
    if len(claimed) >= _SEVERAL:
        await _track_several(ctx, claimed, by_link=True)
        return
    for place, order_id in enumerate(claimed):
        async with ctx.typing():
            outcome = await _track(ctx, order_id, by_link=True)
        if isinstance(outcome, Tracked) and place == 0:
            await ctx.say(replies.claimed(ctx.words, ctx.shop, outcome.shown.order, outcome.shown.follow))
        await _tell(ctx, outcome)


async def _speak_as_the_shop_says(ctx: ChatContext, order_id: str) -> None:
    """Where neither the chat nor Telegram says a language, the one in the shop's list counts."""
    if ctx.speaks or ctx.chat.language_set or ctx.place.is_group:
        return
    language = await ctx.tracking.booking.customers_language(order_id)
    if language and language != ctx.chat.language:
        zone = ctx.chat.zone if ctx.chat.zone_set else guess_zone(language, ctx.services.default_zone)
        await ctx.change(language=language, zone=zone)


async def _claimed(ctx: ChatContext, token: str) -> list[str]:
    """The orders that a deep link opens: one by its signature, or all of a shop order."""
    order_id = ctx.tracking.following.claimed(token) if token else None
    return [order_id] if order_id is not None else await ctx.tracking.booking.claimed(token)


async def help_(ctx: ChatContext, said: ParsedText) -> None:
    """/help."""
    await ctx.say(replies.help_(ctx.words, ctx.shop, ctx.entry, admin=ctx.is_admin))


async def track(ctx: ChatContext, said: ParsedText) -> None:
    """/track, a bare order id or a pasted link; also several at once."""
    if await open_named(ctx, said):
        return
    if not said.ids:
        await _nothing_found(ctx, said)
        return
    if len(said.ids) > MOST_AT_ONCE:
        await ctx.say(refusals.too_many(ctx.words, len(said.ids), MOST_AT_ONCE))
        return
    if not await ctx.may_change() and len(known := await _named(ctx, said)) == len(said.ids):
        for order, _ in known:  # every member may look at what the group follows
            await open_order(ctx, order.id)
        return
    if await ctx.refuse_change():
        return
    if len(said.ids) >= _SEVERAL:
        await _track_several(ctx, said.ids, mistakes=len(said.mistakes))
        return
    for order_id in said.ids:
        async with ctx.typing():
            outcome = await _track(ctx, order_id)
        await _tell(ctx, outcome)
    await _tell_mistakes(ctx, said)


async def open_named(ctx: ChatContext, said: ParsedText) -> bool:
    """Show the followed orders that a text means by tracking number or name; False if there are none."""
    if not said.text.strip() or len(said.ids) > _CARDS:
        return False
    rows = await ctx.tracking.viewing.orders(ctx.chat)
    meant = find_mentioned(said, rows)
    if len(meant) > _CARDS:
        await ctx.say(replies.choose(ctx.words, [row for row in rows if row[0].id in meant], Purpose.OPEN))
        return True
    for order_id in meant:
        await open_order(ctx, order_id)
    return bool(meant)


async def open_order(ctx: ChatContext, order_id: str) -> None:
    """Refresh a followed order and send its card as the living one."""
    async with ctx.typing():
        refreshed = await ctx.tracking.viewing.refresh(ctx.chat, order_id, person=ctx.user_id)
    await ctx.say_card(refreshed.shown)


async def _track(ctx: ChatContext, order_id: str, *, by_link: bool = False) -> Outcome:
    return await ctx.tracking.following.track(
        ctx.chat, order_id, by_link=by_link, person=ctx.user_id, update=ctx.update
    )


async def _nothing_found(ctx: ChatContext, said: ParsedText) -> None:
    if said.mistakes:
        await _tell_mistakes(ctx, said)
    elif said.text.strip():
        await ctx.say(replies.not_understood(ctx.words, ctx.shop, ctx.entry))
    else:
        await _choose(ctx, Purpose.OPEN)


async def _tell_mistakes(ctx: ChatContext, said: ParsedText) -> None:
    for kind, sent in said.mistakes[:_MISTAKES]:
        if (
            ctx.entry is EntryPoint.LINK and kind is not Mistake.PAYMENT_CARD
        ):  # no number would be of use here
            await ctx.say(refusals.link_only(ctx.words, ctx.shop))
            return
        if ctx.entry is EntryPoint.TEAM and kind is not Mistake.PAYMENT_CARD:
            await ctx.say(refusals.private_bot(ctx.words, ctx.shop))
            return
        await ctx.say(refusals.mistake(ctx.words, kind, sent, ctx.shop, ctx.entry))


async def _track_several(
    ctx: ChatContext, order_ids: Sequence[str], *, mistakes: int = 0, by_link: bool = False
) -> None:
    gate = asyncio.Semaphore(_AT_A_TIME)

    async def one(order_id: str) -> Outcome:
        async with gate:
            return await _track(ctx, order_id, by_link=by_link)

    async with ctx.typing():
        outcomes = await asyncio.gather(*(one(order_id) for order_id in order_ids))
    refusal = next((one for one in outcomes if isinstance(one, NotAllowed | LockedOut)), None)
    if refusal is not None and not any(isinstance(one, Tracked | AlreadyTracked) for one in outcomes):
        await _tell(ctx, refusal)
        return
    tried = [(id_, _tried(outcome)) for id_, outcome in zip(order_ids, outcomes, strict=True)]
    await ctx.say(refusals.several(ctx.words, tried, mistakes=mistakes))
    if refusal is not None:
        await _tell(ctx, refusal)


def _tried(outcome: Outcome) -> Tried:
    match outcome:
        case Tracked(shown=shown):
            return Tried.FOLLOWED if shown.order.fetched_at else Tried.LATER
        case AlreadyTracked():
            return Tried.ALREADY
        case LimitReached():
            return Tried.LIMIT
        case Unanswered() | NotAllowed() | LockedOut():
            return Tried.UNANSWERED
        case NotFound():
            return Tried.UNKNOWN
        case _:
            assert_never(outcome)


async def _tell(ctx: ChatContext, outcome: Outcome) -> None:
    words, shop, now = ctx.words, ctx.shop, ctx.services.now()
    match outcome:
        case Tracked(shown=shown) | AlreadyTracked(shown=shown):
            await ctx.say_card(shown)
        case NotFound(order_id=order_id):
            await ctx.say(refusals.unknown_order(words, order_id, shop))
        case Unanswered(order_id=order_id):
            await ctx.say(refusals.unanswered(words, order_id))
        case LimitReached(limit=limit):
            await ctx.say(refusals.quota_reached(words, limit))
        case LockedOut(until=until):
            await ctx.say(replies.slow_down(words, until, now))
        case NotAllowed(access="link"):
            await ctx.say(refusals.link_only(words, shop))
        case NotAllowed():
            await ctx.say(refusals.private_bot(words, shop))
        case _:
            assert_never(outcome)


# ── commands about followed orders ──────────────────────────────────────────────────────────────


async def untrack(ctx: ChatContext, said: ParsedText) -> None:
    """/untrack with an id, or offer a choice."""
    if before := await ctx.tracking.following.stopped(ctx.place, ctx.update):
        meant = await _named(ctx, said)  # an update handled again: the orders not yet stopped
    else:
        meant = await _meant(ctx, said, Purpose.STOP)
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
    for order, follow in await _meant(ctx, said, Purpose.RENAME):
        if said.rest:
            await give_name(ctx, order.id, said.rest)
        else:
            await _ask_name(ctx, order, follow)
        return


async def _switch(ctx: ChatContext, said: ParsedText, *, on: bool) -> None:
    for order, _ in await _meant(ctx, said, Purpose.NOTIFY if on else Purpose.MUTE):
        await ctx.tracking.following.set_notify(ctx.place, order.id, on=on)
        now_is = await ctx.tracking.following.get(ctx.place, order.id)
        if now_is is not None:
            await ctx.say(replies.notifications(ctx.words, order, now_is))


async def _meant(ctx: ChatContext, said: ParsedText, purpose: Purpose) -> list[Row]:
    """The orders that a command is about; offers a choice if that is open, explains if there is none."""
    if await ctx.refuse_change():
        return []
    if said.ids:
        found = await _named(ctx, said)
        if not found:
            await ctx.say(refusals.not_followed(ctx.words))
        return found
    rows = await _rows(ctx)
    if len(rows) == 1:
        return rows
    await _choose(ctx, purpose, rows)
    return []


async def _named(ctx: ChatContext, said: ParsedText) -> list[Row]:
    return [row for row in await _rows(ctx) if row[0].id in said.ids]


async def _rows(ctx: ChatContext) -> list[Row]:
    """What the place follows, without what it put away."""
    return [row for row in await ctx.tracking.viewing.orders(ctx.chat) if row[1].archived_at is None]


async def _choose(ctx: ChatContext, purpose: Purpose, rows: list[Row] | None = None) -> None:
    if rows is None:
        rows = await _rows(ctx)
    if rows:
        await ctx.say(replies.choose(ctx.words, rows, purpose))
    else:
        await ctx.say(replies.nothing_followed(ctx.words, ctx.shop, ctx.entry))


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


# ── buttons under cards ─────────────────────────────────────────────────────────────────────────


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
    before = await _shown(ctx, action.order_id)
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


async def set_notify(ctx: ChatContext, action: actions.SetNotify) -> None:
    """Turn this order's notifications on or off."""
    if await ctx.refuse_change() or await _shown(ctx, action.order_id) is None:
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


async def resume(ctx: ChatContext, action: actions.Resume) -> None:
    """Follow again what was just unfollowed, by the same rules as a new order."""
    if await ctx.refuse_change():
        return
    await ctx.toast()
    await _tell(ctx, await _track(ctx, action.order_id))


async def follow_again(ctx: ChatContext, action: actions.FollowAgain) -> None:
    """Follow again where only signed links may add orders: the proof shows that this chat had one."""
    if await ctx.refuse_change():
        return
    await ctx.toast()
    known = ctx.tracking.following.is_proof(ctx.place, action.order_id, action.proof)
    await _tell(
        ctx,
        await ctx.tracking.following.track(
            ctx.chat, action.order_id, by_link=known, person=ctx.user_id, update=ctx.update
        ),
    )


async def cancel(ctx: ChatContext, said: ParsedText) -> None:
    """/cancel: like any command, it ends an open question."""
    await ctx.say(replies.dismissed(ctx.words))


async def dismiss(ctx: ChatContext, action: actions.Dismiss) -> None:
    """Cancel an open question."""
    await ctx.expect("")
    await ctx.toast()
    await ctx.show(replies.dismissed(ctx.words))


async def nothing(ctx: ChatContext, action: actions.Nothing) -> None:
    """Answer a button that only displays something."""
    await ctx.toast()


# ── what every press is asked ───────────────────────────────────────────────────────────────────


async def _shown(ctx: ChatContext, order_id: str) -> Shown | None:
    """The order that a press is about, if this place follows it or is an operator's."""
    if not await _may_see(ctx, order_id):
        return None
    return await ctx.tracking.viewing.show(ctx.chat, order_id)


async def _opened(ctx: ChatContext, order_id: str) -> Shown | None:
    """Like `_shown`, and answers the press at the same time, without a text."""
    if not await _may_see(ctx, order_id):
        return None
    shown, _ = await asyncio.gather(ctx.tracking.viewing.show(ctx.chat, order_id), ctx.toast())
    return shown


async def _may_see(ctx: ChatContext, order_id: str) -> bool:
    if ctx.is_admin and await ctx.tracking.viewing.is_known(order_id):
        return True
    return await ctx.followed(order_id) is not None
