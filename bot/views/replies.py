"""Replies other than cards: greeting, help, questions, and refusals with what to do next."""

from __future__ import annotations

import enum
from collections.abc import Sequence
from datetime import datetime

from markupsafe import Markup

from bot.i18n import LANGUAGES, Words, fill, plain
from bot.ids import Mistake
from bot.model import Button, Follow, Message, Order, Shop
from bot.views import actions, brand, commands, wording
from bot.views import buttons as b
from bot.views.contact import ask_button, contact_button

TOAST_LIMIT = 200  # characters that Telegram shows in a pop-up


class Purpose(enum.StrEnum):
    """What an order is to be chosen for."""

    OPEN = "open"
    STOP = "stop"
    RENAME = "rename"
    NOTIFY = "notify"
    MUTE = "mute"
    ASK = "ask"


class Tried(enum.StrEnum):
    """What became of one order id among several."""

    FOLLOWED = "added"
    ALREADY = "already"
    UNKNOWN = "unknown"
    LIMIT = "limit"
    UNANSWERED = "unanswered"  # not asked, or not answered while enough unchecked orders are followed
    LATER = "later"  # AliExpress did not answer; we keep trying


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
    lines += [*_support(words, shop)]
    return Message(text=words.page(lines), buttons=_home(words))


def unknown_command(words: Words) -> Message:
    """A command that does not exist."""
    return _say(words, words.t("We don't recognize that command. /help shows what works here."))


def not_understood(words: Words, shop: Shop, entry: EntryPoint = EntryPoint.NUMBER) -> Message:
    """A text that was not understood and has no order id."""
    return _say(
        words,
        words.t("There's no order number in this message."),
        *_how_to_add(words, entry),
        *_support(words, shop),
        buttons=_home(words),
    )


def nothing_followed(words: Words, shop: Shop, entry: EntryPoint = EntryPoint.NUMBER) -> Message:
    """Somebody asks after a parcel, and the chat follows none."""
    return _say(
        words,
        words.t("📭 <b>You aren't following any orders yet</b>"),
        Markup(""),
        *_how_to_add(words, entry),
        *_support(words, shop),
    )


def cannot_read(words: Words, shop: Shop, entry: EntryPoint = EntryPoint.NUMBER) -> Message:
    """A photo, a voice message or a file without an order id beside it."""
    return _say(
        words,
        words.t("We can't read photos, voice messages, or files here."),
        *_how_to_add(words, entry),
        *_support(words, shop),
    )


def shop_number(words: Words, number: str, shop: Shop) -> Message:
    """The shop's own order number, which opens nothing: anybody could guess it."""
    return _say(
        words,
        words.t("{text} looks like the shop's own order number.", text=words.code(wording.clip(number, 40))),
        words.t(
            "It doesn't open an order here, because anyone could guess it. Ask the shop for your personal "
            "link: one tap, and you see every parcel of your order."
        ),
        *_support(words, shop),
        buttons=_contact_row(words, shop),
    )


def unclear(words: Words, shop: Shop, orders: Sequence[str]) -> Message:
    """A text that was not understood, in a chat that follows these orders."""
    said = words.t("Sorry, we didn't understand that. See where your orders are, or contact the shop.")
    return _say(words, said, *_support(words, shop), buttons=_shop_or_orders(words, shop, orders))


def ask_shop(
    words: Words, shop: Shop, orders: Sequence[str] = (), *, begin: EntryPoint | None = None
) -> Message:
    """A question that only the shop can answer: a refund, a cancellation, a wrong article.

    `orders` are what it may be about; where it is one, a button asks the shop. `begin` is given where the
    chat follows none: then the answer also says how to add one.
    """
    asked = shop.asks and len(orders) == 1
    return _say(
        words,
        words.t("Only the shop can help with that."),
        *(_support(words, shop) or ([] if asked else [words.t("Please contact the shop; they can help.")])),
        *([] if begin is None else [Markup(""), *_how_to_add(words, begin)]),
        buttons=_shop_or_orders(words, shop, orders) if begin is None else _contact_row(words, shop),
    )


def _shop_or_orders(words: Words, shop: Shop, orders: Sequence[str]) -> tuple[tuple[Button, ...], ...]:
    ask = ask_button(words, shop, orders[0]) if len(orders) == 1 else None
    to_shop = ((ask,),) if ask else _contact_row(words, shop)
    return (*to_shop, (b.button(words.t("📦 All orders"), actions.ShowOrders()),))


