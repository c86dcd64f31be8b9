"""The list of a place's orders: filters, pages, one line each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from markupsafe import Markup

from bot.i18n import Words, fill, plain
from bot.model import Button, Follow, Message, Order, Stage
from bot.views import actions, states, wording
from bot.views import buttons as b
from bot.views.actions import Shelf

ORDERS_PER_PAGE = 8

_NEEDS_YOU = {Stage.READY_FOR_PICKUP, Stage.FAILED_ATTEMPT, Stage.DUTIES_DUE, Stage.RETURNING, Stage.RETURNED}

_SHELVES = (Shelf.NEEDS_YOU, Shelf.MOVING, Shelf.DELIVERED, Shelf.ARCHIVED)


def shelf_of(order: Order, follow: Follow) -> Shelf:
    """Where the order stands in the list: archived, delivered, waiting for its reader, or on the way."""
    if follow.archived_at:
        return Shelf.ARCHIVED
    if order.stage is Stage.DELIVERED:
        return Shelf.DELIVERED
    stuck = any(
        parcel.stage in _NEEDS_YOU or (parcel.stage is Stage.EXCEPTION and not parcel.reason.passes)
        for parcel in order.parcels
    )
    return Shelf.NEEDS_YOU if stuck or order.stage in _NEEDS_YOU else Shelf.MOVING


def orders(
    words: Words,
    rows: Sequence[tuple[Order, Follow]],
    *,
    shelf: Shelf,
    page: int,
    total: int,
    counts: Mapping[Shelf, int],
    now: datetime,
) -> Message:
    """A page (from 0) of the list: `rows` are this page's, `total` those of all pages of this shelf.

    `counts` are the numbers of orders on the shelves, of which the summary line is made.
    """
    pages = max(1, -(-total // ORDERS_PER_PAGE))
    first = page * ORDERS_PER_PAGE + 1
    lines = [_title(words, shelf), _summary(words, counts), Markup("")]
    named = list(enumerate(zip(wording.names(words, rows), rows, strict=True), first))
    lines += [_row(words, place, name, *row, now) for place, (name, row) in named]
    if not rows:
        lines.append(words.t("Nothing here."))
    keys = [
        b.button(_key(words, place, name), actions.ShowCard(order_id=order.id))
        for place, (name, (order, _)) in named
    ]
    pairs = [tuple(keys[start : start + 2]) for start in range(0, len(keys), 2)]

    def turn(to: int) -> actions.Action:
        return actions.ShowOrders(shelf=shelf, page=to)

    leaf = b.pager(words, page, pages, turn)
    return Message(
        text=words.page(lines),
        buttons=tuple(row for row in (*pairs, leaf, *_filters(words, shelf, counts)) if row),
    )


def sorted_for_reading(
    words: Words, rows: Sequence[tuple[Order, Follow]], now: datetime
) -> list[tuple[Order, Follow]]:
    """What needs the reader first, then what comes first, at last what has arrived; the newest news first."""

    def key(row: tuple[Order, Follow]) -> tuple[int, date, float]:
        order, follow = row
        on_tour = order.stage is Stage.OUT_FOR_DELIVERY  # since yesterday, it may be: no day is named then
        coming = words.today(now) if on_tour else wording.arrival_day(words, order, now)
        newest = order.last_node_at or order.created_at
        return _SHELVES.index(shelf_of(order, follow)), coming or date.max, -newest.timestamp()

    return sorted(rows, key=key)


def shelf_name(words: Words, shelf: Shelf) -> Markup:
    """The name of a part of the list."""
    t = words.t
    return {
        # Translators: these five are filters of the list of orders.
        Shelf.ACTIVE: t("All"),
        Shelf.MOVING: t("On the way"),
        # Translators: orders for which the reader has to do something (collect, pay, answer).
        Shelf.NEEDS_YOU: t("Action needed"),
        Shelf.DELIVERED: t("Arrived"),
        Shelf.ARCHIVED: t("Archive"),
    }[shelf]


def _title(words: Words, shelf: Shelf) -> Markup:
    if shelf is Shelf.ACTIVE:
        return words.t("📦 <b>Your orders</b>")
    return words.t("📦 <b>Your orders</b>: {shelf}", shelf=shelf_name(words, shelf))


def _summary(words: Words, counts: Mapping[Shelf, int]) -> Markup:
    plural = words.plural
    moving, waiting = counts.get(Shelf.MOVING, 0), counts.get(Shelf.NEEDS_YOU, 0)
    arrived = counts.get(Shelf.DELIVERED, 0)
    parts = (
        plural("{n} on the way", "{n} on the way", moving) if moving else None,
        plural("{n} needs action", "{n} need action", waiting) if waiting else None,
        plural("{n} arrived", "{n} arrived", arrived) if arrived else None,
    )
    known = [words.isolate(part) for part in parts if part]
    return Markup(" · ").join(known) if known else words.t("All quiet.")


def _row(words: Words, place: int, name: Markup, order: Order, follow: Follow, now: datetime) -> Markup:
    mark = states.icon(order.stage, order.reason)
    head = fill("{}. {} <b>{}</b>", words.number(place), mark, name)
    detail = [states.state(words, order.stage, order.reason)]
    coming = wording.arrival(words, order, now)
    if coming is not None:
        detail.append(coming)
    if len(order.parcels) > 1:
        detail.append(words.plural("{n} parcel", "{n} parcels", len(order.parcels)))
    muted = Markup(" 🔕") if not follow.notify else Markup("")
    return fill("{}{}\n     {}", head, muted, Markup(" · ").join(detail))


def _key(words: Words, place: int, name: Markup) -> Markup:
    return fill("{} · {}", words.number(place), words.isolate(wording.cut(plain(name), 24)))


def _filters(words: Words, shelf: Shelf, counts: Mapping[Shelf, int]) -> tuple[tuple[Button, ...], ...]:
    keys = [
        b.button(
            fill("• {} •", name) if each is shelf else name,
            actions.ShowOrders(shelf=each),
        )
        for each in Shelf
        if each in {Shelf.ACTIVE, shelf} or counts.get(each)
        for name in (shelf_name(words, each),)
    ]
    return tuple(keys[:3]), tuple(keys[3:])
