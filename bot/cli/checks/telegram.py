"""Checks of Telegram: token, clock, intake, what the bot may do, whether the admins can be reached."""

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

SKEW_NOTICED, SKEW_FATAL = 60.0, 7200.0  # seconds; AliExpress refuses calls beyond the second
_RECENT = timedelta(hours=1)
_MANY_WAITING = 100


async def name(bot: TelegramBot) -> Iterable[Finding]:
    """The token opens a bot; what that bot is allowed to."""
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
                "look at the network, a firewall, and TELEGRAM_API_URL",
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
    """Inline mode at BotFather is what this version can answer. Needs `name` to have succeeded."""
    switched_on = bool(bot.bot.supports_inline_queries)
    if switched_on == served:
        return [ok("inline mode", "on" if served else "off: nothing needs it")]
    if served:
        return [warning("inline mode", "off: nobody can share from another chat", "@BotFather: /setinline")]
    return [
        warning("inline mode", "on, but this bot answers no inline queries", "@BotFather: /setinline, /empty")
    ]


async def intake(bot: TelegramBot, chosen: Settings, ours: str) -> Iterable[Finding]:
    """Telegram delivers where the settings say, and it works. `ours` is the webhook `run` set, if any."""
    info = await bot.call("getWebhookInfo")
    told: dict[str, Any] = info if isinstance(info, dict) else {}
    found = [_destination(str(told.get("url") or ""), chosen, ours)]
    waiting = int(told.get("pending_update_count") or 0)
    if waiting > _MANY_WAITING:
        found.append(warning("updates", f"{waiting} wait at Telegram", "is the bot running? they keep a day"))
    at = datetime.fromtimestamp(int(told.get("last_error_date") or 0), UTC)
    if datetime.now(UTC) - at < _RECENT:
        found.append(
            warning(
                "webhook",
                f"Telegram's last attempt failed at {at:%H:%M} UTC: {told.get('last_error_message', '')}",
                "look at the proxy, its certificate, and WEBHOOK_SECRET on both sides",
            )
        )
    return found


def _destination(url: str, chosen: Settings, ours: str) -> Finding:
    if not chosen.webhook_url:
        if not url:
            return ok("intake", "long polling")
        if url == ours:
            return warning("intake", "our own webhook is still set", "`run` takes it away when it starts")
        return failure(
            "intake",
            f"a webhook is set ({url}): long polling gets nothing",
            f"`{PROGRAM} doctor --delete-webhook`, or set WEBHOOK_URL to use it",
        )
    if url == chosen.webhook_url:
        return ok("intake", f"webhook {url}")
    return warning(
        "intake",
        f"Telegram delivers {'to ' + url if url else 'to no webhook'} yet, not to {chosen.webhook_url}",
        "`run` sets it when it starts; somebody else with this token would set it back",
    )


async def admins(bot: TelegramBot, chosen: Settings) -> Iterable[Finding]:
    """Alerts can reach the operator's chats."""
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
                f"cannot be written to: {', '.join(unreachable)}",
                "open the bot from that account and press Start, or correct ADMIN_CHAT_IDS",
            )
        ]
    if groups := [str(chat_id) for chat_id in chosen.admin_chat_ids if chat_id < 0]:
        return [
            warning(
                "admins",
                f"every member of these groups is an operator: {', '.join(groups)}",
                "keep strangers out, or name the operators' private chats, which logins need anyway",
            )
        ]
    return [ok("admins", f"{len(chosen.admin_chat_ids)} can be reached")] if chosen.admin_chat_ids else []


async def clock(url: str) -> Iterable[Finding]:
    """This machine's clock against Telegram's."""
    date = await asyncio.to_thread(_date_of, url)
    if date is None:
        return [ok("clock", f"{url} tells no time")]
    return [skew((date + timedelta(seconds=0.5) - datetime.now(UTC)).total_seconds(), "Telegram")]


def skew(seconds: float, whose: str) -> Finding:
    """What to say of a difference: theirs minus ours."""
    side = "behind" if seconds > 0 else "ahead of"
    text = f"{abs(seconds):.0f} s {side} {whose}'s"
    cure = "switch time synchronisation on (timedatectl set-ntp true)"
    if abs(seconds) >= SKEW_FATAL:
        return failure("clock", text + ": AliExpress refuses every call", cure)
    if abs(seconds) >= SKEW_NOTICED:
        return warning("clock", text, cure)
    return ok("clock", f"agrees with {whose}'s within {max(1, round(abs(seconds)))} s")


def _date_of(url: str) -> datetime | None:
    """The Date of an answer to a request that says nothing about us, the token least of all."""
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
