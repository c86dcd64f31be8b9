"""The context of one update: chat, user and language, with the ways to answer."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from telegram import Chat as TelegramChat
from telegram import ChatMember, Update, User
from telegram import Message as TelegramMessage
from telegram.constants import ChatID
from telegram.error import BadRequest, EndPointNotFound, Forbidden, TelegramError

from bot.bounded import keep
from bot.chat.delivery import TelegramSender
from bot.chat.inbox import Postponed, Unanswerable
from bot.chat.telegram import TelegramBot
from bot.errors import TokenRevoked
from bot.i18n import Words, guess_language, guess_zone
from bot.merchant import Merchant
from bot.model import Chat, Follow, Gone, Later, Message, Moved, Place, Refused, Sent, Shop, TopicGone
from bot.tracking import Shown, Tracking
from bot.views import card, refusals, replies, settings, timeline
from bot.views.brand import words_for
from bot.views.replies import EntryPoint

_ADMINS = (ChatMember.OWNER, ChatMember.ADMINISTRATOR)
_GUESS_AGAIN = timedelta(minutes=10)
_RECENT = 256  # albums, and chats, of which is remembered what was answered
_HINT = 0.25  # seconds; the longest that an answer waits for the "typing" call before it


class ReplyFailed(Postponed):
    """The answer was not sent; the update is handled again later, which has no second effect."""


class Recent:
    """What was answered recently, in bounded memory; a restart may forget it.

    Of an album each picture is a message of its own, but the album gets one answer. A text that is not
    understood is answered with the orders, but not again and again.
    """

    def __init__(self) -> None:
        self._albums: dict[tuple[int, str], None] = {}
        self._guesses: dict[Place, datetime] = {}

    def has_album(self, chat_id: int, album: str | None) -> bool:
        """Whether a message of the album was answered."""
        return album is not None and (chat_id, album) in self._albums

    def add_album(self, chat_id: int, album: str | None) -> None:
        """Remember an answered album and forget the oldest ones."""
        if album is not None:
            keep(self._albums, (chat_id, album), None, _RECENT)

    def may_guess(self, place: Place, now: datetime) -> bool:
        """Whether a text that is not understood may be answered with the orders; remembers that it is."""
        before = self._guesses.get(place)
        if before is not None and before <= now < before + _GUESS_AGAIN:
            return False
        keep(self._guesses, place, now, _RECENT)
        return True


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    """What handlers can use."""

    bot: TelegramBot
    sender: TelegramSender
    tracking: Tracking
    merchant: Merchant
    now: Callable[[], datetime]
    shop: Callable[[str], Shop]
    default_language: str
    default_zone: str
    memory: Callable[[], int | None]  # what the process uses, in bytes
    public_url: str = ""  # where tracking pages are; empty: there are none
    recent: Recent = field(default_factory=Recent)

    def is_admin(self, chat_id: int) -> bool:
        """Whether this is an operator's chat."""
        return chat_id in self.tracking.policy.admins


