"""An endpoint of a shop, and the loop that sends to it, with the clock in hand."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from aiohttp import web

from bot.model import BookEntry, Endpoint
from bot.store import Store
from bot.tracking import Policy
from bot.webhooks import WebhookSender
from bot.webhooks.client import WebhookClient
from tests.parts import Engine

Reply = int | Callable[[web.Request], Any]


@dataclass
class Receiver:
    """A shop's system: it keeps what it gets, and answers 200 or what the test says."""

    url: str = ""
    requests: list[tuple[Mapping[str, str], str]] = field(default_factory=list)
    answers: list[web.Response] = field(default_factory=list)  # to the next requests
    refused: dict[str, int] = field(default_factory=dict)  # status by order
    down: int = 0  # the status of every answer, if any
    gate: asyncio.Event | None = None  # set: nothing is answered before it
    in_flight: int = 0
    most_in_flight: int = 0

    async def take(self, request: web.Request) -> web.StreamResponse:
        body = (await request.read()).decode()
        self.in_flight += 1
        self.most_in_flight = max(self.most_in_flight, self.in_flight)
        try:
            if self.gate is not None:
                await self.gate.wait()
        finally:
            self.in_flight -= 1
        self.requests.append((dict(request.headers), body))
        if self.answers:
            return self.answers.pop(0)
        order = json.loads(body)["data"].get("id", "")
        return web.Response(status=self.refused.get(order, self.down or 200), text="thank you")

    @property
    def told(self) -> list[dict[str, Any]]:
        """The bodies so far."""
        return [json.loads(body) for _, body in self.requests]

    def types(self, order_id: str | None = None) -> list[str]:
        return [one["type"] for one in self.told if order_id in (None, one["data"].get("id"))]

    def ids(self) -> list[str]:
        return [headers["webhook-id"] for headers, _ in self.requests]


@contextlib.asynccontextmanager
async def receiver(path: str = "/hooks") -> AsyncIterator[Receiver]:
    """One that listens on loopback."""
    made = Receiver()
    app = web.Application()
    app.router.add_route("*", "/{tail:.*}", made.take)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    host, port = runner.addresses[0][:2]
    made.url = f"http://{host}:{port}{path}"
    try:
        yield made
    finally:
        if made.gate is not None:
            made.gate.set()
        await runner.cleanup()


class Office:
    """An engine whose events are sent for real."""

    def __init__(self, store: Store, *, luck: float = 0.0, within: float = 10.0) -> None:
        self.engine = Engine(store, policy=Policy(private_webhooks=True, admins=frozenset({1})))
        self.engine.clock.at = datetime.now(UTC).replace(microsecond=0)  # signatures are good for minutes
        self.clock = self.engine.clock
        self.webhooks = self.engine.tracking.webhooks
        self.client = WebhookClient(permits=lambda _: True, within=within)
        self.allowed = True
        self.sender = WebhookSender(
            store=store,
            webhooks=self.webhooks,
            client=self.client,
            now=self.clock.now,
            sleep=self.clock.sleep,
            telemetry=self.engine.metrics,
            allowed=lambda: self.allowed,
            luck=lambda: luck,
        )

    async def book(self, *orders: str) -> None:
        await self.engine.tracking.booking.book([BookEntry(order_id=one) for one in orders])

    async def settle(self) -> None:
        """Everything that may be sent now is sent and settled."""
        while await self.sender.step() or self.sender.busy:
            await asyncio.sleep(0.001)

    async def endpoint(self) -> Endpoint:
        (only,) = await self.webhooks.endpoints()
        return only


@contextlib.asynccontextmanager
async def office(store: Store, **how: Any) -> AsyncIterator[Office]:
    """An office that closes its connections."""
    made = Office(store, **how)
    yield made
    await made.client.close()
