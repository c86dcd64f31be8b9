"""The API in a process of its own, to be killed: `python -m tests.api.process URL` prints port and key."""

from __future__ import annotations

import asyncio
import json
import sys

from bot.model import CallBudget
from bot.store import Store
from bot.web.api.app import routes
from bot.web.api.backend import Backend
from bot.web.routes import Endpoints, create_web_app
from bot.web.server import HttpServer
from tests.parts import Engine


async def main(url: str) -> None:
    store = Store(url)
    await store.start()
    engine = Engine(store)

    async def calls() -> CallBudget:
        return CallBudget(used=0, limit=None, forecast=0)

    async def ready() -> dict[str, str]:
        return {}

    async def metrics() -> bytes:
        return b""

    backend = Backend(
        tracking=lambda: engine.tracking,
        username=lambda: "parcel_bot",
        wake=lambda: None,
        calls=calls,
        metrics=engine.metrics,
    )
    app = create_web_app(Endpoints(ready=ready, metrics=metrics), routes(backend))
    port = await HttpServer(app, "127.0.0.1", 0).open()
    told = {"port": port, "key": await engine.tracking.keys.add("shop")}
    sys.stdout.write(json.dumps(told) + "\n")
    sys.stdout.flush()
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
