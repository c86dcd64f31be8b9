"""Sends messages through the Bot API and returns what became of each as a value; classifies refusals."""

from __future__ import annotations

import enum
import html
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from telegram import InputFile
from telegram.error import BadRequest, ChatMigrated, EndPointNotFound, Forbidden, TelegramError

from bot.bounded import keep
from bot.chat.limits import Priority
from bot.chat.telegram import Ambiguous, FloodWait, NotSent, TelegramBot, Turn, Withdrawn
from bot.errors import TokenRevoked
from bot.model import (
    Button,
    Delivery,
    Gone,
    Later,
    Message,
    Moved,
    Place,
    Refused,
    Sent,
    StillWanted,
    TopicGone,
)
from bot.views import split

CAPTION_LIMIT = 1024  # UTF-16 units under a picture or document
ANSWER_LIMIT = 200  # characters in the answer to a button press
GENERAL_TOPIC = 1  # the General topic: sending to it fails unless the topic id is left out

_STRANGE_RETRY = timedelta(seconds=30)
_STRIKES, _STRIKING = 3, timedelta(hours=16)  # a chat counts as gone if unknown this often over this long
_STRIKES_KEPT = 10_000
_SIMPLER_TRIES = 8
_TAG = re.compile(r"<[^>]*>")
_DATE_TAG = re.compile(r"</?tg-time[^>]*>")
_FOLDED, _QUOTE = "<blockquote expandable>", "<blockquote>"
# 🎉, one of the six effects that every bot may send; no method of the Bot API lists them.
_CONFETTI = "5046509860389126442"


class RefusalReason(enum.Enum):
    """Why Telegram refused a call: a problem of the chat, the topic or the message."""

    LEFT = "left"  # nothing can be sent to this chat until it lets the bot in again
    CHAT_UNKNOWN = "chat_unknown"
    TOPIC_GONE = "topic_gone"
    NO_RIGHTS = "no_rights"
    NOT_MODIFIED = "not_modified"
    EDIT_LOST = "edit_lost"
    REPLY_LOST = "reply_lost"
    PRESS_STALE = "press_stale"
    TOO_LONG = "too_long"
    BAD_MARKUP = "bad_markup"
    BAD_DATE = "bad_date"
    BAD_KEYBOARD = "bad_keyboard"
    BAD_MEDIA = "bad_media"
    STYLE_UNKNOWN = "style_unknown"
    EFFECT_UNKNOWN = "effect_unknown"
    FOLD_UNKNOWN = "fold_unknown"
    NEVER = "never"


# Features that the Bot API gained recently: a server that refuses one is not sent it again.
_LATE = frozenset({RefusalReason.STYLE_UNKNOWN, RefusalReason.EFFECT_UNKNOWN, RefusalReason.FOLD_UNKNOWN})


