"""Combines the simulated services, a shop's system, control API and chat page into one application."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path

from starlette.requests import Request
from starlette.responses import FileResponse
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from bot.sandbox.aliexpress.oauth import Consent
from bot.sandbox.box import Config, Sandbox
from bot.sandbox.control import ControlApi
from bot.sandbox.hangup import Breakable
from bot.sandbox.shop import ShopSystem
from bot.sandbox.telegram.server import BotApi
from bot.sandbox.telegram.webhook import WebhookDelivery

_PAGE = Path(__file__).with_name("page")


def create_app(config: Config | None = None, sandbox: Sandbox | None = None) -> Breakable:
    """The application: `/telegram`, `/aliexpress`, `/shop`, `/control` and the chat page at `/`.

    Webhooks and the tick run within its lifespan; everything else works without it. `app.state.sandbox` holds
    the state.
    """
    box = sandbox or Sandbox(config or Config())
    webhook = WebhookDelivery(box.telegram, backoff=box.config.webhook_backoff)

    @contextlib.asynccontextmanager
    async def lifespan(_: object) -> AsyncIterator[None]:
        tasks = [asyncio.create_task(work) for work in (box.tick(), box.push(), webhook.run())]
        try:
            yield
        finally:
            box.close()
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def index(request: Request) -> FileResponse:
        return FileResponse(_PAGE / "index.html")

    gateway = [*Consent(box.tokens, box.config.app_key).routes, *box.gateway.routes]
    app = Breakable(
        lifespan=lifespan,
        routes=[
            Mount("/telegram", routes=BotApi(box.telegram, box.faults).routes),
            Mount("/aliexpress", routes=gateway),
            Mount("/control", routes=ControlApi(box).routes),
            Mount("/shop", routes=ShopSystem().routes),
            Route("/", index),
            Mount("/page", StaticFiles(directory=_PAGE)),
        ],
    )
    app.state.sandbox = box
    return app
