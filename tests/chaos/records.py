"""What a run remembers of itself: what was done when, and what the two ledgers said about it.

Times are seconds since the run began, on the harness's own clock, which no jump moves.
"""

from __future__ import annotations

import enum
from collections import Counter
from dataclasses import dataclass, field

FOREVER = float("inf")


class Kind(enum.Enum):
    """What a message of the bot is, by its buttons and first words."""

    PUSH = "push"
    SUMMARY = "summary"
    CARD = "card"
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """One message that Telegram accepted from the bot. `chat` is the plan's number of the chat."""

    index: int
    chat: int
    chat_id: int
    message_id: int
    at: float
    kind: Kind
    text: str
    marks: tuple[str, ...]


@dataclass(slots=True, kw_only=True)
class Stay:
    """A chat follows an order and can be written to: surely from `since` to `until`, perhaps till `gone`."""

    chat: int
    order: str
    asked: float
    since: float
    until: float = FOREVER
    gone: float = FOREVER


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A node that was put into an order's timeline."""

    mark: str
    order: str
    at: float


@dataclass(slots=True, kw_only=True)
class Asked:
    """One command or press and its answer; `answered` None: none came."""

    chat: int
    what: str
    at: float
    answered: float | None = None
    order: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One outbox row after the run."""

    chat: int
    order: str
    seqs: tuple[int, ...]
    state: str
    message_id: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Strike:
    """A call to Telegram whose answer did not tell the truth, or a refusal."""

    chat: int | None
    method: str
    at: float
    code: int
    fault: str


@dataclass(slots=True, kw_only=True)
class Away:
    """A person blocked the bot from `at` until `back`."""

    chat: int
    at: float
    back: float = FOREVER


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """What a living card says in the end, and the newest mark that the store has of its order."""

    chat: int
    order: str
    text: str
    newest: str


@dataclass(slots=True, kw_only=True)
class Records:
    """A whole run."""

    seed: int
    seconds: float = 0.0
    stays: list[Stay] = field(default_factory=list)
    shown: list[Shown] = field(default_factory=list)
    asked: list[Asked] = field(default_factory=list)
    heard: list[Heard] = field(default_factory=list)
    cards: list[Card] = field(default_factory=list)
    edits: dict[int, list[str]] = field(default_factory=dict)  # chat → texts of cards put in place
    strikes: list[Strike] = field(default_factory=list)
    aways: list[Away] = field(default_factory=list)
    kills: list[float] = field(default_factory=list)
    starts: list[float] = field(default_factory=list)
    stops: list[float] = field(default_factory=list)  # seconds that each SIGTERM took
    bad_exits: list[str] = field(default_factory=list)
    locks: list[tuple[float, float]] = field(default_factory=list)
    full: list[tuple[float, float]] = field(default_factory=list)
    away: list[tuple[float, float]] = field(default_factory=list)  # the database server, restarting
    troubles: Counter[str] = field(default_factory=Counter)
    rows: list[Row] = field(default_factory=list)
    seqs: dict[str, tuple[str, int]] = field(default_factory=dict)  # mark → order and seq as stored
    logins: int = 0  # of the merchant, after a crash lost the newest refresh token
    astray: list[str] = field(default_factory=list)  # messages outside the topic they belong to
    set_aside: int = 0
    integrity: str = "ok"
    violations: Counter[str] = field(default_factory=Counter)
    busiest_second: int = 0
    aliexpress_calls: int = 0
    aliexpress_busiest: int = 0
    settling: list[tuple[float, str]] = field(default_factory=list)
    settled_in: float = 0.0
    unsettled: str = ""