# Parts of the description, in lower case; the first match counts. Whole descriptions are not compared, since
# the library strips prefixes and changes case, and Telegram mixes sentences with CODES.
REFUSAL_REASONS: tuple[tuple[str, RefusalReason], ...] = (
    ("bot was blocked by the user", RefusalReason.LEFT),
    ("user is deactivated", RefusalReason.LEFT),
    ("user_is_blocked", RefusalReason.LEFT),
    ("user_deactivated", RefusalReason.LEFT),
    ("input_user_deactivated", RefusalReason.LEFT),
    ("bot can't initiate conversation", RefusalReason.LEFT),
    ("bot can't send messages to bots", RefusalReason.LEFT),
    ("bot was kicked", RefusalReason.LEFT),
    ("bot is not a member", RefusalReason.LEFT),
    ("group chat was deleted", RefusalReason.LEFT),
    ("group is deactivated", RefusalReason.LEFT),
    ("channel_private", RefusalReason.LEFT),
    ("channel_invalid", RefusalReason.LEFT),
    ("user_banned_in_channel", RefusalReason.LEFT),
    ("user not found", RefusalReason.LEFT),
    ("chat_write_forbidden", RefusalReason.NO_RIGHTS),
    ("chat_admin_required", RefusalReason.NO_RIGHTS),
    ("chat_restricted", RefusalReason.NO_RIGHTS),
    ("_forbidden", RefusalReason.NO_RIGHTS),
    ("not enough rights", RefusalReason.NO_RIGHTS),
    ("have no rights", RefusalReason.NO_RIGHTS),
    ("have no write access", RefusalReason.NO_RIGHTS),
    ("need administrator rights", RefusalReason.NO_RIGHTS),
    ("chat not found", RefusalReason.CHAT_UNKNOWN),
    ("peer_id_invalid", RefusalReason.CHAT_UNKNOWN),
    ("chat_id_invalid", RefusalReason.CHAT_UNKNOWN),
    ("chat_id is empty", RefusalReason.CHAT_UNKNOWN),
    ("message thread not found", RefusalReason.TOPIC_GONE),
    ("topic_closed", RefusalReason.TOPIC_GONE),
    ("topic_deleted", RefusalReason.TOPIC_GONE),
    ("topic_id_invalid", RefusalReason.TOPIC_GONE),
    ("topic is closed", RefusalReason.TOPIC_GONE),
    ("message is not modified", RefusalReason.NOT_MODIFIED),
    ("message_not_modified", RefusalReason.NOT_MODIFIED),
    ("message to edit not found", RefusalReason.EDIT_LOST),
    ("message can't be edited", RefusalReason.EDIT_LOST),
    ("message_edit_time_expired", RefusalReason.EDIT_LOST),
    ("message_author_required", RefusalReason.EDIT_LOST),
    ("message_id_invalid", RefusalReason.EDIT_LOST),
    ("there is no text in the message to edit", RefusalReason.EDIT_LOST),
    ("there is no caption in the message to edit", RefusalReason.EDIT_LOST),
    ("message to be replied not found", RefusalReason.REPLY_LOST),
    ("message to reply not found", RefusalReason.REPLY_LOST),
    ("reply message not found", RefusalReason.REPLY_LOST),
    ("replied message not found", RefusalReason.REPLY_LOST),
    ("query is too old", RefusalReason.PRESS_STALE),
    ("query id is invalid", RefusalReason.PRESS_STALE),
    ("query_id_invalid", RefusalReason.PRESS_STALE),
    ("style", RefusalReason.STYLE_UNKNOWN),  # before "keyboard", of which it is a part
    ("effect", RefusalReason.EFFECT_UNKNOWN),
    ("expandable", RefusalReason.FOLD_UNKNOWN),  # before "can't parse entities", too
    ("reply markup is too long", RefusalReason.BAD_KEYBOARD),
    ("reply_markup_too_long", RefusalReason.BAD_KEYBOARD),
    ("button_", RefusalReason.BAD_KEYBOARD),
    ("keyboard", RefusalReason.BAD_KEYBOARD),
    ("can't parse reply markup", RefusalReason.BAD_KEYBOARD),
    ("message is too long", RefusalReason.TOO_LONG),
    ("message_too_long", RefusalReason.TOO_LONG),
    ("caption is too long", RefusalReason.TOO_LONG),
    ("caption_too_long", RefusalReason.TOO_LONG),
    ("entity_date_invalid", RefusalReason.BAD_DATE),
    ("can't parse entities", RefusalReason.BAD_MARKUP),
    ("entity_bounds_invalid", RefusalReason.BAD_MARKUP),
    ("entities_too_long", RefusalReason.BAD_MARKUP),
    ("photo_", RefusalReason.BAD_MEDIA),
    ("image_process_failed", RefusalReason.BAD_MEDIA),
    ("wrong file", RefusalReason.BAD_MEDIA),
    ("failed to get http url content", RefusalReason.BAD_MEDIA),
    ("file is too big", RefusalReason.BAD_MEDIA),
    ("request entity too large", RefusalReason.BAD_MEDIA),
)


def refusal_reason(error: BadRequest | Forbidden) -> RefusalReason:
    """Classify a refusal by its description; an unknown 403 means LEFT, an unknown 400 means NEVER."""
    text = error.message.lower()
    for beginning, cause in REFUSAL_REASONS:
        if beginning in text:
            return cause
    return RefusalReason.LEFT if isinstance(error, Forbidden) else RefusalReason.NEVER


def strip_html(text: str) -> str:
    """Telegram HTML as the plain text that a reader sees, for markup that Telegram refused to parse."""
    return html.unescape(_TAG.sub("", text))


