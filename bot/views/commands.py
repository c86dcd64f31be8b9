"""The command menu and the bot's own description, in each language."""

from __future__ import annotations

from bot.i18n import Words, fill, plain
from bot.views import wording


def commands(words: Words) -> tuple[tuple[str, str], ...]:
    """Commands for everybody with their descriptions (plain text, 256 characters at most)."""
    t = words.t
    return (
        ("track", plain(t("Follow an order"))),
        ("orders", plain(t("All your orders"))),
        ("rename", plain(t("Give an order a name"))),
        ("subscribe", plain(t("Notifications on"))),
        ("unsubscribe", plain(t("Notifications off"))),
        ("untrack", plain(t("Stop following an order"))),
        ("settings", plain(t("Language, time zone, quiet hours"))),
        ("language", plain(t("Choose the language"))),
        ("timezone", plain(t("Choose the time zone"))),
        ("mydata", plain(t("Get a copy of your data"))),
        ("forget", plain(t("Delete your data"))),
        ("cancel", plain(t("Cancel the question"))),
        ("help", plain(t("How it works"))),
    )


def admin_commands(words: Words) -> tuple[tuple[str, str], ...]:
    """Commands for the operator's chats, beside the others."""
    t = words.t
    return (
        ("board", plain(t("Orders that need attention"))),
        ("find", plain(t("Find an order by any number"))),
        ("link", plain(t("Order links for customers"))),
        ("watch", plain(t("Watch orders without messaging anyone"))),
        ("unwatch", plain(t("Stop watching orders"))),
        ("stats", plain(t("Figures for the past few days"))),
        ("brief", plain(t("Daily brief: choose the hour"))),
        ("authorize", plain(t("Connect the AliExpress account"))),
    )


def description(words: Words, shop_name: str = "", *, by_link: bool = False) -> str:
    """What an empty chat with the bot shows (512 characters at most).

    `by_link`: only the shop's links add orders, so nobody is told to send a number.
    """
    t = words.t
    if by_link:
        watched = t("We keep an eye on your AliExpress parcels and message you when there's news.")
        begin = t("Tap the link the shop sent you for your order to get started.")
        return wording.cut(plain(fill("{} {}", watched, begin)), 512)
    text = (
        t(
            "Your parcels from {shop}, from the warehouse to your door. Send your order number "
            "to see where your parcel is and when it should arrive, and get a message whenever there's news.",
            shop=wording.clip(shop_name, 64),
        )
        if shop_name
        else t(
            "Your AliExpress parcels, from the warehouse to your door. Send your order number to see where "
            "your parcel is and when it should arrive, and get a message whenever there's news."
        )
    )
    return wording.cut(plain(text), 512)


def short_description(words: Words) -> str:
    """What the bot's profile shows (120 characters at most)."""
    return wording.cut(plain(words.t("Where are my AliExpress parcels, and when will they arrive?")), 120)
