"""Lists of orders from the merchant: claim links, what is watched, finding an order by any number."""

from __future__ import annotations

import asyncio
import io
import time
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import segno
from telegram import Document

from bot.chat.context import ChatContext
from bot.ids import ParsedText, link_token, page_url, read, shop_number
from bot.lists import NotAList, OrderList, Problem, Trouble, Unreadable, read_file, read_text, write_file
from bot.model import Later, Message
from bot.views import actions
from bot.views import lists as view

FILE_COMMANDS = frozenset({"link", "watch", "unwatch"})  # in the caption of a file
_LARGEST_FILE = 10_000_000  # bytes of an uploaded list
_CODES_AT_ONCE = 500  # QR codes in one archive; each takes 12 ms to draw
_BREATH = 0.02  # seconds between two of them
_LONG = 500  # rows from which on progress is shown
_EVERY = 2.0  # seconds between two edits of it: a group takes 20 messages a minute


# ── files ───────────────────────────────────────────────────────────────────────────────────────


async def take_file(ctx: ChatContext, document: Document, command: str = "") -> None:
    """An uploaded list, for the command in its caption: without one, for links."""
    orders = await _read_file(ctx, document)
    if orders is None:
        return
    match command:
        case "watch":
            await _watch(ctx, orders)
        case "unwatch":
            await _unwatch(ctx, orders.numbers)
        case _:
            await _make_links(ctx, orders)


async def _read_file(ctx: ChatContext, document: Document) -> OrderList | None:
    """The uploaded list; None, and its sender is told, where it cannot be read."""
    why = Unreadable.TOO_LARGE
    if (document.file_size or 0) <= _LARGEST_FILE:
        file = await document.get_file()
        content = bytes(await file.download_as_bytearray())
        try:
            return await asyncio.to_thread(read_file, content, ctx.chat.language)
        except NotAList as error:
            why = error.why
    name, most = document.file_name or "?", _LARGEST_FILE // 1_000_000
    await ctx.say(view.unreadable_file(ctx.words, name, why, megabytes=most))
    return None


def _problems(orders: OrderList) -> list[tuple[int, Problem]]:
    return [(row.line, problem) for row, problem in orders.problems]


# ── links ───────────────────────────────────────────────────────────────────────────────────────


async def link(ctx: ChatContext, said: ParsedText) -> None:
    """/link with order ids, or with nothing: how to."""
    await _make_links(ctx, read_text(said.text))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Linked:
    """What the merchant calls each, its URL and its tracking page's, if any; the list with all of them."""

    named: Sequence[tuple[str, ...]]
    problems: Sequence[tuple[int, Problem]]
    table: bytes | None


async def _make_links(ctx: ChatContext, orders: OrderList) -> None:
    """Answer with a link for every order; lists and QR codes are made beside the event loop."""
    entries = orders.entries
    tokens = await ctx.tracking.booking.claim_tokens(entries)
    secret = ctx.tracking.policy.link_secret
    if not secret and (not entries or any(entry.order_id not in tokens for entry in entries)):
        await ctx.say(view.links_off(ctx.words))
        return
    start = f"https://t.me/{ctx.services.bot.username}?start="
    made = await asyncio.to_thread(_sign, orders, tokens, secret, start, ctx.services.public_url)
    message = view.links(
        ctx.words,
        made.named,
        made.problems,
        (_name("links", orders), made.table) if made.table is not None else None,
        codes=_CODES_AT_ONCE,
        shop_orders=bool(tokens),
        unwatched=await ctx.tracking.booking.count_unbooked(entries),
    )
    await ctx.say(message, reply_to=ctx.message_id)
    if len(made.named) == 1:
        await ctx.say(view.qr_code(ctx.words, made.named[0][0], _qr(made.named[0][1])))
    elif made.named:
        packed = await _qr_codes([(name, url) for name, url, *_ in made.named[:_CODES_AT_ONCE]])
        await ctx.say(Message(text="", document=("qr-codes.zip", packed)))


def _sign(orders: OrderList, tokens: Mapping[str, str], secret: str, start: str, public_url: str) -> _Linked:
    """A shop order's orders share its link; an order without one has a signed link of its own."""
    made: dict[str, str] = {}
    named: dict[str, str] = {}
    problems = _problems(orders)
    for row in orders.rows:
        for order_id in row.numbers:
            token = tokens.get(order_id, "")
            try:
                made[order_id] = token or link_token(order_id, secret)
            except ValueError:
                problems.append((row.line, _too_large(order_id)))
                continue
            named.setdefault(made[order_id], row.shop_order if token and row.shop_order else order_id)
    table = None
    if len(made) > 1:
        rows = [list(dict.fromkeys(made[n] for n in row.numbers if n in made)) for row in orders.rows]
        columns = {"link": [" ".join(start + token for token in row) for row in rows]}
        if public_url:
            columns["page"] = [" ".join(page_url(public_url, token) for token in row) for row in rows]
        table = write_file(orders, columns)
    links = [(name, start + token, token) for token, name in named.items()]
    if public_url:
        links = [(name, url, page_url(public_url, token)) for name, url, token in links]
        return _Linked(named=links, problems=problems, table=table)
    return _Linked(named=[link[:2] for link in links], problems=problems, table=table)


