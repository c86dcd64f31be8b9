"""Actions as callback data of at most 64 bytes, `1:code:fields`, and the buttons that carry them.

A press can be forged, repeated, or come from a keyboard of an older version: `decode` answers None to all
it does not know. Authorizing is the handlers' part.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable
from dataclasses import fields
from datetime import time
from typing import Any

from markupsafe import Markup

from bot.i18n import LANGUAGES, Words, is_zone, plain
from bot.model import Button, ButtonStyle, Flag, Level, Quiet
from bot.views import actions

VERSION = "1"

# Codes are part of every message ever sent: never give an old one a new meaning.
_CODES: dict[str, type[actions.Action]] = {
    "c": actions.ShowCard,
    "r": actions.Refresh,
    "t": actions.ShowTimeline,
    "n": actions.SetNotify,
    "e": actions.AskRename,
    "x": actions.AskStop,
    "X": actions.Stop,
    "f": actions.Resume,
    "fa": actions.FollowAgain,
    "p": actions.Share,
    "a": actions.Archive,
    "g": actions.Confirm,
    "ga": actions.AskReceipt,
    "q": actions.AskShop,
    "qw": actions.AskWhich,
    "qr": actions.Reply,
    "W": actions.Why,
    "o": actions.ShowOrders,
    "s": actions.ShowSettings,
    "sr": actions.ShowZones,
    "sl": actions.SetLanguage,
    "sz": actions.SetZone,
    "sc": actions.ConfirmZone,
    "sv": actions.SetLevel,
    "sq": actions.SetQuietHours,
    "sk": actions.SetQuietKind,
    "su": actions.SetUrgent,
    "sd": actions.SetDigest,
    "sp": actions.Pause,
    "F": actions.Forget,
    "d": actions.Dismiss,
    "-": actions.Nothing,
    "b": actions.ShowBoard,
    "bf": actions.FilterBoard,
    "bo": actions.OpenFlag,
    "bt": actions.FlagTimeline,
    "bd": actions.CloseFlag,
    "bz": actions.Snooze,
    "bn": actions.AskNote,
    "bq": actions.Solve,
    "bw": actions.WatchListed,
    "bs": actions.ShowStats,
    "bg": actions.ShowFigures,
    "bb": actions.SetBrief,
}


LONGEST = 64  # characters of callback data that Telegram takes
_CODE_OF = {kind: code for code, kind in _CODES.items()}


def encode(action: actions.Action) -> str:
    """The action as callback data; ValueError where a field has no text that `decode` would take back."""
    kind = type(action)
    written = [write(getattr(action, name)) for name, write, _ in _SHAPES[kind]]
    data = ":".join((VERSION, _CODE_OF[kind], *written))
    if len(data) > LONGEST:
        raise ValueError(f"no callback data for {action!r}")
    return data


def decode(data: str) -> actions.Action | None:
    """The action that callback data stands for; None for anything forged, damaged or of another version."""
    version, code, *written = data.split(":") if ":" in data else ("", "")
    kind = _CODES.get(code)
    if version != VERSION or kind is None or not data.isascii() or len(data) > LONGEST:
        return None
    shape = _SHAPES[kind]
    if len(written) != len(shape):
        return None
    try:
        values = {name: read(text) for (name, _, read), text in zip(shape, written, strict=True)}
    except (ValueError, OverflowError):
        return None
    return kind(**values)


def button(text: Markup, action: actions.Action) -> Button:
    """A button that does the action, colored where that ends something for good or reports an arrival."""
    return Button(text=plain(text), data=encode(action), style=_style(action))


def _style(action: actions.Action) -> ButtonStyle | None:
    match action:
        case actions.AskStop() | actions.Stop() | actions.Forget():
            return ButtonStyle.DANGER
        case actions.Confirm(receipt=actions.Receipt.YES) | actions.Solve():
            return ButtonStyle.SUCCESS
        case _:
            return None


def open_order(words: Words, order_id: str) -> Button:
    """Shows the order's card."""
    return button(words.t("📦 Open order"), actions.ShowCard(order_id=order_id))