def _contact_row(words: Words, shop: Shop) -> tuple[tuple[Button, ...], ...]:
    contact = contact_button(words, shop)
    return () if contact is None else ((contact,),)


# ── what was sent instead of an order ───────────────────────────────────────────────────────────


def mistake(
    words: Words, kind: Mistake, sent: str, shop: Shop, entry: EntryPoint = EntryPoint.NUMBER
) -> Message:
    """What was taken for an order id, and where to find the right one."""
    t = words.t
    shown = words.code(wording.clip(sent, 60))
    where = _where_number(words)
    match kind:
        case Mistake.PRODUCT_ID:
            said = t("{text} looks like a product number, not an order number.", text=shown)
        case Mistake.PRODUCT_LINK:
            said = t("This link goes to a product, not to your order.")
        case Mistake.TRACKING_NUMBER:
            said = t("{text} looks like a tracking number. We need the order number instead.", text=shown)
        case Mistake.PAYMENT_CARD:
            return _say(
                words,
                t("That looks like a bank card number. We didn't look it up, and we never need one."),
                t("Please delete your message, to be safe."),
            )
        case Mistake.RUSSIAN_SITE:
            said = t("aliexpress.ru is a separate shop; we can't see its orders.")
            where = t("Orders from aliexpress.com work: send the order number or link.")
        case Mistake.SHORT_LINK:
            said = t("This short link doesn't contain the order number.")
        case Mistake.LINK_WITHOUT_ID:
            said = t("There's no order number in this link.")
        case Mistake.TOO_SHORT:
            said = t("{text} isn't a valid order number. Order numbers have 16 digits.", text=shown)
        case Mistake.NOTHING:
            return not_understood(words, shop, entry)
    return _say(words, said, where, *_support(words, shop))


def too_many(words: Words, sent: int, most: int) -> Message:
    """More ids in one message than we take; none was followed."""
    return _say(
        words,
        words.plural("You sent {n} order number.", "You sent {n} order numbers.", sent),
        words.plural(
            "Please send at most {n} per message. Nothing was added.",
            "Please send at most {n} per message. Nothing was added.",
            most,
        ),
    )


def several(words: Words, tried: Sequence[tuple[str, Tried]], mistakes: int = 0) -> Message:
    """What became of several ids that came in one message."""
    marks = {
        # Translators: these six tell what became of an order number, as a note behind it.
        Tried.FOLLOWED: ("✅", words.t("added")),
        Tried.ALREADY: ("☑️", words.t("already followed")),
        Tried.UNKNOWN: ("❔", words.t("not found in this shop")),
        Tried.LIMIT: ("✋", words.t("over your limit")),
        Tried.UNANSWERED: ("⏳", words.t("couldn't check, try later")),
        Tried.LATER: ("⏳", words.t("added, checking soon")),
    }
    added = sum(result in {Tried.FOLLOWED, Tried.LATER} for _, result in tried)
    lines = [
        words.plural("<b>{n} order added</b>", "<b>{n} orders added</b>", added),
        *(
            fill("{} {} – {}", marks[result][0], words.isolate(words.code(id_)), marks[result][1])
            for id_, result in tried
        ),
    ]
    if mistakes:
        lines.append(
            words.plural("{n} entry wasn't an order number", "{n} entries weren't order numbers", mistakes)
        )
    return Message(
        text=words.page(lines), buttons=((b.button(words.t("📦 All orders"), actions.ShowOrders()),),)
    )


# ── refusals ────────────────────────────────────────────────────────────────────────────────────


def unknown_order(words: Words, order_id: str, shop: Shop) -> Message:
    """AliExpress does not know the order in this merchant's account: wrong, foreign or too new."""
    t = words.t
    return _say(
        words,
        t("We can't find order {id} in this shop.", id=words.code(order_id)),
        t(
            "Please check the digits. A brand-new order can take up to an hour to appear, "
            "so try again a little later."
        ),
        *_support(words, shop),
    )


def unanswered(words: Words, order_id: str) -> Message:
    """AliExpress gives no answer, and the order is not followed."""
    text = words.t(
        "⏳ AliExpress isn't responding, so we couldn't check order {id}. Please try again later.",
        id=words.code(order_id),
    )
    return _say(words, text)


