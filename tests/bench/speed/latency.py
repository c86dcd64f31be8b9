"""The real `bot run` in a process of its own: how long people wait while it checks orders by the hundred,
how it starts and what it does at rest."""

from __future__ import annotations

import contextlib
import json
import os
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.request import urlopen

from tests.bench.speed import children

_NEW_ORDER = 8_299_000_000_000_000
_PEOPLE = 900_000_000
_PACE = 0.15  # seconds between two people: within Telegram's limits, which are kept
_IMPORTS = "import bot.cli, bot.cli.run, bot.app, bot.metrics"


@contextlib.contextmanager
def running(
    url: str, database: Path, port: int = 0, **more: str
) -> Iterator[tuple[subprocess.Popen[bytes], float]]:
    """A bot and the seconds from its start until it called itself ready."""
    port = port or free_port()
    settings = children.environment(url, database, LISTEN=f"127.0.0.1:{port}", LOG_LEVEL="INFO", **more)
    began = time.monotonic()
    bot = subprocess.Popen(
        [sys.executable, "-m", "bot", "run"],
        cwd=database.parent,
        env={**os.environ, **settings, "PYTHONPATH": str(children.ROOT)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield bot, _ready(port, bot) - began
    finally:
        bot.terminate()
        bot.wait(30)


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
        return port


def _ready(port: int, bot: subprocess.Popen[bytes]) -> float:
    while bot.poll() is None:
        with contextlib.suppress(URLError, ConnectionError), urlopen(f"http://127.0.0.1:{port}/ready"):
            return time.monotonic()
        time.sleep(0.005)
    raise RuntimeError(f"the bot ended with {bot.returncode}")


def start(url: str, database: Path, idle: float) -> dict[str, float]:
    """Seconds for imports and from there to ready, then processor use per second while nothing is due."""
    imports = min(_imports() for _ in range(3))
    with running(url, database) as (bot, ready):
        time.sleep(3.0)
        before = children.cpu_of(bot.pid)
        time.sleep(idle)
        used = (children.cpu_of(bot.pid) - before) / idle
        return {
            "imports": imports,
            "beyond": ready - imports,
            "idle": used,
            "memory": children.memory_of(bot.pid),
        }


def _imports() -> float:
    began = time.monotonic()
    subprocess.run([sys.executable, "-c", _IMPORTS], cwd=children.ROOT, check=True)
    return time.monotonic() - began


def answers(url: str, database: Path, people: int) -> dict[str, float]:
    """Seconds from an update's hand-over to its answer, with every stored order due."""
    with running(url, database):
        time.sleep(2.0)
        numbers = iter(range(1, 10**9))
        log = track(url, numbers, range(people))
        tracked = tracks(log, range(people))
        presses = _presses(log, numbers)
        for press in presses:
            children.ask(url, "say", press)
            time.sleep(_PACE)
        time.sleep(1.0)
        log = children.ask(url, "log")
        pressed = _press_waits(log, presses)
    return {
        "track median": statistics.median(tracked),
        "track p99": _high(tracked),
        "button median": statistics.median(pressed),
        "button p99": _high(pressed),
    }


def track(url: str, numbers: Iterator[int], people: range, rest: float = 2.0) -> dict[str, Any]:
    """These people send /track, each an order of their own; the stand-in's log `rest` seconds later."""
    children.ask(url, "log")
    for person in people:
        text = f"/track {_NEW_ORDER + person}"
        children.ask(url, "say", _message(next(numbers), _PEOPLE + person, text))
        time.sleep(_PACE)
    time.sleep(rest)
    log: dict[str, Any] = children.ask(url, "log")
    return log


def tracks(log: dict[str, Any], people: range, first: int = 1) -> list[float]:
    """Seconds that these people waited; `first` is the number of the first one's update."""
    asked = {str(first + place): _PEOPLE + one for place, one in enumerate(people)}
    return _waits(log, asked, "sendMessage")


def _waits(log: dict[str, Any], asked: dict[str, int], method: str) -> list[float]:
    first: dict[int, float] = {}
    for post in log["posted"]:
        if post["method"] == method and "reply_markup" in post["body"]:
            first.setdefault(int(post["body"]["chat_id"]), post["at"])
    never = float("inf")
    return [first.get(chat, never) - log["handed"].get(update, 0.0) for update, chat in asked.items()]


def _press_waits(log: dict[str, Any], presses: list[dict[str, Any]]) -> list[float]:
    answered = {
        post["body"]["callback_query_id"]: post["at"]
        for post in log["posted"]
        if post["method"] == "answerCallbackQuery"
    }
    return [
        answered[press["callback_query"]["id"]] - log["handed"][str(press["update_id"])] for press in presses
    ]


def _presses(log: dict[str, Any], numbers: Iterator[int]) -> list[dict[str, Any]]:
    """Everybody presses the first button of their card."""
    cards: dict[int, dict[str, Any]] = {}
    for post in log["posted"]:
        if post["method"] == "sendMessage" and "callback_data" in post["body"].get("reply_markup", ""):
            cards[int(post["body"]["chat_id"])] = post
    found = []
    for chat, post in cards.items():
        rows = json.loads(post["body"]["reply_markup"])["inline_keyboard"]
        data = next(button["callback_data"] for row in rows for button in row if "callback_data" in button)
        message = {"message_id": post["id"], "date": 1_700_000_000, "chat": _chat(chat), "text": "."}
        query = {"id": f"q{chat}", "from": _user(chat), "chat_instance": "1", "data": data}
        found.append({"update_id": next(numbers), "callback_query": query | {"message": message}})
    return found


def _message(update: int, chat: int, text: str) -> dict[str, Any]:
    entity = {"type": "bot_command", "offset": 0, "length": len(text.split(maxsplit=1)[0])}
    return {
        "update_id": update,
        "message": {
            "message_id": update,
            "date": 1_700_000_000,
            "chat": _chat(chat),
            "from": _user(chat),
            "text": text,
            "entities": [entity],
        },
    }


def _chat(chat: int) -> dict[str, Any]:
    return {"id": chat, "type": "private", "first_name": "P"}


def _user(chat: int) -> dict[str, Any]:
    return {"id": chat, "is_bot": False, "first_name": "P", "language_code": "en"}


def _high(values: list[float]) -> float:
    return sorted(values)[int(len(values) * 0.99)] if values else float("nan")
