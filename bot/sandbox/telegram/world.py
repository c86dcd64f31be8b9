"""People, chats, topics and messages of the simulated Telegram."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field

from bot.sandbox.clock import SandboxClock
from bot.sandbox.telegram.html import Entity, Rich
from bot.sandbox.telegram.late import EFFECTS
from bot.sandbox.telegram.markup import Keyboard

BOT_ID_DEFAULT = 700000001


@dataclass(slots=True, kw_only=True)
class User:
    """A person or the bot."""

    id: int
    first_name: str
    username: str = ""
    language_code: str = ""
    zone: str = ""  # of their phone, for the chat page; Telegram tells bots nothing of it
    is_bot: bool = False

    def to_api(self) -> dict[str, object]:
        answer: dict[str, object] = {"id": self.id, "is_bot": self.is_bot, "first_name": self.first_name}
        if self.username:
            answer["username"] = self.username
        if self.language_code:
            answer["language_code"] = self.language_code
        return answer


@dataclass(slots=True, kw_only=True)
class Topic:
    """A forum topic; its id is that of the message that opened it."""

    id: int
    name: str
    closed: bool = False
    deleted: bool = False


@dataclass(slots=True, kw_only=True)
class StoredFile:
    """A file in a message. `path` is what getFile answers."""

    id: str
    name: str
    mime: str
    data: bytes
    path: str
    width: int = 0
    height: int = 0


@dataclass(slots=True, kw_only=True)
class SimulatedMessage:
    """One message, with the history of its edits."""

    id: int
    chat_id: int
    sender: User
    date: int
    thread_id: int = 0
    rich: Rich = field(default_factory=lambda: Rich(text=""))
    source: str = ""  # the text as sent, markup and all
    keyboard: Keyboard | None = None
    reply_to: int = 0
    silent: bool = False
    effect: str = ""  # id of the effect that it arrives with
    photo: StoredFile | None = None
    document: StoredFile | None = None
    location: tuple[float, float] | None = None
    service: dict[str, object] = field(default_factory=dict)
    edited: int = 0
    edits: list[dict[str, object]] = field(default_factory=list)
    deleted: bool = False
    pinned: bool = False
    reaction: str = ""

    @property
    def has_media(self) -> bool:
        return self.photo is not None or self.document is not None


ANONYMOUS = User(id=1087968824, first_name="Group", is_bot=True, username="GroupAnonymousBot")


@dataclass(slots=True, kw_only=True)
class SimulatedChat:
    """A chat as the bot may meet it. `members` maps user ids to creator, administrator, member or left.

    `anonymous` are admins who write as the group, and whom only other admins see.
    """

    id: int
    type: str
    title: str = ""
    user: User | None = None
    is_forum: bool = False
    members: dict[int, str] = field(default_factory=dict)
    anonymous: set[int] = field(default_factory=set)
    topics: dict[int, Topic] = field(default_factory=dict)
    messages: dict[int, SimulatedMessage] = field(default_factory=dict)
    bot_status: str = "member"
    started: bool = True
    blocked: bool = False
    deactivated: bool = False
    muted: bool = False  # the bot may not write here
    migrated_to: int = 0

    @property
    def is_private(self) -> bool:
        return self.type == "private"

    def to_api(self) -> dict[str, object]:
        if self.user is not None:
            private = {"id": self.id, "type": self.type, "first_name": self.user.first_name}
            return private | ({"username": self.user.username} if self.user.username else {})
        group: dict[str, object] = {"id": self.id, "type": self.type, "title": self.title}
        return group | ({"is_forum": True} if self.is_forum else {})


@dataclass(slots=True, kw_only=True)
class Query:
    """A pressed button waiting for its answer."""

    id: str
    chat_id: int
    message_id: int
    user: User
    data: str
    at: float
    answer: dict[str, object] | None = None


class World:
    """Everything that exists in this Telegram."""

    def __init__(self, clock: SandboxClock, bot: User) -> None:
        self.clock = clock
        self.bot = bot
        self.users: dict[int, User] = {}
        self.chats: dict[int, SimulatedChat] = {}
        self.queries: dict[str, Query] = {}
        self.files: dict[str, StoredFile] = {}
        self.sent: list[SimulatedMessage] = []  # everything the bot was allowed to send, in order
        # Private chats and basic groups share one row of message ids, each supergroup has its own.
        self._shared_ids = itertools.count(101)
        self._own_ids: dict[int, itertools.count[int]] = {}
        self._file_ids = itertools.count(1)
        self._query_ids = itertools.count(4_500_000_000_001)

    def next_message_id(self, chat: SimulatedChat) -> int:
        if chat.type != "supergroup":
            return next(self._shared_ids)
        return next(self._own_ids.setdefault(chat.id, itertools.count(2)))

    def next_query_id(self) -> str:
        return str(next(self._query_ids))

    def put(self, chat: SimulatedChat, sender: User, **facts: object) -> SimulatedMessage:
        """A new message at the present time; `facts` are fields of Message."""
        message = SimulatedMessage(
            id=self.next_message_id(chat),
            chat_id=chat.id,
            sender=sender,
            date=int(self.clock.now()),
            **facts,  # type: ignore[arg-type]  # named fields passed through unchanged
        )
        chat.messages[message.id] = message
        if sender.id == self.bot.id:
            self.sent.append(message)
        return message

    def keep_file(self, name: str, mime: str, data: bytes, folder: str) -> StoredFile:
        number = next(self._file_ids)
        size = _png_size(data)
        file = StoredFile(
            id=f"AgACAgIAAxkSANDBOX{number:08d}",
            name=name,
            mime=mime,
            data=data,
            path=f"{folder}/file_{number}{_suffix(name)}",
            width=size[0],
            height=size[1],
        )
        self.files[file.id] = file
        return file

    def member(self, chat: SimulatedChat, user_id: int) -> str:
        """A user's standing in a chat, empty if unknown."""
        if user_id == self.bot.id:
            return chat.bot_status
        if chat.user is not None and chat.user.id == user_id:
            return "member"
        if user_id in chat.anonymous and chat.bot_status != "administrator":
            return ""
        return chat.members.get(user_id, "")

    # ── what the API and the page say of a message ──────────────────────────────────────────────

    def to_api(self, message: SimulatedMessage, *, nested: bool = True) -> dict[str, object]:
        chat = self.chats[message.chat_id]
        answer: dict[str, object] = {
            "message_id": message.id,
            "from": message.sender.to_api(),
            "chat": chat.to_api(),
            "date": message.date,
            **message.service,
        }
        if message.sender is ANONYMOUS:
            answer["sender_chat"] = chat.to_api()
        if message.thread_id:
            answer |= {"message_thread_id": message.thread_id, "is_topic_message": True}
        if message.edited:
            answer["edit_date"] = message.edited
        if message.effect:
            answer["effect_id"] = message.effect
        answer |= _content(message)
        if nested and message.reply_to in chat.messages:
            answer["reply_to_message"] = self.to_api(chat.messages[message.reply_to], nested=False)
        if message.keyboard:
            answer["reply_markup"] = {"inline_keyboard": message.keyboard}
        return answer

    def to_page(self, message: SimulatedMessage) -> dict[str, object]:
        """The same for the chat page and the control API: flat, with addresses of files."""
        chat = self.chats[message.chat_id]
        quoted = chat.messages.get(message.reply_to)
        return {
            "id": message.id,
            "chat_id": message.chat_id,
            "thread_id": message.thread_id,
            "user_id": message.sender.id,
            "name": message.sender.first_name,
            "is_bot": message.sender.is_bot,
            "date": message.date,
            "edited": message.edited,
            "edits": message.edits,
            "text": message.rich.text,
            "entities": list(message.rich.entities),
            "html": message.source,
            "buttons": message.keyboard or [],
            "reply_to": message.reply_to,
            "quote": quoted.rich.text[:120] if quoted else "",
            "silent": message.silent,
            "effect": EFFECTS.get(message.effect, ""),
            "photo": _file_view(message.photo),
            "document": _file_view(message.document),
            "location": message.location,
            "service": message.service,
            "deleted": message.deleted,
            "pinned": message.pinned,
            "reaction": message.reaction,
        }


