"""Sets the bot's command menus and descriptions at Telegram, in every language."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import structlog
from telegram.error import TelegramError

from bot.chat.telegram import TelegramBot
from bot.i18n import LANGUAGES, Words
from bot.model import Shop
from bot.views import commands
from bot.views.brand import branding

_log = structlog.get_logger(__name__)

Call = tuple[str, dict[str, Any]]


def all_menu_calls(shop: Shop, admins: Iterable[int], *, by_link: bool = False) -> list[Call]:
    """All calls that set menus and descriptions; English is the default for other languages.

    `by_link`: only the shop's links add orders, so nobody is told to send a number.
    """
    calls: list[Call] = []
    seen: set[str] = set()
    for language in LANGUAGES:
        code = "" if language == "en" else language.partition("_")[0]  # Telegram takes two letters only
        if code in seen:
            continue  # Portuguese and Chinese have two catalogs; the first one serves both
        seen.add(code)
        words = Words(language=language, zone="UTC", brand=branding(shop))
        tag = {"language_code": code} if code else {}
        calls.append(("setMyCommands", {"commands": _listed(commands.commands(words))} | tag))
        described = commands.description(words, shop.name, by_link=by_link)
        calls.append(("setMyDescription", {"description": described} | tag))
        calls.append(
            ("setMyShortDescription", {"short_description": commands.short_description(words)} | tag)
        )
    words = Words(language="en", zone="UTC")
    listed = _listed((*commands.admin_commands(words), *commands.commands(words)))
    calls += [
        ("setMyCommands", {"commands": listed, "scope": {"type": "chat", "chat_id": chat_id}})
        for chat_id in sorted(admins)
    ]
    return calls


async def set_all(bot: TelegramBot, calls: Iterable[Call]) -> bool:
    """Make the calls; False if one failed, which is logged and not fatal."""
    failed: list[str] = []
    for method, data in calls:
        try:
            await bot.call(method, data)
        except TelegramError as error:
            failed.append(f"{method}: {error.message}")
    if failed:
        _log.warning("menus not set", failed=len(failed), first=failed[0])
    return not failed


def _listed(pairs: Iterable[tuple[str, str]]) -> list[dict[str, str]]:
    return [{"command": name, "description": text} for name, text in pairs]
