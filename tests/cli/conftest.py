"""A sandbox in a thread of its own, a clean folder and environment, and commands run against them."""

from __future__ import annotations

import json
import logging
import os
import socket
import sys
import threading
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import structlog
import uvicorn
from typer.testing import CliRunner, Result

from bot.cli import app
from bot.sandbox import box as box_of_sand
from bot.sandbox.__main__ import announcement
from bot.sandbox.server import create_app
from bot.settings import SECRETS, Settings
from tests import bodies

ROOT = Path(__file__).parent.parent.parent


def _post(url: str, body: object) -> Any:
    headers = {"content-type": "application/json"}
    request = urllib.request.Request(url, data=json.dumps(body).encode(), headers=headers)
    with urllib.request.urlopen(request, timeout=60) as answer:
        return json.loads(answer.read())


@dataclass(frozen=True, kw_only=True)
class Sandbox:
    """Where the stand-ins listen and what they accept."""

    told: Mapping[str, str]

    @property
    def settings(self) -> dict[str, str]:
        """The environment of a bot that works."""
        return {
            "TELEGRAM_BOT_TOKEN": self.told["bot_token"],
            "TELEGRAM_API_URL": self.told["telegram_api_url"],
            "ALIEXPRESS_APP_KEY": self.told["app_key"],
            "ALIEXPRESS_APP_SECRET": self.told["app_secret"],
            "ALIEXPRESS_API_URL": self.told["aliexpress_api_url"],
            "ALIEXPRESS_ACCESS_TOKEN": self.told["access_token"],
            "ALIEXPRESS_REFRESH_TOKEN": self.told["refresh_token"],
            "LINK_SECRET": "a-secret-of-your-own",
            "TOKEN_KEY": "a-key-of-your-own",
            "LISTEN": "127.0.0.1:0",
        }

    def control(self, path: str, **body: object) -> Any:
        """Act as a person or as AliExpress."""
        return _post(f"{self.told['url']}/control{path}", body)

    def bot(self, method: str, **parameters: object) -> Any:
        """A call with the bot's token."""
        return _post(f"{self.told['telegram_api_url']}/bot{self.told['bot_token']}/{method}", parameters)[
            "result"
        ]


@contextmanager
def serving_sandbox() -> Iterator[Sandbox]:
    """The stand-ins; what was sent to Telegram there is checked at the end."""
    box = box_of_sand.Sandbox(box_of_sand.Config(demo=False, seconds_per_day=0))
    listener = socket.create_server(("127.0.0.1", 0))
    app = create_app(sandbox=box)
    server = uvicorn.Server(
        uvicorn.Config(app, log_config=None, access_log=False, timeout_graceful_shutdown=1)
    )
    serving = threading.Thread(target=server.run, args=([listener],))
    serving.start()
    told = announcement(f"http://127.0.0.1:{listener.getsockname()[1]}", box.config)
    try:
        yield Sandbox(told=told)
        assert bodies.wrong_at(told["url"]) == []
    finally:
        server.should_exit = server.force_exit = True
        serving.join()


@pytest.fixture(scope="session")
def sandbox() -> Iterator[Sandbox]:
    """One for all tests that leave it as it is."""
    with serving_sandbox() as shared:
        yield shared


@pytest.fixture
def own_sandbox() -> Iterator[Sandbox]:
    """One for a test that changes it."""
    with serving_sandbox() as own:
        yield own


@dataclass(kw_only=True)
class Terminal:
    """Runs commands in an empty folder."""

    folder: Path
    environment: dict[str, str] = field(default_factory=dict)

    def run(self, *words: str, answers: str = "", **environment: str) -> Result:
        """The command's result; what it raised is in it."""
        return CliRunner().invoke(app, list(words), input=answers, env=self.environment | environment)

    def findings(self, *words: str, **environment: str) -> dict[str, dict[str, str]]:
        """What `doctor` found, by name; the worst where a name comes twice."""
        result = self.run("doctor", "--json", *words, **environment)
        order = {"ok": 0, "warning": 1, "failure": 2}
        found: dict[str, dict[str, str]] = {}
        told = json.loads(result.stdout)
        assert result.exit_code == told["code"]
        for one in told["findings"]:
            known = found.get(one["check"])
            if known is None or order[one["verdict"]] > order[known["verdict"]]:
                found[one["check"]] = one
        return found


@pytest.fixture
def terminal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Terminal]:
    monkeypatch.chdir(tmp_path)
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    for name in SECRETS:
        monkeypatch.delenv(f"{name.upper()}_FILE", raising=False)
    root, hook = logging.getLogger(), sys.excepthook
    handlers, level = list(root.handlers), root.level
    yield Terminal(folder=tmp_path)
    root.handlers[:], sys.excepthook = handlers, hook
    root.setLevel(level)
    logging.captureWarnings(False)
    structlog.reset_defaults()


@pytest.fixture
def own(terminal: Terminal, own_sandbox: Sandbox) -> Terminal:
    """The same over a sandbox of its own."""
    terminal.environment = own_sandbox.settings
    return terminal


@pytest.fixture
def working(terminal: Terminal, sandbox: Sandbox) -> Terminal:
    """A terminal whose environment is a working bot's."""
    terminal.environment = sandbox.settings
    return terminal


def process_environment(settings: Mapping[str, str]) -> dict[str, str]:
    """For a real process: ours, and what it needs to find Python and the code."""
    return {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT)} | dict(settings)
