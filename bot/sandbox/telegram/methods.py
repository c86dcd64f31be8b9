"""The table of the Bot API's methods that the stand-in knows."""

from __future__ import annotations

import re
from collections.abc import Callable

from bot.sandbox.parameters import Parameters
from bot.sandbox.telegram import sending
from bot.sandbox.telegram.access import chat_of, reachable
from bot.sandbox.telegram.html import units
from bot.sandbox.telegram.profile import TEXTS
from bot.sandbox.telegram.refusal import bad_request
from bot.sandbox.telegram.service import SimulatedTelegram

Method = Callable[[SimulatedTelegram, Parameters], object]

_QUERY_SECONDS = 150
_QUERY_TOO_OLD = "query is too old and response timeout expired or query ID is invalid"
_SECRET = re.compile(r"[A-Za-z0-9_-]{0,256}")


def get_me(tg: SimulatedTelegram, p: Parameters) -> dict[str, object]:
    return tg.world.bot.to_api() | {
        "can_join_groups": True,
        "can_read_all_group_messages": False,
        "supports_inline_queries": False,
        "can_connect_to_business": False,
        "has_main_web_app": False,
    }


def get_chat(tg: SimulatedTelegram, p: Parameters) -> dict[str, object]:
    chat = chat_of(tg, p)
    return chat.to_api() | {
        "accent_color_id": 1,
        "max_reaction_count": 11,
        "accepted_gift_types": dict.fromkeys(
            (
                "unlimited_gifts",
                "limited_gifts",
                "unique_gifts",
                "premium_subscription",
                "gifts_from_channels",
            ),
            False,
        ),
    }


def get_chat_member(tg: SimulatedTelegram, p: Parameters) -> dict[str, object]:
    chat = reachable(tg, p)
    user_id = p.integer("user_id", 0)
    user = tg.world.bot if user_id == tg.world.bot.id else tg.world.users.get(user_id)
    if user is None:
        raise bad_request("user not found")
    return tg.membership(user, tg.world.member(chat, user_id) or "left")


def get_chat_administrators(tg: SimulatedTelegram, p: Parameters) -> list[dict[str, object]]:
    chat = reachable(tg, p)
    if chat.is_private:
        raise bad_request("there are no administrators in the private chat")
    ranks = {"creator", "administrator"}
    people = [
        tg.membership(tg.world.users[i], status)
        for i, status in chat.members.items()
        if status in ranks and tg.world.member(chat, i)
    ]
    own = [tg.membership(tg.world.bot, chat.bot_status)] if chat.bot_status in ranks else []
    return people + own


def get_chat_member_count(tg: SimulatedTelegram, p: Parameters) -> int:
    chat = reachable(tg, p)
    return 2 if chat.is_private else len(chat.members) + 1


def leave_chat(tg: SimulatedTelegram, p: Parameters) -> bool:
    chat = reachable(tg, p)
    if chat.is_private:
        raise bad_request("chat member status can't be changed in private chats")
    before, chat.bot_status = chat.bot_status, "left"
    tg.tell_membership(chat, tg.world.bot, before, "left")
    return True


def answer_callback_query(tg: SimulatedTelegram, p: Parameters) -> bool:
    query = tg.world.queries.get(p.text("callback_query_id"))
    if query is None or query.answer is not None or tg.clock.now() - query.at > _QUERY_SECONDS:
        raise bad_request(_QUERY_TOO_OLD)
    text = p.text("text")
    if units(text) > 200:
        raise bad_request("MESSAGE_TOO_LONG")
    query.answer = {"text": text, "show_alert": p.flag("show_alert"), "url": p.text("url")}
    tg.bus.publish("answer", chat_id=query.chat_id, query_id=query.id, **query.answer)
    return True


