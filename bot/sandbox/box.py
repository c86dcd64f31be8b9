"""The sandbox's state: all simulated services, and the people and orders of the demo."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

from bot.sandbox.aliexpress import phrases, scenarios
from bot.sandbox.aliexpress.gateway import Gateway, GatewayBehavior
from bot.sandbox.aliexpress.orders import SimulatedOrders
from bot.sandbox.aliexpress.push import push_body
from bot.sandbox.aliexpress.push import send as send_push
from bot.sandbox.aliexpress.tokens import TokenIssuer
from bot.sandbox.bus import Bus
from bot.sandbox.clock import SandboxClock
from bot.sandbox.faults import Faults
from bot.sandbox.outgoing import CallFailed
from bot.sandbox.telegram.limits import FloodRates
from bot.sandbox.telegram.service import SimulatedTelegram

MERCHANT = 5000000001  # the merchant's chat
_TICK_SECONDS = 0.25


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """The sandbox's configuration. None of its credentials opens anything real.

    `seconds_per_day` is the pace of the parcels: real seconds per simulated day, 0 to stop.
    `app_status` is "test" (tokens live a day) or "online" (30 days).
    """

    bot_token: str = "700000001:AAsandboxsandboxsandboxsandboxsand"  # noqa: S105  opens the simulation only
    bot_username: str = "parcel_demo_bot"
    app_key: str = "500000"
    app_secret: str = "sandbox-app-secret"  # noqa: S105  opens the simulation only
    access_token: str = "50000500sandboxAccessTokenAtStart"  # noqa: S105  opens the simulation only
    refresh_token: str = "50001500sandboxRefreshTokenAtStart"  # noqa: S105  opens the simulation only
    app_status: str = "online"
    seconds_per_day: float = 20.0
    demo: bool = True
    metrics_url: str = ""
    push_url: str = ""
    seed: int = 1
    webhook_backoff: float = 2.0
    rates: FloodRates = field(default_factory=FloodRates)
    time: Callable[[], float] | None = None


class Sandbox:
    """All state. `create_app` serves it; tests can also access it directly."""

    def __init__(self, config: Config) -> None:
        self.config = config
        self.clock = SandboxClock(config.time) if config.time else SandboxClock()
        self.bus = Bus()
        self.faults = Faults()
        self.behavior = GatewayBehavior()
        self.metrics_url = config.metrics_url
        self.push_url = config.push_url
        self.telegram = SimulatedTelegram(
            clock=self.clock,
            bus=self.bus,
            token=config.bot_token,
            username=config.bot_username,
            rates=config.rates,
        )
        self.orders = SimulatedOrders(self.clock, self.bus, phrases.load_phrases(), config.seconds_per_day)
        self.tokens = TokenIssuer(self.clock, status=config.app_status)
        self.tokens.grant(config.access_token, config.refresh_token)
        self.gateway = Gateway(
            clock=self.clock,
            faults=self.faults,
            orders=self.orders,
            tokens=self.tokens,
            app_key=config.app_key,
            app_secret=config.app_secret,
            behavior=self.behavior,
            seed=config.seed,
        )
        if config.demo:
            self._furnish()

    def _furnish(self) -> None:
        """The people and orders of the demo."""
        now = self.clock.now()
        for order_id, name in scenarios.DEMO.items():
            self.orders.add(scenarios.build(self.orders, order_id, name, now))
        people = [
            self.telegram.add_user(name, language_code=code, user_id=number, zone=zone)
            for name, code, number, zone in (
                ("Emma", "en", 5000000101, "America/New_York"),
                ("Иван", "ru", 5000000102, "Europe/Moscow"),
                ("ليلى", "ar", 5000000103, "Asia/Dubai"),
                ("נועה", "he", 5000000104, "Asia/Jerusalem"),
                ("Lucía", "es", 5000000105, "Europe/Madrid"),
                ("João", "pt-br", 5000000106, "America/Sao_Paulo"),
                ("さくら", "ja", 5000000107, "Asia/Tokyo"),
                ("Merchant", "en", MERCHANT, "Europe/Berlin"),
            )
        ]
        for person in people:
            self.telegram.add_private(person, started=False)
        members = {people[0].id: "creator", people[1].id: "member", people[4].id: "member"}
        self.telegram.add_group("Parcels of the family", members, chat_id=-1004000000001)

    def close(self) -> None:
        """End every stream and long poll, as the server stops."""
        self.bus.close()
        self.telegram.updates.end_polls("")

    async def tick(self) -> None:
        """Move parcels regularly, so that the page shows it."""
        while True:
            self.orders.move()
            await asyncio.sleep(_TICK_SECONDS)

    async def push(self) -> None:
        """Tell the bot what AliExpress would, where its address for pushes is known."""
        while True:
            while self.orders.to_push:
                order_id = self.orders.to_push.pop(0)
                if not self.push_url:
                    continue
                body = push_body(self.clock.now(), order_id, "")
                try:
                    await send_push(
                        self.push_url, body, app_key=self.config.app_key, app_secret=self.config.app_secret
                    )
                except CallFailed as exc:
                    self.bus.publish("push_failed", order_id=order_id, reason=str(exc))
            await asyncio.sleep(_TICK_SECONDS)
