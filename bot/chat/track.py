"""Following orders: commands, bare ids, links, and the buttons under cards."""

from __future__ import annotations

import asyncio
from typing import assert_never

from bot.chat.conversation import Conversation
from bot.ids import Reading
from bot.model import Follow
from bot.tracking import (
    AlreadyTracked,
    LimitReached,
    LockedOut,
    NotAllowed,
    NotFound,
    Outcome,
    Shown,
    Tracked,
)
from bot.views import actions, picture, talk, timeline
from bot.views import orders as orders_view
from bot.views.talk import Purpose, Tried

MOST_AT_ONCE = 20
LABEL_LENGTH = 64
_SEVERAL = 3  # from so many ids on, one list is answered instead of cards
_AT_A_TIME = 4
_PATIENCE = 0.25  # seconds that a press may stay without any answer


async def start(talking: Conversation, said: Reading) -> None:
    """/start, and the deep link of a shop: `/start TOKEN` claims an order in one tap."""
    await talking.expect("")
    token = said.text.strip()
    if not token:
        link_only = talking.tracking.policy.access == "link"
        await talking.say(talk.start(talking.words, talking.shop, link_only=link_only))
        return
    order_id = talking.tracking.following.claimed(token)
    if order_id is None:
        if said.ids:
            await track(talking, said)
        else:
            await talking.say(talk.bad_link(talking.words, talking.shop))
        return
    if await talking.refuse_change():
        return
    async with talking.typing():
        outcome = await talking.tracking.following.track(
            talking.chat, order_id, by_link=True, update=talking.update
        )
    if isinstance(outcome, Tracked):
        greeting = talk.claimed(talking.words, talking.shop, order_id, outcome.shown.follow)
        await talking.say(greeting)
    await _tell(talking, outcome)


async def help_(talking: Conversation, said: Reading) -> None:
    """/help."""
    await talking.say(talk.help_(talking.words, talking.shop, admin=talking.is_admin))


async def track(talking: Conversation, said: Reading) -> None:
    """/track, a bare order id, or a pasted link; several at once work too."""
    if not said.ids:
        await _nothing_found(talking, said)
        return
    if len(said.ids) > MOST_AT_ONCE:
        await talking.say(talk.too_many(talking.words, len(said.ids), MOST_AT_ONCE))
        return
    if await talking.refuse_change():
        return
    if len(said.ids) >= _SEVERAL:
        await _track_several(talking, said)
        return
    for order_id in said.ids:
        async with talking.typing():
            outcome = await _track(talking, order_id)
        await _tell(talking, outcome)
    for kind, sent in said.mistakes:
        await talking.say(talk.mistake(talking.words, kind, sent))


async def _track(talking: Conversation, order_id: str) -> Outcome:
    return await talking.tracking.following.track(talking.chat, order_id, update=talking.update)


async def _nothing_found(talking: Conversation, said: Reading) -> None:
    if said.mistakes:
        for kind, sent in said.mistakes[:3]:
            await talking.say(talk.mistake(talking.words, kind, sent))
    elif said.text.strip():
        await talking.say(talk.not_understood(talking.words))
    else:
        await _choose(talking, Purpose.OPEN)


async def _track_several(talking: Conversation, said: Reading) -> None:
    gate = asyncio.Semaphore(_AT_A_TIME)

    async def one(order_id: str) -> Outcome:
        async with gate:
            return await _track(talking, order_id)

    async with talking.typing():
        outcomes = await asyncio.gather(*(one(order_id) for order_id in said.ids))
    for refusal in outcomes:
        if isinstance(refusal, NotAllowed | LockedOut):
            await _tell(talking, refusal)
            return
    tried = [(id_, _tried(outcome)) for id_, outcome in zip(said.ids, outcomes, strict=True)]
    await talking.say(talk.several(talking.words, tried, mistakes=len(said.mistakes)))


def _tried(outcome: Outcome) -> Tried:
    match outcome:
        case Tracked(shown=shown):
            return Tried.FOLLOWED if shown.order.fetched_at else Tried.LATER
        case AlreadyTracked():
            return Tried.ALREADY
        case LimitReached():
            return Tried.LIMIT
        case NotFound() | NotAllowed() | LockedOut():
            return Tried.UNKNOWN
        case _:
            assert_never(outcome)


async def _tell(talking: Conversation, outcome: Outcome) -> None:
    words, shop, now = talking.words, talking.shop, talking.desk.now()
    match outcome:
        case Tracked(shown=shown) | AlreadyTracked(shown=shown):
            await talking.say_card(shown)
            if shown.order.fetched_at is None:
                await talking.say(talk.source_silent(words, shown.order.id))
        case NotFound(order_id=order_id):
            await talking.say(talk.unknown_order(words, order_id, shop))
        case LimitReached(limit=limit):
            await talking.say(talk.quota_reached(words, limit))
        case LockedOut(until=until):
            await talking.say(talk.slow_down(words, until, now))
        case NotAllowed(access="link"):
            await talking.say(talk.link_only(words, shop))
        case NotAllowed():
            await talking.say(talk.private_bot(words, shop))
        case _:
            assert_never(outcome)


