"""What a button does, as typed values, and their text of at most 64 bytes: `1:code:fields`.

A press can be forged, repeated, or come from a keyboard of an older version: `decode` answers None to all
it does not know, and toggles carry the state they want, so that pressing twice is harmless. Authorising is
the handlers' part.
"""

from __future__ import annotations

import enum
import functools
import re
from collections.abc import Callable
from dataclasses import dataclass, fields
from datetime import time
from typing import Any

from markupsafe import Markup

from bot.i18n import LANGUAGES, Words, is_zone, plain
from bot.model import Button, Level, NewsKind, Quiet

VERSION = "1"


class Shelf(enum.StrEnum):
    """Which orders a list shows."""

    ACTIVE = "active"  # all that is not archived
    MOVING = "moving"
    NEEDS_YOU = "needs_you"
    DELIVERED = "delivered"
    ARCHIVED = "archived"


class Receipt(enum.StrEnum):
    """The answer to "Got it?"."""

    YES = "yes"
    NOT_YET = "not_yet"
    PROBLEM = "problem"


class Panel(enum.StrEnum):
    """A page of the settings menu."""

    MAIN = "main"
    LANGUAGE = "language"
    ZONE = "zone"
    LEVEL = "level"
    QUIET = "quiet"
    DIGEST = "digest"
    PAUSE = "pause"


class Region(enum.StrEnum):
    """A part of the world, for choosing a time zone."""

    EUROPE = "europe"
    RUSSIA = "russia"
    MIDDLE_EAST = "middle_east"
    AFRICA = "africa"
    ASIA = "asia"
    NORTH_AMERICA = "north_america"
    LATIN_AMERICA = "latin_america"
    OCEANIA = "oceania"


# ── orders ──────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowCard:
    """Put the order's card here."""

    order_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Refresh:
    """Look at the order now, and show its card anew."""

    order_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowTimeline:
    """A page of a parcel's timeline; parcels from 1, pages from 0."""

    order_id: str
    parcel: int = 1
    page: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class SetNotify:
    """Notifications of this order on or off."""

    order_id: str
    on: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class AskRename:
    """Ask for the order's new name."""

    order_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AskStop:
    """Ask whether to stop following."""

    order_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Stop:
    """Stop following."""

    order_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Resume:
    """Follow again what was stopped a moment ago."""

    order_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """Send the journey as a picture."""

    order_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Archive:
    """Put the order away, or take it back."""

    order_id: str
    archived: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Confirm:
    """The answer to "Got it?" about a parcel; parcel 0 is the whole order."""

    order_id: str
    parcel: int
    receipt: Receipt


@dataclass(frozen=True, slots=True, kw_only=True)
class Why:
    """ "Why did I get this?"; `node` is a sequence number, 0 where the news was of no node."""

    order_id: str
    kind: NewsKind
    node: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowOrders:
    """A page of the list, from 0."""

    shelf: Shelf = Shelf.ACTIVE
    page: int = 0


# ── settings ────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowSettings:
    """A page of the settings menu."""

    panel: Panel = Panel.MAIN


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowZones:
    """The zones of a region."""

    region: Region


@dataclass(frozen=True, slots=True, kw_only=True)
class SetLanguage:
    """Speak this language."""

    language: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SetZone:
    """Live in this time zone."""

    zone: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SetLevel:
    """How much to be told."""

    level: Level


@dataclass(frozen=True, slots=True, kw_only=True)
class SetQuietHours:
    """Quiet hours in local time; both None: none."""

    start: time | None
    end: time | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SetQuietKind:
    """What happens in the quiet hours."""

    quiet: Quiet


@dataclass(frozen=True, slots=True, kw_only=True)
class SetUrgent:
    """Whether what needs action breaks through the quiet hours."""

    on: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SetDigest:
    """When the daily summary comes, in local time; None: never."""

    start: time | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Pause:
    """No pushes for some days from now; 0: end the pause."""

    days: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Forget:
    """Delete everything known about this chat."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Dismiss:
    """Take a question back: nothing is done."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Nothing:
    """A button that only shows something, such as "2/5"."""


# ── the merchant's side ─────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowBoard:
    """A page of the board, from 0."""

    page: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenFlag:
    """One order of the board."""

    order_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Snooze:
    """Keep the order off the board for some days; 0: bring it back."""

    order_id: str
    days: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AskNote:
    """Ask for a note about the order."""

    order_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowStats:
    """The numbers of the last days."""

    days: int = 7


