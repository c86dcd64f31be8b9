"""The whole product against the sandbox, over real HTTP on loopback, in one process."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import aiohttp
import uvicorn

from bot.app import App
from bot.model import Order
from bot.sandbox.box import Config, Sandbox
from bot.sandbox.server import create_app
from bot.settings import Settings, load_settings
from tests import bodies
from tests.parts import migrated

EMMA, IVAN, LEILA, MERCHANT = 5000000101, 5000000102, 5000000103, 5000000001
FAMILY = -1004000000001
PLAIN, CUSTOMS, TWO_PARCELS = "8211744661738042", "8211744661748042", "8211744661758042"
WAIT = 180.0  # seconds: reached only where it never comes; a busy machine may take more than one minute


class _Server(uvicorn.Server):
    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


class World:
    """A sandbox that stands still until told, and a bot that talks to it."""

    def __init__(self, box: Sandbox, url: str, http: aiohttp.ClientSession, folder: Path) -> None:
        self.box = box
        self.url = url
        self.folder = folder
        self._http = http
        self._app: App | None = None
        self._stopping = asyncio.Event()
        self._running: asyncio.Task[None] | None = None

    def settings(self, **changes: str) -> Settings:
        """Settings that point here."""
        config = self.box.config
        environ = {
            "TELEGRAM_BOT_TOKEN": config.bot_token,
            "TELEGRAM_API_URL": f"{self.url}/telegram",
            "ALIEXPRESS_APP_KEY": config.app_key,
            "ALIEXPRESS_APP_SECRET": config.app_secret,
            "ALIEXPRESS_ACCESS_TOKEN": config.access_token,
            "ALIEXPRESS_REFRESH_TOKEN": config.refresh_token,
            "ALIEXPRESS_API_URL": f"{self.url}/aliexpress",
            "ALIEXPRESS_CALLS_PER_SECOND": "200",
            "ALIEXPRESS_CALLS_PER_DAY": "1000000",
            "DATABASE_URL": f"sqlite:///{self.folder / 'bot.db'}",
            "CHECK_MIN_SECONDS": "1",
            "CHECK_MAX_SECONDS": "1",
            "ADMIN_CHAT_IDS": str(MERCHANT),
            "LINK_SECRET": "a-secret-of-your-own",
            "LISTEN": "",
        }
        return load_settings(environ | changes, dotenv=None)

    @property
    def app(self) -> App:
        """The bot that runs."""
        assert self._app is not None
        return self._app

    async def start(self, **changes: str) -> App:
        """Run the bot."""
        self._stopping = asyncio.Event()
        self._app = App(self.settings(**changes))
        self._running = asyncio.create_task(self.app.run(self._stopping))
        return self.app

    async def stop(self) -> None:
        """Stop it as SIGTERM would."""
        self._stopping.set()
        if self._running is not None:
            await self._running
            self._running = None

    async def order(self, order_id: str) -> Order:
        """The order as the bot knows it."""
        async with self.app.store.read() as tx:
            order = await tx.orders.get(order_id)
        assert order is not None
        return order

    # ── people act ──────────────────────────────────────────────────────────────────────────────

    async def control(self, method: str, path: str, **body: Any) -> Any:
        """One call of the control API."""
        query = {name: str(value) for name, value in body.items()} if method == "GET" else None
        content = None if method == "GET" else body
        async with self._http.request(
            method, f"{self.url}/control/{path}", params=query, json=content
        ) as answer:
            assert answer.status == 200, await answer.text()
            return await answer.json()

    async def say(self, chat: int, text: str, **more: Any) -> int:
        """Somebody writes; returns the message's id, to wait for what comes after it."""
        said = await self.control("POST", f"chats/{chat}/say", text=text, **more)
        return int(said["message"]["id"])

    async def posts(self, chat: int, **content: Any) -> int:
        """Somebody sends something else than text; `content` as the Bot API names it."""
        posted = await self.control("POST", f"chats/{chat}/post", content=content)
        return int(posted["message"]["id"])

    async def hears(self, chat: int, contains: str, *, after: int) -> Mapping[str, Any]:
        """The bot's first message above the id `after` that holds the text."""
        return await self._wait(chat, contains, after=after)

    async def reads(self, chat: int, message: Mapping[str, Any], contains: str) -> Mapping[str, Any]:
        """The message once it was edited since it was seen as `message`, and holds the text."""
        return await self._wait(chat, contains, message=message["id"], edits=len(message["edits"]))

    async def _wait(self, chat: int, contains: str, **what: int) -> Mapping[str, Any]:
        found = await self.control("GET", f"chats/{chat}/wait", contains=contains, timeout=WAIT, **what)
        assert not found.get("timeout"), f"nobody said {contains!r}; last: {found}"
        return dict(found)

    async def ask(self, chat: int, text: str, contains: str, **more: Any) -> Mapping[str, Any]:
        """Write, and wait for the answer."""
        return await self.hears(chat, contains, after=await self.say(chat, text, **more))

    async def press(
        self, chat: int, message: Mapping[str, Any], label: str = "", **more: Any
    ) -> Mapping[str, Any]:
        """Press a button by its label, or any with `data`; the bot's answer to the press."""
        wanted = ({"label": label} if label else {}) | more
        pressed = await self.control(
            "POST", f"chats/{chat}/press", message_id=message["id"], timeout=WAIT, **wanted
        )
        return dict(pressed)

    async def messages(self, chat: int) -> list[dict[str, Any]]:
        """Everything in the chat."""
        return list(await self.control("GET", f"chats/{chat}/messages"))

    async def next_node(self, order: str, **more: Any) -> None:
        """The order's next scripted scan appears."""
        await self.control("POST", f"orders/{order}/next", **more)

    async def until(self, met: Callable[[], Awaitable[bool]]) -> None:
        """Wait for something that nobody announces."""
        async with asyncio.timeout(WAIT):
            while not await met():
                await asyncio.sleep(0.02)


@contextlib.asynccontextmanager
async def served(box: Sandbox) -> AsyncIterator[str]:
    """The sandbox on loopback; yields its address."""
    listener = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(
        create_app(sandbox=box),
        log_config=None,
        access_log=False,
        timeout_graceful_shutdown=1,  # answers that a fault holds back are not waited for
    )
    server = _Server(config)
    serving = asyncio.create_task(server.serve(sockets=[listener]))
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        box.close()
        server.should_exit = True
        await serving


@contextlib.asynccontextmanager
async def world(folder: Path, **config: Any) -> AsyncIterator[World]:
    """A world without a bot in it yet; whatever runs in it is stopped at the end."""
    (folder / "bot.db").write_bytes(migrated())
    box = Sandbox(Config(**({"seconds_per_day": 0.0} | config)))
    async with served(box) as url, aiohttp.ClientSession() as http:
        here = World(box, url, http, folder)
        try:
            yield here
        finally:
            await here.stop()
            bodies.note_all(box.telegram.calls.entries)
