"""Checks of Telegram: token, permissions, intake, admin chats, clock."""

from __future__ import annotations

import asyncio
import email.utils
import urllib.error
import urllib.request
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from bot.chat.telegram import TelegramBot, TelegramError
from bot.cli.checks import Finding, failure, ok, warning
from bot.cli.program import PROGRAM
from bot.errors import TokenRevoked
from bot.settings import Settings

SKEW_NOTICED, SKEW_FATAL = 60.0, 7200.0  # seconds; beyond the second, AliExpress refuses calls
_RECENT = timedelta(hours=1)
_MANY_WAITING = 100


async def name(bot: TelegramBot) -> Iterable[Finding]:
    """Check the token and the bot's permissions in groups."""
    try:
        await bot.initialize()
    except TokenRevoked:
        return [
            failure(
                "telegram",
                "the token is refused",
                "get a new one from @BotFather (/token) and put it into TELEGRAM_BOT_TOKEN",
            )
        ]
    except TelegramError as error:
        return [
            failure(
                "telegram",
                f"no answer: {error.message}",
                "check the network, firewalls and TELEGRAM_API_URL",
            )
        ]
    me = bot.bot
    found = [ok("telegram", f"@{me.username} ({me.first_name})")]
    if not me.can_join_groups:
        found.append(
            warning("groups", "the bot cannot be added to groups", "@BotFather: /setjoingroups, Enable")
        )
    elif me.can_read_all_group_messages:
        found.append(ok("groups", "privacy mode is off: order ids pasted in groups are seen"))
    else:
        found.append(ok("groups", "privacy mode is on: in groups only commands and replies are seen"))
    return found


def inline(bot: TelegramBot, served: bool) -> Iterable[Finding]:
    """Check that inline mode at BotFather matches what this version supports. Call `name` first."""
    switched_on = bool(bot.bot.supports_inline_queries)
    if switched_on == served:
        return [ok("inline mode", "on" if served else "off: nothing needs it")]
    if served:
        return [warning("inline mode", "off: nobody can share from another chat", "@BotFather: /setinline")]
    return [
        warning("inline mode", "on, but this bot answers no inline queries", "@BotFather: /setinline, /empty")
    ]


async def intake(bot: TelegramBot, chosen: Settings, ours: str) -> Iterable[Finding]:
    """Check that Telegram delivers where the settings say. `ours` is the webhook that `run` last set."""
    answer = await bot.call("getWebhookInfo")
    info: dict[str, Any] = answer if isinstance(answer, dict) else {}
    found = [_destination(str(info.get("url") or ""), chosen, ours)]
    waiting = int(info.get("pending_update_count") or 0)
    if waiting > _MANY_WAITING:
        found.append(
            warning(
                "updates",
                f"{waiting} are pending at Telegram",
                "check that the bot is running; they expire after a day",
            )
        )
    at = datetime.fromtimestamp(int(info.get("last_error_date") or 0), UTC)
    if datetime.now(UTC) - at < _RECENT:
        found.append(
            warning(
                "webhook",
                f"Telegram's last attempt failed at {at:%H:%M} UTC: {info.get('last_error_message', '')}",
                "check the proxy and its certificate",
            )
        )
    return found


def _destination(url: str, chosen: Settings, ours: str) -> Finding:
    if not chosen.webhook_url:
        if not url:
            return ok("intake", "long polling")
        if url == ours:
            return warning("intake", "this bot's webhook is still set", "`run` deletes it when it starts")
        return failure(
            "intake",
            f"a webhook is set ({url}), so long polling gets no updates",
            f"`{PROGRAM} doctor --delete-webhook`, or set WEBHOOK_URL to use it",
        )
    if url == chosen.webhook_url:
        return ok("intake", f"webhook {url}")
    return warning(
        "intake",
        f"Telegram still delivers {'to ' + url if url else 'to no webhook'}, not to {chosen.webhook_url}",
        "`run` sets it when it starts; if it changes back, another program uses this token",
    )


async def admins(bot: TelegramBot, chosen: Settings) -> Iterable[Finding]:
    """Check that the bot can write to the admin chats."""
    unreachable = []
    for chat_id in chosen.admin_chat_ids:
        try:
            await bot.call("getChat", {"chat_id": chat_id})
        except TelegramError:
            unreachable.append(str(chat_id))
    if unreachable:
        return [
            warning(
                "admins",
                f"the bot cannot write to {', '.join(unreachable)}",
                "open the bot from that account and press Start, or correct ADMIN_CHAT_IDS",
            )
        ]
    if groups := [str(chat_id) for chat_id in chosen.admin_chat_ids if chat_id < 0]:
        return [
            warning(
                "admins",
                f"every member of these groups is an operator: {', '.join(groups)}",
                "keep strangers out, or use private chats, which logins need anyway",
            )
        ]
    return [ok("admins", f"{len(chosen.admin_chat_ids)} reachable")] if chosen.admin_chat_ids else []


async def clock(url: str) -> Iterable[Finding]:
    """Compare this machine's clock with Telegram's."""
    date = await asyncio.to_thread(_date_of, url)
    if date is None:
        return [ok("clock", f"not checked: {url} sends no Date header")]
    return [skew((date + timedelta(seconds=0.5) - datetime.now(UTC)).total_seconds(), "Telegram")]


def skew(seconds: float, whose: str) -> Finding:
    """Judge a clock difference in seconds, theirs minus ours."""
    side = "behind" if seconds > 0 else "ahead of"
    text = f"{abs(seconds):.0f} s {side} {whose}'s"
    fix = "turn on time synchronization (timedatectl set-ntp true)"
    if abs(seconds) >= SKEW_FATAL:
        return failure("clock", text + ": AliExpress refuses every call", fix)
    if abs(seconds) >= SKEW_NOTICED:
        return warning("clock", text, fix)
    return ok("clock", f"agrees with {whose}'s within {max(1, round(abs(seconds)))} s")


def _date_of(url: str) -> datetime | None:
    """The Date header of an answer to an anonymous request, without the token."""
    try:
        with urllib.request.urlopen(urllib.request.Request(url + "/", method="HEAD"), timeout=10) as answer:  # noqa: S310  settings admit only http and https
            date = answer.headers.get("date", "")
    except urllib.error.HTTPError as error:
        date = error.headers.get("date", "")
        error.close()
    except OSError:
        return None
    try:
        return email.utils.parsedate_to_datetime(date)
    except (ValueError, TypeError):
        return None
