"""Names of orders and parcels, their dates, and carriers' entries: the wording that all views share."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta

from markupsafe import Markup

from bot.eta import has_day, is_meaningful
from bot.i18n import Words, clean, fill, plain
from bot.model import Button, Follow, Item, Localized, Message, Node, Order, OrderStatus, Parcel, Stage
from bot.views import brand, states

_PHONE = 35  # characters of two parts that fit side by side on a phone
NODES_SHOWN = 5  # entries quoted in one message
TOAST_LIMIT = 200  # characters that Telegram shows in a pop-up
TEXT_LIMIT = 250  # characters of one foreign text; carriers have been seen to send pages


def expected_on(words: Words, parcel: Parcel, now: datetime) -> date | None:
    """The day to name as expected, in the chat's zone; None where a day would contradict the stage.

    A parcel that is out for delivery comes today or on no known day, whatever was promised.
    """
    if parcel.stage is Stage.OUT_FOR_DELIVERY:
        since, today = parcel.stage_since, words.today(now)
        return today if since is not None and words.local(since).date() == today else None
    if parcel.eta is None or not is_meaningful(parcel):
        return None
    return words.local(parcel.eta).date()


def likely_days(words: Words, parcel: Parcel, now: datetime) -> tuple[date, date] | None:
    """From which day to which the parcel most likely comes, in the chat's zone; never in the past.

    The second day lies before today where it is later than that: no other date is known to be true then.
    One that is out for delivery comes today or tomorrow, whichever is nearer to the middle of our estimate.
    """
    if parcel.estimate is None or not has_day(parcel):
        return None
    today, said = words.today(now), parcel.estimate
    first, last = (words.local(at).date() for at in (said.first, said.last))
    if parcel.stage is Stage.OUT_FOR_DELIVERY and last >= today:
        if parcel.stage_since is None or said.at < parcel.stage_since:
            return None  # made before it was out for delivery
        middle = words.local(said.first + (said.last - said.first) / 2).date()
        first = last = min(max(middle, today), today + timedelta(days=1))
    return min(max(first, today), last), last


# ── progress in five steps ──────────────────────────────────────────────────────────────────────


# ── orders and nodes ────────────────────────────────────────────────────────────────────────────


def short_id(order_id: str) -> str:
    """The id's last eight digits, for groups and for short names.

    The last four are the buyer's own: all orders that one shop places end with the same ones.
    """
    return f"…{order_id[-8:]}"


def label_of(follow: Follow | None, limit: int = 64) -> str:
    """The reader's own name for the order, empty where there is none to see."""
    return clip(follow.label, limit) if follow else ""


def name(words: Words, order: Order, follow: Follow | None) -> Markup:
    """What readers know an order by: their own name for it, else its first article, else a number.

    The number is the shop's own where that is known. Plain text, for headings, sentences, and buttons.
    """
    if known := label_of(follow) or clip(_first_article(words, order)[0], 40):
        return words.isolate(known)
    return words.t("Order {id}", id=shop_order(words, order) or short_id(order.id))


def shop_order(words: Words, order: Order) -> Markup:
    """The shop's own number for the order; empty where it is not known."""
    return words.isolate(clip(order.shop_order, 40)) if order.shop_order else Markup("")


def merchant_name(words: Words, order: Order) -> Markup:
    """What the merchant knows an order by: the shop's own number where there is one, and AliExpress's."""
    number = words.isolate(words.code(order.id))
    return fill("{} · {}", shop_order(words, order), number) if order.shop_order else number


def names(words: Words, rows: Sequence[tuple[Order, Follow | None]]) -> list[Markup]:
    """The names of several orders side by side; where two are the same, their variants or numbers follow."""
    plainly = [name(words, *row) for row in rows]
    with_variants = [
        fill("{} ({})", each, words.isolate(variant)) if variant else each
        for each, (order, _) in zip(plainly, rows, strict=True)
        for variant in (clip(_first_article(words, order)[1], 20),)
    ]
    found = []
    for bare, with_variant, (order, _) in zip(plainly, with_variants, rows, strict=True):
        if plainly.count(bare) == 1:
            found.append(bare)
        elif with_variants.count(with_variant) == 1:
            found.append(with_variant)
        else:
            found.append(fill("{} {}", bare, words.isolate(short_id(order.id))))
    return found


def _first_article(words: Words, order: Order) -> tuple[str, str]:
    """Title and variant of the first article that has a title; empty where none has."""
    items = (item for parcel in order.live for item in parcel.items)
    titled = (
        (clean(brand.without_names(words, item.title)), brand.without_names(words, item.variant))
        for item in items
    )
    return next((one for one in titled if one[0]), ("", ""))


def article_titles(words: Words, order: Order) -> Iterator[str]:
    """The titles of what is in the order, as sellers wrote them."""
    return (brand.without_names(words, item.title) for parcel in order.live for item in parcel.items)


