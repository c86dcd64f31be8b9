"""Checks that events reach the shop's systems."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from bot.addresses import host_of
from bot.cli.checks import Finding, ok, warning
from bot.cli.checks.database import is_current
from bot.cli.program import PROGRAM
from bot.model import Endpoint, EventQueue
from bot.settings import Settings
from bot.store import Store

_FAILING = timedelta(hours=1)  # shorter failures pass by themselves


async def webhooks(store: Store, chosen: Settings, now: datetime) -> Iterable[Finding]:
    """Check that events reach the shop's systems; nothing is said where there are none."""
    if not await is_current(store):
        return []
    async with store.read() as tx:
        endpoints = await tx.webhooks.endpoints()
        queue = await tx.webhooks.queue([one.id for one in endpoints if one.paused_at is None])
    if not endpoints:
        return []
    found = [*_endpoints(endpoints, now), *_events(queue, now)]
    if chosen.webhooks_allow_private:
        why = "WEBHOOKS_ALLOW_PRIVATE is on: events may go into private networks, and without TLS"
        found.append(warning("webhooks", why, "leave it out unless your shop's system is in such a network"))
    return found or [ok("webhooks", f"endpoints: {len(endpoints)}; events waiting: {queue.due}")]


def _endpoints(endpoints: Iterable[Endpoint], now: datetime) -> Iterator[Finding]:
    for one in endpoints:
        where = f"{one.id} ({host_of(one.url)})"
        if one.paused_at is not None:
            fix = f"correct it, then `{PROGRAM} webhooks resume {one.id}`"
            yield warning("webhooks", f"{where} is paused since {one.paused_at:%Y-%m-%d}: {one.error}", fix)
        elif one.failing_since is not None and now - one.failing_since >= _FAILING:
            text = f"{where} accepts nothing since {one.failing_since:%Y-%m-%d %H:%M} UTC: {one.error}"
            yield warning("webhooks", text, f"`{PROGRAM} webhooks test {one.id}` tries it")


def _events(queue: EventQueue, now: datetime) -> Iterator[Finding]:
    if queue.aside:
        fix = f"`{PROGRAM} webhooks failed` lists them, `webhooks replay --all` sends them again"
        yield warning("webhooks", f"{queue.aside} events were set aside", fix)
    if queue.oldest_at is not None and now - queue.oldest_at >= _FAILING:
        hours = (now - queue.oldest_at) // timedelta(hours=1)
        text = f"the oldest of {queue.due} waiting events is {hours} hours old"
        yield warning("webhooks", text, f"`{PROGRAM} webhooks list` shows where they wait")
