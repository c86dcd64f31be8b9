"""Lists of orders: claim links for customers, orders to be watched, what was left out of a list and why."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import assert_never

from markupsafe import Markup

from bot.i18n import Words, fill
from bot.lists import Problem, Trouble, Unreadable
from bot.model import BookNeeds, Button, Message, Order
from bot.views import actions, states, wording
from bot.views import buttons as b

LINKS_SHOWN = 10
PROBLEMS_SHOWN = 5
FOUND_SHOWN = 10


# ── links ───────────────────────────────────────────────────────────────────────────────────────


def links(
    words: Words,
    made: Sequence[tuple[str, ...]],
    problems: Sequence[tuple[int, Problem]] = (),
    table: tuple[str, bytes] | None = None,
    *,
    codes: int = 500,
    shop_orders: bool = False,
    unwatched: int = 0,
) -> Message:
    """Claim links as (shop order or order id, URL) or (…, URL, tracking page); `table` is the list with them.

    QR codes follow for the first `codes` of them. `shop_orders`: links open whole shop orders. Of the orders
    `unwatched` can be booked with one tap.
    """
    t = words.t
    if not made:
        return link_usage(words, problems)
    lines = [
        words.plural("🔗 <b>{n} link for a customer</b>", "🔗 <b>{n} links for customers</b>", len(made))
    ]
    shown = made if len(made) <= LINKS_SHOWN else made[: LINKS_SHOWN // 2]
    lines += [Markup("\n").join(words.isolate(words.code(text)) for text in each) for each in shown]
    if len(made) > len(shown):
        lines.append(t("All of them are in the file."))
    if len(made) > codes:
        lines.append(t("QR codes are included for the first {n}.", n=words.number(codes)))
    lines += left_out(words, problems)
    lines += [Markup(""), t("Whoever opens a link follows its order, without typing anything.")]
    if any(len(each) > 2 for each in made):
        lines.append(t("The second link opens the order's tracking page, for customers without Telegram."))
    if shop_orders:
        lines.append(t("A shop order has one link for all its parcels."))
    watch = words.plural("👁 Watch {n} order", "👁 Watch {n} orders", unwatched)
    rows = ((b.button(watch, actions.WatchListed()),),) if unwatched else ()
    return Message(text=words.page(lines), buttons=rows, document=table)


def qr_code(words: Words, name: str, picture: bytes) -> Message:
    """A claim link as a picture (PNG), named by its order."""
    return Message(text=words.page([words.code(name)]), photo=picture)


def link_usage(words: Words, problems: Sequence[tuple[int, Problem]] = ()) -> Message:
    """How to ask for links."""
    lines = [
        words.t(
            "🔗 Send <code>/link</code> with order numbers, "
            "or the list that your shop exports (CSV or Excel)."
        ),
        *left_out(words, problems),
    ]
    return Message(text=words.page(lines))


def links_off(words: Words) -> Message:
    """No LINK_SECRET: nothing can be signed."""
    text = words.t("🔗 Links are off. Set <code>LINK_SECRET</code> and restart the bot.")
    return Message(text=words.page([text]))


# ── the book ────────────────────────────────────────────────────────────────────────────────────


def watch_usage(words: Words, problems: Sequence[tuple[int, Problem]] = ()) -> Message:
    """How to have orders watched."""
    t = words.t
    lines = [
        t("👁 Send <code>/watch</code> with order numbers, or as the caption of a file with them."),
        t("We check watched orders and show those with problems on the board. No customer gets a message."),
        *left_out(words, problems),
    ]
    return Message(text=words.page(lines))


def watching(words: Words, done: int, total: int) -> Message:
    """How far a long list is."""
    counted = words.t("{done} of {total}", done=words.number(done), total=words.number(total))
    return Message(text=words.page([fill("👁 {}", counted)]))


def watched(
    words: Words,
    *,
    added: int,
    known: int,
    needs: BookNeeds,
    problems: Sequence[tuple[int, Problem]] = (),
    rounded: bool = False,
    table: tuple[str, bytes] | None = None,
) -> Message:
    """What became of a list of orders to watch; `table` is the list with the reason beside what was left out.

    `rounded`: all numbers end in 0, as a spreadsheet program leaves them.
    """
    lines = [
        words.plural(
            "👁 <b>{n} order is now watched</b>",
            "👁 <b>{n} orders are now watched</b>",
            added,
        )
    ]
    if known:
        lines.append(words.plural("{n} was watched already", "{n} were watched already", known))
    lines += left_out(words, problems)
    if rounded:
        lines.append(words.t("⚠️ All numbers end in 0. Did a spreadsheet round them?"))
    lines += [Markup(""), *book_needs(words, needs)]
    key = b.button(words.t("🚩 Board"), actions.ShowBoard())
    return Message(text=words.page(lines), buttons=((key,),), document=table)


def book_needs(words: Words, needs: BookNeeds) -> list[Markup]:
    """What the orders that nobody follows need of a day's calls; nothing where there are none."""
    if not needs.orders:
        return []
    lines = [
        words.t(
            "📡 Watched orders that nobody follows need about {calls} AliExpress calls a day.",
            calls=words.number(needs.calls),
        )
    ]
    if needs.short:
        lines.append(
            words.t(
                "That's more than today's limit allows, so each is checked about every {time}. "
                "Orders that someone follows come first.",
                time=words.duration(timedelta(seconds=needs.gap)),
            )
        )
    return lines


