"""How to reach the shop, as a button: it asks the shop, opens a chat or page, or copies a mail address."""

from __future__ import annotations

import re
from collections.abc import Iterable

from markupsafe import Markup

from bot.i18n import Words, plain
from bot.model import Button, Reason, Shop, Stage
from bot.views import actions, wording
from bot.views import buttons as b

# What the shop can help with; a delay or bad weather is nobody's fault, and passes.
_TROUBLE = frozenset(
    {
        Stage.FAILED_ATTEMPT,
        Stage.EXCEPTION,
        Stage.DUTIES_DUE,
        Stage.RETURNING,
        Stage.RETURNED,
        Stage.CANCELLED,
    }
)
_NO_TROUBLE = frozenset({Reason.DELAY, Reason.WEATHER})

_LINK = re.compile(r"https?://[^\s<>\"]+")
_TELEGRAM_LINK = re.compile(r"(?<![\w.@-])(?:t|telegram)\.me/[\w+/-]+")
_MAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_NAME = re.compile(r"(?<![\w.])@([A-Za-z]\w{3,31})\b", re.ASCII)


def contact_row(
    words: Words, shop: Shop | None, order_id: str, states: Iterable[tuple[Stage, Reason]]
) -> tuple[tuple[Button, ...], ...]:
    """One row with the way to the shop where a state needs it: a question from the chat, else its contact."""
    if shop is None or not any(is_trouble(stage, reason) for stage, reason in states):
        return ()
    made = ask_button(words, shop, order_id) or contact_button(words, shop)
    return ((made,),) if made is not None else ()


def contact_line(words: Words, shop: Shop | None, states: Iterable[tuple[Stage, Reason]]) -> list[Markup]:
    """The shop's contact in words where a state needs it and no button can hold it: a telephone number."""
    if shop is None or shop.asks or not shop.support or contact_button(words, shop) is not None:
        return []
    if not any(is_trouble(stage, reason) for stage, reason in states):
        return []
    return [questions(words, shop)]


def questions(words: Words, shop: Shop) -> Markup:
    """Whom to ask, as the shop wrote it."""
    return words.t("💬 Questions? {contact}", contact=wording.clip(shop.support, 100))


def is_trouble(stage: Stage, reason: Reason) -> bool:
    """Whether the shop can help with this state."""
    return stage in _TROUBLE and reason not in _NO_TROUBLE


def ask_button(words: Words, shop: Shop, order_id: str) -> Button | None:
    """A button that asks the shop about the order; None where nobody would read the question."""
    if not shop.asks:
        return None
    return b.button(words.t("💬 Ask the shop"), actions.AskShop(order_id=order_id))


def contact_button(words: Words, shop: Shop) -> Button | None:
    """A button for a link, a mail address or an @name within the shop's contact; None for other words."""
    text = plain(words.t("💬 Contact the shop"))
    if link := _LINK.search(shop.support):
        return Button(text=text, url=link[0])
    if mail := _MAIL.search(shop.support):
        return Button(text=f"✉️ {mail[0]}", copy=mail[0])  # Telegram opens no mail from a button
    if link := _TELEGRAM_LINK.search(shop.support):
        return Button(text=text, url=f"https://{link[0]}")
    if name := _NAME.search(shop.support):
        return Button(text=text, url=f"https://t.me/{name[1]}")
    return None


def support(words: Words, shop: Shop) -> list[Markup]:
    """Whom to ask, below an answer; nothing where the shop gives no contact."""
    if not shop.support:
        return []
    return [Markup(""), questions(words, shop)]
