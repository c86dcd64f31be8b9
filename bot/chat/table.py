"""The handler table: which function answers which command, button, message or event."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from telegram import Chat as TelegramChat
from telegram import Message as TelegramMessage
from telegram import MessageEntity, Update

from bot.chat import (
    admin,
    asking,
    card,
    figures,
    follows,
    lists,
    membership,
    orders,
    settings,
    track,
    understanding,
)
from bot.chat.context import ChatContext, Services, open_context
from bot.ids import ParsedText, read
from bot.views import actions, refusals, replies
from bot.views import buttons as b

Command = Callable[[ChatContext, ParsedText], Awaitable[None]]
Press = Callable[[ChatContext, Any], Awaitable[None]]

_CORRECTED = timedelta(minutes=2)  # a message edited later than this is ignored

COMMANDS: Mapping[str, Command] = {
    "start": track.start,
    "help": track.help_,
    "track": track.track,
    "orders": orders.orders,
    "untrack": follows.untrack,
    "subscribe": follows.subscribe,
    "unsubscribe": follows.unsubscribe,
    "rename": follows.rename,
    "cancel": follows.cancel,
    "language": settings.language,
    "timezone": settings.timezone,
    "settings": settings.settings,
    "mydata": settings.mydata,
    "forget": settings.forget,
}

# only in operators' chats
ADMIN_COMMANDS: Mapping[str, Command] = {
    "board": admin.board,
    "find": lists.find,
    "link": lists.link,
    "watch": lists.watch,
    "unwatch": lists.unwatch,
    "stats": figures.stats,
    "brief": admin.brief,
    "authorize": admin.authorize,
}

PRESSES: Mapping[type[actions.Action], Press] = {
    actions.ShowCard: card.show_card,
    actions.Refresh: card.refresh,
    actions.ShowTimeline: card.show_timeline,
    actions.SetNotify: follows.set_notify,
    actions.AskRename: follows.ask_rename,
    actions.AskStop: follows.ask_stop,
    actions.Stop: follows.stop,
    actions.Resume: track.resume,
    actions.FollowAgain: track.follow_again,
    actions.Share: card.share,
    actions.Dismiss: follows.dismiss,
    actions.Nothing: card.nothing,
    actions.ShowOrders: orders.show_orders,
    actions.Archive: orders.archive,
    actions.Confirm: orders.confirm,
    actions.AskReceipt: orders.ask_receipt,
    actions.AskShop: asking.ask_shop,
    actions.AskWhich: asking.ask_which,
    actions.Reply: asking.reply,
    actions.Why: orders.why,
    actions.ShowSettings: settings.show_settings,
    actions.ShowZones: settings.show_zones,
    actions.SetLanguage: settings.set_language,
    actions.SetZone: settings.set_zone,
    actions.ConfirmZone: settings.confirm_zone,
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
    actions.FilterBoard: admin.filter_board,
    actions.OpenFlag: admin.open_flag,
    actions.FlagTimeline: admin.show_timeline,
    actions.CloseFlag: admin.close,
    actions.Snooze: admin.snooze,
    actions.AskNote: admin.ask_note,
    actions.Solve: asking.solve,
    actions.WatchListed: lists.watch_listed,
    actions.ShowStats: figures.show_stats,
    actions.ShowFigures: figures.show_figures,
    actions.SetBrief: admin.set_brief,
}

# who takes the next plain message as an answer, by the first word of `Chat.awaiting`
ANSWERS: Mapping[str, Press] = {
    "rename": follows.give_name_to,
    "note": admin.write_note,
    "authorize": admin.take_code,
}


async def handle(services: Services, update: Update) -> None:
    """Answer one update; an exception means that it is to be handled again."""
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
    elif update.edited_message is not None and _is_correction(update.edited_message):
        await _written(services, update, update.edited_message, corrected=True)


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
    await ctx.toast()  # every press gets an answer


async def _written(
    services: Services, update: Update, message: TelegramMessage, *, corrected: bool = False
) -> None:
    text = message.text or message.caption or ""
    if not text and message.effective_attachment is None:
        return  # a service message
    album = message.media_group_id
    begun = await services.tracking.asking.begun(album, update.update_id) if album else None
    if not text and begun is None and _is_answered(services, message):
        return  # another picture of an answered album
    heard = _hear(message, text, services.bot.username)
    said = _read(message, heard.text)
    login = not heard.command and admin.is_login(services, message.chat.id, said)
    if not login and begun is None and not _is_for_us(message, heard, services.bot.id):
        return
    ctx = await open_context(services, update)
    if ctx is None:
        return
    listed = heard.command in lists.FILE_COMMANDS if heard.command else not ctx.chat.awaiting
    kind, _, order_id = ctx.chat.awaiting.partition(":")
    may_be_letter = not heard.command and not login
    if may_be_letter and await asking.passed_on(ctx, message, begun):
        pass
    elif message.document is not None and ctx.is_admin and listed:
        await lists.take_file(ctx, message.document, heard.command)
    elif heard.command:
        await _run(ctx, heard.command, said)
    elif login:  # whatever was asked before: a login code is never a label or a note
        await admin.take_code(ctx, ("", said.text))
    elif kind == asking.ASKS:
        if not corrected:  # an older message, which was answered when it came
            await asking.pass_on(ctx, order_id, message)
    else:
        quiet = corrected or (ctx.place.is_group and not heard.to_us)
        await _plain(ctx, message, said, quiet=quiet)
    services.recent.add_album(message.chat.id, message.media_group_id)


async def _plain(ctx: ChatContext, message: TelegramMessage, said: ParsedText, *, quiet: bool) -> None:
    """Answer a message without a command."""
    kind, _, about = ctx.chat.awaiting.partition(":")
    if kind in ANSWERS and said.text and not (kind == "rename" and said.ids):
        await ANSWERS[kind](ctx, (about, said.text))
        return
    if kind:
        await ctx.expect("")  # anything but an answer ends the question
    if message.document is not None and ctx.is_admin:
        await lists.take_file(ctx, message.document)
    elif message.location is not None:
        await settings.located(ctx, message.location.latitude, message.location.longitude)
    elif message.sticker is not None:
        await understanding.answer(ctx, read(message.sticker.emoji or ""), quiet=quiet)
    elif said.text:
        await understanding.answer(ctx, said, quiet=quiet)
    elif not quiet:
        await understanding.cannot_read(ctx)


async def _run(ctx: ChatContext, name: str, said: ParsedText) -> None:
    command = COMMANDS.get(name)
    if command is None and name in ADMIN_COMMANDS:
        if not ctx.is_admin:
            await ctx.say(refusals.admins_only(ctx.words))
            return
        command = ADMIN_COMMANDS[name]
    if command is None:
        await ctx.say(replies.unknown_command(ctx.words))
        return
    if ctx.chat.awaiting and name != "start":
        await ctx.expect("")  # a command ends any open question
    await command(ctx, said)


def _read(message: TelegramMessage, text: str) -> ParsedText:
    """The text; where it holds no order id, also the addresses behind its words, as in a pasted mail."""
    said = read(text)
    links = [entity.url for entity in (*message.entities, *message.caption_entities) if entity.url]
    hidden = read(" ".join(links)) if links and not said.ids else None
    return replace(said, ids=hidden.ids, mistakes=()) if hidden is not None and hidden.ids else said


@dataclass(frozen=True, slots=True)
class _Heard:
    """A message's text and whom it addresses."""

    text: str  # without the command and without our username
    command: str = ""
    to_us: bool = False  # it mentions our username
    to_another: bool = False  # a command for another bot


