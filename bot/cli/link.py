"""`link`: prints signed deep links for customers."""

from __future__ import annotations

import asyncio
import json
from typing import Annotated

import typer

from bot import settings
from bot.cli.orders import HELP, left_out, read_orders
from bot.errors import BotError, SettingsError


def link(
    orders: Annotated[list[str], typer.Argument(help=HELP)],
    page: Annotated[
        bool, typer.Option("--page", help="the orders' tracking pages instead (PUBLIC_URL)")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="for scripts")] = False,
) -> None:
    """Print a link per order; whoever opens it follows that order in one tap.

    Rows of a list that hold no order number are named on standard error. Exit code 1: there was no order.
    """
    from bot.ids import link_token, page_url

    chosen = settings.load_settings()
    if chosen.link_secret is None:
        raise SettingsError("LINK_SECRET", "is missing; links are signed with it")
    secret = chosen.link_secret.get_secret_value()
    if page and not chosen.public_url:
        raise SettingsError("PUBLIC_URL", "is missing; it is where tracking pages are")
    listed = read_orders(orders, chosen.default_language)
    for line in left_out(listed):
        typer.echo(line, err=True)
    if not listed.numbers:
        raise BotError("there is no order number in it")
    tokens = {order: link_token(order, secret) for order in listed.numbers}
    if page:
        links = {order: page_url(chosen.public_url, token) for order, token in tokens.items()}
    else:
        username = asyncio.run(_username(chosen))
        links = {order: f"https://t.me/{username}?start={token}" for order, token in tokens.items()}
    if as_json:
        typer.echo(json.dumps(links))
    else:
        for order, url in links.items():
            typer.echo(f"{order}  {url}")


async def _username(chosen: settings.Settings) -> str:
    from bot.chat.telegram import TelegramError, build_bot

    bot = build_bot(chosen.telegram_bot_token.get_secret_value(), chosen.telegram_api_url)
    try:
        await bot.initialize()
        return str(bot.username)
    except TelegramError as error:
        raise BotError(f"cannot get the bot's name from Telegram: {error.message}") from None
    finally:
        await bot.shutdown()
