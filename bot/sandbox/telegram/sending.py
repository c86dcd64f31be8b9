"""The Bot API methods that send, edit and delete messages."""

from __future__ import annotations

from bot.sandbox.parameters import Parameters, Upload
from bot.sandbox.telegram import html, late
from bot.sandbox.telegram.access import admit, own_message, reachable, writable
from bot.sandbox.telegram.html import Rich
from bot.sandbox.telegram.markup import keyboard
from bot.sandbox.telegram.refusal import bad_request
from bot.sandbox.telegram.service import SimulatedTelegram
from bot.sandbox.telegram.world import SimulatedChat, SimulatedMessage, StoredFile

_TEXT_UNITS = 4096
_CAPTION_UNITS = 1024
_DELETE_SECONDS = 48 * 3600
_NOT_MODIFIED = (
    "message is not modified: specified new message content and reply markup are exactly the same "
    "as a current content and reply markup of the message"
)


def _rich(p: Parameters, name: str, entities: str) -> Rich:
    source = p.text(name)
    mode = p.text("parse_mode").lower()
    if mode not in ("", "html"):
        raise bad_request("unsupported parse_mode")  # the real server has Markdown too; nobody here needs it
    try:
        if mode == "html":
            return html.detect_entities(html.parse_html(source))
        given = p.sequence(entities) or []
        return html.detect_entities(
            html.plain_text(source, [entity for entity in given if isinstance(entity, dict)])
        )
    except html.BadMarkup as exc:
        raise bad_request(f"can't parse entities: {exc}") from exc
    except KeyError as exc:
        raise bad_request("can't parse entities: Can't find field") from exc


def _text(p: Parameters) -> Rich:
    rich = _rich(p, "text", "entities")
    if not rich.text:
        raise bad_request("message text is empty")
    if html.units(rich.text) > _TEXT_UNITS:
        raise bad_request("message is too long")
    return rich


def _caption(p: Parameters) -> Rich:
    rich = _rich(p, "caption", "caption_entities")
    if html.units(rich.text) > _CAPTION_UNITS:
        raise bad_request("message caption is too long")
    return rich


def _reply_to(chat: SimulatedChat, p: Parameters) -> int:
    reply = p.mapping("reply_parameters")
    asked = reply.get("message_id", p.integer("reply_to_message_id", 0))
    if not asked:
        return 0
    known = chat.messages.get(asked) if isinstance(asked, int) else None
    if known is not None and not known.deleted:
        return known.id
    if reply.get("allow_sending_without_reply") is True or p.flag("allow_sending_without_reply"):
        return 0
    raise bad_request("message to be replied not found")


def _send(tg: SimulatedTelegram, p: Parameters, what: str, **content: object) -> dict[str, object]:
    chat, thread_id = writable(tg, p, what)
    late.check(tg.lacking, p)
    buttons = keyboard(p.mapping("reply_markup"))
    effect = late.effect(p, private=chat.is_private)
    reply_to = _reply_to(chat, p)
    admit(tg, chat)
    message = tg.world.put(
        chat,
        tg.world.bot,
        thread_id=thread_id,
        keyboard=buttons,
        reply_to=reply_to,
        silent=p.flag("disable_notification"),
        effect=effect,
        **content,
    )
    tg.show(message)
    return tg.world.to_api(message)


def send_message(tg: SimulatedTelegram, p: Parameters) -> dict[str, object]:
    reachable(tg, p)
    return _send(tg, p, "text messages", rich=_text(p), source=p.text("text"))


def _file(tg: SimulatedTelegram, p: Parameters, name: str, folder: str, fallback: str) -> StoredFile:
    """An upload, a file id, or nothing else: the stand-in fetches no addresses."""
    value = p.text(name)
    upload: Upload | None = p.uploads.get(value.removeprefix("attach://") if value else name)
    if upload is not None:
        if not upload.data:
            raise bad_request("file must be non-empty")
        return tg.world.keep_file(upload.name or fallback, upload.mime, upload.data, folder)
    if value in tg.world.files:
        return tg.world.files[value]
    if value.startswith(("http://", "https://")):
        raise bad_request("failed to get HTTP URL content")
    if not value:
        raise bad_request(f"there is no {name} in the request")
    raise bad_request("wrong remote file identifier specified: Wrong string length")


def send_photo(tg: SimulatedTelegram, p: Parameters) -> dict[str, object]:
    reachable(tg, p)
    photo = _file(tg, p, "photo", "photos", "photo.png")
    return _send(tg, p, "photos", photo=photo, rich=_caption(p), source=p.text("caption"))


def send_document(tg: SimulatedTelegram, p: Parameters) -> dict[str, object]:
    reachable(tg, p)
    document = _file(tg, p, "document", "documents", "file")
    return _send(tg, p, "documents", document=document, rich=_caption(p), source=p.text("caption"))


