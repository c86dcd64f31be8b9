"""The simulated Telegram: its chats, the bot's update queue and profile, and people's actions."""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.sandbox.bus import Bus
from bot.sandbox.clock import SandboxClock
from bot.sandbox.telegram.html import detect_entities, plain_text
from bot.sandbox.telegram.limits import FloodLimiter, FloodRates
from bot.sandbox.telegram.profile import Profile
from bot.sandbox.telegram.updates import IssuedUpdate, UpdateQueue
from bot.sandbox.telegram.world import (
    ANONYMOUS,
    BOT_ID_DEFAULT,
    Query,
    SimulatedChat,
    SimulatedMessage,
    Topic,
    User,
    World,
)

_ADMINISTRATOR_RIGHTS = (
    "can_be_edited",
    "is_anonymous",
    "can_manage_chat",
    "can_delete_messages",
    "can_manage_video_chats",
    "can_restrict_members",
    "can_promote_members",
    "can_change_info",
    "can_invite_users",
    "can_post_stories",
    "can_edit_stories",
    "can_delete_stories",
    "can_pin_messages",
    "can_manage_topics",
)


class NotInSandbox(LookupError):
    """The control API named a chat, user, message or button that does not exist."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BotCall:
    """One call of the bot, for the ledger: `values` as received, the names of uploaded files."""

    method: str
    values: Mapping[str, object]
    uploads: tuple[str, ...]
    chat_id: int | None
    at: float
    code: int
    fault: str = ""
    description: str = ""


@dataclass(slots=True, kw_only=True)
class BotCallLog:
    """Every call the bot made, with counters per second and method."""

    entries: list[BotCall] = field(default_factory=list)
    per_second: Counter[int] = field(default_factory=Counter)

    def note(self, call: BotCall) -> None:
        self.entries.append(call)
        self.per_second[int(call.at)] += 1


class SimulatedTelegram:
    """The state, and the actions of people and of the server; the bot's calls are in methods.py."""

    def __init__(
        self, *, clock: SandboxClock, bus: Bus, token: str, username: str, rates: FloodRates
    ) -> None:
        self.clock = clock
        self.bus = bus
        self.token = token
        bot_id = token.partition(":")[0]
        bot = User(
            id=int(bot_id) if bot_id.isdigit() else BOT_ID_DEFAULT,
            first_name="Parcel bot",
            username=username,
            is_bot=True,
        )
        self.world = World(clock, bot)
        self.updates = UpdateQueue(clock=clock)
        self.limits = FloodLimiter(rates)
        self.profile = Profile()
        self.calls = BotCallLog()
        self.webhook: dict[str, object] = {}
        self.lacking: frozenset[str] = frozenset()  # of late.LATE: what this server is too old for
        self._user_ids = itertools.count(5_000_000_001)
        self._group_ids = itertools.count(4_000_001)

    # ── making the world ────────────────────────────────────────────────────────────────────────

    def add_user(
        self,
        first_name: str,
        *,
        language_code: str = "",
        user_id: int = 0,
        username: str = "",
        zone: str = "",
    ) -> User:
        user = User(
            id=user_id or next(number for number in self._user_ids if number not in self.world.users),
            zone=zone,
            first_name=first_name,
            language_code=language_code,
            username=username,
        )
        self.world.users[user.id] = user
        return user

    def add_private(self, user: User, *, started: bool = True) -> SimulatedChat:
        chat = SimulatedChat(id=user.id, type="private", user=user, started=started)
        return self._add(chat)

    def add_group(
        self,
        title: str,
        members: dict[int, str],
        *,
        supergroup: bool = True,
        forum: bool = False,
        chat_id: int = 0,
        bot_status: str = "member",
    ) -> SimulatedChat:
        """Make a group with the bot in it; the bot gets a membership update."""
        number = next(self._group_ids)
        supergroup = supergroup or forum
        chat = SimulatedChat(
            id=chat_id or (-1_000_000_000_000 - number if supergroup else -number),
            type="supergroup" if supergroup else "group",
            title=title,
            is_forum=forum,
            members=members,
            bot_status=bot_status,
        )
        self._add(chat)
        self.tell_membership(chat, self._somebody(chat), "left", bot_status)
        return chat

    def _add(self, chat: SimulatedChat) -> SimulatedChat:
        self.world.chats[chat.id] = chat
        self.bus.publish("chat", chat_id=chat.id)
        return chat

    def chat(self, chat_id: int) -> SimulatedChat:
        try:
            return self.world.chats[chat_id]
        except KeyError:
            raise NotInSandbox(f"no chat {chat_id}") from None

    def _somebody(self, chat: SimulatedChat, user_id: int = 0) -> User:
        if chat.user is not None:
            return chat.user
        chosen = user_id or next(iter(chat.members), 0)
        try:
            return self.world.users[chosen]
        except KeyError:
            raise NotInSandbox(f"no user {chosen} in chat {chat.id}") from None

    # ── what people do ──────────────────────────────────────────────────────────────────────────

    def say(
        self, chat_id: int, text: str, *, user_id: int = 0, thread_id: int = 0, reply_to: int = 0
    ) -> tuple[SimulatedMessage, IssuedUpdate | None]:
        """A person writes. The update is None if the bot does not get it (privacy mode in groups)."""
        chat = self.chat(chat_id)
        rich = detect_entities(plain_text(text))
        return self.post(chat, user_id, thread_id=thread_id, reply_to=reply_to, rich=rich, source=text)

    def post(
        self, chat: SimulatedChat, user_id: int, **facts: object
    ) -> tuple[SimulatedMessage, IssuedUpdate | None]:
        """A person's message of any kind; `facts` are fields of Message."""
        sender = self._somebody(chat, user_id)
        if sender.id in chat.anonymous:
            sender = ANONYMOUS
        message = self.world.put(chat, sender, **facts)
        if chat.is_private:
            chat.started = True
            if chat.blocked:
                self.set_blocked(chat, blocked=False)
        self.show(message)
        if not self._hears(chat, message):
            return message, None
        return message, self.updates.issue("message", self.world.to_api(message), chat.id)

    def edit(
        self, chat: SimulatedChat, message_id: int, text: str, *, after: int = 0
    ) -> tuple[SimulatedMessage, IssuedUpdate | None]:
        """A person corrects a message, `after` seconds since it was written."""
        message = chat.messages.get(message_id)
        if message is None or message.deleted:
            raise NotInSandbox(f"no message {message_id} in chat {chat.id}")
        message.edits.append({"text": message.rich.text, "at": int(self.clock.now())})
        message.rich, message.source = detect_entities(plain_text(text)), text
        message.edited = message.date + after
        self.show(message)
        if not self._hears(chat, message):
            return message, None
        return message, self.updates.issue("edited_message", self.world.to_api(message), chat.id)

    def _hears(self, chat: SimulatedChat, message: SimulatedMessage) -> bool:
        if chat.is_private:
            return True
        if chat.bot_status in {"left", "kicked"}:
            return False
        if chat.bot_status == "administrator" or message.service:
            return True
        replied = chat.messages.get(message.reply_to)
        if replied is not None and replied.sender.id == self.world.bot.id:
            return True
        text, name = message.rich.text, self.world.bot.username.lower()
        if f"@{name}" in text.lower():
            return True
        command = re.match(r"/\w+(@\w+)?", text)
        return command is not None and command[1] is None

    def press(self, chat_id: int, message_id: int, data: str, *, user_id: int = 0) -> Query:
        """A person presses a callback button; forged data is sent as it is, as a modified client could."""
        chat = self.chat(chat_id)
        message = chat.messages.get(message_id)
        if message is None:
            raise NotInSandbox(f"no message {message_id} in chat {chat_id}")
        query = Query(
            id=self.world.next_query_id(),
            chat_id=chat_id,
            message_id=message_id,
            user=self._somebody(chat, user_id),
            data=data,
            at=self.clock.now(),
        )
        self.world.queries[query.id] = query
        payload: dict[str, object] = {
            "id": query.id,
            "from": query.user.to_api(),
            "message": self._pressed(message),
            "chat_instance": str(abs(chat_id) * 31),
            "data": data,
        }
        self.updates.issue("callback_query", payload, chat_id)
        return query

    def _pressed(self, message: SimulatedMessage) -> dict[str, object]:
        if message.deleted:
            chat = self.world.chats[message.chat_id]
            return {"message_id": message.id, "chat": chat.to_api(), "date": 0}
        return self.world.to_api(message)

    # ── what happens to chats ───────────────────────────────────────────────────────────────────

    def set_blocked(self, chat: SimulatedChat, *, blocked: bool) -> None:
        if not chat.is_private or chat.blocked == blocked:
            return
        chat.blocked = blocked
        states = ("member", "kicked") if blocked else ("kicked", "member")
        self.tell_membership(chat, self._somebody(chat), *states)

    def set_bot_status(self, chat: SimulatedChat, status: str) -> None:
        """Kick, remove, add or promote the bot in a group."""
        if chat.is_private:
            raise NotInSandbox("a private chat has no members to change")
        before, chat.bot_status = chat.bot_status, status
        self.tell_membership(chat, self._somebody(chat), before, status)

    def tell_membership(self, chat: SimulatedChat, by: User, before: str, after: str) -> None:
        payload: dict[str, object] = {
            "chat": chat.to_api(),
            "from": by.to_api(),
            "date": int(self.clock.now()),
            "old_chat_member": self.membership(self.world.bot, before),
            "new_chat_member": self.membership(self.world.bot, after),
        }
        self.updates.issue("my_chat_member", payload, chat.id)
        self.bus.publish("chat", chat_id=chat.id)

    @staticmethod
    def membership(user: User, status: str) -> dict[str, object]:
        """A ChatMember object."""
        member: dict[str, object] = {"user": user.to_api(), "status": status}
        if status == "kicked":
            member["until_date"] = 0
        elif status == "creator":
            member["is_anonymous"] = False
        elif status == "administrator":
            member |= dict.fromkeys(_ADMINISTRATOR_RIGHTS, False) | {
                "can_manage_chat": True,
                "can_pin_messages": True,
                "can_delete_messages": True,
            }
        return member

    def upgrade(self, chat: SimulatedChat) -> SimulatedChat:
        """A basic group becomes a supergroup: service messages on both sides, the old one refuses sends."""
        if chat.type != "group":
            raise NotInSandbox(f"chat {chat.id} is no basic group")
        new = SimulatedChat(
            id=-1_000_000_000_000 - next(self._group_ids),
            type="supergroup",
            title=chat.title,
            members=chat.members,
            bot_status=chat.bot_status,
        )
        self._add(new)
        chat.migrated_to = new.id
        by = self._somebody(chat)
        self.post(chat, by.id, service={"migrate_to_chat_id": new.id})
        self.post(new, by.id, service={"migrate_from_chat_id": chat.id})
        self.bus.publish("chat", chat_id=chat.id)
        return new

    def add_topic(self, chat: SimulatedChat, name: str) -> Topic:
        if not chat.is_forum:
            raise NotInSandbox(f"chat {chat.id} is no forum")
        by = self._somebody(chat)
        opened = self.world.put(
            chat, by, service={"forum_topic_created": {"name": name, "icon_color": 7322096}}
        )
        opened.thread_id = opened.id
        topic = Topic(id=opened.id, name=name)
        chat.topics[topic.id] = topic
        self.show(opened)
        self.updates.issue("message", self.world.to_api(opened), chat.id)
        return topic

    # ── telling the page ────────────────────────────────────────────────────────────────────────

    def show(self, message: SimulatedMessage) -> None:
        if self.bus.heard:
            self.bus.publish("message", chat_id=message.chat_id, message=self.world.to_page(message))

    def describe(self, chat: SimulatedChat) -> dict[str, object]:
        """A chat as the page and the control API see it."""
        alive = [message for message in chat.messages.values() if not message.deleted]
        last = alive[-1] if alive else None
        return chat.to_api() | {
            "name": chat.user.first_name if chat.user else chat.title,
            "language_code": chat.user.language_code if chat.user else "",
            "zone": chat.user.zone if chat.user else "",
            "members": [
                user.to_api() | {"status": status, "zone": user.zone}
                for user_id, status in chat.members.items()
                if (user := self.world.users.get(user_id))
            ],
            "topics": [
                {"id": t.id, "name": t.name, "closed": t.closed}
                for t in chat.topics.values()
                if not t.deleted
            ],
            "bot_status": chat.bot_status,
            "blocked": chat.blocked,
            "deactivated": chat.deactivated,
            "migrated_to": chat.migrated_to,
            "count": len(alive),
            "last": self.world.to_page(last) if last else None,
        }
