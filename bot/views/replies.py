"""Replies other than cards and refusals: greeting, help, what was not understood, choosing, pop-ups."""

from __future__ import annotations

import enum
from collections.abc import Sequence
from datetime import datetime

from markupsafe import Markup

from bot.i18n import Words, fill, plain
from bot.model import Button, Follow, Message, Order, Shop
from bot.views import actions, commands, wording
from bot.views import buttons as b
from bot.views.contact import ask_button, contact_button, support


class Purpose(enum.StrEnum):
    """What an order is to be chosen for."""

    OPEN = "open"
    STOP = "stop"
    RENAME = "rename"
    NOTIFY = "notify"
    MUTE = "mute"
    ASK = "ask"


class EntryPoint(enum.StrEnum):
    """How people can add an order in a chat."""

    NUMBER = "number"  # its number or link, as plain text
    COMMAND = "command"  # /track: groups hide plain messages from the bot
    LINK = "link"  # only the shop's signed links
    TEAM = "team"  # not at all: only the operator may


# ── hello and help ──────────────────────────────────────────────────────────────────────────────


def start(words: Words, shop: Shop, entry: EntryPoint = EntryPoint.NUMBER) -> Message:
    """The greeting, in the shop's name where it has one, and the first thing to do."""
    t = words.t
    hello = (
        t("👋 <b>Welcome to {shop}!</b>", shop=wording.clip(shop.name, 64))
        if shop.name
        else t("👋 <b>Welcome!</b>")
    )
    lines = [hello]
    if shop.welcome:
        lines.append(words.isolate(wording.clip(shop.welcome, 500)))
    lines += [Markup(""), t("We keep an eye on your AliExpress parcels and message you when there's news.")]
    lines.append(_to_begin(words, entry))
    return Message(text=words.page(lines), buttons=_home(words))


def claimed(words: Words, shop: Shop, order: Order, follow: Follow | None) -> Message:
    """The greeting above the card of an order that came by a shop's link."""
    name = wording.name(words, order, follow)
    text = (
        words.t("👋 {shop} is tracking your parcel: {order}.", shop=wording.clip(shop.name, 64), order=name)
        if shop.name
        else words.t("👋 We're tracking your parcel: {order}.", order=name)
    )
    return Message(text=words.page([text]))


def help_(words: Words, shop: Shop, entry: EntryPoint = EntryPoint.NUMBER, *, admin: bool = False) -> Message:
    """What can be done here, with the commands."""
    t = words.t
    lines = [
        fill("<b>{}</b>", words.isolate(wording.clip(shop.name, 64))) if shop.name else None,
        words.isolate(wording.clip(shop.help, 500)) if shop.help else None,
        t("<b>How it works</b>"),
        *_how_to_add(words, entry),
        Markup(""),
        *_listed(words, commands.commands(words)),
    ]
    if admin:
        lines += [Markup(""), t("<b>For the shop</b>"), *_listed(words, commands.admin_commands(words))]
    lines += [*support(words, shop)]
    return Message(text=words.page(lines), buttons=_home(words))


def unknown_command(words: Words) -> Message:
    """A command that does not exist."""
    return wording.say(words, words.t("We don't recognize that command. /help shows what works here."))


def not_understood(words: Words, shop: Shop, entry: EntryPoint = EntryPoint.NUMBER) -> Message:
    """A text that was not understood and has no order id."""
    return wording.say(
        words,
        words.t("There's no order number in this message."),
        *_how_to_add(words, entry),
        *support(words, shop),
        buttons=_home(words),
    )


def nothing_followed(words: Words, shop: Shop, entry: EntryPoint = EntryPoint.NUMBER) -> Message:
    """Somebody asks after a parcel, and the chat follows none."""
    return wording.say(
        words,
        words.t("📭 <b>You aren't following any orders yet</b>"),
        Markup(""),
        *_how_to_add(words, entry),
        *support(words, shop),
    )