def not_followed(words: Words) -> Message:
    """A command about an order that this chat does not follow."""
    return _say(
        words,
        words.t("This chat doesn't follow that order."),
        buttons=((b.button(words.t("📦 All orders"), actions.ShowOrders()),),),
    )


def quota_reached(words: Words, most: int) -> Message:
    """This chat follows as many orders as it may."""
    return _say(
        words,
        words.plural(
            "You already follow {n} order, the maximum.",
            "You already follow {n} orders, the maximum.",
            most,
        ),
        words.t("Archive or stop following one that has arrived, then send this one again."),
        buttons=((b.button(words.t("📦 All orders"), actions.ShowOrders(shelf=actions.Shelf.DELIVERED)),),),
    )


def slow_down(words: Words, until: datetime, now: datetime) -> Message:
    """Too many tries in a short time; `until` is when the next one is heard."""
    return _say(
        words,
        words.t("Too many attempts. Please wait a moment."),
        words.t("Try again at {moment}", moment=words.moment(until, "t")),
    )


def private_bot(words: Words, shop: Shop) -> Message:
    """Only the operator may use this bot."""
    return _say(words, words.t("🔒 This bot is for the shop's own team."), *_support(words, shop))


def link_only(words: Words, shop: Shop) -> Message:
    """Orders come only by the shop's signed links."""
    return _say(
        words,
        words.t("🔗 Orders here are added with a personal link."),
        words.t("Tap the link the shop sent you, or ask the shop for it."),
        *_support(words, shop),
    )


def bad_link(words: Words, shop: Shop) -> Message:
    """A deep link whose signature is wrong or cut off."""
    return _say(
        words,
        words.t("This link is damaged or isn't from this shop."),
        words.t("Open it again from the original message, or ask the shop for a new one."),
        *_support(words, shop),
    )


def admins_only(words: Words) -> Message:
    """A command of the operator's."""
    return _say(words, words.t("This command is for the shop's team. /help shows what you can do here."))


def group_admins_only(words: Words) -> str:
    """Pop-up: in groups, only group admins change settings."""
    return _toast(words.t("Only group admins can change this."))


def make_me_admin(words: Words) -> str:
    """Pop-up: Telegram does not tell the bot who a group's admins are."""
    return _toast(
        words.t("I can't see who the admins are here. Make me an admin of the group, then try again.")
    )


