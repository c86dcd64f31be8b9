"""Handlers that follow and open orders: /start, /track, bare ids, links, and following again."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import assert_never

from bot.chat import choosing
from bot.chat.context import ChatContext
from bot.chat.mentions import find_mentioned
from bot.i18n import guess_zone
from bot.ids import Mistake, ParsedText, is_claim_token, is_damaged_token
from bot.tracking import (
    AlreadyTracked,
    LimitReached,
    LockedOut,
    NotAllowed,
    NotFound,
    Outcome,
    Tracked,
    Unanswered,
)
from bot.views import actions, refusals, replies
from bot.views.refusals import Tried
from bot.views.replies import EntryPoint, Purpose

MOST_AT_ONCE = 20
_CARDS = 2  # most orders meant by name that are shown as cards; more become a choice
_MISTAKES = 3  # most mistakes of one message that are answered
_SEVERAL = 3  # this many ids or more are answered by one list instead of cards
_AT_A_TIME = 4


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
    if not await ctx.may_change() and len(known := await choosing.named(ctx, said)) == len(said.ids):
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
        await choosing.choose(ctx, Purpose.OPEN)


async def _tell_mistakes(ctx: ChatContext, said: ParsedText) -> None:
    for kind, sent in said.mistakes[:_MISTAKES]:
        warned = kind is Mistake.PAYMENT_CARD  # whatever may be added here
        if ctx.entry is EntryPoint.LINK and not warned:
            await ctx.say(refusals.link_only(ctx.words, ctx.shop))
            return
        if ctx.entry is EntryPoint.TEAM and not warned:
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
