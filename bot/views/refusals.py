"""What was wrong with what was sent, or is not allowed, and what to do next."""

from __future__ import annotations

import enum
from collections.abc import Sequence

from bot.i18n import Words, fill
from bot.ids import Mistake
from bot.model import Message, Shop
from bot.views import actions, wording
from bot.views import buttons as b
from bot.views.contact import support
from bot.views.replies import EntryPoint, not_understood


class Tried(enum.StrEnum):
    """What became of one order id among several."""

    FOLLOWED = "added"
    ALREADY = "already"
    UNKNOWN = "unknown"
    LIMIT = "limit"
    UNANSWERED = "unanswered"  # not asked, or not answered while enough unchecked orders are followed
    LATER = "later"  # AliExpress did not answer; we keep trying


def mistake(
    words: Words, kind: Mistake, sent: str, shop: Shop, entry: EntryPoint = EntryPoint.NUMBER
) -> Message:
    """What was taken for an order id, and where to find the right one."""
    t = words.t
    shown = words.code(wording.clip(sent, 60))
    where = wording.where_number(words)
    match kind:
        case Mistake.PRODUCT_ID:
            said = t("{text} looks like a product number, not an order number.", text=shown)
        case Mistake.PRODUCT_LINK:
            said = t("This link goes to a product, not to your order.")
        case Mistake.TRACKING_NUMBER:
            said = t("{text} looks like a tracking number. We need the order number instead.", text=shown)
        case Mistake.PAYMENT_CARD:
            return wording.say(
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
    return wording.say(words, said, where, *support(words, shop))


def too_many(words: Words, sent: int, most: int) -> Message:
    """More ids in one message than we take; none was followed."""
    return wording.say(
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
    return Message(text=words.page(lines), buttons=((b.all_orders(words),),))


def unknown_order(words: Words, order_id: str, shop: Shop) -> Message:
    """AliExpress does not know the order in this merchant's account: wrong, foreign or too new."""
    t = words.t
    return wording.say(
        words,
        t("We can't find order {id} in this shop.", id=words.code(order_id)),
        t(
            "Please check the digits. A brand-new order can take up to an hour to appear, "
            "so try again a little later."
        ),
        *support(words, shop),
    )


def unanswered(words: Words, order_id: str) -> Message:
    """AliExpress gives no answer, and the order is not followed."""
    text = words.t(
        "⏳ AliExpress isn't responding, so we couldn't check order {id}. Please try again later.",
        id=words.code(order_id),
    )
    return wording.say(words, text)


def not_followed(words: Words) -> Message:
    """A command about an order that this chat does not follow."""
    return wording.say(
        words,
        words.t("This chat doesn't follow that order."),
        buttons=((b.all_orders(words),),),
    )


def quota_reached(words: Words, most: int) -> Message:
    """This chat follows as many orders as it may."""
    return wording.say(
        words,
        words.plural(
            "You already follow {n} order, the maximum.",
            "You already follow {n} orders, the maximum.",
            most,
        ),
        words.t("Archive or stop following one that has arrived, then send this one again."),
        buttons=((b.all_orders(words, actions.Shelf.DELIVERED),),),
    )


def private_bot(words: Words, shop: Shop) -> Message:
    """Only the operator may use this bot."""
    return wording.say(words, words.t("🔒 This bot is for the shop's own team."), *support(words, shop))


def link_only(words: Words, shop: Shop) -> Message:
    """Orders come only by the shop's signed links."""
    return wording.say(
        words,
        words.t("🔗 Orders here are added with a personal link."),
        words.t("Tap the link the shop sent you, or ask the shop for it."),
        *support(words, shop),
    )


def bad_link(words: Words, shop: Shop) -> Message:
    """A deep link whose signature is wrong or cut off."""
    return wording.say(
        words,
        words.t("This link is damaged or isn't from this shop."),
        words.t("Open it again from the original message, or ask the shop for a new one."),
        *support(words, shop),
    )


def admins_only(words: Words) -> Message:
    """A command of the operator's."""
    return wording.say(
        words, words.t("This command is for the shop's team. /help shows what you can do here.")
    )


def group_admins_only(words: Words) -> str:
    """Pop-up: in groups, only group admins change settings."""
    return wording.toast(words.t("Only group admins can change this."))


def make_me_admin(words: Words) -> str:
    """Pop-up: Telegram does not tell the bot who a group's admins are."""
    return wording.toast(
        words.t("I can't see who the admins are here. Make me an admin of the group, then try again.")
    )