def cannot_read(words: Words, shop: Shop, entry: EntryPoint = EntryPoint.NUMBER) -> Message:
    """A photo, a voice message or a file without an order id beside it."""
    return wording.say(
        words,
        words.t("We can't read photos, voice messages, or files here."),
        *_how_to_add(words, entry),
        *support(words, shop),
    )


def shop_number(words: Words, number: str, shop: Shop) -> Message:
    """The shop's own order number, which opens nothing: anybody could guess it."""
    return wording.say(
        words,
        words.t("{text} looks like the shop's own order number.", text=words.code(wording.clip(number, 40))),
        words.t(
            "It doesn't open an order here, because anyone could guess it. Ask the shop for your personal "
            "link: one tap, and you see every parcel of your order."
        ),
        *support(words, shop),
        buttons=_contact_row(words, shop),
    )


def unclear(words: Words, shop: Shop, orders: Sequence[str]) -> Message:
    """A text that was not understood, in a chat that follows these orders."""
    said = words.t("Sorry, we didn't understand that. See where your orders are, or contact the shop.")
    return wording.say(words, said, *support(words, shop), buttons=_shop_or_orders(words, shop, orders))


def taken_as_question(words: Words, shop: Shop, orders: Sequence[str]) -> Message:
    """Under the order or list that answers a text which was not understood: it may mean something else."""
    said = words.t("We took that as a question about delivery. For anything else, please contact the shop.")
    return wording.say(words, said, *support(words, shop), buttons=_to_shop(words, shop, orders))


def besides(words: Words, shop: Shop, orders: Sequence[str]) -> Message:
    """Under the answer to a question that holds a complaint, too: how to reach the shop."""
    said = words.t("Please contact the shop; they can help.")
    return wording.say(words, *(support(words, shop) or [said]), buttons=_to_shop(words, shop, orders))


def ask_shop(
    words: Words, shop: Shop, orders: Sequence[str] = (), *, begin: EntryPoint | None = None
) -> Message:
    """A question that only the shop can answer: a refund, a cancellation, a wrong article.

    `orders` are what it may be about; where it is one, a button asks the shop. `begin` is given where the
    chat follows none: then the answer also says how to add one.
    """
    asked = shop.asks and len(orders) == 1
    return wording.say(
        words,
        words.t("Only the shop can help with that."),
        *(support(words, shop) or ([] if asked else [words.t("Please contact the shop; they can help.")])),
        *([] if begin is None else [Markup(""), *_how_to_add(words, begin)]),
        buttons=_shop_or_orders(words, shop, orders) if begin is None else _contact_row(words, shop),
    )


def _shop_or_orders(words: Words, shop: Shop, orders: Sequence[str]) -> tuple[tuple[Button, ...], ...]:
    return *_to_shop(words, shop, orders), (b.all_orders(words),)


def _to_shop(words: Words, shop: Shop, orders: Sequence[str]) -> tuple[tuple[Button, ...], ...]:
    """A row with the way to the shop: a question about the order, or first which order it is about."""
    if shop.asks and len(orders) > 1:
        return ((b.button(words.t("💬 Ask the shop"), actions.AskWhich()),),)
    ask = ask_button(words, shop, orders[0]) if orders else None
    return ((ask,),) if ask else _contact_row(words, shop)


def _contact_row(words: Words, shop: Shop) -> tuple[tuple[Button, ...], ...]:
    contact = contact_button(words, shop)
    return () if contact is None else ((contact,),)


# ── what was sent instead of an order ───────────────────────────────────────────────────────────


# ── refusals ────────────────────────────────────────────────────────────────────────────────────


def slow_down(words: Words, until: datetime, now: datetime) -> Message:
    """Too many tries in a short time; `until` is when the next one is heard."""
    return wording.say(
        words,
        words.t("Too many attempts. Please wait a moment."),
        words.t("Try again at {moment}", moment=words.moment(until, "t")),
    )