# ── commands about followed orders ──────────────────────────────────────────────────────────────


async def untrack(talking: Conversation, said: Reading) -> None:
    """/untrack, with an id or a choice."""
    if before := await talking.tracking.following.stopped(talking.place, talking.update):
        meant = await _named(talking, said)  # the others, where there were several
    else:
        meant = await _meant(talking, said, Purpose.STOP)
    for follow in (*before, *meant):
        await _stop(talking, follow)


async def subscribe(talking: Conversation, said: Reading) -> None:
    """/subscribe: pushes on."""
    await _switch(talking, said, on=True)


async def unsubscribe(talking: Conversation, said: Reading) -> None:
    """/unsubscribe: pushes off; the order stays in the list."""
    await _switch(talking, said, on=False)


async def rename(talking: Conversation, said: Reading) -> None:
    """/rename, with an id (and a name behind it) or a choice."""
    for follow in await _meant(talking, said, Purpose.RENAME):
        if said.rest:
            await give_name(talking, follow.order_id, said.rest)
        else:
            await _ask_name(talking, follow)
        return


async def _switch(talking: Conversation, said: Reading, *, on: bool) -> None:
    for follow in await _meant(talking, said, Purpose.NOTIFY if on else Purpose.MUTE):
        await talking.tracking.following.set_notify(talking.place, follow.order_id, on=on)
        now_is = await talking.tracking.following.get(talking.place, follow.order_id)
        if now_is is not None:
            await talking.say(talk.notifications(talking.words, follow.order_id, now_is))


async def _meant(talking: Conversation, said: Reading, purpose: Purpose) -> list[Follow]:
    """The follows that a command is about; asks where that is open, and says so where there is none."""
    if await talking.refuse_change():
        return []
    if said.ids:
        found = await _named(talking, said)
        if not found:
            await talking.say(talk.not_followed(talking.words))
        return found
    follows = await _follows(talking)
    if len(follows) == 1:
        return follows
    await _choose(talking, purpose, follows)
    return []


async def _named(talking: Conversation, said: Reading) -> list[Follow]:
    return [one for one in await _follows(talking) if one.order_id in said.ids]


async def _follows(talking: Conversation) -> list[Follow]:
    return await talking.tracking.following.active(talking.place)


async def _choose(talking: Conversation, purpose: Purpose, follows: list[Follow] | None = None) -> None:
    if follows is None:
        follows = await _follows(talking)
    if follows:
        await talking.say(talk.choose(talking.words, follows, purpose))
    else:
        await talking.say(orders_view.nothing_followed(talking.words))


async def give_name(talking: Conversation, order_id: str, label: str) -> None:
    """The answer to "what shall it be called?"."""
    if await talking.refuse_change():
        return
    label = " ".join(label.split())
    if len(label) > LABEL_LENGTH:
        await talking.say(talk.label_too_long(talking.words, len(label), LABEL_LENGTH))
        return
    if not await talking.tracking.following.rename(talking.place, order_id, label):
        await talking.say(talk.not_followed(talking.words))
        await talking.expect("")
        return
    shown = await talking.tracking.viewing.show(talking.chat, order_id)
    if shown.follow is not None:
        await talking.say(talk.renamed(talking.words, order_id, shown.follow))
        if shown.follow.card_message_id is not None:
            await talking.desk.courier.edit(talking.place, shown.follow.card_message_id, talking.card(shown))
    await talking.expect("")  # at last: handled again after a crash, it must still be the answer


async def give_name_to(talking: Conversation, answer: tuple[str, str]) -> None:
    """The next plain message after the question."""
    await give_name(talking, *answer)


# ── buttons under cards ─────────────────────────────────────────────────────────────────────────


async def show_card(talking: Conversation, action: actions.ShowCard) -> None:
    """The order's card: in its own place where that was leafed through, else as a new living one."""
    if (shown := await _opened(talking, action.order_id)) is None:
        return
    living = shown.follow.card_message_id if shown.follow else None
    if talking.pressed is not None and talking.pressed == living:
        await talking.show_card(shown)
    else:
        await talking.say_card(shown)


async def refresh(talking: Conversation, action: actions.Refresh) -> None:
    """Look now, unless somebody looked a moment ago."""
    before = await _shown(talking, action.order_id)
    if before is None:
        return
    looking = asyncio.ensure_future(talking.tracking.viewing.refresh(talking.chat, action.order_id))
    try:
        done, _ = await asyncio.wait({looking}, timeout=_PATIENCE)
        if not done:
            await talking.toast(talk.looking(talking.words))
        refreshed = await looking
    finally:
        looking.cancel()
    at = refreshed.shown.order.fetched_at
    if refreshed.fresh:
        changed = refreshed.shown.order.digest != before.order.digest
        await talking.toast(talk.refreshed(talking.words, changed=changed))
    elif refreshed.shown.silent_since is not None or at is None:
        await talking.toast(talk.silent(talking.words))
    else:
        await talking.toast(talk.fresh(talking.words, at, talking.desk.now()))
    await talking.show_card(refreshed.shown)