@dataclass(frozen=True, slots=True, kw_only=True)
class _OutgoingPart:
    """One Telegram message about to be sent, and how far it was simplified after refusals."""

    message: Message
    reply_to: int | None
    html: bool = True

    def simpler(self, cause: RefusalReason) -> _OutgoingPart | None:
        """The draft without the part that Telegram refuses; None if there is no such part."""
        match cause:
            case RefusalReason.BAD_MARKUP if self.html:
                return replace(self._with(text=strip_html(self.message.text)), html=False)
            case RefusalReason.BAD_DATE if "<tg-time" in self.message.text:
                return self._with(text=_DATE_TAG.sub("", self.message.text))
            case RefusalReason.FOLD_UNKNOWN if _FOLDED in self.message.text:
                return self._with(text=self.message.text.replace(_FOLDED, _QUOTE))
            case RefusalReason.STYLE_UNKNOWN if any(one.style for row in self.message.buttons for one in row):
                rows = (tuple(replace(one, style=None) for one in row) for row in self.message.buttons)
                return self._with(buttons=tuple(rows))
            case RefusalReason.EFFECT_UNKNOWN if self.message.celebrates:
                return self._with(celebrates=False)
            case RefusalReason.BAD_KEYBOARD if self.message.buttons:
                return self._with(buttons=())
            case RefusalReason.REPLY_LOST if self.reply_to is not None:
                return replace(self, reply_to=None)
            case RefusalReason.BAD_MEDIA | RefusalReason.NO_RIGHTS if (
                self.message.photo and self.message.text
            ):
                return self._with(photo=None)
            case _:
                return None

    def _with(self, **changes: Any) -> _OutgoingPart:
        return replace(self, message=replace(self.message, **changes))