def get_file(tg: SimulatedTelegram, p: Parameters) -> dict[str, object]:
    file = tg.world.files.get(p.text("file_id"))
    if file is None:
        raise bad_request("wrong file_id or the file is temporarily unavailable")
    if len(file.data) > 20 * 1024 * 1024:
        raise bad_request("file is too big")
    return {
        "file_id": file.id,
        "file_unique_id": file.id[-12:],
        "file_size": len(file.data),
        "file_path": file.path,
    }


# ── intake ──────────────────────────────────────────────────────────────────────────────────────


def set_webhook(tg: SimulatedTelegram, p: Parameters) -> bool:
    url = p.text("url")
    if not url:
        return delete_webhook(tg, p)
    if not re.match(r"https?://[^\s/]+", url):
        raise bad_request("bad webhook: An HTTPS URL must be provided for webhook")
    if not _SECRET.fullmatch(p.text("secret_token")):
        raise bad_request("secret token contains unallowed characters")
    tg.updates.set_allowed(p.sequence("allowed_updates"))
    if p.flag("drop_pending_updates"):
        tg.updates.drop_all()
    tg.updates.end_polls()
    tg.updates.webhook_url = url
    tg.webhook = {
        "secret": p.text("secret_token"),
        "max_connections": min(100, max(1, p.integer("max_connections", 40))),
    }
    tg.bus.publish("webhook", url=url)
    return True


def delete_webhook(tg: SimulatedTelegram, p: Parameters) -> bool:
    if p.flag("drop_pending_updates"):
        tg.updates.drop_all()
    tg.updates.webhook_url = ""
    tg.webhook = {}
    tg.bus.publish("webhook", url="")
    return True


def get_webhook_info(tg: SimulatedTelegram, p: Parameters) -> dict[str, object]:
    tg.updates.expire()
    info: dict[str, object] = {
        "url": tg.updates.webhook_url,
        "has_custom_certificate": False,
        "pending_update_count": len(tg.updates.pending),
    }
    if tg.updates.allowed:
        info["allowed_updates"] = sorted(tg.updates.allowed)
    for name in ("max_connections", "last_error_date", "last_error_message"):
        if name in tg.webhook:
            info[name] = tg.webhook[name]
    return info


def _yes(tg: SimulatedTelegram, p: Parameters) -> bool:
    return True


def _setter(kind: str) -> Method:
    return lambda tg, p: tg.profile.set_text(kind, p)


def _getter(kind: str) -> Method:
    return lambda tg, p: tg.profile.get_text(kind, p)


METHODS: dict[str, Method] = {
    "getMe": get_me,
    "logOut": _yes,
    "close": _yes,
    "setWebhook": set_webhook,
    "deleteWebhook": delete_webhook,
    "getWebhookInfo": get_webhook_info,
    "sendMessage": sending.send_message,
    "sendPhoto": sending.send_photo,
    "sendDocument": sending.send_document,
    "sendChatAction": sending.send_chat_action,
    "editMessageText": sending.edit_text,
    "editMessageCaption": sending.edit_caption,
    "editMessageReplyMarkup": sending.edit_markup,
    "editMessageMedia": sending.edit_media,
    "deleteMessage": sending.delete_message,
    "pinChatMessage": sending.pin_message,
    "unpinChatMessage": sending.unpin_message,
    "setMessageReaction": sending.set_reaction,
    "answerCallbackQuery": answer_callback_query,
    "getFile": get_file,
    "getChat": get_chat,
    "getChatMember": get_chat_member,
    "getChatAdministrators": get_chat_administrators,
    "getChatMemberCount": get_chat_member_count,
    "leaveChat": leave_chat,
    "setMyCommands": lambda tg, p: tg.profile.set_commands(p),
    "getMyCommands": lambda tg, p: tg.profile.get_commands(p),
    "deleteMyCommands": lambda tg, p: tg.profile.delete_commands(p),
    **{f"setMy{kind}": _setter(kind) for kind in TEXTS},
    **{f"getMy{kind}": _getter(kind) for kind in TEXTS},
}

# Method names are not case-sensitive.
BY_NAME = {name.lower(): (name, method) for name, method in METHODS.items()}
