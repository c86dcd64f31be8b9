"""The merchant's side: board, claim links, numbers, the daily brief, the AliExpress login."""

from __future__ import annotations

import asyncio
import io
import zipfile
from datetime import timedelta

import segno
from telegram import Document

from bot.chat.conversation import Conversation, Desk
from bot.errors import SourceError
from bot.ids import Reading, link_token, read
from bot.model import Message
from bot.sheets import Sheet, read_sheet, write_sheet
from bot.views import actions, chart, talk
from bot.views import admin as view

_NOTE_LENGTH = 200
_LARGEST_FILE = 1_000_000  # bytes of an uploaded list
_LINKS_AT_ONCE = 500


async def board(talking: Conversation, said: Reading) -> None:
    """/board."""
    await talking.say(await _board(talking, 0))


async def show_board(talking: Conversation, action: actions.ShowBoard) -> None:
    """Another page of the board."""
    await talking.toast()
    await talking.show(await _board(talking, action.page))


async def _board(talking: Conversation, page: int) -> Message:
    found = await talking.tracking.flagging.page(page, length=view.FLAGS_PER_PAGE, asleep=view.SLEEPERS_SHOWN)
    return view.board(
        talking.words,
        found.rows,
        total=found.total,
        page=found.page,
        asleep=found.asleep,
        snoozed=found.snoozed,
    )


async def open_flag(talking: Conversation, action: actions.OpenFlag) -> None:
    """One order of the board."""
    await talking.toast()
    message = await _flagged(talking, action.order_id)
    if message is None:
        await talking.show(await _board(talking, 0))
    else:
        await talking.show(message)


async def _flagged(talking: Conversation, order_id: str) -> Message | None:
    row = await talking.tracking.flagging.get(order_id)
    return view.flagged_order(talking.words, row, now=talking.desk.now()) if row else None


async def snooze(talking: Conversation, action: actions.Snooze) -> None:
    """Keep an order off the board for some days."""
    until = talking.desk.now() + timedelta(days=action.days) if action.days else None
    if not await talking.tracking.flagging.snooze(action.order_id, until):
        return
    await talking.toast(talk.saved(talking.words))
    await talking.show(await _board(talking, 0))


async def ask_note(talking: Conversation, action: actions.AskNote) -> None:
    """Ask for a note; the next plain message is it."""
    await talking.toast()
    await talking.expect(f"note:{action.order_id}")
    await talking.say(view.ask_note(talking.words, action.order_id, _NOTE_LENGTH))


async def write_note(talking: Conversation, answer: tuple[str, str]) -> None:
    """The note itself."""
    order_id, text = answer
    if not talking.is_admin:
        await talking.expect("")
        return
    await talking.tracking.flagging.write_note(order_id, text.strip()[:_NOTE_LENGTH])
    await talking.say(await _flagged(talking, order_id) or await _board(talking, 0))
    await talking.expect("")


# ── links ───────────────────────────────────────────────────────────────────────────────────────


async def link(talking: Conversation, said: Reading) -> None:
    """/link with order ids, or with nothing: how to."""
    reading = read(said.text.replace(",", " ").replace(";", " "))
    refused = tuple(sent for _, sent in reading.mistakes)
    await _make_links(talking, Sheet(rows={id_: (id_,) for id_ in reading.ids}, refused=refused))


async def take_file(talking: Conversation, document: Document) -> None:
    """An uploaded list of order ids."""
    if (document.file_size or 0) > _LARGEST_FILE:
        await talking.say(view.link_usage(talking.words, [document.file_name or "?"]))
        return
    file = await document.get_file()
    content = bytes(await file.download_as_bytearray())
    await _make_links(talking, read_sheet(content.decode("utf-8-sig", errors="replace")))


async def _make_links(talking: Conversation, sheet: Sheet) -> None:
    secret = talking.tracking.policy.link_secret
    if not secret:
        await talking.say(view.links_off(talking.words))
        return
    refused, made = list(sheet.refused), {}
    for order_id in list(sheet.rows)[:_LINKS_AT_ONCE]:
        try:
            token = link_token(order_id, secret)
        except ValueError:
            refused.append(order_id)
        else:
            made[order_id] = f"https://t.me/{talking.desk.bot.username}?start={token}"
    refused += list(sheet.rows)[_LINKS_AT_ONCE:]
    links = list(made.items())
    table = write_sheet(sheet, made) if len(links) > 1 else None
    await talking.say(view.links(talking.words, links, refused, table))
    if len(links) == 1:
        await talking.say(view.qr_code(talking.words, links[0][0], _qr(links[0][1])))
    elif links:
        await talking.say(Message(text="", document=("qr-codes.zip", _qr_codes(links))))


def _qr(url: str) -> bytes:
    picture = io.BytesIO()
    segno.make(url, error="m").save(picture, kind="png", scale=8, border=4)
    return picture.getvalue()


def _qr_codes(made: list[tuple[str, str]]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for order_id, url in made:
            archive.writestr(f"{order_id}.png", _qr(url))
    return packed.getvalue()


# ── numbers, brief, login ───────────────────────────────────────────────────────────────────────


async def stats(talking: Conversation, said: Reading) -> None:
    """/stats, for 7 days or the given number of days."""
    days = int(said.text) if said.text.strip() in {"1", "7", "30"} else 7
    await talking.say(await _stats(talking, days))


async def show_stats(talking: Conversation, action: actions.ShowStats) -> None:
    """The numbers of another span."""
    await talking.toast()
    await talking.show(await _stats(talking, min(max(action.days, 1), 90)))


async def _stats(talking: Conversation, days: int) -> Message:
    calls = await talking.desk.merchant.usage()
    numbers = await talking.tracking.reporting.stats(days, calls)
    picture = await asyncio.to_thread(chart.draw, talking.words, numbers.series)
    return view.stats(talking.words, numbers, picture=picture)


async def brief(talking: Conversation, said: Reading) -> None:
    """/brief: the hour of the daily brief."""
    await talking.say(view.brief_settings(talking.words, await talking.tracking.reporting.brief_at()))


async def set_brief(talking: Conversation, action: actions.SetBrief) -> None:
    """Choose it."""
    await talking.tracking.reporting.set_brief_at(action.start)
    await talking.toast(talk.saved(talking.words))
    await talking.show(view.brief_settings(talking.words, action.start))


async def authorize(talking: Conversation, said: Reading) -> None:
    """/authorize: where to log in; the address (or code) that comes back is the next message."""
    if said.text.strip():
        await take_code(talking, ("", said.text))
        return
    await talking.expect("authorize:")
    await talking.say(view.authorize(talking.words, talking.desk.merchant.login_url()))


def is_login(desk: Desk, chat_id: int, said: Reading) -> bool:
    """Whether an operator pasted what a login leads to; a link to an order is one to an order."""
    return desk.is_admin(chat_id) and desk.merchant.is_login(said.text) and not said.ids


async def take_code(talking: Conversation, answer: tuple[str, str]) -> None:
    """Exchange what the merchant pasted."""
    if not talking.is_admin:
        await talking.expect("")
        return
    try:
        async with talking.typing():
            until = await talking.desk.merchant.authorise(answer[1], update=talking.update)
    except SourceError as error:
        message = view.not_authorized(talking.words, error.detail or error.code)
    else:
        message = view.authorized(talking.words, until, talking.desk.now())
    await talking.say(message)
    await talking.expect("")  # at last: handled again after a crash, it must still be the answer