def went_wrong(words: Words, shop: Shop) -> Message:
    """An update could not be handled, however often it was tried: our mistake."""
    return wording.say(
        words,
        words.t("😕 Something went wrong on our side. Nothing is lost."),
        words.t("Please try again in a minute. If it keeps happening, contact the shop."),
        *support(words, shop),
    )


# ── names, stopping, choosing ───────────────────────────────────────────────────────────────────


def choose(words: Words, rows: Sequence[tuple[Order, Follow]], purpose: Purpose) -> Message:
    """Which order is meant; at most ten are offered, in the order given."""
    t = words.t
    titles = {
        Purpose.OPEN: t("Which order would you like to see?"),
        Purpose.STOP: t("Which order would you like to stop following?"),
        Purpose.RENAME: t("Which order would you like to rename?"),
        Purpose.NOTIFY: t("Turn on notifications for which order?"),
        Purpose.MUTE: t("Turn off notifications for which order?"),
        Purpose.ASK: t("Which order is your question about?"),
    }

    def action(id_: str) -> actions.Action:
        match purpose:
            case Purpose.OPEN:
                return actions.ShowCard(order_id=id_)
            case Purpose.STOP:
                return actions.AskStop(order_id=id_)
            case Purpose.RENAME:
                return actions.AskRename(order_id=id_)
            case Purpose.ASK:
                return actions.AskShop(order_id=id_)
            case Purpose.NOTIFY | Purpose.MUTE:
                return actions.SetNotify(order_id=id_, on=purpose is Purpose.NOTIFY)

    keys = tuple(
        (Button(text=plain(words.isolate(wording.cut(plain(name), 60))), data=b.encode(action(order.id))),)
        for name, (order, _) in zip(wording.names(words, rows[:10]), rows, strict=False)
    )
    return Message(text=words.page([titles[purpose]]), buttons=keys)


def ask_rename(words: Words, order: Order, follow: Follow | None, most: int) -> Message:
    """Ask for a new name of at most `most` characters; the next plain message is the answer."""
    name = wording.name(words, order, follow)
    return wording.say(
        words,
        words.t("✏️ What would you like to call {order}?", order=name),
        words.plural(
            "Send a name of up to {n} character, such as “Blue lamp”.",
            "Send a name of up to {n} characters, such as “Blue lamp”.",
            most,
        ),
        buttons=((b.button(words.t("Keep the current name"), actions.Dismiss()),),),
    )


def renamed(words: Words, order: Order, follow: Follow) -> Message:
    """The order has its new name."""
    return wording.say(
        words,
        words.t("✏️ Now called {order}.", order=wording.name(words, order, follow)),
        buttons=((b.open_order(words, order.id),),),
    )


def label_too_long(words: Words, sent: int, most: int) -> Message:
    """A name longer than `most` characters; nothing was changed."""
    return wording.say(
        words,
        words.plural(
            "That name is too long ({n} character).", "That name is too long ({n} characters).", sent
        ),
        words.plural("Please send one of up to {n}.", "Please send one of up to {n}.", most),
        buttons=((b.button(words.t("Keep the current name"), actions.Dismiss()),),),
    )


def ask_stop(words: Words, order: Order, follow: Follow | None) -> Message:
    """Ask for confirmation before unfollowing."""
    name = wording.name(words, order, follow)
    yes = b.button(words.t("✖️ Yes, stop"), actions.Stop(order_id=order.id))
    no = b.button(words.t("Keep following"), actions.ShowCard(order_id=order.id))
    return wording.say(
        words,
        words.t("Stop following {order}?", order=name),
        words.t("You'll no longer get news about it here."),
        buttons=((yes, no),),
    )


def stopped(words: Words, order: Order, follow: Follow | None, proof: str = "") -> Message:
    """No longer followed, with the way back; `proof` is asked for where only the shop's links let follow."""
    back: actions.Action = actions.Resume(order_id=order.id)
    if proof:
        back = actions.FollowAgain(order_id=order.id, proof=proof)
    return wording.say(
        words,
        words.t("We've stopped following {order}.", order=wording.name(words, order, follow)),
        buttons=((b.button(words.t("↩️ Follow again"), back),),),
    )


