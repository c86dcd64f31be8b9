"""Notices, the messages made from them, and the outcomes of sending them to Telegram."""

from __future__ import annotations

import enum
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime

from bot.model.chats import Place
from bot.model.news import Importance, News


class Blocker(enum.StrEnum):
    """Why a notice is waiting besides its own retry time. Once this is resolved, it is sent at once."""

    CHAT = "chat"  # the bot currently may not write in the chat
    TELEGRAM = "telegram"  # Telegram failed to accept it


@dataclass(frozen=True, slots=True, kw_only=True)
class PendingNotice:
    """One piece of news for one place, to be put into the outbox and sent no earlier than `due_at`."""

    place: Place
    order_id: str
    news: News
    due_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """All pending news of one order for one place: the outbox rows `ids`, one per item of `news`.

    It is rendered only when it is sent, in the place's language at that time.
    """

    ids: tuple[int, ...]
    place: Place
    order_id: str
    news: tuple[News, ...]
    importance: Importance
    created_at: datetime
    attempts: int = 0
    ambiguous: int = 0  # attempts that may have been delivered
    lease: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RawUpdate:
    """One inbox row: an update as Telegram sent it, unparsed, recorded before it is acknowledged.

    Updates of one `chat_id` are handled in order: the chat's id, else the user's, else 0. `payload` is JSON
    text.
    """

    update_id: int
    chat_id: int
    payload: str
    received_at: datetime
    attempts: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class SendRecord:
    """One message sent to a chat, kept because Telegram's rate limits count it."""

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
    """A message to send: Telegram HTML and rows of inline buttons. `photo`: a PNG, or Telegram's file id."""

    text: str
    buttons: tuple[tuple[Button, ...], ...] = ()
    silent: bool = False
    photo: bytes | str | None = None
    document: tuple[str, bytes] | None = None  # file name, content
    celebrates: bool = False  # with confetti, where the chat is private


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """Telegram accepted the message."""

    message_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Later:
    """Not sent; retry no earlier than `at`. Where it `counts`, the caller backs off and adds an attempt."""

    at: datetime
    reason: str
    counts: bool = True
    ambiguous: bool = False  # it may have been delivered nevertheless
    unreachable: bool = False  # no connection to Telegram: nothing can be sent to anybody
    refused: bool = False  # the bot currently may not write in this chat at all


@dataclass(frozen=True, slots=True, kw_only=True)
class Gone:
    """The bot can no longer write to this place (blocked, kicked, account deleted)."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """The group became a supergroup; `chat_id` is its new id."""

    chat_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicGone:
    """The topic is closed or deleted; the chat itself is fine."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """Telegram will never accept this message; it becomes a dead letter for the operator."""

    reason: str


Delivery = Sent | Later | Gone | Moved | TopicGone | Refused

StillWanted = Callable[[], Awaitable[bool]]  # asked when the turn of a message has come