@dataclass(slots=True, kw_only=True)
class ChatContext:
    """One update in one place.

    `speaks` is the language that Telegram says the user of a private chat speaks, if it is one of ours.

    `pressed` is the message whose button was pressed, `replied` the one that this message answers.
    """

    services: Services
    update: int
    chat: Chat
    user_id: int
    speaks: str = ""
    message_id: int | None = None
    pressed: int | None = None
    query_id: str = ""
    replied: TelegramMessage | None = None
    answered: bool = field(default=False)

    @property
    def place(self) -> Place:
        return self.chat.place

    @property
    def tracking(self) -> Tracking:
        return self.services.tracking

    @property
    def words(self) -> Words:
        return words_for(self.chat, self.shop, operator=self.is_admin)

    @property
    def shop(self) -> Shop:
        return self.services.shop(self.chat.language)

    @property
    def is_admin(self) -> bool:
        """Whether this is an operator's chat."""
        return self.services.is_admin(self.place.chat_id)

    @property
    def entry(self) -> EntryPoint:
        """How orders can be added in this chat."""
        access = "open" if self.is_admin else self.tracking.policy.access
        if access != "open":
            return EntryPoint.LINK if access == "link" else EntryPoint.TEAM
        return EntryPoint.COMMAND if self.place.is_group else EntryPoint.NUMBER

    # ── answering ───────────────────────────────────────────────────────────────────────────────

    async def say(self, message: Message, *, reply_to: int | None = None) -> int | None:
        """Send an answer; return its message id, or None if the bot can no longer write to the chat."""
        services, place = self.services, self.place
        outcome = await services.sender.deliver(place, message, reply_to=reply_to)
        match outcome:
            case Moved(chat_id=chat_id):
                await services.tracking.places.moved(place.chat_id, chat_id)
                self.chat = replace(self.chat, place=Place(chat_id, place.topic_id))
                outcome = await services.sender.deliver(self.place, message)
            case TopicGone():
                await services.tracking.places.topic_gone(place)
                self.chat = replace(self.chat, place=Place(place.chat_id))
                outcome = await services.sender.deliver(self.place, message)
            case _:
                pass
        match outcome:
            case Sent(message_id=message_id):
                return message_id
            case Gone():
                await services.tracking.places.left(place.chat_id)
                return None
            case Later(reason=reason, refused=True):
                raise Unanswerable(reason)
            case Later(reason=reason, at=at):
                raise ReplyFailed(reason, at)
            case Refused(reason=reason) | TopicGone(reason=reason):
                raise RuntimeError(f"Telegram refuses this answer: {reason}")  # a bug of ours: set aside
            case Moved():
                raise ReplyFailed("the group moved twice")

    async def show(self, message: Message) -> int | None:
        """Replace the message of the pressed button with the answer, or send a new one."""
        if self.pressed is None:
            return await self.say(message)
        match await self.services.sender.edit(self.place, self.pressed, message):
            case Sent(message_id=message_id):
                return message_id
            case Later(reason=reason, at=at, refused=False):
                raise ReplyFailed(reason, at)
            case _:
                return await self.say(message)

    async def toast(self, text: str = "", *, alert: bool = False) -> None:
        """Answer the button press, once; without a press, send the text as a message."""
        if not self.query_id:
            if text:
                await self.say(Message(text=text))
        elif not self.answered:
            self.answered = True
            await self.services.sender.answer(self.query_id, text, alert=alert)

    async def react(self, emoji: str) -> None:
        """React to the message; where that is not allowed, do nothing."""
        if self.message_id is None:
            return
        data = {
            "chat_id": self.place.chat_id,
            "message_id": self.message_id,
            "reaction": [{"type": "emoji", "emoji": emoji}],
        }
        with contextlib.suppress(TelegramError):
            await self.services.bot.call("setMessageReaction", data)

    @asynccontextmanager
    async def typing(self) -> AsyncIterator[None]:
        """Show "typing" while the body runs.

        A hint that arrives after the answer would stay for seconds, so one in flight is awaited for a moment:
        cancelling it would cost its connection. A failure is harmless.
        """
        hint = asyncio.create_task(self._hint(), name="typing")
        try:
            yield
            await asyncio.wait({hint}, timeout=_HINT)
        finally:
            hint.cancel()

    async def _hint(self) -> None:
        data: dict[str, object] = {"chat_id": self.place.chat_id, "action": "typing"}
        if self.place.topic_id:
            data["message_thread_id"] = self.place.topic_id
        try:
            await self.services.bot.call("sendChatAction", data)
        except (TelegramError, TokenRevoked):
            return  # the answer itself will meet the same error

    def card(self, shown: Shown) -> Message:
        """An order's card as this place sees it."""
        return card.card(
            self.words,
            shown.localized,
            shown.follow,
            now=self.services.now(),
            masked=self.place.is_group,
            silent_since=shown.silent_since,
            shop=self.shop,
        )

    async def show_timeline(self, shown: Shown, parcel: int, page: int, *, on_board: bool = False) -> None:
        """Put a page of the order's timeline in the pressed message's place."""
        await self.show(
            timeline.timeline(
                self.words,
                shown.localized,
                shown.follow,
                parcel=parcel,
                page=page,
                now=self.services.now(),
                on_board=on_board,
            )
        )

    async def say_card(self, shown: Shown) -> None:
        """Send the order's card; it becomes the living card. Under the first one, ask for the time."""
        await self.remember_card(shown, await self.say(self.card(shown)))
        chat = self.chat
        if chat.place.is_group or chat.zone_set or chat.zone_asked:
            return
        question = settings.ask_zone(self.words, self.services.now())
        if isinstance(await self.services.sender.deliver(chat.place, question), Sent):
            await self.change(zone_asked=True)  # else with the next card: this one is not sent again for it

    async def show_card(self, shown: Shown) -> None:
        """Replace the message of the pressed button with the order's card."""
        await self.remember_card(shown, await self.show(self.card(shown)))

    async def remember_card(self, shown: Shown, message_id: int | None) -> None:
        """Make this message the living card: pushes reply to it and edit it."""
        if shown.follow is None or message_id is None:
            return
        if message_id != shown.follow.card_message_id:
            await self.tracking.following.set_card(self.place, shown.order, message_id)
        else:
            await self.tracking.following.card_edited(self.place, shown.order)
        if shown.silent_since is not None:
            await self.tracking.outages.shown(self.place, shown.order.id, shown.silent_since)

    # ── asking ──────────────────────────────────────────────────────────────────────────────────

    async def change(self, **values: Any) -> None:
        """Change some of the chat's settings."""
        self.chat = await self.tracking.places.change(self.place, **values)

    async def expect(self, what: str) -> None:
        """Take the next plain message as the answer to a question (`rename:ID`); "" ends that."""
        if self.chat.awaiting != what:
            await self.change(awaiting=what)

    async def may_change(self) -> bool | None:
        """Whether the user may change things here: in groups only admins may; asked afresh each time.

        None if Telegram does not tell the bot. Raises passing errors: flood waits, no connection, 5xx.
        """
        anonymous = self.user_id in (self.place.chat_id, ChatID.ANONYMOUS_ADMIN)
        if not self.place.is_group or self.is_admin or anonymous:
            return True
        try:
            member = await self.services.bot.call(
                "getChatMember", {"chat_id": self.place.chat_id, "user_id": self.user_id}
            )
        except (BadRequest, Forbidden, EndPointNotFound):
            return await self._is_listed_admin()
        status = member.get("status") if isinstance(member, dict) else None
        if status in _ADMINS:
            return True
        if status in (ChatMember.MEMBER, ChatMember.RESTRICTED):
            return False
        return await self._is_listed_admin()  # not there, though they write here: an anonymous admin

    async def _is_listed_admin(self) -> bool | None:
        """Whether the group's list of admins has the user; None if the list tells nothing."""
        try:
            admins = await self.services.bot.call("getChatAdministrators", {"chat_id": self.place.chat_id})
        except (BadRequest, Forbidden, EndPointNotFound):
            return None
        listed = {_user_id(admin) for admin in admins} if isinstance(admins, list) else set()
        if self.user_id in listed:
            return True
        return False if self.services.bot.id in listed else None  # only admins see anonymous admins

    async def followed(self, order_id: str) -> Follow | None:
        """The follow that a press is about; answers an outdated or forged press."""
        follow = await self.tracking.following.get(self.place, order_id)
        if follow is None:
            await self.toast(replies.old_button(self.words), alert=True)
        return follow

    async def refuse_change(self) -> bool:
        """If the user may not change things, or that cannot be known, say so and return True."""
        may = await self.may_change()
        if may:
            return False
        refusal = refusals.make_me_admin if may is None else refusals.group_admins_only
        await self.toast(refusal(self.words), alert=True)
        return True


