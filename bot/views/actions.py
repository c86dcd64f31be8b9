"""What buttons do, as typed values. Toggles carry the wanted state, so that a repeated press is harmless."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from datetime import time

from bot.model import Flag, Level, Quiet


class Shelf(enum.StrEnum):
    """Which orders a list shows."""

    ACTIVE = "active"  # all that is not archived
    MOVING = "moving"
    NEEDS_YOU = "needs_you"
    DELIVERED = "delivered"
    ARCHIVED = "archived"


class Receipt(enum.StrEnum):
    """The answer to "Did you get it?"."""

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
    """Show the order's card."""

    order_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Refresh:
    """Check the order now and update its card."""

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
class FollowAgain:
    """Follow again an order that this chat stopped following; `proof` shows that it did."""

    order_id: str
    proof: str


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
    """Archive the order, or take it back."""

    order_id: str
    archived: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Confirm:
    """The answer to "Did you get it?" about a parcel; parcel 0 is the whole order."""

    order_id: str
    parcel: int
    receipt: Receipt


@dataclass(frozen=True, slots=True, kw_only=True)
class Why:
    """ "Why did I get this?", about the last message."""

    order_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AskShop:
    """Ask the shop about the order: the next message goes to the merchant."""

    order_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AskWhich:
    """Ask the shop about one of several orders: which?"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """Go on with what the shop answered: the next message goes to the merchant, as a reply to it does."""

    dispute: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AskReceipt:
    """Take back the answer to "Did you get it?", and ask again; parcel 0 is the whole order."""

    order_id: str
    parcel: int


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
    """Use this language."""

    language: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SetZone:
    """Use this time zone."""

    zone: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfirmZone:
    """The guessed time zone is right."""

    zone: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SetLevel:
    """Which news to be notified of."""

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
    """Whether news that needs action makes a sound during quiet hours."""

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
    """Dismiss a question without doing anything."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Nothing:
    """A button that only shows something, such as "2/5"."""


# ── the merchant's side ─────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowBoard:
    """A page of the board, from 0."""

    page: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class FilterBoard:
    """A page of the orders with one flag, from 0."""

    flag: Flag
    page: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class FlagTimeline:
    """A page of a parcel's timeline, from which the way back leads to the board's order."""

    order_id: str
    parcel: int = 1
    page: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class CloseFlag:
    """The merchant is done with the order: off the board until something new happens."""

    order_id: str


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
class Solve:
    """A customer's problem is solved."""

    dispute: int


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchListed:
    """Watch the orders of the list that this message answers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowFigures:
    """The merchant's figures: deliveries and problems."""


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
    | FollowAgain
    | Resume
    | Share
    | Archive
    | Confirm
    | AskReceipt
    | AskShop
    | AskWhich
    | Reply
    | Why
    | ShowOrders
    | ShowSettings
    | ShowZones
    | SetLanguage
    | SetZone
    | ConfirmZone
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
    | FilterBoard
    | FlagTimeline
    | CloseFlag
    | OpenFlag
    | Snooze
    | AskNote
    | Solve
    | WatchListed
    | ShowFigures
    | ShowStats
    | SetBrief
)
