"""`authorize`: connect the merchant's AliExpress account."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import Annotated

import typer
from rich.console import Console

from bot import settings
from bot.errors import NoLoginCode


def authorize(
    code: Annotated[
        str, typer.Option(help="the pasted address or code; you are asked if it is missing")
    ] = "",
) -> None:
    """Log in at AliExpress and store the tokens; needed every 60 days (every 2 days for a Test app)."""
    asyncio.run(_authorize(settings.load_settings(), code))


async def _authorize(chosen: settings.Settings, pasted: str) -> None:
    from bot.merchant import Merchant
    from bot.metrics import Metrics
    from bot.sources.aliexpress.auth import parse_code
    from bot.store import Store

    console = Console(highlight=False)
    store = Store(chosen.database_url)
    await store.start()
    merchant = Merchant(chosen, store, Metrics(), now=lambda: datetime.now(UTC))
    try:
        if not pasted:
            console.print("1. Open this page and log in with the shop's AliExpress account:\n")
            typer.echo(merchant.login_url())
            console.print(
                "\n2. You will be redirected to an address that contains code=…"
                " (it does not matter whether the page loads)."
            )
            pasted = await asyncio.to_thread(typer.prompt, "3. Paste that whole address here")
        code = parse_code(pasted)
        if code is None:
            raise NoLoginCode("no code found; paste the whole address that you were redirected to")
        tokens = await merchant.exchange(code)
    finally:
        await merchant.source.aclose()
        await store.close()
    until = tokens.refresh_expires_at
    console.print("[green]Connected.[/]" + (f" The next login is due by {until:%Y-%m-%d}." if until else ""))
