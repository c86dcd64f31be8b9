"""`webhooks`: where the shop's systems get events, what was not accepted, and sending it again."""

from __future__ import annotations

import asyncio
import json
import secrets
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from bot import settings
from bot.addresses import BadUrl
from bot.cli.program import PROGRAM
from bot.errors import BotError
from bot.events import iso
from bot.model import Endpoint, EventType, QueuedEvent

if TYPE_CHECKING:
    from bot.tracking.webhooks import NewSecret, WebhookEndpoints

T = TypeVar("T")

app = typer.Typer(
    no_args_is_help=True, help="Send events about orders to the shop's systems (docs/how-to/webhooks.md)."
)
_Id = Annotated[str, typer.Argument(metavar="ID", help="the endpoint's id, from `webhooks list`")]
_Only = Annotated[str | None, typer.Option("--endpoint", metavar="ID", help="only those for this endpoint")]
_Json = Annotated[bool, typer.Option("--json", help="for scripts")]


@app.command()
def add(
    url: Annotated[str, typer.Argument(help="where events are posted to: https://…")],
    events: Annotated[
        list[EventType] | None,
        typer.Option("--events", help="a type that is wanted, once for each; without it: all"),
    ] = None,
) -> None:
    """Send events to this URL from now on, and print the secret that signs them. It is shown only now."""
    try:
        made = _run(lambda webhooks: webhooks.add(url, events or ()))
    except BadUrl as error:
        raise typer.BadParameter(str(error)) from None
    _show_secret(made, f"Endpoint {made.endpoint.id}. Keep its secret like a password")


@app.command("list")
def list_(as_json: _Json = False) -> None:
    """List the endpoints, and how it goes with each."""
    endpoints, waiting = _run(_listed)
    if as_json:
        typer.echo(json.dumps([_row(one, waiting.get(one.id, 0)) for one in endpoints], ensure_ascii=False))
        return
    if not endpoints:
        typer.echo(f"There is no endpoint, so no events are made. `{PROGRAM} webhooks add URL` makes one.")
        return
    table = Table("id", "URL", "events", "state", "waiting", box=None)
    for one in endpoints:
        wanted = "\n".join(one.events) or "all"
        table.add_row(one.id, Text(one.url), wanted, Text(_state(one)), str(waiting.get(one.id, 0)))
    Console(highlight=False).print(table)


@app.command()
def remove(endpoint: _Id) -> None:
    """Send nothing there any more, and forget what waits for it."""
    _known(_run(lambda webhooks: webhooks.remove(endpoint)), endpoint)
    typer.echo(f"{endpoint} is removed.")


@app.command()
def rotate(endpoint: _Id) -> None:
    """Make a new secret and print it; the former one signs, too, for 24 hours."""
    made = _known(_run(lambda webhooks: webhooks.rotate(endpoint)), endpoint)
    _show_secret(made, "The former secret signs, too, for 24 hours")


@app.command()
def resume(endpoint: _Id) -> None:
    """Send to a paused endpoint again, beginning with what was kept."""
    count = _known(_run(lambda webhooks: webhooks.resume(endpoint)), endpoint)
    typer.echo(f"{endpoint} gets events again; {count} wait. A running bot begins within seconds.")


@app.command()
def failed(endpoint: _Only = None, as_json: _Json = False) -> None:
    """List events that were set aside after three days of failures, newest first."""
    aside = _run(lambda webhooks: webhooks.aside(endpoint_id=endpoint))
    if as_json:
        typer.echo(json.dumps([_aside(one) for one in aside]))
        return
    if not aside:
        typer.echo("No event was set aside.")
        return
    table = Table("event", "type", "order", "endpoint", "attempts", "set aside (UTC)", "why", box=None)
    for one in aside:
        at = f"{one.settled_at:%Y-%m-%d %H:%M}" if one.settled_at else ""
        table.add_row(
            one.event_id, one.type, one.order_id, one.endpoint_id, str(one.attempts), at, Text(one.error)
        )
    Console(highlight=False).print(table)


@app.command()
def replay(
    event: Annotated[
        str | None, typer.Argument(metavar="[EVENT]", help="the event's id; it may have been accepted before")
    ] = None,
    everything: Annotated[bool, typer.Option("--all", help="all that were set aside")] = False,
    endpoint: _Only = None,
) -> None:
    """Send an event again with its old id and body, or all that were set aside."""
    if (event is None) != everything:
        raise typer.BadParameter("give the id of an event, or --all")
    count = _run(lambda webhooks: webhooks.replay(event, endpoint_id=endpoint))
    if event is not None and not count:
        raise BotError(f"no event {event} that was sent or set aside; accepted ones are kept for 7 days")
    typer.echo(f"{count} will be sent again. A running bot begins within seconds.")