def _content(message: SimulatedMessage) -> dict[str, object]:
    entities: list[Entity] = list(message.rich.entities)
    answer: dict[str, object] = {}
    prefix = "caption" if message.has_media else "text"
    if message.rich.text:
        answer[prefix] = message.rich.text
        if entities:
            answer["caption_entities" if message.has_media else "entities"] = entities
    if message.photo:
        answer["photo"] = [_file_api(message.photo) | _size(message.photo)]
    if message.document:
        answer["document"] = _file_api(message.document) | {
            "file_name": message.document.name,
            "mime_type": message.document.mime,
        }
    if message.location:
        answer["location"] = {"latitude": message.location[0], "longitude": message.location[1]}
    return answer


def _file_api(file: StoredFile) -> dict[str, object]:
    return {"file_id": file.id, "file_unique_id": file.id[-12:], "file_size": len(file.data)}


def _size(file: StoredFile) -> dict[str, object]:
    return {"width": file.width, "height": file.height}


def _file_view(file: StoredFile | None) -> dict[str, object] | None:
    if file is None:
        return None
    return {"id": file.id, "name": file.name, "mime": file.mime, "size": len(file.data)} | _size(file)


def _png_size(data: bytes) -> tuple[int, int]:
    if data[:8] == b"\x89PNG\r\n\x1a\n" and len(data) >= 24:
        return int.from_bytes(data[16:20]), int.from_bytes(data[20:24])
    return 0, 0


def _suffix(name: str) -> str:
    dot = name.rfind(".")
    return name[dot:] if dot > 0 else ""