def notifications(words: Words, order: Order, follow: Follow) -> Message:
    """Notifications of one order were switched."""
    name = wording.name(words, order, follow)
    said = (
        words.t("🔔 We'll tell you about {order}.", order=name)
        if follow.notify
        else words.t("🔕 {order} is muted. It stays up to date in your list.", order=name)
    )
    return wording.say(words, said, buttons=((b.open_order(words, order.id),),))


# ── settings and data ───────────────────────────────────────────────────────────────────────────


def dismissed(words: Words) -> Message:
    """A question was dismissed."""
    return wording.say(words, words.t("OK, nothing was changed."))


# ── pop-ups (plain text, 200 characters) ────────────────────────────────────────────────────────


def old_button(words: Words) -> str:
    """A button that is forged, of an older version, or of an order this chat does not follow."""
    return wording.toast(words.t("This button is out of date. /orders shows everything as it is now."))


def fresh(words: Words, fetched_at: datetime, now: datetime) -> str:
    """Refreshed a moment ago; asking again so soon would tell nothing new."""
    age = words.since(fetched_at, now)
    # Translators: {moment} is like "40 seconds ago".
    return wording.toast(words.t("Already up to date: checked {moment}.", moment=age))


def silent(words: Words) -> str:
    """AliExpress gave no answer; the card tells what was known before."""
    return wording.toast(words.t("⏳ AliExpress isn't responding right now."))


def looking(words: Words) -> str:
    """A refresh has begun."""
    return wording.toast(words.t("Checking…"))


def refreshed(words: Words, *, changed: bool) -> str:
    """A refresh is done."""
    return wording.toast(words.t("Updated.") if changed else words.t("Nothing new since the last check."))


def notify_switched(words: Words, *, on: bool) -> str:
    """Notifications of one order went on or off."""
    return wording.toast(words.t("🔔 Notifications on") if on else words.t("🔕 Notifications off"))


def archive_switched(words: Words, *, archived: bool) -> str:
    """An order went into the archive or came back."""
    return wording.toast(words.t("🗄 Archived") if archived else words.t("📤 Back in your list"))


def saved(words: Words) -> str:
    """A setting was saved."""
    return wording.toast(words.t("✓ Saved"))


# ── pieces ──────────────────────────────────────────────────────────────────────────────────────


def _home(words: Words) -> tuple[tuple[Button, ...], ...]:
    return (
        (b.all_orders(words), b.button(words.t("⚙️ Settings"), actions.ShowSettings())),
        (b.button(words.t("🌐 Language"), actions.ShowSettings(panel=actions.Panel.LANGUAGE)),),
    )


def _to_begin(words: Words, entry: EntryPoint) -> Markup:
    match entry:
        case EntryPoint.NUMBER:
            return words.t("Send your order number or paste the order link to get started.")
        case EntryPoint.COMMAND:
            return words.t("Send /track followed by your order number to get started.")
        case EntryPoint.LINK:
            return words.t("Tap the link the shop sent you for your order to get started.")
        case EntryPoint.TEAM:
            return words.t("🔒 This bot is for the shop's own team.")


def _how_to_add(words: Words, entry: EntryPoint) -> list[Markup]:
    match entry:
        case EntryPoint.NUMBER:
            how = words.t("Send a 16-digit order number or the order link. You can send several at once.")
            return [how, wording.where_number(words)]
        case EntryPoint.COMMAND:
            how = words.t("Send /track followed by a 16-digit order number. You can send several at once.")
            return [how, wording.where_number(words)]
        case EntryPoint.LINK | EntryPoint.TEAM:
            return [_to_begin(words, entry)]


def _listed(words: Words, pairs: Sequence[tuple[str, str]]) -> list[Markup]:
    return [fill("{} – {}", words.isolate(f"/{name}"), description) for name, description in pairs]
