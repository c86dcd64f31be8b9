"""What is to be told, the messages it becomes, and what Telegram said of them."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from datetime import datetime

from bot.model.chats import Place
from bot.model.news import Importance, News


class Blocker(enum.StrEnum):
    """What keeps a notice from its place beside its own next attempt: once that is gone, it goes at once."""

    CHAT = "chat"  # the chat does not let the bot write at present
    TELEGRAM = "telegram"  # Telegram failed to take it


@dataclass(frozen=True, slots=True, kw_only=True)
class PendingNotice:
    """One piece of news for one place, about to be put into the outbox: not to be sent before `due_at`."""

    place: Place
    order_id: str
    news: News
    due_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """What a place is to be told about one order: outbox rows `ids` as one, each with its piece of `news`.

    Rendered only when sent.
    """

    ids: tuple[int, ...]
    place: Place
    order_id: str
    news: tuple[News, ...]
    importance: Importance
    created_at: datetime
    attempts: int = 0
    ambiguous: int = 0  # attempts that may have arrived
    lease: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RawUpdate:
    """One inbox row: an update as Telegram sent it, unparsed, recorded before it is acknowledged.

    `chat_id` is what keeps its updates in order: the chat, else the user, else 0. `payload` is the JSON text.
    """

    update_id: int
    chat_id: int
    payload: str
    received_at: datetime
    attempts: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class SendRecord:
    """One message that went to a chat, as Telegram's limits count it."""

    chat_id: int
    at: datetime


class ButtonStyle(enum.StrEnum):
    """What pressing a button means, as Telegram colors it (Bot API 9.4)."""

    SUCCESS = "success"
    DANGER = "danger"


@dataclass(frozen=True, slots=True, kw_only=True)
class Button:
    """One inline button: exactly one of callback `data` (64 bytes at most), `url` or `copy` is set."""

    text: str
    data: str = ""
    url: str = ""
    copy: str = ""
    style: ButtonStyle | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """What to show: Telegram HTML and rows of inline buttons."""

    text: str
    buttons: tuple[tuple[Button, ...], ...] = ()
    silent: bool = False
    photo: bytes | None = None
    document: tuple[str, bytes] | None = None  # file name, content
    celebrates: bool = False  # with confetti, where the chat is private


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """Telegram took it."""

    message_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Later:
    """Not now: not before `at`, nor before a wait of one's own where it `counts` as a failed attempt."""

    at: datetime
    reason: str
    counts: bool = True
    ambiguous: bool = False  # it may have arrived all the same
    unreachable: bool = False  # no connection to Telegram: nothing can be sent to anybody
    refused: bool = False  # the chat does not let the bot write at present: not this message, nor another


@dataclass(frozen=True, slots=True, kw_only=True)
class Gone:
    """This place cannot be written to any more (blocked, kicked, deactivated)."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """The group became a supergroup."""

    chat_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicGone:
    """The topic is closed or deleted; the chat itself is fine."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """Telegram will never take this message; a dead letter for the operator."""

    reason: str


Delivery = Sent | Later | Gone | Moved | TopicGone | Refused
