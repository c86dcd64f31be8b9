"""Questions to the shop and its answers, as both sides see them."""

from __future__ import annotations

from markupsafe import Markup

from bot.i18n import Words, clean, fill, plain
from bot.model import Button, Follow, Letter, Localized, Message, Order, Shop
from bot.views import actions, states, wording
from bot.views import buttons as b
from bot.views.admin import problem_keys
from bot.views.card import carrier_and_number

_LINES = 40  # of a letter; more are joined to the last one
_NAME = 64
_QUOTE = 120


def prompt(words: Words, order: Order, follow: Follow | None, most: int) -> Message:
    """Ask for the question, of at most `most` characters; the next message is passed on."""
    return Message(
        text=words.page(
            [
                words.t(
                    "💬 What would you like to ask the shop about {order}?",
                    order=wording.name(words, order, follow),
                ),
                fits(words, most),
            ]
        ),
        buttons=((b.button(words.t("Cancel"), actions.Dismiss()),),),
    )


def fits(words: Words, most: int) -> Markup:
    """What can be passed on."""
    return words.plural(
        "Send one message: text of up to {n} character, or a photo with a caption.",
        "Send one message: text of up to {n} characters, or a photo with a caption.",
        most,
    )


def unfit(words: Words, most: int) -> Message:
    """What was sent cannot be passed on: it is too long, or neither text nor a photo."""
    return Message(text=words.page([fits(words, most)]))


def written(words: Words, order: Order, follow: Follow | None) -> Message:
    """The question is in the outbox."""
    name = wording.name(words, order, follow)
    said = words.t(
        "📨 Your message about {order} is on its way to the shop. The answer will come here.", order=name
    )
    return Message(
        text=words.page([said]),
        buttons=((b.open_order(words, order.id),),),
    )


def too_many(words: Words, most: int) -> str:
    """As many questions wait as may."""
    return plain(
        words.plural(
            "You have {n} unanswered question. Please wait for the shop's answer.",
            "You have {n} unanswered questions. Please wait for the shop's answer.",
            most,
        )
    )


def question(words: Words, facts: Localized, letter: Letter) -> Message:
    """A customer's question for the merchant, with the order's facts; a reply to it is the answer."""
    order = facts.order
    lines = [
        words.t("💬 <b>A customer asks about order {id}</b>", id=wording.merchant_name(words, order)),
        *([fill("↩️ <i>{}</i>", words.isolate(wording.clip(letter.after, _QUOTE)))] if letter.after else []),
        *_said(words, letter),
    ]
    if not letter.joins:
        lines += [Markup(""), *_parcels(words, facts)]
    lines += [Markup(""), words.t("<i>Reply to this message to answer the customer.</i>")]
    return Message(
        text=words.page(lines),
        buttons=problem_keys(words, order.id, letter.dispute),
        photo=letter.photo or None,
    )


def _parcels(words: Words, facts: Localized) -> list[Markup]:
    """What is in the parcels, where they are, and the carriers' last words."""
    lines: list[Markup] = []
    for parcel in facts.order.live[:2]:
        inside = wording.contents(words, parcel.items)
        lines += [inside] if inside is not None else []
        known = [states.state(words, parcel.stage, parcel.reason), *carrier_and_number(words, parcel)]
        lines += wording.dotted(known)
        if parcel.nodes:
            node = parcel.nodes[0]
            text, at = wording.node_text(words, facts, node), words.moment(node.at)
            lines.append(fill("{} · {}", text, at))
    return lines


def answer(words: Words, order: Order, follow: Follow | None, letter: Letter, shop: Shop) -> Message:
    """The shop's answer for the customer, who can reply."""
    lines = [
        words.t("💬 <b>Answer from the shop: {order}</b>", order=wording.name(words, order, follow)),
        *_said(words, letter),
    ]
    keys = _again(words, order, shop, letter.dispute)
    return Message(text=words.page(lines), buttons=keys, photo=letter.photo or None)


def solved(words: Words, order: Order, follow: Follow | None, shop: Shop, dispute: int) -> Message:
    """The shop says that the problem with this id is solved."""
    said = words.t(
        "✅ The shop says that the problem with {order} is solved. If something is still wrong, ask again.",
        order=wording.name(words, order, follow),
    )
    return Message(text=words.page([said]), buttons=_again(words, order, shop, dispute))


def passed_on(words: Words) -> Message:
    """The merchant's answer is in the outbox."""
    return Message(text=words.page([words.t("📨 Your answer is on its way to the customer.")]))


def not_passed_on(words: Words) -> Message:
    """The customer blocked the bot or had everything deleted."""
    said = words.t("This customer can't be reached anymore, so your answer wasn't sent.")
    return Message(text=words.page([said]))


def closed(words: Words) -> str:
    """Pop-up for the merchant: the problem is off the board."""
    return plain(words.t("✅ Solved. The customer will be told."))


def _again(words: Words, order: Order, shop: Shop, dispute: int) -> tuple[tuple[Button, ...], ...]:
    """The buttons under what the shop said; a reply to the message is known by the first."""
    ask = b.button(words.t("💬 Reply to the shop"), actions.Reply(dispute=dispute)) if shop.asks else None
    open_order = b.open_order(words, order.id)
    return (((ask,),) if ask else ()) + ((open_order,),)


def _said(words: Words, letter: Letter) -> list[Markup]:
    """Who wrote what: a stranger's words, line by line."""
    lines = [one for line in letter.text.splitlines() if (one := clean(line))]
    lines = [*lines[: _LINES - 1], " ".join(lines[_LINES - 1 :])] if len(lines) > _LINES else lines
    said = [fill("👤 {}", words.isolate(wording.clip(letter.author, _NAME)))] if letter.author else []
    if letter.photo:
        said.append(Markup("📷"))
    if lines:
        shown = Markup("\n").join(words.isolate(line) for line in lines)
        said.append(fill("<blockquote>{}</blockquote>", shown))
    return said