class TelegramSender:
    """Sends and edits messages; returns the outcome of each.

    Sent: delivered (with several parts, the id of the last one). Later(at): try again; `counts` is False for
    flood waits and if nothing was tried, `ambiguous` is True if the message may have arrived, `unreachable`
    is True if no connection was made, `refused` is True if the bot may not write in this chat at present.
    Gone: blocked, kicked or deactivated; `reason` is Telegram's text. Moved(chat_id): move the chat's rows,
    then send again. TopicGone: send to General. Refused: never try again, a dead letter. Raises TokenRevoked
    if Telegram refuses the bot token: stop sending and keep the outbox.

    A chat that stays unknown to Telegram for 16 hours counts as Gone; this count is kept in memory. Repeating
    a message in several parts sends the earlier parts again. `on_simplified` is called each time a message
    had to be sent without a part that Telegram refused (a bug of ours, or an old server). Recent features
    that a server refused once (button colors, effects, expandable quotes) are not sent to it again.
    """

    def __init__(
        self,
        bot: TelegramBot,
        now: Callable[[], datetime],
        *,
        on_simplified: Callable[[RefusalReason], None] = lambda cause: None,
    ) -> None:
        self._bot = bot
        self._now = now
        self._on_simplified = on_simplified
        self._strikes: dict[int, tuple[int, datetime]] = {}  # by chat: how often unknown, since when
        self._unknown: set[RefusalReason] = set()  # recent features that this server refused

    async def deliver(
        self,
        place: Place,
        message: Message,
        *,
        reply_to: int | None = None,
        priority: Priority = Priority.REPLY,
        still_wanted: StillWanted | None = None,
    ) -> Delivery:
        """Send a message, in several parts if Telegram's limits require it.

        `still_wanted` is asked when its turn comes; if it is not, the outcome is Later(counts=False).
        """
        turn = Turn(priority=priority, still_wanted=still_wanted)
        outcome: Delivery = Refused(reason="message is empty")
        for part in split_message(message):
            outcome = await self._deliver_part(place, self._draft(part, reply_to), turn)
            if not isinstance(outcome, Sent):
                return outcome
            reply_to = None
        return outcome

    async def edit(
        self,
        place: Place,
        message_id: int,
        message: Message,
        *,
        priority: Priority = Priority.REPLY,
        still_wanted: StillWanted | None = None,
    ) -> Delivery:
        """Replace a message's text and buttons; `Sent` has another id if a new message had to be sent.

        That happens if the old one is gone or cannot be edited, or the new one has a picture or several
        parts.
        """
        if message.photo or message.document or len(split_message(message)) > 1:
            return await self.deliver(place, message, priority=priority, still_wanted=still_wanted)
        turn = Turn(priority=priority, still_wanted=still_wanted)
        draft: _OutgoingPart | None = self._draft(message)
        while draft is not None:
            data = {"chat_id": place.chat_id, "message_id": message_id} | _text(draft)
            try:
                await self._bot.call("editMessageText", data, turn=turn)
            except TelegramError as exc:
                cause = _reason_of(exc)
                if cause is RefusalReason.NOT_MODIFIED:
                    break
                if cause in (RefusalReason.EDIT_LOST, RefusalReason.TOO_LONG) or isinstance(
                    exc, EndPointNotFound
                ):
                    return await self.deliver(place, message, priority=priority, still_wanted=still_wanted)
                draft = self._simplify(draft, cause)
                if draft is None:
                    outcome = self._outcome(place, exc, cause)
                    # Repeating an edit is harmless, so it does not matter whether it arrived.
                    return replace(outcome, ambiguous=False) if isinstance(outcome, Later) else outcome
            else:
                break
        return Sent(message_id=message_id)

    async def answer(self, query_id: str, text: str = "", *, alert: bool = False, url: str = "") -> bool:
        """Answer a button press; False if it is too old or cannot be answered, which is harmless."""
        data: dict[str, Any] = {"callback_query_id": query_id}
        if text:
            data |= {"text": text[:ANSWER_LIMIT], "show_alert": alert}
        if url:
            data["url"] = url
        try:
            await self._bot.call("answerCallbackQuery", data)
        except TokenRevoked:
            raise
        except TelegramError:
            return False
        return True

    async def _deliver_part(self, place: Place, draft: _OutgoingPart, turn: Turn) -> Delivery:
        current = draft
        for _ in range(_SIMPLER_TRIES):
            try:
                return await self._send(place, current, turn)
            except TelegramError as exc:
                cause = _reason_of(exc)
                if cause is RefusalReason.TOO_LONG:
                    return await self._deliver_shorter(place, current, turn)
                simpler = self._simplify(current, cause)
                if simpler is None:
                    return self._outcome(place, exc, cause)
                current = simpler
        return Refused(reason="refused even in its simplest form")

    async def _deliver_shorter(self, place: Place, draft: _OutgoingPart, turn: Turn) -> Delivery:
        """Telegram counts more characters than we do: send it in halves, as plain text, until it fits."""
        text = strip_html(draft.message.text) if draft.html else draft.message.text
        size = len(text) // 2
        if size < 100:
            return Refused(reason="message is too long")
        self._on_simplified(RefusalReason.TOO_LONG)
        escaped = replace(draft.message, text=html.escape(text, quote=False))
        outcome: Delivery = Refused(reason="message is too long")
        for part in split.messages(escaped, size):
            outcome = await self._deliver_part(place, self._draft(part, draft.reply_to), turn)
            if not isinstance(outcome, Sent):
                return outcome
        return outcome

    def _draft(self, message: Message, reply_to: int | None = None) -> _OutgoingPart:
        """The message without recent features that this server refused."""
        draft = _OutgoingPart(message=message, reply_to=reply_to)
        for cause in self._unknown:
            draft = draft.simpler(cause) or draft
        return draft

    def _simplify(self, draft: _OutgoingPart, cause: RefusalReason | None) -> _OutgoingPart | None:
        simpler = draft.simpler(cause) if cause is not None else None
        if simpler is not None and cause is not None:
            self._on_simplified(cause)
            self._unknown |= _LATE & {cause}
        return simpler

    async def _send(self, place: Place, draft: _OutgoingPart, turn: Turn) -> Delivery:
        method, content = _content(draft)
        result = await self._bot.call(method, _address(place, draft) | content, turn=turn)
        self._strikes.pop(place.chat_id, None)
        message_id = result.get("message_id") if isinstance(result, dict) else None
        if not isinstance(message_id, int):
            raise Ambiguous("Telegram's answer names no message")
        return Sent(message_id=message_id)

    def _outcome(self, place: Place, error: TelegramError, cause: RefusalReason | None) -> Delivery:
        now = self._now()
        match error:
            case TokenRevoked():
                raise error
            case ChatMigrated():
                return Moved(chat_id=error.new_chat_id)
            case FloodWait():
                return Later(at=now + timedelta(seconds=error.seconds), reason="flood wait", counts=False)
            case Withdrawn():
                return Later(at=now, reason="no longer wanted", counts=False)
            case NotSent():
                return Later(at=now, reason=error.message, counts=False, unreachable=True)
            case EndPointNotFound():  # not a Bot API server is answering; it may come back
                return Later(at=now + _STRANGE_RETRY, reason=error.message)
            case BadRequest() | Forbidden():
                return self._refusal(place, error.message, cause or refusal_reason(error), now)
            case _:  # sent, but no readable answer: a time-out, reset, 5xx or garbage
                return Later(at=now, reason=error.message, ambiguous=True)

    def _refusal(self, place: Place, reason: str, cause: RefusalReason, now: datetime) -> Delivery:
        match cause:
            case RefusalReason.LEFT:
                return Gone(reason=reason)
            case RefusalReason.CHAT_UNKNOWN:
                return self._strike(place.chat_id, reason, now)
            case RefusalReason.TOPIC_GONE if place.topic_id:
                return TopicGone(reason=reason)
            case RefusalReason.NO_RIGHTS | RefusalReason.TOPIC_GONE:
                return Later(at=now, reason=reason, refused=True)
            case _:
                return Refused(reason=reason)

    def _strike(self, chat_id: int, reason: str, now: datetime) -> Delivery:
        strikes, since = self._strikes.pop(chat_id, (0, now))
        if strikes + 1 >= _STRIKES and now - since >= _STRIKING:
            return Gone(reason=reason)
        keep(self._strikes, chat_id, (strikes + 1, since), _STRIKES_KEPT)
        return Later(at=now, reason=reason, refused=True)