async def open_context(services: Services, update: Update) -> ChatContext | None:
    """Make the context of an update; None if it has no chat."""
    where, user = update.effective_chat, update.effective_user
    if where is None:
        return None
    message = update.effective_message
    in_topic = message is not None and getattr(message, "is_topic_message", False)
    topic = (getattr(message, "message_thread_id", None) or 0) if in_topic else 0
    place = Place(where.id, topic)
    speaks = guess_language(_language_code(where, user), "")
    language = speaks or services.default_language
    chat = await services.tracking.places.open(
        place, language=language, zone=guess_zone(language, services.default_zone)
    )
    anonymous = message is not None and message.sender_chat is not None and message.sender_chat.id == where.id
    query = update.callback_query
    return ChatContext(
        services=services,
        update=update.update_id,
        chat=chat,
        user_id=where.id if anonymous and query is None else user.id if user else 0,
        speaks=speaks,
        message_id=message.message_id if message is not None and query is None else None,
        pressed=message.message_id if message is not None and query is not None else None,
        query_id=query.id if query is not None else "",
        replied=message.reply_to_message if message is not None else None,
    )


def _user_id(member: object) -> object:
    user = member.get("user") if isinstance(member, dict) else None
    return user.get("id") if isinstance(user, dict) else None


def _language_code(where: TelegramChat, user: User | None) -> str | None:
    """The user's language code in a private chat; None in groups, which start in the shop's language."""
    return user.language_code if user is not None and where.type == TelegramChat.PRIVATE else None