def unwatched(words: Words, count: int) -> Message:
    """Orders were taken out of the book."""
    text = words.plural(
        "{n} order is no longer watched for the shop", "{n} orders are no longer watched for the shop", count
    )
    return Message(text=words.page([text]))


def unwatch_usage(words: Words) -> Message:
    """How to take orders out of the book."""
    text = words.t("Send <code>/unwatch</code> with order numbers or shop order numbers, such as #1001.")
    return Message(text=words.page([text]))


def list_gone(words: Words) -> str:
    """Pop-up: the message with the list was deleted, or is too old."""
    return str(words.t("Please send the list again with /watch.").striptags())


# ── finding ─────────────────────────────────────────────────────────────────────────────────────


def found(words: Words, text: str, orders: Sequence[Order]) -> Message:
    """The merchant's orders that a number means."""
    if not orders:
        shown = words.code(wording.clip(text, 60))
        return Message(text=words.page([words.t("🔎 Nothing found for {text}.", text=shown)]))
    lines: list[Markup] = []
    keys: list[tuple[Button, ...]] = []
    for order in orders[:FOUND_SHOWN]:
        carriers = (wording.clip(parcel.carrier, 40) for parcel in order.live)
        facts = [
            states.state(words, order.stage, order.reason),
            *(words.isolate(name) for name in dict.fromkeys(carriers) if name),
        ]
        lines += [wording.merchant_name(words, order), Markup(" · ").join(facts)]
        lines += [wording.name(words, order, None), Markup("")]
        label = fill("📦 {}", words.isolate(wording.clip(order.shop_order, 20) or wording.short_id(order.id)))
        keys.append((b.button(label, actions.ShowCard(order_id=order.id)),))
    return Message(text=words.page(lines[:-1]), buttons=tuple(keys))


def find_usage(words: Words) -> Message:
    """How to find an order."""
    text = words.t(
        "🔎 Send <code>/find</code> with a shop order number, an order number, or a tracking number."
    )
    return Message(text=words.page([text]))


# ── what was left out ───────────────────────────────────────────────────────────────────────────


def left_out(words: Words, problems: Sequence[tuple[int, Problem]]) -> list[Markup]:
    """Rows of a list that gave no order, each by its line with the reason."""
    if not problems:
        return []
    count = words.plural("⚠️ {n} row left out", "⚠️ {n} rows left out", len(problems))
    lines = [count]
    for line, problem in problems[:PROBLEMS_SHOWN]:
        why = trouble(words, problem.trouble)
        if problem.text:
            why = fill("{} – {}", words.isolate(words.code(wording.clip(problem.text, 30))), why)
        lines.append(fill("{} · {}", words.number(line), why))
    if (rest := len(problems) - PROBLEMS_SHOWN) > 0:
        lines.append(words.plural("{n} more", "{n} more", rest))
    return lines


def trouble(words: Words, kind: Trouble) -> Markup:
    """Why there is no order number."""
    t = words.t
    return {
        # Translators: these tell why a row of a list was left out, behind what stands there.
        Trouble.MISSING: t("no number"),
        Trouble.ROUNDED: t("rounded by a spreadsheet"),
        Trouble.SHOPIFY_ID: t("Shopify's own number"),
        Trouble.PRODUCT: t("product number"),
        Trouble.TRACKING_NUMBER: t("tracking number"),
        Trouble.PAYMENT_CARD: t("bank card number"),
        Trouble.OTHER_SITE: t("from aliexpress.ru"),
        Trouble.LINK_WITHOUT_ID: t("link without a number"),
        Trouble.NO_NUMBER: t("not an order number"),
    }[kind]


def unreadable_file(words: Words, name: str, why: Unreadable, *, megabytes: int) -> Message:
    """An uploaded file that is no list, and what to send instead."""
    t, shown = words.t, wording.clip(name, 60)
    match why:
        case Unreadable.SPREADSHEET:
            lines = [
                t(
                    "📄 We can't open <b>{name}</b>. "
                    "Save it as CSV or as an Excel workbook (.xlsx) and send that file.",
                    name=shown,
                ),
                t("Format the order numbers as text first: spreadsheets round off numbers that long."),
            ]
        case Unreadable.TOO_LARGE:
            size = words.number(megabytes)
            lines = [t("📄 <b>{name}</b> is too large. Send at most {n} MB per file.", name=shown, n=size)]
        case Unreadable.NO_TEXT:
            lines = [
                t(
                    "📄 We can't read <b>{name}</b>. Send a CSV file with one order number per row.",
                    name=shown,
                )
            ]
        case _:
            assert_never(why)
    return Message(text=words.page(lines))