def split_message(message: Message) -> tuple[Message, ...]:
    """The Telegram messages that make up one message; a text too long for a caption is sent first."""
    if not (message.photo or message.document) or split.length(message.text) <= CAPTION_LIMIT:
        return split.messages(message)
    bare = replace(message, text="", buttons=())
    return (*split.messages(replace(message, photo=None, document=None)), bare)


def _reason_of(error: TelegramError) -> RefusalReason | None:
    match error:
        case BadRequest() | Forbidden():  # not by NetworkError, which is a base class of BadRequest
            return refusal_reason(error)
        case EndPointNotFound():  # a server without sendPhoto may still take the text
            return RefusalReason.BAD_MEDIA
        case _:
            return None


def _address(place: Place, draft: _OutgoingPart) -> dict[str, Any]:
    data: dict[str, Any] = {"chat_id": place.chat_id}
    if place.topic_id and place.topic_id != GENERAL_TOPIC:
        data["message_thread_id"] = place.topic_id
    if draft.message.silent:
        data["disable_notification"] = True
    if draft.reply_to is not None:
        data["reply_parameters"] = {"message_id": draft.reply_to, "allow_sending_without_reply": True}
    if draft.message.celebrates and not place.is_group:
        data["message_effect_id"] = _CONFETTI
    return data


def _content(draft: _OutgoingPart) -> tuple[str, dict[str, Any]]:
    """The method and content of the call that sends a draft."""
    message = draft.message
    if message.photo:
        photo = message.photo
        file = photo if isinstance(photo, str) else InputFile(photo, filename="picture.png")
        return "sendPhoto", _caption(draft) | {"photo": file}
    if message.document:
        name, content = message.document
        return "sendDocument", _caption(draft) | {"document": InputFile(content, filename=name)}
    return "sendMessage", _text(draft)


def _text(draft: _OutgoingPart) -> dict[str, Any]:
    return {"text": draft.message.text, "link_preview_options": {"is_disabled": True}} | _shape(draft)


def _caption(draft: _OutgoingPart) -> dict[str, Any]:
    return ({"caption": draft.message.text} if draft.message.text else {}) | _shape(draft)


def _shape(draft: _OutgoingPart) -> dict[str, Any]:
    data: dict[str, Any] = {"parse_mode": "HTML"} if draft.html else {}
    if draft.message.buttons:
        rows = [[_button(button) for button in row] for row in draft.message.buttons]
        data["reply_markup"] = {"inline_keyboard": rows}
    return data


def _button(button: Button) -> dict[str, Any]:
    style = {} if button.style is None else {"style": button.style.value}
    if button.url:
        return {"text": button.text, "url": button.url} | style
    if button.copy:
        return {"text": button.text, "copy_text": {"text": button.copy}} | style
    return {"text": button.text, "callback_data": button.data} | style
