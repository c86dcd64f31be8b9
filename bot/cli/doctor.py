"""`doctor`: checks everything that a running bot needs and says how to fix what is wrong."""

from __future__ import annotations

import asyncio
import contextlib
import json
import sys
from collections.abc import AsyncIterator, Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from pydantic import SecretStr
from rich.console import Console
from rich.text import Text

from bot import settings
from bot.cli.checks import Check, Finding, Verdict, failure, run_checks
from bot.cli.numbers import counted
from bot.cli.program import PROGRAM
from bot.errors import BotError, SettingsError

if TYPE_CHECKING:
    from bot.merchant import Merchant
    from bot.store import Store

_SIGNS = {Verdict.OK: ("✓", "green"), Verdict.WARNING: ("!", "yellow"), Verdict.FAILURE: ("✗", "red")}
_NAME_WIDTH = 14


def doctor(
    as_json: Annotated[bool, typer.Option("--json", help="one JSON object, for scripts")] = False,
    delete_webhook: Annotated[
        bool, typer.Option("--delete-webhook", help="first delete the webhook, so that long polling works")
    ] = False,
) -> None:
    """Check settings, database, clock, Telegram, AliExpress, catalogs, fonts and port, and say what to fix.

    Exit code 0: no errors; 1: something must be fixed; 2: the settings are wrong.
    """
    dotenv = Path(".env")
    try:
        chosen = settings.load_settings(dotenv=dotenv)
    except SettingsError as error:
        if as_json:
            wrong = failure("settings", f"{error.variable} {error.fix}", f"{PROGRAM} init")
            typer.echo(_as_json([wrong], code=2))
            sys.exit(2)
        raise
    if delete_webhook:
        asyncio.run(_free_token(chosen))
    sys.exit(report(chosen, dotenv, as_json=as_json))


def report(chosen: settings.Settings, dotenv: Path, *, as_json: bool = False) -> int:
    """Run all checks, print each finding as it comes, and return the exit code."""
    console = Console(highlight=False)

    async def gather() -> list[Finding]:
        found = []
        async for finding in examine(chosen, dotenv):
            found.append(finding)
            if not as_json:
                _show(console, finding)
        return found

    found = asyncio.run(gather())
    failures = sum(finding.verdict is Verdict.FAILURE for finding in found)
    warnings = sum(finding.verdict is Verdict.WARNING for finding in found)
    if as_json:
        typer.echo(_as_json(found, code=int(failures > 0)))
    elif failures or warnings:
        console.print(f"\n{counted(failures, 'error')}, {counted(warnings, 'warning')}")
    else:
        console.print("\nNo problems found.")
    return int(failures > 0)


async def examine(chosen: settings.Settings, dotenv: Path) -> AsyncIterator[Finding]:
    """Run every check and yield its findings, without secrets."""
    from bot import app, logs
    from bot.merchant import Merchant
    from bot.metrics import Metrics
    from bot.store import Store

    redact = app.redactor(chosen)
    logs.configure_logging("ERROR", "text", redact)
    try:
        store = Store(chosen.database_url)
    except SettingsError as error:
        yield failure("database", error.fix, f"change {error.variable}")
        return
    merchant = Merchant(chosen, store, Metrics(), now=lambda: datetime.now(UTC))
    try:
        store.database.wait_for_locks(patiently=False)  # several locks would take half a minute
        async for finding in run_checks(_around(chosen, dotenv, store), redact):
            yield finding
        store.database.wait_for_locks(patiently=True)  # a renewed login must not be lost
        async for finding in run_checks(await _accounts(chosen, store, merchant), redact):
            yield finding
    finally:
        await merchant.source.aclose()
        await store.close()


def _around(chosen: settings.Settings, dotenv: Path, store: Store) -> Iterable[Check]:
    """The checks of this machine and the database."""
    from bot.cli.checks import database, machine, webhooks

    path = store.database.path
    folder = path.parent if path is not None and path.parent.is_dir() else None
    yield Check(name="settings", look=lambda: machine.settings(chosen, dotenv), fix=f"{PROGRAM} init")
    yield Check(
        name="container",
        look=lambda: machine.container(chosen, path),
        fix="see docs/how-to/containers.md",
    )
    yield Check(name="shop", look=lambda: machine.shop_file(chosen), fix="correct SHOP_FILE")
    yield Check(name="phrases", look=lambda: machine.phrases_file(chosen), fix="correct PHRASES_FILE")
    yield Check(name="database", look=lambda: database.sqlite(store), fix="check DATABASE_URL")
    yield Check(name="database", look=lambda: database.postgresql(store), fix="check DATABASE_URL")
    yield Check(
        name="watched", look=lambda: database.book(store, chosen), fix="see the database's line above"
    )
    yield Check(name="outbox", look=lambda: database.backlog(store), fix="see the database's line above")
    yield Check(
        name="webhooks",
        look=lambda: webhooks.webhooks(store, chosen, datetime.now(UTC)),
        fix="see the database's line above",
    )
    yield Check(name="api", look=lambda: database.api(store, chosen), fix="see the database's line above")
    yield Check(name="disk", look=lambda: machine.disk(chosen, folder), fix="check the disk")
    yield Check(name="catalogs", look=machine.catalogs, fix="reinstall this version")
    yield Check(name="fonts", look=machine.fonts, fix="reinstall this version")
    yield Check(name="port", look=lambda: machine.port(chosen), fix="change LISTEN")
    yield Check(name="public", look=lambda: machine.public_address(chosen), fix="change PUBLIC_URL")


