"""Finds the followed orders that a text means by tracking number, shop order or name. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from bot.ids import Mistake, ParsedText, shop_key, shop_number
from bot.intents import Intent, fold, intent, named
from bot.model import Follow, Order

_SHOP_NUMBER = 3  # shortest shop number that is looked for within a sentence, in characters
_NUMBER_LENGTH = 6  # shortest tracking number, in characters


def find_mentioned(said: ParsedText, rows: Sequence[tuple[Order, Follow]]) -> list[str]:
    """The ids of followed orders that a text means by tracking number or name.

    Empty if it also holds a number that belongs to none of them: a new order's, or a mistake to point out.
    """
    numbers = [_plain(each) for each in said.ids] + [
        _plain(sent) for kind, sent in said.mistakes if kind in {Mistake.TRACKING_NUMBER, Mistake.TOO_SHORT}
    ]
    carried = {number: order.id for order, _ in rows for number in _tracking_numbers(order)}
    if (whole := carried.get(_plain(said.text))) is not None:
        return [whole]  # also in groups: "LP 0067 5700 3400 00"
    if not said.ids and (shop_orders := _of_shop_order(said.text, rows)):
        return shop_orders
    if numbers:
        return (
            list(dict.fromkeys(carried[each] for each in numbers)) if carried.keys() >= set(numbers) else []
        )
    if said.mistakes:
        return []
    names = [(follow.order_id, follow.label) for _, follow in rows]
    if intent(said.text) is Intent.SHOP:  # unless that is an order's name: "money box"
        names = [one for one in names if fold(one[1]) == fold(said.text)]
    return named(said.text, names)


def _of_shop_order(text: str, rows: Sequence[tuple[Order, Follow]]) -> list[str]:
    """The orders whose shop number is the text, or stands in it: "where is order 1001?"."""
    key = shop_key(shop_number(text) or text)
    numbered = [(order.id, order.shop_order) for order, _ in rows if len(order.shop_order) >= _SHOP_NUMBER]
    same = [order.id for order, _ in rows if key is not None and shop_key(order.shop_order) == key]
    return same or [id_ for id_, number in numbered if fold(number).strip() and fold(number) in fold(text)]


def _tracking_numbers(order: Order) -> list[str]:
    numbers = (each for parcel in order.parcels for each in (parcel.number, *parcel.former_numbers))
    return [plain for each in numbers if len(plain := _plain(each)) >= _NUMBER_LENGTH and plain != order.id]


def _plain(number: str) -> str:
    return "".join(filter(str.isalnum, number)).upper()