def _hear(message: TelegramMessage, text: str, username: str) -> _Heard:
    entities = message.parse_entities() if message.text else message.parse_caption_entities()
    for entity, word in entities.items():
        if entity.type == MessageEntity.BOT_COMMAND and entity.offset == 0:
            name, _, bot = word[1:].partition("@")
            ours = bot.lower() == username.lower()
            rest = text.removeprefix(word).strip()
            return _Heard(rest, command=name.lower(), to_us=ours, to_another=bool(bot) and not ours)
    for entity, word in entities.items():
        if entity.type == MessageEntity.MENTION and word.lower() == f"@{username}".lower():
            return _Heard(text.replace(word, " ").strip(), to_us=True)
    return _Heard(text)


def _is_for_us(message: TelegramMessage, heard: _Heard, bot_id: int) -> bool:
    """Whether to answer: in groups only our commands, replies to us, and messages that mention us."""
    if message.chat.type == TelegramChat.PRIVATE:
        return True
    if heard.command:
        known = heard.command in COMMANDS or heard.command in ADMIN_COMMANDS
        return heard.to_us or (known and not heard.to_another)
    replied = message.reply_to_message.from_user if message.reply_to_message else None
    return heard.to_us or (replied is not None and replied.id == bot_id)


def _is_answered(services: Services, message: TelegramMessage) -> bool:
    uploaded = message.document is not None and services.is_admin(message.chat.id)
    return not uploaded and services.recent.has_album(message.chat.id, message.media_group_id)


def _is_correction(message: TelegramMessage) -> bool:
    """Whether a text was corrected shortly after it was sent; moving live locations are also edits."""
    edited = message.edit_date
    return (
        bool(message.text or message.caption) and edited is not None and edited - message.date <= _CORRECTED
    )


def asks_us(update: Update) -> bool:
    """Whether somebody expects an answer, as far as can be told without parsing the text."""
    message = update.message
    if update.callback_query is not None:
        return True
    return message is not None and (message.chat.type == "private" or (message.text or "").startswith("/"))
