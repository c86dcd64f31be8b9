"""`demo`: runs the unchanged bot against simulated services, with a chat page in the browser."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.panel import Panel

from bot.errors import BotError

_READY_WITHIN = 180.0  # seconds: a small machine that is busy takes one minute


def demo(
    port: Annotated[int, typer.Option(help="the chat page's port; 0 picks a free one")] = 8765,
    speed: Annotated[float, typer.Option(help="seconds for one simulated day")] = 20.0,
) -> None:
    """Try everything without any account: a chat page opens, parcels move, pushes arrive."""
    console = Console(highlight=False)
    console.print("Starting the simulated AliExpress and Telegram, then the bot itself …")
    with tempfile.TemporaryDirectory(prefix="parcel-bot-demo-") as folder:
        listen = f"127.0.0.1:{_free_port()}"
        sandbox, addresses = _start_sandbox(port, speed, f"http://{listen}")
        environment = _environment(addresses, listen, Path(folder))
        bot = subprocess.Popen([sys.executable, "-m", "bot", "run"], env=environment)
        try:
            _wait_until_ready(bot, f"http://{listen}/ready")
            for_shops = _for_shops(addresses, environment)
            stopping = _on_signals()
            console.print(_welcome(addresses))
            console.print(for_shops, soft_wrap=True)
            _wait(stopping, sandbox, bot)
        finally:
            _stop(bot, sandbox)


def _start_sandbox(port: int, speed: float, listen: str) -> tuple[subprocess.Popen[str], dict[str, Any]]:
    command = [
        sys.executable, "-m", "bot.sandbox", "--port", str(port), "--speed", str(speed),
        "--metrics-url", listen, "--push-url", f"{listen}/aliexpress/push",
    ]  # fmt: skip
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)  # noqa: S603  our own module
    line = process.stdout.readline() if process.stdout else ""
    if not line:
        process.wait(5)
        raise BotError(f"the chat page cannot listen on port {port}; try --port 0")
    addresses: dict[str, Any] = json.loads(line)
    return process, addresses


def _environment(addresses: dict[str, Any], listen: str, folder: Path) -> dict[str, str]:
    """The settings of the demo: two base URLs, a throw-away database and token."""
    ours = {
        "TELEGRAM_BOT_TOKEN": addresses["bot_token"],
        "TELEGRAM_API_URL": addresses["telegram_api_url"],
        "ALIEXPRESS_APP_KEY": addresses["app_key"],
        "ALIEXPRESS_APP_SECRET": addresses["app_secret"],
        "ALIEXPRESS_ACCESS_TOKEN": addresses["access_token"],
        "ALIEXPRESS_REFRESH_TOKEN": addresses["refresh_token"],
        "ALIEXPRESS_API_URL": addresses["aliexpress_api_url"],
        "ALIEXPRESS_CALLS_PER_SECOND": "20",
        "ALIEXPRESS_CALLS_PER_DAY": "500000",
        "DATABASE_URL": f"sqlite:///{folder / 'demo.db'}",
        "CHECK_MIN_SECONDS": "3",
        "CHECK_MAX_SECONDS": "6",
        "ADMIN_CHAT_IDS": str(addresses["admin_chat_id"]),
        "LINK_SECRET": "only-for-the-demo-0123456789",
        "LISTEN": listen,
        "WEBHOOKS_ALLOW_PRIVATE": "true",
        "PUBLIC_URL": f"http://{listen}",
        "LOG_LEVEL": "WARNING",
    }
    if not os.environ.get("SHOP_FILE"):  # a brand of one's own can be tried
        shop = folder / "shop.toml"
        shop.write_text('name = "Lamp & Light"\n', encoding="utf-8")
        ours["SHOP_FILE"] = str(shop)
    inherited = {name: value for name, value in os.environ.items() if name not in ours}
    return inherited | ours


def _wait_until_ready(bot: subprocess.Popen[bytes], url: str) -> None:
    from urllib.error import URLError
    from urllib.request import urlopen

    deadline = time.monotonic() + _READY_WITHIN
    while time.monotonic() < deadline:
        if bot.poll() is not None:
            raise BotError("the bot did not start; see its output above")
        try:
            with urlopen(url, timeout=2) as answer:  # noqa: S310  a loopback address of ours
                if answer.status == 200:
                    return
        except (URLError, OSError):
            time.sleep(0.1)
    raise BotError("the bot did not become ready in three minutes")


def _welcome(addresses: dict[str, Any]) -> Panel:
    return Panel(
        f"Open  [bold cyan]{addresses['url']}[/]  in a browser.\n\n"
        f"First, type this in the chat:  [bold]/track {addresses['first_order']}[/]\n"
        "Its next news arrives within a minute. Try the other languages on the left,\n"
        "the buttons under the card, and the tour on the right.\n\n"
        "Ctrl+C ends the demo and deletes its data.",
        title="The demo is running",
        expand=False,
    )


def _for_shops(addresses: dict[str, Any], environment: dict[str, str]) -> str:
    """How to try the tracking page, the API and events, with a key and an endpoint made for the demo."""
    from bot.ids import link_token

    url = environment["PUBLIC_URL"]
    page = f"{url}/t/{link_token(addresses['first_order'], environment['LINK_SECRET'])}"
    key, secret = asyncio.run(_known_to_shops(environment["DATABASE_URL"], f"{addresses['url']}/shop/events"))
    links = {"secret": secret, "page": page, "api": f"{url}/api/v1", "key": key}
    _tell_shop(f"{addresses['url']}/shop/setup", links)
    return (
        f"The same order without Telegram:  {page}\n"
        f'The API for shops:  curl -H "Authorization: Bearer {key}" {url}/api/v1/orders\n'
        f"Events that a shop's own system gets:  {addresses['url']}/shop/\n"
    )


async def _known_to_shops(database: str, events: str) -> tuple[str, str]:
    """A key of the API, and the secret of an endpoint that gets events."""
    from bot.sources.aliexpress.cipher import Cipher
    from bot.store import Store
    from bot.tracking import Policy
    from bot.tracking.keys import ApiKeys
    from bot.tracking.webhooks import WebhookEndpoints

    def now() -> datetime:
        return datetime.now(UTC)

    store = Store(database)
    try:
        key = await ApiKeys(store, now).add("demo") or ""
        webhooks = WebhookEndpoints(store, Cipher(), Policy(private_webhooks=True), now)
        return key, (await webhooks.add(events)).secret
    finally:
        await store.close()


def _tell_shop(url: str, links: dict[str, str]) -> None:
    """The shop's system verifies events with the secret, and the tour leads to the others."""
    from urllib.request import urlopen

    with urlopen(url, data=json.dumps(links).encode(), timeout=5):  # noqa: S310  a loopback address of ours
        pass


def _on_signals() -> threading.Event:
    """An event that Ctrl+C and SIGTERM set from now on."""
    stopping = threading.Event()
    for signum in (signal.SIGINT, signal.SIGTERM):
        signal.signal(signum, lambda _signum, _frame: stopping.set())
    return stopping


def _wait(stopping: threading.Event, *processes: subprocess.Popen[Any]) -> None:
    """Wait until the demo is stopped. Raises BotError if one of the processes ends."""
    while not stopping.is_set():
        if any(process.poll() is not None for process in processes):
            raise BotError("a part of the demo ended unexpectedly; see its output above")
        time.sleep(0.2)


def _stop(*processes: subprocess.Popen[Any]) -> None:
    for process in processes:
        if process.poll() is None:
            process.terminate()
    for process in processes:
        try:
            process.wait(12)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