def node_text(words: Words, facts: Localized, node: Node) -> Markup:
    """The node in the reader's language, else in the carrier's words, else by its stage; escaped, short."""
    localized = facts.texts.get(node.seq)
    text = clip(localized.text if localized else "", TEXT_LIMIT) or clip(node.text, TEXT_LIMIT)
    if not text or brand.hides(words, facts, node, text):
        return states.stage_name(words, node.stage)
    return words.isolate(text)


def quote(words: Words, facts: Localized, nodes: Sequence[Node]) -> Markup:
    bullet = Markup("• ") if len(nodes) > 1 else Markup("")
    entries = [
        fill("{}{}\n{}", bullet, node_text(words, facts, node), words.moment(node.at))
        for node in nodes[:NODES_SHOWN]
    ]
    return fill("<blockquote>{}</blockquote>", Markup("\n").join(entries))


def arrival(words: Words, order: Order, now: datetime) -> Markup | None:
    """The day by which all of the order should be there, or by how much it is late; for one-line views."""
    found = _arrival_days(words, order, now)
    last = max((day for _, day in found), default=None)
    if last is None:
        return None
    days = (last - words.today(now)).days
    first = min((first for first, day in found if first is not None and day == last), default=None)
    if first is not None and days < 0:
        return words.t("later than usual")
    if first is not None and days > 1:
        return words.isolate(words.days(first, last, now))
    if days < 0:
        return words.plural("{n} day late", "{n} days late", -days)
    return words.distance(days) if days <= 1 else words.isolate(words.date(last, now))


def arrival_day(words: Words, order: Order, now: datetime) -> date | None:
    """The day by which all of the order should be there; None beside a state that a day contradicts."""
    return max((day for _, day in _arrival_days(words, order, now)), default=None)


def _arrival_days(words: Words, order: Order, now: datetime) -> list[tuple[date | None, date]]:
    """The first and last day of our estimate of each parcel; without one, None and the promised day."""
    least = next((parcel for parcel in order.live if parcel.stage is order.stage), None)
    if order.status is OrderStatus.CANCELLED or least is None:
        return []
    if least.stage is not Stage.OUT_FOR_DELIVERY and not is_meaningful(least):
        return []
    found: list[tuple[date | None, date]] = []
    for parcel in order.live:
        if (likely := likely_days(words, parcel, now)) is not None:
            found.append(likely)
        elif (day := expected_on(words, parcel, now)) is not None:
            found.append((None, day))
    return found


def clip(text: str, limit: int) -> str:
    """Foreign text on one line, cut to `limit` characters."""
    return cut(clean(text), limit)


def cut(text: str, limit: int) -> str:
    """The text cut to `limit` characters, the last one telling that it was cut."""
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"


def dotted(parts: Sequence[Markup]) -> list[Markup]:
    """The parts with dots between, on as many lines as a phone needs: no line ends with a dot.

    What comes last stays together: a carrier and its number.
    """
    lines: list[Markup] = []
    for part in reversed(parts):
        if lines and len(clean(plain(part))) + len(clean(plain(lines[0]))) <= _PHONE:
            lines[0] = fill("{} · {}", part, lines[0])
        else:
            lines.insert(0, part)
    return lines


def contents(words: Words, items: tuple[Item, ...], most: int = 3) -> Markup | None:
    """What is in the parcel, `most` articles by name; None where nothing is known."""
    named = [item for item in items if clean(item.title)]
    if not named:
        return None
    shown: list[Markup] = [
        fill("{} × {}", words.number(item.quantity), words.isolate(_article(words, item)))
        if item.quantity > 1
        else words.isolate(_article(words, item))
        for item in named[:most]
    ]
    if (rest := len(named) - most) > 0:
        shown.append(words.plural("{n} more article", "{n} more articles", rest))
    return words.t("Inside: {articles}", articles=words.join(shown))


def _article(words: Words, item: Item) -> str:
    title, variant = (brand.without_names(words, text) for text in (item.title, item.variant))
    title, variant = clip(title, 60), clip(variant, 40)
    return f"{title} ({variant})" if variant else title


def position(order: Order, parcel: Parcel) -> int:
    """Which of the order's parcels it is, from 1, those apart that go on under another's number."""
    return order.live.index(parcel) + 1


def parcel_line(words: Words, facts: Localized, parcel: int | None) -> list[Markup]:
    count = len(facts.order.live)
    shown = next((each for each in facts.order.live if each.index == parcel), None)
    if shown is None or count == 1:
        return []
    number = words.number(position(facts.order, shown))
    return [words.t("Parcel {number} of {count}", number=number, count=words.number(count))]


def say(words: Words, *lines: Markup, buttons: tuple[tuple[Button, ...], ...] = ()) -> Message:
    """A message of these lines."""
    return Message(text=words.page(lines), buttons=buttons)


def toast(text: Markup) -> str:
    """A pop-up: plain, and as long as Telegram shows."""
    return cut(plain(text), TOAST_LIMIT)


def where_number(words: Words) -> Markup:
    """Where customers find their order number."""
    # Translators: customers buy in the shop, not at AliExpress; the shop writes the order number to them.
    return words.t("You'll find the order number in the message the shop sent you.")