async def _accounts(chosen: settings.Settings, store: Store, merchant: Merchant) -> Iterable[Check]:
    """The checks of Telegram and AliExpress."""
    from bot.chat.telegram import AiohttpRequest, SecretRedactor, build_bot
    from bot.cli.checks import aliexpress, telegram
    from bot.sources.aliexpress.auth import seed_tokens

    token = chosen.telegram_bot_token.get_secret_value()
    wire = AiohttpRequest(SecretRedactor(*chosen.secrets))
    bot = build_bot(token, chosen.telegram_api_url, request=wire, updates_request=wire)
    now = datetime.now(UTC)
    seed = seed_tokens(_plain(chosen.aliexpress_access_token), _plain(chosen.aliexpress_refresh_token), now)

    async def of_telegram() -> Iterable[Finding]:
        try:
            found = list(await telegram.name(bot))
            if found[0].verdict is Verdict.FAILURE:
                return found
            found += telegram.inline(bot, served=False)
            found += await telegram.intake(bot, chosen, await _own_webhook(store))
            return [*found, *await telegram.admins(bot, chosen)]
        finally:
            await wire.shutdown()

    async def of_aliexpress() -> Iterable[Finding]:
        stored = await _has_schema(store)
        if stored:
            await merchant.load()
        return await aliexpress.account(merchant, seed, now, stored=stored)

    return [
        Check(
            name="clock",
            look=lambda: telegram.clock(chosen.telegram_api_url),
            fix="check the network and TELEGRAM_API_URL",
        ),
        Check(name="telegram", look=of_telegram, fix="check the network and TELEGRAM_API_URL"),
        Check(name="aliexpress", look=of_aliexpress, fix="check the network and ALIEXPRESS_API_URL"),
    ]


async def _has_schema(store: Store) -> bool:
    """Whether tokens and budget can be read; never creates a missing database."""
    from bot.store import migrations

    if store.database.path is not None and not store.database.path.exists():
        return False
    with contextlib.suppress(Exception):  # the database check has reported what is wrong
        return await migrations.revision(store.database) == migrations.head()
    return False


async def _own_webhook(store: Store) -> str:
    """The webhook that `run` last set, from the database."""
    if not await _has_schema(store):
        return ""
    async with store.read() as tx:
        return str(await tx.memory.get("webhook") or "")


async def _free_token(chosen: settings.Settings) -> None:
    from bot.chat.intake import delete_webhook
    from bot.chat.telegram import TelegramError, build_bot

    if chosen.webhook_url:
        raise SettingsError("WEBHOOK_URL", "is set, so the bot needs its webhook; unset it for long polling")
    bot = build_bot(chosen.telegram_bot_token.get_secret_value(), chosen.telegram_api_url)
    try:
        await bot.initialize()
        await delete_webhook(bot)
    except TelegramError as error:
        raise BotError(f"Telegram did not delete the webhook: {error.message}") from None
    finally:
        await bot.shutdown()


def _plain(secret: SecretStr | None) -> str:
    return secret.get_secret_value() if secret else ""


def _show(console: Console, finding: Finding) -> None:
    sign, color = _SIGNS[finding.verdict]
    line = Text.assemble(
        (sign, f"bold {color}"), " ", (finding.name.ljust(_NAME_WIDTH), "bold"), finding.text
    )
    console.print(line, soft_wrap=True)
    if finding.fix:
        console.print(Text.assemble(" " * (_NAME_WIDTH + 2), ("→ ", color), finding.fix), soft_wrap=True)


def _as_json(found: Iterable[Finding], *, code: int) -> str:
    lines = [
        {"check": one.name, "verdict": one.verdict.value, "text": one.text, "fix": one.fix} for one in found
    ]
    return json.dumps({"code": code, "findings": lines}, ensure_ascii=False, indent=2)
