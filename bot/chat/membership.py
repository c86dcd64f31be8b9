"""Handles being blocked, unblocked, added or removed, and groups that become supergroups."""

from __future__ import annotations

from telegram import ChatMember, Update

from bot.chat.context import Services

_OUT = (ChatMember.LEFT, ChatMember.BANNED)


async def changed(services: Services, update: Update) -> None:
    """The bot's own membership in a chat changed."""
    change = update.my_chat_member
    if change is None:
        return
    if change.new_chat_member.status in _OUT:
        await services.tracking.places.left(change.chat.id)
    else:
        await services.tracking.places.back(change.chat.id)


async def migrated(services: Services, update: Update) -> None:
    """A group became a supergroup. Both chats report it; handling it twice is harmless."""
    message = update.effective_message
    if message is None:
        return
    if message.migrate_to_chat_id:
        await services.tracking.places.moved(message.chat.id, message.migrate_to_chat_id)
    elif message.migrate_from_chat_id:
        await services.tracking.places.moved(message.migrate_from_chat_id, message.chat.id)
