"""Messages out into Telegram: one call in, one outcome value back, each refusal by its meaning."""

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

from bot.chat.limits import Priority
from bot.chat.telegram import Ambiguous, FloodWait, NotSent, TelegramBot
from bot.errors import TokenRevoked
from bot.model import Button, Delivery, Gone, Later, Message, Moved, Place, Refused, Sent, TopicGone
from bot.views import split

CAPTION_LIMIT = 1024  # UTF-16 units under a picture or document
ANSWER_LIMIT = 200  # characters of the answer to a button press
GENERAL_TOPIC = 1  # sending to it needs no topic id at all, and fails with one

_STRANGE_RETRY = timedelta(seconds=30)
_STRIKES, _STRIKING = 3, timedelta(hours=16)  # an unknown chat is gone after so many tries in so long a time
_STRIKES_KEPT = 10_000
_SIMPLER_TRIES = 8
_TAG = re.compile(r"<[^>]*>")
_DATE_TAG = re.compile(r"</?tg-time[^>]*>")
_FOLDED, _QUOTE = "<blockquote expandable>", "<blockquote>"
# 🎉, one of the six effects that every bot may send; no method of the Bot API lists them.
_CONFETTI = "5046509860389126442"


class RefusalReason(enum.Enum):
    """What a refusal says about the chat, the topic or the message."""

    LEFT = "left"  # nothing can be sent to this chat until it comes back
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


# What came late to the Bot API: a server that refuses one of them once is not sent it again.
_LATE = frozenset({RefusalReason.STYLE_UNKNOWN, RefusalReason.EFFECT_UNKNOWN, RefusalReason.FOLD_UNKNOWN})


# Beginnings of sense within the description, lower case; the first that fits counts. The library strips
# prefixes and changes case, and Telegram mixes sentences with CODES, so nothing is compared as a whole.
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
    """What a refusal means, by its description. An unknown 403 is a chat left, an unknown 400 is final."""
    text = error.message.lower()
    for beginning, sense in REFUSAL_REASONS:
        if beginning in text:
            return sense
    return RefusalReason.LEFT if isinstance(error, Forbidden) else RefusalReason.NEVER


def strip_html(text: str) -> str:
    """Telegram HTML as the bare words a reader would see; made for markup that Telegram could not read."""
    return html.unescape(_TAG.sub("", text))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Draft:
    """One Telegram message about to be sent, and how far it was simplified after refusals."""

    message: Message
    reply_to: int | None
    html: bool = True

    def simpler(self, sense: RefusalReason) -> _Draft | None:
        """The same with the part left out that Telegram refuses; None where nothing is left to leave out."""
        match sense:
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

    def _with(self, **changes: Any) -> _Draft:
        return replace(self, message=replace(self.message, **changes))