def _too_large(order_id: str) -> Problem:
    """A number that does not fit a signed link."""
    return Problem(trouble=Trouble.NO_NUMBER, text=order_id)


def _name(stem: str, orders: OrderList) -> str:
    """The name of a list that is given back: a workbook stays one."""
    return f"{stem}.csv" if orders.layout.delimiter else f"{stem}.xlsx"


def _qr(url: str) -> bytes:
    picture = io.BytesIO()
    segno.make(url, error="m").save(picture, kind="png", scale=8, border=4)
    return picture.getvalue()


async def _qr_codes(made: Sequence[tuple[str, str]]) -> bytes:
    """A ZIP archive of pictures. Python runs one thread at a time, so others get their turn after each."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_STORED) as archive:  # a PNG does not get smaller
        for name, url in made:
            archive.writestr(f"{_file_name(name)}.png", await asyncio.to_thread(_qr, url))
            await asyncio.sleep(_BREATH)
    return packed.getvalue()


def _file_name(name: str) -> str:
    """A shop's own number as a file's name on any system."""
    return "".join(each if each.isalnum() or each in "#-_." else "_" for each in name).strip(".") or "order"


# ── the book ────────────────────────────────────────────────────────────────────────────────────


async def watch(ctx: ChatContext, said: ParsedText) -> None:
    """/watch with order ids, or with nothing: how to."""
    await _watch(ctx, read_text(said.text))


async def watch_listed(ctx: ChatContext, action: actions.WatchListed) -> None:
    """Watch the orders of the message that the pressed one answers."""
    listed = ctx.replied
    if listed is not None and listed.document is not None:
        orders = await _read_file(ctx, listed.document)
    else:
        orders = read_text((listed.text or listed.caption or "") if listed is not None else "")
    if orders is None or not orders.numbers:
        await ctx.toast(view.list_gone(ctx.words), alert=True)
        return
    await ctx.toast()
    await _watch(ctx, orders)


async def _watch(ctx: ChatContext, orders: OrderList) -> None:
    problems = _problems(orders)
    if not orders.numbers:
        await ctx.say(view.watch_usage(ctx.words, problems))
        return
    progress = _Progress(ctx)
    booked = await ctx.tracking.booking.book(orders.entries, progress)
    table = None
    if len(problems) > view.PROBLEMS_SHOWN:
        reasons = [", ".join(each.trouble.value for each in row.problems) for row in orders.rows]
        content = await asyncio.to_thread(write_file, orders, {"left out because": reasons})
        table = _name("left-out", orders), content
    await progress.end(
        view.watched(
            ctx.words,
            added=booked.added,
            known=booked.known,
            needs=await ctx.tracking.booking.needs(),
            problems=problems,
            rounded=orders.maybe_rounded,
            table=table,
        )
    )


class _Progress:
    """One message that says how far a long list is, and at its end what became of it."""

    def __init__(self, ctx: ChatContext) -> None:
        self._ctx = ctx
        self._message: int | None = None
        self._shown_at = 0.0

    async def __call__(self, done: int, total: int) -> None:
        if total < _LONG or (self._message and time.monotonic() - self._shown_at < _EVERY):
            return
        ctx, message = self._ctx, view.watching(self._ctx.words, done, total)
        if self._message is None:
            self._message = await ctx.say(message)
        else:
            await ctx.services.sender.edit(ctx.place, self._message, message)
        self._shown_at = time.monotonic()

    async def end(self, result: Message) -> None:
        """Put the result in the message's place."""
        ctx = self._ctx
        if (
            self._message is None
            or result.document is not None
            or isinstance(await ctx.services.sender.edit(ctx.place, self._message, result), Later)
        ):
            await ctx.say(result)


async def unwatch(ctx: ChatContext, said: ParsedText) -> None:
    """/unwatch with order ids or shop orders, or with nothing: how to."""
    found = list(said.ids)
    for word in read_words(said):
        found += await ctx.tracking.booking.of_shop_order(word)
    if found:
        await _unwatch(ctx, found)
    else:
        await ctx.say(view.unwatch_usage(ctx.words))


def read_words(said: ParsedText) -> list[str]:
    """The words that may be shop orders: all but the order ids."""
    return [word for word in said.text.replace(",", " ").split() if not read(word).ids]


async def _unwatch(ctx: ChatContext, order_ids: Sequence[str]) -> None:
    await ctx.say(view.unwatched(ctx.words, await ctx.tracking.booking.unbook(order_ids)))


# ── finding ─────────────────────────────────────────────────────────────────────────────────────


async def find(ctx: ChatContext, said: ParsedText) -> None:
    """/find: an order by the shop's number, AliExpress's, or a parcel's."""
    if not said.text.strip():
        await ctx.say(view.find_usage(ctx.words))
        return
    text = shop_number(said.text) or said.text
    orders = await ctx.tracking.booking.find(text, said.ids, most=view.FOUND_SHOWN)
    await ctx.say(view.found(ctx.words, text, orders))