def went_wrong(words: Words, shop: Shop) -> Message:
    """An update could not be handled, however often it was tried: our mistake."""
    return _say(
        words,
        words.t("😕 Something went wrong on our side. Nothing is lost."),
        words.t("Please try again in a minute. If it keeps happening, contact the shop."),
        *_support(words, shop),
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
    return _say(
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
    return _say(
        words,
        words.t("✏️ Now called {order}.", order=wording.name(words, order, follow)),
        buttons=((b.button(words.t("📦 Open order"), actions.ShowCard(order_id=order.id)),),),
    )


def label_too_long(words: Words, sent: int, most: int) -> Message:
    """A name longer than `most` characters; nothing was changed."""
    return _say(
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
    return _say(
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
    return _say(
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
    return _say(
        words, said, buttons=((b.button(words.t("📦 Open order"), actions.ShowCard(order_id=order.id)),),)
    )


# ── settings and data ───────────────────────────────────────────────────────────────────────────


def language_set(words: Words) -> Message:
    """Confirm the new language, in that language."""
    return _say(words, words.t("✓ We'll use {language} from now on.", language=LANGUAGES[words.language]))


def zone_set(words: Words, now: datetime) -> Message:
    """The new time zone, with its clock for checking."""
    at = words.clock(words.local(now).time())
    return _say(words, words.t("✓ {city}: it's {time} there.", city=words.city(words.zone), time=at))


def ask_zone(words: Words, now: datetime) -> Message:
    """Whether the guessed time zone is right; asked once, by the clock that everybody has at hand."""
    # Not a time entity: that would show the reader's own clock, whatever we guessed.
    clock = words.clock(words.local(now).time())
    yes = b.button(words.t("✓ Yes, that's right"), actions.ConfirmZone(zone=words.zone))
    no = b.button(words.t("🕐 No, choose my city"), actions.ShowSettings(panel=actions.Panel.ZONE))
    return _say(words, words.t("🕐 Is it {time} for you?", time=clock), buttons=((yes, no),))


def zone_unknown(words: Words, sent: str) -> Message:
    """No such time zone."""
    return _say(
        words,
        words.t("We don't know a time zone called {text}.", text=words.code(wording.clip(sent, 60))),
        buttons=((b.button(words.t("🕐 Time zone"), actions.ShowSettings(panel=actions.Panel.ZONE)),),),
    )


def mydata(words: Words, content: bytes) -> Message:
    """Everything known about this chat, as a file (JSON)."""
    text = words.t("🗂 Everything we know about this chat. /forget deletes it.")
    if words.brand is not None:
        content = brand.NAMES.sub("", content.decode()).encode()
    return Message(text=words.page([text]), document=("mydata.json", content))


def ask_forget(words: Words) -> Message:
    """Ask for confirmation before deleting everything."""
    t = words.t
    return _say(
        words,
        t("🗑 <b>Delete everything about this chat?</b>"),
        t(
            "Your orders, names, and settings will be deleted, and we'll stop messaging you. "
            "This can't be undone."
        ),
        buttons=(
            (
                b.button(t("🗑 Yes, delete"), actions.Forget()),
                b.button(t("No, keep it"), actions.Dismiss()),
            ),
        ),
    )


def forgotten(words: Words) -> Message:
    """Everything was deleted."""
    return _say(words, words.t("Everything about this chat is deleted. /start to begin again."))


def dismissed(words: Words) -> Message:
    """A question was dismissed."""
    return _say(words, words.t("OK, nothing was changed."))


# ── pop-ups (plain text, 200 characters) ────────────────────────────────────────────────────────


def old_button(words: Words) -> str:
    """A button that is forged, of an older version, or of an order this chat does not follow."""
    return _toast(words.t("This button is out of date. /orders shows everything as it is now."))


def fresh(words: Words, fetched_at: datetime, now: datetime) -> str:
    """Refreshed a moment ago; asking again so soon would tell nothing new."""
    age = words.since(fetched_at, now)
    # Translators: {moment} is like "40 seconds ago".
    return _toast(words.t("Already up to date: checked {moment}.", moment=age))


def silent(words: Words) -> str:
    """AliExpress gave no answer; the card tells what was known before."""
    return _toast(words.t("⏳ AliExpress isn't responding right now."))


def looking(words: Words) -> str:
    """A refresh has begun."""
    return _toast(words.t("Checking…"))


def refreshed(words: Words, *, changed: bool) -> str:
    """A refresh is done."""
    return _toast(words.t("Updated.") if changed else words.t("Nothing new since the last check."))


def notify_switched(words: Words, *, on: bool) -> str:
    """Notifications of one order went on or off."""
    return _toast(words.t("🔔 Notifications on") if on else words.t("🔕 Notifications off"))


def archive_switched(words: Words, *, archived: bool) -> str:
    """An order went into the archive or came back."""
    return _toast(words.t("🗄 Archived") if archived else words.t("📤 Back in your list"))


def saved(words: Words) -> str:
    """A setting was saved."""
    return _toast(words.t("✓ Saved"))


# ── pieces ──────────────────────────────────────────────────────────────────────────────────────


def _say(words: Words, *lines: Markup, buttons: tuple[tuple[Button, ...], ...] = ()) -> Message:
    return Message(text=words.page(lines), buttons=buttons)


def _toast(text: Markup) -> str:
    return wording.cut(plain(text), TOAST_LIMIT)


def _home(words: Words) -> tuple[tuple[Button, ...], ...]:
    return (
        (
            b.button(words.t("📦 All orders"), actions.ShowOrders()),
            b.button(words.t("⚙️ Settings"), actions.ShowSettings()),
        ),
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
            return [how, _where_number(words)]
        case EntryPoint.COMMAND:
            how = words.t("Send /track followed by a 16-digit order number. You can send several at once.")
            return [how, _where_number(words)]
        case EntryPoint.LINK | EntryPoint.TEAM:
            return [_to_begin(words, entry)]


def _where_number(words: Words) -> Markup:
    # Translators: customers buy in the shop, not at AliExpress; the shop writes the order number to them.
    return words.t("You'll find the order number in the message the shop sent you.")


def _support(words: Words, shop: Shop) -> list[Markup]:
    if not shop.support:
        return []
    return [Markup(""), words.t("💬 Questions? {contact}", contact=wording.clip(shop.support, 100))]


def _listed(words: Words, pairs: Sequence[tuple[str, str]]) -> list[Markup]:
    return [fill("{} – {}", words.isolate(f"/{name}"), description) for name, description in pairs]