class TelegramSender:
    """Delivers messages and says what became of them.

    Outcomes: Sent (of several parts: the last one's id) · Later(at) with `counts` False for flood waits and
    where nothing was tried, `ambiguous` True where it may have arrived, `unreachable` True where surely
    nothing left, `refused` True where the chat lets the bot write nothing at present · Gone (blocked, kicked,
    deactivated: `reason` is Telegram's text) · Moved(chat_id): move every row, then send again · TopicGone:
    send to General once · Refused: never, a dead letter. Raises TokenRevoked when Telegram refuses the bot
    token: stop sending, keep the outbox.

    A chat that stays unknown to Telegram for 16 hours counts as Gone; the strikes are kept in memory. Of a
    message in several parts a repeat sends the earlier parts again. `on_simplified` is told each time a
    refused message had to be sent with less than it held (a bug of ours, or an old server: count it). What
    the server does not know (button colors, effects, folding quotes) it is not sent again.
    """

    def __init__(
        self,
        bot: TelegramBot,
        now: Callable[[], datetime],
        *,
        on_simplified: Callable[[RefusalReason], None] = lambda sense: None,
    ) -> None:
        self._bot = bot
        self._now = now
        self._on_simplified = on_simplified
        self._strikes: dict[int, tuple[int, datetime]] = {}  # how many, since when
        self._unknown: set[RefusalReason] = set()  # what this server refused once

    async def deliver(
        self,
        place: Place,
        message: Message,
        *,
        reply_to: int | None = None,
        priority: Priority = Priority.REPLY,
    ) -> Delivery:
        """Send a message, in several parts where Telegram's limits ask for it."""
        outcome: Delivery = Refused(reason="message is empty")
        for part in split_message(message):
            outcome = await self._deliver_part(place, self._draft(part, reply_to), priority)
            if not isinstance(outcome, Sent):
                return outcome
            reply_to = None
        return outcome

    async def edit(
        self, place: Place, message_id: int, message: Message, *, priority: Priority = Priority.REPLY
    ) -> Delivery:
        """Replace a message's text and buttons; `Sent` with another id where a new one had to be sent.

        That is so for messages that are gone, cannot be edited or hold a picture, and for texts of several
        parts.
        """
        if message.photo or message.document or len(split_message(message)) > 1:
            return await self.deliver(place, message, priority=priority)
        draft: _Draft | None = self._draft(message)
        while draft is not None:
            data = {"chat_id": place.chat_id, "message_id": message_id} | _text(draft)
            try:
                await self._bot.call("editMessageText", data, priority=priority)
            except TelegramError as exc:
                sense = _sense(exc)
                if sense is RefusalReason.NOT_MODIFIED:
                    break
                if sense in (RefusalReason.EDIT_LOST, RefusalReason.TOO_LONG) or isinstance(
                    exc, EndPointNotFound
                ):
                    return await self.deliver(place, message, priority=priority)
                draft = self._simplify(draft, sense)
                if draft is None:
                    outcome = self._outcome(place, exc, sense)
                    # An edit can be repeated without harm: whether it arrived does not matter.
                    return replace(outcome, ambiguous=False) if isinstance(outcome, Later) else outcome
            else:
                break
        return Sent(message_id=message_id)

    async def answer(self, query_id: str, text: str = "", *, alert: bool = False, url: str = "") -> bool:
        """Answer a button press; False where it came too late or could not be answered: harmless."""
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

    async def _deliver_part(self, place: Place, draft: _Draft, priority: Priority) -> Delivery:
        current = draft
        for _ in range(_SIMPLER_TRIES):
            try:
                return await self._send(place, current, priority)
            except TelegramError as exc:
                sense = _sense(exc)
                if sense is RefusalReason.TOO_LONG:
                    return await self._deliver_shorter(place, current, priority)
                simpler = self._simplify(current, sense)
                if simpler is None:
                    return self._outcome(place, exc, sense)
                current = simpler
        return Refused(reason="still refused after everything was left out")

    async def _deliver_shorter(self, place: Place, draft: _Draft, priority: Priority) -> Delivery:
        """Telegram counted more than we did: halve, as plain text, until it fits."""
        text = strip_html(draft.message.text) if draft.html else draft.message.text
        size = len(text) // 2
        if size < 100:
            return Refused(reason="message is too long")
        self._on_simplified(RefusalReason.TOO_LONG)
        escaped = replace(draft.message, text=html.escape(text, quote=False))
        outcome: Delivery = Refused(reason="message is too long")
        for part in split.messages(escaped, size):
            outcome = await self._deliver_part(place, self._draft(part, draft.reply_to), priority)
            if not isinstance(outcome, Sent):
                return outcome
        return outcome

    def _draft(self, message: Message, reply_to: int | None = None) -> _Draft:
        """The message without what this server does not know."""
        draft = _Draft(message=message, reply_to=reply_to)
        for sense in self._unknown:
            draft = draft.simpler(sense) or draft
        return draft

    def _simplify(self, draft: _Draft, sense: RefusalReason | None) -> _Draft | None:
        simpler = draft.simpler(sense) if sense is not None else None
        if simpler is not None and sense is not None:
            self._on_simplified(sense)
            self._unknown |= _LATE & {sense}
        return simpler

    async def _send(self, place: Place, draft: _Draft, priority: Priority) -> Delivery:
        method, content = _content(draft)
        result = await self._bot.call(method, _address(place, draft) | content, priority=priority)
        self._strikes.pop(place.chat_id, None)
        message_id = result.get("message_id") if isinstance(result, dict) else None
        if not isinstance(message_id, int):
            raise Ambiguous("Telegram's answer names no message")
        return Sent(message_id=message_id)

    def _outcome(self, place: Place, error: TelegramError, sense: RefusalReason | None) -> Delivery:
        now = self._now()
        match error:
            case TokenRevoked():
                raise error
            case ChatMigrated():
                return Moved(chat_id=error.new_chat_id)
            case FloodWait():
                return Later(at=now + timedelta(seconds=error.seconds), reason="flood wait", counts=False)
            case NotSent():
                return Later(at=now, reason=error.message, counts=False, unreachable=True)
            case EndPointNotFound():  # something else than a Bot API answers: it may come back
                return Later(at=now + _STRANGE_RETRY, reason=error.message)
            case BadRequest() | Forbidden():
                return self._refusal(place, error.message, sense or refusal_reason(error), now)
            case _:  # written, and no readable answer: time-outs, resets, 5xx, garbage
                return Later(at=now, reason=error.message, ambiguous=True)

    def _refusal(self, place: Place, reason: str, sense: RefusalReason, now: datetime) -> Delivery:
        match sense:
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
        self._strikes[chat_id] = strikes + 1, since
        while len(self._strikes) > _STRIKES_KEPT:
            del self._strikes[next(iter(self._strikes))]
        return Later(at=now, reason=reason, refused=True)


def split_message(message: Message) -> tuple[Message, ...]:
    """The Telegram messages that one message becomes; a text too long for a caption goes before it."""
    if not (message.photo or message.document) or split.length(message.text) <= CAPTION_LIMIT:
        return split.messages(message)
    bare = replace(message, text="", buttons=())
    return (*split.messages(replace(message, photo=None, document=None)), bare)


def _sense(error: TelegramError) -> RefusalReason | None:
    match error:
        case BadRequest() | Forbidden():  # never by NetworkError: BadRequest is one of its kinds
            return refusal_reason(error)
        case EndPointNotFound():  # a server without sendPhoto may still take the text
            return RefusalReason.BAD_MEDIA
        case _:
            return None


def _address(place: Place, draft: _Draft) -> dict[str, Any]:
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


def _content(draft: _Draft) -> tuple[str, dict[str, Any]]:
    """Method and content of the call that sends a draft."""
    message = draft.message
    if message.photo:
        return "sendPhoto", _caption(draft) | {"photo": InputFile(message.photo, filename="picture.png")}
    if message.document:
        name, content = message.document
        return "sendDocument", _caption(draft) | {"document": InputFile(content, filename=name)}
    return "sendMessage", _text(draft)


def _text(draft: _Draft) -> dict[str, Any]:
    return {"text": draft.message.text, "link_preview_options": {"is_disabled": True}} | _shape(draft)


def _caption(draft: _Draft) -> dict[str, Any]:
    return ({"caption": draft.message.text} if draft.message.text else {}) | _shape(draft)


def _shape(draft: _Draft) -> dict[str, Any]:
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