def send_chat_action(tg: SimulatedTelegram, p: Parameters) -> bool:
    chat, thread_id = writable(tg, p)
    action = p.text("action")
    if action not in {"typing", "upload_photo", "upload_document", "find_location", "choose_sticker"}:
        raise bad_request("wrong parameter action in request")
    tg.bus.publish("typing", chat_id=chat.id, thread_id=thread_id, action=action)
    return True


# ── editing ─────────────────────────────────────────────────────────────────────────────────────


def _change(
    tg: SimulatedTelegram,
    chat: SimulatedChat,
    message: SimulatedMessage,
    rich: Rich,
    source: str,
    p: Parameters,
    media: StoredFile | None = None,
) -> dict[str, object]:
    """Edits count against the same flood limits as messages."""
    admit(tg, chat)
    late.check(tg.lacking, p)
    buttons = keyboard(p.mapping("reply_markup"))
    same = message.rich == rich and (message.keyboard or None) == (buttons or None)
    if same and media is None:
        raise bad_request(_NOT_MODIFIED)
    now = int(tg.clock.now())
    message.edits.append(
        {"at": message.edited or message.date, "html": message.source, "text": message.rich.text}
    )
    message.rich, message.source, message.keyboard, message.edited = rich, source, buttons, now
    if media is not None:
        photo = p.values.get("type") == "photo"
        message.photo, message.document = (media, None) if photo else (None, media)
    tg.show(message)
    return tg.world.to_api(message)


def edit_text(tg: SimulatedTelegram, p: Parameters) -> dict[str, object]:
    chat = reachable(tg, p)
    message = own_message(tg, chat, p, "edit")
    if message.has_media:
        raise bad_request("there is no text in the message to edit")
    return _change(tg, chat, message, _text(p), p.text("text"), p)


def edit_caption(tg: SimulatedTelegram, p: Parameters) -> dict[str, object]:
    chat = reachable(tg, p)
    message = own_message(tg, chat, p, "edit")
    if not message.has_media:
        raise bad_request("there is no caption in the message to edit")
    return _change(tg, chat, message, _caption(p), p.text("caption"), p)


def edit_markup(tg: SimulatedTelegram, p: Parameters) -> dict[str, object]:
    chat = reachable(tg, p)
    message = own_message(tg, chat, p, "edit")
    return _change(tg, chat, message, message.rich, message.source, p)


def edit_media(tg: SimulatedTelegram, p: Parameters) -> dict[str, object]:
    chat = reachable(tg, p)
    message = own_message(tg, chat, p, "edit")
    if not message.has_media:
        raise bad_request("there is no media in the message to edit")
    media = p.mapping("media")
    kind = media.get("type")
    if kind not in {"photo", "document"}:
        raise bad_request("can't parse InputMedia: unsupported type specified")
    inner = Parameters(
        values={**media, str(kind): media.get("media"), "reply_markup": p.json("reply_markup")},
        uploads=p.uploads,
    )
    file = _file(tg, inner, str(kind), f"{kind}s", f"{kind}.bin")
    return _change(tg, chat, message, _caption(inner), inner.text("caption"), inner, file)


# ── removing, pinning, reacting ─────────────────────────────────────────────────────────────────


def delete_message(tg: SimulatedTelegram, p: Parameters) -> bool:
    chat = reachable(tg, p)
    message = chat.messages.get(p.integer("message_id", 0))
    if message is None or message.deleted:
        raise bad_request("message to delete not found")
    foreign = (
        message.sender.id != tg.world.bot.id and not chat.is_private and chat.bot_status != "administrator"
    )
    if foreign or tg.clock.now() - message.date > _DELETE_SECONDS:
        raise bad_request("message can't be deleted for everyone")
    message.deleted = True
    tg.show(message)
    return True


def _pin(tg: SimulatedTelegram, p: Parameters, *, pinned: bool) -> bool:
    chat = reachable(tg, p)
    if not chat.is_private and chat.bot_status != "administrator":
        raise bad_request("not enough rights to manage pinned messages in the chat")
    message = chat.messages.get(p.integer("message_id", 0))
    if message is None or message.deleted:
        raise bad_request(f"message to {'pin' if pinned else 'unpin'} not found")
    message.pinned = pinned
    tg.show(message)
    return True


def pin_message(tg: SimulatedTelegram, p: Parameters) -> bool:
    return _pin(tg, p, pinned=True)


def unpin_message(tg: SimulatedTelegram, p: Parameters) -> bool:
    return _pin(tg, p, pinned=False)


def set_reaction(tg: SimulatedTelegram, p: Parameters) -> bool:
    chat = reachable(tg, p)
    message = chat.messages.get(p.integer("message_id", 0))
    if message is None or message.deleted:
        raise bad_request("message to react not found")
    reactions = p.sequence("reaction") or []
    if len(reactions) > 1:
        raise bad_request("REACTIONS_TOO_MANY")
    first = reactions[0] if reactions else {}
    emoji = first.get("emoji", "") if isinstance(first, dict) else None
    if not isinstance(emoji, str) or (reactions and not emoji):
        raise bad_request("REACTION_INVALID")
    message.reaction = emoji
    tg.show(message)
    return True