@app.command()
def test(endpoint: _Id) -> None:
    """Send one event of type `webhook.test` now and show what the endpoint answers. Exit code 1: refused."""
    status, seconds, why = _run(lambda webhooks: _test(webhooks, endpoint))
    if why:
        typer.echo(f"Not accepted: {why}.")
        sys.exit(1)
    typer.echo(f"Accepted: it answered {status} in {seconds:.2f} seconds.")


# ── with the database ───────────────────────────────────────────────────────────────────────────


def _run(work: Callable[[WebhookEndpoints], Awaitable[T]]) -> T:
    """Run `work` with the bot's database; safe while the bot is running."""

    async def run() -> T:
        async with _webhooks(settings.load_settings()) as webhooks:
            return await work(webhooks)

    return asyncio.run(run())


@asynccontextmanager
async def _webhooks(chosen: settings.Settings) -> AsyncIterator[WebhookEndpoints]:
    from bot.sources.aliexpress.cipher import Cipher
    from bot.store import Store
    from bot.tracking import Policy
    from bot.tracking.webhooks import WebhookEndpoints

    key = chosen.token_key.get_secret_value() if chosen.token_key else None
    policy = Policy(private_webhooks=chosen.webhooks_allow_private)
    store = Store(chosen.database_url)
    await store.start()
    try:
        yield WebhookEndpoints(store, Cipher(key), policy, lambda: datetime.now(UTC))
    finally:
        await store.close()


async def _listed(webhooks: WebhookEndpoints) -> tuple[Sequence[Endpoint], dict[str, int]]:
    return await webhooks.endpoints(), await webhooks.waiting()


async def _test(webhooks: WebhookEndpoints, endpoint_id: str) -> tuple[int, float, str]:
    """The status, how long it took, and why it was not accepted (empty: it was)."""
    from bot.webhooks import post
    from bot.webhooks.client import Unreachable, new_client

    endpoint = _known(await webhooks.get(endpoint_id), endpoint_id)
    client = new_client(allow_private=settings.load_settings().webhooks_allow_private)
    now, event_id = datetime.now(UTC), f"evt_{secrets.token_hex(16)}"
    event = {"type": "webhook.test", "timestamp": iso(now), "version": 1, "id": event_id, "data": {}}
    signing, clock = webhooks.secrets_of(endpoint), asyncio.get_running_loop().time
    began = clock()
    try:
        answer = await post(client, endpoint.url, signing, event_id, json.dumps(event), now)
    except Unreachable as error:
        return 0, clock() - began, str(error)
    finally:
        await client.close()
    return answer.status, clock() - began, "" if answer.accepted else f"it answered {answer.status}"


# ── what is shown ───────────────────────────────────────────────────────────────────────────────


def _known(found: T | None, endpoint_id: str) -> T:
    if found is None or found is False:
        raise BotError(f"there is no endpoint {endpoint_id}; `{PROGRAM} webhooks list` shows all")
    return found


def _show_secret(made: NewSecret, word: str) -> None:
    """The secret alone on the standard output, so that a script can take it."""
    typer.echo(made.secret)
    Console(stderr=True, highlight=False).print(f"{word}. It is shown only this once.", soft_wrap=True)


def _state(endpoint: Endpoint) -> str:
    if endpoint.paused_at is not None:
        return f"paused since {endpoint.paused_at:%Y-%m-%d %H:%M} UTC: {endpoint.error}"
    if endpoint.failing_since is not None:
        return f"failing since {endpoint.failing_since:%Y-%m-%d %H:%M} UTC: {endpoint.error}"
    if endpoint.delivered_at is None:
        return "nothing sent yet"
    return f"works; last event {endpoint.delivered_at:%Y-%m-%d %H:%M} UTC"


def _row(endpoint: Endpoint, waiting: int) -> dict[str, Any]:
    return {
        "id": endpoint.id,
        "url": endpoint.url,
        "events": list(endpoint.events),
        "created_at": iso(endpoint.created_at),
        "failing_since": iso(endpoint.failing_since) if endpoint.failing_since else None,
        "paused_at": iso(endpoint.paused_at) if endpoint.paused_at else None,
        "delivered_at": iso(endpoint.delivered_at) if endpoint.delivered_at else None,
        "error": endpoint.error or None,
        "waiting": waiting,
    }


def _aside(event: QueuedEvent) -> dict[str, Any]:
    return {
        "id": event.event_id,
        "type": event.type,
        "order": event.order_id,
        "endpoint": event.endpoint_id,
        "attempts": event.attempts,
        "error": event.error,
        "at": iso(event.settled_at) if event.settled_at else None,
    }
