"""THE table: which function answers which command, button, message and event."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from telegram import Message as TelegramMessage
from telegram import MessageEntity, Update

from bot.chat import admin, membership, orders, settings, track
from bot.chat.context import ChatContext, Services, open_context
from bot.ids import Reading, read
from bot.views import actions, replies
from bot.views import buttons as b

Command = Callable[[ChatContext, Reading], Awaitable[None]]
Press = Callable[[ChatContext, Any], Awaitable[None]]

COMMANDS: Mapping[str, Command] = {
    "start": track.start,
    "help": track.help_,
    "track": track.track,
    "orders": orders.orders,
    "untrack": track.untrack,
    "subscribe": track.subscribe,
    "unsubscribe": track.unsubscribe,
    "rename": track.rename,
    "language": settings.language,
    "timezone": settings.timezone,
    "settings": settings.settings,
    "mydata": settings.mydata,
    "forget": settings.forget,
}

# for the operator's chats only
ADMIN_COMMANDS: Mapping[str, Command] = {
    "board": admin.board,
    "link": admin.link,
    "stats": admin.stats,
    "brief": admin.brief,
    "authorize": admin.authorize,
}

PRESSES: Mapping[type[actions.Action], Press] = {
    actions.ShowCard: track.show_card,
    actions.Refresh: track.refresh,
    actions.ShowTimeline: track.show_timeline,
    actions.SetNotify: track.set_notify,
    actions.AskRename: track.ask_rename,
    actions.AskStop: track.ask_stop,
    actions.Stop: track.stop,
    actions.Resume: track.resume,
    actions.FollowAgain: track.follow_again,
    actions.Share: track.share,
    actions.Dismiss: track.dismiss,
    actions.Nothing: track.nothing,
    actions.ShowOrders: orders.show_orders,
    actions.Archive: orders.archive,
    actions.Confirm: orders.confirm,
    actions.Why: orders.why,
    actions.ShowSettings: settings.show_settings,
    actions.ShowZones: settings.show_zones,
    actions.SetLanguage: settings.set_language,
    actions.SetZone: settings.set_zone,
    actions.SetLevel: settings.set_level,
    actions.SetQuietHours: settings.set_quiet_hours,
    actions.SetQuietKind: settings.set_quiet_kind,
    actions.SetUrgent: settings.set_urgent,
    actions.SetDigest: settings.set_digest,
    actions.Pause: settings.pause,
    actions.Forget: settings.really_forget,
}

ADMIN_PRESSES: Mapping[type[actions.Action], Press] = {
    actions.ShowBoard: admin.show_board,
    actions.OpenFlag: admin.open_flag,
    actions.Snooze: admin.snooze,
    actions.AskNote: admin.ask_note,
    actions.ShowStats: admin.show_stats,
    actions.SetBrief: admin.set_brief,
}

# what the next plain message answers, by the first word of `Chat.awaiting`
ANSWERS: Mapping[str, Press] = {
    "rename": track.give_name_to,
    "note": admin.write_note,
    "authorize": admin.take_code,
}


async def handle(services: Services, update: Update) -> None:
    """Answer one update; raises where it should be handled again."""
    if update.my_chat_member is not None:
        await membership.changed(services, update)
        return
    message = update.message
    if message is not None and (message.migrate_to_chat_id or message.migrate_from_chat_id):
        await membership.migrated(services, update)
        return
    if update.callback_query is not None:
        await _pressed(services, update)
    elif message is not None:
        await _written(services, update, message)


async def _pressed(services: Services, update: Update) -> None:
    ctx = await open_context(services, update)
    if ctx is None or update.callback_query is None:
        return
    action = b.decode(update.callback_query.data or "")
    press = PRESSES.get(type(action)) if action is not None else None
    if press is None and action is not None and ctx.is_admin:
        press = ADMIN_PRESSES.get(type(action))
    if press is None:
        await ctx.toast(replies.old_button(ctx.words), alert=True)
        return
    await press(ctx, action)
    await ctx.toast()  # a press is always answered


async def _written(services: Services, update: Update, message: TelegramMessage) -> None:
    name, rest = _command(message, services.bot.username)
    said = read(rest if name is not None else message.text or message.caption or "")
    login = name is None and admin.is_login(services, message.chat.id, said)
    if name is None and not login and not _is_for_us(message, said, services.bot.id):
        return
    ctx = await open_context(services, update)
    if ctx is None:
        return
    if name is not None:
        await _run(ctx, name, said)
        return
    if login:  # whatever was asked before: a code is never a parcel's name or a note
        await admin.take_code(ctx, ("", said.text))
        return
    kind, _, about = ctx.chat.awaiting.partition(":")
    if kind in ANSWERS and said.text and not (kind == "rename" and said.ids):
        await ANSWERS[kind](ctx, (about, said.text))
        return
    if kind:
        await ctx.expect("")  # something else than an answer ends the question
    if message.document is not None and ctx.is_admin:
        await admin.take_file(ctx, message.document)
    elif message.location is not None:
        await settings.located(ctx, message.location.latitude, message.location.longitude)
    else:
        await track.track(ctx, said)


async def _run(ctx: ChatContext, name: str, said: Reading) -> None:
    command = COMMANDS.get(name)
    if command is None and name in ADMIN_COMMANDS:
        if not ctx.is_admin:
            await ctx.say(replies.admins_only(ctx.words))
            return
        command = ADMIN_COMMANDS[name]
    if command is None:
        await ctx.say(replies.unknown_command(ctx.words))
        return
    if ctx.chat.awaiting and name != "start":
        await ctx.expect("")  # a command ends any open question
    await command(ctx, said)


def _command(message: TelegramMessage, username: str) -> tuple[str | None, str]:
    """The command a message begins with and the text behind it; one for another bot is none."""
    for entity in message.entities:
        if entity.type == MessageEntity.BOT_COMMAND and entity.offset == 0:
            word = message.parse_entity(entity)
            name, _, bot = word[1:].partition("@")
            if bot and bot.lower() != username.lower():
                return None, ""
            return name.lower(), (message.text or "").removeprefix(word).strip()
    return None, ""


def _is_for_us(message: TelegramMessage, said: Reading, bot_id: int) -> bool:
    """In groups people talk to each other: only replies to the bot and order ids are meant for it."""
    replied = message.reply_to_message.from_user if message.reply_to_message else None
    to_us = replied is not None and replied.id == bot_id
    return message.chat.type == "private" or to_us or bool(said.ids)


def asks_us(update: Update) -> bool:
    """Whether somebody waits for an answer, as far as can be told without reading the text."""
    message = update.message
    if update.callback_query is not None:
        return True
    return message is not None and (message.chat.type == "private" or (message.text or "").startswith("/"))