async def show_timeline(talking: Conversation, action: actions.ShowTimeline) -> None:
    """A page of the full timeline in the card's place."""
    if (shown := await _opened(talking, action.order_id)) is not None:
        await talking.show(
            timeline.timeline(
                talking.words,
                shown.localised,
                shown.follow,
                parcel=action.parcel,
                page=action.page,
                now=talking.desk.now(),
            )
        )


async def set_notify(talking: Conversation, action: actions.SetNotify) -> None:
    """Notifications of this order on or off."""
    if await talking.refuse_change() or await _shown(talking, action.order_id) is None:
        return
    await talking.tracking.following.set_notify(talking.place, action.order_id, on=action.on)
    await talking.toast(talk.notify_switched(talking.words, on=action.on))
    await talking.show_card(await talking.tracking.viewing.show(talking.chat, action.order_id))


async def ask_rename(talking: Conversation, action: actions.AskRename) -> None:
    """Ask for a new name; the next plain message is it."""
    if await talking.refuse_change():
        return
    follow = await _followed(talking, action.order_id)
    if follow is not None:
        await talking.toast()
        await _ask_name(talking, follow)


async def _ask_name(talking: Conversation, follow: Follow) -> None:
    await talking.expect(f"rename:{follow.order_id}")
    await talking.say(talk.ask_rename(talking.words, follow.order_id, follow, LABEL_LENGTH))


async def ask_stop(talking: Conversation, action: actions.AskStop) -> None:
    """Really stop?"""
    if await talking.refuse_change():
        return
    follow = await _followed(talking, action.order_id)
    if follow is not None:
        await talking.toast()
        await talking.say(talk.ask_stop(talking.words, follow.order_id, follow))


async def stop(talking: Conversation, action: actions.Stop) -> None:
    """Stop following."""
    if await talking.refuse_change():
        return
    before = await talking.tracking.following.stopped(talking.place, talking.update)
    follow = before[0] if before else await _followed(talking, action.order_id)
    if follow is not None:
        await talking.toast()
        await _stop(talking, follow)


async def _stop(talking: Conversation, follow: Follow) -> None:
    await talking.tracking.following.untrack(talking.place, follow.order_id, update=talking.update)
    await talking.show(talk.stopped(talking.words, follow.order_id, follow))


async def share(talking: Conversation, action: actions.Share) -> None:
    """The journey as a picture, drawn beside the event loop: it takes a tenth of a second."""
    if (shown := await _opened(talking, action.order_id)) is not None:
        message = await asyncio.to_thread(
            picture.share,
            talking.words,
            shown.localised,
            now=talking.desk.now(),
            shop=talking.shop.name,
        )
        await talking.say(message)


async def resume(talking: Conversation, action: actions.Resume) -> None:
    """Follow again what was stopped a moment ago: the same rules as for a new one."""
    if await talking.refuse_change():
        return
    await talking.toast()
    await _tell(talking, await _track(talking, action.order_id))


async def dismiss(talking: Conversation, action: actions.Dismiss) -> None:
    """A question is taken back."""
    await talking.expect("")
    await talking.toast()
    await talking.show(talk.dismissed(talking.words))


async def nothing(talking: Conversation, action: actions.Nothing) -> None:
    """A button that only shows something."""
    await talking.toast()


# ── what every press is asked ───────────────────────────────────────────────────────────────────


async def _followed(talking: Conversation, order_id: str) -> Follow | None:
    """The follow a press is about; a forged or outdated press is told so."""
    follow = await talking.tracking.following.get(talking.place, order_id)
    if follow is None:
        await talking.toast(talk.old_button(talking.words), alert=True)
    return follow


async def _shown(talking: Conversation, order_id: str) -> Shown | None:
    """The order a press is about, where this place follows it (or is the operator's)."""
    if not await _may_see(talking, order_id):
        return None
    return await talking.tracking.viewing.show(talking.chat, order_id)


async def _opened(talking: Conversation, order_id: str) -> Shown | None:
    """The same for a press that is answered without words: beside the reading, not behind it."""
    if not await _may_see(talking, order_id):
        return None
    shown, _ = await asyncio.gather(talking.tracking.viewing.show(talking.chat, order_id), talking.toast())
    return shown


async def _may_see(talking: Conversation, order_id: str) -> bool:
    if talking.is_admin and await talking.tracking.viewing.is_known(order_id):
        return True
    return await _followed(talking, order_id) is not None
