""" "Did you get it?": the question, and what it becomes once answered."""

from __future__ import annotations

from markupsafe import Markup

from bot.i18n import Words, fill, plain
from bot.model import Button, Follow, Localized, Message, Shop
from bot.views import actions, states, wording
from bot.views import buttons as b
from bot.views.contact import ask_button, questions


def received(
    words: Words,
    facts: Localized,
    follow: Follow | None,
    receipt: actions.Receipt,
    days: int,
    *,
    parcel: int = 0,
    reported: bool = True,
    review: bool = False,
    shop: Shop | None = None,
) -> Message:
    """What the question "Did you get it?" becomes once answered; after "not yet" we ask again in `days` days.

    `parcel` 0 is the whole order. `reported` says whether a problem is on its way to the shop; else the
    `shop`'s contact is given. `review` asks for a review at the shop's address for that.
    """
    t, name = words.t, wording.name(words, facts.order, follow)
    match receipt:
        case actions.Receipt.YES:
            text = t("🎉 Enjoy it! {order} is now in your archive.", order=name)
        case actions.Receipt.NOT_YET:
            later = words.distance(days)
            # Translators: {later} is "tomorrow" or "in 3 days".
            text = t(
                "Parcels are sometimes marked as delivered a little early. Check with neighbors and around "
                "your door; we'll check back {later}.",
                later=later,
            )
        case actions.Receipt.PROBLEM if not reported:
            text = t("Please contact the shop; they can help.")
            if shop and shop.support:
                contact = questions(words, shop)
                text = Markup("\n").join([text, contact])
        case actions.Receipt.PROBLEM:
            text = t(
                "Sorry about that. We've told the shop about {order} and passed on its whole timeline.",
                order=name,
            )
    row = (b.button(t("✏️ Change"), actions.AskReceipt(order_id=facts.order.id, parcel=parcel)),)
    trouble = receipt is actions.Receipt.PROBLEM and shop is not None
    ask = ask_button(words, shop, facts.order.id) if trouble and shop else None
    if review and shop and shop.review_url:
        ask = Button(text=plain(t("⭐ Write a review")), url=shop.review_url)
    rows = ((ask,), row) if ask else (row,)
    return Message(text=words.page([*_arrived(words, facts, follow, parcel), text]), buttons=rows)


def ask_receipt(words: Words, facts: Localized, follow: Follow | None, parcel: int) -> Message:
    """ "Did you get it?" once more, in the place of an answer; parcel 0 is the whole order."""
    count = 1 if parcel else len(facts.order.live)
    text = words.t("Did you get it?") if count <= 1 else words.t("Did you get everything?")
    rows = (receipt_row(words, facts.order.id, parcel), (b.open_order(words, facts.order.id),))
    return Message(text=words.page([*_arrived(words, facts, follow, parcel), text]), buttons=rows)


def _arrived(words: Words, facts: Localized, follow: Follow | None, parcel: int) -> list[Markup]:
    """The head of an answered question: what it is about, and the carrier's last word on it."""
    order = facts.order
    asked = [each for each in order.live if parcel in (0, each.index)]
    mark = states.icon(order.stage, order.reason)
    lines = [fill("{} <b>{}</b>", mark, wording.name(words, order, follow))]
    lines += wording.parcel_line(words, facts, parcel)
    if len(asked) == 1 and asked[0].nodes:
        lines.append(wording.quote(words, facts, asked[0].nodes[:1]))
    return lines


def receipt_row(words: Words, order_id: str, parcel: int) -> tuple[Button, ...]:
    """Yes, not yet, problem; parcel 0 is the whole order."""
    t = words.t
    texts = (
        (t("✅ Yes"), actions.Receipt.YES),
        (t("⏳ Not yet"), actions.Receipt.NOT_YET),
        (t("⚠️ Problem"), actions.Receipt.PROBLEM),
    )
    return tuple(
        b.button(text, actions.Confirm(order_id=order_id, parcel=parcel, receipt=receipt))
        for text, receipt in texts
    )