@dataclass(frozen=True, slots=True, kw_only=True)
class SetBrief:
    """When the merchant's daily brief comes, in local time; None: never."""

    start: time | None


Action = (
    ShowCard
    | Refresh
    | ShowTimeline
    | SetNotify
    | AskRename
    | AskStop
    | Stop
    | Resume
    | Share
    | Archive
    | Confirm
    | Why
    | ShowOrders
    | ShowSettings
    | ShowZones
    | SetLanguage
    | SetZone
    | SetLevel
    | SetQuietHours
    | SetQuietKind
    | SetUrgent
    | SetDigest
    | Pause
    | Forget
    | Dismiss
    | Nothing
    | ShowBoard
    | OpenFlag
    | Snooze
    | AskNote
    | ShowStats
    | SetBrief
)

# Codes are part of every message ever sent: never give an old one a new meaning.
_CODES: dict[str, type[Action]] = {
    "c": ShowCard,
    "r": Refresh,
    "t": ShowTimeline,
    "n": SetNotify,
    "e": AskRename,
    "x": AskStop,
    "X": Stop,
    "f": Resume,
    "p": Share,
    "a": Archive,
    "g": Confirm,
    "w": Why,
    "o": ShowOrders,
    "s": ShowSettings,
    "sr": ShowZones,
    "sl": SetLanguage,
    "sz": SetZone,
    "sv": SetLevel,
    "sq": SetQuietHours,
    "sk": SetQuietKind,
    "su": SetUrgent,
    "sd": SetDigest,
    "sp": Pause,
    "F": Forget,
    "d": Dismiss,
    "-": Nothing,
    "b": ShowBoard,
    "bo": OpenFlag,
    "bz": Snooze,
    "bn": AskNote,
    "bs": ShowStats,
    "bb": SetBrief,
}


LONGEST = 64  # characters of callback data that Telegram takes
_CODE_OF = {kind: code for code, kind in _CODES.items()}


def encode(action: Action) -> str:
    """The action as callback data; ValueError where a field has no text that `decode` would take back."""
    kind = type(action)
    written = [write(getattr(action, name)) for name, write, _ in _SHAPES[kind]]
    data = ":".join((VERSION, _CODE_OF[kind], *written))
    if len(data) > LONGEST:
        raise ValueError(f"no callback data for {action!r}")
    return data


def decode(data: str) -> Action | None:
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


def button(text: Markup, action: Action) -> Button:
    """A button that does the action."""
    return Button(text=plain(text), data=encode(action))


def pager(words: Words, page: int, pages: int, turn: Callable[[int], Action]) -> tuple[Button, ...]:
    """The row that leafs through pages (from 0), empty where there is one page.

    Its arrows point up and down, which means the same in both writing directions.
    """
    if pages <= 1:
        return ()
    row = [button(words.t("▲ Newer"), turn(page - 1))] if page > 0 else []
    row.append(Button(text=f"{words.number(page + 1)}/{words.number(pages)}", data=encode(Nothing())))
    if page + 1 < pages:
        row.append(button(words.t("▼ Older"), turn(page + 1)))
    return tuple(row)


# ── how each field is written ───────────────────────────────────────────────────────────────────
# What is written can be read back as the same: a writer raises ValueError for what its reader would refuse.

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


_FIELDS: dict[str, tuple[Callable[[Any], str], Callable[[str], Any]]] = {
    "order_id": (_write_id, _read_id),
    "parcel": (_write_int, _read_int),
    "page": (_write_int, _read_int),
    "node": (_write_int, _read_int),
    "days": (_write_int, _read_int),
    "on": (_write_bool, _read_bool),
    "archived": (_write_bool, _read_bool),
    "receipt": (str, Receipt),
    "kind": (str, NewsKind),
    "shelf": (str, Shelf),
    "panel": (str, Panel),
    "region": (str, Region),
    "level": (str, Level),
    "quiet": (str, Quiet),
    "language": (_language, _language),
    "zone": (_zone, _zone),
    "start": (_write_time, _read_time),
    "end": (_write_time, _read_time),
}

# each action's fields: name, how it is written, how it is read
_SHAPES = {kind: tuple((one.name, *_FIELDS[one.name]) for one in fields(kind)) for kind in _CODES.values()}
