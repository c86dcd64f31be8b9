"""The API in this process, over a real SQLite file."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette

from bot.model import CallBudget
from bot.tracking import Policy, Tracking
from bot.web.api.app import routes
from bot.web.api.backend import Backend
from bot.web.routes import Endpoints, create_web_app
from tests.parts import Engine

SECRET = "a-secret-of-your-own"
PUBLIC = "https://parcels.example.com"


@dataclass
class Shop:
    """A shop's system: it has a key, unless it was taken away."""

    engine: Engine
    http: httpx.AsyncClient
    app: Starlette
    key: str
    wakes: list[int] = field(default_factory=list)
    serving: bool = True

    async def ask(self, method: str, path: str, **how: Any) -> httpx.Response:
        """A request with the key."""
        headers = {"Authorization": f"Bearer {self.key}"} | how.pop("headers", {})
        return await self.http.request(method, f"/api/v1{path}", headers=headers, **how)

    async def get(self, path: str, **parameters: Any) -> Any:
        """What a GET that succeeds answers."""
        answer = await self.ask("GET", path, params=parameters)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def add(self, **order: Any) -> Any:
        """The rows that a POST of one order answers."""
        answer = await self.ask("POST", "/orders", json=order)
        assert answer.status_code == 200, answer.text
        return answer.json()["orders"]


async def _calls() -> CallBudget:
    return CallBudget(used=7, limit=100, forecast=9)


async def _ready() -> dict[str, str]:
    return {}


async def _metrics() -> bytes:
    return b""


@pytest.fixture
async def silent_shop(engine: Engine) -> AsyncIterator[Shop]:
    """One before any key was made."""
    engine = Engine(engine.store, policy=Policy(orders_per_chat=1000, link_secret=SECRET))
    made: list[Shop] = []

    def tracking() -> Tracking | None:
        return engine.tracking if made[0].serving else None

    backend = Backend(
        tracking=tracking,
        username=lambda: "parcel_bot",
        wake=lambda: made[0].wakes.append(1),
        calls=_calls,
        metrics=engine.metrics,
        public_url=PUBLIC,
    )
    app = create_web_app(Endpoints(ready=_ready, metrics=_metrics), routes(backend))
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://shop") as http:
        made.append(Shop(engine=engine, http=http, app=app, key=""))
        yield made[0]


@pytest.fixture
async def shop(silent_shop: Shop) -> Shop:
    """One with a key."""
    silent_shop.key = await silent_shop.engine.tracking.keys.add("shop") or ""
    return silent_shop