def all_orders(words: Words, shelf: actions.Shelf = actions.Shelf.ACTIVE) -> Button:
    """Shows the place's orders."""
    return button(words.t("📦 All orders"), actions.ShowOrders(shelf=shelf))


def pager(words: Words, page: int, pages: int, turn: Callable[[int], actions.Action]) -> tuple[Button, ...]:
    """The row of buttons for paging (from 0); empty if there is only one page.

    Its arrows point up and down, which means the same in both writing directions.
    """
    if pages <= 1:
        return ()
    row = [button(words.t("▲ Newer"), turn(page - 1))] if page > 0 else []
    row.append(Button(text=f"{words.number(page + 1)}/{words.number(pages)}", data=encode(actions.Nothing())))
    if page + 1 < pages:
        row.append(button(words.t("▼ Older"), turn(page + 1)))
    return tuple(row)


# ── how each field is written ───────────────────────────────────────────────────────────────────
# A writer raises ValueError for anything that its reader would not read back as the same value.

_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
_SMALL = re.compile(r"0|[1-9][0-9]{0,8}")
_ORDER = re.compile(r"[0-9]{12,20}")


@functools.lru_cache(maxsize=256)  # every button of a message names the same order
def _write_id(order_id: str) -> str:
    if not _ORDER.fullmatch(order_id):
        raise ValueError("an order id has 12 to 20 digits")
    n, text = int("1" + order_id), ""  # the 1 keeps leading zeros
    while n:
        n, digit = divmod(n, 36)
        text = _DIGITS[digit] + text
    return text


def _read_id(text: str) -> str:
    number = str(int(_only(r"[0-9a-z]{8,14}", text), 36))
    if not number.startswith("1") or _write_id(number[1:]) != text:
        raise ValueError("not an order id of ours")
    return number[1:]


def _write_int(n: int) -> str:
    if not 0 <= n < 10**9:
        raise ValueError("not a small number")
    return str(n)


def _read_int(text: str) -> int:
    if not _SMALL.fullmatch(text):
        raise ValueError("not a small number")
    return int(text)


def _only(pattern: str, text: str) -> str:
    if not re.fullmatch(pattern, text):
        raise ValueError("not of the expected form")
    return text


def _write_time(at: time | None) -> str:
    if at is None:
        return ""
    if at.second or at.microsecond:
        raise ValueError("not a whole minute")
    return f"{at.hour:02}{at.minute:02}"


def _read_time(text: str) -> time | None:
    if not text:
        return None
    digits = _only(r"[0-9]{4}", text)
    return time(int(digits[:2]), int(digits[2:]))


def _one_of(known: Callable[[str], bool]) -> Callable[[str], str]:
    def same(text: str) -> str:
        if not known(text):
            raise ValueError("unknown")
        return text

    return same


_language, _zone = _one_of(LANGUAGES.__contains__), _one_of(is_zone)


def _write_bool(on: bool) -> str:
    return "1" if on else "0"


def _read_bool(text: str) -> bool:
    return _only("[01]", text) == "1"


def _proof(text: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9_-]{11}", text):
        raise ValueError(text)
    return text


_FIELDS: dict[str, tuple[Callable[[Any], str], Callable[[str], Any]]] = {
    "order_id": (_write_id, _read_id),
    "parcel": (_write_int, _read_int),
    "page": (_write_int, _read_int),
    "days": (_write_int, _read_int),
    "dispute": (_write_int, _read_int),
    "on": (_write_bool, _read_bool),
    "archived": (_write_bool, _read_bool),
    "receipt": (str, actions.Receipt),
    "shelf": (str, actions.Shelf),
    "panel": (str, actions.Panel),
    "region": (str, actions.Region),
    "level": (str, Level),
    "flag": (str, Flag),
    "quiet": (str, Quiet),
    "proof": (_proof, _proof),
    "language": (_language, _language),
    "zone": (_zone, _zone),
    "start": (_write_time, _read_time),
    "end": (_write_time, _read_time),
}

# each action's fields: name, how it is written, how it is read
_SHAPES = {kind: tuple((one.name, *_FIELDS[one.name]) for one in fields(kind)) for kind in _CODES.values()}
