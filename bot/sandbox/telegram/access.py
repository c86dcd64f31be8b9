"""Checks what the bot may do in a chat; refuses as Telegram does."""

from __future__ import annotations

from bot.sandbox.parameters import Parameters
from bot.sandbox.telegram.refusal import BotApiError, bad_request, forbidden
from bot.sandbox.telegram.service import SimulatedTelegram
from bot.sandbox.telegram.world import SimulatedChat, SimulatedMessage


def chat_of(tg: SimulatedTelegram, p: Parameters) -> SimulatedChat:
    """The chat that `chat_id` names. Raises Refusal."""
    name = p.text("chat_id")
    if not name:
        raise bad_request("chat_id is empty")
    if not name.lstrip("-").isdigit():
        raise bad_request("chat not found")
    chat = tg.world.chats.get(int(name))
    if chat is None:
        raise bad_request("chat not found")
    return chat


def reachable(tg: SimulatedTelegram, p: Parameters) -> SimulatedChat:
    """The chat that `chat_id` names, if the bot can reach it. Raises BotApiError."""
    chat = chat_of(tg, p)
    if chat.migrated_to:
        reason = "Bad Request: group chat was upgraded to a supergroup chat"
        raise BotApiError(400, reason, migrate_to_chat_id=chat.migrated_to)
    if chat.deactivated:
        raise forbidden("user is deactivated")
    if chat.blocked:
        raise forbidden("bot was blocked by the user")
    if not chat.started:
        raise forbidden("bot can't initiate conversation with a user")
    kind = "supergroup" if chat.type == "supergroup" else "group"
    if chat.bot_status == "kicked":
        raise forbidden(f"bot was kicked from the {kind} chat")
    if chat.bot_status == "left":
        raise forbidden(f"bot is not a member of the {kind} chat")
    return chat


def writable(tg: SimulatedTelegram, p: Parameters, what: str = "text messages") -> tuple[SimulatedChat, int]:
    """A chat that the bot may write to, and the topic (0 for none). Raises BotApiError."""
    chat = reachable(tg, p)
    if chat.muted:
        raise bad_request(f"not enough rights to send {what} to the chat")
    thread_id = p.integer("message_thread_id", 0)
    if thread_id:
        topic = chat.topics.get(thread_id)
        if topic is None or topic.deleted:
            raise bad_request("message thread not found")
        if topic.closed and chat.bot_status != "administrator":
            raise bad_request("TOPIC_CLOSED")
    return chat, thread_id


def admit(tg: SimulatedTelegram, chat: SimulatedChat) -> None:
    """Counts a message against the flood limits. Raises Refusal 429."""
    seconds = tg.limits.admit(chat.id, tg.clock.now())
    if seconds:
        raise flood_wait(seconds)


def flood_wait(seconds: int) -> BotApiError:
    return BotApiError(429, f"Too Many Requests: retry after {seconds}", retry_after=seconds)


def own_message(tg: SimulatedTelegram, chat: SimulatedChat, p: Parameters, what: str) -> SimulatedMessage:
    """The bot's message that `message_id` names; `what` completes "message to … not found"."""
    message = chat.messages.get(p.integer("message_id", 0))
    if message is None or message.deleted:
        raise bad_request(f"message to {what} not found")
    if message.sender.id != tg.world.bot.id:
        raise bad_request("message can't be edited")
    return message
