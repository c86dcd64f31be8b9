"""`track`: prints one order's timeline in any language."""

from __future__ import annotations

import asyncio
import html
import re
from datetime import UTC, datetime
from typing import Annotated

import typer
from pydantic_core import to_json
from rich.console import Console

from bot import matching, settings, stages, timeline
from bot.errors import BotError, UnknownOrder
from bot.i18n import Words, guess_language
from bot.model import Localized, Order, Snapshot
from bot.views import card
from bot.views import timeline as timeline_view


def track(
    order: Annotated[str, typer.Argument(help="AliExpress order id")],
    language: Annotated[str, typer.Option(help="ru, pt_BR, ar_SA …")] = "en",
    raw: Annotated[bool, typer.Option(help="AliExpress's answer as JSON, redacted")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="for scripts")] = False,
) -> None:
    """Ask AliExpress about one order and print its timeline. Nothing is stored or pushed."""
    from bot.ids import is_order_id

    if not is_order_id(order):
        raise typer.BadParameter("an order id has 12 to 20 digits, 16 today")
    chosen = settings.load_settings()
    stages.teach(chosen.phrases_file)
    asyncio.run(_track(chosen, order, language, raw=raw, as_json=as_json))


async def _track(chosen: settings.Settings, order: str, language: str, *, raw: bool, as_json: bool) -> None:
    from bot.merchant import Merchant
    from bot.metrics import Metrics
    from bot.store import Store

    store = Store(chosen.database_url)
    await store.start()
    merchant = Merchant(chosen, store, Metrics(), now=lambda: datetime.now(UTC))
    await merchant.load()
    try:
        if raw:
            typer.echo(await merchant.source.fetch_raw(order, language))
            return
        shown = await merchant.source.fetch(order, language, urgent=True)
        canonical = await merchant.source.fetch(order, "en", urgent=True)
        if not canonical.parcels:  # AliExpress answers the same for an order that does not exist
            await merchant.source.order_facts(order, urgent=True)
    except UnknownOrder:
        raise BotError(f"AliExpress has no order {order} in the account that is logged in") from None
    finally:
        await merchant.flush()
        await merchant.source.aclose()
        await store.close()
    order_now = _known(canonical, shown)
    if as_json:
        typer.echo(to_json(order_now, indent=2).decode())
        return
    words = Words(language=guess_language(language, chosen.default_language), zone=chosen.default_time_zone)
    now = datetime.now(UTC)
    console = Console(highlight=False)
    console.print(_plain(card.card(words, order_now, None, now=now).text), soft_wrap=True)
    for parcel in order_now.order.live:
        page = timeline_view.timeline(words, order_now, None, parcel=parcel.index, now=now)
        console.print("\n" + _plain(page.text), soft_wrap=True)


def _known(canonical: Snapshot, shown: Snapshot) -> Localized:
    """The order as a first check would read it; nothing is stored."""
    now = datetime.now(UTC)
    order = timeline.changes(Order(id=canonical.order_id, created_at=now), canonical, now).order
    return Localized(order=order, texts=matching.pair(order, shown))


def _plain(text: str) -> str:
    """Telegram's HTML as plain text for a terminal."""
    return html.unescape(re.sub(r"<[^>]*>", "", text))
